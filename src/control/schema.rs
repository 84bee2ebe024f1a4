//! What the expressions of a rule may speak of: facts, params and variables with their types.
//!
//! The types come from the JSON Schemas of the fact structs, so that the reference, the checks and the facts
//! themselves cannot drift apart.

use super::param::ParamType;
use serde_json::Value;
use std::collections::BTreeMap;

/// The type of an expression, as far as it is known.
#[derive(Debug, Clone, PartialEq)]
pub enum Type {
    /// Nothing is known; anything goes.
    Any,
    /// true or false.
    Bool,
    /// A number.
    Number,
    /// A text; with the only values it can have, where the type is an enumeration.
    Text(Vec<String>),
    /// A list.
    List(Box<Type>),
    /// A table with any text keys.
    Map(Box<Type>),
    /// An object with these members.
    Object(BTreeMap<String, Type>),
    /// The value, or null.
    Optional(Box<Type>),
}

impl Type {
    /// The type that a JSON Schema describes.
    pub fn of_schema(schema: &Value) -> Self {
        if let Some(options) = schema
            .get("anyOf")
            .or_else(|| schema.get("oneOf"))
            .and_then(Value::as_array)
        {
            return Self::of_options(options);
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            return Self::Text(values.iter().filter_map(Value::as_str).map(str::to_owned).collect());
        }
        if let Some(value) = schema.get("const").and_then(Value::as_str) {
            return Self::Text(vec![value.to_owned()]);
        }
        match schema.get("type") {
            Some(Value::String(name)) => Self::of_named(name, schema),
            Some(Value::Array(names)) => {
                let optional = names.iter().any(|name| name == "null");
                let plain = names.iter().filter_map(Value::as_str).find(|name| *name != "null");
                let inner = plain.map_or(Self::Any, |name| Self::of_named(name, schema));
                if optional {
                    Self::Optional(Box::new(inner))
                } else {
                    inner
                }
            }
            _ => Self::Any,
        }
    }

    fn of_options(options: &[Value]) -> Self {
        let is_null = |option: &Value| option.get("type").is_some_and(|kind| kind == "null");
        let plain: Vec<Self> = options
            .iter()
            .filter(|option| !is_null(option))
            .map(Self::of_schema)
            .collect();
        let texts: Option<Vec<String>> = plain
            .iter()
            .map(|option| {
                if let Self::Text(values) = option {
                    Some(values.clone())
                } else {
                    None
                }
            })
            .collect::<Option<Vec<_>>>()
            .map(|lists| lists.concat());
        let inner = match (plain.as_slice(), texts) {
            ([one], _) => one.clone(),
            (_, Some(values)) => Self::Text(values),
            _ => Self::Any,
        };
        if options.iter().any(is_null) {
            Self::Optional(Box::new(inner))
        } else {
            inner
        }
    }

    fn of_named(name: &str, schema: &Value) -> Self {
        match name {
            "boolean" => Self::Bool,
            "integer" | "number" => Self::Number,
            "string" => Self::Text(Vec::new()),
            "array" => Self::List(Box::new(schema.get("items").map_or(Self::Any, Self::of_schema))),
            "object" => match schema.get("properties").and_then(Value::as_object) {
                Some(members) => Self::Object(members.iter().map(|(k, v)| (k.clone(), Self::of_schema(v))).collect()),
                None => Self::Map(Box::new(match schema.get("additionalProperties") {
                    Some(values @ Value::Object(_)) => Self::of_schema(values),
                    _ => Self::Any,
                })),
            },
            _ => Self::Any,
        }
    }

    /// The type of a param; one without a default may be null.
    pub fn of_param(kind: ParamType, has_default: bool) -> Self {
        let plain = match kind {
            ParamType::Strength => Self::Text(super::param::STRENGTHS.iter().map(|s| (*s).to_owned()).collect()),
            ParamType::String => Self::Text(Vec::new()),
            ParamType::Strings => Self::List(Box::new(Self::Text(Vec::new()))),
            ParamType::Integer => Self::Number,
            ParamType::Boolean => Self::Bool,
            ParamType::StringMap => Self::Map(Box::new(Self::Text(Vec::new()))),
        };
        if has_default {
            plain
        } else {
            Self::Optional(Box::new(plain))
        }
    }

    /// The plainest value of the type, which a case's unnamed facts have.
    pub fn plain_value(&self) -> Value {
        match self {
            Self::Any | Self::Optional(_) => Value::Null,
            Self::Bool => Value::Bool(false),
            Self::Number => Value::from(0),
            Self::Text(values) => Value::from(values.first().cloned().unwrap_or_default()),
            Self::List(_) => Value::Array(Vec::new()),
            Self::Map(_) => Value::Object(serde_json::Map::new()),
            Self::Object(members) => Value::Object(
                members
                    .iter()
                    .map(|(name, kind)| (name.clone(), kind.plain_value()))
                    .collect(),
            ),
        }
    }

    /// The type without its null.
    pub fn solid(&self) -> &Self {
        match self {
            Self::Optional(inner) => inner.solid(),
            other => other,
        }
    }

    /// The type of a member, or `None` where there is none of that name.
    pub fn member(&self, name: &str) -> Option<Self> {
        match self.solid() {
            Self::Object(members) => members.get(name).cloned(),
            Self::Map(values) => Some((**values).clone()),
            Self::Any => Some(Self::Any),
            _ => None,
        }
    }

    /// A word for messages.
    pub fn describe(&self) -> &'static str {
        match self {
            Self::Any => "a value of unknown type",
            Self::Bool => "true or false",
            Self::Number => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Map(_) => "a table",
            Self::Object(_) => "an object",
            Self::Optional(inner) => inner.describe(),
        }
    }
}
