//! Models, profiles, routers and throughput as the SDK answers them, turned into rows.
//!
//! Where a summary nests a list of one-member objects, only the members are kept.

use crate::model::aws::bedrock as row;
use aws_sdk_bedrock::types;

pub(super) fn foundation_model(x: &types::FoundationModelSummary) -> row::FoundationModel {
    row::FoundationModel {
        model_arn: x.model_arn.clone(),
        model_id: x.model_id.clone(),
        provider_name: x.provider_name.clone(),
        inference_types_supported: x
            .inference_types_supported()
            .iter()
            .map(|kind| kind.as_str().to_owned())
            .collect(),
        lifecycle_status: x
            .model_lifecycle
            .as_ref()
            .map(|lifecycle| lifecycle.status.as_str().to_owned()),
    }
}

pub(super) fn inference_profile(x: &types::InferenceProfileSummary) -> row::InferenceProfile {
    row::InferenceProfile {
        inference_profile_arn: x.inference_profile_arn.clone(),
        inference_profile_id: x.inference_profile_id.clone(),
        inference_profile_name: x.inference_profile_name.clone(),
        type_: x.r#type.as_str().to_owned(),
        status: x.status.as_str().to_owned(),
        model_arns: x.models.iter().filter_map(|model| model.model_arn.clone()).collect(),
    }
}

pub(super) fn prompt_router(x: &types::PromptRouterSummary) -> row::PromptRouter {
    row::PromptRouter {
        prompt_router_arn: x.prompt_router_arn.clone(),
        prompt_router_name: x.prompt_router_name.clone(),
        type_: x.r#type.as_str().to_owned(),
        status: x.status.as_str().to_owned(),
        model_arns: x.models.iter().filter_map(|model| model.model_arn.clone()).collect(),
        fallback_model_arn: x.fallback_model.as_ref().and_then(|model| model.model_arn.clone()),
    }
}

pub(super) fn provisioned_model(x: &types::ProvisionedModelSummary) -> row::ProvisionedModel {
    row::ProvisionedModel {
        provisioned_model_arn: x.provisioned_model_arn.clone(),
        provisioned_model_name: x.provisioned_model_name.clone(),
        model_arn: Some(x.model_arn.clone()),
        foundation_model_arn: Some(x.foundation_model_arn.clone()),
        status: x.status.as_str().to_owned(),
        commitment_duration: x.commitment_duration.as_ref().map(|term| term.as_str().to_owned()),
    }
}

pub(super) fn custom_model(x: &types::CustomModelSummary) -> row::CustomModel {
    row::CustomModel {
        arn: x.model_arn.clone(),
        name: x.model_name.clone(),
        model_arn: None,
        base_model_arn: Some(x.base_model_arn.clone()),
    }
}

pub(super) fn deployment(x: &types::CustomModelDeploymentSummary) -> row::CustomModel {
    row::CustomModel {
        arn: x.custom_model_deployment_arn.clone(),
        name: x.custom_model_deployment_name.clone(),
        model_arn: Some(x.model_arn.clone()),
        base_model_arn: None,
    }
}

pub(super) fn imported_model(x: &types::ImportedModelSummary) -> row::CustomModel {
    row::CustomModel {
        arn: x.model_arn.clone(),
        name: x.model_name.clone(),
        model_arn: None,
        base_model_arn: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_keeps_the_arn_without_a_region() {
        let anywhere = "arn:aws:bedrock:::foundation-model/anthropic.claude-opus";
        let profile = types::InferenceProfileSummary::builder()
            .inference_profile_name("Global")
            .inference_profile_arn("arn:aws:bedrock:eu-west-1:111122223333:inference-profile/global.x")
            .inference_profile_id("global.x")
            .models(types::InferenceProfileModel::builder().model_arn(anywhere).build())
            .models(types::InferenceProfileModel::builder().build())
            .status(types::InferenceProfileStatus::Active)
            .r#type(types::InferenceProfileType::SystemDefined)
            .build()
            .unwrap();
        let row = inference_profile(&profile);
        assert_eq!(row.model_arns, [anywhere]);
        assert_eq!((row.type_.as_str(), row.status.as_str()), ("SYSTEM_DEFINED", "ACTIVE"));
    }
}
