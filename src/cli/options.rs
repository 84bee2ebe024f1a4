//! Options that are settings, in groups, and the layer of settings that those given make.

use crate::config::layer::{Layer, Value};
use crate::config::setting::{COLORS, GATES, SEVERITIES};
use clap::{ArgAction, Args, builder::PossibleValuesParser};
use std::path::PathBuf;

/// Options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub struct GlobalArgs {
    /// Configuration file [default: bedrock-audit.toml, where there is one]
    #[arg(long, value_name = "PATH", global = true)]
    pub config: Option<PathBuf>,
    /// When to colour: auto, always, never
    #[arg(long, value_name = "WHEN", global = true, value_parser = PossibleValuesParser::new(COLORS))]
    #[arg(hide_possible_values = true)]
    pub color: Option<String>,
    /// Nothing on standard error but errors
    #[arg(short, long, value_name = "BOOL", global = true)]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "true", hide_possible_values = true)]
    pub quiet: Option<bool>,
    /// Log to standard error; more with -vv and -vvv
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
}

/// How to reach AWS.
#[derive(Debug, Args)]
#[command(next_help_heading = "AWS options")]
pub struct AwsArgs {
    /// Profile of the AWS configuration files
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Region to read (repeatable) [default: every enabled one that offers Bedrock]
    #[arg(long, value_name = "REGION", value_delimiter = ',')]
    pub region: Vec<String>,
    /// Role to assume first
    #[arg(long, value_name = "ARN")]
    pub role_arn: Option<String>,
    /// External id for that role
    #[arg(long, value_name = "ID")]
    pub external_id: Option<String>,
    /// Calls in flight at once [default: 96]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=256))]
    pub concurrency: Option<u64>,
    /// Time for one attempt of one call [default: 30]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub timeout: Option<u64>,
    /// Time for the whole collection; what is not read by then is a gap
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub deadline: Option<u64>,
    /// No progress bar
    #[arg(long, value_name = "BOOL")]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "true", hide_possible_values = true)]
    pub no_progress: Option<bool>,
}

/// How to judge.
#[derive(Debug, Args)]
#[command(next_help_heading = "Judgement")]
pub struct JudgeArgs {
    /// Evaluate this control alone (repeatable)
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub control: Vec<String>,
    /// Directory of controls that are added or override
    #[arg(long, value_name = "DIR")]
    pub controls: Option<PathBuf>,
    /// Severity that fails the run: critical, high, medium, low, info, never [default: critical]
    #[arg(long, value_name = "SEVERITY", value_parser = PossibleValuesParser::new(GATES), ignore_case = true)]
    #[arg(hide_possible_values = true)]
    pub fail_on: Option<String>,
    /// Let UNKNOWN through the gate: exit 0 instead of 3
    #[arg(long, value_name = "BOOL")]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "true", hide_possible_values = true)]
    pub allow_unknown: Option<bool>,
    /// JSON report to compare with: findings are new or existing
    #[arg(long, value_name = "PATH")]
    pub baseline: Option<PathBuf>,
    /// Let findings through the gate that the baseline has
    #[arg(long, value_name = "BOOL")]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "true", hide_possible_values = true)]
    pub new_only: Option<bool>,
    /// Show findings of this severity and worse [default: info]
    #[arg(long, value_name = "SEVERITY", value_parser = severities(), ignore_case = true)]
    #[arg(hide_possible_values = true)]
    pub min_severity: Option<String>,
}

/// What to print.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct ReportArgs {
    /// table, json, jsonl, csv, markdown, html, sarif, junit, ocsf, asff or github (repeatable) [default: table]
    #[arg(long, value_name = "FORMAT[=PATH]")]
    pub format: Vec<String>,
    /// File for the format that names none [default: standard output]
    #[arg(short, long, value_name = "PATH")]
    pub output: Option<PathBuf>,
    /// List PASS and NOT_APPLICABLE too
    #[arg(long, value_name = "BOOL")]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "true", hide_possible_values = true)]
    pub show_passed: Option<bool>,
}

/// The parser of severities.
pub fn severities() -> PossibleValuesParser {
    PossibleValuesParser::new(SEVERITIES)
}

fn text(value: Option<&String>) -> Option<Value> {
    value.cloned().map(Value::Text)
}

fn lower(value: Option<&String>) -> Option<Value> {
    value.map(|text| Value::Text(text.to_lowercase()))
}

fn path(value: Option<&PathBuf>) -> Option<Value> {
    value.map(|path| Value::Text(path.to_string_lossy().into_owned()))
}

fn list(values: &[String]) -> Option<Value> {
    (!values.is_empty()).then(|| Value::List(values.to_vec()))
}

impl GlobalArgs {
    /// Adds what was given.
    pub fn lay(&self, layer: &mut Layer) {
        layer.flag("color", lower(self.color.as_ref()));
        layer.flag("quiet", self.quiet.map(Value::Switch));
        let verbose = u64::from(self.verbose.min(3));
        layer.flag("verbose", (verbose > 0).then_some(Value::Number(verbose)));
    }
}

impl AwsArgs {
    /// Adds what was given.
    pub fn lay(&self, layer: &mut Layer) {
        layer.flag("profile", text(self.profile.as_ref()));
        layer.flag("regions", list(&self.region));
        layer.flag("role_arn", text(self.role_arn.as_ref()));
        layer.flag("external_id", text(self.external_id.as_ref()));
        layer.flag("concurrency", self.concurrency.map(Value::Number));
        layer.flag("timeout", self.timeout.map(Value::Number));
        layer.flag("deadline", self.deadline.map(Value::Number));
        layer.flag("no_progress", self.no_progress.map(Value::Switch));
    }
}

impl JudgeArgs {
    /// Adds what was given.
    pub fn lay(&self, layer: &mut Layer) {
        lay_controls(layer, &self.control, self.controls.as_ref());
        layer.flag("fail_on", lower(self.fail_on.as_ref()));
        layer.flag("allow_unknown", self.allow_unknown.map(Value::Switch));
        layer.flag("baseline", path(self.baseline.as_ref()));
        layer.flag("new_only", self.new_only.map(Value::Switch));
        layer.flag("min_severity", lower(self.min_severity.as_ref()));
    }
}

impl ReportArgs {
    /// Adds what was given.
    pub fn lay(&self, layer: &mut Layer) {
        layer.flag("formats", list(&self.format));
        layer.flag("output", path(self.output.as_ref()));
        layer.flag("show_passed", self.show_passed.map(Value::Switch));
    }
}

/// Adds the controls asked for and the directory of the user's own.
pub fn lay_controls(layer: &mut Layer, ids: &[String], directory: Option<&PathBuf>) {
    layer.flag("control", list(ids));
    layer.flag("controls", path(directory));
}
