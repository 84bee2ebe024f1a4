//! Free-form documents of the SDK as JSON.
//!
//! The SDK keeps objects in hash maps; their members are sorted here, or two scans of the same account would differ.

use aws_smithy_types::{Document, Number};
use serde_json::Value;
use std::collections::BTreeMap;

/// The document as JSON. A number that JSON cannot write (NaN) becomes null.
pub(super) fn json(document: &Document) -> Value {
    match document {
        Document::Null => Value::Null,
        Document::Bool(truth) => Value::Bool(*truth),
        Document::String(text) => Value::String(text.clone()),
        Document::Number(Number::PosInt(number)) => Value::from(*number),
        Document::Number(Number::NegInt(number)) => Value::from(*number),
        Document::Number(Number::Float(number)) => Value::from(*number),
        Document::Array(items) => Value::Array(items.iter().map(json).collect()),
        Document::Object(members) => {
            let sorted: BTreeMap<&String, &Document> = members.iter().collect();
            Value::Object(
                sorted
                    .into_iter()
                    .map(|(name, value)| (name.clone(), json(value)))
                    .collect(),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn sorts_members_and_keeps_numbers() {
        let members = [
            ("z", Document::Null),
            ("a", Document::Number(Number::NegInt(-1))),
            (
                "m",
                Document::Array(vec![Document::Number(Number::Float(f64::NAN)), Document::Bool(true)]),
            ),
        ];
        let object: HashMap<String, Document> = members.into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
        assert_eq!(
            json(&Document::Object(object)).to_string(),
            r#"{"a":-1,"m":[null,true],"z":null}"#
        );
    }
}
