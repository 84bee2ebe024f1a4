//! Knowledge bases and their data sources, each listed and then read in full.
//!
//! What was listed and is gone at the next call was deleted meanwhile: it leaves no trace, not even in the list, where
//! it would stand for something that nobody could describe.

use super::{PAGE, empty, inherit, knowledge_base_rows as rows};
use crate::collect::context::{Context, Miss};
use crate::collect::paginate::{gone, keep, put};
use crate::model::aws::bedrock_agent::{DataSource, KnowledgeBase};
use crate::model::calls::bedrock_agent::{
    GET_DATA_SOURCE, GET_KNOWLEDGE_BASE, LIST_DATA_SOURCES, LIST_KNOWLEDGE_BASES,
};
use crate::model::snapshot::Regional;
use aws_sdk_bedrockagent::Client;
use futures::future::join_all;

pub(super) async fn collect(ctx: &Context, client: &Client) -> Regional {
    let pages = ctx
        .pages(
            LIST_KNOWLEDGE_BASES,
            None,
            |token| {
                client
                    .list_knowledge_bases()
                    .max_results(PAGE)
                    .set_next_token(token)
                    .send()
            },
            |page| (page.knowledge_base_summaries, page.next_token),
        )
        .await;
    let each = join_all(pages.items.iter().map(|x| async move {
        tokio::join!(
            detail(ctx, client, &x.knowledge_base_id),
            data_sources(ctx, client, &x.knowledge_base_id),
        )
    }))
    .await;
    let mut rows = Regional {
        knowledge_bases: pages.dataset(|x| rows::summary(&x)),
        ..Regional::default()
    };
    let there = each.iter().map(|(detail, sources)| !gone(detail) && sources.is_some());
    keep(&mut rows.knowledge_bases.items, there);
    for (detail, sources) in each {
        let Some(sources) = sources.filter(|_| !gone(&detail)) else {
            continue;
        };
        put(&mut rows.knowledge_base_details, detail);
        rows.absorb(sources);
    }
    inherit(&rows.knowledge_bases, &mut rows.knowledge_base_details);
    inherit(&rows.knowledge_bases, &mut rows.data_sources);
    inherit(&rows.knowledge_bases, &mut rows.data_source_details);
    rows
}

async fn detail(ctx: &Context, client: &Client, base: &str) -> Result<KnowledgeBase, Miss> {
    let request = client.get_knowledge_base().knowledge_base_id(base).send();
    let answer = ctx.read(GET_KNOWLEDGE_BASE, Some(base), request).await?;
    answer
        .knowledge_base
        .as_ref()
        .map(rows::detail)
        .ok_or_else(|| empty(ctx, GET_KNOWLEDGE_BASE, base))
}

/// The data sources of a knowledge base; `None` where there is no such knowledge base any more.
async fn data_sources(ctx: &Context, client: &Client, base: &str) -> Option<Regional> {
    let pages = ctx
        .pages(
            LIST_DATA_SOURCES,
            Some(base),
            |token| {
                let request = client.list_data_sources().knowledge_base_id(base);
                request.max_results(PAGE).set_next_token(token).send()
            },
            |page| (page.data_source_summaries, page.next_token),
        )
        .await;
    if matches!(pages.missing, Some(Miss::Absent(_))) {
        return None;
    }
    let details = join_all(
        pages
            .items
            .iter()
            .map(|x| data_source(ctx, client, base, &x.data_source_id)),
    )
    .await;
    let mut rows = Regional {
        data_sources: pages.dataset(|x| rows::data_source_summary(&x)),
        ..Regional::default()
    };
    keep(&mut rows.data_sources.items, details.iter().map(|answer| !gone(answer)));
    for answer in details {
        put(&mut rows.data_source_details, answer);
    }
    inherit(&rows.data_sources, &mut rows.data_source_details);
    Some(rows)
}

async fn data_source(ctx: &Context, client: &Client, base: &str, id: &str) -> Result<DataSource, Miss> {
    let key = format!("{base}/{id}");
    let request = client
        .get_data_source()
        .knowledge_base_id(base)
        .data_source_id(id)
        .send();
    let answer = ctx.read(GET_DATA_SOURCE, Some(&key), request).await?;
    answer
        .data_source
        .as_ref()
        .map(rows::data_source)
        .ok_or_else(|| empty(ctx, GET_DATA_SOURCE, &key))
}
