//! Evaluation: every rule against every subject of its kind. Pure, and total but for faults of the rules themselves.
//!
//! A rule that touches something unread is UNKNOWN, with the reasons. A rule whose expression is wrong is an error of
//! the whole run: it is never a pass, and never one finding among many.

pub mod cases;
mod scope;
pub mod workers;

use crate::control::catalog::{self, Catalog};
use crate::control::expression::{Problem, Root};
use crate::control::lint::CompiledRule;
use crate::facts::context::Context;
use crate::facts::subject::Subject;
use crate::facts::{self, params::ControlParams};
use crate::model::reason::Reason;
use crate::model::report::{Finding, Resource, Status};
use rayon::prelude::*;
use scope::RuleScope;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use thiserror::Error;

/// A rule that cannot be evaluated.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
#[error(
    "rule `{rule}` ({place}) cannot be evaluated for `{resource}`: {fault}; this is a fault of the control, not of the account"
)]
pub struct InternalError {
    /// The rule.
    pub rule: String,
    /// Where it is written.
    pub place: String,
    /// The subject's ARN.
    pub resource: String,
    /// What went wrong.
    pub fault: String,
}

/// How often a control's rules came out in each way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// PASS.
    pub pass: usize,
    /// FAIL.
    pub fail: usize,
    /// UNKNOWN.
    pub unknown: usize,
    /// NOT_APPLICABLE.
    pub not_applicable: usize,
}

/// What an evaluation brings.
#[derive(Debug, Default)]
pub struct Evaluation {
    /// Findings in the order of the report.
    pub findings: Vec<Finding>,
    /// Counts by control id.
    pub counts: BTreeMap<String, Counts>,
}

/// What to evaluate and what to keep.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Only these controls, where given.
    pub controls: Option<BTreeSet<String>>,
    /// Keep PASS and NOT_APPLICABLE as findings too.
    pub show_passed: bool,
}

/// Evaluates the catalogue.
pub fn evaluate(catalog: &Catalog, ctx: &Context<'_>, selection: &Selection) -> Result<Evaluation, InternalError> {
    workers::with_room(|| evaluate_here(catalog, ctx, selection))
}

fn evaluate_here(catalog: &Catalog, ctx: &Context<'_>, selection: &Selection) -> Result<Evaluation, InternalError> {
    let selected = |id: &str| selection.controls.as_ref().is_none_or(|wanted| wanted.contains(id));
    let entries: Vec<_> = catalog
        .entries()
        .iter()
        .filter(|entry| selected(&entry.control.id))
        .collect();
    let rules: Vec<&CompiledRule> = entries.iter().flat_map(|entry| &entry.rules).collect();
    let kinds: BTreeSet<&str> = rules.iter().map(|rule| rule.subject.as_str()).collect();
    ctx.prepare();
    let subjects: BTreeMap<&str, Vec<Subject>> = kinds
        .into_par_iter()
        .map(|name| (name, facts::find(name).map_or_else(Vec::new, |kind| (kind.derive)(ctx))))
        .collect();

    let no_params = ControlParams::default();
    let mut evaluation = Evaluation::default();
    for entry in &entries {
        evaluation.counts.entry(entry.control.id.clone()).or_default();
    }
    for rule in rules {
        let params = ctx.params.0.get(&rule.control_id).unwrap_or(&no_params);
        let of_kind = subjects.get(rule.subject.as_str()).map_or(&[][..], Vec::as_slice);
        let results: Vec<(Status, Option<Finding>)> = of_kind
            .par_iter()
            .with_min_len(64)
            .map_init(Root::default, |root, subject| {
                judge(rule, subject, params, root, selection.show_passed)
            })
            .collect::<Result<_, _>>()?;
        let counts = evaluation.counts.entry(rule.control_id.clone()).or_default();
        for (status, finding) in results {
            match status {
                Status::Pass => counts.pass += 1,
                Status::Fail => counts.fail += 1,
                Status::Unknown => counts.unknown += 1,
                Status::NotApplicable => counts.not_applicable += 1,
            }
            evaluation.findings.extend(finding);
        }
    }
    sort(&mut evaluation.findings);
    Ok(evaluation)
}

/// The order of the report: severity, the page's order of controls, resource, rule, id.
pub fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        let key = |f: &Finding| (f.severity, catalog::place(&f.control_id));
        key(a)
            .cmp(&key(b))
            .then_with(|| a.control_id.cmp(&b.control_id))
            .then_with(|| a.resource.arn.cmp(&b.resource.arn))
            .then_with(|| a.rule_id.cmp(&b.rule_id))
            .then_with(|| a.id.cmp(&b.id))
    });
}

