//! Agents, flows and knowledge bases as the collector brings them from a pretended Bedrock.

use crate::support::collecting::{ACCOUNT, REGION, collected, here};
use crate::support::fake_aws::{FakeAws, Fault, World};
use bedrock_audit::model::dataset::{Lookup, Row};
use bedrock_audit::model::gap::GapKind;
use serde_json::{Value, json};

const THEN: &str = "2026-01-01T00:00:00Z";

fn agent() -> Value {
    json!({"agent": {"agentId": "A", "agentName": "a", "agentArn": "arn:aws:bedrock:us-east-1:111122223333:agent/A",
        "agentVersion": "DRAFT", "agentStatus": "PREPARED", "idleSessionTTLInSeconds": 600, "createdAt": THEN, "updatedAt": THEN,
        "agentResourceRoleArn": "arn:aws:iam::111122223333:role/a", "orchestrationType": "CUSTOM_ORCHESTRATION",
        "customOrchestration": {"executor": {"lambda": "arn:aws:lambda:us-east-1:111122223333:function:steer"}},
        "promptOverrideConfiguration": {"promptConfigurations": [
            {"promptType": "ORCHESTRATION", "promptState": "ENABLED", "promptCreationMode": "OVERRIDDEN", "foundationModel": "us.a.m"},
            {"promptType": "PRE_PROCESSING", "promptState": "DISABLED", "promptCreationMode": "DEFAULT", "foundationModel": "off"}]}}})
}

fn version(number: &str) -> Value {
    json!({"agentVersion": {"agentId": "A", "agentName": "a", "agentArn": "arn:aws:bedrock:us-east-1:111122223333:agent/A",
        "version": number, "agentStatus": "PREPARED", "idleSessionTTLInSeconds": 600, "createdAt": THEN, "updatedAt": THEN,
        "agentResourceRoleArn": "arn:aws:iam::111122223333:role/old"}})
}

fn alias(id: &str, status: &str, routes: &[&str], state: Option<&str>) -> Value {
    let routing: Vec<Value> = routes
        .iter()
        .map(|version| json!({ "agentVersion": version }))
        .collect();
    let mut alias = json!({"agentAliasId": id, "agentAliasName": id, "agentAliasStatus": status,
        "createdAt": THEN, "updatedAt": THEN, "routingConfiguration": routing});
    if let (Some(state), Some(members)) = (state, alias.as_object_mut()) {
        members.insert("aliasInvocationState".to_owned(), json!(state));
    }
    alias
}

fn world(aliases: &[Value]) -> World {
    let group = |id: &str| json!({"actionGroupId": id, "actionGroupName": id, "actionGroupState": "ENABLED", "updatedAt": THEN});
    let mut world = World::new(ACCOUNT)
        .regions(&[REGION])
        .on(
            "bedrock-agent",
            "ListAgents",
            json!({"agentSummaries": [
            {"agentId": "A", "agentName": "a", "agentStatus": "PREPARED", "updatedAt": THEN}]}),
        )
        .on("bedrock-agent", "GetAgent", agent())
        .on(
            "bedrock-agent",
            "ListAgentAliases",
            json!({ "agentAliasSummaries": aliases }),
        )
        .on(
            "bedrock-agent",
            "ListAgentActionGroups",
            json!({"actionGroupSummaries": [group("G1"), group("G2"), group("G3")]}),
        );
    for number in ["1", "2"] {
        let asked = json!({"agentId": "A", "agentVersion": number});
        world = world.when("bedrock-agent", "GetAgentVersion", asked, version(number));
    }
    for id in ["G1", "G2", "G3"] {
        let details = json!({"agentActionGroup": {"agentId": "A", "agentVersion": "DRAFT", "actionGroupId": id,
            "actionGroupName": id, "actionGroupState": "ENABLED", "createdAt": THEN, "updatedAt": THEN,
            "actionGroupExecutor": {"lambda": "arn:aws:lambda:us-east-1:111122223333:function:tool:prod"}}});
        world = world.when(
            "bedrock-agent",
            "GetAgentActionGroup",
            json!({ "actionGroupId": id }),
            details,
        );
    }
    world
}

fn keys<T: Row>(rows: &[T]) -> Vec<String> {
    rows.iter().map(|row| row.key().into_owned()).collect()
}

