//! A subject: one thing that rules look at, with its facts in the form in which expressions read them.

use crate::model::report::Resource;
use serde::Serialize;
use serde_json::{Map, Value};

/// One thing that rules look at.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    /// What a finding about it names.
    pub resource: Resource,
    /// Tells it from other subjects of the same resource; part of the fingerprint.
    pub key: Option<String>,
    /// Its facts by name; unread ones carry [`super::fact::UNREAD`].
    pub facts: Map<String, Value>,
}

impl Subject {
    /// A subject from typed facts.
    pub fn new(resource: Resource, key: Option<String>, facts: &impl Serialize) -> Self {
        // Facts are structs of strings, numbers, lists and maps with text keys: their serialisation cannot fail.
        let facts = match serde_json::to_value(facts) {
            Ok(Value::Object(map)) => map,
            _ => Map::new(),
        };
        Self { resource, key, facts }
    }
}
