//! JSON bodies: `restJson1` as the world has them, `awsJson1.1` with times as numbers.
//!
//! A world may write a policy as JSON where the API has text; it is sent as the text it would be.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::wire::{ApiError, Protocol};
use super::world::Call;

/// `restJson1`; times stay ISO text, which is what the Bedrock APIs declare.
pub(super) fn rest(call: &Call, result: &Value) -> Vec<u8> {
    let result = walk(result, &mut |name, value| text_document(&call.service, name, value));
    result.to_string().into_bytes()
}

/// `awsJson1.1`; times become epoch seconds, for CloudWatch Logs (whose times are plain numbers) milliseconds.
pub(super) fn rpc(call: &Call, result: &Value) -> Vec<u8> {
    let millis = call.service == "logs";
    let result = walk(result, &mut |name, value| {
        text_document(&call.service, name, value).or_else(|| {
            let at = time(name, value)?;
            let number = if millis { at.as_millisecond() } else { at.as_second() };
            Some(json!(number))
        })
    });
    result.to_string().into_bytes()
}

pub(super) fn error(protocol: Protocol, error: &ApiError) -> Vec<u8> {
    let ApiError { code, message, .. } = error;
    let body = match protocol {
        Protocol::AwsJson => json!({ "__type": code, "message": message }),
        _ => json!({ "message": message }),
    };
    body.to_string().into_bytes()
}

/// The moment that a member states, when both its name and its text say that it is one.
pub(super) fn time(name: &str, value: &Value) -> Option<Timestamp> {
    // Leftovers of an older CloudTrail, documented as strings.
    let strings = ["LatestDeliveryAttemptTime", "LatestNotificationAttemptTime"];
    let named = ["Time", "Timestamp", "Date", "time", "timestamp"]
        .iter()
        .any(|end| name.ends_with(end));
    if !named || strings.contains(&name) {
        return None;
    }
    value.as_str()?.parse().ok()
}

/// Text for members that hold a JSON document as a string.
pub(super) fn text_document(service: &str, name: &str, value: &Value) -> Option<Value> {
    let document = match name {
        "Policy" => matches!(service, "lambda" | "s3" | "kms"),
        "Content" | "PolicyContent" => service == "organizations",
        "PolicyDocument" | "AssumeRolePolicyDocument" | "Document" => matches!(service, "iam" | "ec2"),
        "policyDocument" => service == "logs",
        "resourcePolicy" => service == "bedrock",
        _ => false,
    };
    (document && (value.is_object() || value.is_array())).then(|| Value::String(value.to_string()))
}

/// Rebuilds a value, asking for a replacement at each member; nulls are left out, as AWS does.
fn walk(value: &Value, replace: &mut impl FnMut(&str, &Value) -> Option<Value>) -> Value {
    match value {
        Value::Object(members) => {
            let mut out = Map::new();
            for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
                let value = replace(name, value).unwrap_or_else(|| walk(value, replace));
                out.insert(name.clone(), value);
            }
            Value::Object(out)
        }
        Value::Array(rows) => Value::Array(rows.iter().map(|row| walk(row, replace)).collect()),
        scalar => scalar.clone(),
    }
}
