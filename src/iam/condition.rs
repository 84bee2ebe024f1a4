//! One condition of a statement: an operator, a key and the policy's values, judged against what is known.
//!
//! A statement's conditions are all ANDed; a policy's values are ORed, for negated operators none may match. An open
//! key is judged for both its absence and its presence: where both agree the answer is certain all the same.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html>

use super::actions;
use super::compare;
use super::context::{Context, Known, View};
use super::operator::{Operator, Quantifier, Test};
use super::pattern::{Pattern, Syntax};
use super::tri::Tri;

/// An operator applied to one key.
#[derive(Debug, Clone)]
pub struct Condition {
    /// The operator, `None` where IAM knows none of that name.
    pub operator: Option<Operator>,
    /// The operator as the policy writes it.
    pub operator_text: String,
    /// The key as the policy writes it.
    pub key: String,
    /// The policy's values, booleans and numbers as text.
    pub values: Vec<String>,
    lower: Box<str>,
    patterns: Box<[Pattern]>,
}

/// Why an answer is what it is.
#[derive(Debug, Default)]
pub(super) struct Trace<'s> {
    /// The keys on which a `Maybe` depends.
    pub(super) keys: Vec<&'s str>,
    /// What cannot be judged at all, in words.
    pub(super) doubts: Vec<String>,
}

impl<'s> Trace<'s> {
    pub(super) fn key(&mut self, key: &'s str) {
        if !self.keys.iter().any(|known| known.eq_ignore_ascii_case(key)) {
            self.keys.push(key);
        }
    }
}

impl Condition {
    /// Compiles a condition; `variables` says whether the document's version knows policy variables.
    pub fn new(operator_text: String, key: String, values: Vec<String>, variables: bool) -> Self {
        let operator = Operator::parse(&operator_text);
        let syntax = match operator.map(|operator| operator.test) {
            Some(Test::StringLike | Test::Arn) => Some(Syntax {
                wildcards: true,
                variables,
                fold: false,
            }),
            Some(Test::StringEquals) => Some(Syntax {
                wildcards: false,
                variables,
                fold: false,
            }),
            Some(Test::StringEqualsIgnoreCase) => Some(Syntax {
                wildcards: false,
                variables,
                fold: true,
            }),
            _ => None,
        };
        let patterns = syntax.map_or_else(Box::default, |syntax| {
            values.iter().map(|value| Pattern::new(value, syntax)).collect()
        });
        let lower = key.to_ascii_lowercase().into();
        Self {
            operator,
            operator_text,
            key,
            values,
            lower,
            patterns,
        }
    }

    /// The key in lower case.
    pub fn key_lower(&self) -> &str {
        &self.lower
    }

    /// The compiled values of a string or ARN operator; empty for the others.
    pub fn patterns(&self) -> &[Pattern] {
        &self.patterns
    }

    /// The operator answers with a key that no request carries.
    pub fn on_absent(&self) -> Tri {
        match self.operator {
            None => Tri::Maybe,
            Some(operator) if operator.test == Test::Null => self.wants_null(true).into(),
            Some(operator) => operator.on_absent().into(),
        }
    }

    /// Does the condition hold in `context`?
    pub fn holds(&self, context: &Context) -> Tri {
        self.evaluate(&View::of(context), &mut Trace::default())
    }

