//! Faults while they are gathered, beside the reasons why there may be more: what a fact about faults is made of.

use super::fact::{Fact, Reason};

/// Faults and what keeps others from being seen.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) seen: Vec<String>,
    pub(super) open: Vec<Reason>,
}

impl Findings {
    /// Two ways may lead to one thing, whose faults are told once.
    pub(super) fn fault(&mut self, text: String) {
        if !self.seen.contains(&text) {
            self.seen.push(text);
        }
    }

    pub(super) fn doubt(&mut self, reasons: &[Reason]) {
        self.open.extend(reasons.iter().cloned());
    }

    pub(super) fn fact(self) -> Fact<Vec<String>> {
        Fact::faults(self.seen, self.open)
    }
}
