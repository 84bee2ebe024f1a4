//! The command line: what can be typed, and its help. Nothing here reads a file or decides anything.
//!
//! Options that are also settings are optional everywhere, so that "not given" stays apart from "given the default";
//! [`options`] turns what was given into the uppermost layer of the settings.

pub mod options;

use crate::report::AccessFormat;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use options::{AwsArgs, GlobalArgs, JudgeArgs, ReportArgs};
use std::path::PathBuf;

const AFTER: &str = "\
Examples:
  bedrock-audit check --demo                    see it work, without AWS
  bedrock-audit scan                            judge the account of the current credentials
  bedrock-audit scan --fail-on high --format json=report.json --format table
  bedrock-audit controls show aws-genai-06      what a control asks for, and how to meet it

Exit codes: 0 nothing at or above --fail-on, 1 something fails there, 2 could not run,
3 something there is unknown and nothing fails, 130 and 143 interrupted.
Every option is also a variable (--fail-on: BEDROCK_AUDIT_FAIL_ON) and a key of bedrock-audit.toml (fail_on).";

/// Audits Amazon Bedrock against ten hardening controls.
#[derive(Debug, Parser)]
#[command(name = "bedrock-audit", version, about, after_help = AFTER, disable_help_subcommand = true)]
#[command(subcommand_help_heading = "Commands", max_term_width = 110)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: GlobalArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read the account, judge it, report, and exit by the gate
    Scan(ScanArgs),
    /// Judge saved snapshots, without AWS
    Check(CheckArgs),
    /// Read the account into a snapshot file, and do no more
    Collect(CollectArgs),
    /// Show who can invoke which models, and which statements say so
    Access(AccessArgs),
    /// Show, check and test the controls
    #[command(subcommand)]
    Controls(ControlsCommand),
    /// Print rules and queries that notice when a control is lost, ready to deploy
    Detections(DetectionsArgs),
    /// Print the least-privilege IAM policy that a scan needs
    Permissions(PermissionsArgs),
    /// Convert a saved JSON report into another format
    Render(RenderArgs),
    /// Look after the list of exceptions
    #[command(subcommand)]
    Exceptions(ExceptionsCommand),
    /// Show the settings in force and where each comes from
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print the JSON Schema of a file
    Schema(SchemaArgs),
    /// Print a completion script for a shell
    #[command(after_help = "Example:\n  bedrock-audit completions bash > /etc/bash_completion.d/bedrock-audit")]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the man page
    #[command(after_help = "Example:\n  bedrock-audit man scan | man -l -")]
    Man {
        /// The command; none prints the page of the whole program
        command: Option<String>,
    },
}

/// `scan`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bedrock-audit scan --profile audit --region eu-central-1
  bedrock-audit scan --role-arn arn:aws:iam::111122223333:role/audit --fail-on high
  bedrock-audit scan --format sarif=out.sarif --format table --deadline 120")]
pub struct ScanArgs {
    /// How to reach AWS.
    #[command(flatten)]
    pub aws: AwsArgs,
    /// How to judge.
    #[command(flatten)]
    pub judge: JudgeArgs,
    /// What to print.
    #[command(flatten)]
    pub report: ReportArgs,
}

/// `check`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bedrock-audit check --demo
  bedrock-audit check account-a.json.gz account-b.json.gz --format html=report.html
  bedrock-audit check - < snapshot.json")]
pub struct CheckArgs {
    /// Snapshots; several become one report, and `-` is standard input
    #[arg(value_name = "FILE", required_unless_present = "demo")]
    pub files: Vec<PathBuf>,
    /// Judge the invented account that is part of the program
    #[arg(long, conflicts_with = "files")]
    pub demo: bool,
    /// How to judge.
    #[command(flatten)]
    pub judge: JudgeArgs,
    /// What to print.
    #[command(flatten)]
    pub report: ReportArgs,
}

/// `collect`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bedrock-audit collect -o snapshot.json.gz
  bedrock-audit collect --profile audit --deadline 60 -o snapshot.json
