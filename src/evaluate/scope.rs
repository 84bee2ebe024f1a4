//! What the names in a rule's expressions stand for: the subject's facts, the params, and the rule's own variables.

use crate::control::expression::{Found, Lookup, Problem, Root};
use crate::control::lint::CompiledRule;
use crate::facts::params::ControlParams;
use crate::model::reason::{Reason, UNREAD};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The names of one rule for one subject.
pub(super) struct RuleScope<'a> {
    facts: &'a Map<String, Value>,
    params: Vec<&'a Map<String, Value>>,
    rule: &'a CompiledRule,
    root: &'a Root,
    variables: BTreeMap<&'a str, OnceLock<Result<Value, Problem>>>,
}

impl<'a> RuleScope<'a> {
    pub(super) fn new(
        rule: &'a CompiledRule,
        facts: &'a Map<String, Value>,
        arn: &str,
        params: &'a ControlParams,
        root: &'a Root,
    ) -> Self {
        let overrides = params.overrides.iter().filter(|over| over.takes_in(arn));
        let mut layers: Vec<&Map<String, Value>> = overrides.map(|over| &over.values).collect();
        layers.push(&params.values);
        let variables = rule
            .variables
            .keys()
            .map(|name| (name.as_str(), OnceLock::new()))
            .collect();
        Self {
            facts,
            params: layers,
            rule,
            root,
            variables,
        }
    }

    fn variable(&self, path: &str) -> Found<'_> {
        let (name, rest) = path
            .split_once('.')
            .map_or((path, None), |(name, rest)| (name, Some(rest)));
        let (Some(slot), Some(expression)) = (self.variables.get(name), self.rule.variables.get(name)) else {
            return Found::Missing;
        };
        match slot.get_or_init(|| expression.evaluate(self.root, self)) {
            Ok(value) => rest.map_or(Found::Value(value), |rest| walk(value, rest)),
            Err(Problem::Unread(reasons)) => Found::Unread(reasons.clone()),
            Err(Problem::Broken(fault)) => Found::Broken(fault.clone()),
        }
    }
}

impl Lookup for RuleScope<'_> {
    fn get(&self, path: &str) -> Found<'_> {
        let Some((root, rest)) = path.split_once('.') else {
            return Found::Missing;
        };
        match root {
            "subject" => member(self.facts, rest),
            "params" => {
                let name = rest.split('.').next().unwrap_or_default();
                let layer = self.params.iter().find(|layer| layer.contains_key(name));
                layer.map_or(Found::Missing, |layer| member(layer, rest))
            }
            "variables" => self.variable(rest),
            _ => Found::Missing,
        }
    }
}

fn member<'a>(map: &'a Map<String, Value>, path: &str) -> Found<'a> {
    let (name, rest) = path
        .split_once('.')
        .map_or((path, None), |(name, rest)| (name, Some(rest)));
    match (map.get(name), rest) {
        (None, _) => Found::Missing,
        (Some(value), None) => readable(value),
        (Some(value), Some(rest)) => walk(value, rest),
    }
}

fn walk<'a>(value: &'a Value, path: &str) -> Found<'a> {
    if let found @ Found::Unread(_) = readable(value) {
        return found;
    }
    match value {
        Value::Object(map) => member(map, path),
        _ => Found::Missing,
    }
}

fn readable(value: &Value) -> Found<'_> {
    match value.as_object().and_then(|map| map.get(UNREAD)) {
        Some(mark) => Found::Unread(
            serde_json::from_value::<Vec<Reason>>(mark.clone())
                .unwrap_or_else(|_| vec![Reason::text("it was not read")]),
        ),
        None => Found::Value(value),
    }
}
