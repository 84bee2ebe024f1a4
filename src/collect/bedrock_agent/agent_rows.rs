//! Agents with what hangs on them as the SDK answers it, turned into rows.
//!
//! AWS describes the DRAFT and the numbered versions by two different types; both become one kind of row, in which
//! `orchestrationLambda` of a numbered version is absent because the API does not tell it.

use crate::model::aws::bedrock_agent as row;
use aws_sdk_bedrockagent::types;

/// A guardrail reference, or `None` where the configuration names no guardrail.
pub(super) fn guardrail(x: Option<&types::GuardrailConfiguration>) -> Option<row::GuardrailReference> {
    let configuration = x?;
    Some(row::GuardrailReference {
        guardrail_identifier: configuration.guardrail_identifier.clone().filter(|id| !id.is_empty())?,
        guardrail_version: configuration.guardrail_version.clone().unwrap_or_default(),
    })
}

pub(super) fn summary(x: &types::AgentSummary) -> row::AgentSummary {
    row::AgentSummary {
        agent_id: x.agent_id.clone(),
        agent_name: x.agent_name.clone(),
        agent_status: x.agent_status.as_str().to_owned(),
        latest_agent_version: x.latest_agent_version.clone(),
    }
}

pub(super) fn draft(x: &types::Agent) -> row::AgentVersion {
    row::AgentVersion {
        agent_arn: x.agent_arn.clone(),
        agent_id: x.agent_id.clone(),
        agent_name: x.agent_name.clone(),
        agent_version: "DRAFT".to_owned(),
        agent_status: x.agent_status.as_str().to_owned(),
        agent_resource_role_arn: said(&x.agent_resource_role_arn),
        foundation_model: x.foundation_model.clone(),
        guardrail_configuration: guardrail(x.guardrail_configuration.as_ref()),
        orchestration_type: x.orchestration_type.as_ref().map(|kind| kind.as_str().to_owned()),
        orchestration_lambda: x
            .custom_orchestration
            .as_ref()
            .and_then(|custom| custom.executor.as_ref())
            .and_then(|executor| executor.as_lambda().ok())
            .cloned(),
        override_lambda: override_lambda(x.prompt_override_configuration.as_ref()),
        prompt_models: prompt_models(x.prompt_override_configuration.as_ref()),
        agent_collaboration: x.agent_collaboration.as_ref().map(|mode| mode.as_str().to_owned()),
        customer_encryption_key_arn: x.customer_encryption_key_arn.clone(),
        idle_session_ttl_in_seconds: Some(i64::from(x.idle_session_ttl_in_seconds)),
    }
}

pub(super) fn version(x: &types::AgentVersion) -> row::AgentVersion {
    row::AgentVersion {
        agent_arn: x.agent_arn.clone(),
        agent_id: x.agent_id.clone(),
        agent_name: x.agent_name.clone(),
        agent_version: x.version.clone(),
        agent_status: x.agent_status.as_str().to_owned(),
        agent_resource_role_arn: said(&x.agent_resource_role_arn),
        foundation_model: x.foundation_model.clone(),
        guardrail_configuration: guardrail(x.guardrail_configuration.as_ref()),
        orchestration_type: None,
        orchestration_lambda: None,
        override_lambda: override_lambda(x.prompt_override_configuration.as_ref()),
        prompt_models: prompt_models(x.prompt_override_configuration.as_ref()),
        agent_collaboration: x.agent_collaboration.as_ref().map(|mode| mode.as_str().to_owned()),
        customer_encryption_key_arn: x.customer_encryption_key_arn.clone(),
        idle_session_ttl_in_seconds: Some(i64::from(x.idle_session_ttl_in_seconds)),
    }
}

fn override_lambda(x: Option<&types::PromptOverrideConfiguration>) -> Option<String> {
    x.and_then(|prompts| prompts.override_lambda.clone())
        .filter(|arn| !arn.is_empty())
}

/// A step that is switched off asks no model.
/// <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent_PromptConfiguration.html>
fn prompt_models(x: Option<&types::PromptOverrideConfiguration>) -> Vec<String> {
    let steps = x.map_or(&[][..], |prompts| prompts.prompt_configurations());
    let mut models: Vec<String> = steps
        .iter()
        .filter(|step| step.prompt_state != Some(types::PromptState::Disabled))
        .filter_map(|step| step.foundation_model.clone())
        .filter(|model| !model.is_empty())
        .collect();
    models.sort();
    models.dedup();
    models
}

