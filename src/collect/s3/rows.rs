//! Answers of S3 about one bucket, turned into rows.
//!
//! Every conversion also works on "there is none", because the absence of a policy or a rule is an answer too.

use crate::collect::times::rfc3339;
use crate::model::aws::{iam, s3 as row};
use aws_sdk_s3::types;

pub(super) fn encryption(bucket: &str, x: Option<&types::ServerSideEncryptionConfiguration>) -> row::BucketEncryption {
    let rules = x
        .map(|configuration| configuration.rules.as_slice())
        .unwrap_or_default();
    row::BucketEncryption {
        bucket: bucket.to_owned(),
        rules: rules
            .iter()
            .filter_map(|rule| rule.apply_server_side_encryption_by_default.as_ref())
            .map(|default| row::EncryptionRule {
                sse_algorithm: Some(default.sse_algorithm.as_str().to_owned()),
                kms_master_key_id: default.kms_master_key_id.clone().filter(|key| !key.is_empty()),
            })
            .collect(),
    }
}

pub(super) fn lifecycle(bucket: &str, rules: &[types::LifecycleRule]) -> row::BucketLifecycle {
    row::BucketLifecycle {
        bucket: bucket.to_owned(),
        rules: rules.iter().map(lifecycle_rule).collect(),
    }
}

fn lifecycle_rule(x: &types::LifecycleRule) -> row::LifecycleRule {
    let filter = x.filter.as_ref();
    let and = filter.and_then(|filter| filter.and.as_ref());
    let expiration = x.expiration.as_ref();
    let noncurrent = x.noncurrent_version_expiration.as_ref();
    let mut tags: Vec<iam::Tag> = and.map(|and| and.tags().iter().map(tag).collect()).unwrap_or_default();
    tags.extend(filter.and_then(|filter| filter.tag.as_ref()).map(tag));
    row::LifecycleRule {
        id: x.id.clone(),
        status: x.status.as_str().to_owned(),
        prefix: prefix(x),
        tags,
        object_size_greater_than: filter
            .and_then(|filter| filter.object_size_greater_than)
            .or_else(|| and.and_then(|and| and.object_size_greater_than)),
        object_size_less_than: filter
            .and_then(|filter| filter.object_size_less_than)
            .or_else(|| and.and_then(|and| and.object_size_less_than)),
        expiration_days: expiration.and_then(|it| it.days).map(i64::from),
        expiration_date: expiration.and_then(|it| it.date).and_then(rfc3339),
        expired_object_delete_marker: expiration.and_then(|it| it.expired_object_delete_marker),
        noncurrent_days: noncurrent.and_then(|it| it.noncurrent_days).map(i64::from),
        newer_noncurrent_versions: noncurrent.and_then(|it| it.newer_noncurrent_versions).map(i64::from),
    }
}

/// The prefix in any of its three places; an empty one filters nothing and so is none.
fn prefix(x: &types::LifecycleRule) -> Option<String> {
    let filter = x.filter.as_ref();
    let new = filter
        .and_then(|filter| filter.prefix.clone())
        .or_else(|| filter.and_then(|filter| filter.and.as_ref()?.prefix.clone()));
    #[expect(deprecated, reason = "rules made before filters existed still answer with it")]
    let old = || x.prefix.clone();
    new.or_else(old).filter(|prefix| !prefix.is_empty())
}

fn tag(x: &types::Tag) -> iam::Tag {
    iam::Tag {
        key: x.key.clone(),
        value: x.value.clone(),
    }
}

pub(super) fn public_access_block(
    bucket: &str,
    x: Option<&types::PublicAccessBlockConfiguration>,
) -> row::PublicAccessBlock {
    let on = |switch: fn(&types::PublicAccessBlockConfiguration) -> Option<bool>| x.and_then(switch).unwrap_or(false);
    row::PublicAccessBlock {
        bucket: bucket.to_owned(),
        block_public_acls: on(|it| it.block_public_acls),
        ignore_public_acls: on(|it| it.ignore_public_acls),
        block_public_policy: on(|it| it.block_public_policy),
        restrict_public_buckets: on(|it| it.restrict_public_buckets),
    }
}

