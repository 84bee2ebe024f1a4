//! Rows of the Bedrock control plane.
//!
//! API: <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_Operations_Amazon_Bedrock.html>.

use crate::model::dataset::Row;
use crate::model::policy_text::PolicyText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A base model offered in the region.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct FoundationModel {
    /// The ARN.
    pub model_arn: String,
    /// The id.
    pub model_id: String,
    /// The provider.
    pub provider_name: Option<String>,
    /// `ON_DEMAND`, `PROVISIONED`, `INFERENCE_PROFILE`.
    pub inference_types_supported: Vec<String>,
    /// `ACTIVE` or `LEGACY`.
    pub lifecycle_status: Option<String>,
}

impl Row for FoundationModel {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.model_arn)
    }
}

/// A guardrail version that exists, DRAFT or numbered.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct GuardrailSummary {
    /// The guardrail's ARN, without version.
    pub arn: String,
    /// The id.
    pub id: String,
    /// `DRAFT` or a number.
    pub version: String,
    /// The name.
    pub name: String,
    /// `READY`, `FAILED` …
    pub status: String,
    /// The cross-region guardrail profile.
    pub guardrail_profile_arn: Option<String>,
}

impl Row for GuardrailSummary {
    fn key(&self) -> Cow<'_, str> {
        Cow::Owned(super::versioned_arn(&self.arn, &self.version))
    }
}

/// A content filter, harm or prompt attack.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct ContentFilter {
    /// `HATE`, `PROMPT_ATTACK` …
    #[serde(rename = "type")]
    pub type_: String,
    /// `NONE`, `LOW`, `MEDIUM`, `HIGH`.
    pub input_strength: String,
    /// The same, on output.
    pub output_strength: String,
    /// `TEXT`, `IMAGE`.
    pub input_modalities: Option<Vec<String>>,
    /// The same, on output.
    pub output_modalities: Option<Vec<String>>,
    /// `BLOCK` or `NONE`.
    pub input_action: Option<String>,
    /// The same, on output.
    pub output_action: Option<String>,
    /// Whether it looks at input.
    pub input_enabled: Option<bool>,
    /// Whether it looks at output.
    pub output_enabled: Option<bool>,
}

/// The content filters and their tier.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct ContentPolicy {
    /// The filters.
    pub filters: Vec<ContentFilter>,
    /// `CLASSIC` or `STANDARD`.
    pub tier_name: Option<String>,
}

/// A kind of personal data and what is done with it.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct PiiEntity {
    /// `EMAIL`, `AWS_ACCESS_KEY` …
    #[serde(rename = "type")]
    pub type_: String,
    /// `BLOCK`, `ANONYMIZE` or `NONE`.
    pub action: String,
    /// Overrides the action on input.
    pub input_action: Option<String>,
    /// Overrides the action on output.
    pub output_action: Option<String>,
    /// Whether it looks at input.
    pub input_enabled: Option<bool>,
    /// Whether it looks at output.
    pub output_enabled: Option<bool>,
}

/// A guardrail version in full.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Guardrail {
    /// The guardrail's ARN, without version.
    pub guardrail_arn: String,
    /// The id.
    pub guardrail_id: String,
    /// `DRAFT` or a number.
    pub version: String,
    /// The name.
    pub name: String,
    /// `READY`, `FAILED` …
    pub status: String,
    /// The content filters.
    pub content_policy: Option<ContentPolicy>,
    /// Personal data.
    pub pii_entities: Vec<PiiEntity>,
    /// Names of the custom patterns.
    pub regex_names: Vec<String>,
    /// The customer's key.
    pub kms_key_arn: Option<String>,
    /// The id of the cross-region guardrail profile, for example `us.guardrail.v1:0`.
    pub guardrail_profile_id: Option<String>,
    /// Its ARN.
    pub guardrail_profile_arn: Option<String>,
}

impl Row for Guardrail {
    fn key(&self) -> Cow<'_, str> {
        Cow::Owned(super::versioned_arn(&self.guardrail_arn, &self.version))
    }
}

