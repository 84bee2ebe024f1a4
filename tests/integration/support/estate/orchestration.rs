//! Agents, knowledge bases, flows and prompts of a region.

use super::super::fake_aws::{On, World};
use super::{Place, THEN, role_arn};
use serde_json::{Value, json};

pub(super) fn stand(world: World, at: &Place<'_>) -> World {
    let world = agents(world, at);
    let world = knowledge_bases(world, at);
    let world = flows(world, at);
    let arn = at.arn("bedrock", "prompt/PROMPT");
    let prompt =
        json!({"name": "ask", "id": "PROMPT", "arn": arn, "version": "DRAFT", "createdAt": THEN, "updatedAt": THEN});
    let mut full = prompt.clone();
    full["variants"] = json!([{"name": "v", "templateType": "TEXT", "templateConfiguration": {"text": {"text": "hello"}},
        "modelId": "anthropic.claude-3-5-haiku-20241022-v1:0"}]);
    world
        .answer(at.on("ListPrompts"), json!({"promptSummaries": [prompt]}))
        .answer(at.on("GetPrompt"), full)
}

impl Place<'_> {
    fn on(&self, operation: &str) -> On {
        On::call("bedrock-agent", operation).region(self.region)
    }
}

fn agents(mut world: World, at: &Place<'_>) -> World {
    let ids: Vec<String> = (0..at.estate.agents).map(|number| at.id('A', number)).collect();
    let rows: Vec<Value> = ids
        .iter()
        .map(|id| json!({"agentId": id, "agentName": id, "agentStatus": "PREPARED", "updatedAt": THEN}))
        .collect();
    world = world.answer(at.on("ListAgents"), json!({ "agentSummaries": rows }));
    for (number, id) in ids.iter().enumerate() {
        let arn = at.arn("bedrock", &format!("agent/{id}"));
        let mut common = json!({"agentId": id, "agentName": id, "agentArn": arn, "agentStatus": "PREPARED",
            "idleSessionTTLInSeconds": 600, "createdAt": THEN, "updatedAt": THEN, "agentResourceRoleArn": role_arn("agent"),
            "foundationModel": "anthropic.claude-3-5-haiku-20241022-v1:0"});
        if number % 2 == 0 {
            common["guardrailConfiguration"] = json!({"guardrailIdentifier": at.guardrail(0), "guardrailVersion": "1"});
        }
        let (mut draft, mut version) = (common.clone(), common);
        draft["agentVersion"] = json!("DRAFT");
        version["version"] = json!("1");
        let of = json!({ "agentId": id });
        // The second alias tells its routing only when it is asked for itself.
        let aliases = [alias("TSTALIASID", &["DRAFT"]), alias("LIVE", &[])];
        let mut live = alias("LIVE", &["1"]);
        live["agentId"] = json!(id);
        live["agentAliasArn"] = json!(at.arn("bedrock", &format!("agent-alias/{id}/LIVE")));
        let group = json!({"actionGroupId": "TOOL", "actionGroupName": "tool", "actionGroupState": "ENABLED", "updatedAt": THEN});
        let mut full = group.clone();
        full["agentId"] = json!(id);
        full["agentVersion"] = json!("1");
        full["createdAt"] = json!(THEN);
        full["actionGroupExecutor"] = json!({"lambda": at.function(&format!("tool-{number}"))});
        world = world
            .answer(at.on("GetAgent").with(of.clone()), json!({ "agent": draft }))
            .answer(
                at.on("GetAgentVersion").with(of.clone()),
                json!({ "agentVersion": version }),
            )
            .answer(
                at.on("ListAgentAliases").with(of.clone()),
                json!({ "agentAliasSummaries": aliases }),
            )
            .answer(at.on("GetAgentAlias").with(of.clone()), json!({ "agentAlias": live }))
            .answer(
                at.on("ListAgentActionGroups").with(of.clone()),
                json!({"actionGroupSummaries": [group]}),
            )
            .answer(
                at.on("GetAgentActionGroup").with(of),
                json!({ "agentActionGroup": full }),
            );
    }
    world
}

