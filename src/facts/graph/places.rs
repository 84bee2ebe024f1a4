//! An index by account and region, so that asking about one place does not walk over those of all accounts.

use std::collections::BTreeMap;

/// Positions in a list, by account and region, each in the list's order.
#[derive(Debug, Default)]
pub(super) struct Places(BTreeMap<String, BTreeMap<String, Vec<usize>>>);

impl Places {
    /// Notes a position; to be called with rising positions, and twice with the same one does no harm.
    pub(super) fn note(&mut self, account: &str, region: &str, position: usize) {
        let of_account = self.0.entry(account.to_owned()).or_default();
        let positions = of_account.entry(region.to_owned()).or_default();
        if positions.last() != Some(&position) {
            positions.push(position);
        }
    }

    /// What was noted of a place.
    pub(super) fn at(&self, account: &str, region: &str) -> &[usize] {
        let positions = self.0.get(account).and_then(|regions| regions.get(region));
        positions.map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_told_once_and_only_where_it_was_noted() {
        let mut places = Places::default();
        for (account, region, position) in [
            ("1", "a", 0),
            ("1", "a", 0),
            ("1", "b", 1),
            ("2", "a", 2),
            ("1", "a", 3),
        ] {
            places.note(account, region, position);
        }
        assert_eq!(places.at("1", "a"), [0, 3]);
        assert_eq!(places.at("2", "a"), [2]);
        assert!(places.at("2", "b").is_empty() && places.at("3", "a").is_empty());
    }
}
