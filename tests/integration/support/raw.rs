//! A client without an SDK: requests written by hand, signed in shape though not in truth, sent over plain TCP.
//!
//! For testing the fake itself; collectors are tested through the real clients.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// A request in the making.
#[derive(Debug, Clone)]
pub(crate) struct Raw {
    method: &'static str,
    target: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

/// What came back.
#[derive(Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Raw {
    pub(crate) fn new(method: &'static str, target: &str) -> Self {
        Self {
            method,
            target: target.to_owned(),
            headers: BTreeMap::new(),
            body: Vec::new(),
        }
    }

    /// A query-protocol call, body as given after the action.
    pub(crate) fn form(action: &str, rest: &str) -> Self {
        Self::new("POST", "/")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("Action={action}&Version=2010-05-08{rest}"))
    }

    /// A JSON-RPC call.
    pub(crate) fn target(target: &str, body: &str) -> Self {
        Self::new("POST", "/")
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", target)
            .body(body)
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_owned(), value.to_owned());
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Signs as the usual test account.
    pub(crate) fn sign(self, service: &str, region: &str) -> Self {
        self.sign_as("FAKE111122223333AUDITOR", service, region)
    }

    pub(crate) fn sign_as(self, key: &str, service: &str, region: &str) -> Self {
        let value = format!(
            "AWS4-HMAC-SHA256 Credential={key}/20260101/{region}/{service}/aws4_request, \
             SignedHeaders=host;x-amz-date, Signature=00ff"
        );
        self.header("authorization", &value)
    }

    /// Sends over a connection of its own.
    pub(crate) fn send(&self, url: &str) -> io::Result<Answer> {
        Connection::open(url)?.send(self)
    }
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }
}

/// One connection that can carry several requests.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    pub(crate) fn open(url: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(url.trim_start_matches("http://"))?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        Ok(Self {
            stream: BufReader::new(stream),
        })
    }

    pub(crate) fn patience(self, patience: Duration) -> io::Result<Self> {
        self.stream.get_ref().set_read_timeout(Some(patience))?;
        Ok(self)
    }

    pub(crate) fn send(&mut self, raw: &Raw) -> io::Result<Answer> {
        let mut out = format!(
            "{} {} HTTP/1.1\r\nhost: fake\r\ncontent-length: {}\r\n",
            raw.method,
            raw.target,
            raw.body.len()
        );
        for (name, value) in &raw.headers {
            let _ = write!(out, "{name}: {value}\r\n");
        }
        out.push_str("\r\n");
        let mut out = out.into_bytes();
        out.extend_from_slice(&raw.body);
        self.stream.get_mut().write_all(&out)?;

        let status_line = self.line()?;
        let status = status_line.split(' ').nth(1).and_then(|code| code.parse().ok());
        let status = status.ok_or(io::ErrorKind::UnexpectedEof)?;
        let mut headers = BTreeMap::new();
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(": ") else {
                break;
            };
            headers.insert(name.to_ascii_lowercase(), value.to_owned());
        }
        let length = headers
            .get("content-length")
            .and_then(|text| text.parse().ok())
            .unwrap_or(0);
        let mut body = vec![0; if raw.method == "HEAD" { 0 } else { length }];
        self.stream.read_exact(&mut body)?;
        Ok(Answer { status, headers, body })
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    }
}