/// A guardrail that the account enforces in this region.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct EnforcedGuardrail {
    /// The configuration's id.
    pub config_id: Option<String>,
    /// The guardrail's ARN.
    pub guardrail_arn: String,
    /// Its id.
    pub guardrail_id: Option<String>,
    /// A number.
    pub guardrail_version: String,
    /// `HONOR` or `IGNORE`.
    pub input_tags: Option<String>,
    /// `SELECTIVE` or `COMPREHENSIVE`, for system prompts.
    pub selective_system: Option<String>,
    /// The same, for messages.
    pub selective_messages: Option<String>,
    /// Models it holds for.
    pub included_models: Vec<String>,
    /// Models it leaves out.
    pub excluded_models: Vec<String>,
    /// Who set it.
    pub owner: Option<String>,
}

impl Row for EnforcedGuardrail {
    fn key(&self) -> Cow<'_, str> {
        Cow::Owned(super::versioned_arn(&self.guardrail_arn, &self.guardrail_version))
    }
}

/// A bucket and a prefix.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct S3Destination {
    /// The bucket.
    pub bucket_name: String,
    /// The prefix.
    pub key_prefix: Option<String>,
}

/// A log group, the role that writes to it, and where large bodies go.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct CloudWatchDestination {
    /// The log group (a name; an ARN is tolerated).
    pub log_group_name: String,
    /// The delivery role.
    pub role_arn: Option<String>,
    /// Where bodies over 100 KB go.
    pub large_data_delivery_s3_config: Option<S3Destination>,
}

/// The region's model invocation logging. No row at all: logging is off.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct LoggingConfiguration {
    /// To CloudWatch Logs.
    pub cloud_watch_config: Option<CloudWatchDestination>,
    /// To S3.
    pub s3_config: Option<S3Destination>,
    /// Text bodies.
    pub text_data_delivery_enabled: Option<bool>,
    /// Image bodies.
    pub image_data_delivery_enabled: Option<bool>,
    /// Embedding bodies.
    pub embedding_data_delivery_enabled: Option<bool>,
    /// Video bodies.
    pub video_data_delivery_enabled: Option<bool>,
    /// Audio bodies.
    pub audio_data_delivery_enabled: Option<bool>,
}

impl Row for LoggingConfiguration {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed("invocation-logging")
    }
}

/// An inference profile, of AWS or of the account.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct InferenceProfile {
    /// The ARN.
    pub inference_profile_arn: String,
    /// The id.
    pub inference_profile_id: String,
    /// The name.
    pub inference_profile_name: String,
    /// `SYSTEM_DEFINED` or `APPLICATION`.
    #[serde(rename = "type")]
    pub type_: String,
    /// `ACTIVE`.
    pub status: String,
    /// The models it routes to; their regions are its destinations, an empty region means anywhere.
    pub model_arns: Vec<String>,
}

impl Row for InferenceProfile {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.inference_profile_arn)
    }
}

/// A prompt router, of AWS or of the account.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct PromptRouter {
    /// The ARN.
    pub prompt_router_arn: String,
    /// The name.
    pub prompt_router_name: String,
    /// `default` or `custom`.
    #[serde(rename = "type")]
    pub type_: String,
    /// `AVAILABLE`.
    pub status: String,
    /// Models and profiles it chooses from.
    pub model_arns: Vec<String>,
    /// What it falls back on.
    pub fallback_model_arn: Option<String>,
}

impl Row for PromptRouter {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.prompt_router_arn)
    }
}

/// Provisioned throughput.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct ProvisionedModel {
    /// The ARN.
    pub provisioned_model_arn: String,
    /// The name.
    pub provisioned_model_name: String,
    /// The model behind it.
    pub model_arn: Option<String>,
    /// The base model.
    pub foundation_model_arn: Option<String>,
    /// `InService` …
    pub status: String,
    /// The commitment.
    pub commitment_duration: Option<String>,
}

impl Row for ProvisionedModel {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.provisioned_model_arn)
    }
}

/// A customised or imported model, or the deployment of one.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct CustomModel {
    /// The ARN.
    pub arn: String,
    /// The name.
    pub name: String,
    /// The model that a deployment serves.
    pub model_arn: Option<String>,
    /// The base of a customised model.
    pub base_model_arn: Option<String>,
}

impl Row for CustomModel {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.arn)
    }
}

/// The tags of one resource.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct ResourceTags {
    /// The resource.
    pub resource_arn: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

impl Row for ResourceTags {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.resource_arn)
    }
}

/// The resource policy of a guardrail or knowledge base.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct ResourcePolicy {
    /// The resource.
    pub resource_arn: String,
    /// The text; absent means that there is none.
    pub policy: Option<PolicyText>,
}

impl Row for ResourcePolicy {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.resource_arn)
    }
}
