//! What the template shows, as plain strings and numbers: every decision is made here, where it can be tested.

use super::class::{severity_class, state_class, status_class};
use crate::model::report::{Baseline, Finding, InUse, Report};
use crate::model::severity::Severity;
use crate::report::rows::{self, State};
use crate::report::text::{self, count, some};
use crate::report::{digest, gaps, json};
use serde::Serialize;
use std::io;

/// The whole page.
#[derive(Serialize)]
pub(super) struct Page {
    title: String,
    tool: String,
    generated_at: String,
    accounts: String,
    source: String,
    regions: String,
    verdict: &'static str,
    verdict_class: &'static str,
    gate: String,
    exit_code: u8,
    assessed: String,
    warning: Option<String>,
    counts: Vec<Count>,
    unknown: usize,
    excepted: usize,
    states: Vec<Filter>,
    findings: Vec<Row>,
    controls: Vec<Control>,
    gaps: Vec<Gap>,
    unsupported: usize,
    compliance: Vec<Requirement>,
    usage: Vec<Place>,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct Count {
    label: &'static str,
    class: &'static str,
    n: usize,
    shown: bool,
}

#[derive(Serialize)]
struct Filter {
    label: &'static str,
    class: &'static str,
}

#[derive(Serialize)]
struct Row {
    id: String,
    rank: usize,
    severity: &'static str,
    severity_class: &'static str,
    state: &'static str,
    state_class: &'static str,
    new: bool,
    control_id: String,
    rule_id: String,
    title: String,
    name: String,
    kind: String,
    arn: String,
    place: String,
    account: String,
    message: Vec<Part>,
    remark: String,
    remediation: String,
    evidence: String,
}

/// A piece of a sentence; names stand between backticks there.
#[derive(Serialize)]
struct Part {
    text: String,
    quoted: bool,
}

#[derive(Serialize)]
struct Control {
    id: String,
    title: String,
    severity: &'static str,
    severity_class: &'static str,
    status: String,
    status_class: &'static str,
    fail: usize,
    unknown: usize,
    pass: usize,
    not_applicable: usize,
}

#[derive(Serialize)]
struct Gap {
    what: String,
    why: String,
    reads: String,
    places: String,
    controls: String,
    fix: String,
    message: String,
    resources: String,
}

#[derive(Serialize)]
struct Requirement {
    framework: String,
    name: String,
    controls: String,
    status: String,
    status_class: &'static str,
}

#[derive(Serialize)]
struct Place {
    account: String,
    region: String,
    in_use: &'static str,
    because: String,
}

impl Page {
    /// The page of a report.
    pub(super) fn of(report: &Report) -> io::Result<Self> {
        let (verdict, sentence) = digest::gate(report);
        let (assessed, warning) = digest::assessed(report);
        let scope = &report.scope;
        let found = rows::for_reading(report);
        let states = [
            State::Fail,
            State::Unknown,
            State::Excepted,
            State::Pass,
            State::NotApplicable,
        ];
        let states = states
            .into_iter()
            .filter(|state| found.iter().any(|finding| State::of(finding) == *state));
        let rows = found.iter().enumerate().map(|(rank, finding)| row(rank, finding));
        Ok(Self {
            title: text::line(&format!("Bedrock audit of {}", digest::accounts(scope))),
            tool: text::line(&format!("{} {}", report.tool.name, report.tool.version)),
            generated_at: text::line(&report.generated_at),
            accounts: text::line(&digest::accounts(scope)),
            source: text::line(&scope.source),
            regions: text::line(&digest::regions(scope)),
            verdict: verdict.title(),
            verdict_class: match verdict {
                digest::Verdict::Passed => "pass",
                digest::Verdict::Failed => "fail",
                digest::Verdict::Undecided => "unknown",
                digest::Verdict::Off => "off",
            },
            gate: text::line(&sentence),
            exit_code: report.summary.gate.exit_code,
            assessed,
            warning: warning.map(|warning| text::line(&warning)),
            counts: counts(report, &found),
            unknown: report.summary.unknown,
            excepted: report.summary.excepted,
            states: states
                .map(|state| Filter {
                    label: state.as_str(),
                    class: state_class(state),
                })
                .collect(),
            findings: rows.collect::<io::Result<_>>()?,
            controls: controls(report),
            gaps: gaps::blinding(report).iter().map(gap).collect(),
            unsupported: gaps::unsupported(report),
            compliance: compliance(report),
            usage: usage(report),
            notes: report.notes.iter().map(|note| text::line(note)).collect(),
        })
    }
}

fn counts(report: &Report, found: &[&Finding]) -> Vec<Count> {
    let count = |severity: Severity| Count {
        label: severity.as_str(),
        class: severity_class(severity),
        n: report.summary.findings.get(&severity).copied().unwrap_or(0),
        shown: found.iter().any(|finding| finding.severity == severity),
    };
    Severity::ALL.into_iter().map(count).collect()
}

fn row(rank: usize, finding: &Finding) -> io::Result<Row> {
    let state = State::of(finding);
    let resource = &finding.resource;
    Ok(Row {
        id: text::line(&finding.id),
        rank,
        severity: finding.severity.as_str(),
        severity_class: severity_class(finding.severity),
        state: state.as_str(),
        state_class: state_class(state),
        new: finding.baseline == Some(Baseline::New),
        control_id: text::line(&finding.control_id),
        rule_id: text::line(&finding.rule_id),
        title: text::line(&finding.title),
        name: text::line(rows::name(finding)),
        kind: text::line(&rows::kind(finding)),
        arn: text::line(&resource.arn),
        place: text::line(rows::place(finding)),
        account: text::line(&resource.account_id),
        message: parts(&finding.message),
        remark: text::line(&rows::remark(finding)),
        remediation: text::lines(&finding.remediation),
        evidence: if finding.evidence.is_empty() {
            String::new()
        } else {
            json::pretty(&finding.evidence)?
        },
    })
}

fn parts(message: &str) -> Vec<Part> {
    let safe = text::line(message);
    let pieces: Vec<&str> = safe.split('`').collect();
    if pieces.len().is_multiple_of(2) {
        return vec![Part {
            text: safe,
            quoted: false,
        }];
    }
    let part = |(at, piece): (usize, &str)| Part {
        text: piece.to_owned(),
        quoted: !at.is_multiple_of(2),
    };
    pieces.into_iter().enumerate().map(part).collect()
}

fn controls(report: &Report) -> Vec<Control> {
    let control = |control: &crate::model::report::ControlSummary| Control {
        id: text::line(&control.control_id),
        title: text::line(&control.title),
        severity: control.severity.as_str(),
        severity_class: severity_class(control.severity),
        status: control.status.as_str().replace('_', " "),
        status_class: status_class(control.status),
        fail: control.fail,
        unknown: control.unknown,
        pass: control.pass,
        not_applicable: control.not_applicable,
    };
    report.summary.controls.iter().map(control).collect()
}

fn gap(group: &gaps::GapGroup<'_>) -> Gap {
    let codes = some(group.codes.iter().copied(), 3);
    let why = gaps::why(group.kind);
    Gap {
        what: text::line(&group.what),
        why: text::line(&if codes.is_empty() {
            why.to_owned()
        } else {
            format!("{why} ({codes})")
        }),
        reads: count(group.reads, "read"),
        places: text::line(&some(group.places.iter().map(String::as_str), 8)),
        controls: text::line(&some(group.controls.iter().copied(), 10)),
        fix: text::line(&group.fix()),
        message: text::line(group.message),
        resources: text::line(&some(group.resources.iter().copied(), 8)),
    }
}

fn compliance(report: &Report) -> Vec<Requirement> {
    let requirement = |entry: &crate::model::report::Requirement| Requirement {
        framework: text::line(if entry.framework_title.is_empty() {
            &entry.framework
        } else {
            &entry.framework_title
        }),
        name: text::line(&entry.requirement),
        controls: text::line(&some(entry.controls.iter().map(String::as_str), 10)),
        status: entry.status.as_str().replace('_', " "),
        status_class: status_class(entry.status),
    };
    report.summary.compliance.iter().map(requirement).collect()
}

fn usage(report: &Report) -> Vec<Place> {
    let usage = |usage: &crate::model::report::RegionUsage| Place {
        account: text::line(&usage.account_id),
        region: text::line(&usage.region),
        in_use: match usage.in_use {
            InUse::Yes => "in use",
            InUse::No => "not in use",
            InUse::Undecided => "could not be told",
        },
        because: text::line(&some(usage.because.iter().map(String::as_str), 8)),
    };
    report.scope.region_usage.iter().map(usage).collect()
}
