//! A policy document as AWS returned it: text, decoded from the transport and otherwise untouched.
//!
//! It may be malformed, so it stays text until the policy engine parses it and can say what is wrong with it.
//! In files written by people it may also stand as a JSON object, which reads better than JSON in a string.

use schemars::JsonSchema;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::sync::Arc;

/// The text of a policy document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
#[schemars(with = "String")]
pub struct PolicyText(Arc<str>);

impl PolicyText {
    /// The JSON text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The JSON text, for one more owner.
    pub fn shared(&self) -> Arc<str> {
        Arc::clone(&self.0)
    }
}

impl Default for PolicyText {
    fn default() -> Self {
        Self(Arc::from(""))
    }
}

impl<S: Into<String>> From<S> for PolicyText {
    fn from(text: S) -> Self {
        Self(Arc::from(text.into()))
    }
}

impl Serialize for PolicyText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for PolicyText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrObject;
        impl<'de> Visitor<'de> for TextOrObject {
            type Value = PolicyText;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a policy document as text or as an object")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<PolicyText, E> {
                Ok(PolicyText(Arc::from(text)))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PolicyText, A::Error> {
                let object = serde_json::Value::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                Ok(PolicyText::from(object.to_string()))
            }
        }
        deserializer.deserialize_any(TextOrObject)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_text_and_objects() {
        let text: PolicyText = serde_json::from_str(r#""{ \"Version\": 1 }""#).unwrap();
        assert_eq!(text.as_str(), r#"{ "Version": 1 }"#);
        let object: PolicyText = serde_json::from_str(r#"{"Version": 1}"#).unwrap();
        assert_eq!(object.as_str(), r#"{"Version":1}"#);
        assert_eq!(serde_json::to_string(&object).unwrap(), r#""{\"Version\":1}""#);
    }
}
