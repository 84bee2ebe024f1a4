//! The Bedrock control plane of one region: guardrails, models and ways to reach them, invocation logging.
//!
//! What a gap's `resource` says: `guardrail_details` carries the key of the row that is missing (the ARN, with the
//! version unless it is the DRAFT), `guardrails` the guardrail's ARN where its numbered versions could not be listed,
//! `tags` and `resource_policies` the guardrail's ARN. No resource: the whole list.
//! API: <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_Operations_Amazon_Bedrock.html>.

mod guardrail_rows;
mod guardrails;
mod logging;
mod logging_rows;
mod model_rows;
mod models;

use super::context::Context;
use crate::model::snapshot::Regional;

pub(super) use guardrails::{foreign, of_policy};
pub(super) use models::on_offer;

/// Everything that the region's control plane tells.
pub(super) async fn collect(ctx: &Context) -> Regional {
    let client = aws_sdk_bedrock::Client::new(ctx.config());
    let (guardrails, models, logging) = tokio::join!(
        guardrails::collect(ctx, &client),
        models::collect(ctx, &client),
        logging::collect(ctx, &client),
    );
    let mut rows = guardrails;
    rows.absorb(models);
    rows.absorb(logging);
    rows
}
