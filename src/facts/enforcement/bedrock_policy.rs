//! The organization policy type `BEDROCK_POLICY`: which guardrail it enforces in which region.
//!
//! The effective policy of an account arrives merged, with or without the inheritance operators; policies as attached
//! carry them. Both forms are read. What is not understood is an error and never an empty policy.
//! <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_bedrock_syntax.html>

use serde_json::{Map, Value};

/// One configuration for one region.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entry {
    /// The region, or `ALL_SUPPORTED` style names as written.
    pub region: String,
    /// The configuration's name.
    pub name: String,
    /// The guardrail's ARN with its version.
    pub identifier: String,
    /// `HONOR` or `IGNORE`, where it says so.
    pub input_tags: Option<String>,
    /// Parts of a call that only callers' marks bring under the guardrail.
    pub selective: Vec<String>,
    /// Models it is limited to.
    pub included: Vec<String>,
    /// Models it leaves out.
    pub excluded: Vec<String>,
}

/// Reads the text of a policy.
pub fn parse(text: &str) -> Result<Vec<Entry>, String> {
    let document: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let Some(bedrock) = document.get("bedrock") else {
        return Ok(Vec::new());
    };
    let Some(inference) = bedrock.get("guardrail_inference") else {
        return Ok(Vec::new());
    };
    let regions = inference
        .as_object()
        .ok_or("`guardrail_inference` is not an object of regions")?;
    let mut entries = Vec::new();
    for (region, configurations) in members(regions) {
        let configurations = configurations
            .as_object()
            .ok_or_else(|| format!("`{region}` holds no configurations"))?;
        for (name, configuration) in members(configurations) {
            let identifier = configuration
                .get("identifier")
                .and_then(assigned)
                .and_then(Value::as_str)
                .ok_or_else(|| format!("`{region}.{name}` names no guardrail"))?;
            entries.push(Entry {
                region: region.clone(),
                name: name.clone(),
                identifier: identifier.to_owned(),
                input_tags: configuration
                    .get("input_tags")
                    .and_then(assigned)
                    .and_then(Value::as_str)
                    .map(str::to_ascii_uppercase),
                selective: selective(configuration.get("selective_content_guarding")),
                included: models(configuration, "included_models"),
                excluded: models(configuration, "excluded_models"),
            });
        }
    }
    Ok(entries)
}

/// The members that are no inheritance operators.
fn members(object: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    object.iter().filter(|(name, _)| !name.starts_with("@@"))
}

/// The value that an operator sets, or the plain value of a merged policy.
fn assigned(value: &Value) -> Option<&Value> {
    match value {
        Value::Object(object) => object.get("@@assign").or_else(|| object.get("@@append")),
        plain => Some(plain),
    }
}

fn selective(guarding: Option<&Value>) -> Vec<String> {
    let parts = guarding.and_then(assigned_object).into_iter().flat_map(members);
    parts
        .filter(|(_, value)| {
            let mode = assigned(value).and_then(Value::as_str);
            mode.is_some_and(|mode| mode.eq_ignore_ascii_case("SELECTIVE"))
        })
        .map(|(name, _)| name.clone())
        .collect()
}

fn models(configuration: &Value, list: &str) -> Vec<String> {
    let enforcement = configuration.get("model_enforcement").and_then(assigned_object);
    let value = enforcement.and_then(|object| object.get(list)).and_then(assigned);
    match value {
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::String(one)) => vec![one.clone()],
        _ => Vec::new(),
    }
}

fn assigned_object(value: &Value) -> Option<&Map<String, Value>> {
    let object = value.as_object()?;
    object.get("@@assign").and_then(Value::as_object).or(Some(object))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ID: &str = "arn:aws:bedrock:us-east-1:999988887777:guardrail/gorg00000001:3";

    #[test]
    fn operators_and_merged_text_say_the_same() {
        let written = json!({"bedrock": {"guardrail_inference": {"@@operators_allowed_for_child_policies": ["@@none"],
            "us-east-1": {"base": {"identifier": {"@@assign": ID, "@@operators_allowed_for_child_policies": ["@@none"]},
                "input_tags": {"@@assign": "honor"},
                "selective_content_guarding": {"system": {"@@assign": "selective"}, "messages": {"@@assign": "comprehensive"}},
                "model_enforcement": {"included_models": {"@@assign": ["ALL"]}, "excluded_models": {"@@append": ["m"]}}}}}}});
        let merged = json!({"bedrock": {"guardrail_inference": {"us-east-1": {"base": {"identifier": ID, "input_tags": "honor",
            "selective_content_guarding": {"system": "selective", "messages": "comprehensive"},
            "model_enforcement": {"included_models": ["ALL"], "excluded_models": ["m"]}}}}}});
        let expected = Entry {
            region: "us-east-1".into(),
            name: "base".into(),
            identifier: ID.into(),
            input_tags: Some("HONOR".into()),
            selective: vec!["system".into()],
            included: vec!["ALL".into()],
            excluded: vec!["m".into()],
        };
        for text in [written, merged] {
            assert_eq!(parse(&text.to_string()), Ok(vec![expected.clone()]));
        }
    }

    #[test]
    fn what_is_not_understood_is_no_empty_policy() {
        assert!(parse("{").is_err());
        assert!(parse(r#"{"bedrock":{"guardrail_inference":[]}}"#).is_err());
        assert!(parse(r#"{"bedrock":{"guardrail_inference":{"us-east-1":{"a":{}}}}}"#).is_err());
        assert_eq!(parse(r#"{"bedrock":{}}"#), Ok(vec![]));
    }
}
