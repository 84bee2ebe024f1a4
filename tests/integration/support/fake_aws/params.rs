//! Turns the dotted keys of query protocols (`Filter.1.Value.2=x`) back into the members that an API call has.

use serde_json::{Map, Value};

use super::wire::Protocol;

/// The parameters of a form, without the protocol's own fields.
pub(super) fn from_form(fields: &[(String, String)], protocol: Protocol) -> Map<String, Value> {
    let mut root = Map::new();
    for (key, value) in fields.iter().filter(|(key, _)| key != "Action" && key != "Version") {
        let path: Vec<&str> = key.split('.').collect();
        put(&mut root, &path, value);
    }
    let mut members = Map::new();
    for (key, value) in root {
        members.insert(rename(&key, protocol), tidy(value, protocol));
    }
    members
}

fn put(into: &mut Map<String, Value>, path: &[&str], value: &str) {
    match path {
        [] => {}
        [last] => {
            into.insert((*last).to_owned(), Value::String(value.to_owned()));
        }
        [first, rest @ ..] => {
            let slot = into
                .entry((*first).to_owned())
                .or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = slot {
                put(inner, rest, value);
            }
        }
    }
}

/// Objects whose keys are all numbers, or that only have `member`, are lists.
fn tidy(value: Value, protocol: Protocol) -> Value {
    let Value::Object(mut members) = value else {
        return value;
    };
    if members.len() == 1
        && let Some(inner) = members.remove("member")
    {
        return tidy(inner, protocol);
    }
    if !members.is_empty() && members.keys().all(|key| key.parse::<usize>().is_ok()) {
        let mut rows: Vec<(usize, Value)> = members
            .into_iter()
            .map(|(key, value)| (key.parse().unwrap_or(0), tidy(value, protocol)))
            .collect();
        rows.sort_by_key(|(index, _)| *index);
        return Value::Array(rows.into_iter().map(|(_, value)| value).collect());
    }
    Value::Object(
        members
            .into_iter()
            .map(|(key, value)| (rename(&key, protocol), tidy(value, protocol)))
            .collect(),
    )
}

/// EC2 sends lists under their singular.
fn rename(key: &str, protocol: Protocol) -> String {
    let plural = protocol == Protocol::Ec2 && matches!(key, "VpcEndpointId" | "RegionName" | "Filter" | "Value");
    if plural { format!("{key}s") } else { key.to_owned() }
}
