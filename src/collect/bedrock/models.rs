//! Models on offer and the account's own ways to reach one: profiles, routers, throughput, customised models.
//!
//! Inference profiles are asked for once a type, because the API does not promise what comes back without one. What
//! models AWS offers matters only where something may use them, so that list waits for a sign of use.

use super::model_rows as rows;
use crate::collect::context::{Context, Miss};
use crate::collect::references;
use crate::model::aws::bedrock::InferenceProfile;
use crate::model::calls::bedrock::{
    LIST_CUSTOM_MODEL_DEPLOYMENTS, LIST_CUSTOM_MODELS, LIST_FOUNDATION_MODELS, LIST_IMPORTED_MODELS,
    LIST_INFERENCE_PROFILES, LIST_PROMPT_ROUTERS, LIST_PROVISIONED_MODEL_THROUGHPUTS,
};
use crate::model::dataset::Dataset;
use crate::model::snapshot::Regional;
use aws_sdk_bedrock::Client;
use aws_sdk_bedrock::types::InferenceProfileType;

/// Items asked for in one page, the most that the service gives.
const PAGE: i32 = 1000;

/// One of the lists that differ in names alone: operation, answer's member, row.
macro_rules! list {
    ($ctx:ident, $client:ident, $call:expr, $operation:ident, $member:ident, $row:path) => {
        async {
            let pages = $ctx
                .pages(
                    $call,
                    None,
                    |token| $client.$operation().max_results(PAGE).set_next_token(token).send(),
                    |page| (page.$member.unwrap_or_default(), page.next_token),
                )
                .await;
            pages.dataset(|x| $row(&x))
        }
    };
}

pub(super) async fn collect(ctx: &Context, client: &Client) -> Regional {
    let (system, own, routers, provisioned, custom, deployments, imported) = tokio::join!(
        profiles(ctx, client, InferenceProfileType::SystemDefined),
        profiles(ctx, client, InferenceProfileType::Application),
        list!(
            ctx,
            client,
            LIST_PROMPT_ROUTERS,
            list_prompt_routers,
            prompt_router_summaries,
            rows::prompt_router
        ),
        list!(
            ctx,
            client,
            LIST_PROVISIONED_MODEL_THROUGHPUTS,
            list_provisioned_model_throughputs,
            provisioned_model_summaries,
            rows::provisioned_model
        ),
        list!(
            ctx,
            client,
            LIST_CUSTOM_MODELS,
            list_custom_models,
            model_summaries,
            rows::custom_model
        ),
        list!(
            ctx,
            client,
            LIST_CUSTOM_MODEL_DEPLOYMENTS,
            list_custom_model_deployments,
            model_deployment_summaries,
            rows::deployment
        ),
        list!(
            ctx,
            client,
            LIST_IMPORTED_MODELS,
            list_imported_models,
            model_summaries,
            rows::imported_model
        ),
    );
    let mut inference_profiles = system;
    inference_profiles.absorb(own);
    Regional {
        inference_profiles,
        prompt_routers: routers,
        provisioned_models: provisioned,
        custom_models: custom,
        custom_model_deployments: deployments,
        imported_models: imported,
        ..Regional::default()
    }
}

/// The models that AWS offers in the region, asked for once, as soon as anything says that they may be used.
pub(in crate::collect) async fn on_offer(ctx: &Context, found: &Regional) -> Regional {
    if !(ctx.is_named() || references::may_be_in_use(found)) || !ctx.claim("models on offer", ctx.region()) {
        return Regional::default();
    }
    let request = Client::new(ctx.config()).list_foundation_models().send();
    let foundation_models = match ctx.read(LIST_FOUNDATION_MODELS, None, request).await {
        Ok(answer) => Dataset::complete(answer.model_summaries().iter().map(rows::foundation_model).collect()),
        Err(miss) => Dataset::unread(Miss::into_gap(miss)),
    };
    Regional {
        foundation_models,
        ..Regional::default()
    }
}

async fn profiles(ctx: &Context, client: &Client, kind: InferenceProfileType) -> Dataset<InferenceProfile> {
    let ask = |token| {
        let request = client.list_inference_profiles().type_equals(kind.clone());
        request.max_results(PAGE).set_next_token(token).send()
    };
    let take = |page: aws_sdk_bedrock::operation::list_inference_profiles::ListInferenceProfilesOutput| {
        (page.inference_profile_summaries.unwrap_or_default(), page.next_token)
    };
    ctx.pages(LIST_INFERENCE_PROFILES, None, ask, take)
        .await
        .dataset(|x| rows::inference_profile(&x))
}
