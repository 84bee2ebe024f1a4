//! The audit: one pure function from a snapshot to a report. What comes before may fail; what comes after only formats.

mod compliance;

use crate::config::baseline::{self, Looked};
use crate::config::exception::{self, Exception};
use crate::control::catalog::{Catalog, Entry};
use crate::control::lint::Subjects;
use crate::control::schema::Type;
pub use crate::evaluate::InternalError;
use crate::evaluate::{self, Counts, Evaluation, Selection};
use crate::exit::{self, GateRules};
use crate::facts;
use crate::facts::context::Context;
use crate::facts::params::{ControlParams, Params};
use crate::facts::usage::Usage;
use crate::model::calls;
use crate::model::report::{
    ControlSummary, Finding, InUse, RegionUsage, Report, ReportedGap, SCHEMA_VERSION, Scope, Status, Summary,
};
use crate::model::severity::Severity;
use crate::model::snapshot::{Snapshot, Source, Tool};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// How to judge, and what to say of it.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The params of every control.
    pub params: Params,
    /// Only these controls, where given.
    pub controls: Option<BTreeSet<String>>,
    /// Findings below this are left out of the report; the gate still sees them.
    pub min_severity: Option<Severity>,
    /// Report PASS and NOT_APPLICABLE too.
    pub show_passed: bool,
    /// Findings that do not count.
    pub exceptions: Vec<Exception>,
    /// The report to compare with.
    pub baseline: Option<Report>,
    /// The gate.
    pub gate: GateRules,
    /// Whether the snapshot was taken for this very run.
    pub live: bool,
}

/// The kinds of subject and the types of their facts, which control files are checked against.
pub fn subjects() -> Subjects {
    facts::KINDS
        .par_iter()
        .map(|kind| (kind.name.to_owned(), Type::of_schema(&kind.json_schema())))
        .collect()
}

