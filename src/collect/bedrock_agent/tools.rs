//! What one version of an agent may use: action groups, collaborating agents, knowledge bases.

use super::{PAGE, agent_rows as rows, empty, inherit};
use crate::collect::context::{Context, Miss};
use crate::collect::paginate::put;
use crate::model::aws::bedrock_agent::ActionGroup;
use crate::model::calls::bedrock_agent::{
    GET_AGENT_ACTION_GROUP, LIST_AGENT_ACTION_GROUPS, LIST_AGENT_COLLABORATORS, LIST_AGENT_KNOWLEDGE_BASES,
};
use crate::model::dataset::Dataset;
use crate::model::snapshot::Regional;
use aws_sdk_bedrockagent::Client;
use futures::future::join_all;

pub(super) async fn collect(ctx: &Context, client: &Client, agent: &str, version: &str) -> Regional {
    let key = format!("{agent}/{version}");
    let collaborators = ctx.pages(
        LIST_AGENT_COLLABORATORS,
        Some(&key),
        |token| {
            let request = client.list_agent_collaborators().agent_id(agent).agent_version(version);
            request.max_results(PAGE).set_next_token(token).send()
        },
        |page| (page.agent_collaborator_summaries, page.next_token),
    );
    let knowledge_bases = ctx.pages(
        LIST_AGENT_KNOWLEDGE_BASES,
        Some(&key),
        |token| {
            let request = client
                .list_agent_knowledge_bases()
                .agent_id(agent)
                .agent_version(version);
            request.max_results(PAGE).set_next_token(token).send()
        },
        |page| (page.agent_knowledge_base_summaries, page.next_token),
    );
    let (action_groups, collaborators, knowledge_bases) = tokio::join!(
        action_groups(ctx, client, agent, version, &key),
        collaborators,
        knowledge_bases
    );
    Regional {
        action_groups,
        agent_collaborators: collaborators.dataset(|x| rows::collaborator(&x)),
        agent_knowledge_bases: knowledge_bases.dataset(|x| rows::knowledge_base(agent, version, &x)),
        ..Regional::default()
    }
}

async fn action_groups(ctx: &Context, client: &Client, agent: &str, version: &str, key: &str) -> Dataset<ActionGroup> {
    let listed = ctx
        .pages(
            LIST_AGENT_ACTION_GROUPS,
            Some(key),
            |token| {
                let request = client.list_agent_action_groups().agent_id(agent).agent_version(version);
                request.max_results(PAGE).set_next_token(token).send()
            },
            |page| (page.action_group_summaries, page.next_token),
        )
        .await
        .dataset(|x| x.action_group_id);
    let reads = listed
        .items
        .iter()
        .map(|id| action_group(ctx, client, agent, version, id));
    let mut groups = Dataset::complete(Vec::new());
    for answer in join_all(reads).await {
        put(&mut groups, answer);
    }
    inherit(&listed, &mut groups);
    groups
}

async fn action_group(
    ctx: &Context,
    client: &Client,
    agent: &str,
    version: &str,
    id: &str,
) -> Result<ActionGroup, Miss> {
    let key = format!("{agent}/{version}/{id}");
    let request = client
        .get_agent_action_group()
        .agent_id(agent)
        .agent_version(version)
        .action_group_id(id)
        .send();
    let answer = ctx.read(GET_AGENT_ACTION_GROUP, Some(&key), request).await?;
    answer
        .agent_action_group
        .as_ref()
        .map(|x| ActionGroup {
            agent_id: agent.to_owned(),
            agent_version: version.to_owned(),
            ..rows::action_group(x)
        })
        .ok_or_else(|| empty(ctx, GET_AGENT_ACTION_GROUP, &key))
}
