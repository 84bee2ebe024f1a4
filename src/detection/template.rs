//! What both CloudFormation templates share: parameters for everything that differs between accounts.

use super::{Detection, measured};
use crate::control::catalog::Entry;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// A template in the making.
#[derive(Debug, Default)]
pub(super) struct Template {
    placeholders: BTreeSet<String>,
    /// Conditions by name.
    pub(super) conditions: Map<String, Value>,
    /// Resources by name.
    pub(super) resources: Map<String, Value>,
}

impl Template {
    /// A text whose placeholders become parameters.
    pub(super) fn value(&mut self, text: &str) -> Value {
        let names = placeholders(text);
        if names.is_empty() {
            return json!(text);
        }
        let text = self.text(text);
        match names.as_slice() {
            [one] if text == format!("${{{}}}", camel(one)) => json!({"Ref": camel(one)}),
            _ => json!({"Fn::Sub": text}),
        }
    }

    /// The same for use inside of `Fn::Sub`.
    pub(super) fn text(&mut self, text: &str) -> String {
        let mut out = text.to_owned();
        for name in placeholders(text) {
            out = out.replace(&format!("${{{name}}}"), &format!("${{{}}}", camel(&name)));
            self.placeholders.insert(name);
        }
        out
    }

    /// The account that the detections watch.
    pub(super) fn account() -> Value {
        json!({"Fn::If": ["OwnAccount", {"Ref": "AWS::AccountId"}, {"Ref": "AccountId"}]})
    }

    /// The finished template.
    pub(super) fn finish(mut self, about: &str, parameters: Value, entries: &[&Entry]) -> String {
        let mut all = json!({
            "AlarmTopicArn": {
                "Type": "String",
                "Description": "SNS topic that is told; its policy must let the service publish",
                "AllowedPattern": "^arn:[a-z-]+:sns:.+$",
            },
            "NamePrefix": {
                "Type": "String",
                "Description": "What every name begins with",
                "Default": "bedrock-audit",
                "AllowedPattern": "^[A-Za-z0-9-]{1,20}$",
            },
            "AccountId": {
                "Type": "String",
                "Description": "Account to watch; empty for the one of the stack",
                "Default": "",
                "AllowedPattern": "^([0-9]{12})?$",
            },
        });
        if let (Some(all), Value::Object(more)) = (all.as_object_mut(), parameters) {
            all.extend(more);
            for name in &self.placeholders {
                let about = format!("Your value for {name}");
                let parameter = json!({"Type": "String", "Description": about, "MinLength": 1});
                all.insert(camel(name), parameter);
            }
        }
        let own = json!({"Fn::Equals": [{"Ref": "AccountId"}, ""]});
        self.conditions.insert("OwnAccount".to_owned(), own);
        let left_out: Map<String, Value> = measured(entries)
            .iter()
            .map(|found| (found.id(), json!(found.signal.title)))
            .collect();
        let template = json!({
            "AWSTemplateFormatVersion": "2010-09-09",
            "Description": about,
            "Metadata": {"BedrockAudit": {"Version": env!("CARGO_PKG_VERSION"), "NotHere": left_out}},
            "Parameters": all,
            "Conditions": self.conditions,
            "Resources": self.resources,
        });
        format!("{}\n", compact(&template, 0))
    }
}

/// JSON that keeps small things on one line, so that a template stays below the 51200 bytes that CloudFormation takes
/// without a bucket for as long as possible, and can still be read.
fn compact(value: &Value, depth: usize) -> String {
    const SHORT: usize = 120;
    let line = value.to_string();
    let Value::Object(members) = value else { return line };
    if depth > 2 || (depth > 1 && line.len() + depth <= SHORT) || members.is_empty() {
        return line;
    }
    let indent = " ".repeat(depth + 1);
    let members: Vec<String> = members
        .iter()
        .map(|(name, member)| format!("{indent}{}: {}", json!(name), compact(member, depth + 1)))
        .collect();
    format!("{{\n{}\n{}}}", members.join(",\n"), " ".repeat(depth))
}

/// The sentence that says which control a detection belongs to.
pub(super) fn describe(found: &Detection<'_>, more: &str) -> String {
    let urgency = found.alert.map_or("info", |alert| alert.urgency.as_str());
    let text = format!("[{urgency}] {}: {}{more}", found.id(), found.signal.title);
    // A rule's description has 512 characters at most.
    text.chars().take(500).collect()
}

/// The names in `${NAME}`, each once.
pub(super) fn placeholders(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for part in text.split("${").skip(1) {
        if let Some((name, _)) = part.split_once('}')
            && !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
            && !names.iter().any(|known| known == name)
        {
            names.push(name.to_owned());
        }
    }
    names
}

/// `GUARDRAIL_NAME` as `GuardrailName`.
fn camel(name: &str) -> String {
    name.split('_').map(|word| capitalized(&word.to_lowercase())).collect()
}

/// A word with a capital.
pub(super) fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