#[test]
fn only_versions_that_an_alias_can_reach_are_read() {
    let aliases = [
        alias("TSTALIASID", "PREPARED", &["DRAFT"], None),
        alias("LIVE", "PREPARED", &["1"], Some("ACCEPT_INVOCATIONS")),
        alias("SHUT", "PREPARED", &["2"], Some("REJECT_INVOCATIONS")),
        alias("DEAD", "FAILED", &["2"], None),
    ];
    for world in [
        world(&aliases),
        world(&aliases).page(2),
        world(&aliases)
            .page(1)
            .empty_first_page("bedrock-agent", "ListAgentAliases"),
    ] {
        let aws = FakeAws::start(world);
        let account = collected(&aws, &[REGION]);
        let rows = here(&account);
        assert_eq!(keys(&rows.agent_versions.items), ["A/1", "A/DRAFT"]);
        assert_eq!(rows.agent_aliases.items.len(), 4);
        assert_eq!(rows.action_groups.items.len(), 6, "three for each version");
        assert_eq!(aws.count("bedrock-agent", "GetAgentAlias"), 0);
        let draft = rows.agent_versions.items.last().unwrap();
        assert!(draft.orchestration_lambda.as_deref().unwrap().ends_with("steer"));
        assert_eq!(draft.prompt_models, ["us.a.m"]);
        assert_eq!(rows.gaps().collect::<Vec<_>>(), []);
    }
}

#[test]
fn a_summary_without_routing_is_completed() {
    let full = json!({"agentAlias": {"agentId": "A", "agentAliasId": "LIVE", "agentAliasName": "LIVE",
        "agentAliasArn": "arn:x", "agentAliasStatus": "PREPARED", "createdAt": THEN, "updatedAt": THEN,
        "routingConfiguration": [{"agentVersion": "2"}]}});
    let world = world(&[alias("LIVE", "PREPARED", &[], None)]).on("bedrock-agent", "GetAgentAlias", full);
    let account = collected(&FakeAws::start(world), &[REGION]);
    assert_eq!(keys(&here(&account).agent_versions.items), ["A/2", "A/DRAFT"]);
}

#[test]
fn a_version_that_is_gone_is_a_gap_under_its_key() {
    let world = world(&[alias("LIVE", "PREPARED", &["7"], None)]);
    let account = collected(&FakeAws::start(world), &[REGION]);
    let versions = &here(&account).agent_versions;
    assert_eq!(versions.gaps_of("A/7").next().unwrap().kind, GapKind::NotFound);
}

#[test]
fn what_is_denied_about_one_agent_is_keyed_by_it() {
    let world = world(&[alias("LIVE", "PREPARED", &["1"], None)])
        .fault_when(
            "bedrock-agent",
            "GetAgentActionGroup",
            json!({"actionGroupId": "G2"}),
            Fault::Deny,
        )
        .fault_when(
            "bedrock-agent",
            "ListAgentCollaborators",
            json!({"agentVersion": "1"}),
            Fault::Deny,
        )
        .fault("bedrock-agent", "GetAgent", Fault::Deny);
    let account = collected(&FakeAws::start(world), &[REGION]);
    let rows = here(&account);
    assert!(matches!(rows.agent_versions.find("A/DRAFT"), Lookup::Unread(_)));
    assert!(matches!(rows.agent_versions.find("A/1"), Lookup::Found(_)));
    let hidden: Vec<_> = rows
        .action_groups
        .gaps
        .iter()
        .filter_map(|gap| gap.resource.as_deref())
        .collect();
    assert_eq!(hidden, ["A/1/G2", "A/DRAFT/G2"]);
    assert_eq!(rows.agent_collaborators.gaps_of("A/1").count(), 1);
    assert_eq!(rows.agent_collaborators.gaps_of("A/DRAFT").count(), 0);
}

#[test]
fn a_service_closed_to_the_account_is_no_missing_permission() {
    let closed = Fault::Error {
        code: "AccessDeniedException",
        status: 403,
        message: "This account is not authorized to invoke this API operation.",
    };
    let world = World::new(ACCOUNT)
        .regions(&[REGION])
        .fault("bedrock-agent", "ListAgents", closed);
    let account = collected(&FakeAws::start(world), &[REGION]);
    assert_eq!(here(&account).agents.gaps[0].kind, GapKind::Unsupported);
    assert!(here(&account).action_groups.is_complete());
}

