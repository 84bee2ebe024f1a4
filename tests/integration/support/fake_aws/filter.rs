//! The narrowing that AWS does on its side, so that a client may ask for less and get less.

use serde_json::{Value, json};

use super::world::{Call, plain};

/// EC2 filter names and the member that each looks at.
const EC2: &[(&str, &str)] = &[
    ("service-name", "ServiceName"),
    ("vpc-endpoint-type", "VpcEndpointType"),
    ("vpc-endpoint-state", "State"),
    ("vpc-endpoint-id", "VpcEndpointId"),
    ("vpc-id", "VpcId"),
    ("opt-in-status", "OptInStatus"),
    ("region-name", "RegionName"),
];

/// `result` without the rows that the request rules out.
pub(super) fn narrow(call: &Call, mut result: Value) -> Value {
    match (call.service.as_str(), call.operation.as_str()) {
        ("ec2", operation) => {
            let list = if operation == "DescribeRegions" {
                "Regions"
            } else {
                "VpcEndpoints"
            };
            keep(&mut result, list, |row| ec2_filters(call, row));
            keep(&mut result, list, |row| {
                named(call, "VpcEndpointIds", row, "VpcEndpointId")
            });
            keep(&mut result, list, |row| named(call, "RegionNames", row, "RegionName"));
            if operation == "DescribeRegions" && call.text("AllRegions").as_deref() != Some("true") {
                keep(&mut result, list, |row| field(row, "OptInStatus") != "not-opted-in");
            }
        }
        ("iam", "GetAccountAuthorizationDetails") if call.params.get("Filter").is_some() => {
            let wants = |kind: &str| list(call, "Filter").iter().any(|wanted| wanted == kind);
            keep(&mut result, "UserDetailList", |_| wants("User"));
            keep(&mut result, "GroupDetailList", |_| wants("Group"));
            keep(&mut result, "RoleDetailList", |_| wants("Role"));
            keep(&mut result, "Policies", |row| {
                let aws = field(row, "Arn").contains(":iam::aws:");
                wants(if aws { "AWSManagedPolicy" } else { "LocalManagedPolicy" })
            });
        }
        ("organizations", "ListPolicies") => {
            keep(&mut result, "Policies", |row| {
                call.text("Filter").is_none_or(|kind| kind == field(row, "Type"))
            });
        }
        ("cloudtrail", "DescribeTrails") => {
            let shadows = call.text("includeShadowTrails").as_deref() != Some("false");
            keep(&mut result, "trailList", |row| {
                let home = field(row, "HomeRegion");
                let everywhere = row.get("IsMultiRegionTrail") == Some(&json!(true));
                home.is_empty() || home == call.region || (everywhere && shadows)
            });
            keep(&mut result, "trailList", |row| {
                named(call, "trailNameList", row, "Name") || named(call, "trailNameList", row, "TrailARN")
            });
        }
        ("logs", "DescribeLogGroups") => {
            let (prefix, pattern) = (call.text("logGroupNamePrefix"), call.text("logGroupNamePattern"));
            keep(&mut result, "logGroups", |row| {
                let name = field(row, "logGroupName");
                prefix.as_ref().is_none_or(|prefix| name.starts_with(prefix))
                    && pattern.as_ref().is_none_or(|pattern| name.contains(pattern))
            });
            keep(&mut result, "logGroups", |row| {
                named(call, "logGroupIdentifiers", row, "logGroupName")
                    || named(call, "logGroupIdentifiers", row, "logGroupArn")
            });
        }
        ("cloudwatch", "DescribeAlarms") => {
            let prefix = call.text("AlarmNamePrefix").unwrap_or_default();
            for list in ["MetricAlarms", "CompositeAlarms"] {
                keep(&mut result, list, |row| field(row, "AlarmName").starts_with(&prefix));
                keep(&mut result, list, |row| named(call, "AlarmNames", row, "AlarmName"));
            }
        }
        ("cloudwatch", "ListMetrics") => {
            for member in ["Namespace", "MetricName"] {
                keep(&mut result, "Metrics", |row| {
                    call.text(member).is_none_or(|wanted| wanted == field(row, member))
                });
            }
        }
        ("bedrock", "ListInferenceProfiles") => {
            keep(&mut result, "inferenceProfileSummaries", |row| {
                call.text("typeEquals").is_none_or(|kind| kind == field(row, "type"))
            });
        }
        _ => {}
    }
    result
}

fn keep(result: &mut Value, list: &str, wanted: impl Fn(&Value) -> bool) {
    if let Some(Value::Array(rows)) = result.get_mut(list) {
        rows.retain(|row| wanted(row));
    }
}

fn field(row: &Value, name: &str) -> String {
    row.get(name).map(plain).unwrap_or_default()
}

fn list(call: &Call, param: &str) -> Vec<String> {
    call.params
        .get(param)
        .and_then(Value::as_array)
        .map(|rows| rows.iter().map(plain).collect())
        .unwrap_or_default()
}

/// Whether the request names nothing, or names this row.
fn named(call: &Call, param: &str, row: &Value, member: &str) -> bool {
    let wanted = list(call, param);
    wanted.is_empty() || wanted.contains(&field(row, member))
}

fn ec2_filters(call: &Call, row: &Value) -> bool {
    let filters = call
        .params
        .get("Filters")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    filters.iter().all(|filter| {
        let name = field(filter, "Name");
        let Some((_, member)) = EC2.iter().find(|(known, _)| *known == name) else {
            return true;
        };
        let found = field(row, member).to_ascii_lowercase();
        let values = filter
            .get("Values")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        values
            .iter()
            .map(|value| plain(value).to_ascii_lowercase())
            .any(|wanted| wildcard(&wanted, &found))
    })
}

/// `*` stands for any text, as in EC2's filters.
fn wildcard(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, after)) => text
            .strip_prefix(before)
            .is_some_and(|rest| (0..=rest.len()).any(|at| rest.get(at..).is_some_and(|tail| wildcard(after, tail)))),
    }
}
