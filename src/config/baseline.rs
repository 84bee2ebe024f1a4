//! Baselines: what changed since a report of an earlier day.
//!
//! A finding that is gone counts as resolved only where somebody looked again. Where the account, the region or the
//! control was left out, or a read behind the control failed, it is "gone because unread" and says so: an access denied
//! must never look like a repair.

use crate::model::report::{Baseline, ExceptionNote, Finding, Report, ReportedGap, Scope, Status};
use std::collections::{BTreeMap, BTreeSet};

/// What the present run looked at.
#[derive(Debug, Clone, Copy)]
pub struct Looked<'a> {
    /// Accounts and regions.
    pub scope: &'a Scope,
    /// Ids of the controls that were evaluated.
    pub controls: &'a BTreeSet<String>,
    /// What could not be read.
    pub gaps: &'a [ReportedGap],
}

/// What changed since the baseline.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// Findings that the baseline does not have.
    pub new: usize,
    /// Findings that the baseline has too.
    pub existing: usize,
    /// One line for each finding that is gone, and was looked for.
    pub resolved: Vec<String>,
    /// One line for each finding that had been settled and fails again.
    pub reopened: Vec<String>,
    /// One line for each finding of the baseline of which nobody can say whether it is still there.
    pub unread: Vec<String>,
}

/// Marks each FAIL and UNKNOWN as new or existing, and says what became of the rest of the baseline.
pub fn compare(findings: &mut [Finding], looked: Looked<'_>, baseline: &Report) -> Comparison {
    let before: BTreeMap<&str, &Finding> = baseline.findings.iter().map(|old| (old.id.as_str(), old)).collect();
    let mut comparison = Comparison::default();
    for finding in findings.iter_mut().filter(|finding| is_open(finding.status)) {
        let old = before.get(finding.id.as_str()).copied();
        let mark = mark(finding, old);
        finding.baseline = Some(mark);
        match mark {
            Baseline::New => comparison.new += 1,
            Baseline::Existing => comparison.existing += 1,
        }
        let Some(old) = old else { continue };
        if was_settled(old) && finding.status == Status::Fail && !holds(finding.exception.as_ref()) {
            comparison.reopened.push(line(old));
        }
        if old.status == Status::Fail && finding.status == Status::Unknown {
            comparison.unread.push(line(old));
        }
    }
    let now: BTreeMap<&str, Status> = findings.iter().map(|new| (new.id.as_str(), new.status)).collect();
    for old in baseline.findings.iter().filter(|old| is_open(old.status)) {
        match now.get(old.id.as_str()) {
            Some(Status::Fail | Status::Unknown) => {}
            Some(Status::Pass | Status::NotApplicable) => comparison.resolved.push(line(old)),
            None if looked.at(old) => comparison.resolved.push(line(old)),
            None => comparison.unread.push(line(old)),
        }
    }
    comparison
}

impl Looked<'_> {
    /// Whether `old` would have been found again if it were still there.
    fn at(&self, old: &Finding) -> bool {
        let account = old.resource.account_id.as_str();
        let region = old.resource.region.as_deref();
        self.controls.contains(&old.control_id)
            && (account.is_empty() || self.scope.accounts.iter().any(|seen| seen == account))
            && region.is_none_or(|region| self.scope.regions.iter().any(|seen| seen == region))
            && !self.gaps.iter().any(|gap| gap_hides(gap, old))
    }
}

/// Whether a failed read could be the reason why `old` is gone.
fn gap_hides(gap: &ReportedGap, old: &Finding) -> bool {
    if gap.account_id != old.resource.account_id || !gap.controls.contains(&old.control_id) {
        return false;
    }
    let same_region = match (gap.region.as_deref(), old.resource.region.as_deref()) {
        (Some(gap), Some(old)) => gap == old,
        // An account-wide thing may be judged by what a region holds, and the other way round.
        _ => true,
    };
    // A failed read of another resource of the same kind hides nothing here; one of a different kind may.
    let other = gap.resource.as_deref().is_some_and(|resource| {
        resource != old.resource.arn && resource_type(resource) == resource_type(&old.resource.arn)
    });
    same_region && !other
}

fn resource_type(arn: &str) -> Option<&str> {
    crate::model::arn::Arn::parse(arn).map(|arn| arn.resource_type())
}

fn mark(finding: &Finding, old: Option<&Finding>) -> Baseline {
    let Some(old) = old else { return Baseline::New };
    let known = match old.status {
        Status::Fail => true,
        // What nobody could tell was no known fault: a FAIL there is news.
        Status::Unknown => finding.status == Status::Unknown,
        Status::Pass | Status::NotApplicable => false,
    };
    let accepted_once = holds(old.exception.as_ref()) && !holds(finding.exception.as_ref());
    if known && !accepted_once {
        Baseline::Existing
    } else {
        Baseline::New
    }
}

fn is_open(status: Status) -> bool {
    matches!(status, Status::Fail | Status::Unknown)
}

fn was_settled(old: &Finding) -> bool {
    holds(old.exception.as_ref()) || old.status == Status::Pass
}

fn holds(exception: Option<&ExceptionNote>) -> bool {
    exception.is_some_and(|note| !note.expired)
}

fn line(finding: &Finding) -> String {
    format!("{} {} on `{}`", finding.severity, finding.rule_id, finding.resource.arn)
}

impl Comparison {
    /// The remarks for the report.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = vec![format!(
            "since the baseline: {} new, {} existing, {} resolved, {} re-opened, {} gone because unread",
            self.new,
            self.existing,
            self.resolved.len(),
            self.reopened.len(),
            self.unread.len()
        )];
        notes.extend(self.reopened.iter().map(|line| format!("re-opened: {line}")));
        notes.extend(
            self.unread
                .iter()
                .map(|line| format!("gone because unread, not resolved: {line}")),
        );
        notes.extend(self.resolved.iter().map(|line| format!("resolved: {line}")));
        notes
    }
}

#[cfg(test)]
#[path = "baseline/tests.rs"]
mod tests;
