//! Rows of Bedrock Agents, Knowledge Bases, Flows and Prompts.
//!
//! API: <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_Operations_Agents_for_Amazon_Bedrock.html>.

use crate::model::dataset::Row;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use std::borrow::Cow;

/// A guardrail and version that something is configured with.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct GuardrailReference {
    /// Id or ARN.
    pub guardrail_identifier: String,
    /// `DRAFT` or a number.
    pub guardrail_version: String,
}

/// An agent that exists.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct AgentSummary {
    /// The id.
    pub agent_id: String,
    /// The name.
    pub agent_name: String,
    /// `PREPARED` …
    pub agent_status: String,
    /// The newest numbered version.
    pub latest_agent_version: Option<String>,
}

impl Row for AgentSummary {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.agent_id)
    }
}

/// An agent as one version has it; the DRAFT is a version too.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct AgentVersion {
    /// The agent's ARN.
    pub agent_arn: String,
    /// The id.
    pub agent_id: String,
    /// The name.
    pub agent_name: String,
    /// `DRAFT` or a number.
    pub agent_version: String,
    /// `PREPARED`, `NOT_PREPARED` …
    pub agent_status: String,
    /// The execution role.
    pub agent_resource_role_arn: Option<String>,
    /// Model id, model ARN or profile.
    pub foundation_model: Option<String>,
    /// Its guardrail.
    pub guardrail_configuration: Option<GuardrailReference>,
    /// `DEFAULT` or `CUSTOM_ORCHESTRATION`; AWS tells it of the DRAFT alone.
    pub orchestration_type: Option<String>,
    /// The custom orchestrator.
    pub orchestration_lambda: Option<String>,
    /// The parser Lambda of the prompt overrides.
    pub override_lambda: Option<String>,
    /// Models or profiles that single steps of the agent use instead of its own.
    pub prompt_models: Vec<String>,
    /// `SUPERVISOR`, `SUPERVISOR_ROUTER`, `DISABLED`.
    pub agent_collaboration: Option<String>,
    /// The customer's key.
    pub customer_encryption_key_arn: Option<String>,
    /// Seconds a session outlives its last call.
    #[serde(rename = "idleSessionTTLInSeconds")]
    pub idle_session_ttl_in_seconds: Option<i64>,
}

impl Row for AgentVersion {
    fn key(&self) -> Cow<'_, str> {
        Cow::Owned(format!("{}/{}", self.agent_id, self.agent_version))
    }
}

/// An alias of an agent.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct AgentAlias {
    /// The agent.
    pub agent_id: String,
    /// The id; `TSTALIASID` is the built-in test alias.
    pub agent_alias_id: String,
    /// The name.
    pub agent_alias_name: String,
    /// `PREPARED`, `FAILED`, `DISSOCIATED` …
    pub agent_alias_status: String,
    /// `ACCEPT_INVOCATIONS` or `REJECT_INVOCATIONS`.
    pub alias_invocation_state: Option<String>,
    /// The versions it routes to.
    pub agent_versions: Vec<String>,
}

impl Row for AgentAlias {
    fn key(&self) -> Cow<'_, str> {
        Cow::Owned(format!("{}/{}", self.agent_id, self.agent_alias_id))
    }
}

/// An action group of an agent version.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct ActionGroup {
    /// The agent.
    pub agent_id: String,
    /// The version.
    pub agent_version: String,
    /// The id.
    pub action_group_id: String,
    /// The name.
    pub action_group_name: String,
    /// `ENABLED` or `DISABLED`.
    pub action_group_state: String,
    /// The function that carries it out.
    pub lambda: Option<String>,
    /// `RETURN_CONTROL` where the caller carries it out.
    pub custom_control: Option<String>,
    /// `AMAZON.CodeInterpreter`, `ANTHROPIC.Computer` …
    pub parent_action_signature: Option<String>,
    /// The bucket of its API schema.
    pub api_schema_bucket: Option<String>,
    /// The object of its API schema.
    pub api_schema_key: Option<String>,
}

impl Row for ActionGroup {
    fn key(&self) -> Cow<'_, str> {
        Cow::Owned(format!(
            "{}/{}/{}",
            self.agent_id, self.agent_version, self.action_group_id
        ))
    }
}

/// An agent that another one may hand work to.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct AgentCollaborator {
    /// The supervisor.
    pub agent_id: String,
    /// Its version.
    pub agent_version: String,
    /// The id of the link.
    pub collaborator_id: String,
    /// The name of the link.
    pub collaborator_name: String,
    /// The alias of the collaborating agent.
    pub alias_arn: String,
}

impl Row for AgentCollaborator {
    fn key(&self) -> Cow<'_, str> {
        Cow::Owned(format!(
            "{}/{}/{}",
            self.agent_id, self.agent_version, self.collaborator_id
        ))
    }
}

/// A knowledge base that an agent version may query.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct AgentKnowledgeBase {
    /// The agent.
    pub agent_id: String,
    /// The version.
    pub agent_version: String,
    /// The knowledge base.
    pub knowledge_base_id: String,
    /// `ENABLED` or `DISABLED`.
    pub knowledge_base_state: String,
}

impl Row for AgentKnowledgeBase {
    fn key(&self) -> Cow<'_, str> {
        Cow::Owned(format!(
            "{}/{}/{}",
            self.agent_id, self.agent_version, self.knowledge_base_id
        ))
    }
}

/// A knowledge base that exists.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct KnowledgeBaseSummary {
    /// The id.
    pub knowledge_base_id: String,
    /// The name.
    pub name: String,
    /// `ACTIVE` …
    pub status: String,
}

