//! From an HTTP request to the call it is: who signed it, for which service and region, which operation, which
//! parameters. Nothing here knows what the answer will be.
//!
//! Region and service come from the credential scope of the signature, so one port serves every region; the access
//! key carries the account. See
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>.

use serde_json::{Map, Value};

use super::http::{Request, Response, decode_path, pairs};
use super::routes::{BEDROCK, BEDROCK_AGENT, LAMBDA, Route, S3, S3_CONTROL};
use super::wire::Protocol;
use super::world::Call;
use super::{params, wire_cbor};

/// Why a request is no call.
#[derive(Debug, PartialEq)]
pub(super) enum Refusal {
    /// No signature, or one without the parts that a signature has.
    Unsigned,
    /// A key that names no account, or a temporary key without its session token.
    UnknownKey,
    /// No such operation here; `write` when the method says that it would change something.
    NoOperation { write: bool },
}

impl Refusal {
    pub(super) fn response(&self) -> Response {
        let (status, code) = match self {
            Self::Unsigned => (403, "MissingAuthenticationTokenException"),
            Self::UnknownKey => (403, "UnrecognizedClientException"),
            Self::NoOperation { write: true } => (403, "AccessDeniedException"),
            // Neither retried nor mistaken for a denial.
            Self::NoOperation { write: false } => return Response::new(501, "text/plain", "no such operation here"),
        };
        let body = serde_json::json!({ "__type": code, "message": code }).to_string();
        Response::new(status, "application/json", body).header("x-amzn-errortype", code)
    }
}

/// The parts of `Credential=KEY/DATE/REGION/SERVICE/aws4_request`.
#[derive(Debug, PartialEq)]
pub(super) struct Scope {
    pub(super) account: String,
    pub(super) region: String,
    pub(super) signing: String,
}

pub(super) fn scope(request: &Request) -> Result<Scope, Refusal> {
    let header = request.header("authorization");
    let fields = header.strip_prefix("AWS4-HMAC-SHA256 ").ok_or(Refusal::Unsigned)?;
    let field = |name: &str| {
        fields
            .split(',')
            .find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='))
    };
    let parts: Vec<&str> = field("Credential").ok_or(Refusal::Unsigned)?.split('/').collect();
    let [key, _date, region, signing, "aws4_request"] = parts.as_slice() else {
        return Err(Refusal::Unsigned);
    };
    if field("SignedHeaders").is_none() || field("Signature").is_none_or(str::is_empty) {
        return Err(Refusal::Unsigned);
    }
    let temporary = key.starts_with("ASIA");
    if temporary && request.header("x-amz-security-token").is_empty() {
        return Err(Refusal::UnknownKey);
    }
    let account: String = key.chars().skip(4).take(12).collect();
    let named = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    if !named || !(temporary || key.starts_with("FAKE")) {
        return Err(Refusal::UnknownKey);
    }
    Ok(Scope {
        account,
        region: (*region).to_owned(),
        signing: (*signing).to_owned(),
    })
}

/// The call that a request is, and the protocol that its answer must speak.
pub(super) fn route(request: &Request) -> Result<(Protocol, Call), Refusal> {
    let scope = scope(request)?;
    let (protocol, service, operation, params) = operation(request, &scope.signing).ok_or(Refusal::NoOperation {
        write: !matches!(request.method.as_str(), "GET" | "HEAD"),
    })?;
    let call = Call {
        account: scope.account,
        region: scope.region,
        service,
        operation,
        params: Value::Object(params),
    };
    Ok((protocol, call))
}

/// Whether an operation only reads.
pub(super) fn reads(operation: &str) -> bool {
    let prefixes = ["Get", "List", "Describe", "Head", "BatchGet", "AssumeRole", "Simulate"];
    prefixes.iter().any(|prefix| operation.starts_with(prefix))
}

type Routed = (Protocol, String, String, Map<String, Value>);

