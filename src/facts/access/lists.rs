//! The lists of a grant's faults while its holders are gone through.
//!
//! A fault that was seen is a fault, whatever could not be read of other holders. A holder whose boundary is unread
//! leaves open only those lists that it would stand in without the boundary.

use super::grant::GrantFacts;
use super::holder::Example;
use crate::facts::fact::{Fact, Reason};

/// A holder, and why nobody knows what is left of the grant for it.
pub(super) struct Hold<'h> {
    pub(super) arn: &'h str,
    pub(super) undecided: Option<Vec<Reason>>,
}

impl Hold<'_> {
    /// Notes the holder where its part in the grant is a fault, or may be one.
    pub(super) fn note(&self, list: &mut List<String>, is_fault: bool) {
        match &self.undecided {
            _ if !is_fault => {}
            Some(reasons) => list.undecided.extend(reasons.iter().cloned()),
            None => list.seen.push(self.arn.to_owned()),
        }
    }
}

/// Faults that were seen, and why there may be more.
#[derive(Debug)]
pub(super) struct List<T> {
    pub(super) seen: Vec<T>,
    pub(super) undecided: Vec<Reason>,
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self {
            seen: Vec::new(),
            undecided: Vec::new(),
        }
    }
}

impl<T> List<T> {
    fn into_fact(self) -> Fact<Vec<T>> {
        Fact::faults(self.seen, self.undecided)
    }
}

#[derive(Debug, Default)]
pub(super) struct Lists {
    pub(super) any_model: List<String>,
    pub(super) family: List<String>,
    pub(super) versions: List<String>,
    pub(super) users: List<String>,
    pub(super) batch: List<String>,
    pub(super) mantle: List<String>,
    pub(super) unapproved_invokers: List<String>,
    pub(super) unapproved_models: List<Example>,
    /// Why there may be holders that nobody saw.
    pub(super) unseen_holders: Vec<Reason>,
}

impl Lists {
    pub(super) fn into_facts(mut self, facts: &mut GrantFacts) {
        if facts.invokes {
            // Who holds a grant matters to these two, and not only how far it reaches.
            self.users.undecided.extend(self.unseen_holders.iter().cloned());
            self.unapproved_invokers.undecided.extend(self.unseen_holders);
        }
        facts.any_model = self.any_model.into_fact();
        facts.family = self.family.into_fact();
        facts.versions = self.versions.into_fact();
        facts.users = self.users.into_fact();
        facts.batch = self.batch.into_fact();
        facts.mantle = self.mantle.into_fact();
        facts.unapproved_invokers = self.unapproved_invokers.into_fact();
        facts.unapproved_models = self.unapproved_models.into_fact();
    }
}
