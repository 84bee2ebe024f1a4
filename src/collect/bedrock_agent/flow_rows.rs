//! Flows and prompts as the SDK answers them, turned into rows.
//!
//! A flow's graph is reduced to what its nodes point at; the bodies of loops are flows of their own and are walked
//! too, so that nothing hides inside one.

use super::agent_rows::guardrail;
use crate::model::aws::bedrock_agent as row;
use aws_sdk_bedrockagent::operation::get_flow::GetFlowOutput;
use aws_sdk_bedrockagent::operation::get_flow_version::GetFlowVersionOutput;
use aws_sdk_bedrockagent::operation::get_prompt::GetPromptOutput;
use aws_sdk_bedrockagent::types::{self, FlowNodeConfiguration, PromptFlowNodeSourceConfiguration};

pub(super) fn summary(x: &types::FlowSummary) -> row::FlowSummary {
    row::FlowSummary {
        arn: x.arn.clone(),
        id: x.id.clone(),
        name: x.name.clone(),
        status: x.status.as_str().to_owned(),
    }
}

pub(super) fn draft(x: &GetFlowOutput) -> row::FlowVersion {
    row::FlowVersion {
        arn: x.arn.clone(),
        id: x.id.clone(),
        version: "DRAFT".to_owned(),
        name: x.name.clone(),
        status: x.status.as_str().to_owned(),
        execution_role_arn: Some(x.execution_role_arn.clone()).filter(|arn| !arn.is_empty()),
        nodes: nodes(x.definition.as_ref()),
    }
}

pub(super) fn version(x: &GetFlowVersionOutput) -> row::FlowVersion {
    row::FlowVersion {
        arn: x.arn.clone(),
        id: x.id.clone(),
        version: x.version.clone(),
        name: x.name.clone(),
        status: x.status.as_str().to_owned(),
        execution_role_arn: Some(x.execution_role_arn.clone()).filter(|arn| !arn.is_empty()),
        nodes: nodes(x.definition.as_ref()),
    }
}

/// Walks with a stack of its own, because the depth of the answer is not ours to trust.
fn nodes(definition: Option<&types::FlowDefinition>) -> Vec<row::FlowNode> {
    let mut rows = Vec::new();
    let mut open: Vec<&types::FlowDefinition> = definition.into_iter().collect();
    while let Some(definition) = open.pop() {
        for x in definition.nodes() {
            rows.push(node(x));
            if let Some(FlowNodeConfiguration::Loop(body)) = &x.configuration {
                open.extend(body.definition.as_ref());
            }
        }
    }
    rows
}

fn node(x: &types::FlowNode) -> row::FlowNode {
    let mut node = row::FlowNode {
        name: x.name.clone(),
        type_: x.r#type.as_str().to_owned(),
        ..row::FlowNode::default()
    };
    match &x.configuration {
        Some(FlowNodeConfiguration::Agent(agent)) => node.agent_alias_arn = Some(agent.agent_alias_arn.clone()),
        Some(FlowNodeConfiguration::LambdaFunction(function)) => node.lambda_arn = Some(function.lambda_arn.clone()),
        Some(FlowNodeConfiguration::KnowledgeBase(base)) => {
            node.knowledge_base_id = Some(base.knowledge_base_id.clone());
            node.model_id.clone_from(&base.model_id);
            node.guardrail_configuration = guardrail(base.guardrail_configuration.as_ref());
        }
        Some(FlowNodeConfiguration::Prompt(prompt)) => {
            node.guardrail_configuration = guardrail(prompt.guardrail_configuration.as_ref());
            match &prompt.source_configuration {
                Some(PromptFlowNodeSourceConfiguration::Inline(inline)) => {
                    node.model_id = Some(inline.model_id.clone());
                }
                Some(PromptFlowNodeSourceConfiguration::Resource(stored)) => {
                    node.prompt_arn = Some(stored.prompt_arn.clone());
                }
                _ => {}
            }
        }
        _ => {}
    }
    node
}

pub(super) fn alias(x: &types::FlowAliasSummary) -> row::FlowAlias {
    let mut flow_versions: Vec<String> = x
        .routing_configuration
        .iter()
        .filter_map(|route| route.flow_version.clone())
        .collect();
    flow_versions.sort();
    flow_versions.dedup();
    row::FlowAlias {
        flow_id: x.flow_id.clone(),
        id: x.id.clone(),
        name: x.name.clone(),
        flow_versions,
    }
}

pub(super) fn prompt(x: &GetPromptOutput) -> row::Prompt {
    let mut model_ids: Vec<String> = x
        .variants()
        .iter()
        .filter_map(|variant| variant.model_id.clone())
        .collect();
    model_ids.sort();
    model_ids.dedup();
    row::Prompt {
        arn: x.arn.clone(),
        id: x.id.clone(),
        version: x.version.clone(),
        name: x.name.clone(),
        model_ids,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow_node(name: &str, kind: &str, configuration: FlowNodeConfiguration) -> types::FlowNode {
        types::FlowNode::builder()
            .name(name)
            .r#type(kind.into())
            .configuration(configuration)
            .build()
            .unwrap()
    }

    #[test]
    fn finds_what_hides_in_a_loop() {
        let function = types::LambdaFunctionFlowNodeConfiguration::builder()
            .lambda_arn("arn:aws:lambda:us-east-1:111122223333:function:f")
            .build();
        let inner = types::FlowDefinition::builder()
            .nodes(flow_node(
                "call",
                "LambdaFunction",
                FlowNodeConfiguration::LambdaFunction(function),
            ))
            .build();
        let body = types::LoopFlowNodeConfiguration::builder().definition(inner).build();
        let outer = types::FlowDefinition::builder()
            .nodes(flow_node("again", "Loop", FlowNodeConfiguration::Loop(body)))
            .build();
        let found = nodes(Some(&outer));
        assert_eq!(found.len(), 2);
        assert_eq!(
            found[1].lambda_arn.as_deref(),
            Some("arn:aws:lambda:us-east-1:111122223333:function:f")
        );
    }

    #[test]
    fn a_node_of_an_unknown_kind_keeps_its_name_and_type() {
        let nothing = types::CollectorFlowNodeConfiguration::builder().build();
        let row = node(&flow_node("new", "Oracle", FlowNodeConfiguration::Collector(nothing)));
        assert_eq!((row.name.as_str(), row.type_.as_str()), ("new", "Oracle"));
        assert_eq!(row.lambda_arn, None);
    }
}
