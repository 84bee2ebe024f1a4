//! KMS keys by the name that a log group or a bucket has for them.
//!
//! A row stands in the region whose invocation logs the key protects, wherever the key itself lives; its key and a
//! gap's `resource` are the name as it was found. AWS's own key for S3 needs no call: its alias says what it is.
//! API: <https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html>.

use super::context::{Context, Miss};
use crate::model::arn::Arn;
use crate::model::aws::observability::Key;
use crate::model::calls::kms::DESCRIBE_KEY;
use crate::model::dataset::Dataset;
use aws_sdk_kms::types::KeyMetadata;
use futures::future::join_all;
use std::collections::BTreeSet;

/// Describes the keys. A name without a region is one of `region`.
pub(super) async fn keys(ctx: &Context, region: &str, names: BTreeSet<String>) -> Dataset<Key> {
    let mut dataset = Dataset::complete(Vec::new());
    let asked = names
        .iter()
        .filter(|name| is_customers(name))
        .filter(|name| ctx.claim("key", &format!("{} {region} {name}", ctx.region())));
    for answer in join_all(asked.map(|name| key(ctx, region, name))).await {
        match answer {
            Ok(row) => dataset.items.push(row),
            Err(miss) => miss.gap().into_iter().for_each(|gap| dataset.push_gap(gap)),
        }
    }
    dataset
}

/// Whether the name may be that of a customer's key, so that it needs to be asked for.
fn is_customers(name: &str) -> bool {
    let local = Arn::parse(name).map_or(name, |arn| arn.resource);
    !local.is_empty() && !local.starts_with("alias/aws/")
}

async fn key(ctx: &Context, region: &str, name: &str) -> Result<Key, Miss> {
    let home = Arn::parse(name).map_or(region, |arn| arn.region);
    let ctx = ctx.in_region(home);
    let client = aws_sdk_kms::Client::new(ctx.config());
    let request = client.describe_key().key_id(name).send();
    match ctx.read(DESCRIBE_KEY, Some(name), request).await {
        Ok(answer) => Ok(row(name, answer.key_metadata.as_ref())),
        Err(Miss::Absent(_)) => Ok(Key {
            requested_id: name.to_owned(),
            ..Key::default()
        }),
        Err(miss) => Err(miss),
    }
}

fn row(name: &str, x: Option<&KeyMetadata>) -> Key {
    Key {
        requested_id: name.to_owned(),
        exists: true,
        arn: x.and_then(|key| key.arn.clone()),
        key_manager: x
            .and_then(|key| key.key_manager.as_ref())
            .map(|manager| manager.as_str().to_owned()),
        key_state: x
            .and_then(|key| key.key_state.as_ref())
            .map(|state| state.as_str().to_owned()),
        aws_account_id: x.and_then(|key| key.aws_account_id.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_aws_is_known_by_its_alias() {
        for aws in ["", "alias/aws/s3", "arn:aws:kms:eu-west-1:111122223333:alias/aws/s3"] {
            assert!(!is_customers(aws), "{aws}");
        }
        for customers in [
            "alias/awsome",
            "1234-abcd",
            "arn:aws:kms:eu-west-1:111122223333:key/1234",
        ] {
            assert!(is_customers(customers), "{customers}");
        }
    }

    #[test]
    fn an_unknown_state_keeps_its_text() {
        let metadata = KeyMetadata::builder()
            .key_id("k")
            .key_state("Melted".into())
            .build()
            .unwrap();
        let row = row("alias/k", Some(&metadata));
        assert_eq!(
            (row.requested_id.as_str(), row.key_state.as_deref()),
            ("alias/k", Some("Melted"))
        );
        assert_eq!(row.key_manager, None);
    }
}