pub(super) fn account_public_access_block(
    account: &str,
    x: &types::PublicAccessBlockConfiguration,
) -> row::AccountPublicAccessBlock {
    row::AccountPublicAccessBlock {
        account_id: account.to_owned(),
        block_public_acls: x.block_public_acls.unwrap_or(false),
        ignore_public_acls: x.ignore_public_acls.unwrap_or(false),
        block_public_policy: x.block_public_policy.unwrap_or(false),
        restrict_public_buckets: x.restrict_public_buckets.unwrap_or(false),
    }
}

pub(super) fn ownership(bucket: &str, x: Option<&types::OwnershipControls>) -> row::BucketOwnership {
    row::BucketOwnership {
        bucket: bucket.to_owned(),
        object_ownership: x
            .and_then(|controls| controls.rules.first())
            .map(|rule| rule.object_ownership.as_str().to_owned()),
    }
}

pub(super) fn grant(x: &types::Grant) -> row::Grant {
    let grantee = x.grantee.as_ref();
    row::Grant {
        grantee_type: grantee.map(|it| it.r#type.as_str().to_owned()),
        grantee_uri: grantee.and_then(|it| it.uri.clone()),
        grantee_id: grantee.and_then(|it| it.id.clone()),
        permission: x
            .permission
            .as_ref()
            .map(|it| it.as_str().to_owned())
            .unwrap_or_default(),
    }
}

/// The region that a location constraint stands for: the oldest region has none, and the second oldest an old name.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html>
pub(super) fn region(constraint: Option<&types::BucketLocationConstraint>) -> String {
    match constraint.map(types::BucketLocationConstraint::as_str) {
        None | Some("") => "us-east-1".to_owned(),
        Some("EU") => "eu-west-1".to_owned(),
        Some(region) => region.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_types::DateTime;

    fn rule() -> types::builders::LifecycleRuleBuilder {
        types::LifecycleRule::builder().status(types::ExpirationStatus::Enabled)
    }

    #[test]
    #[expect(deprecated, reason = "the old place of the prefix is what is tested")]
    fn finds_the_prefix_wherever_it_stands() {
        let and = types::LifecycleRuleAndOperator::builder()
            .prefix("in-and/")
            .tags(types::Tag::builder().key("k").value("v").build().unwrap())
            .object_size_less_than(5)
            .build();
        let nested = rule()
            .filter(types::LifecycleRuleFilter::builder().and(and).build())
            .build()
            .unwrap();
        let row = lifecycle_rule(&nested);
        assert_eq!(row.prefix.as_deref(), Some("in-and/"));
        assert_eq!((row.tags.len(), row.object_size_less_than), (1, Some(5)));
        let old = rule().prefix("old/").build().unwrap();
        assert_eq!(lifecycle_rule(&old).prefix.as_deref(), Some("old/"));
        let everything = rule()
            .filter(types::LifecycleRuleFilter::builder().prefix("").build())
            .build()
            .unwrap();
        assert_eq!(lifecycle_rule(&everything).prefix, None);
    }

    #[test]
    fn dates_become_text() {
        let dated = rule()
            .expiration(
                types::LifecycleExpiration::builder()
                    .date(DateTime::from_secs(1_767_225_600))
                    .build(),
            )
            .build()
            .unwrap();
        assert_eq!(
            lifecycle_rule(&dated).expiration_date.as_deref(),
            Some("2026-01-01T00:00:00Z")
        );
    }

    #[test]
    fn old_names_of_regions_are_translated() {
        assert_eq!(region(None), "us-east-1");
        assert_eq!(region(Some(&"EU".into())), "eu-west-1");
        assert_eq!(region(Some(&"eu-central-2".into())), "eu-central-2");
    }

    #[test]
    fn none_set_means_nothing_is_blocked() {
        let row = public_access_block("b", None);
        assert!(!row.block_public_acls && !row.restrict_public_buckets);
        assert_eq!(encryption("b", None).rules, []);
        assert_eq!(ownership("b", None).object_ownership, None);
    }
}
