//! Sigma rules over CloudTrail, one document for each signal.
//!
//! <https://github.com/SigmaHQ/sigma-specification>. Placeholders of the guides become Sigma's own (`%role_arn%` with the
//! modifier `expand`), which a processing pipeline of the user fills in.

use super::template::placeholders;
use super::{Detection, events, yaml};
use crate::control::catalog::Entry;
use crate::control::guide::{Op, Predicate, Urgency};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// The documents.
pub(super) fn documents(entries: &[&Entry]) -> String {
    let rules: Vec<String> = events(entries).iter().map(|found| yaml::text(&rule(found))).collect();
    rules.join("---\n")
}

fn rule(found: &Detection<'_>) -> Value {
    let signal = found.signal;
    let level = match found.alert.map(|alert| alert.urgency) {
        Some(Urgency::Page) => "high",
        Some(Urgency::Ticket) => "medium",
        Some(Urgency::Info) | None => "low",
    };
    let alert = found.alert.map_or_else(String::new, |alert| {
        let reason = alert.reason.trim_end_matches('.');
        format!(
            " Alert at {} within {}: {reason}.",
            alert.threshold,
            alert.within.get_ref()
        )
    });
    let words = signal.meaning.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut rule = json!({
        "title": signal.title,
        "id": uuid(&found.id()),
        "name": found.slug().replace('-', "_"),
        "status": "experimental",
        "description": format!("{}: {words}{alert}", found.id()),
        "author": "bedrock-audit",
    });
    if let Some(rule) = rule.as_object_mut() {
        if !found.entry.control.references.is_empty() {
            rule.insert("references".to_owned(), json!(found.entry.control.references));
        }
        rule.insert(
            "logsource".to_owned(),
            json!({"product": "aws", "service": "cloudtrail"}),
        );
        rule.insert("detection".to_owned(), detection(found));
        let reason = found
            .alert
            .map_or("Changes that were released", |alert| alert.reason.as_str());
        rule.insert("falsepositives".to_owned(), json!([reason]));
        rule.insert("level".to_owned(), json!(level));
    }
    rule
}

fn detection(found: &Detection<'_>) -> Value {
    let signal = found.signal;
    let mut selections: Vec<Map<String, Value>> = vec![Map::new()];
    let mut filters: Vec<Map<String, Value>> = Vec::new();
    let mut select = |key: String, value: Value| {
        // One selection has one entry for each key; a second condition on the same goes into another selection.
        let free = selections.iter_mut().find(|selection| !selection.contains_key(&key));
        if let Some(selection) = free {
            selection.insert(key, value);
        } else {
            selections.push(Map::from_iter([(key, value)]));
        }
    };
    if let Some(source) = signal.event_source.as_deref().filter(|source| *source != "*") {
        select("eventSource".to_owned(), json!(source));
    }
    if !signal.event_names.is_empty() {
        select(
            "eventName".to_owned(),
            one_or_many(signal.event_names.iter().map(|name| json!(name)).collect()),
        );
    }
    for row in &signal.predicates {
        let (key, value) = item(row);
        if matches!(row.op, Op::NotEquals | Op::NotContains | Op::NotPrefix) {
            filters.push(Map::from_iter([(key, value)]));
        } else {
            select(key, value);
        }
    }
    let mut parts = Map::new();
    let mut condition = Vec::new();
    let mut name = |stem: &str, at: usize, count: usize, not: &str| {
        let name = if count == 1 {
            stem.to_owned()
        } else {
            format!("{stem}_{}", at + 1)
        };
        condition.push(format!("{not}{name}"));
        name
    };
    let count = selections.len();
    for (at, selection) in selections.into_iter().enumerate() {
        parts.insert(name("selection", at, count, ""), Value::Object(selection));
    }
    let count = filters.len();
    for (at, filter) in filters.into_iter().enumerate() {
        parts.insert(name("filter", at, count, "not "), Value::Object(filter));
    }
    parts.insert("condition".to_owned(), json!(condition.join(" and ")));
    Value::Object(parts)
}

fn item(row: &Predicate) -> (String, Value) {
    let field = row.field.get_ref();
    let expand = row.values.iter().any(|value| !placeholders(value).is_empty());
    let modifier = match row.op {
        Op::Contains | Op::NotContains => "|contains",
        Op::Prefix | Op::NotPrefix => "|startswith",
        Op::Suffix => "|endswith",
        Op::Exists | Op::Absent => "|exists",
        Op::Equals | Op::NotEquals | Op::IsTrue | Op::IsFalse => "",
    };
    let value = match row.op {
        Op::Exists | Op::IsTrue => json!(true),
        Op::Absent | Op::IsFalse => json!(false),
        _ => one_or_many(row.values.iter().map(|value| json!(sigma_text(value))).collect()),
    };
    let expand = if expand { "|expand" } else { "" };
    (format!("{field}{modifier}{expand}"), value)
}

fn one_or_many(mut values: Vec<Value>) -> Value {
    if values.len() == 1 {
        values.pop().unwrap_or_default()
    } else {
        Value::Array(values)
    }
}

/// A text without Sigma's wildcards, and with its placeholders.
fn sigma_text(text: &str) -> String {
    let names = placeholders(text);
    let mut out = String::new();
    for c in text.chars() {
        if matches!(c, '*' | '?' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    for name in names {
        out = out.replace(&format!("${{{name}}}"), &format!("%{}%", name.to_lowercase()));
    }
    out
}

/// The same id for the same signal in every release: a UUID of version 8, whose bits are up to its maker.
/// <https://www.rfc-editor.org/rfc/rfc9562#section-5.8>
fn uuid(name: &str) -> String {
    let digest = Sha256::digest(format!("bedrock-audit sigma {name}"));
    let mut hex: String = digest
        .iter()
        .take(16)
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    hex.replace_range(12..13, "8");
    hex.replace_range(16..17, "a");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!(
        "{}-{}-{}-{}-{}",
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32)
    )
}
