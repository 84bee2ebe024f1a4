//! The buckets that take logs: whether they are there and ours, encrypted with a key of ours, and how long they keep.
//!
//! What counts is what happens to objects under the log prefix. In a versioned bucket an expired object lives on as a
//! noncurrent version, until that is removed too.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html>

use super::{Findings, key};
use crate::facts::context::Place;
use crate::facts::fact::{self, Fact, Reason};
use crate::model::aws::bedrock::S3Destination;
use crate::model::aws::s3::LifecycleRule;
use crate::model::snapshot::Account;

/// A bucket and the prefix of the logs in it.
#[derive(Debug)]
pub(super) struct Target<'a> {
    bucket: &'a str,
    prefix: String,
}

impl<'a> Target<'a> {
    pub(super) fn new(to: &'a S3Destination, account: &str) -> Self {
        let own = to.key_prefix.as_deref().unwrap_or("").trim_matches('/');
        let slash = if own.is_empty() { "" } else { "/" };
        Self {
            bucket: &to.bucket_name,
            prefix: format!("{own}{slash}AWSLogs/{account}/BedrockModelInvocationLogs/"),
        }
    }

    /// The bucket with the prefix.
    pub(super) fn place(&self) -> String {
        format!("{}/{}", self.bucket, self.prefix)
    }
}

/// Whether the bucket is there and not a stranger's, so that the rest can be judged.
pub(super) fn is_there(account: &Account, target: &Target<'_>, lost: &mut Findings) -> bool {
    let name = target.bucket;
    if name.is_empty() {
        lost.fault("a bucket without a name is configured".to_owned());
        return false;
    }
    match fact::looked_up(account.global.buckets.find(name), "buckets") {
        Fact::Known(Some(row)) if !row.exists => {
            lost.fault(format!("bucket {name} does not exist"));
            false
        }
        Fact::Known(Some(row)) => match row.owned {
            Some(true) => true,
            Some(false) => {
                lost.fault(format!("bucket {name} belongs to another account"));
                false
            }
            None => {
                lost.doubt(&[Reason::text(format!("who owns bucket {name} could not be told"))]);
                true
            }
        },
        Fact::Known(None) => {
            lost.doubt(&[Reason::text(format!("bucket {name} was not collected"))]);
            true
        }
        Fact::Unread(reasons) => {
            lost.doubt(&reasons);
            true
        }
    }
}

/// Whether new objects are encrypted with a key of the customer.
pub(super) fn encryption(at: &Place<'_>, target: &Target<'_>, found: &mut Findings) {
    let name = target.bucket;
    let row = match fact::looked_up(at.account.global.bucket_encryption.find(name), "bucket encryption") {
        Fact::Known(Some(row)) => row,
        Fact::Known(None) => {
            found.doubt(&[Reason::text(format!(
                "the encryption of bucket {name} was not collected"
            ))]);
            return;
        }
        Fact::Unread(reasons) => {
            found.doubt(&reasons);
            return;
        }
    };
    let Some(rule) = row.rules.first() else {
        found.fault(format!("bucket {name} has no default encryption of its own"));
        return;
    };
    let algorithm = rule.sse_algorithm.as_deref().unwrap_or("AES256");
    if !algorithm.starts_with("aws:kms") {
        found.fault(format!("bucket {name} encrypts with {algorithm}, not with a KMS key"));
        return;
    }
    match rule.kms_master_key_id.as_deref().filter(|id| !id.is_empty()) {
        None => found.fault(format!("bucket {name} names no KMS key and so uses the one of AWS")),
        Some(id) => {
            let home = at.account.global.buckets.items.iter().find(|row| row.name == name);
            let region = home.and_then(|row| row.region.as_deref());
            key::judge(at, region, id, &format!("bucket {name}"), found);
        }
    }
}

/// A number of days in words.
pub(super) fn in_days(days: i64) -> String {
    if days == 1 {
        "1 day".to_owned()
    } else {
        format!("{days} days")
    }
}

/// Whether objects under the prefix live as long as they must.
pub(super) fn lifetime(
    account: &Account,
    target: &Target<'_>,
    days: i64,
    found: &mut Findings,
    remarks: &mut Vec<String>,
) {
    let name = target.bucket;
    let rules = match fact::looked_up(account.global.bucket_lifecycles.find(name), "bucket lifecycles") {
        Fact::Known(Some(row)) => &row.rules,
        Fact::Known(None) => {
            found.doubt(&[Reason::text(format!(
                "the lifecycle of bucket {name} was not collected"
            ))]);
            return;
        }
        Fact::Unread(reasons) => {
            found.doubt(&reasons);
            return;
        }
    };
    let mut applying: Vec<&LifecycleRule> = Vec::new();
    for rule in rules.iter().filter(|rule| rule.status == "Enabled") {
        let prefix = rule.prefix.as_deref().unwrap_or("");
        if !(prefix.starts_with(&target.prefix) || target.prefix.starts_with(prefix)) {
            continue;
        }
        // Every log holds more than nothing.
        let of_any_size =
            rule.object_size_greater_than.is_none_or(|size| size <= 0) && rule.object_size_less_than.is_none();
        if rule.tags.is_empty() && of_any_size {
            applying.push(rule);
        } else if rule.expiration_days.is_some_and(|of| of < days) || rule.expiration_date.is_some() {
            let id = rule.id.as_deref().unwrap_or("without id");
            remarks.push(format!(
                "lifecycle rule {id} of bucket {name} expires early, but only objects of some tags or sizes"
            ));
        }
    }
    // A date empties the prefix on that day and on every day after it.
    let date = applying.iter().find_map(|rule| rule.expiration_date.as_deref());
    let current = applying
        .iter()
        .filter_map(|rule| rule.expiration_days.or(rule.expiration_date.as_ref().map(|_| 0)))
        .min();
    let Some(current) = current.filter(|current| *current < days) else {
        return;
    };
    // The youngest noncurrent version, which is all that a log object ever has, is spared where some are kept.
    let noncurrent = applying
        .iter()
        .filter(|rule| rule.newer_noncurrent_versions.unwrap_or(0) == 0)
        .filter_map(|rule| rule.noncurrent_days)
        .min();
    let versioned = match noncurrent {
        Some(noncurrent) if current.saturating_add(noncurrent) < days => Fact::Known(false),
        _ => fact::looked_up(account.global.bucket_versioning.find(name), "bucket versioning").and_then(
            |row| match row {
                Some(row) => Fact::Known(row.status.as_deref() == Some("Enabled")),
                None => Fact::unread(Reason::text(format!(
                    "whether bucket {name} keeps versions was not collected"
                ))),
            },
        ),
    };
    let when = match date.filter(|_| current == 0) {
        Some(date) => format!("on {}", date.split('T').next().unwrap_or(date)),
        None => format!("after {}", in_days(current)),
    };
    match versioned {
        Fact::Known(true) => remarks.push(format!(
            "bucket {name} expires logs {when}, and keeps them as noncurrent versions for long enough"
        )),
        Fact::Known(false) => {
            let more = noncurrent.map_or_else(String::new, |more| {
                format!(" (noncurrent versions {} later)", in_days(more))
            });
            found.fault(format!(
                "bucket {name} expires logs under {} {when}{more}",
                target.prefix
            ));
        }
        Fact::Unread(reasons) => found.doubt(&reasons),
    }
}
