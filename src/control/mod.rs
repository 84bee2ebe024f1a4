//! A control as its TOML file says it: metadata, params, and rules with their own cases.
//!
//! The file is data. What it may say is checked when it is loaded ([`catalog`]), so that a typing error in a rule is
//! an error with file, line and column, and never a rule that quietly passes.

pub mod builtin;
pub mod case;
pub mod catalog;
pub mod expression;
pub mod guide;
pub mod lint;
pub mod param;
pub mod schema;
pub mod source;

use crate::model::severity::Severity;
use case::Case;
use param::ParamDef;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// Version of the control format.
pub const SCHEMA_VERSION: u32 = 1;

/// A control.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// Version of the format: 1.
    pub schema: u32,
    /// The id, for example `aws-genai-06`.
    pub id: String,
    /// What is right when the control holds, as a short statement.
    pub title: String,
    /// The worst severity that a rule of it may have.
    pub severity: Severity,
    /// The services it is about, for `controls list --service`.
    #[serde(default)]
    pub services: Vec<String>,
    /// The attack or loss that it prevents.
    #[serde(default)]
    pub rationale: String,
    /// Where the control deviates from the page it serves, and why.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Documents to read on.
    #[serde(default)]
    pub references: Vec<String>,
    /// Whether it takes the place of a built-in control of the same id.
    #[serde(default, rename = "override")]
    pub override_: bool,
    /// Settings with defaults.
    #[serde(default)]
    pub params: BTreeMap<String, ParamDef>,
    /// The rules.
    #[serde(default)]
    pub rules: Vec<Rule>,
}

/// A rule: what one kind of subject must meet.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The slug; the rule's full id is `CONTROL.SLUG`.
    #[schemars(with = "String")]
    pub id: Spanned<String>,
    /// The fault, as a short statement.
    pub title: String,
    /// How bad it is; never worse than its control.
    pub severity: Severity,
    /// The kind of subject.
    #[schemars(with = "String")]
    pub subject: Spanned<String>,
    /// CEL, boolean: the rule applies to this subject. Absent: to every one.
    #[serde(default, rename = "match")]
    #[schemars(with = "Option<String>")]
    pub matches: Option<Spanned<String>>,
    /// CEL by name, for use as `variables.NAME` in the other expressions; each is evaluated at most once.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub variables: BTreeMap<String, Spanned<String>>,
    /// CEL, boolean: true is PASS, false is FAIL.
    #[schemars(with = "String")]
    pub assert: Spanned<String>,
    /// CEL, text: one sentence for a FAIL that names the fault and the thing.
    #[schemars(with = "String")]
    pub message: Spanned<String>,
    /// Facts and variables that a finding shows.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub evidence: Vec<Spanned<String>>,
    /// What to do; `{{ CEL }}` stands for a text, number or list.
    #[schemars(with = "String")]
    pub remediation: Spanned<String>,
    /// The rule's own tests.
    #[serde(default)]
    pub cases: Vec<Case>,
}
