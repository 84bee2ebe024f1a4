//! Rows about the buckets that Bedrock reads from or writes to.
//!
//! A row says that the question was answered, its empty member that there is nothing: a bucket without a policy has a
//! `BucketPolicy` row without text. API: <https://docs.aws.amazon.com/AmazonS3/latest/API/>.

use crate::model::dataset::Row;
use crate::model::policy_text::PolicyText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use std::borrow::Cow;

/// A bucket that the estate names.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct Bucket {
    /// The name, unique over all of AWS.
    pub name: String,
    /// Whether a bucket of that name is there at all.
    pub exists: bool,
    /// Where it lives.
    pub region: Option<String>,
    /// Whether the audited account owns it (asked with the expected-owner header); absent where nobody could tell.
    pub owned: Option<bool>,
}

impl Row for Bucket {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }
}

/// The bucket's policy.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct BucketPolicy {
    /// The bucket.
    pub bucket: String,
    /// The text; absent means that there is none.
    pub policy: Option<PolicyText>,
}

impl Row for BucketPolicy {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.bucket)
    }
}

/// A default encryption rule.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct EncryptionRule {
    /// `AES256`, `aws:kms` or `aws:kms:dsse`.
    #[serde(rename = "SSEAlgorithm")]
    pub sse_algorithm: Option<String>,
    /// Key id, alias or ARN; absent means AWS's own key.
    #[serde(rename = "KMSMasterKeyID")]
    pub kms_master_key_id: Option<String>,
}

/// The bucket's default encryption.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct BucketEncryption {
    /// The bucket.
    pub bucket: String,
    /// Its rules; empty means that none is configured.
    pub rules: Vec<EncryptionRule>,
}

impl Row for BucketEncryption {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.bucket)
    }
}

/// A lifecycle rule, reduced to what decides how long objects live.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct LifecycleRule {
    /// Its id.
    #[serde(rename = "ID")]
    pub id: Option<String>,
    /// `Enabled` or `Disabled`.
    pub status: String,
    /// The prefix it is filtered by; absent means every object.
    pub prefix: Option<String>,
    /// Tags it is filtered by.
    pub tags: Vec<super::iam::Tag>,
    /// Lower size bound of the filter, in bytes.
    pub object_size_greater_than: Option<i64>,
    /// Upper size bound of the filter, in bytes.
    pub object_size_less_than: Option<i64>,
    /// Days after which current objects expire.
    pub expiration_days: Option<i64>,
    /// Date on which current objects expire.
    pub expiration_date: Option<String>,
    /// Whether only lone delete markers are removed.
    pub expired_object_delete_marker: Option<bool>,
    /// Days after which noncurrent versions are removed.
    pub noncurrent_days: Option<i64>,
    /// How many noncurrent versions are kept in any case.
    pub newer_noncurrent_versions: Option<i64>,
}

/// The bucket's lifecycle configuration.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct BucketLifecycle {
    /// The bucket.
    pub bucket: String,
    /// Its rules; empty means that nothing ever expires.
    pub rules: Vec<LifecycleRule>,
}

impl Row for BucketLifecycle {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.bucket)
    }
}

/// Whether the bucket keeps versions.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct BucketVersioning {
    /// The bucket.
    pub bucket: String,
    /// `Enabled`, `Suspended`, or absent where it never was switched on.
    pub status: Option<String>,
}

impl Row for BucketVersioning {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.bucket)
    }
}

/// The bucket's own block of public access; all false where none is set.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct PublicAccessBlock {
    /// The bucket.
    pub bucket: String,
    /// New public ACLs are refused.
    pub block_public_acls: bool,
    /// Public ACLs are ignored.
    pub ignore_public_acls: bool,
    /// New public policies are refused.
    pub block_public_policy: bool,
    /// A public policy opens nothing to strangers.
    pub restrict_public_buckets: bool,
}

impl Row for PublicAccessBlock {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.bucket)
    }
}

/// The block of public access that an account has for all its buckets; no row where it has none.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct AccountPublicAccessBlock {
    /// The account.
    pub account_id: String,
    /// New public ACLs are refused.
    pub block_public_acls: bool,
    /// Public ACLs are ignored.
    pub ignore_public_acls: bool,
    /// New public policies are refused.
    pub block_public_policy: bool,
    /// A public policy opens nothing to strangers.
    pub restrict_public_buckets: bool,
}

impl Row for AccountPublicAccessBlock {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.account_id)
    }
}

/// Who owns objects, and so whether ACLs count.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct BucketOwnership {
    /// The bucket.
    pub bucket: String,
    /// `BucketOwnerEnforced`, `BucketOwnerPreferred`, `ObjectWriter`; absent where no rule is set.
    pub object_ownership: Option<String>,
}

impl Row for BucketOwnership {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.bucket)
    }
}

/// One entry of an access control list.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct Grant {
    /// `CanonicalUser`, `Group` …
    pub grantee_type: Option<String>,
    /// The group, for example `…/global/AllUsers`.
    pub grantee_uri: Option<String>,
    /// The canonical user.
    pub grantee_id: Option<String>,
    /// `READ`, `WRITE`, `FULL_CONTROL` …
    pub permission: String,
}

/// The bucket's access control list.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct BucketAcl {
    /// The bucket.
    pub bucket: String,
    /// The canonical user that owns the bucket.
    pub owner_id: Option<String>,
    /// Its entries.
    pub grants: Vec<Grant>,
}

impl Row for BucketAcl {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.bucket)
    }
}
