//! The facts about an agent version that counts. Each group of facts is derived beside the control that needs it.
//!
//! Where the call for a version failed, or the versions behind an agent's aliases could not be listed, the subject
//! stands all the same and its facts are unread: groups take the row as a [`Fact`] and pass the reasons on.

use super::context::Context;
use super::fact::Fact;
use super::graph::routed::Routed;
use super::graph::tools;
use super::subject::Subject;
use crate::model::aws::bedrock_agent::AgentVersion;
use schemars::JsonSchema;
use serde::Serialize;

/// An agent version that counts.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct AgentFacts {
    /// The agent's id.
    pub id: String,
    /// The agent's name.
    pub name: String,
    /// The agent's ARN.
    pub arn: String,
    /// `DRAFT`, a number, or `*` where this stands for versions that could not be listed.
    pub version: String,
    /// Name and version as findings call it, for example `support (version 1)`.
    pub label: String,
    /// Whether this stands for versions that could not be listed, instead of for one.
    pub unlisted: bool,
    /// The aliases that route to it.
    pub aliases: Vec<String>,
    /// `PREPARED`, `NOT_PREPARED` …
    pub status: Fact<String>,
    /// Its guardrail.
    pub guardrail: AgentGuardrail,
    /// What it can use.
    pub tools: AgentTools,
}

/// The guardrail of an agent version.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct AgentGuardrail {
    /// Whether it has one.
    pub configured: Fact<bool>,
    /// The id or ARN that it names; empty where there is none.
    pub identifier: Fact<String>,
    /// The version that it names; empty where there is none.
    pub version: Fact<String>,
    /// Guardrails that the account enforces in the region whatever the agent is configured with.
    pub enforced_in_region: Vec<String>,
}

/// What an agent version can use.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct AgentTools {
    /// Names of its action groups.
    pub action_groups: Fact<Vec<String>>,
    /// Ids of its knowledge bases.
    pub knowledge_bases: Fact<Vec<String>>,
    /// Agent versions that work may reach from it, directly or through others.
    pub collaborators: Fact<Vec<String>>,
}

/// The kind of subject.
pub const KIND: crate::facts::Kind = crate::facts::Kind::of::<AgentFacts>(
    "agent",
    "A version of an agent that counts: the DRAFT, or one that a working alias routes to.",
    subjects,
);

/// Every agent version that counts.
pub fn subjects(ctx: &Context<'_>) -> Vec<Subject> {
    ctx.graph().agents.iter().map(|agent| subject(ctx, agent)).collect()
}

fn subject<'a>(ctx: &Context<'a>, agent: &Routed<'a, AgentVersion>) -> Subject {
    let facts = AgentFacts {
        id: agent.id.clone(),
        name: agent.name.clone(),
        arn: agent.arn(),
        version: agent.version.clone(),
        label: agent.title(),
        unlisted: agent.unlisted,
        aliases: agent.aliases.clone(),
        status: agent.row.clone().map(|row| row.agent_status.clone()),
        guardrail: guardrail(ctx, agent),
        tools: AgentTools {
            action_groups: tools::action_groups(agent).map(|rows| names(rows.iter().map(|row| &row.action_group_name))),
            knowledge_bases: tools::knowledge_bases(agent)
                .map(|rows| names(rows.iter().map(|row| &row.knowledge_base_id))),
            collaborators: ctx
                .graph()
                .reachable(agent)
                .map(|others| others.into_iter().map(Routed::title).collect()),
        },
    };
    let resource = agent.at.resource("agent", agent.arn(), agent.title());
    Subject::new(resource, Some(agent.version.clone()), &facts)
}

fn names<'n>(names: impl Iterator<Item = &'n String>) -> Vec<String> {
    let mut names: Vec<String> = names.cloned().collect();
    names.sort();
    names
}

fn guardrail<'a>(ctx: &Context<'a>, agent: &Routed<'a, AgentVersion>) -> AgentGuardrail {
    let named = agent.row.clone().map(|row| {
        let named = row.guardrail_configuration.clone().unwrap_or_default();
        (named.guardrail_identifier, named.guardrail_version)
    });
    let enforced = ctx.graph().enforced(agent.at.account_id, agent.at.region);
    AgentGuardrail {
        configured: named.clone().map(|(identifier, _)| !identifier.is_empty()),
        identifier: named.clone().map(|(identifier, _)| identifier),
        version: named.map(|(_, version)| version),
        enforced_in_region: enforced
            .filter_map(|reference| reference.guardrail.known())
            .map(super::graph::key::GuardrailKey::arn)
            .collect(),
    }
}
