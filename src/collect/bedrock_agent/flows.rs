//! Flows: the DRAFT, the aliases, and each version that an alias leads to. And the prompts that flows may use.

use super::{PAGE, flow_rows as rows, inherit, put_named};
use crate::collect::context::{Context, Miss};
use crate::collect::paginate::put;
use crate::model::aws::bedrock_agent::{FlowVersion, Prompt};
use crate::model::calls::bedrock_agent::{
    GET_FLOW, GET_FLOW_VERSION, GET_PROMPT, LIST_FLOW_ALIASES, LIST_FLOWS, LIST_PROMPTS,
};
use crate::model::dataset::Dataset;
use crate::model::snapshot::Regional;
use aws_sdk_bedrockagent::Client;
use aws_sdk_bedrockagent::types::PromptSummary;
use futures::future::join_all;
use std::collections::BTreeSet;

pub(super) async fn collect(ctx: &Context, client: &Client) -> Regional {
    let pages = ctx
        .pages(
            LIST_FLOWS,
            None,
            |token| client.list_flows().max_results(PAGE).set_next_token(token).send(),
            |page| (page.flow_summaries, page.next_token),
        )
        .await;
    let each = join_all(
        pages
            .items
            .iter()
            .map(|x| async { tokio::join!(draft(ctx, client, &x.id), routed(ctx, client, &x.id)) }),
    )
    .await;
    let mut rows = Regional {
        flows: pages.dataset(|x| rows::summary(&x)),
        ..Regional::default()
    };
    for (draft, routed) in each {
        put(&mut rows.flow_versions, draft);
        rows.absorb(routed);
    }
    inherit(&rows.flows, &mut rows.flow_versions);
    inherit(&rows.flows, &mut rows.flow_aliases);
    rows
}

async fn draft(ctx: &Context, client: &Client, flow: &str) -> Result<FlowVersion, Miss> {
    let request = client.get_flow().flow_identifier(flow).send();
    let answer = ctx.read(GET_FLOW, Some(&format!("{flow}/DRAFT")), request).await?;
    Ok(rows::draft(&answer))
}

async fn routed(ctx: &Context, client: &Client, flow: &str) -> Regional {
    let flow_aliases = ctx
        .pages(
            LIST_FLOW_ALIASES,
            Some(flow),
            |token| {
                let request = client.list_flow_aliases().flow_identifier(flow);
                request.max_results(PAGE).set_next_token(token).send()
            },
            |page| (page.flow_alias_summaries, page.next_token),
        )
        .await
        .dataset(|x| rows::alias(&x));
    let versions: BTreeSet<&str> = flow_aliases
        .items
        .iter()
        .flat_map(|alias| alias.flow_versions.iter().map(String::as_str))
        .filter(|version| *version != "DRAFT")
        .collect();
    let mut rows = Regional::default();
    for answer in join_all(versions.into_iter().map(|number| version(ctx, client, flow, number))).await {
        put_named(&mut rows.flow_versions, answer);
    }
    inherit(&flow_aliases, &mut rows.flow_versions);
    rows.flow_aliases = flow_aliases;
    rows
}

async fn version(ctx: &Context, client: &Client, flow: &str, version: &str) -> Result<FlowVersion, Miss> {
    let request = client
        .get_flow_version()
        .flow_identifier(flow)
        .flow_version(version)
        .send();
    let answer = ctx
        .read(GET_FLOW_VERSION, Some(&format!("{flow}/{version}")), request)
        .await?;
    Ok(rows::version(&answer))
}

pub(super) async fn prompts(ctx: &Context, client: &Client) -> Regional {
    let listed = ctx
        .pages(
            LIST_PROMPTS,
            None,
            |token| client.list_prompts().max_results(PAGE).set_next_token(token).send(),
            |page| (page.prompt_summaries, page.next_token),
        )
        .await
        .dataset(|x| x);
    let mut prompts = Dataset::complete(Vec::new());
    for answer in join_all(listed.items.iter().map(|x| prompt(ctx, client, x))).await {
        put(&mut prompts, answer);
    }
    inherit(&listed, &mut prompts);
    Regional {
        prompts,
        ..Regional::default()
    }
}

async fn prompt(ctx: &Context, client: &Client, x: &PromptSummary) -> Result<Prompt, Miss> {
    let request = client.get_prompt().prompt_identifier(&x.id).send();
    let key = format!("{}/{}", x.id, x.version);
    let answer = ctx.read(GET_PROMPT, Some(&key), request).await?;
    Ok(rows::prompt(&answer))
}
