//! A fact: something known of a subject, or the reasons why nobody knows it.
//!
//! Rules read facts as if they were plain values. Touching an unread one makes the rule's answer UNKNOWN, with these
//! reasons; that is how "could not read" travels from a failed call to a finding without any rule having to think of it.

use crate::model::dataset::{Dataset, Lookup};
use crate::model::gap::Gap;
pub use crate::model::reason::{Reason, UNREAD};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::borrow::Cow;

/// A value that is known, or the reasons why it is not.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact<T> {
    /// Known.
    Known(T),
    /// Not known; never empty of reasons.
    Unread(Vec<Reason>),
}

impl<T: Default> Default for Fact<T> {
    fn default() -> Self {
        Self::Known(T::default())
    }
}

impl<T> From<T> for Fact<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl<T> Fact<T> {
    /// Unread for one reason.
    pub fn unread(reason: Reason) -> Self {
        Self::Unread(vec![reason])
    }

    /// Unread because of these gaps; `what` names the dataset in case it was never collected.
    pub fn unread_gaps(gaps: &[&Gap], what: &str) -> Self {
        if gaps.is_empty() {
            return Self::unread(Reason::not_collected(what));
        }
        Self::Unread(gaps.iter().map(|gap| Reason::gap(gap)).collect())
    }

    /// The value, where it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unread(_) => None,
        }
    }

    /// The reasons, where it is not.
    pub fn reasons(&self) -> &[Reason] {
        match self {
            Self::Known(_) => &[],
            Self::Unread(reasons) => reasons,
        }
    }

    /// Applies a function to a known value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Fact<U> {
        match self {
            Self::Known(value) => Fact::Known(f(value)),
            Self::Unread(reasons) => Fact::Unread(reasons),
        }
    }

    /// Applies a function that may itself not know.
    pub fn and_then<U>(self, f: impl FnOnce(T) -> Fact<U>) -> Fact<U> {
        match self {
            Self::Known(value) => f(value),
            Self::Unread(reasons) => Fact::Unread(reasons),
        }
    }
}

impl<T> Fact<Vec<T>> {
    /// What a list of faults amounts to: faults seen are faults, whatever became of the rest; with none seen, anything
    /// undecided leaves the answer open; with neither, the answer is "none".
    pub fn faults(seen: Vec<T>, undecided: Vec<Reason>) -> Self {
        if seen.is_empty() && !undecided.is_empty() {
            Self::Unread(sorted(undecided))
        } else {
            Self::Known(seen)
        }
    }
}

impl Fact<bool> {
    /// A fault that was seen is a fault; else what is undecided leaves it open; else there is none.
    pub fn fault(seen: bool, undecided: Vec<Reason>) -> Self {
        if !seen && !undecided.is_empty() {
            Self::Unread(sorted(undecided))
        } else {
            Self::Known(seen)
        }
    }
}

fn sorted(mut reasons: Vec<Reason>) -> Vec<Reason> {
    reasons.sort();
    reasons.dedup();
    reasons
}

/// The rows of a list, or why it cannot be relied on. `what` names the list ("guardrails").
pub fn all<'a, T>(dataset: &'a Dataset<T>, what: &str) -> Fact<&'a [T]> {
    if dataset.is_complete() {
        return Fact::Known(&dataset.items);
    }
    Fact::unread_gaps(&dataset.list_gaps().collect::<Vec<_>>(), what)
}

/// The reasons why a list may hold more than its items; empty where it is complete.
pub fn doubts<T>(dataset: &Dataset<T>, what: &str) -> Vec<Reason> {
    if !dataset.collected {
        return vec![Reason::not_collected(what)];
    }
    dataset.list_gaps().map(Reason::gap).collect()
}

/// A row that was found, `None` where it is known to be missing, or why nobody knows.
pub fn looked_up<'a, T>(lookup: Lookup<'a, T>, what: &str) -> Fact<Option<&'a T>> {
    match lookup {
        Lookup::Found(row) => Fact::Known(Some(row)),
        Lookup::Missing => Fact::Known(None),
        Lookup::Unread(gaps) => Fact::unread_gaps(&gaps, what),
    }
}

impl<T: Serialize> Serialize for Fact<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(value) => value.serialize(serializer),
            Self::Unread(reasons) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry(UNREAD, reasons)?;
                map.end()
            }
        }
    }
}

impl<T: JsonSchema> JsonSchema for Fact<T> {
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
    fn inline_schema() -> bool {
        T::inline_schema()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_seen_beats_what_is_undecided_and_that_beats_a_clean_answer() {
        let doubt = || vec![Reason::text("d")];
        assert_eq!(Fact::faults(vec![1], doubt()), Fact::Known(vec![1]));
        assert_eq!(Fact::<Vec<i32>>::faults(vec![], doubt()), Fact::Unread(doubt()));
        assert_eq!(Fact::<Vec<i32>>::faults(vec![], vec![]), Fact::Known(vec![]));
    }

    #[test]
    fn a_list_nobody_asked_for_is_not_an_empty_list() {
        assert!(matches!(all(&Dataset::<u8>::default(), "things"), Fact::Unread(_)));
        assert!(matches!(
            all(&Dataset::<u8>::complete(vec![]), "things"),
            Fact::Known(&[])
        ));
    }
}
