//! Cuts lists into pages and hands out tokens, in the way that each service names them.
//!
//! A token belongs to one account, region and operation and contains the characters that clients like to forget to
//! encode; a token from elsewhere is refused as AWS does.

use serde_json::{Map, Value, json};

use super::fault::Fault;
use super::wire::ApiError;
use super::world::Call;

/// Lists that come in one piece.
const WHOLE: &[(&str, &str)] = &[
    ("bedrock", "ListFoundationModels"),
    ("bedrock", "ListTagsForResource"),
    ("bedrock-agent", "ListTagsForResource"),
    ("s3", "ListBuckets"),
];

/// Paged operations that are not called `List…`.
const PAGED: &[(&str, &str)] = &[
    ("iam", "GetAccountAuthorizationDetails"),
    ("ec2", "DescribeVpcEndpoints"),
    ("logs", "DescribeLogGroups"),
    ("cloudwatch", "DescribeAlarms"),
];

/// The page of `result` that this call asks for.
pub(super) fn cut(
    call: &Call,
    result: Value,
    size: Option<usize>,
    empty_first: bool,
    fault: Option<&Fault>,
) -> Result<Value, ApiError> {
    let repeats = matches!(fault, Some(Fault::RepeatToken));
    let stale = matches!(fault, Some(Fault::StaleToken));
    // Without pages there would be no token to spoil.
    let size = size.or((repeats || stale).then_some(1));
    let (Value::Object(members), true) = (&result, paged(call)) else {
        return Ok(result);
    };
    let (input, output, limit) = names(call);
    let token = call.text(input);
    if token.is_some() && stale {
        return Err(refused(call));
    }
    let start = match &token {
        Some(token) => offset(call, token).ok_or_else(|| refused(call))?,
        None => 0,
    };
    let asked: Option<usize> = call.text(limit).and_then(|text| text.parse().ok());
    let size = size.into_iter().chain(asked).min().unwrap_or(usize::MAX).max(1);
    let size = if empty_first && token.is_none() { 0 } else { size };

    // Several lists are one sequence, so that a page may end in the middle of any of them.
    let mut page = Map::new();
    let mut position: usize = 0;
    let end = start.saturating_add(size);
    for (name, value) in members {
        let Value::Array(rows) = value else {
            page.insert(name.clone(), value.clone());
            continue;
        };
        let first = position;
        position += rows.len();
        let here = rows
            .iter()
            .enumerate()
            .filter(|(at, _)| (start..end).contains(&(first + at)));
        page.insert(name.clone(), here.map(|(_, row)| row.clone()).collect());
    }
    let more = position > end;
    if repeats {
        page.insert(output.to_owned(), json!(mint(call, token.map_or(end, |_| start))));
    } else if more {
        page.insert(output.to_owned(), json!(mint(call, end)));
    }
    if call.service == "iam" {
        page.insert("IsTruncated".to_owned(), json!(more || repeats));
    }
    Ok(Value::Object(page))
}

fn paged(call: &Call) -> bool {
    let listed = |table: &[(&str, &str)]| table.iter().any(|(service, operation)| call.is(service, operation));
    listed(PAGED) || (call.operation.starts_with("List") && !listed(WHOLE))
}

/// The request's token, the response's token and the request's page size.
fn names(call: &Call) -> (&'static str, &'static str, &'static str) {
    match call.service.as_str() {
        "iam" => ("Marker", "Marker", "MaxItems"),
        "lambda" => ("Marker", "NextMarker", "MaxItems"),
        "cloudwatch" => ("NextToken", "NextToken", "MaxRecords"),
        "ec2" | "cloudtrail" | "organizations" => ("NextToken", "NextToken", "MaxResults"),
        "logs" => ("nextToken", "nextToken", "limit"),
        _ => ("nextToken", "nextToken", "maxResults"),
    }
}

fn mint(call: &Call, offset: usize) -> String {
    format!("{offset}{}", tail(call))
}

fn offset(call: &Call, token: &str) -> Option<usize> {
    token.strip_suffix(&tail(call))?.parse().ok()
}

fn tail(call: &Call) -> String {
    format!("+{}/{}/{}&page==", call.account, call.region, call.name())
}

fn refused(call: &Call) -> ApiError {
    let code = match call.service.as_str() {
        "iam" => "ValidationError",
        "cloudtrail" => "InvalidNextTokenException",
        "ec2" | "cloudwatch" => "InvalidNextToken",
        "organizations" => "InvalidInputException",
        "logs" | "lambda" => "InvalidParameterException",
        _ => "ValidationException",
    };
    ApiError::new(code, 400, "The pagination token is invalid or has expired")
}