The file is written whole or not at all, readable by its owner alone, and holds no credentials.
Interrupted, it holds what was read until then and says what is missing.")]
pub struct CollectArgs {
    /// The snapshot file; compressed where the name ends in .gz, and `-` is standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Read only what this control needs (repeatable)
    #[arg(long, value_name = "ID")]
    pub control: Vec<String>,
    /// Directory of controls that are added to the built-in ones
    #[arg(long, value_name = "DIR")]
    pub controls: Option<PathBuf>,
    /// How to reach AWS.
    #[command(flatten)]
    pub aws: AwsArgs,
}

/// `access`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bedrock-audit access --snapshot snapshot.json
  bedrock-audit access --model amazon.nova-pro-v1:0 --principal '*:role/app-*'
  bedrock-audit access --model amazon.nova-pro-v1:0 --closed-context --context aws:SourceVpc=vpc-0a1
Exit codes: 0 answered, 2 could not run, 3 not every user and role could be listed.")]
pub struct AccessArgs {
    /// The action [default: bedrock:InvokeModel, and without --model its streaming form too]
    #[arg(long, value_name = "ACTION")]
    pub action: Option<String>,
    /// The model, by id or ARN; without it, all that each principal reaches is listed
    #[arg(long, value_name = "ID|ARN")]
    pub model: Option<String>,
    /// Only these principals; `*` and `?` are wildcards
    #[arg(long, value_name = "ARN")]
    pub principal: Option<String>,
    /// A saved snapshot in place of AWS (repeatable); `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub snapshot: Vec<PathBuf>,
    /// Condition key of the request (repeatable; the same key again adds a value)
    #[arg(long, value_name = "KEY=VALUE")]
    pub context: Vec<String>,
    /// Take keys that are neither given nor known for absent, so that no answer is conditional
    #[arg(long)]
    pub closed_context: bool,
    /// How to print the answer: table, json or csv
    #[arg(long, value_name = "FORMAT", default_value = "table", hide_possible_values = true)]
    pub format: AccessFormat,
    /// Where to write it; `-` is standard output
    #[arg(long, value_name = "PATH")]
    pub output: Option<PathBuf>,
    /// How to reach AWS.
    #[command(flatten)]
    pub aws: AwsArgs,
}

/// `controls …`.
#[derive(Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
pub enum ControlsCommand {
    /// List the controls
    #[command(after_help = "Example:\n  bedrock-audit controls list --severity critical --format json")]
    List {
        /// Only controls of this severity
        #[arg(long, value_name = "SEVERITY", value_parser = options::severities(), ignore_case = true)]
        severity: Option<String>,
        /// Only controls that serve this compliance framework, for example nist-800-53-r5
        #[arg(long, value_name = "NAME")]
        framework: Option<String>,
        /// Only controls about this service, for example bedrock-agent
        #[arg(long, value_name = "NAME")]
        service: Option<String>,
        /// How to print them
        #[arg(long, value_name = "FORMAT", default_value = "table")]
        format: PageFormat,
        /// Directory of controls that are added or override
        #[arg(long, value_name = "DIR")]
        controls: Option<PathBuf>,
    },
    /// Show one control in full
    #[command(after_help = "\
Examples:
  bedrock-audit controls show aws-genai-06
  bedrock-audit controls show aws-genai-06 --section remediation.cli > fix.sh")]
    Show {
        /// The control, or one of its rules
        id: String,
        /// How to print it
        #[arg(long, value_name = "FORMAT", default_value = "table")]
        format: PageFormat,
        /// Only this part, for example remediation.cli, compliance or detection (repeatable)
        #[arg(long, value_name = "NAME")]
        section: Vec<String>,
        /// Print to the terminal at once, without $PAGER
        #[arg(long)]
        no_pager: bool,
        /// Directory of controls that are added or override
        #[arg(long, value_name = "DIR")]
        controls: Option<PathBuf>,
    },
    /// Check control files and the expressions in them
    #[command(after_help = "Example:\n  bedrock-audit controls validate ./controls")]
    Validate {
        /// Directory of control files; none takes the built-in ones
        dir: Option<PathBuf>,
    },
    /// Run the cases that controls carry
    #[command(after_help = "Example:\n  bedrock-audit controls test ./controls")]
    Test {
        /// Directory of control files; none takes the built-in ones
        dir: Option<PathBuf>,
    },
}

