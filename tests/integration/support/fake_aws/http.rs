//! As much of HTTP/1.1 as an SDK client needs from a server: request line, headers, a body of known length,
//! keep-alive. No chunked bodies and no pipelining tricks, because no client of ours sends them.
//!
//! Reading never panics on what arrives: anything odd ends the connection.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, BufRead, Read, Write};

use percent_encoding::percent_decode_str;

/// Bodies above this are refused; no read request of ours comes near it.
const BODY_LIMIT: usize = 1 << 20;

/// One request as it came over the wire, with header names in lower case.
#[derive(Debug)]
pub(crate) struct Request {
    pub(super) method: String,
    /// The path without the query, still percent-encoded.
    pub(super) path: String,
    /// The query's pairs in the order sent, decoded.
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Vec<u8>,
}

impl Request {
    /// Reads the next request; `None` when the client closed the connection between two requests.
    pub(super) fn read(stream: &mut impl BufRead) -> io::Result<Option<Self>> {
        let Some(first) = line(stream)? else { return Ok(None) };
        let mut words = first.split(' ');
        let (Some(method), Some(target)) = (words.next(), words.next()) else {
            return Err(odd("request line"));
        };
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut headers = BTreeMap::new();
        loop {
            let line = line(stream)?.ok_or_else(|| odd("end of headers"))?;
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').ok_or_else(|| odd("header"))?;
            headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
        }
        let length = match headers.get("content-length") {
            Some(text) => text.parse().map_err(|_| odd("content-length"))?,
            None => 0,
        };
        if length > BODY_LIMIT || headers.contains_key("transfer-encoding") {
            return Err(odd("body"));
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body)?;
        Ok(Some(Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query: pairs(query),
            headers,
            body,
        }))
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// Whether the client wants the connection closed after this answer.
    pub(super) fn closes(&self) -> bool {
        self.header("connection").eq_ignore_ascii_case("close")
    }
}

/// One whole response.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Response {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Response {
    pub(super) fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![
            ("Content-Type".to_owned(), content_type.to_owned()),
            (
                "x-amzn-RequestId".to_owned(),
                "00000000-feed-4fee-8fee-000000000000".to_owned(),
            ),
        ];
        Self {
            status,
            headers,
            body: body.into(),
        }
    }

    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Everything up to the body, claiming `length` bytes of it.
    pub(super) fn head(&self, length: usize) -> Vec<u8> {
        let mut out = format!("HTTP/1.1 {} Fake\r\nContent-Length: {length}\r\n", self.status);
        for (name, value) in &self.headers {
            let _ = write!(out, "{name}: {value}\r\n");
        }
        out.push_str("\r\n");
        out.into_bytes()
    }

    /// Sends head and body in one write; an answer to HEAD has none.
    pub(super) fn send(&self, to: &mut impl Write, with_body: bool) -> io::Result<()> {
        let mut out = self.head(self.body.len());
        if with_body {
            out.extend_from_slice(&self.body);
        }
        to.write_all(&out)?;
        to.flush()
    }
}

/// Decodes `a=1&b=2`, where a plus means a space in forms as well as in queries.
pub(super) fn pairs(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|part| !part.is_empty())
        .map(|part| part.split_once('=').unwrap_or((part, "")))
        .map(|(k, v)| (decode(k), decode(v)))
        .collect()
}

fn decode(text: &str) -> String {
    decode_path(&text.replace('+', " "))
}

/// Percent-decoding alone, for path segments, where a plus is a plus.
pub(super) fn decode_path(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn line(stream: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = String::new();
    if stream.by_ref().take(64 << 10).read_line(&mut line)? == 0 {
        return Ok(None);
    }
    Ok(Some(line.trim_end_matches(['\r', '\n']).to_owned()))
}

fn odd(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("odd {what}"))
}
