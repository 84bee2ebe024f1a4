//! The six dialects that the services speak, and what a success or an error looks like in each.

use serde_json::Value;

use super::http::Response;
use super::world::Call;
use super::{wire_cbor, wire_json, wire_xml};

/// See <https://smithy.io/2.0/aws/protocols/index.html>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    /// `awsQuery`: STS and IAM.
    Query,
    /// `ec2Query`.
    Ec2,
    /// `restXml`: S3 and S3 Control.
    RestXml,
    /// `restJson1`: Bedrock, its Agents, Lambda.
    RestJson,
    /// `awsJson1_1`: CloudTrail, Logs, KMS, Organizations.
    AwsJson,
    /// `rpcv2Cbor`: CloudWatch.
    Cbor,
}

impl Protocol {
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Query | Self::Ec2 => "text/xml",
            Self::RestXml => "application/xml",
            Self::RestJson => "application/json",
            Self::AwsJson => "application/x-amz-json-1.1",
            Self::Cbor => "application/cbor",
        }
    }
}

/// A refusal in the service's own words.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ApiError {
    pub(super) code: String,
    pub(super) status: u16,
    pub(super) message: String,
    pub(super) headers: Vec<(String, String)>,
}

impl ApiError {
    pub(super) fn new(code: &str, status: u16, message: &str) -> Self {
        Self {
            code: code.to_owned(),
            status,
            message: message.to_owned(),
            headers: Vec::new(),
        }
    }

    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

pub(super) fn success(protocol: Protocol, call: &Call, result: &Value) -> Response {
    let reply = |body: Vec<u8>| Response::new(200, protocol.content_type(), body);
    match protocol {
        Protocol::Query => reply(wire_xml::query(call, result)),
        Protocol::Ec2 => reply(wire_xml::ec2(call, result)),
        Protocol::RestXml => wire_xml::s3(call, result),
        Protocol::RestJson => reply(wire_json::rest(call, result)),
        Protocol::AwsJson => reply(wire_json::rpc(call, result)),
        Protocol::Cbor => reply(wire_cbor::write(result)).header("smithy-protocol", "rpc-v2-cbor"),
    }
}

pub(super) fn error(protocol: Protocol, call: &Call, error: &ApiError) -> Response {
    let body = match protocol {
        // An envelope is the rule of the protocol, and S3 the exception.
        Protocol::RestXml if call.service != "s3" => wire_xml::error(Protocol::Query, error),
        Protocol::Query | Protocol::Ec2 | Protocol::RestXml => wire_xml::error(protocol, error),
        Protocol::RestJson | Protocol::AwsJson => wire_json::error(protocol, error),
        Protocol::Cbor => wire_cbor::error(error),
    };
    // HEAD has no body, so its errors are a status and headers only.
    let body = if call.operation == "HeadBucket" {
        Vec::new()
    } else {
        body
    };
    let mut response = Response::new(error.status, protocol.content_type(), body);
    response = match protocol {
        Protocol::RestJson => response.header("x-amzn-errortype", &error.code),
        Protocol::Cbor => response
            .header("smithy-protocol", "rpc-v2-cbor")
            // Services that once spoke the query protocol repeat its code for clients in query mode.
            .header("x-amzn-query-error", &format!("{};Sender", error.code)),
        _ => response,
    };
    error
        .headers
        .iter()
        .fold(response, |response, (name, value)| response.header(name, value))
}
