//! XML bodies for the three dialects that have them: `awsQuery` (STS, IAM), `ec2Query` and S3's `restXml`.
//!
//! They differ in how a list is written and in what the elements are called; the tables below are what the clients'
//! parsers look for.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::http::Response;
use super::wire::{ApiError, Protocol};
use super::wire_json::text_document;
use super::world::{Call, plain};

/// IAM sends policy documents encoded as RFC 3986 says; see
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html>.
const RFC_3986: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

const IAM_DOCUMENTS: &[&str] = &["PolicyDocument", "AssumeRolePolicyDocument", "Document"];

pub(super) fn query(call: &Call, result: &Value) -> Vec<u8> {
    let Call { service, operation, .. } = call;
    let version = if service == "sts" { "2011-06-15" } else { "2010-05-08" };
    let inner = members(service, Protocol::Query, result);
    format!(
        "<{operation}Response xmlns=\"https://{service}.amazonaws.com/doc/{version}/\"><{operation}Result>{inner}</{operation}Result>\
         <ResponseMetadata><RequestId>fake</RequestId></ResponseMetadata></{operation}Response>"
    )
    .into_bytes()
}

pub(super) fn ec2(call: &Call, result: &Value) -> Vec<u8> {
    let operation = &call.operation;
    let inner = members("ec2", Protocol::Ec2, result);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{operation}Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\
         <requestId>fake</requestId>{inner}</{operation}Response>"
    )
    .into_bytes()
}

/// S3 names the document's root after the thing, not after the operation, and two operations have no XML at all.
pub(super) fn s3(call: &Call, result: &Value) -> Response {
    let xml = |root: &str, inner: String| {
        let version = if call.service == "s3control" {
            "awss3control.amazonaws.com/doc/2018-08-20"
        } else {
            "s3.amazonaws.com/doc/2006-03-01"
        };
        let body =
            format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root} xmlns=\"http://{version}/\">{inner}</{root}>");
        Response::new(200, Protocol::RestXml.content_type(), body)
    };
    let member = |name: &str| result.get(name).cloned().unwrap_or_default();
    let wrapped = |name: &str| xml(name, members("s3", Protocol::RestXml, &member(name)));
    match call.operation.as_str() {
        "HeadBucket" => {
            let region = result.get("BucketRegion").map_or_else(|| call.region.clone(), plain);
            Response::new(200, "application/xml", "").header("x-amz-bucket-region", &region)
        }
        "GetBucketPolicy" => {
            let policy = member("Policy");
            Response::new(200, "application/json", plain(&policy))
        }
        "GetBucketLocation" => {
            let region = result
                .get("LocationConstraint")
                .and_then(Value::as_str)
                .unwrap_or_default();
            xml("LocationConstraint", escape(region))
        }
        "GetBucketEncryption" => wrapped("ServerSideEncryptionConfiguration"),
        "GetPublicAccessBlock" => wrapped("PublicAccessBlockConfiguration"),
        "GetBucketOwnershipControls" => wrapped("OwnershipControls"),
        "GetBucketPolicyStatus" => wrapped("PolicyStatus"),
        "GetObjectLockConfiguration" => wrapped("ObjectLockConfiguration"),
        operation => {
            let root = match operation {
                "GetBucketLifecycleConfiguration" => "LifecycleConfiguration",
                "GetBucketVersioning" => "VersioningConfiguration",
                "GetBucketAcl" => "AccessControlPolicy",
                "GetBucketTagging" => "Tagging",
                "GetBucketLogging" => "BucketLoggingStatus",
                "ListBuckets" => "ListAllMyBucketsResult",
                other => other,
            };
            xml(root, members("s3", Protocol::RestXml, result))
        }
    }
}

pub(super) fn error(protocol: Protocol, error: &ApiError) -> Vec<u8> {
    let (code, message) = (escape(&error.code), escape(&error.message));
    match protocol {
        Protocol::Ec2 => format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message>\
             </Error></Errors><RequestID>fake</RequestID></Response>"
        ),
        Protocol::RestXml => format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message>\
             <RequestId>fake</RequestId></Error>"
        ),
        _ => format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
             <RequestId>fake</RequestId></ErrorResponse>"
        ),
    }
    .into_bytes()
}