    pub(super) fn evaluate<'s>(&'s self, view: &View<'_>, trace: &mut Trace<'s>) -> Tri {
        let Some(operator) = self.operator else {
            trace
                .doubts
                .push(format!("unknown condition operator `{}`", self.operator_text));
            return Tri::Maybe;
        };
        let known = view.get(&self.lower);
        if operator.test == Test::Null {
            return self.null(known, trace);
        }
        match known {
            Known::Absent => operator.on_absent().into(),
            Known::Values(values) => self.present(operator, values, view, trace),
            Known::Unset => {
                let present = if self.is_universal(operator.test) {
                    Tri::from(!operator.negated)
                } else if self.values.is_empty() {
                    Tri::from(operator.negated)
                } else {
                    Tri::Maybe
                };
                let absent = Tri::from(operator.on_absent());
                if present == absent || (present != Tri::Maybe && actions::always_sent(&self.lower)) {
                    return present;
                }
                trace.key(&self.key);
                Tri::Maybe
            }
        }
    }

    fn null<'s>(&'s self, known: &Known, trace: &mut Trace<'s>) -> Tri {
        match known {
            Known::Absent => self.wants_null(true).into(),
            Known::Values(_) => self.wants_null(false).into(),
            Known::Unset if actions::always_sent(&self.lower) => self.wants_null(false).into(),
            Known::Unset => {
                let (absent, present) = (self.wants_null(true), self.wants_null(false));
                if absent == present {
                    return absent.into();
                }
                trace.key(&self.key);
                Tri::Maybe
            }
        }
    }

    fn wants_null(&self, absent: bool) -> bool {
        self.values
            .iter()
            .any(|value| value.trim().eq_ignore_ascii_case(if absent { "true" } else { "false" }))
    }

    /// The answer for a request that carries the key with `values`.
    fn present<'s>(&'s self, operator: Operator, values: &[String], view: &View<'_>, trace: &mut Trace<'s>) -> Tri {
        let mut each = values.iter().map(|value| {
            let hit = self.any_matches(operator.test, value, view, trace);
            if operator.negated { !hit } else { hit }
        });
        match operator.quantifier {
            Quantifier::All => each.fold(Tri::True, Tri::and),
            Quantifier::Any => each.fold(Tri::False, Tri::or),
            // One value is the rule; were there several, a positive test needs one hit and a negated one none.
            Quantifier::One if operator.negated => each.fold(Tri::True, Tri::and),
            Quantifier::One => match values.len() {
                1 => each.next().unwrap_or(Tri::False),
                _ => each.fold(Tri::False, Tri::or),
            },
        }
    }

    /// Does any of the policy's values match `value`?
    fn any_matches<'s>(&'s self, test: Test, value: &str, view: &View<'_>, trace: &mut Trace<'s>) -> Tri {
        let texts = || self.values.iter();
        match test {
            Test::StringEquals | Test::StringEqualsIgnoreCase | Test::StringLike | Test::Arn => {
                let mut best = Tri::False;
                for pattern in &self.patterns {
                    let hit = if test == Test::Arn {
                        pattern.matches_arn_in(value, view)
                    } else {
                        pattern.matches_in(value, view)
                    };
                    best = best.or(hit);
                    if best.is_true() {
                        return Tri::True;
                    }
                    if hit == Tri::Maybe {
                        self.blame(pattern, view, trace);
                    }
                }
                best
            }
            Test::Numeric(order) => texts().any(|text| compare::numbers(order, value, text)).into(),
            Test::Date(order) => texts().any(|text| compare::dates(order, value, text)).into(),
            Test::Bool => texts()
                .any(|text| is_bool(text) && text.trim().eq_ignore_ascii_case(value.trim()))
                .into(),
            Test::BinaryEquals => texts().any(|text| text == value).into(),
            Test::IpAddress => texts().any(|text| compare::in_block(value, text)).into(),
            Test::Null => Tri::Maybe,
        }
    }

    fn blame<'s>(&'s self, pattern: &'s Pattern, view: &View<'_>, trace: &mut Trace<'s>) {
        if !pattern.has_variables() {
            trace
                .doubts
                .push(format!("`{}` is compared with an incomplete ARN pattern", self.key));
        }
        for name in pattern.variables() {
            if matches!(view.get(&name.to_ascii_lowercase()), Known::Unset | Known::Values(_)) {
                trace.key(name);
            }
        }
    }

    /// The policy's values match whatever the request may carry.
    fn is_universal(&self, test: Test) -> bool {
        match test {
            Test::StringLike | Test::Arn => self.patterns.iter().any(Pattern::is_universal),
            Test::Bool => {
                let has = |want: &str| self.values.iter().any(|value| value.trim().eq_ignore_ascii_case(want));
                has("true") && has("false")
            }
            Test::IpAddress => {
                let has = |version| {
                    self.values
                        .iter()
                        .any(|value| compare::is_everything(value) == Some(version))
                };
                has(4) && has(6)
            }
            _ => false,
        }
    }
}

fn is_bool(text: &str) -> bool {
    let text = text.trim();
    text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false")
}

#[cfg(test)]
mod tests;
