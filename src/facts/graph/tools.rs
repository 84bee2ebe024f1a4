//! What an agent version can use: action groups, knowledge bases, and other agents through collaboration.
//!
//! Lists are unread as a whole where the call for that version failed. Collaboration may run in circles; each agent
//! version is visited once.

use super::Graph;
use super::routed::{Routed, routes};
use crate::facts::fact::{Fact, Reason};
use crate::model::arn::Arn;
use crate::model::aws::bedrock_agent::{ActionGroup, AgentCollaborator, AgentKnowledgeBase, AgentVersion};
use crate::model::dataset::{Dataset, Row};
use crate::model::gap::GapKind;
use std::collections::BTreeSet;

/// The action groups of an agent version.
pub fn action_groups<'a>(agent: &Routed<'a, AgentVersion>) -> Fact<Vec<&'a ActionGroup>> {
    rows_of(agent, &agent.at.facts.action_groups, "action groups")
}

/// The action groups of an agent version that were read, and why there may be more.
pub fn action_groups_seen<'a>(agent: &Routed<'a, AgentVersion>) -> (Vec<&'a ActionGroup>, Vec<Reason>) {
    match action_groups(agent) {
        Fact::Known(rows) => (rows, Vec::new()),
        Fact::Unread(reasons) => {
            let version = format!("{}/{}/", agent.id, agent.version);
            (agent.at.facts.action_groups.under(&version).collect(), reasons)
        }
    }
}

/// The knowledge bases of an agent version.
pub fn knowledge_bases<'a>(agent: &Routed<'a, AgentVersion>) -> Fact<Vec<&'a AgentKnowledgeBase>> {
    let rows = &agent.at.facts.agent_knowledge_bases;
    rows_of(agent, rows, "knowledge bases of agents")
}

/// The agents that an agent version may hand work to.
pub fn collaborators<'a>(agent: &Routed<'a, AgentVersion>) -> Fact<Vec<&'a AgentCollaborator>> {
    rows_of(agent, &agent.at.facts.agent_collaborators, "collaborators")
}

/// The rows of an agent version, whose keys begin with its id and version.
fn rows_of<'a, T: Row>(agent: &Routed<'a, AgentVersion>, dataset: &'a Dataset<T>, what: &str) -> Fact<Vec<&'a T>> {
    if let Fact::Unread(reasons) = &agent.row {
        return Fact::Unread(reasons.clone());
    }
    if !dataset.collected {
        return Fact::unread(Reason::not_collected(what));
    }
    let version = format!("{}/{}", agent.id, agent.version);
    let hides = |resource: &str| {
        resource
            .strip_prefix(version.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let gaps: Vec<_> = dataset
        .gaps
        .iter()
        .filter(|gap| !gap.means_absent() && gap.kind != GapKind::NotFound)
        .filter(|gap| gap.resource.as_deref().is_none_or(hides))
        .collect();
    if !gaps.is_empty() {
        return Fact::unread_gaps(&gaps, what);
    }
    Fact::Known(dataset.under(&format!("{version}/")).collect())
}

impl<'a> Graph<'a> {
    /// The agent versions that an alias of this place routes to.
    fn behind(&self, agent: &Routed<'a, AgentVersion>, alias_arn: &str) -> Vec<&Routed<'a, AgentVersion>> {
        let parts = Arn::parse(alias_arn).and_then(|arn| {
            let (id, alias) = arn.resource.strip_prefix("agent-alias/")?.split_once('/')?;
            (arn.account == agent.at.account_id && arn.region == agent.at.region).then_some((id, alias))
        });
        let Some((id, alias)) = parts else { return Vec::new() };
        let aliases = &agent.at.facts.agent_aliases.items;
        let alias = aliases
            .iter()
            .find(|row| row.agent_id == id && row.agent_alias_id == alias);
        let versions = alias.filter(|row| routes(row)).map(|row| &row.agent_versions);
        let leads = |other: &&Routed<'a, AgentVersion>| {
            other.id == id
                && other.at.account_id == agent.at.account_id
                && other.at.region == agent.at.region
                && versions.is_some_and(|versions| versions.contains(&other.version))
        };
        self.agents.iter().filter(leads).collect()
    }

    /// Every agent version that work may reach from this one, itself left out.
    pub fn reachable(&self, agent: &Routed<'a, AgentVersion>) -> Fact<Vec<&Routed<'a, AgentVersion>>> {
        let name = |agent: &Routed<'a, AgentVersion>| (agent.id.clone(), agent.version.clone());
        let mut seen = BTreeSet::from([name(agent)]);
        let mut found: Vec<&Routed<'a, AgentVersion>> = Vec::new();
        let mut reasons: Vec<Reason> = Vec::new();
        let mut next = 0;
        let mut current = Some(agent);
        while let Some(here) = current {
            match collaborators(here) {
                Fact::Unread(why) => reasons.extend(why),
                Fact::Known(rows) => {
                    for other in rows.iter().flat_map(|row| self.behind(here, &row.alias_arn)) {
                        if seen.insert(name(other)) {
                            found.push(other);
                        }
                    }
                }
            }
            current = found.get(next).copied();
            next += 1;
        }
        if reasons.is_empty() {
            Fact::Known(found)
        } else {
            Fact::Unread(reasons)
        }
    }
}
