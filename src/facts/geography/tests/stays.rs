//! What stays in a place or carries data along by itself: keys that do not exist, throughput, guardrail profiles.

use super::*;
use crate::facts::scp::tests::SCP_ARN;

#[test]
fn a_condition_on_the_key_that_does_not_exist_is_told_with_what_comes_of_it() {
    let statement = |effect: &str, operator: &str, key: &str| json!([{"Effect": effect, "Action": INVOKE, "Resource": "*", "Sid": "S", "Condition": {operator: {key: "eu-west-1"}}}]);
    let key = "bedrock:InferenceProfileRegion";
    for (effect, operator, told) in [
        ("Deny", "StringEquals", "refuses nothing"),
        ("Deny", "StringNotEquals", "refuses whatever the region"),
        ("Deny", "StringEqualsIfExists", "refuses whatever the region"),
        ("Allow", "StringEquals", "grants nothing"),
    ] {
        let of_role = with(
            &[role("app", &statement(effect, operator, key))],
            &json!([]),
            &json!({}),
        );
        let found = fails(&of_role, "dead-region-key", &json!(["eu-*"]));
        assert_eq!(found.len(), 1);
        assert!(found[0].message.contains(told), "{}", found[0].message);
        assert_eq!(found[0].resource.kind, "policy");
    }
    let scp = with(
        &[],
        &statement("Deny", "StringNotEquals", "BEDROCK:inferenceprofileregion"),
        &json!({}),
    );
    let found = fails(&scp, "dead-region-key", &json!(["eu-*"]));
    assert_eq!(found[0].resource.arn, SCP_ARN);
    let real = with(
        &[],
        &statement("Deny", "ArnNotLike", "bedrock:InferenceProfileArn"),
        &json!({}),
    );
    assert_eq!(of(&real, "dead-region-key"), Some(Status::Pass));
}

#[test]
fn provisioned_throughput_is_judged_where_regions_were_approved() {
    let region = json!({"provisioned_models": {"items": [{"provisionedModelName": "pt-us",
        "provisionedModelArn": "arn:aws:bedrock:us-east-1:111122223333:provisioned-model/pt-us"}]}});
    let snapshot = with(&[], &json!([]), &region);
    let found = fails(&snapshot, "provisioned-region", &json!(["eu-*"]));
    assert!(found[0].resource.arn.ends_with("/pt-us"));
    assert_eq!(
        approving(&snapshot, "provisioned-region", &json!(["us-*"])),
        Some(Status::Pass)
    );
    assert_eq!(of(&snapshot, "provisioned-region"), Some(Status::NotApplicable));
    let gap = json!({"provisioned_models": {"items": [], "gaps": [{"service": "bedrock", "operation": "ListProvisionedModelThroughputs", "kind": "denied"}]}});
    let hidden = with(&[], &json!([]), &gap);
    assert_eq!(
        approving(&hidden, "provisioned-region", &json!(["eu-*"])),
        Some(Status::Unknown)
    );
    assert_ne!(
        approving(&hidden, "provisioned-region", &json!(["us-*"])),
        Some(Status::Unknown)
    );
}

#[test]
fn creating_profiles_is_refused_to_all_but_named_principals() {
    let deny = |condition: &Value| json!([{"Effect": "Deny", "Action": "bedrock:CreateInferenceProfile", "Resource": "*", "Condition": condition}]);
    let judge = |scp: &Value| approving(&with(&[], scp, &json!({})), "create-profile", &json!(["us-*"]));
    assert_eq!(judge(&json!([])), Some(Status::Fail));
    assert_eq!(judge(&deny(&json!({}))), Some(Status::Pass));
    let but = |arn: &str| deny(&json!({"ArnNotLike": {"aws:PrincipalArn": arn}}));
    assert_eq!(judge(&but("arn:aws:iam::*:role/platform-admin")), Some(Status::Pass));
    assert_eq!(judge(&but("arn:aws:iam::*:role/*")), Some(Status::Fail));
    assert_eq!(
        of(&with(&[], &json!([]), &json!({})), "create-profile"),
        Some(Status::NotApplicable)
    );
}

#[test]
fn guardrail_profiles_are_looked_up_in_a_table() {
    let judge = |id: &str, approved: &Value| {
        let row = |version: &str| {
            json!({"arn": "arn:aws:bedrock:us-east-1:111122223333:guardrail/g", "id": "g", "version": version, "name": "g",
            "guardrailProfileArn": format!("arn:aws:bedrock:us-east-1:111122223333:guardrail-profile/{id}")})
        };
        let region = json!({"guardrails": {"items": [row("DRAFT"), row("1")]}});
        approving(&with(&[], &json!([]), &region), "guardrail-profile", approved)
    };
    for (id, approved, expected) in [
        ("us.guardrail.v1:0", json!(["us-*"]), Status::Pass),
        (
            "us.guardrail.v1:0",
            json!(["us-east-1", "us-east-2", "us-west-2"]),
            Status::Pass,
        ),
        ("us.guardrail.v1:0", json!(["us-east-1"]), Status::Fail),
        ("us.guardrail.v1:0", json!(["eu-*"]), Status::Fail),
        ("eu.guardrail.v1:0", json!(["us-east-1", "eu-*"]), Status::Pass),
        // These four are certain, and there may be more.
        (
            "eu.guardrail.v1:0",
            json!(["us-east-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-3"]),
            Status::Unknown,
        ),
        ("uk.guardrail.v1:0", json!(["us-east-1", "eu-west-2"]), Status::Pass),
        ("ca.guardrail.v1:0", json!(["us-east-1", "ca-central-1"]), Status::Fail),
        ("mars.guardrail.v1:0", json!(["us-*"]), Status::Unknown),
        ("mars.guardrail.v1:0", json!(["eu-*"]), Status::Fail),
    ] {
        assert_eq!(judge(id, &approved), Some(expected), "{id} {approved}");
    }
    let none = with(
        &[],
        &json!([]),
        &json!({"guardrails": {"items": [{"arn": "a", "id": "g", "version": "DRAFT"}]}}),
    );
    assert_eq!(of(&none, "guardrail-profile"), None);
}