fn operation(request: &Request, signing: &str) -> Option<Routed> {
    let service = if signing == "monitoring" { "cloudwatch" } else { signing };
    let target = request.header("x-amz-target");
    if let Some((_, operation)) = target.rsplit_once('.') {
        return Some((
            Protocol::AwsJson,
            service.to_owned(),
            operation.to_owned(),
            json_body(request)?,
        ));
    }
    if let Some(rest) = request.path.strip_prefix("/service/")
        && let Some((_, operation)) = rest.split_once("/operation/")
    {
        let params = wire_cbor::read(&request.body)?;
        return Some((Protocol::Cbor, service.to_owned(), operation.to_owned(), params));
    }
    if request
        .header("content-type")
        .starts_with("application/x-www-form-urlencoded")
    {
        let fields = pairs(std::str::from_utf8(&request.body).ok()?);
        let (_, action) = fields.iter().find(|(key, _)| key == "Action")?;
        let protocol = if service == "ec2" {
            Protocol::Ec2
        } else {
            Protocol::Query
        };
        return Some((
            protocol,
            service.to_owned(),
            action.clone(),
            params::from_form(&fields, protocol),
        ));
    }
    let tables: &[(&str, Protocol, &[Route])] = match signing {
        "bedrock" => &[
            ("bedrock", Protocol::RestJson, BEDROCK),
            ("bedrock-agent", Protocol::RestJson, BEDROCK_AGENT),
        ],
        "lambda" => &[("lambda", Protocol::RestJson, LAMBDA)],
        "s3" => &[
            ("s3control", Protocol::RestXml, S3_CONTROL),
            ("s3", Protocol::RestXml, S3),
        ],
        _ => &[],
    };
    for (service, protocol, routes) in tables {
        for route in *routes {
            let Some(mut found) = labels(request, route) else {
                continue;
            };
            found.extend(rest_members(request, route));
            // S3 Control learns from this header alone whose settings are meant.
            if *service == "s3control" && !found.contains_key("AccountId") {
                return None;
            }
            if *protocol == Protocol::RestJson {
                found.extend(json_body(request)?);
            }
            return Some((*protocol, (*service).to_owned(), route.operation.to_owned(), found));
        }
    }
    None
}

/// The path's labels when method, query key and every literal segment fit.
fn labels(request: &Request, route: &Route) -> Option<Map<String, Value>> {
    if request.method != route.method {
        return None;
    }
    if !route.query.is_empty() && !request.query.iter().any(|(key, _)| key == route.query) {
        return None;
    }
    let mut wanted = route.path.split('/');
    let mut sent = request.path.trim_end_matches('/').split('/');
    let mut found = Map::new();
    loop {
        match (wanted.next(), sent.next()) {
            (None, None) => return Some(found),
            (Some(label), Some(text)) if label.starts_with('{') && !text.is_empty() => {
                found.insert(
                    label.trim_matches(['{', '}']).to_owned(),
                    Value::String(decode_path(text)),
                );
            }
            (Some(literal), Some(text)) if literal == text => {}
            _ => return None,
        }
    }
}

/// Query parameters and the headers that carry a member.
fn rest_members(request: &Request, route: &Route) -> Map<String, Value> {
    let mut found = Map::new();
    for (key, value) in request
        .query
        .iter()
        .filter(|(key, _)| key != route.query && key != "x-id")
    {
        let member = match (route.operation, key.as_str()) {
            ("ListInferenceProfiles", "type") => "typeEquals",
            (_, key) => key,
        };
        found.insert(member.to_owned(), Value::String(value.clone()));
    }
    for (header, member) in [
        ("x-amz-expected-bucket-owner", "ExpectedBucketOwner"),
        ("x-amz-account-id", "AccountId"),
    ] {
        if let Some(value) = request.headers.get(header) {
            found.insert(member.to_owned(), Value::String(value.clone()));
        }
    }
    found
}

fn json_body(request: &Request) -> Option<Map<String, Value>> {
    if request.body.is_empty() {
        return Some(Map::new());
    }
    match serde_json::from_slice(&request.body).ok()? {
        Value::Object(members) => Some(members),
        _ => None,
    }
}
