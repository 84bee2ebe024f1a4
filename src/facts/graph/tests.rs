//! Paths through agents: collaboration in circles, and what a closed list leaves open.

use super::*;
use crate::facts::params::Params;
use crate::model::snapshot::{Account, Regional};
use serde_json::json;

fn snapshot(edit: impl FnOnce(&mut Regional)) -> Snapshot {
    let mut facts = Regional::default();
    facts.mark_collected();
    facts.agents.items =
        serde_json::from_value(json!([{"agentId": "A", "agentName": "a"}, {"agentId": "B", "agentName": "b"}]))
            .unwrap();
    facts.agent_versions.items = serde_json::from_value(json!([
        {"agentId": "A", "agentVersion": "DRAFT"}, {"agentId": "A", "agentVersion": "1"},
        {"agentId": "B", "agentVersion": "DRAFT"}, {"agentId": "B", "agentVersion": "4"}]))
    .unwrap();
    facts.agent_aliases.items = serde_json::from_value(json!([
        {"agentId": "A", "agentAliasId": "LA", "agentAliasName": "la", "agentAliasStatus": "PREPARED", "agentVersions": ["1"]},
        {"agentId": "B", "agentAliasId": "LB", "agentAliasName": "lb", "agentAliasStatus": "PREPARED", "agentVersions": ["4"]}])).unwrap();
    let alias =
        |agent: &str, alias: &str| format!("arn:aws:bedrock:us-east-1:123456789012:agent-alias/{agent}/{alias}");
    facts.agent_collaborators.items = serde_json::from_value(json!([
        {"agentId": "A", "agentVersion": "1", "collaboratorId": "c", "aliasArn": alias("B", "LB")},
        {"agentId": "B", "agentVersion": "4", "collaboratorId": "c", "aliasArn": alias("A", "LA")}]))
    .unwrap();
    edit(&mut facts);
    let mut account = Account::default();
    account.global.mark_collected();
    account.regions.insert("us-east-1".into(), facts);
    let mut snapshot = Snapshot::new(String::new());
    snapshot.accounts.insert("123456789012".into(), account);
    snapshot
}

fn with_graph<T>(snapshot: &Snapshot, look: impl FnOnce(&Graph<'_>) -> T) -> T {
    let params = Params::default();
    let ctx = Context::new(snapshot, &params, jiff::civil::date(2026, 11, 1));
    look(ctx.graph())
}

fn gap(operation: &str, resource: &str) -> Gap {
    serde_json::from_value(
        json!({"service": "bedrock-agent", "operation": operation, "resource": resource, "kind": "denied"}),
    )
    .unwrap()
}

#[test]
fn collaboration_in_a_circle_ends() {
    with_graph(&snapshot(|_| {}), |graph| {
        let first = graph
            .agents
            .iter()
            .find(|agent| agent.id == "A" && agent.version == "1")
            .unwrap();
        let reached = graph.reachable(first);
        let titles: Vec<String> = reached.known().unwrap().iter().map(|agent| agent.title()).collect();
        assert_eq!(titles, ["b (version 4)"]);
        let draft = graph
            .agents
            .iter()
            .find(|agent| agent.id == "A" && agent.version == "DRAFT")
            .unwrap();
        assert_eq!(graph.reachable(draft).known().map(Vec::len), Some(0));
    });
}

#[test]
fn collaborators_of_a_collaborator_that_are_hidden_leave_the_answer_open() {
    let hidden = snapshot(|facts| facts.agent_collaborators.push_gap(gap("ListAgentCollaborators", "B/4")));
    with_graph(&hidden, |graph| {
        let first = graph
            .agents
            .iter()
            .find(|agent| agent.id == "A" && agent.version == "1")
            .unwrap();
        assert!(graph.reachable(first).known().is_none());
        assert!(tools::collaborators(first).known().is_some());
    });
}

#[test]
fn hidden_aliases_stand_for_the_versions_behind_them() {
    let hidden = snapshot(|facts| facts.agent_aliases.push_gap(gap("ListAgentAliases", "A")));
    with_graph(&hidden, |graph| {
        let unlisted: Vec<&str> = graph
            .agents
            .iter()
            .filter(|agent| agent.unlisted)
            .map(|agent| agent.id.as_str())
            .collect();
        assert_eq!(unlisted, ["A"]);
        assert!(!graph.doubts("123456789012", "us-east-1").is_empty());
    });
    with_graph(&snapshot(|_| {}), |graph| {
        assert!(graph.doubts("123456789012", "us-east-1").is_empty());
    });
}
