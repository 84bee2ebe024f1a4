//! Rows of IAM, with the member names of `GetAccountAuthorizationDetails`.
//!
//! Times are RFC 3339 text. API: <https://docs.aws.amazon.com/IAM/latest/APIReference/>.

use crate::model::dataset::Row;
use crate::model::policy_text::PolicyText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use std::borrow::Cow;

/// A key and its value.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct Tag {
    /// The key.
    pub key: String,
    /// The value.
    pub value: String,
}

/// A policy that lives inside one user, group or role.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct InlinePolicy {
    /// Its name, unique within its owner.
    pub policy_name: String,
    /// The document, percent-decoded.
    pub policy_document: PolicyText,
}

/// A reference to a managed policy.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct AttachedPolicy {
    /// Its name.
    pub policy_name: String,
    /// Its ARN.
    pub policy_arn: String,
}

/// A reference to the policy that bounds a user or role.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct PermissionsBoundary {
    /// Its ARN.
    pub permissions_boundary_arn: String,
}

/// An IAM user.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct User {
    /// The ARN.
    pub arn: String,
    /// The name without path.
    pub user_name: String,
    /// The unique id (`AIDA…`).
    pub user_id: String,
    /// The path.
    pub path: String,
    /// When it was made.
    pub create_date: Option<String>,
    /// Inline policies.
    pub user_policy_list: Vec<InlinePolicy>,
    /// Names of its groups.
    pub group_list: Vec<String>,
    /// Attached policies.
    pub attached_managed_policies: Vec<AttachedPolicy>,
    /// Its boundary.
    pub permissions_boundary: Option<PermissionsBoundary>,
    /// Its tags.
    pub tags: Vec<Tag>,
}

impl Row for User {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.arn)
    }
}

/// An IAM group.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct Group {
    /// The ARN.
    pub arn: String,
    /// The name without path.
    pub group_name: String,
    /// The path.
    pub path: String,
    /// Inline policies.
    pub group_policy_list: Vec<InlinePolicy>,
    /// Attached policies.
    pub attached_managed_policies: Vec<AttachedPolicy>,
}

impl Row for Group {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.arn)
    }
}

/// When a role was last used, as far as AWS remembers.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct RoleLastUsed {
    /// The time; absent where it was not used within the tracking period.
    pub last_used_date: Option<String>,
    /// The region of that use.
    pub region: Option<String>,
}

/// An IAM role.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct Role {
    /// The ARN.
    pub arn: String,
    /// The name without path.
    pub role_name: String,
    /// The unique id (`AROA…`).
    pub role_id: String,
    /// The path; `/aws-service-role/…` marks a service-linked role.
    pub path: String,
    /// When it was made.
    pub create_date: Option<String>,
    /// The trust policy, percent-decoded.
    pub assume_role_policy_document: PolicyText,
    /// Inline policies.
    pub role_policy_list: Vec<InlinePolicy>,
    /// Attached policies.
    pub attached_managed_policies: Vec<AttachedPolicy>,
    /// Its boundary.
    pub permissions_boundary: Option<PermissionsBoundary>,
    /// Its last use.
    pub role_last_used: Option<RoleLastUsed>,
    /// Its tags.
    pub tags: Vec<Tag>,
}

impl Row for Role {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.arn)
    }
}

/// A managed policy (the customer's or AWS's) with the text of its default version.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct ManagedPolicy {
    /// The ARN.
    pub arn: String,
    /// The name.
    pub policy_name: String,
    /// How many users, groups and roles carry it.
    pub attachment_count: Option<i64>,
    /// How many users and roles it bounds.
    pub permissions_boundary_usage_count: Option<i64>,
    /// The version in force.
    pub default_version_id: Option<String>,
    /// The text of that version; absent where it could not be read (the gaps say why).
    pub document: Option<PolicyText>,
}

impl Row for ManagedPolicy {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.arn)
    }
}

/// A long-term API key of one service, held by an IAM user. Never the secret.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct ServiceSpecificCredential {
    /// The id of the credential.
    pub service_specific_credential_id: String,
    /// The user that holds it.
    pub user_name: String,
    /// The service, for example `bedrock.amazonaws.com`.
    pub service_name: String,
    /// `Active`, `Inactive` or `Expired`.
    pub status: String,
    /// When it was made.
    pub create_date: Option<String>,
    /// When it ends; absent means never.
    pub expiration_date: Option<String>,
    /// The alias.
    pub service_credential_alias: Option<String>,
}

impl Row for ServiceSpecificCredential {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.service_specific_credential_id)
    }
}