fn members(service: &str, protocol: Protocol, value: &Value) -> String {
    let Value::Object(members) = value else {
        return String::new();
    };
    let kind_of_grantee = members.contains_key("URI") || members.contains_key("ID");
    members
        .iter()
        // Said in an attribute instead; see `element`.
        .filter(|(name, _)| !(kind_of_grantee && protocol == Protocol::RestXml && name.as_str() == "Type"))
        .map(|(name, value)| member(service, protocol, name, value))
        .collect()
}

fn member(service: &str, protocol: Protocol, name: &str, value: &Value) -> String {
    let value = &text_document(service, name, value).unwrap_or_else(|| value.clone());
    let inside = |value: &Value| match value {
        Value::Object(_) => members(service, protocol, value),
        scalar if service == "iam" && IAM_DOCUMENTS.contains(&name) => {
            utf8_percent_encode(&plain(scalar), RFC_3986).to_string()
        }
        scalar => escape(&plain(scalar)),
    };
    match value {
        Value::Null => String::new(),
        Value::Array(rows) => {
            let (wrapper, item) = list(protocol, name);
            let items: String = rows.iter().map(|row| element(&item, row, &inside(row))).collect();
            wrapper.map_or_else(|| items.clone(), |wrapper| format!("<{wrapper}>{items}</{wrapper}>"))
        }
        value => element(&scalar(protocol, name), value, &inside(value)),
    }
}

/// One element; an ACL's grantee says in an attribute what kind it is.
fn element(name: &str, value: &Value, inner: &str) -> String {
    match value.get("Type").and_then(Value::as_str) {
        Some(kind) if name == "Grantee" => format!(
            "<Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"{}\">{inner}</Grantee>",
            escape(kind)
        ),
        _ => format!("<{name}>{inner}</{name}>"),
    }
}

/// The element around a list, if any, and the one around each item.
fn list(protocol: Protocol, name: &str) -> (Option<String>, String) {
    match protocol {
        Protocol::Ec2 => (Some(ec2_list(name)), "item".to_owned()),
        Protocol::RestXml => {
            let (wrapper, item) = match name {
                "TagSet" => (Some("TagSet"), "Tag"),
                "Grants" => (Some("AccessControlList"), "Grant"),
                "Buckets" => (Some("Buckets"), "Bucket"),
                "Rules" => (None, "Rule"),
                "Transitions" => (None, "Transition"),
                "NoncurrentVersionTransitions" => (None, "NoncurrentVersionTransition"),
                "Tags" => (None, "Tag"),
                other => (None, other),
            };
            (wrapper.map(str::to_owned), item.to_owned())
        }
        _ => (Some(name.to_owned()), "member".to_owned()),
    }
}

fn ec2_list(name: &str) -> String {
    match name {
        "Regions" => "regionInfo".to_owned(),
        "DnsEntries" => "dnsEntrySet".to_owned(),
        "Ipv4Prefixes" => "ipv4PrefixSet".to_owned(),
        "Ipv6Prefixes" => "ipv6PrefixSet".to_owned(),
        "IpPrefixes" => "ipPrefixSet".to_owned(),
        "Geography" => "geographySet".to_owned(),
        name => format!("{}Set", lower_first(name.strip_suffix('s').unwrap_or(name))),
    }
}

fn scalar(protocol: Protocol, name: &str) -> String {
    match (protocol, name) {
        (Protocol::Ec2, "Endpoint") => "regionEndpoint".to_owned(),
        (Protocol::Ec2, name) => lower_first(name),
        (Protocol::RestXml, "MFADelete") => "MfaDelete".to_owned(),
        (_, name) => name.to_owned(),
    }
}

fn lower_first(name: &str) -> String {
    let mut rest = name.chars();
    rest.next()
        .map_or_else(String::new, |first| first.to_lowercase().chain(rest).collect())
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\r', "&#xD;")
}
