//! A case: facts of one subject, and what the rule must say of them.
//!
//! Facts that a case does not name have the plainest value of their type (`false`, empty, 0), so that a case shows
//! only what it is about.

use schemars::JsonSchema;
use serde::Deserialize;

/// What a case expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Expect {
    /// PASS.
    Pass,
    /// FAIL.
    Fail,
    /// UNKNOWN.
    Unknown,
    /// NOT_APPLICABLE.
    NotApplicable,
}

/// A case.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What it shows.
    pub name: String,
    /// What the rule must say.
    pub expect: Expect,
    /// Whether it comes within a hair of the opposite answer.
    #[serde(default)]
    pub near_miss: bool,
    /// Facts that differ from the plainest ones.
    #[serde(default)]
    #[schemars(with = "std::collections::BTreeMap<String, serde_json::Value>")]
    pub facts: toml::Table,
    /// Facts that could not be read, as paths such as `bucket.policy`.
    #[serde(default)]
    pub unread: Vec<String>,
    /// Params that differ from the defaults.
    #[serde(default)]
    #[schemars(with = "std::collections::BTreeMap<String, serde_json::Value>")]
    pub params: toml::Table,
    /// Text that the message must contain.
    #[serde(default)]
    pub message: Option<String>,
}
