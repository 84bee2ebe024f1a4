//! EventBridge rules, one for each signal, in one template for every region.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html>. Events of global services
//! reach the bus of one region alone, so those rules exist only there. EventBridge counts nothing: a threshold above one
//! is said in the description and left to the receiver.

use super::template::{Template, describe, placeholders};
use super::{Detection, events};
use crate::control::catalog::Entry;
use crate::control::guide::{Op, Predicate};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

const ABOUT: &str = "bedrock-audit: EventBridge rules on CloudTrail events that put a Bedrock control at risk. \
Deploy it in each region in use and in the region of global events; the SNS topic needs a policy for \
events.amazonaws.com and must be in the same region.";

/// The template.
pub(super) fn template(entries: &[&Entry]) -> String {
    let mut template = Template::default();
    let mut global = false;
    for found in events(entries) {
        global |= found.signal.region.is_some();
        let rule = rule(&found, &mut template);
        template.resources.insert(found.logical_id(), rule);
    }
    let mut parameters = json!({});
    if global {
        parameters = json!({"GlobalEventsRegion": {
            "Type": "String",
            "Description": "Region whose bus gets the events of IAM and Organizations",
            "Default": "us-east-1",
        }});
        let here = json!({"Fn::Equals": [{"Ref": "AWS::Region"}, {"Ref": "GlobalEventsRegion"}]});
        template.conditions.insert("GlobalEventsHere".to_owned(), here);
    }
    template.finish(ABOUT, parameters, entries)
}

fn rule(found: &Detection<'_>, template: &mut Template) -> Value {
    let signal = found.signal;
    let mut detail = Map::new();
    let mut pattern = json!({
        "detail-type": ["AWS API Call via CloudTrail"],
        "account": [Template::account()],
    });
    let source = signal.event_source.as_deref().unwrap_or("*");
    if source != "*" {
        detail.insert("eventSource".to_owned(), json!([source]));
    }
    if !signal.event_names.is_empty() {
        detail.insert("eventName".to_owned(), json!(signal.event_names));
    }
    let mut unsaid = Vec::new();
    let mut fields: Vec<&str> = Vec::new();
    for row in &signal.predicates {
        if !fields.contains(&row.field.get_ref().as_str()) {
            fields.push(row.field.get_ref());
        }
    }
    for field in fields {
        let rows = signal.predicates.iter().filter(|row| row.field.get_ref() == field);
        let (alternatives, left) = alternatives(&rows.collect::<Vec<_>>(), &found.logical_id(), template);
        put(&mut detail, field, alternatives);
        if left {
            unsaid.push(field);
        }
    }
    if let Some(pattern) = pattern.as_object_mut() {
        pattern.insert("detail".to_owned(), Value::Object(detail));
    }
    let mut more = String::new();
    if let Some(alert) = found.alert.filter(|alert| alert.threshold > 1) {
        more = format!(
            "; worth an alert at {} within {}",
            alert.threshold,
            alert.within.get_ref()
        );
    }
    if !unsaid.is_empty() {
        let _ = write!(more, "; not all conditions on {} are checked here", unsaid.join(", "));
    }
    let text = describe(found, &more);
    let mut rule = json!({"Type": "AWS::Events::Rule"});
    if let Some(rule) = rule.as_object_mut() {
        if signal.region.is_some() {
            rule.insert("Condition".to_owned(), json!("GlobalEventsHere"));
        }
        let message = format!("\"{text}: <event> by <who> in <account>, <region>, at <time>\"");
        let properties = json!({
            "Name": {"Fn::Sub": format!("${{NamePrefix}}-{}", found.slug())},
            "Description": text,
            "State": state(&signal.event_names),
            "EventPattern": pattern,
            "Targets": [{"Id": "topic", "Arn": {"Ref": "AlarmTopicArn"}, "InputTransformer": {
                "InputPathsMap": {
                    "event": "$.detail.eventName", "who": "$.detail.userIdentity.arn",
                    "account": "$.account", "region": "$.region", "time": "$.time",
                },
                "InputTemplate": message,
            }}],
        });
        rule.insert("Properties".to_owned(), properties);
    }
    rule
}

