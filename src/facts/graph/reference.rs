//! A reference: something that is configured with a guardrail version, or names one in a policy.

use super::key::GuardrailKey;
use crate::facts::fact::Fact;
use crate::model::report::Resource;
use schemars::JsonSchema;
use serde::Serialize;

/// What refers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// An agent version.
    #[default]
    Agent,
    /// A node of a flow version.
    Flow,
    /// The guardrail that the account enforces in the region.
    EnforcedConfiguration,
    /// A Bedrock policy of the organization.
    BedrockPolicy,
    /// A condition of a service control policy.
    Scp,
    /// A condition of an identity policy.
    IdentityPolicy,
    /// Agents, flows or configurations that could not be listed.
    Unlisted,
}

impl By {
    /// Whether it is a policy, which names guardrails of any account and region.
    pub fn is_policy(self) -> bool {
        matches!(self, Self::BedrockPolicy | Self::Scp | Self::IdentityPolicy)
    }
}

/// A reference to a guardrail version.
#[derive(Debug, Clone)]
pub struct Reference<'a> {
    /// The account that was read.
    pub account_id: &'a str,
    /// The region of the referrer; none for policies.
    pub region: Option<&'a str>,
    /// What refers.
    pub by: By,
    /// What a finding about the reference names.
    pub resource: Resource,
    /// Tells it from other references of the same resource.
    pub key: String,
    /// The referrer in words, for example `agent support (alias prod → version 1)`.
    pub text: String,
    /// The referrer's version, where it has versions.
    pub version: String,
    /// The identifier as written.
    pub written: String,
    /// What it refers to, or why nobody knows.
    pub guardrail: Fact<GuardrailKey>,
    /// Whether it was found by a pattern over regions or accounts, and so asks for nothing to exist.
    pub by_pattern: bool,
}