#[test]
fn flows_tell_what_hides_in_loops_and_in_routed_versions() {
    let lambda = |name: &str| {
        json!({"name": name, "type": "LambdaFunction", "configuration":
        {"lambdaFunction": {"lambdaArn": format!("arn:aws:lambda:us-east-1:111122223333:function:{name}")}}})
    };
    let flow = |version: &str, node: Value| {
        json!({"arn": "arn:aws:bedrock:us-east-1:111122223333:flow/F", "id": "F", "name": "f",
        "status": "Prepared", "version": version, "createdAt": THEN, "updatedAt": THEN,
        "executionRoleArn": "arn:aws:iam::111122223333:role/f", "definition": {"nodes": [node], "connections": []}})
    };
    let looped = json!({"name": "again", "type": "Loop", "configuration": {"loop": {"definition": {"nodes": [lambda("inner")], "connections": []}}}});
    let world = World::new(ACCOUNT)
        .regions(&[REGION])
        .on(
            "bedrock-agent",
            "ListFlows",
            json!({"flowSummaries": [{"arn": "arn:f", "id": "F", "name": "f",
            "status": "Prepared", "version": "DRAFT", "createdAt": THEN, "updatedAt": THEN}]}),
        )
        .on("bedrock-agent", "GetFlow", flow("DRAFT", looped))
        .on(
            "bedrock-agent",
            "ListFlowAliases",
            json!({"flowAliasSummaries": [{"arn": "arn:fa", "flowId": "F", "id": "L",
            "name": "live", "createdAt": THEN, "updatedAt": THEN, "routingConfiguration": [{"flowVersion": "3"}]}]}),
        )
        .on("bedrock-agent", "GetFlowVersion", flow("3", lambda("outer")));
    let account = collected(&FakeAws::start(world), &[REGION]);
    let rows = here(&account);
    assert_eq!(keys(&rows.flow_versions.items), ["F/3", "F/DRAFT"]);
    assert_eq!(rows.flow_versions.items[1].nodes.len(), 2);
    let functions: Vec<_> = rows
        .functions
        .items
        .iter()
        .map(|row| (row.function_name.clone(), row.exists))
        .collect();
    assert_eq!(
        functions,
        [(None, false), (None, false)],
        "both were asked for, neither is there"
    );
}

#[test]
fn knowledge_bases_and_sources_deleted_meanwhile_leave_no_trace() {
    let gone = || Fault::Error {
        code: "ResourceNotFoundException",
        status: 404,
        message: "it is not there",
    };
    let base = |id: &str| json!({"knowledgeBaseId": id, "name": id, "status": "ACTIVE", "updatedAt": THEN});
    let mut world = World::new(ACCOUNT).regions(&[REGION]).on(
        "bedrock-agent",
        "ListKnowledgeBases",
        json!({"knowledgeBaseSummaries": [base("KEPT"), base("GONE"), base("HALF")]}),
    );
    for id in ["KEPT", "GONE", "HALF"] {
        let asked = json!({ "knowledgeBaseId": id });
        let detail = json!({"knowledgeBase": {"knowledgeBaseId": id, "name": id, "status": "ACTIVE", "createdAt": THEN, "updatedAt": THEN,
            "knowledgeBaseArn": "arn:kb", "roleArn": "arn:aws:iam::111122223333:role/kb", "knowledgeBaseConfiguration": {"type": "VECTOR"}}});
        let source = |source: &str| json!({"knowledgeBaseId": id, "dataSourceId": source, "name": source, "status": "AVAILABLE", "updatedAt": THEN});
        let sources = json!({"dataSourceSummaries": [source("OLD"), source("NEW")]});
        world = world
            .when("bedrock-agent", "GetKnowledgeBase", asked.clone(), detail)
            .when("bedrock-agent", "ListDataSources", asked, sources);
    }
    let source = json!({"dataSource": {"knowledgeBaseId": "KEPT", "dataSourceId": "NEW", "name": "NEW", "status": "AVAILABLE",
        "createdAt": THEN, "updatedAt": THEN, "dataSourceConfiguration": {"type": "WEB"}}});
    let world = world
        .on("bedrock-agent", "GetDataSource", source)
        .fault_when("bedrock-agent", "GetDataSource", json!({"dataSourceId": "OLD"}), gone())
        .fault_when(
            "bedrock-agent",
            "GetKnowledgeBase",
            json!({"knowledgeBaseId": "GONE"}),
            gone(),
        )
        .fault_when(
            "bedrock-agent",
            "ListDataSources",
            json!({"knowledgeBaseId": "HALF"}),
            gone(),
        );
    let account = collected(&FakeAws::start(world), &[REGION]);
    let rows = here(&account);
    assert_eq!(keys(&rows.knowledge_bases.items), ["KEPT"]);
    assert_eq!(keys(&rows.knowledge_base_details.items), ["KEPT"]);
    assert_eq!(keys(&rows.data_sources.items), ["KEPT/NEW"]);
    assert_eq!(keys(&rows.data_source_details.items), ["KEPT/NEW"]);
    assert_eq!(rows.gaps().collect::<Vec<_>>(), []);
}
