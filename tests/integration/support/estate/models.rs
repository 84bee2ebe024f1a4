//! The Bedrock control plane of a region: models and profiles that AWS offers, and the account's guardrails and models.

use super::super::fake_aws::{On, World};
use super::{Place, THEN};
use serde_json::{Value, json};

const MODELS: [&str; 4] = [
    "anthropic.claude-3-5-haiku-20241022-v1:0",
    "anthropic.claude-sonnet-4-20250514-v1:0",
    "amazon.nova-pro-v1:0",
    "meta.llama3-1-8b-instruct-v1:0",
];

/// What AWS has for everybody in a region.
pub(super) fn on_offer(world: World, region: &str) -> World {
    let models: Vec<Value> = MODELS
        .iter()
        .map(|id| {
            json!({"modelArn": model(region, id), "modelId": id, "modelName": id, "providerName": id.split('.').next(),
            "inferenceTypesSupported": ["ON_DEMAND"], "modelLifecycle": {"status": "ACTIVE"}})
        })
        .collect();
    let geography = region.split('-').next().unwrap_or_default();
    let arn = format!(
        "arn:aws:bedrock:{region}:{}:inference-profile/{geography}.{}",
        super::ACCOUNT,
        MODELS[0]
    );
    let system = profile(
        &format!("{geography}.{}", MODELS[0]),
        &arn,
        "SYSTEM_DEFINED",
        &[model(region, MODELS[0])],
    );
    world
        .on_region(
            "bedrock",
            region,
            "ListFoundationModels",
            json!({ "modelSummaries": models }),
        )
        .answer(
            On::call("bedrock", "ListInferenceProfiles")
                .region(region)
                .with(json!({"typeEquals": "SYSTEM_DEFINED"})),
            json!({"inferenceProfileSummaries": [system]}),
        )
}

/// What the account has made itself.
pub(super) fn stand(world: World, at: &Place<'_>) -> World {
    let own = at.arn("bedrock", &format!("application-inference-profile/{}", at.id('P', 0)));
    let wide = [model(at.region, MODELS[1]), model("ap-south-1", MODELS[1])];
    let custom = at.arn("bedrock", &format!("custom-model/{}", at.id('C', 0)));
    let world = guardrails(world, at);
    let on = |operation: &str| On::call("bedrock", operation).region(at.region);
    world
        .answer(
            on("ListInferenceProfiles").with(json!({"typeEquals": "APPLICATION"})),
            json!({"inferenceProfileSummaries": [profile(&at.id('P', 0), &own, "APPLICATION", &wide)]}),
        )
        .answer(
            on("ListPromptRouters"),
            json!({"promptRouterSummaries": [{"promptRouterName": "best", "type": "custom", "status": "AVAILABLE",
                "promptRouterArn": at.arn("bedrock", "prompt-router/best"), "routingCriteria": {"responseQualityDifference": 5.0},
                "models": [{"modelArn": model(at.region, MODELS[0])}], "fallbackModel": {"modelArn": model(at.region, MODELS[1])}}]}),
        )
        .answer(
            on("ListProvisionedModelThroughputs"),
            json!({"provisionedModelSummaries": [{"provisionedModelName": "steady", "status": "InService", "modelUnits": 1, "desiredModelUnits": 1,
                "provisionedModelArn": at.arn("bedrock", "provisioned-model/steady"), "modelArn": model(at.region, MODELS[2]),
                "desiredModelArn": model(at.region, MODELS[2]), "foundationModelArn": model(at.region, MODELS[2]),
                "creationTime": THEN, "lastModifiedTime": THEN}]}),
        )
        .answer(
            on("ListCustomModels"),
            json!({"modelSummaries": [{"modelArn": custom, "modelName": "ours", "creationTime": THEN,
                "baseModelArn": model(at.region, MODELS[2]), "baseModelName": "Nova"}]}),
        )
        .answer(
            on("ListCustomModelDeployments"),
            json!({"modelDeploymentSummaries": [{"customModelDeploymentArn": at.arn("bedrock", "custom-model-deployment/d"),
                "customModelDeploymentName": "d", "modelArn": custom, "createdAt": THEN, "status": "Active"}]}),
        )
        .answer(
            on("ListImportedModels"),
            json!({"modelSummaries": [{"modelArn": at.arn("bedrock", "imported-model/i"), "modelName": "i", "creationTime": THEN}]}),
        )
        .answer(
            on("GetModelInvocationLoggingConfiguration"),
            json!({"loggingConfig": {
                "cloudWatchConfig": {"logGroupName": "/bedrock/invocations", "roleArn": super::role_arn("logging")},
                "s3Config": {"bucketName": at.logs(), "keyPrefix": "all"},
                "textDataDeliveryEnabled": true, "imageDataDeliveryEnabled": true, "embeddingDataDeliveryEnabled": false}}),
        )
}

