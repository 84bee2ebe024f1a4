//! The buckets that invocation logging, data sources, knowledge bases and trails of one region name.
//!
//! Everything is asked with the audited account as the expected owner, so that a bucket which a stranger re-created
//! under the old name is told from our own: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html>.
//! A gap's `resource` is the name of the bucket. Rows are account-wide, because a bucket name is. With the first bucket
//! that outsiders might get into, what the account itself blocks is read as well.

mod account;
mod dialect;
mod locate;
mod read;
mod rows;

use super::context::Context;
use super::references::{NamedBucket, buckets};
use super::{Harvest, kms};
use crate::model::dataset::Dataset;
use crate::model::gap::Gap;
use crate::model::snapshot::Global;
use futures::future::{join, join_all};
use locate::locate;
use read::Place;
use std::collections::BTreeSet;

/// Reads what the region's rows name.
pub(super) async fn collect(ctx: &Context, found: &Harvest) -> Harvest {
    let named = buckets(ctx.region(), &found.global, &found.regional);
    let each = join_all(named.iter().map(|(name, wanted)| bucket(ctx, name, wanted)));
    let exposed = named.values().any(NamedBucket::exposure) && ctx.claim("account public access block", ctx.account());
    let (each, block) = join(each, when(exposed, account::public_access_block(ctx))).await;
    let mut harvest = Harvest::from(asked());
    harvest.global.account_public_access_block = block.unwrap_or_default();
    for more in each {
        harvest.absorb(more);
    }
    harvest
}

/// That nothing is named is known as well.
fn asked() -> Global {
    let mut global = Global::default();
    global.buckets.collected = true;
    global.bucket_policies.collected = true;
    global.bucket_encryption.collected = true;
    global.bucket_lifecycles.collected = true;
    global.bucket_versioning.collected = true;
    global.bucket_public_access_blocks.collected = true;
    global.bucket_ownership.collected = true;
    global.bucket_acls.collected = true;
    global
}

async fn bucket(ctx: &Context, name: &str, wanted: &NamedBucket) -> Harvest {
    // Several regions may name one bucket: each fact is read by the first that wants it.
    let first = |wanted: bool, what: &'static str| wanted && ctx.claim(what, name);
    let row = first(true, "bucket");
    let policy = first(wanted.policy(), "bucket policy");
    let encryption = first(wanted.keeping(), "bucket encryption");
    let lifecycle = first(wanted.keeping(), "bucket lifecycle");
    let versioning = first(wanted.versioning(), "bucket versioning");
    let block = first(wanted.exposure(), "bucket public access block");
    let ownership = first(wanted.exposure(), "bucket ownership");
    let acl = first(wanted.exposure(), "bucket acl");
    let mut harvest = Harvest::default();
    if !(row || policy || encryption || lifecycle || versioning || block || ownership || acl) {
        return harvest;
    }

    let global = &mut harvest.global;
    let located = locate(ctx, name, &wanted.region).await;
    let Some(mut bucket) = located.row else {
        // Nothing can be read of what cannot be reached, and each question stays open.
        if let Some(gap) = &located.gap {
            open(row, &mut global.buckets, gap);
            open(policy, &mut global.bucket_policies, gap);
            open(encryption, &mut global.bucket_encryption, gap);
            open(lifecycle, &mut global.bucket_lifecycles, gap);
            open(versioning, &mut global.bucket_versioning, gap);
            open(block, &mut global.bucket_public_access_blocks, gap);
            open(ownership, &mut global.bucket_ownership, gap);
            open(acl, &mut global.bucket_acls, gap);
        }
        return harvest;
    };
    if bucket.exists {
        let place = Place::new(ctx, name, &bucket, &wanted.region);
        let (policy, encryption, lifecycle, versioning, block, ownership, acl) = tokio::join!(
            when(policy, place.policy()),
            when(encryption, place.encryption()),
            when(lifecycle, place.lifecycle()),
            when(versioning, place.versioning()),
            when(block, place.public_access_block()),
            when(ownership, place.ownership()),
            when(acl, place.acl()),
        );
        if let Some(Ok(encryption)) = &encryption {
            let keys: BTreeSet<String> = encryption
                .rules
                .iter()
                .filter_map(|rule| rule.kms_master_key_id.clone())
                .collect();
            harvest.regional.keys = kms::keys(ctx, place.region(), keys).await;
        }
        put(&mut global.bucket_policies, policy);
        put(&mut global.bucket_encryption, encryption);
        put(&mut global.bucket_lifecycles, lifecycle);
        put(&mut global.bucket_versioning, versioning);
        put(&mut global.bucket_public_access_blocks, block);
        put(&mut global.bucket_ownership, ownership);
        put(&mut global.bucket_acls, acl);
        if bucket.owned.is_none() && place.answered() {
            // Only the owner's bucket answers under the expected owner's name.
            bucket.owned = Some(true);
        }
    }
    if row {
        if bucket.owned.is_none()
            && let Some(gap) = located.gap
        {
            global.buckets.push_gap(gap);
        }
        global.buckets.items.push(bucket);
    }
    harvest
}

async fn when<T>(wanted: bool, read: impl Future<Output = T>) -> Option<T> {
    if wanted { Some(read.await) } else { None }
}

fn put<T>(dataset: &mut Dataset<T>, answer: Option<Result<T, Gap>>) {
    match answer {
        Some(Ok(row)) => dataset.items.push(row),
        Some(Err(gap)) => dataset.push_gap(gap),
        None => {}
    }
}

fn open<T>(wanted: bool, dataset: &mut Dataset<T>, gap: &Gap) {
    if wanted {
        dataset.push_gap(gap.clone());
    }
}