/// Reads do not reach a rule unless it asks for them; model calls may count as such.
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html>
fn state(names: &[String]) -> &'static str {
    let reads = |name: &String| {
        ["Invoke", "Converse", "Retrieve", "Get", "List", "Describe"]
            .iter()
            .any(|verb| name.starts_with(verb))
    };
    if names.is_empty() || names.iter().any(reads) {
        "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
    } else {
        "ENABLED"
    }
}

/// What one field may be, and whether something could not be said: a pattern has one list for each field, of which any
/// item suffices.
fn alternatives(rows: &[&Predicate], id: &str, template: &mut Template) -> (Value, bool) {
    match rows {
        [one] => (Value::Array(alternative(one, template)), false),
        [a, b] if a.op == Op::NotPrefix && b.op == Op::Prefix => (without(b, a, id, template), false),
        [a, b] if a.op == Op::Prefix && b.op == Op::NotPrefix => (without(a, b, id, template), false),
        rows => {
            let positive = |row: &&&Predicate| !matches!(row.op, Op::NotEquals | Op::NotContains | Op::NotPrefix);
            let first = rows.iter().find(positive).or(rows.first());
            (
                first.map_or(json!([]), |row| Value::Array(alternative(row, template))),
                true,
            )
        }
    }
}

/// The prefixes but those that are excepted; where the exception is a parameter, the stack decides.
fn without(wanted: &Predicate, excepted: &Predicate, id: &str, template: &mut Template) -> Value {
    let mut items = Vec::new();
    for (at, prefix) in wanted.values.iter().enumerate() {
        if excepted.values.contains(prefix) {
            continue;
        }
        let mut item = json!({"prefix": template.value(prefix)});
        let variable = excepted.values.iter().filter(|value| !placeholders(value).is_empty());
        for (number, exception) in variable.enumerate() {
            let name = format!("{id}Not{at}x{number}");
            let equal = json!({"Fn::Equals": [template.value(exception), template.value(prefix)]});
            template.conditions.insert(name.clone(), json!({"Fn::Not": [equal]}));
            item = json!({"Fn::If": [name, item, {"Ref": "AWS::NoValue"}]});
        }
        items.push(item);
    }
    Value::Array(items)
}

fn alternative(row: &Predicate, template: &mut Template) -> Vec<Value> {
    let mut each = |make: &dyn Fn(&str) -> String| -> Vec<Value> {
        row.values.iter().map(|value| template.value(&make(value))).collect()
    };
    let same = |value: &str| value.to_owned();
    let inside = |value: &str| format!("*{}*", literal(value));
    let keyed = |key: &str, values: Vec<Value>| values.into_iter().map(|value| json!({ key: value })).collect();
    // A record without the field satisfies a negation, and anything-but alone does not.
    let or_missing = |pattern: Value| vec![json!({"anything-but": pattern}), json!({"exists": false})];
    match row.op {
        Op::Equals => each(&same),
        Op::NotEquals => or_missing(Value::Array(each(&same))),
        Op::Contains => keyed("wildcard", each(&inside)),
        Op::NotContains => or_missing(json!({"wildcard": each(&inside)})),
        Op::Prefix => keyed("prefix", each(&same)),
        Op::NotPrefix => or_missing(json!({"prefix": each(&same)})),
        Op::Suffix => keyed("suffix", each(&same)),
        Op::Exists => vec![json!({"exists": true})],
        Op::Absent => vec![json!({"exists": false})],
        Op::IsTrue => vec![json!(true)],
        Op::IsFalse => vec![json!(false)],
    }
}

/// A text without wildcards of its own.
fn literal(text: &str) -> String {
    text.replace('\\', "\\\\").replace('*', "\\*")
}

/// Puts a leaf at a path with dots.
fn put(detail: &mut Map<String, Value>, path: &str, leaf: Value) {
    match path.split_once('.') {
        None => {
            detail.insert(path.to_owned(), leaf);
        }
        Some((first, rest)) => {
            let slot = detail.entry(first).or_insert_with(|| json!({}));
            if let Value::Object(inner) = slot {
                put(inner, rest, leaf);
            }
        }
    }
}
