//! Agents: the DRAFT, the aliases, and each version that an alias leads to.
//!
//! A version that no alias routes to cannot be invoked and is not read. An alias that is only on its way (CREATING,
//! UPDATING) is followed like a prepared one, for it may route by the time that anybody reads the report.

use super::{PAGE, agent_rows as rows, empty, inherit, put_named, tools};
use crate::collect::context::{Context, Miss};
use crate::collect::paginate::put;
use crate::model::aws::bedrock_agent::{AgentAlias, AgentVersion};
use crate::model::calls::bedrock_agent::{
    GET_AGENT, GET_AGENT_ALIAS, GET_AGENT_VERSION, LIST_AGENT_ALIASES, LIST_AGENTS,
};
use crate::model::dataset::Dataset;
use crate::model::snapshot::Regional;
use aws_sdk_bedrockagent::Client;
use aws_sdk_bedrockagent::types::AgentAliasSummary;
use futures::future::join_all;
use std::collections::BTreeSet;

pub(super) async fn collect(ctx: &Context, client: &Client) -> Regional {
    let pages = ctx
        .pages(
            LIST_AGENTS,
            None,
            |token| client.list_agents().max_results(PAGE).set_next_token(token).send(),
            |page| (page.agent_summaries, page.next_token),
        )
        .await;
    let each = join_all(pages.items.iter().map(|x| one(ctx, client, &x.agent_id))).await;
    let mut rows = Regional {
        agents: pages.dataset(|x| rows::summary(&x)),
        ..Regional::default()
    };
    for more in each {
        rows.absorb(more);
    }
    inherit(&rows.agents, &mut rows.agent_versions);
    inherit(&rows.agents, &mut rows.agent_aliases);
    inherit(&rows.agents, &mut rows.action_groups);
    inherit(&rows.agents, &mut rows.agent_collaborators);
    inherit(&rows.agents, &mut rows.agent_knowledge_bases);
    rows
}

/// The DRAFT with its tools at once, and whatever the aliases lead to as soon as they are known.
async fn one(ctx: &Context, client: &Client, agent: &str) -> Regional {
    let (draft, tools, routed) = tokio::join!(
        draft(ctx, client, agent),
        tools::collect(ctx, client, agent, "DRAFT"),
        routed(ctx, client, agent),
    );
    let mut rows = routed;
    put(&mut rows.agent_versions, draft);
    rows.absorb(tools);
    rows
}

async fn draft(ctx: &Context, client: &Client, agent: &str) -> Result<AgentVersion, Miss> {
    let key = format!("{agent}/DRAFT");
    let request = client.get_agent().agent_id(agent).send();
    let answer = ctx.read(GET_AGENT, Some(&key), request).await?;
    answer
        .agent
        .as_ref()
        .map(rows::draft)
        .ok_or_else(|| empty(ctx, GET_AGENT, &key))
}

async fn routed(ctx: &Context, client: &Client, agent: &str) -> Regional {
    let agent_aliases = aliases(ctx, client, agent).await;
    let versions: BTreeSet<&str> = agent_aliases
        .items
        .iter()
        .filter(|alias| may_route(alias))
        .flat_map(|alias| alias.agent_versions.iter().map(String::as_str))
        .filter(|version| *version != "DRAFT")
        .collect();
    let each = join_all(versions.into_iter().map(|version| async move {
        tokio::join!(
            self::version(ctx, client, agent, version),
            tools::collect(ctx, client, agent, version),
        )
    }))
    .await;
    let mut rows = Regional::default();
    for (version, tools) in each {
        put_named(&mut rows.agent_versions, version);
        rows.absorb(tools);
    }
    // Aliases that nobody could read may lead to versions that nobody knows of.
    inherit(&agent_aliases, &mut rows.agent_versions);
    inherit(&agent_aliases, &mut rows.action_groups);
    inherit(&agent_aliases, &mut rows.agent_collaborators);
    inherit(&agent_aliases, &mut rows.agent_knowledge_bases);
    rows.agent_aliases = agent_aliases;
    rows
}

/// Whether calls through this alias can reach a version.
fn may_route(alias: &AgentAlias) -> bool {
    !matches!(alias.agent_alias_status.as_str(), "FAILED" | "DISSOCIATED" | "DELETING")
        && alias.alias_invocation_state.as_deref() != Some("REJECT_INVOCATIONS")
}

async fn aliases(ctx: &Context, client: &Client, agent: &str) -> Dataset<AgentAlias> {
    let pages = ctx
        .pages(
            LIST_AGENT_ALIASES,
            Some(agent),
            |token| {
                let request = client.list_agent_aliases().agent_id(agent);
                request.max_results(PAGE).set_next_token(token).send()
            },
            |page| (page.agent_alias_summaries, page.next_token),
        )
        .await;
    let (summaries, gap) = pages.split();
    let mut dataset = Dataset::complete(Vec::new());
    dataset.gaps.extend(gap);
    for answer in join_all(summaries.iter().map(|x| alias(ctx, client, agent, x))).await {
        put(&mut dataset, answer);
    }
    dataset
}

/// The summary tells the routing, except where it does not: then the alias itself is asked.
async fn alias(ctx: &Context, client: &Client, agent: &str, x: &AgentAliasSummary) -> Result<AgentAlias, Miss> {
    let row = rows::alias(agent, x);
    if !row.agent_versions.is_empty() || !may_route(&row) {
        return Ok(row);
    }
    let key = format!("{agent}/{}", x.agent_alias_id);
    let request = client
        .get_agent_alias()
        .agent_id(agent)
        .agent_alias_id(&x.agent_alias_id)
        .send();
    let answer = ctx.read(GET_AGENT_ALIAS, Some(&key), request).await?;
    answer
        .agent_alias
        .as_ref()
        .map(|full| AgentAlias {
            agent_id: agent.to_owned(),
            ..rows::alias_in_full(full)
        })
        .ok_or_else(|| empty(ctx, GET_AGENT_ALIAS, &key))
}

async fn version(ctx: &Context, client: &Client, agent: &str, version: &str) -> Result<AgentVersion, Miss> {
    let key = format!("{agent}/{version}");
    let request = client.get_agent_version().agent_id(agent).agent_version(version).send();
    let answer = ctx.read(GET_AGENT_VERSION, Some(&key), request).await?;
    answer
        .agent_version
        .as_ref()
        .map(rows::version)
        .ok_or_else(|| empty(ctx, GET_AGENT_VERSION, &key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_surely_does_not_route_is_left_out() {
        let alias = |status: &str, state: Option<&str>| AgentAlias {
            agent_alias_status: status.into(),
            alias_invocation_state: state.map(str::to_owned),
            ..AgentAlias::default()
        };
        assert!(may_route(&alias("PREPARED", None)));
        assert!(may_route(&alias("UPDATING", Some("ACCEPT_INVOCATIONS"))));
        assert!(may_route(&alias("SOMETHING_NEW", None)));
        assert!(!may_route(&alias("PREPARED", Some("REJECT_INVOCATIONS"))));
        assert!(!may_route(&alias("DISSOCIATED", None)));
    }
}
