//! The report in a few sentences: what was looked at, what the gate says, what was judged and what was not.
//!
//! Several formats open with these, so they are written once. None of them may sound better than the report is.

use super::rows::{self, State};
use super::text::{count, some};
use crate::model::report::{Baseline, InUse, Report, Scope, Status};
use crate::model::severity::Severity;

/// The gate's answer, told apart where the exit code alone does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Passed,
    Failed,
    Undecided,
    /// `--fail-on never`.
    Off,
}

impl Verdict {
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Passed => "GATE PASSED",
            Self::Failed => "GATE FAILED",
            Self::Undecided => "GATE UNDECIDED",
            Self::Off => "GATE OFF",
        }
    }
}

/// The gate's answer and one sentence on why.
pub(super) fn gate(report: &Report) -> (Verdict, String) {
    let gate = &report.summary.gate;
    let Some(at) = threshold(report) else {
        return (Verdict::Off, "no finding fails this run (--fail-on never)".to_owned());
    };
    let above = above(at);
    let fails = at_gate(report, at, State::Fail);
    let unknowns = at_gate(report, at, State::Unknown);
    match gate.exit_code {
        1 => {
            let new = report
                .findings
                .iter()
                .filter(|finding| finding.severity.at_least(at) && State::of(finding) == State::Fail)
                .filter(|finding| finding.baseline == Some(Baseline::New))
                .count();
            let with_baseline = report.findings.iter().any(|finding| finding.baseline.is_some());
            let new = if with_baseline {
                format!(", {new} of them new")
            } else {
                String::new()
            };
            let fails = gate.failing.unwrap_or(fails);
            (Verdict::Failed, format!("{} {above}{new}", count(fails, "finding")))
        }
        3 => (
            Verdict::Undecided,
            format!(
                "no finding {above}, but {} that could not be judged",
                count(gate.undecided.unwrap_or(unknowns), "check")
            ),
        ),
        _ if fails > 0 => (
            Verdict::Passed,
            format!("{} {above}, all in the baseline", count(fails, "finding")),
        ),
        _ if unknowns > 0 => {
            let checks = count(unknowns, "check");
            (
                Verdict::Passed,
                format!("no finding {above}; {checks} that could not be judged let through"),
            )
        }
        _ => (Verdict::Passed, format!("no finding {above}")),
    }
}

/// The severity from which a finding fails the run; none where the gate is off.
pub(super) fn threshold(report: &Report) -> Option<Severity> {
    let name = &report.summary.gate.fail_on;
    Severity::ALL
        .into_iter()
        .find(|severity| severity.as_str().eq_ignore_ascii_case(name))
}

fn above(at: Severity) -> String {
    if at == Severity::Critical {
        format!("at {at}")
    } else {
        format!("at {at} or above")
    }
}

fn at_gate(report: &Report, at: Severity, state: State) -> usize {
    report
        .findings
        .iter()
        .filter(|finding| finding.severity.at_least(at) && State::of(finding) == state)
        .count()
}

/// Whose estate it is.
pub(super) fn accounts(scope: &Scope) -> String {
    let accounts = scope.accounts.iter().map(String::as_str);
    match scope.accounts.len() {
        0 => "no account".to_owned(),
        1 => format!("account {}", some(accounts, 1)),
        n => format!("{n} accounts: {}", some(accounts, 5)),
    }
}

/// Which regions were looked at, are in use, or might be.
pub(super) fn regions(scope: &Scope) -> String {
    let looked = count(scope.regions.len(), "region");
    let used = if scope.regions_in_use.is_empty() {
        format!("{looked} looked at, none seen in use")
    } else {
        let names = some(scope.regions_in_use.iter().map(String::as_str), 6);
        format!("{names} in use, of {looked} looked at")
    };
    let mut undecided: Vec<&str> = scope
        .region_usage
        .iter()
        .filter(|usage| usage.in_use == InUse::Undecided)
        .map(|usage| usage.region.as_str())
        .filter(|region| !scope.regions_in_use.iter().any(|used| used == region))
        .collect();
    undecided.sort_unstable();
    undecided.dedup();
    if undecided.is_empty() {
        used
    } else {
        format!("{used}; use of {} could not be told", some(undecided, 6))
    }
}

/// Everything the rules found, in one sentence, and a warning where that says little.
pub(super) fn assessed(report: &Report) -> (String, Option<String>) {
    let controls = &report.summary.controls;
    let total = |pick: fn(&crate::model::report::ControlSummary) -> usize| controls.iter().map(pick).sum::<usize>();
    let (pass, fail) = (total(|c| c.pass), total(|c| c.fail));
    let (unknown, other) = (total(|c| c.unknown), total(|c| c.not_applicable));
    let sentence = format!(
        "{} made {}: {pass} passed, {fail} failed, {unknown} could not be judged, {other} did not apply.",
        count(controls.len(), "control"),
        count(pass + fail + unknown + other, "check"),
    );
    let warning = if pass + fail + unknown == 0 {
        Some("Nothing was there to judge, so this says nothing about how safe the account is.".to_owned())
    } else if pass + fail == 0 {
        Some("Nothing could be judged, so this says nothing about how safe the account is.".to_owned())
    } else if unknown > 0 {
        let blind = controls
            .iter()
            .filter(|control| control.unknown > 0)
            .map(|control| control.control_id.as_str());
        Some(format!(
            "What could not be judged is not safe: it is in {}.",
            some(blind, 10)
        ))
    } else {
        None
    };
    (sentence, warning)
}

/// Whether anything is left for the reader to look at.
pub(super) fn nothing_found(report: &Report) -> bool {
    !report
        .findings
        .iter()
        .any(|finding| matches!(finding.status, Status::Fail | Status::Unknown) && !rows::excepted(finding))
}
