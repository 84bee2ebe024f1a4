//! What blocks the public from a bucket: its own block of public access, or that of the account which owns it.
//!
//! The stricter of the two counts, switch by switch. The account that is judged blocks nothing for a bucket of somebody
//! else; where nobody could tell whose a bucket is, its block leaves the answer open.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>

use crate::facts::fact::{self, Fact, Reason};
use crate::model::snapshot::Global;
use std::collections::BTreeSet;

/// A bucket as the account knows it whose knowledge bases read it.
#[derive(Debug)]
pub(super) struct Home<'a> {
    pub(super) global: &'a Global,
    pub(super) bucket: &'a str,
    /// The account.
    pub(super) account: &'a str,
    /// The owners that data sources name.
    pub(super) owners: &'a BTreeSet<String>,
}

/// The two switches that hold for what is there already. The other two refuse what is new.
#[derive(Debug, Clone, Copy)]
pub(super) enum Switch {
    IgnorePublicAcls,
    RestrictPublicBuckets,
}

impl Switch {
    fn of(self, ignore_public_acls: bool, restrict_public_buckets: bool) -> bool {
        match self {
            Self::IgnorePublicAcls => ignore_public_acls,
            Self::RestrictPublicBuckets => restrict_public_buckets,
        }
    }
}

impl Home<'_> {
    /// Who keeps the public out by this switch: the bucket, the account, or nobody.
    pub(super) fn blocked(&self, switch: Switch) -> Fact<Option<&'static str>> {
        let by_bucket = self.by_bucket(switch);
        if by_bucket == Fact::Known(true) {
            return Fact::Known(Some("bucket"));
        }
        let ours = self.ours();
        let by_account = if ours == Fact::Known(false) {
            Fact::Known(false)
        } else {
            self.by_account(switch)
        };
        match (by_account, ours) {
            (Fact::Known(true), Fact::Known(_)) => Fact::Known(Some("account")),
            (Fact::Known(false), _) => by_bucket.map(|_| None),
            (by_account, ours) => {
                let open = [by_bucket.reasons(), by_account.reasons(), ours.reasons()];
                Fact::Unread(open.concat())
            }
        }
    }

    /// What to say of something that nobody asked of the bucket.
    pub(super) fn not_collected(&self, what: &str) -> Vec<Reason> {
        let Self { bucket, .. } = self;
        vec![Reason::text(format!("the {what} of bucket {bucket} was not collected"))]
    }

    fn by_bucket(&self, switch: Switch) -> Fact<bool> {
        let rows = &self.global.bucket_public_access_blocks;
        fact::looked_up(rows.find(self.bucket), "public access blocks").and_then(|row| match row {
            Some(row) => Fact::Known(switch.of(row.ignore_public_acls, row.restrict_public_buckets)),
            None => Fact::Unread(self.not_collected("public access block")),
        })
    }

    fn by_account(&self, switch: Switch) -> Fact<bool> {
        let rows = &self.global.account_public_access_block;
        let row = fact::looked_up(
            rows.find(self.account),
            "the settings that block public access to the account",
        );
        row.map(|row| row.is_some_and(|row| switch.of(row.ignore_public_acls, row.restrict_public_buckets)))
    }

    /// Whether the account owns the bucket: as S3 said, else as a data source does.
    fn ours(&self) -> Fact<bool> {
        let rows = &self.global.buckets;
        let row = fact::looked_up(rows.find(self.bucket), "buckets");
        if let Fact::Known(Some(row)) = &row
            && let Some(owned) = row.owned
        {
            return Fact::Known(owned);
        }
        if !self.owners.is_empty() {
            return Fact::Known(self.owners.contains(self.account));
        }
        let mut reasons = row.reasons().to_vec();
        reasons.extend(rows.gaps_of(self.bucket).map(Reason::gap));
        if reasons.is_empty() {
            let Self { bucket, .. } = self;
            reasons.push(Reason::text(format!("whose bucket {bucket} is could not be told")));
        }
        Fact::Unread(reasons)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn blocked(global: Value) -> Fact<Option<&'static str>> {
        let global: Global = serde_json::from_value(global).unwrap();
        let home = Home {
            global: &global,
            bucket: "docs",
            account: "111122223333",
            owners: &BTreeSet::new(),
        };
        home.blocked(Switch::RestrictPublicBuckets)
    }

    #[test]
    fn a_snapshot_from_before_the_account_was_asked_leaves_it_open() {
        let of_bucket = |on: bool| {
            json!({"buckets": {"collected": true, "items": [{"Name": "docs", "Exists": true, "Owned": true}]},
                "bucket_public_access_blocks": {"collected": true, "items": [{"Bucket": "docs", "RestrictPublicBuckets": on}]}})
        };
        assert_eq!(blocked(of_bucket(true)), Fact::Known(Some("bucket")));
        assert!(matches!(blocked(of_bucket(false)), Fact::Unread(reasons) if reasons.len() == 1));
        let mut strangers = of_bucket(false);
        strangers["buckets"]["items"][0]["Owned"] = json!(false);
        assert_eq!(blocked(strangers), Fact::Known(None));
        let mut asked = of_bucket(false);
        asked["account_public_access_block"] = json!({"collected": true});
        assert_eq!(blocked(asked), Fact::Known(None));
        assert!(matches!(blocked(json!({})), Fact::Unread(reasons) if reasons.len() == 3));
    }
}
