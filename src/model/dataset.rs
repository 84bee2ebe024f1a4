//! A dataset: the items that were read together with what could not be.
//!
//! `NotCollected` is the default, so that a member missing from an old or partial snapshot reads as "nobody asked"
//! and never as "there is nothing". An empty `Collected` without gaps is the only way to say "there is none".

use super::gap::Gap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A row that can be found by a key unique within its dataset.
pub trait Row {
    /// The key, usually an ARN.
    fn key(&self) -> Cow<'_, str>;
}

/// Items of one kind from one place, and what is missing among them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dataset<T> {
    /// Whether the reads were made at all.
    #[serde(default)]
    pub collected: bool,
    /// What was read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<T>,
    /// What was not. A gap without a resource concerns the whole list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<Gap>,
}

/// What a dataset knows about one key.
#[derive(Debug, Clone, PartialEq)]
pub enum Lookup<'a, T> {
    /// The row.
    Found(&'a T),
    /// Read completely, and not there.
    Missing,
    /// It may or may not be there; the gaps say why nobody knows. Empty where the dataset was never collected.
    Unread(Vec<&'a Gap>),
}

impl<T> Default for Dataset<T> {
    fn default() -> Self {
        Self {
            collected: false,
            items: Vec::new(),
            gaps: Vec::new(),
        }
    }
}

impl<T> Dataset<T> {
    /// A dataset that was read completely.
    pub fn complete(items: Vec<T>) -> Self {
        Self {
            collected: true,
            items,
            gaps: Vec::new(),
        }
    }

    /// A dataset of which nothing could be read.
    pub fn unread(gap: Gap) -> Self {
        Self {
            collected: true,
            items: Vec::new(),
            gaps: vec![gap],
        }
    }

    /// Gaps that concern the list as a whole and hide rows (an `unsupported` service hides none).
    pub fn list_gaps(&self) -> impl Iterator<Item = &Gap> {
        self.gaps
            .iter()
            .filter(|gap| gap.resource.is_none() && !gap.means_absent())
    }

    /// Whether the answer was that there can be no such rows: nobody could set up what the rules would ask for.
    pub fn is_unsupported(&self) -> bool {
        self.items.is_empty() && self.gaps.iter().any(|gap| gap.resource.is_none() && gap.means_absent())
    }

    /// Gaps about one resource.
    pub fn gaps_of<'a>(&'a self, resource: &'a str) -> impl Iterator<Item = &'a Gap> {
        self.gaps
            .iter()
            .filter(move |gap| gap.resource.as_deref() == Some(resource))
    }

    /// Whether every row that exists is among the items.
    pub fn is_complete(&self) -> bool {
        self.collected && self.list_gaps().next().is_none()
    }

    /// Adds the items and gaps of another read of the same kind.
    pub fn absorb(&mut self, other: Self) {
        self.collected |= other.collected;
        self.items.extend(other.items);
        for gap in other.gaps {
            self.push_gap(gap);
        }
    }

    /// Records a gap once.
    pub fn push_gap(&mut self, gap: Gap) {
        self.collected = true;
        if !self.gaps.contains(&gap) {
            self.gaps.push(gap);
        }
    }
}

impl<T: Row> Dataset<T> {
    /// Finds a row by key. Linear: index the dataset first where many look-ups follow.
    pub fn find(&self, key: &str) -> Lookup<'_, T> {
        match self.items.iter().find(|row| row.key() == key) {
            Some(row) => Lookup::Found(row),
            None => self.absent(key),
        }
    }

    /// What to say of a key that is not among the items.
    pub fn absent(&self, key: &str) -> Lookup<'_, T> {
        if !self.collected {
            return Lookup::Unread(Vec::new());
        }
        let gaps: Vec<&Gap> = self
            .gaps
            .iter()
            .filter(|gap| !gap.means_absent() && gap.resource.as_deref().is_none_or(|resource| resource == key))
            .collect();
        if gaps.is_empty() {
            Lookup::Missing
        } else {
            Lookup::Unread(gaps)
        }
    }

    /// Puts items and gaps into a fixed order, so that the order in which answers came in leaves no trace.
    pub fn sort(&mut self) {
        // A file that this program wrote is in order already.
        if !self.items.is_sorted_by(|a, b| a.key() <= b.key()) {
            self.items.sort_by(|a, b| a.key().cmp(&b.key()));
        }
        self.gaps.sort();
        self.gaps.dedup();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::gap::GapKind;

    #[derive(Debug, PartialEq)]
    struct Thing(&'static str);
    impl Row for Thing {
        fn key(&self) -> Cow<'_, str> {
            Cow::Borrowed(self.0)
        }
    }

    fn gap(resource: Option<&str>, kind: GapKind) -> Gap {
        Gap {
            region: None,
            service: "s".into(),
            operation: "GetThing".into(),
            resource: resource.map(str::to_owned),
            kind,
            code: None,
            message: String::new(),
            permission: None,
        }
    }

    #[test]
    fn nobody_asked_is_not_empty() {
        assert_eq!(Dataset::<Thing>::default().find("a"), Lookup::Unread(vec![]));
        assert_eq!(Dataset::<Thing>::complete(vec![]).find("a"), Lookup::Missing);
        assert!(!Dataset::<Thing>::default().is_complete());
    }

    #[test]
    fn a_gap_about_one_resource_hides_only_that_one() {
        let mut set = Dataset::complete(vec![Thing("a")]);
        set.push_gap(gap(Some("b"), GapKind::Denied));
        assert_eq!(set.find("a"), Lookup::Found(&Thing("a")));
        assert!(matches!(set.find("b"), Lookup::Unread(gaps) if gaps.len() == 1));
        assert_eq!(set.find("c"), Lookup::Missing);
        assert!(set.is_complete());
    }

    #[test]
    fn unsupported_means_that_there_is_none() {
        let set = Dataset::<Thing>::unread(gap(None, GapKind::Unsupported));
        assert_eq!(set.find("a"), Lookup::Missing);
        assert!(set.is_complete() && set.is_unsupported());
        assert!(!Dataset::<Thing>::unread(gap(None, GapKind::Denied)).is_unsupported());
        assert!(!Dataset::<Thing>::complete(vec![]).is_unsupported());
    }
}