impl Row for KnowledgeBaseSummary {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.knowledge_base_id)
    }
}

/// A knowledge base in full.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct KnowledgeBase {
    /// The ARN.
    pub knowledge_base_arn: String,
    /// The id.
    pub knowledge_base_id: String,
    /// The name.
    pub name: String,
    /// `ACTIVE` …
    pub status: String,
    /// The service role.
    pub role_arn: Option<String>,
    /// `VECTOR`, `KENDRA`, `SQL` or `MANAGED`.
    #[serde(rename = "type")]
    pub type_: String,
    /// The embedding model.
    pub embedding_model_arn: Option<String>,
    /// S3 locations of supplemental (multimodal) storage.
    pub supplemental_storage_uris: Vec<String>,
    /// `OPENSEARCH_SERVERLESS`, `RDS` …
    pub storage_type: Option<String>,
    /// The customer's key of a managed knowledge base.
    pub kms_key_arn: Option<String>,
}

impl Row for KnowledgeBase {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.knowledge_base_id)
    }
}

/// A data source that exists.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct DataSourceSummary {
    /// The knowledge base.
    pub knowledge_base_id: String,
    /// The id.
    pub data_source_id: String,
    /// The name.
    pub name: String,
    /// `AVAILABLE` …
    pub status: String,
}

impl Row for DataSourceSummary {
    fn key(&self) -> Cow<'_, str> {
        Cow::Owned(format!("{}/{}", self.knowledge_base_id, self.data_source_id))
    }
}

/// A data source in full.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct DataSource {
    /// The knowledge base.
    pub knowledge_base_id: String,
    /// The id.
    pub data_source_id: String,
    /// The name.
    pub name: String,
    /// `AVAILABLE` …
    pub status: String,
    /// `DELETE` or `RETAIN`.
    pub data_deletion_policy: Option<String>,
    /// `S3`, `WEB`, `CONFLUENCE`, `SALESFORCE`, `SHAREPOINT`, `CUSTOM`, `REDSHIFT_METADATA`, `MANAGED_KNOWLEDGE_BASE_CONNECTOR`.
    #[serde(rename = "type")]
    pub type_: String,
    /// The source bucket.
    pub bucket_arn: Option<String>,
    /// What is read of the bucket.
    pub inclusion_prefixes: Option<Vec<String>>,
    /// The account that owns the bucket.
    pub bucket_owner_account_id: Option<String>,
    /// The free-form document of a managed connector.
    pub connector_parameters: Option<serde_json::Value>,
    /// The customer's key.
    pub kms_key_arn: Option<String>,
    /// Custom transformation functions.
    pub transformation_lambda_arns: Vec<String>,
    /// S3 location between the steps of a custom transformation.
    pub intermediate_storage_uri: Option<String>,
    /// `BEDROCK_FOUNDATION_MODEL` …
    pub parsing_strategy: Option<String>,
    /// The model that parses.
    pub parsing_model_arn: Option<String>,
    /// The model that enriches the context of chunks.
    pub enrichment_model_arn: Option<String>,
}

impl Row for DataSource {
    fn key(&self) -> Cow<'_, str> {
        Cow::Owned(format!("{}/{}", self.knowledge_base_id, self.data_source_id))
    }
}

/// A flow that exists.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct FlowSummary {
    /// The ARN.
    pub arn: String,
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// `Prepared` …
    pub status: String,
}

impl Row for FlowSummary {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.id)
    }
}

/// What a node of a flow points at.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct FlowNode {
    /// The name of the node.
    pub name: String,
    /// `Prompt`, `KnowledgeBase`, `Agent`, `LambdaFunction`, `InlineCode` …
    #[serde(rename = "type")]
    pub type_: String,
    /// Its guardrail.
    pub guardrail_configuration: Option<GuardrailReference>,
    /// Its model, for nodes that name one.
    pub model_id: Option<String>,
    /// Its prompt.
    pub prompt_arn: Option<String>,
    /// Its agent alias.
    pub agent_alias_arn: Option<String>,
    /// Its knowledge base.
    pub knowledge_base_id: Option<String>,
    /// Its function.
    pub lambda_arn: Option<String>,
}

/// A flow as one version has it; the DRAFT is a version too.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct FlowVersion {
    /// The flow's ARN.
    pub arn: String,
    /// The id.
    pub id: String,
    /// `DRAFT` or a number.
    pub version: String,
    /// The name.
    pub name: String,
    /// `Prepared` …
    pub status: String,
    /// The service role.
    pub execution_role_arn: Option<String>,
    /// Its nodes, nested loop bodies included.
    pub nodes: Vec<FlowNode>,
}

impl Row for FlowVersion {
    fn key(&self) -> Cow<'_, str> {
        Cow::Owned(format!("{}/{}", self.id, self.version))
    }
}

/// An alias of a flow.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct FlowAlias {
    /// The flow.
    pub flow_id: String,
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// The versions it routes to.
    pub flow_versions: Vec<String>,
}

impl Row for FlowAlias {
    fn key(&self) -> Cow<'_, str> {
        Cow::Owned(format!("{}/{}", self.flow_id, self.id))
    }
}

/// A prompt of prompt management.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Prompt {
    /// The ARN.
    pub arn: String,
    /// The id.
    pub id: String,
    /// `DRAFT` or a number.
    pub version: String,
    /// The name.
    pub name: String,
    /// Models of its variants.
    pub model_ids: Vec<String>,
}

impl Row for Prompt {
    fn key(&self) -> Cow<'_, str> {
        Cow::Owned(format!("{}/{}", self.id, self.version))
    }
}
