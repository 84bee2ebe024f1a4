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

/// Enough to be worth a thread's while.
const SUBJECTS_AT_A_TIME: usize = 64;

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

impl Counts {
    fn note(&mut self, status: Status) {
        match status {
            Status::Pass => self.pass += 1,
            Status::Fail => self.fail += 1,
            Status::Unknown => self.unknown += 1,
            Status::NotApplicable => self.not_applicable += 1,
        }
    }

    fn add(&mut self, others: Self) {
        self.pass += others.pass;
        self.fail += others.fail;
        self.unknown += others.unknown;
        self.not_applicable += others.not_applicable;
    }
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
    let mut kinds: BTreeMap<&str, Vec<&CompiledRule>> = BTreeMap::new();
    for rule in entries.iter().flat_map(|entry| &entry.rules) {
        kinds.entry(&rule.subject).or_default().push(rule);
    }
    let mut evaluation = Evaluation::default();
    for entry in &entries {
        evaluation.counts.entry(entry.control.id.clone()).or_default();
    }
    ctx.prepare();
    // Kind by kind, so that subjects are gone once their rules are through: together they can be larger than the file.
    let judged = Vec::from_iter(kinds)
        .into_par_iter()
        .with_max_len(1)
        .map(|(kind, rules)| judge_kind(kind, &rules, ctx, selection.show_passed))
        .collect::<Result<Vec<_>, _>>()?;
    for part in judged.into_iter().flatten() {
        for (control, counts) in part.counts {
            evaluation.counts.entry(control.to_owned()).or_default().add(counts);
        }
        evaluation.findings.extend(part.findings);
    }
    sort(&mut evaluation.findings);
    Ok(evaluation)
}

/// What some rules say of some subjects.
#[derive(Default)]
struct Judged<'r> {
    counts: BTreeMap<&'r str, Counts>,
    findings: Vec<Finding>,
}

fn judge_kind<'r>(
    kind: &str,
    rules: &[&'r CompiledRule],
    ctx: &Context<'_>,
    show_passed: bool,
) -> Result<Vec<Judged<'r>>, InternalError> {
    let no_params = ControlParams::default();
    let subjects = facts::find(kind).map_or_else(Vec::new, |kind| (kind.derive)(ctx));
    subjects
        .par_chunks(SUBJECTS_AT_A_TIME)
        .map_init(Root::default, |root, subjects| {
            let mut judged = Judged::default();
            for rule in rules {
                let params = ctx.params.0.get(&rule.control_id).unwrap_or(&no_params);
                for subject in subjects {
                    let (status, finding) = judge(rule, subject, params, root, show_passed)?;
                    judged.counts.entry(&rule.control_id).or_default().note(status);
                    judged.findings.extend(finding);
                }
            }
            Ok(judged)
        })
        .collect()
}

/// The order of the report: severity, the page's order of controls, resource, rule, id.
pub fn sort(findings: &mut [Finding]) {
    findings.par_sort_by(|a, b| {
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
