//! The guardrails that policies name: conditions on `bedrock:GuardrailIdentifier`, and the identifiers of Bedrock
//! policies of the organization.
//!
//! Documents are walked as plain JSON, for here it matters what they name and not what they decide. Only what a
//! statement asks for is named by it: a Deny unless it is this guardrail, or an Allow if it is. A Deny *of* a guardrail
//! forbids it, and puts it to no use.

use aho_corasick::AhoCorasick;
use serde_json::{Map, Value};
use std::sync::LazyLock;

/// A guardrail that a statement or a configuration names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The statement's Sid or index, or the place in a Bedrock policy.
    pub place: String,
    /// As written: an ARN, perhaps with a version or wildcards.
    pub identifier: String,
}

const KEY: &str = "bedrock:guardrailidentifier";

/// Whether a policy is worth a closer look: most hold no trace of the key.
fn may_name_a_guardrail(text: &str) -> bool {
    static TRACE: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
        let mut search = AhoCorasick::builder();
        search.ascii_case_insensitive(true).build(["guardrailidentifier"]).ok()
    });
    TRACE.as_ref().is_none_or(|trace| trace.is_match(text))
}

/// The guardrails that the conditions of an IAM policy or SCP name; `Err` where the text is no JSON.
pub fn in_conditions(text: &str) -> Result<Vec<Named>, String> {
    if !may_name_a_guardrail(text) {
        return Ok(Vec::new());
    }
    let document: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let statements = many(member(document.as_object(), "Statement"));
    let mut found = Vec::new();
    for (index, statement) in statements.into_iter().enumerate() {
        let statement = statement.as_object();
        let denies = member(statement, "Effect").and_then(Value::as_str) == Some("Deny");
        let place = member(statement, "Sid")
            .and_then(Value::as_str)
            .filter(|sid| !sid.is_empty())
            .map_or_else(|| index.to_string(), str::to_owned);
        let operators = member(statement, "Condition").and_then(Value::as_object);
        for (operator, keys) in operators.into_iter().flatten() {
            let operator = operator.to_ascii_lowercase();
            if operator.contains("null") || operator.contains("not") != denies {
                continue;
            }
            let keys = keys.as_object().into_iter().flatten();
            for (_, values) in keys.filter(|(key, _)| key.eq_ignore_ascii_case(KEY)) {
                found.extend(
                    many(Some(values))
                        .into_iter()
                        .filter_map(Value::as_str)
                        .map(|value| Named {
                            place: place.clone(),
                            identifier: value.to_owned(),
                        }),
                );
            }
        }
    }
    Ok(found)
}

/// The guardrails that a `BEDROCK_POLICY` enforces, as written or as merged for an account.
/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_bedrock_syntax.html>
pub fn in_bedrock_policy(text: &str) -> Result<Vec<Named>, String> {
    let document: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let regions = document
        .get("bedrock")
        .and_then(|bedrock| bedrock.get("guardrail_inference"))
        .and_then(Value::as_object);
    let mut found = Vec::new();
    for (region, configurations) in regions.into_iter().flatten() {
        for (name, configuration) in configurations.as_object().into_iter().flatten() {
            let identifier = configuration.get("identifier");
            let assigned = identifier.and_then(|value| value.get("@@assign")).or(identifier);
            if let Some(identifier) = assigned.and_then(Value::as_str) {
                found.push(Named {
                    place: format!("{region}/{name}"),
                    identifier: identifier.to_owned(),
                });
            }
        }
    }
    Ok(found)
}

/// Element names of policies are compared without case where AWS is lenient, and it costs nothing to be so here.
fn member<'v>(object: Option<&'v Map<String, Value>>, name: &str) -> Option<&'v Value> {
    let object = object?;
    object.get(name).or_else(|| {
        object
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    })
}

fn many(value: Option<&Value>) -> Vec<&Value> {
    match value {
        Some(Value::Array(list)) => list.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn names(effect: &str, operator: &str, key: &str) -> usize {
        let text = json!({"Statement": {"Effect": effect, "Action": "*", "Resource": "*",
            "Condition": {operator: {key: "arn:aws:bedrock:us-east-1:1:guardrail/a:1"}}}});
        in_conditions(&text.to_string()).map_or(0, |found| found.len())
    }

    #[test]
    fn the_key_leaves_a_trace_wherever_it_stands() {
        for text in [
            "guardrailidentifier",
            "xGuardrailIdentifier",
            "bedrock:GUARDRAILIDENTIFIERx",
            "guardrailguardrailIdentifier",
        ] {
            assert!(may_name_a_guardrail(text), "{text}");
        }
        for text in ["", "guardrailidentifie", "guardrail identifier", "guardrailidentifiesr"] {
            assert!(!may_name_a_guardrail(text), "{text}");
        }
    }

    #[test]
    fn a_condition_names_what_it_lets_through() {
        let key = "bedrock:GuardrailIdentifier";
        assert_eq!(names("Deny", "StringNotEquals", key), 1);
        assert_eq!(
            names("Deny", "ForAllValues:ArnNotLikeIfExists", "Bedrock:guardrailidentifier"),
            1
        );
        assert_eq!(names("Allow", "ArnEquals", key), 1);
        assert_eq!(names("Deny", "StringEquals", key), 0);
        assert_eq!(names("Allow", "StringNotLike", key), 0);
        assert_eq!(names("Deny", "Null", key), 0);
        assert_eq!(names("Deny", "StringNotEquals", "bedrock:GuardrailIdentifiers"), 0);
    }

    #[test]
    fn a_statement_is_named_by_sid_or_index() {
        let text = json!({"Statement": [{"Effect": "Allow"}, {"Effect": "Deny", "Condition":
            {"StringNotEquals": {"bedrock:GuardrailIdentifier": ["x", "y"]}}}]});
        let found = in_conditions(&text.to_string()).unwrap();
        assert_eq!(
            found.iter().map(|named| named.place.as_str()).collect::<Vec<_>>(),
            ["1", "1"]
        );
        assert!(in_conditions("{ bedrock:GuardrailIdentifier").is_err());
    }

    #[test]
    fn bedrock_policies_are_read_as_written_and_as_merged() {
        let written =
            json!({"bedrock": {"guardrail_inference": {"us-east-1": {"base": {"identifier": {"@@assign": "a:1"}}}}}});
        let merged = json!({"bedrock": {"guardrail_inference": {"us-east-1": {"base": {"identifier": "a:1"}}}}});
        for text in [written, merged] {
            let expected = Named {
                place: "us-east-1/base".into(),
                identifier: "a:1".into(),
            };
            assert_eq!(in_bedrock_policy(&text.to_string()), Ok(vec![expected]));
        }
    }
}
