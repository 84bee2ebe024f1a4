//! The single facts about one bucket, asked in the region where it lives.
//!
//! S3 answers "there is none" with an error of its own for each of them; here that is a row without content.

use super::{locate, rows};
use crate::collect::context::{Context, Miss};
use crate::model::aws::s3 as row;
use crate::model::calls::s3::{
    GET_BUCKET_ACL, GET_BUCKET_ENCRYPTION, GET_BUCKET_LIFECYCLE_CONFIGURATION, GET_BUCKET_OWNERSHIP_CONTROLS,
    GET_BUCKET_POLICY, GET_BUCKET_VERSIONING, GET_PUBLIC_ACCESS_BLOCK,
};
use crate::model::gap::Gap;
use crate::model::policy_text::PolicyText;
use aws_sdk_s3::Client;
use std::cell::Cell;

/// A bucket, and how to ask about it.
pub(super) struct Place<'a> {
    ctx: Context,
    client: Client,
    name: &'a str,
    /// The expected owner, except where it is known that somebody else owns the bucket.
    owner: Option<String>,
    answered: Cell<bool>,
}

/// Asks one question; `None` where S3 says that there is no such thing.
macro_rules! ask {
    ($place:ident, $call:expr, $operation:ident) => {{
        let request = $place.client.$operation().bucket($place.name);
        let request = request.set_expected_bucket_owner($place.owner.clone());
        $place.settle($place.ctx.read($call, Some($place.name), request.send()).await)
    }};
}

impl<'a> Place<'a> {
    pub(super) fn new(ctx: &Context, name: &'a str, bucket: &row::Bucket, guess: &str) -> Self {
        let ctx = ctx.in_region(bucket.region.as_deref().unwrap_or(guess));
        Self {
            client: locate::client(&ctx),
            owner: (bucket.owned != Some(false)).then(|| ctx.account().to_owned()),
            ctx,
            name,
            answered: Cell::new(false),
        }
    }

    /// The region that is asked.
    pub(super) fn region(&self) -> &str {
        self.ctx.region()
    }

    /// Whether the bucket answered any question.
    pub(super) fn answered(&self) -> bool {
        self.answered.get()
    }

    fn settle<T>(&self, answer: Result<T, Miss>) -> Result<Option<T>, Gap> {
        let settled = match answer {
            Ok(answer) => Ok(Some(answer)),
            // The bucket itself went away in between: what it had is unknown, and nobody's any more.
            Err(Miss::Absent(gap)) if gap.code.as_deref() == Some("NoSuchBucket") => Err(gap),
            Err(Miss::Absent(_)) => Ok(None),
            Err(Miss::Gap(gap)) => Err(gap),
        };
        self.answered.set(self.answered.get() || settled.is_ok());
        settled
    }

    pub(super) async fn policy(&self) -> Result<row::BucketPolicy, Gap> {
        let answer = ask!(self, GET_BUCKET_POLICY, get_bucket_policy)?;
        Ok(row::BucketPolicy {
            bucket: self.name.to_owned(),
            policy: answer
                .and_then(|answer| answer.policy)
                .filter(|text| !text.is_empty())
                .map(PolicyText::from),
        })
    }

    pub(super) async fn encryption(&self) -> Result<row::BucketEncryption, Gap> {
        let answer = ask!(self, GET_BUCKET_ENCRYPTION, get_bucket_encryption)?;
        let configuration = answer.and_then(|answer| answer.server_side_encryption_configuration);
        Ok(rows::encryption(self.name, configuration.as_ref()))
    }

    pub(super) async fn lifecycle(&self) -> Result<row::BucketLifecycle, Gap> {
        let answer = ask!(
            self,
            GET_BUCKET_LIFECYCLE_CONFIGURATION,
            get_bucket_lifecycle_configuration
        )?;
        let rules = answer.and_then(|answer| answer.rules).unwrap_or_default();
        Ok(rows::lifecycle(self.name, &rules))
    }

    pub(super) async fn versioning(&self) -> Result<row::BucketVersioning, Gap> {
        let answer = ask!(self, GET_BUCKET_VERSIONING, get_bucket_versioning)?;
        Ok(row::BucketVersioning {
            bucket: self.name.to_owned(),
            status: answer
                .and_then(|answer| answer.status)
                .map(|status| status.as_str().to_owned()),
        })
    }

    pub(super) async fn public_access_block(&self) -> Result<row::PublicAccessBlock, Gap> {
        let answer = ask!(self, GET_PUBLIC_ACCESS_BLOCK, get_public_access_block)?;
        let configuration = answer.and_then(|answer| answer.public_access_block_configuration);
        Ok(rows::public_access_block(self.name, configuration.as_ref()))
    }

    pub(super) async fn ownership(&self) -> Result<row::BucketOwnership, Gap> {
        let answer = ask!(self, GET_BUCKET_OWNERSHIP_CONTROLS, get_bucket_ownership_controls)?;
        let controls = answer.and_then(|answer| answer.ownership_controls);
        Ok(rows::ownership(self.name, controls.as_ref()))
    }

    pub(super) async fn acl(&self) -> Result<row::BucketAcl, Gap> {
        let answer = ask!(self, GET_BUCKET_ACL, get_bucket_acl)?;
        Ok(row::BucketAcl {
            bucket: self.name.to_owned(),
            owner_id: answer
                .as_ref()
                .and_then(|answer| answer.owner.as_ref())
                .and_then(|owner| owner.id.clone()),
            grants: answer
                .map(|answer| answer.grants().iter().map(rows::grant).collect())
                .unwrap_or_default(),
        })
    }
}