/// The params of a catalogue with nothing but defaults.
pub fn default_params(catalog: &Catalog) -> Params {
    let of = |entry: &Entry| ControlParams {
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

/// Judges a snapshot.
pub fn run(
    catalog: &Catalog,
    snapshot: &Snapshot,
    settings: &Settings,
    now: jiff::Timestamp,
) -> Result<Report, InternalError> {
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let ctx = Context::new(snapshot, &settings.params, today);
    // Passing subjects are evaluated in full where an exception or a baseline asks what became of them.
    let keep_passed = settings.show_passed || !settings.exceptions.is_empty() || settings.baseline.is_some();
    let selection = Selection {
        controls: settings.controls.clone(),
        show_passed: keep_passed,
    };
    let Evaluation { mut findings, counts } = evaluate::evaluate(catalog, &ctx, &selection)?;

    let scope = scope(&ctx, settings.live);
    let gaps = gaps(snapshot, settings.controls.as_ref());
    let evaluated: BTreeSet<String> = counts.keys().cloned().collect();
    let relevant: Vec<Exception> = settings
        .exceptions
        .iter()
        .filter(|exception| evaluated.contains(exception.control_id()))
        .cloned()
        .collect();
    let mut notes = exception::apply(&mut findings, &relevant, today);
    if let Some(before) = &settings.baseline {
        let looked = Looked {
            scope: &scope,
            controls: &evaluated,
            gaps: &gaps,
        };
        notes.extend(baseline::compare(&mut findings, looked, before).notes());
    }
    if !snapshot.complete {
        notes.push("the collection did not run to its end; what is missing stands among the gaps".to_owned());
    }

    let gate = exit::gate(&findings, settings.gate);
    let shown = |finding: &Finding| {
        (settings.show_passed || matches!(finding.status, Status::Fail | Status::Unknown))
            && settings
                .min_severity
                .is_none_or(|least| finding.severity.at_least(least))
    };
    findings.retain(shown);
    let controls = roll_up(catalog, &counts);
    let summary = Summary {
        findings: by_severity(&findings),
        unknown: findings
            .iter()
            .filter(|f| f.status == Status::Unknown && !is_excepted(f))
            .count(),
        excepted: findings.iter().filter(|f| is_excepted(f)).count(),
        compliance: compliance::summary(catalog, &controls),
        controls,
        gate,
    };
    Ok(Report {
        schema_version: SCHEMA_VERSION.to_owned(),
        tool: Tool::this(),
        generated_at: rfc3339(now),
        scope,
        summary,
        findings,
        gaps,
        notes,
    })
}

/// A time as reports write it: RFC 3339, UTC, whole seconds.
pub fn rfc3339(time: jiff::Timestamp) -> String {
    jiff::Timestamp::from_second(time.as_second())
        .unwrap_or(time)
        .to_string()
}

/// Whether an exception that holds takes the finding off the gate.
pub fn is_excepted(finding: &Finding) -> bool {
    finding.exception.as_ref().is_some_and(|note| !note.expired)
}

/// Counts the FAILs of the list. Excepted ones are among them, as they are in the list; `excepted` says how many.
fn by_severity(findings: &[Finding]) -> BTreeMap<Severity, usize> {
    let mut counts: BTreeMap<Severity, usize> = Severity::ALL.iter().map(|severity| (*severity, 0)).collect();
    for finding in findings.iter().filter(|finding| finding.status == Status::Fail) {
        *counts.entry(finding.severity).or_default() += 1;
    }
    counts
}

fn roll_up(catalog: &Catalog, counts: &BTreeMap<String, Counts>) -> Vec<ControlSummary> {
    let summary = |entry: &Entry| {
        let Counts {
            pass,
            fail,
            unknown,
            not_applicable,
        } = *counts.get(&entry.control.id)?;
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
    let row = |((account, region), usage): (&(&str, &str), &Usage)| RegionUsage {
        account_id: (*account).to_owned(),
        region: (*region).to_owned(),
        in_use: usage.in_use(),
        because: usage.because(),
    };
    let region_usage: Vec<RegionUsage> = ctx.usages().iter().map(row).collect();
    let regions: BTreeSet<String> = region_usage.iter().map(|usage| usage.region.clone()).collect();
    let in_use = region_usage.iter().filter(|usage| usage.in_use == InUse::Yes);
    let in_use: BTreeSet<String> = in_use.map(|usage| usage.region.clone()).collect();
    let source = match ctx.snapshot.source {
        Source::Live if live => "live",
        Source::Live => "snapshot",
        Source::Terraform => "terraform",
        Source::Cloudformation => "cloudformation",
    };
    Scope {
        source: source.to_owned(),
        partition: ctx
            .snapshot
            .accounts
            .values()
            .next()
            .map_or("aws", facts::context::partition)
            .to_owned(),
        accounts: ctx.snapshot.accounts.keys().cloned().collect(),
        regions: regions.into_iter().collect(),
        regions_in_use: in_use.into_iter().collect(),
        region_usage,
    }
}

fn gaps(snapshot: &Snapshot, wanted: Option<&BTreeSet<String>>) -> Vec<ReportedGap> {
    let row = |(account, gap): (&str, &crate::model::gap::Gap)| ReportedGap {
        account_id: account.to_owned(),
        region: gap.region.clone(),
        service: gap.service.clone(),
        operation: gap.operation.clone(),
        resource: gap.resource.clone(),
        kind: gap.kind,
        code: gap.code.clone(),
        message: gap.message.clone(),
        permission: gap.permission.clone(),
        controls: calls::find(&gap.service, &gap.operation)
            .map(|call| call.controls.iter().map(|id| (*id).to_owned()).collect())
            .unwrap_or_default(),
    };
    let concerns = |gap: &ReportedGap| {
        gap.controls.is_empty() || wanted.is_none_or(|wanted| gap.controls.iter().any(|id| wanted.contains(id)))
    };
    let mut gaps: Vec<ReportedGap> = snapshot.gaps().map(row).filter(concerns).collect();
    gaps.sort();
    gaps.dedup();
    gaps
}