fn guardrails(mut world: World, at: &Place<'_>) -> World {
    let on = |operation: &str| On::call("bedrock", operation).region(at.region);
    let summary = |number: usize, version: &str| {
        let arn = at.guardrail(number);
        json!({"id": arn.rsplit('/').next(), "arn": arn, "name": at.name("guardrail", number), "status": "READY",
            "version": version, "createdAt": THEN, "updatedAt": THEN})
    };
    let count = at.estate.guardrails;
    let drafts: Vec<Value> = (0..count).map(|number| summary(number, "DRAFT")).collect();
    world = world.answer(on("ListGuardrails"), json!({ "guardrails": drafts }));
    for number in 0..count {
        let arn = at.guardrail(number);
        let versions = [summary(number, "DRAFT"), summary(number, "1")];
        world = world
            .answer(
                on("ListGuardrails").with(json!({"guardrailIdentifier": arn})),
                json!({ "guardrails": versions }),
            )
            .answer(
                on("ListTagsForResource").with(json!({"resourceARN": arn})),
                json!({"tags": [{"key": "CostCenter", "value": "7"}]}),
            );
        for version in ["DRAFT", "1"] {
            world = world.answer(
                on("GetGuardrail").with(json!({"guardrailIdentifier": arn, "guardrailVersion": version})),
                guardrail(&arn, version, number % 2 == 0),
            );
        }
    }
    let enforced = json!({"configId": "c", "guardrailArn": at.guardrail(0), "guardrailVersion": "1", "inputTags": "IGNORE", "owner": "ACCOUNT"});
    world.answer(
        on("ListEnforcedGuardrailsConfiguration"),
        json!({"guardrailsConfig": [enforced]}),
    )
}

fn guardrail(arn: &str, version: &str, strong: bool) -> Value {
    // The weak one has a filter that is off, one that is faint and none of the others, and is of the older tier.
    let strength = if strong { "HIGH" } else { "LOW" };
    let kinds = ["HATE", "SEXUAL", "VIOLENCE", "INSULTS", "MISCONDUCT"];
    let kinds = if strong { kinds.as_slice() } else { &kinds[..1] };
    let mut filters: Vec<Value> = kinds
        .iter()
        .map(|kind| json!({"type": kind, "inputStrength": strength, "outputStrength": strength}))
        .collect();
    let attack = if strong { "MEDIUM" } else { "NONE" };
    filters.push(json!({"type": "PROMPT_ATTACK", "inputStrength": attack, "outputStrength": "NONE"}));
    let email = if strong { "BLOCK" } else { "NONE" };
    let tier = if strong { "STANDARD" } else { "CLASSIC" };
    json!({"guardrailArn": arn, "guardrailId": arn.rsplit('/').next(), "name": "g", "status": "READY", "version": version,
        "createdAt": THEN, "updatedAt": THEN, "blockedInputMessaging": "no", "blockedOutputsMessaging": "no",
        "contentPolicy": {"filters": filters, "tier": {"tierName": tier}},
        "sensitiveInformationPolicy": {"piiEntities": [{"type": "EMAIL", "action": email}, {"type": "AWS_ACCESS_KEY", "action": "BLOCK"}], "regexes": []}})
}

fn model(region: &str, id: &str) -> String {
    format!("arn:aws:bedrock:{region}::foundation-model/{id}")
}

fn profile(id: &str, arn: &str, kind: &str, models: &[String]) -> Value {
    let models: Vec<Value> = models.iter().map(|arn| json!({ "modelArn": arn })).collect();
    json!({"inferenceProfileName": id, "inferenceProfileId": id, "inferenceProfileArn": arn, "models": models,
        "status": "ACTIVE", "type": kind, "createdAt": THEN, "updatedAt": THEN})
}
