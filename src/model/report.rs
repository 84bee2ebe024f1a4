//! The report: what an audit says, in the form in which the JSON output says it.
//!
//! These types are the published contract (`schema report`), so a member is added, never renamed. Every other output
//! is a rendering of them, and a saved report can be read back and rendered again.

use super::gap::GapKind;
use super::severity::Severity;
use super::snapshot::Tool;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use serde_with::skip_serializing_none;
use std::collections::BTreeMap;

/// Version of the report's format.
pub const SCHEMA_VERSION: &str = "1.0";

/// What became of one rule on one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// The subject does not meet the rule.
    Fail,
    /// Something that the rule needed could not be read, parsed or decided.
    Unknown,
    /// The subject meets the rule.
    Pass,
    /// There is no such subject, or Bedrock is not offered or not used there.
    NotApplicable,
}

impl Status {
    /// The upper-case name used in every output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "FAIL",
            Self::Unknown => "UNKNOWN",
            Self::Pass => "PASS",
            Self::NotApplicable => "NOT_APPLICABLE",
        }
    }
}

/// Whether Bedrock is used somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum InUse {
    /// A sign of use was seen.
    Yes,
    /// Every sign was looked for, and none was there.
    No,
    /// No sign was seen, but one could not be looked for.
    Undecided,
}

/// A whole report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Format version.
    pub schema_version: String,
    /// What wrote it.
    pub tool: Tool,
    /// When, RFC 3339 in UTC.
    pub generated_at: String,
    /// What was looked at.
    pub scope: Scope,
    /// Counts and the gate's answer.
    pub summary: Summary,
    /// FAIL and UNKNOWN findings (all statuses where asked for), worst first.
    pub findings: Vec<Finding>,
    /// What could not be read.
    pub gaps: Vec<ReportedGap>,
    /// Remarks on the run itself: an exception that matched nothing, a baseline finding that nobody could look at again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// What was looked at.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// `live`, `snapshot`, `terraform` or `cloudformation`.
    pub source: String,
    /// The partition, for example `aws`.
    pub partition: String,
    /// Account ids.
    pub accounts: Vec<String>,
    /// Regions looked at in any account.
    pub regions: Vec<String>,
    /// Regions in use in any account.
    pub regions_in_use: Vec<String>,
    /// Why a region is or is not in use.
    pub region_usage: Vec<RegionUsage>,
}

/// Why a region of an account is or is not in use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegionUsage {
    /// The account.
    pub account_id: String,
    /// The region.
    pub region: String,
    /// The answer.
    pub in_use: InUse,
    /// The signs seen, or what could not be looked for.
    pub because: Vec<String>,
}

/// Counts and the gate's answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// FAILs of the list by severity; those with an exception stand in `excepted` too and do not count for the gate.
    pub findings: BTreeMap<Severity, usize>,
    /// UNKNOWN findings without exceptions.
    pub unknown: usize,
    /// Findings with an exception.
    pub excepted: usize,
    /// Each control's roll-up, in the order of the catalogue.
    pub controls: Vec<ControlSummary>,
    /// The gate.
    pub gate: Gate,
    /// Requirements of compliance frameworks and what became of the controls behind them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub compliance: Vec<Requirement>,
}

/// A requirement of a framework and the controls that serve it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// The framework's short name, for example `nist-800-53-r5`.
    pub framework: String,
    /// The framework's full title.
    pub framework_title: String,
    /// The requirement's own id, for example `AC-6`.
    pub requirement: String,
    /// The controls that serve it.
    pub controls: Vec<String>,
    /// The worst status among them.
    pub status: Status,
}

/// One control's roll-up. The counts are rule × subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ControlSummary {
    /// For example `aws-genai-01`.
    pub control_id: String,
    /// The control's title.
    #[serde(default)]
    pub title: String,
    /// The control's severity.
    pub severity: Severity,
    /// FAIL beats UNKNOWN beats PASS beats NOT_APPLICABLE.
    pub status: Status,
    /// How often a rule passed.
    pub pass: usize,
    /// How often a rule failed, exceptions included.
    pub fail: usize,
    /// How often nobody could tell.
    pub unknown: usize,
    /// How often a rule did not apply.
    pub not_applicable: usize,
}

/// The gate's answer.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// The severity from which a finding fails the run, or `NEVER`.
    pub fail_on: String,
    /// 0, 1 or 3.
    pub exit_code: u8,
    /// How many FAILs stand there, exceptions and baseline taken off, whether the report shows them or not.
    #[serde(default)]
    pub failing: Option<usize>,
    /// The same of UNKNOWNs.
    #[serde(default)]
    pub undecided: Option<usize>,
}

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resource {
    /// The rule's subject, or the kind of owner for grants.
    #[serde(rename = "type")]
    pub kind: String,
    /// The ARN, or the ARN form that stands for a region or account.
    pub arn: String,
    /// A name for people.
    pub name: String,
    /// The region; absent for account-wide things.
    pub region: Option<String>,
    /// The account.
    pub account_id: String,
}

/// What one rule says of one subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Stable fingerprint.
    pub id: String,
    /// For example `aws-genai-06`.
    pub control_id: String,
    /// For example `aws-genai-06.prompt-attack`.
    pub rule_id: String,
    /// The rule's title.
    pub title: String,
    /// The rule's severity.
    pub severity: Severity,
    /// What became of it.
    pub status: Status,
    /// What it is about.
    pub resource: Resource,
    /// One sentence that names the fault and the thing.
    pub message: String,
    /// What decided it.
    pub evidence: Map<String, Value>,
    /// What to do, with the real names filled in.
    pub remediation: String,
    /// The exception that takes it off the gate.
    pub exception: Option<ExceptionNote>,
    /// `new` or `existing`, where a baseline was given.
    pub baseline: Option<Baseline>,
}

/// Whether a finding stood in the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Baseline {
    /// It did not.
    New,
    /// It did.
    Existing,
}

/// Why a finding does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExceptionNote {
    /// The reason given.
    pub reason: String,
    /// The last day on which it holds, where one was given.
    pub expires: Option<String>,
    /// Whether that day has passed: then the finding counts again.
    #[serde(default)]
    pub expired: bool,
}

/// A gap as the report shows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportedGap {
    /// The account.
    pub account_id: String,
    /// The region; absent for global services.
    pub region: Option<String>,
    /// The service.
    pub service: String,
    /// The operation.
    pub operation: String,
    /// What was asked about.
    pub resource: Option<String>,
    /// Why it failed.
    pub kind: GapKind,
    /// AWS's error code.
    pub code: Option<String>,
    /// One line of explanation.
    pub message: String,
    /// The IAM action that would fix it.
    pub permission: Option<String>,
    /// The controls that need the read.
    pub controls: Vec<String>,
}