fn said(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

pub(super) fn alias(agent_id: &str, x: &types::AgentAliasSummary) -> row::AgentAlias {
    row::AgentAlias {
        agent_id: agent_id.to_owned(),
        agent_alias_id: x.agent_alias_id.clone(),
        agent_alias_name: x.agent_alias_name.clone(),
        agent_alias_status: x.agent_alias_status.as_str().to_owned(),
        alias_invocation_state: x.alias_invocation_state.as_ref().map(|state| state.as_str().to_owned()),
        agent_versions: versions(x.routing_configuration()),
    }
}

pub(super) fn alias_in_full(x: &types::AgentAlias) -> row::AgentAlias {
    row::AgentAlias {
        agent_id: x.agent_id.clone(),
        agent_alias_id: x.agent_alias_id.clone(),
        agent_alias_name: x.agent_alias_name.clone(),
        agent_alias_status: x.agent_alias_status.as_str().to_owned(),
        alias_invocation_state: x.alias_invocation_state.as_ref().map(|state| state.as_str().to_owned()),
        agent_versions: versions(&x.routing_configuration),
    }
}

/// An alias that moves from one version to another may list both, or one of them twice.
fn versions(routes: &[types::AgentAliasRoutingConfigurationListItem]) -> Vec<String> {
    let mut versions: Vec<String> = routes.iter().filter_map(|route| route.agent_version.clone()).collect();
    versions.sort();
    versions.dedup();
    versions
}

pub(super) fn action_group(x: &types::AgentActionGroup) -> row::ActionGroup {
    let executor = x.action_group_executor.as_ref();
    let schema = x.api_schema.as_ref().and_then(|schema| schema.as_s3().ok());
    row::ActionGroup {
        agent_id: x.agent_id.clone(),
        agent_version: x.agent_version.clone(),
        action_group_id: x.action_group_id.clone(),
        action_group_name: x.action_group_name.clone(),
        action_group_state: x.action_group_state.as_str().to_owned(),
        lambda: executor.and_then(|executor| executor.as_lambda().ok()).cloned(),
        custom_control: executor
            .and_then(|executor| executor.as_custom_control().ok())
            .map(|method| method.as_str().to_owned()),
        parent_action_signature: x
            .parent_action_signature
            .as_ref()
            .map(|signature| signature.as_str().to_owned()),
        api_schema_bucket: schema.and_then(|place| place.s3_bucket_name.clone()),
        api_schema_key: schema.and_then(|place| place.s3_object_key.clone()),
    }
}

pub(super) fn collaborator(x: &types::AgentCollaboratorSummary) -> row::AgentCollaborator {
    row::AgentCollaborator {
        agent_id: x.agent_id.clone(),
        agent_version: x.agent_version.clone(),
        collaborator_id: x.collaborator_id.clone(),
        collaborator_name: x.collaborator_name.clone(),
        alias_arn: x
            .agent_descriptor
            .as_ref()
            .and_then(|agent| agent.alias_arn.clone())
            .unwrap_or_default(),
    }
}

pub(super) fn knowledge_base(
    agent_id: &str,
    agent_version: &str,
    x: &types::AgentKnowledgeBaseSummary,
) -> row::AgentKnowledgeBase {
    row::AgentKnowledgeBase {
        agent_id: agent_id.to_owned(),
        agent_version: agent_version.to_owned(),
        knowledge_base_id: x.knowledge_base_id.clone(),
        knowledge_base_state: x.knowledge_base_state.as_str().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_types::DateTime;

    fn routes(versions: &[Option<&str>]) -> Vec<types::AgentAliasRoutingConfigurationListItem> {
        versions
            .iter()
            .map(|version| {
                types::AgentAliasRoutingConfigurationListItem::builder()
                    .set_agent_version(version.map(str::to_owned))
                    .build()
            })
            .collect()
    }

    #[test]
    fn an_alias_lists_each_version_once() {
        assert_eq!(versions(&routes(&[Some("2"), Some("1"), None, Some("2")])), ["1", "2"]);
    }

    #[test]
    fn steps_name_models_of_their_own() {
        let step = |model: &str, state: Option<types::PromptState>| {
            types::PromptConfiguration::builder()
                .foundation_model(model)
                .set_prompt_state(state)
                .build()
        };
        let prompts = types::PromptOverrideConfiguration::builder()
            .prompt_configurations(step("b", Some(types::PromptState::Enabled)))
            .prompt_configurations(step("a", None))
            .prompt_configurations(step("b", None))
            .prompt_configurations(step("", None))
            .prompt_configurations(step("off", Some(types::PromptState::Disabled)))
            .build()
            .unwrap();
        assert_eq!(prompt_models(Some(&prompts)), ["a", "b"]);
        assert!(prompt_models(None).is_empty());
    }

    #[test]
    fn an_empty_guardrail_configuration_is_none() {
        assert_eq!(guardrail(Some(&types::GuardrailConfiguration::builder().build())), None);
        let id_only = types::GuardrailConfiguration::builder()
            .guardrail_identifier("abc")
            .build();
        assert_eq!(
            guardrail(Some(&id_only)).unwrap(),
            row::GuardrailReference {
                guardrail_identifier: "abc".into(),
                guardrail_version: String::new(),
            }
        );
    }

    #[test]
    fn return_of_control_has_no_function() {
        let epoch = DateTime::from_secs(0);
        let group = types::AgentActionGroup::builder()
            .agent_id("A")
            .agent_version("DRAFT")
            .action_group_id("G")
            .action_group_name("g")
            .created_at(epoch)
            .updated_at(epoch)
            .action_group_state("HALF_ENABLED".into())
            .action_group_executor(types::ActionGroupExecutor::CustomControl(
                types::CustomControlMethod::ReturnControl,
            ))
            .build()
            .unwrap();
        let row = action_group(&group);
        assert_eq!(
            (row.lambda, row.custom_control.as_deref()),
            (None, Some("RETURN_CONTROL"))
        );
        assert_eq!(row.action_group_state, "HALF_ENABLED");
    }
}