/// What a rule says of a subject.
fn judge(
    rule: &CompiledRule,
    subject: &Subject,
    params: &ControlParams,
    root: &Root,
    show_passed: bool,
) -> Result<(Status, Option<Finding>), InternalError> {
    let broken = |fault: String| InternalError {
        rule: rule.id.clone(),
        place: rule.place.clone(),
        resource: subject.resource.arn.clone(),
        fault,
    };
    let scope = RuleScope::new(rule, &subject.facts, &subject.resource.arn, params, root);
    let (status, reasons) = verdict(rule, root, &scope).map_err(broken)?;
    if !show_passed && matches!(status, Status::Pass | Status::NotApplicable) {
        return Ok((status, None));
    }
    let message = match status {
        Status::Fail => match rule.message.text(root, &scope) {
            Ok(text) => text,
            Err(Problem::Unread(_)) => format!("{}: {}", subject.resource.name, rule.title),
            Err(Problem::Broken(fault)) => return Err(broken(fault)),
        },
        Status::Unknown => format!(
            "cannot tell of {}: {}",
            subject.resource.name,
            because(&reasons, &subject.resource)
        ),
        Status::Pass => format!("{} passes", subject.resource.name),
        Status::NotApplicable => format!("does not apply to {}", subject.resource.name),
    };
    let remediation = match status {
        Status::Fail => rule.remediation.fill(root, &scope).map_err(broken)?,
        Status::Unknown => settle(&reasons),
        Status::Pass | Status::NotApplicable => String::new(),
    };
    let finding = Finding {
        id: fingerprint(&rule.id, subject),
        control_id: rule.control_id.clone(),
        rule_id: rule.id.clone(),
        title: rule.title.clone(),
        severity: rule.severity,
        status,
        resource: subject.resource.clone(),
        message,
        evidence: evidence(rule, root, &scope, &reasons).map_err(broken)?,
        remediation,
        exception: None,
        baseline: None,
    };
    Ok((status, Some(finding)))
}

/// The status, with the reasons where it is UNKNOWN.
fn verdict(rule: &CompiledRule, root: &Root, scope: &RuleScope<'_>) -> Result<(Status, Vec<Reason>), String> {
    if let Some(matches) = &rule.matches {
        match matches.holds(root, scope) {
            Ok(true) => {}
            Ok(false) => return Ok((Status::NotApplicable, Vec::new())),
            Err(Problem::Unread(reasons)) => return Ok((Status::Unknown, reasons)),
            Err(Problem::Broken(fault)) => return Err(fault),
        }
    }
    match rule.assert.holds(root, scope) {
        Ok(true) => Ok((Status::Pass, Vec::new())),
        Ok(false) => Ok((Status::Fail, Vec::new())),
        Err(Problem::Unread(reasons)) => Ok((Status::Unknown, reasons)),
        Err(Problem::Broken(fault)) => Err(fault),
    }
}

fn evidence(
    rule: &CompiledRule,
    root: &Root,
    scope: &RuleScope<'_>,
    reasons: &[Reason],
) -> Result<Map<String, Value>, String> {
    let mut shown = Map::new();
    for (name, expression) in &rule.evidence {
        match expression.evaluate(root, scope) {
            Ok(Value::Null) => {}
            Ok(value) => {
                shown.insert(name.clone(), value);
            }
            Err(Problem::Unread(why)) => {
                shown.insert(name.clone(), json!({ "unread": why }));
            }
            Err(Problem::Broken(fault)) => return Err(fault),
        }
    }
    if !reasons.is_empty() {
        shown.insert("unread".to_owned(), json!(reasons));
    }
    Ok(shown)
}

/// The reasons in one clause each; a call in another region than the subject's says where it was made.
fn because(reasons: &[Reason], about: &Resource) -> String {
    const SHOWN: usize = 3;
    let clause = |reason: &Reason| match &reason.region {
        Some(region) if reason.resource.is_none() && reason.region != about.region => {
            format!("{} in {region}", reason.text)
        }
        _ => reason.text.clone(),
    };
    let mut text = reasons.iter().take(SHOWN).map(clause).collect::<Vec<_>>().join("; ");
    if let Some(more) = reasons.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        let _ = write!(text, "; and {more} more");
    }
    text
}

/// What would turn an UNKNOWN into an answer.
fn settle(reasons: &[Reason]) -> String {
    let permissions: BTreeSet<&str> = reasons
        .iter()
        .filter_map(|reason| reason.permission.as_deref())
        .collect();
    if permissions.is_empty() {
        return "Remove what stood in the way (see the evidence) and scan again.".to_owned();
    }
    let list = permissions.into_iter().collect::<Vec<_>>().join(", ");
    format!("Let the auditing principal use {list} on this resource, then scan again.")
}

/// A name for the finding that survives re-runs, other orders and other wordings.
fn fingerprint(rule: &str, subject: &Subject) -> String {
    let mut hash = Sha256::new();
    for part in [
        "bedrock-audit/1",
        rule,
        &subject.resource.account_id,
        &subject.resource.arn,
    ] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.update(subject.key.as_deref().unwrap_or("").as_bytes());
    hash.finalize().iter().take(16).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
