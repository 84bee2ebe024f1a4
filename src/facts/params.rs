//! The settings that rules are judged by: the defaults of the control files, with the user's values over them.
//!
//! A value may be overridden for some resources, because purpose-built guardrails exist: the first override whose
//! pattern matches the subject's ARN wins.

use crate::iam::pattern::Pattern;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Values for the resources that a pattern takes in.
#[derive(Debug, Clone, PartialEq)]
pub struct Override {
    /// An ARN pattern with `*` and `?`, as in IAM.
    pub resource: String,
    /// The values that differ.
    pub values: Map<String, Value>,
}

impl Override {
    /// Whether the override is for this resource.
    pub fn takes_in(&self, resource: &str) -> bool {
        Pattern::glob(&self.resource).matches(resource)
    }
}

/// The params of one control.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ControlParams {
    /// Values by name; a param without a default that nobody set is null.
    pub values: Map<String, Value>,
    /// Exceptions for some resources, first match first.
    pub overrides: Vec<Override>,
}

/// The params of every control, by control id.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Params(pub BTreeMap<String, ControlParams>);

static NULL: Value = Value::Null;

impl Params {
    /// The value of a param for a resource; null where there is none.
    pub fn get(&self, control: &str, name: &str, resource: &str) -> &Value {
        let Some(params) = self.0.get(control) else {
            return &NULL;
        };
        params
            .overrides
            .iter()
            .filter(|over| over.takes_in(resource))
            .find_map(|over| over.values.get(name))
            .or_else(|| params.values.get(name))
            .unwrap_or(&NULL)
    }

    /// A list of texts, where the user or the control gave one.
    pub fn strings(&self, control: &str, name: &str) -> Option<Vec<String>> {
        let list = self.get(control, name, "").as_array()?;
        Some(
            list.iter()
                .filter_map(|item| item.as_str().map(str::to_owned))
                .collect(),
        )
    }

    /// A text.
    pub fn string(&self, control: &str, name: &str) -> Option<&str> {
        self.get(control, name, "").as_str()
    }

    /// A switch; off where nobody set it.
    pub fn flag(&self, control: &str, name: &str) -> bool {
        self.get(control, name, "").as_bool().unwrap_or(false)
    }

    /// A whole number.
    pub fn integer(&self, control: &str, name: &str) -> Option<i64> {
        self.get(control, name, "").as_i64()
    }
}
