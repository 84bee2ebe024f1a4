//! A param: a typed setting of a control that a user's configuration may change.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use std::fmt;

/// The type of a param.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ParamType {
    /// `NONE`, `LOW`, `MEDIUM` or `HIGH`.
    Strength,
    /// A text.
    String,
    /// A list of texts.
    Strings,
    /// A whole number.
    Integer,
    /// A switch.
    Boolean,
    /// A table of texts by text.
    StringMap,
}

/// A param as a control declares it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ParamDef {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: ParamType,
    /// What it means.
    pub description: String,
    /// Its value where the user gives none; without one it is null.
    #[serde(default)]
    #[schemars(with = "Option<serde_json::Value>")]
    pub default: Option<toml::Value>,
    /// The only values it may have, for texts and for the values of a table.
    #[serde(default)]
    pub choices: Vec<String>,
}

/// The strengths of a guardrail filter, weakest first.
pub const STRENGTHS: [&str; 4] = ["NONE", "LOW", "MEDIUM", "HIGH"];

impl fmt::Display for ParamType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Strength => "one of NONE, LOW, MEDIUM, HIGH",
            Self::String => "a text",
            Self::Strings => "a list of texts",
            Self::Integer => "a whole number",
            Self::Boolean => "true or false",
            Self::StringMap => "a table of texts",
        })
    }
}

impl ParamDef {
    /// The JSON form of a value of this param, or what is wrong with it.
    pub fn check(&self, value: &toml::Value) -> Result<Value, String> {
        let json = to_json(value);
        let ok = match self.kind {
            ParamType::Strength => json.as_str().is_some_and(|text| STRENGTHS.contains(&text)),
            ParamType::String => json.is_string(),
            ParamType::Strings => json.as_array().is_some_and(|list| list.iter().all(Value::is_string)),
            ParamType::Integer => json.is_i64(),
            ParamType::Boolean => json.is_boolean(),
            ParamType::StringMap => json.as_object().is_some_and(|map| map.values().all(Value::is_string)),
        };
        if !ok {
            return Err(format!("expected {}", self.kind));
        }
        let texts: Vec<&str> = match &json {
            Value::String(text) => vec![text],
            Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
            Value::Object(map) => map.values().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        if !self.choices.is_empty()
            && let Some(odd) = texts
                .iter()
                .find(|text| !self.choices.iter().any(|choice| choice == *text))
        {
            return Err(format!("`{odd}` is not one of {}", self.choices.join(", ")));
        }
        Ok(json)
    }

    /// The default in JSON form; null where there is none.
    pub fn default_value(&self) -> Value {
        self.default.as_ref().map_or(Value::Null, to_json)
    }
}

/// A TOML value in JSON form; dates become text.
pub fn to_json(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::from(text.as_str()),
        toml::Value::Integer(number) => Value::from(*number),
        toml::Value::Float(number) => Value::from(*number),
        toml::Value::Boolean(flag) => Value::from(*flag),
        toml::Value::Datetime(time) => Value::from(time.to_string()),
        toml::Value::Array(list) => list.iter().map(to_json).collect(),
        toml::Value::Table(table) => {
            Value::Object(table.iter().map(|(key, value)| (key.clone(), to_json(value))).collect())
        }
    }
}
