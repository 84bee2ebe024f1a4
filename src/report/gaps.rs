//! What could not be read, grouped so that one line is one thing to fix.
//!
//! A read that AWS says is not offered there is kept apart: nothing can be there, so it blinds nothing.

use crate::model::gap::GapKind;
use crate::model::report::{Report, ReportedGap};
use crate::model::severity::Severity;
use std::collections::{BTreeMap, BTreeSet};

/// Gaps with the same cause and the same cure.
#[derive(Debug)]
pub(super) struct GapGroup<'a> {
    /// The missing permission, or `service:Operation` where none would help.
    pub(super) what: String,
    /// Why the reads failed.
    pub(super) kind: GapKind,
    /// AWS's error codes.
    pub(super) codes: BTreeSet<&'a str>,
    /// Regions, with the account in front where the report has several.
    pub(super) places: BTreeSet<String>,
    /// The things asked about.
    pub(super) resources: BTreeSet<&'a str>,
    /// The controls that are blind without it.
    pub(super) controls: BTreeSet<&'a str>,
    /// How many reads.
    pub(super) reads: usize,
    /// What AWS said, once.
    pub(super) message: &'a str,
}

impl GapGroup<'_> {
    /// What to do about it.
    pub(super) fn fix(&self) -> String {
        match self.kind {
            GapKind::Denied => format!(
                "allow {} to the scanning principal (`bedrock-audit permissions` prints the whole policy)",
                self.what
            ),
            GapKind::Throttled => "run again with a lower --concurrency".to_owned(),
            GapKind::Server => "run again: AWS answered with an error of its own".to_owned(),
            GapKind::Network => "open the way to the endpoint (proxy, VPC endpoint, AWS_ENDPOINT_URL)".to_owned(),
            GapKind::Timeout => "run again with a higher --timeout or --deadline".to_owned(),
            GapKind::Malformed => "run again with -v and look at the answer".to_owned(),
            GapKind::NotFound => "gone when it was asked for: run again, or mend what refers to it".to_owned(),
            GapKind::Credentials => "renew the credentials and run again".to_owned(),
            GapKind::Unsupported => "nothing to do: AWS does not offer it there".to_owned(),
        }
    }
}

/// One word or two on why a read failed.
pub(super) const fn why(kind: GapKind) -> &'static str {
    match kind {
        GapKind::Denied => "denied",
        GapKind::Unsupported => "not offered",
        GapKind::Throttled => "throttled",
        GapKind::Server => "server error",
        GapKind::Network => "network",
        GapKind::Timeout => "timed out",
        GapKind::Malformed => "malformed answer",
        GapKind::NotFound => "not found",
        GapKind::Credentials => "credentials",
    }
}

/// The groups that blind something, worst first.
pub(super) fn blinding(report: &Report) -> Vec<GapGroup<'_>> {
    let severities: BTreeMap<&str, Severity> = report
        .summary
        .controls
        .iter()
        .map(|control| (control.control_id.as_str(), control.severity))
        .collect();
    let mut groups: BTreeMap<(String, GapKind), GapGroup<'_>> = BTreeMap::new();
    for gap in report.gaps.iter().filter(|gap| gap.kind != GapKind::Unsupported) {
        let what = gap
            .permission
            .clone()
            .unwrap_or_else(|| format!("{}:{}", gap.service, gap.operation));
        let group = groups.entry((what.clone(), gap.kind)).or_insert_with(|| GapGroup {
            what,
            kind: gap.kind,
            codes: BTreeSet::new(),
            places: BTreeSet::new(),
            resources: BTreeSet::new(),
            controls: BTreeSet::new(),
            reads: 0,
            message: &gap.message,
        });
        group.codes.extend(gap.code.as_deref());
        group.places.insert(place(gap, report));
        group.resources.extend(gap.resource.as_deref());
        group.controls.extend(gap.controls.iter().map(String::as_str));
        group.reads += 1;
    }
    let mut groups: Vec<GapGroup<'_>> = groups.into_values().collect();
    groups.sort_by_key(|group| {
        let worst = group.controls.iter().filter_map(|id| severities.get(id)).min().copied();
        (worst.is_none(), worst, std::cmp::Reverse(group.controls.len()))
    });
    groups
}

/// How many reads AWS does not offer where they were tried.
pub(super) fn unsupported(report: &Report) -> usize {
    report
        .gaps
        .iter()
        .filter(|gap| gap.kind == GapKind::Unsupported)
        .count()
}

fn place(gap: &ReportedGap, report: &Report) -> String {
    let region = gap.region.as_deref().unwrap_or("global");
    if report.scope.accounts.len() > 1 {
        format!("{}/{region}", gap.account_id)
    } else {
        region.to_owned()
    }
}
