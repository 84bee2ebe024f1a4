//! The audit: one pure function from a snapshot to a report. What comes before may fail; what comes after only formats.

use crate::control::catalog::Catalog;
use crate::control::lint::Subjects;
use crate::evaluate::{self, Counts, Evaluation, InternalError, Selection};
use crate::facts;
use crate::facts::context::Context;
use crate::facts::params::{ControlParams, Params};
use crate::model::report::{ControlSummary, InUse, RegionUsage, Report, ReportedGap, SCHEMA_VERSION, Scope, Status};
use crate::model::snapshot::{Snapshot, Source, Tool};
use std::collections::{BTreeMap, BTreeSet};

/// The kinds of subject and the types of their facts, which control files are checked against.
pub fn subjects() -> Subjects {
    crate::control::catalog::subjects(
        facts::KINDS
            .iter()
            .map(|kind| (kind.name.to_owned(), kind.json_schema())),
    )
}

/// The params of a catalogue with nothing but defaults.
pub fn default_params(catalog: &Catalog) -> Params {
    let of = |entry: &crate::control::catalog::Entry| ControlParams {
        values: entry
            .control
            .params
            .iter()
            .map(|(name, def)| (name.clone(), def.default_value()))
            .collect(),
        overrides: Vec::new(),
    };
    Params(
        catalog
            .entries()
            .iter()
            .map(|entry| (entry.control.id.clone(), of(entry)))
            .collect(),
    )
}

/// The parts of a report that follow from the snapshot and the catalogue alone; exceptions, baseline and gate come
/// on top of it.
#[derive(Debug)]
pub struct Judged {
    /// What was looked at.
    pub scope: Scope,
    /// Findings in order.
    pub findings: Vec<crate::model::report::Finding>,
    /// Each control's roll-up.
    pub controls: Vec<ControlSummary>,
    /// What could not be read.
    pub gaps: Vec<ReportedGap>,
}

/// Judges a snapshot.
pub fn judge(
    catalog: &Catalog,
    snapshot: &Snapshot,
    params: &Params,
    selection: &Selection,
    today: jiff::civil::Date,
    live: bool,
) -> Result<Judged, InternalError> {
    let ctx = Context::new(snapshot, params, today);
    let evaluation = evaluate::evaluate(catalog, &ctx, selection)?;
    Ok(Judged {
        scope: scope(&ctx, live),
        controls: roll_up(catalog, &evaluation),
        gaps: gaps(snapshot, selection),
        findings: evaluation.findings,
    })
}

fn roll_up(catalog: &Catalog, evaluation: &Evaluation) -> Vec<ControlSummary> {
    let summary = |entry: &crate::control::catalog::Entry| {
        let counts = evaluation.counts.get(&entry.control.id)?;
        let Counts {
            pass,
            fail,
            unknown,
            not_applicable,
        } = *counts;
        Some(ControlSummary {
            control_id: entry.control.id.clone(),
            title: entry.control.title.clone(),
            severity: entry.control.severity,
            status: match (fail, unknown, pass) {
                (1.., _, _) => Status::Fail,
                (0, 1.., _) => Status::Unknown,
                (0, 0, 1..) => Status::Pass,
                (0, 0, 0) => Status::NotApplicable,
            },
            pass,
            fail,
            unknown,
            not_applicable,
        })
    };
    catalog.entries().iter().filter_map(summary).collect()
}

fn scope(ctx: &Context<'_>, live: bool) -> Scope {
    let usage = |((account, region), usage): (&(&str, &str), &facts::usage::Usage)| RegionUsage {
        account_id: (*account).to_owned(),
        region: (*region).to_owned(),
        in_use: usage.in_use(),
        because: usage.because(),
    };
    let region_usage: Vec<RegionUsage> = ctx.usages().iter().map(usage).collect();
    let regions: BTreeSet<String> = region_usage.iter().map(|usage| usage.region.clone()).collect();
    let in_use = region_usage.iter().filter(|usage| usage.in_use == InUse::Yes);
    let in_use: BTreeSet<String> = in_use.map(|usage| usage.region.clone()).collect();
    let partition = ctx
        .snapshot
        .accounts
        .values()
        .next()
        .map_or("aws", facts::context::partition);
    let source = match ctx.snapshot.source {
        Source::Live if live => "live",
        Source::Live => "snapshot",
        Source::Terraform => "terraform",
        Source::Cloudformation => "cloudformation",
    };
    Scope {
        source: source.to_owned(),
        partition: partition.to_owned(),
        accounts: ctx.snapshot.accounts.keys().cloned().collect(),
        regions: regions.into_iter().collect(),
        regions_in_use: in_use.into_iter().collect(),
        region_usage,
    }
}

fn gaps(snapshot: &Snapshot, selection: &Selection) -> Vec<ReportedGap> {
    let mut gaps: Vec<ReportedGap> = snapshot
        .gaps()
        .map(|(account, gap)| ReportedGap {
            account_id: account.to_owned(),
            region: gap.region.clone(),
            service: gap.service.clone(),
            operation: gap.operation.clone(),
            resource: gap.resource.clone(),
            kind: gap.kind,
            code: gap.code.clone(),
            message: gap.message.clone(),
            permission: gap.permission.clone(),
            controls: controls_of(&gap.service, &gap.operation),
        })
        .filter(|gap| {
            let wanted = selection.controls.as_ref();
            gap.controls.is_empty() || wanted.is_none_or(|wanted| gap.controls.iter().any(|id| wanted.contains(id)))
        })
        .collect();
    gaps.sort();
    gaps.dedup();
    gaps
}

/// The controls that need a call.
fn controls_of(_service: &str, _operation: &str) -> Vec<String> {
    Vec::new()
}

/// The head of a report: everything that is the same whatever was found.
pub fn header(generated_at: String) -> (String, Tool, String) {
    (SCHEMA_VERSION.to_owned(), Tool::this(), generated_at)
}

/// Counts findings by severity: FAILs that no exception takes off.
pub fn by_severity(report: &Report) -> BTreeMap<crate::model::severity::Severity, usize> {
    let mut counts: BTreeMap<_, usize> = crate::model::severity::Severity::ALL
        .iter()
        .map(|severity| (*severity, 0))
        .collect();
    for finding in &report.findings {
        if finding.status == Status::Fail && finding.exception.as_ref().is_none_or(|note| note.expired) {
            *counts.entry(finding.severity).or_default() += 1;
        }
    }
    counts
}
