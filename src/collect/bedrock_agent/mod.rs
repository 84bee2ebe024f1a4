//! Agents, knowledge bases, flows and prompts of one region.
//!
//! What a gap's `resource` says: the key of the row that is missing (`AGENT/VERSION`, `KB/SOURCE` …), or the key of
//! the parent whose list failed: `AGENT` for its aliases, `AGENT/VERSION` for action groups, collaborators and
//! knowledge bases of that version, `KB` for its data sources, `FLOW` for its aliases. So what hides rows below a key
//! is a gap about that key or about one that continues it after a `/`. No resource: the whole list of the region.
//! API: <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_Operations_Agents_for_Amazon_Bedrock.html>.

mod agent_rows;
mod agents;
mod document;
mod flow_rows;
mod flows;
mod knowledge_base_rows;
mod knowledge_bases;
mod tools;

use super::context::{Context, Miss};
use super::paginate::put;
use crate::model::dataset::Dataset;
use crate::model::snapshot::Regional;

/// Items asked for in one page, the most that the service gives.
const PAGE: i32 = 1000;

/// Agents, flows and prompts: what calls models by itself.
pub(super) async fn orchestration(ctx: &Context) -> Regional {
    let client = aws_sdk_bedrockagent::Client::new(ctx.config());
    let (agents, flows, prompts) = tokio::join!(
        agents::collect(ctx, &client),
        flows::collect(ctx, &client),
        flows::prompts(ctx, &client),
    );
    let mut rows = agents;
    rows.absorb(flows);
    rows.absorb(prompts);
    rows
}

/// What models are given to read.
pub(super) async fn knowledge_bases(ctx: &Context) -> Regional {
    let client = aws_sdk_bedrockagent::Client::new(ctx.config());
    knowledge_bases::collect(ctx, &client).await
}

/// [`put`] for something that another row points at: that it is not there is worth a gap.
fn put_named<T>(dataset: &mut Dataset<T>, answer: Result<T, Miss>) {
    put(dataset, answer.map_err(|miss| Miss::Gap(miss.into_gap())));
}

/// Hands the gaps of a list on to the dataset of its details, which lacks the same things.
fn inherit<A, B>(list: &Dataset<A>, details: &mut Dataset<B>) {
    details.collected |= list.collected;
    for gap in list.gaps.iter().cloned() {
        details.push_gap(gap);
    }
}

/// An answer without the thing that was asked for.
fn empty(ctx: &Context, call: &'static crate::model::calls::Call, resource: &str) -> Miss {
    let kind = crate::model::gap::GapKind::Malformed;
    Miss::Gap(ctx.gap(call, Some(resource), kind, "the answer is empty"))
}
