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
    #[serde(skip)]
    #[schemars(skip)]
    sorted: Sorted,
}

/// How many items there were when they were put into order: while no more are added, a look-up may halve the list.
#[derive(Debug, Clone, Copy, Default)]
struct Sorted(usize);

/// Two datasets are the same whether or not anybody put them into order.
impl PartialEq for Sorted {
    fn eq(&self, _: &Self) -> bool {
        true
    }
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
            sorted: Sorted::default(),
        }
    }
}

impl<T> Dataset<T> {
    /// A dataset that was read completely.
    pub fn complete(items: Vec<T>) -> Self {
        Self {
            collected: true,
            items,
            ..Self::default()
        }
    }

    /// A dataset of which nothing could be read.
    pub fn unread(gap: Gap) -> Self {
        Self {
            collected: true,
            gaps: vec![gap],
            ..Self::default()
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

    /// Whether the answer about one resource was that there is no such call.
    pub fn is_unsupported_of(&self, resource: &str) -> bool {
        self.gaps_of(resource).any(Gap::means_absent)
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
    /// Finds a row by key, quickly where the dataset is in order.
    pub fn find(&self, key: &str) -> Lookup<'_, T> {
        let found = if self.is_sorted() {
            let at = self.items.partition_point(|row| &*row.key() < key);
            self.items.get(at).filter(|row| row.key() == key)
        } else {
            self.items.iter().find(|row| row.key() == key)
        };
        found.map_or_else(|| self.absent(key), Lookup::Found)
    }

    /// The rows whose keys begin with a text, quickly where the dataset is in order.
    pub fn under(&self, start: &str) -> impl Iterator<Item = &T> {
        let sorted = self.is_sorted();
        let first = if sorted {
            self.items.partition_point(|row| &*row.key() < start)
        } else {
            0
        };
        let rest = self.items.get(first..).unwrap_or_default().iter();
        let rest = rest.map(move |row| (row, row.key().starts_with(start)));
        rest.take_while(move |(_, within)| *within || !sorted)
            .filter_map(|(row, within)| within.then_some(row))
    }

    fn is_sorted(&self) -> bool {
        self.sorted.0 == self.items.len()
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
        self.sorted = Sorted(self.items.len());
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
    fn a_row_is_found_in_order_or_not() {
        let mut set = Dataset::complete(vec![Thing("b"), Thing("c"), Thing("a")]);
        let found = |set: &Dataset<Thing>, key| matches!(set.find(key), Lookup::Found(row) if row.0 == key);
        for sorted in [false, true] {
            if sorted {
                set.sort();
            }
            assert!(["a", "b", "c"].iter().all(|key| found(&set, key)), "{set:?}");
            assert_eq!(set.find("d"), Lookup::Missing);
            assert_eq!(set.under("b").collect::<Vec<_>>(), [&Thing("b")]);
            assert_eq!(set.under("").count(), 3);
        }
        set.items.push(Thing("0"));
        assert!(found(&set, "0") && found(&set, "c"), "{set:?}");
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