/// How `controls list` and `controls show` print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PageFormat {
    /// For a terminal
    Table,
    /// For programs
    Json,
    /// For documents
    Markdown,
}

/// `detections`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bedrock-audit detections --format eventbridge --output rules.json
  aws cloudformation deploy --stack-name bedrock-audit --template-file rules.json --parameter-overrides ...
  bedrock-audit detections --format sigma --control aws-genai-06")]
pub struct DetectionsArgs {
    /// What to make: queries, a CloudFormation template, or Sigma rules
    #[arg(long, value_name = "FORMAT", default_value = "insights")]
    pub format: DetectionFormat,
    /// Only for this control (repeatable)
    #[arg(long, value_name = "ID")]
    pub control: Vec<String>,
    /// Directory of controls that are added or override
    #[arg(long, value_name = "DIR")]
    pub controls: Option<PathBuf>,
    /// A file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// What `detections` makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DetectionFormat {
    /// Queries of CloudWatch Logs Insights
    Insights,
    /// EventBridge rules that notify an SNS topic, as a CloudFormation template
    Eventbridge,
    /// Sigma rules, one document each
    Sigma,
    /// Metric filters on a trail's log group with alarms, as a CloudFormation template
    Cloudwatch,
}

/// `permissions`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  bedrock-audit permissions > policy.json
  aws iam create-policy --policy-name bedrock-audit --policy-document file://policy.json")]
pub struct PermissionsArgs {
    /// Only what this control needs (repeatable)
    #[arg(long, value_name = "ID")]
    pub control: Vec<String>,
}

/// `render`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bedrock-audit render report.json --format html=report.html
  bedrock-audit render - --format sarif < report.json")]
pub struct RenderArgs {
    /// A report that `--format json` wrote; `-` is standard input
    #[arg(value_name = "REPORT")]
    pub report: PathBuf,
    /// What to print.
    #[command(flatten)]
    pub output: ReportArgs,
}

/// `exceptions …`.
#[derive(Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
pub enum ExceptionsCommand {
    /// List which exceptions match, are unused, or have expired
    #[command(after_help = "\
Examples:
  bedrock-audit exceptions check                  names, reasons and dates alone
  bedrock-audit exceptions check snapshot.json    with the findings that each takes off
Exit codes: 0 every exception is in use and in date, 1 one is unused or has expired, 2 could not run.")]
    Check {
        /// Snapshots to match the exceptions with; `-` is standard input
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Directory of controls that are added or override
        #[arg(long, value_name = "DIR")]
        controls: Option<PathBuf>,
    },
}

/// `config …`.
#[derive(Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
pub enum ConfigCommand {
    /// Print every setting, its value and its origin
    #[command(after_help = "Example:\n  BEDROCK_AUDIT_FAIL_ON=high bedrock-audit config show")]
    Show {
        /// How to print them
        #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = ["table", "json"])]
        format: String,
    },
}

/// `schema`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bedrock-audit schema report > report.schema.json")]
pub struct SchemaArgs {
    /// Which file
    pub of: SchemaOf,
}

/// The files that have a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// The JSON report
    Report,
    /// The snapshot
    Snapshot,
    /// A control
    Control,
    /// The configuration file
    Config,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::setting::SETTINGS;
    use clap::CommandFactory;

    #[test]
    fn the_commands_are_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_setting_is_an_option_of_scan() {
        let mut cli = Cli::command();
        cli.build();
        let scan = cli.find_subcommand("scan").unwrap();
        let options: Vec<&str> = scan.get_arguments().filter_map(clap::Arg::get_long).collect();
        for setting in SETTINGS {
            assert!(options.contains(&setting.flag), "--{}", setting.flag);
        }
        let known = |option: &str| SETTINGS.iter().any(|setting| setting.flag == option);
        for option in options {
            assert!(
                known(option) || ["config", "help"].contains(&option),
                "--{option} is no setting"
            );
        }
    }
}