fn alias(id: &str, versions: &[&str]) -> Value {
    let routing: Vec<Value> = versions
        .iter()
        .map(|version| json!({ "agentVersion": version }))
        .collect();
    json!({"agentAliasId": id, "agentAliasName": id, "agentAliasStatus": "PREPARED", "createdAt": THEN, "updatedAt": THEN,
        "routingConfiguration": routing})
}

fn knowledge_bases(mut world: World, at: &Place<'_>) -> World {
    let ids: Vec<String> = (0..at.estate.knowledge_bases)
        .map(|number| at.id('K', number))
        .collect();
    let rows: Vec<Value> = ids
        .iter()
        .map(|id| json!({"knowledgeBaseId": id, "name": id, "status": "ACTIVE", "updatedAt": THEN}))
        .collect();
    world = world.answer(at.on("ListKnowledgeBases"), json!({ "knowledgeBaseSummaries": rows }));
    for (number, id) in ids.iter().enumerate() {
        let of = json!({ "knowledgeBaseId": id });
        let mut source = json!({"knowledgeBaseId": id, "dataSourceId": "DOCS", "name": "docs", "status": "AVAILABLE", "updatedAt": THEN});
        let row = source.clone();
        source["createdAt"] = json!(THEN);
        source["dataSourceConfiguration"] = json!({"type": "S3", "s3Configuration": {
            "bucketArn": format!("arn:aws:s3:::{}", at.documents(number)), "inclusionPrefixes": ["in/"]}});
        world = world
            .answer(
                at.on("GetKnowledgeBase").with(of.clone()),
                json!({"knowledgeBase": {"knowledgeBaseId": id, "name": id, "knowledgeBaseArn": at.arn("bedrock", &format!("knowledge-base/{id}")),
                    "roleArn": role_arn("base"), "status": "ACTIVE", "createdAt": THEN, "updatedAt": THEN,
                    "knowledgeBaseConfiguration": {"type": "VECTOR", "vectorKnowledgeBaseConfiguration": {
                        "embeddingModelArn": format!("arn:aws:bedrock:{}::foundation-model/amazon.titan-embed-text-v2:0", at.region)}}}}),
            )
            .answer(at.on("ListDataSources").with(of.clone()), json!({"dataSourceSummaries": [row]}))
            .answer(at.on("GetDataSource").with(of), json!({ "dataSource": source }));
    }
    world
}

fn flows(mut world: World, at: &Place<'_>) -> World {
    let ids: Vec<String> = (0..at.estate.flows).map(|number| at.id('F', number)).collect();
    let arn = |id: &str| at.arn("bedrock", &format!("flow/{id}"));
    let rows: Vec<Value> = ids
        .iter()
        .map(|id| json!({"arn": arn(id), "id": id, "name": id, "status": "Prepared", "version": "DRAFT", "createdAt": THEN, "updatedAt": THEN}))
        .collect();
    world = world.answer(at.on("ListFlows"), json!({ "flowSummaries": rows }));
    for id in &ids {
        let of = json!({ "flowIdentifier": id });
        let node = json!({"name": "step", "type": "LambdaFunction", "configuration": {"lambdaFunction": {"lambdaArn": at.function("step")}}});
        let full = |version: &str| {
            json!({"arn": arn(id), "id": id, "name": id, "status": "Prepared", "version": version, "createdAt": THEN, "updatedAt": THEN,
                "executionRoleArn": role_arn("flow"), "definition": {"nodes": [node], "connections": []}})
        };
        let alias = json!({"arn": format!("{}/alias/L", arn(id)), "flowId": id, "id": "L", "name": "live", "createdAt": THEN,
            "updatedAt": THEN, "routingConfiguration": [{"flowVersion": "1"}]});
        world = world
            .answer(at.on("GetFlow").with(of.clone()), full("DRAFT"))
            .answer(
                at.on("ListFlowAliases").with(of.clone()),
                json!({"flowAliasSummaries": [alias]}),
            )
            .answer(at.on("GetFlowVersion").with(of), full("1"));
    }
    world
}
