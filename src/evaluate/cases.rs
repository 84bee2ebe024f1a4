//! Runs a control's own cases: the rule as it stands in the file, against facts that the file makes up.

use super::scope::RuleScope;
use super::workers;
use crate::control::case::{Case, Expect};
use crate::control::catalog::Entry;
use crate::control::expression::Root;
use crate::control::lint::{CompiledRule, Subjects};
use crate::control::param::to_json;
use crate::facts::params::ControlParams;
use crate::model::reason::{Reason, UNREAD};
use crate::model::report::Status;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// What became of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseResult {
    /// The rule's full id.
    pub rule_id: String,
    /// The case's name.
    pub case: String,
    /// What was expected.
    pub expect: Expect,
    /// Whether it is a near miss.
    pub near_miss: bool,
    /// What is wrong; absent where the case came out as expected.
    pub wrong: Option<String>,
}

/// The kinds of case that every rule must have and this one lacks.
pub fn missing(results: &[CaseResult]) -> Vec<&'static str> {
    let has = |expect| {
        results
            .iter()
            .any(|result| result.expect == expect && !result.near_miss)
    };
    let mut missing = Vec::new();
    for (kind, present) in [
        ("pass", has(Expect::Pass)),
        ("fail", has(Expect::Fail)),
        ("unknown", results.iter().any(|result| result.expect == Expect::Unknown)),
        ("near miss", results.iter().any(|result| result.near_miss)),
    ] {
        if !present {
            missing.push(kind);
        }
    }
    missing
}

/// Runs every case of a control.
pub fn run(entry: &Entry, subjects: &Subjects) -> Vec<CaseResult> {
    workers::with_room(|| run_here(entry, subjects))
}

fn run_here(entry: &Entry, subjects: &Subjects) -> Vec<CaseResult> {
    let root = Root::default();
    let compiled = entry.rules.iter();
    entry
        .control
        .rules
        .iter()
        .zip(compiled)
        .flat_map(|(rule, compiled)| rule.cases.iter().map(move |case| (case, compiled)))
        .map(|(case, rule)| CaseResult {
            rule_id: rule.id.clone(),
            case: case.name.clone(),
            expect: case.expect,
            near_miss: case.near_miss,
            wrong: run_case(entry, rule, case, subjects, &root).err(),
        })
        .collect()
}

fn run_case(entry: &Entry, rule: &CompiledRule, case: &Case, subjects: &Subjects, root: &Root) -> Result<(), String> {
    let plain = subjects
        .get(&rule.subject)
        .ok_or("its subject is not known")?
        .plain_value();
    let Value::Object(mut facts) = plain else {
        return Err("its subject has no facts".to_owned());
    };
    overlay(&mut facts, &to_json(&toml::Value::Table(case.facts.clone())), "")?;
    for path in &case.unread {
        blot_out(&mut facts, path)?;
    }
    let mut params = ControlParams::default();
    for (name, def) in &entry.control.params {
        params.values.insert(name.clone(), def.default_value());
    }
    for (name, value) in &case.params {
        let def = entry
            .control
            .params
            .get(name)
            .ok_or_else(|| format!("there is no param `{name}`"))?;
        params.values.insert(
            name.clone(),
            def.check(value).map_err(|wrong| format!("param `{name}`: {wrong}"))?,
        );
    }
    let scope = RuleScope::new(rule, &facts, "", &params, root);
    let (status, _) = super::verdict(rule, root, &scope)?;
    let expected = match case.expect {
        Expect::Pass => Status::Pass,
        Expect::Fail => Status::Fail,
        Expect::Unknown => Status::Unknown,
        Expect::NotApplicable => Status::NotApplicable,
    };
    if status != expected {
        return Err(format!(
            "expected {}, came out as {}",
            expected.as_str(),
            status.as_str()
        ));
    }
    if status != Status::Fail {
        return Ok(());
    }
    let message = rule
        .message
        .text(root, &scope)
        .map_err(|problem| format!("its message: {problem:?}"))?;
    rule.remediation
        .fill(root, &scope)
        .map_err(|fault| format!("its remediation: {fault}"))?;
    match &case.message {
        Some(part) if !message.contains(part.as_str()) => Err(format!("its message lacks `{part}`: {message}")),
        _ => Ok(()),
    }
}

/// Puts a case's facts over the plain ones. Items of lists get the members that they do not name from nowhere: a list
/// item is written out in full as far as the rule looks at it.
fn overlay(facts: &mut Map<String, Value>, given: &Value, path: &str) -> Result<(), String> {
    let Value::Object(given) = given else {
        return Err(format!("`{path}` is no table"));
    };
    for (name, value) in given {
        let here = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        match facts.get_mut(name) {
            None => {
                let known: BTreeSet<&str> = facts.keys().map(String::as_str).collect();
                return Err(format!(
                    "there is no fact `{here}`{}",
                    crate::control::source::did_you_mean(name, known)
                ));
            }
            Some(Value::Object(inner)) if value.is_object() && !inner.is_empty() => overlay(inner, value, &here)?,
            Some(slot) => *slot = value.clone(),
        }
    }
    Ok(())
}

fn blot_out(facts: &mut Map<String, Value>, path: &str) -> Result<(), String> {
    let (name, rest) = path
        .split_once('.')
        .map_or((path, None), |(name, rest)| (name, Some(rest)));
    let slot = facts
        .get_mut(name)
        .ok_or_else(|| format!("there is no fact `{path}` to leave unread"))?;
    match (rest, slot) {
        (None, slot) => {
            *slot = json!({ UNREAD: [Reason::text("the case says that it was not read")] });
            Ok(())
        }
        (Some(rest), Value::Object(inner)) => blot_out(inner, rest),
        (Some(_), _) => Err(format!("there is no fact `{path}` to leave unread")),
    }
}

#[cfg(test)]
mod tests {
    use crate::control::catalog::Catalog;

    #[test]
    fn every_built_in_rule_has_the_cases_it_needs_and_they_hold() {
        let subjects = crate::audit::subjects();
        let catalog = Catalog::builtin(&subjects).unwrap_or_else(|error| panic!("{error}"));
        for entry in catalog.entries() {
            let results = super::run(entry, &subjects);
            for rule in &entry.rules {
                let own: Vec<_> = results
                    .iter()
                    .filter(|result| result.rule_id == rule.id)
                    .cloned()
                    .collect();
                assert_eq!(super::missing(&own), Vec::<&str>::new(), "{}", rule.id);
            }
            let wrong: Vec<_> = results.into_iter().filter(|result| result.wrong.is_some()).collect();
            assert!(wrong.is_empty(), "{wrong:#?}");
        }
    }
}
