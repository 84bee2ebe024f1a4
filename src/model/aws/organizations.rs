//! Rows of AWS Organizations, as seen from the account that asked.
//!
//! Only the management account and delegated administrators may read policies and the tree.
//! API: <https://docs.aws.amazon.com/organizations/latest/APIReference/>.

use crate::model::dataset::Row;
use crate::model::policy_text::PolicyText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use std::borrow::Cow;

/// The organization that the account belongs to. No row at all: a stand-alone account.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct Organization {
    /// `o-…`.
    pub id: String,
    /// The ARN.
    pub arn: String,
    /// `ALL` or `CONSOLIDATED_BILLING`.
    pub feature_set: String,
    /// The management account.
    pub master_account_id: String,
}

impl Row for Organization {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.id)
    }
}

/// Whether one type of policy is switched on for a root.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct PolicyTypeStatus {
    /// `SERVICE_CONTROL_POLICY`, `BEDROCK_POLICY` …
    #[serde(rename = "Type")]
    pub type_: String,
    /// `ENABLED`, `PENDING_ENABLE`, `PENDING_DISABLE`.
    pub status: String,
}

/// The root of the organization's tree.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct Root {
    /// `r-…`.
    pub id: String,
    /// The ARN.
    pub arn: String,
    /// The name.
    pub name: String,
    /// The policy types that are switched on.
    pub policy_types: Vec<PolicyTypeStatus>,
}

impl Row for Root {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.id)
    }
}

/// An organizational unit.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct OrganizationalUnit {
    /// `ou-…`.
    pub id: String,
    /// The ARN.
    pub arn: String,
    /// The name.
    pub name: String,
    /// The root or unit above it.
    pub parent_id: String,
}

impl Row for OrganizationalUnit {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.id)
    }
}

/// A member account.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct Account {
    /// Twelve digits.
    pub id: String,
    /// The ARN.
    pub arn: String,
    /// The name.
    pub name: String,
    /// `ACTIVE`, `SUSPENDED`, `PENDING_CLOSURE` … (the older `Status` where AWS sends no state).
    pub state: String,
    /// The root or unit above it; absent where the tree could not be read.
    pub parent_id: Option<String>,
}

impl Row for Account {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.id)
    }
}

/// What a policy is attached to.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct PolicyTarget {
    /// A root, unit or account id.
    pub target_id: String,
    /// `ROOT`, `ORGANIZATIONAL_UNIT` or `ACCOUNT`.
    #[serde(rename = "Type")]
    pub type_: String,
}

/// A policy of the organization.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct Policy {
    /// `p-…`.
    pub id: String,
    /// The ARN.
    pub arn: String,
    /// The name.
    pub name: String,
    /// `SERVICE_CONTROL_POLICY` or `BEDROCK_POLICY`.
    #[serde(rename = "Type")]
    pub type_: String,
    /// Whether AWS wrote it.
    pub aws_managed: bool,
    /// The text; absent where it could not be read.
    pub content: Option<PolicyText>,
    /// Direct attachments; absent where they could not be read.
    pub targets: Option<Vec<PolicyTarget>>,
}

impl Row for Policy {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.arn)
    }
}

/// What is left of the inherited policies of one type at one account.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct EffectivePolicy {
    /// For example `BEDROCK_POLICY`.
    pub policy_type: String,
    /// The account it holds for.
    pub target_id: String,
    /// The merged text.
    pub policy_content: PolicyText,
}

impl Row for EffectivePolicy {
    fn key(&self) -> Cow<'_, str> {
        Cow::Owned(format!("{}/{}", self.policy_type, self.target_id))
    }
}

/// An account that administers something for the organization.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct DelegatedAdministrator {
    /// The account.
    pub id: String,
    /// The services it administers; absent where they could not be read.
    pub service_principals: Option<Vec<String>>,
}

impl Row for DelegatedAdministrator {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.id)
    }
}

/// The organization's resource policy, which delegates the management of policies.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct ResourcePolicy {
    /// The ARN.
    pub arn: String,
    /// The text.
    pub content: PolicyText,
}

impl Row for ResourcePolicy {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.arn)
    }
}
