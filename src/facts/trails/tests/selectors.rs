//! What event selectors take: categories, reads and writes, every operator, types.

use super::{advanced, agents, basic, management, snapshot, status, status_of};
use crate::model::report::Status;
use serde_json::{Value, json};

#[test]
fn management_events_cover_models_and_nothing_else() {
    let world = advanced(&json!([management(&[])]));
    assert_eq!(status(&world, "model-invocations"), Status::Pass);
    assert_eq!(status(&world, "narrowed-selector"), Status::Pass);
    assert_eq!(status(&world, "agent-events"), Status::Fail);
    assert_eq!(status(&world, "extended-events"), Status::Fail);
    let default = basic(&json!({"ReadWriteType": "All", "IncludeManagementEvents": true}));
    assert_eq!(status(&default, "model-invocations"), Status::Pass);
    assert_eq!(status(&default, "knowledge-base-events"), Status::Fail);
    let without = basic(&json!({"ReadWriteType": "All", "IncludeManagementEvents": false}));
    assert_eq!(status(&without, "model-invocations"), Status::Fail);
    let noise =
        basic(&json!({"IncludeManagementEvents": true, "ExcludeManagementEventSources": ["kms.amazonaws.com"]}));
    assert_eq!(status(&noise, "narrowed-selector"), Status::Pass);
}

#[test]
fn one_half_of_reads_and_writes_is_narrow_and_both_halves_are_whole() {
    for kind in ["ReadOnly", "WriteOnly"] {
        let half = basic(&json!({"ReadWriteType": kind, "IncludeManagementEvents": true}));
        assert_eq!(status(&half, "model-invocations"), Status::Pass, "{kind}");
        assert_eq!(status(&half, "narrowed-selector"), Status::Fail, "{kind}");
    }
    let read = |value: &str| management(&[json!({"Field": "readOnly", "Equals": [value]})]);
    assert_eq!(
        status(&advanced(&json!([read("true")])), "narrowed-selector"),
        Status::Fail
    );
    let both = advanced(&json!([read("true"), read("false")]));
    assert_eq!(status(&both, "narrowed-selector"), Status::Pass);
}

#[test]
fn event_sources_decide_whole_or_nothing() {
    let source = |operator: &str, value: &str| {
        advanced(&json!([management(&[
            json!({"Field": "eventSource", operator: [value]})
        ])]))
    };
    assert_eq!(
        status(&source("NotEquals", "kms.amazonaws.com"), "narrowed-selector"),
        Status::Pass
    );
    assert_eq!(
        status(&source("NotEquals", "kms.amazonaws.com"), "model-invocations"),
        Status::Pass
    );
    assert_eq!(
        status(&source("Equals", "bedrock.amazonaws.com"), "model-invocations"),
        Status::Pass
    );
    assert_eq!(
        status(&source("Equals", "s3.amazonaws.com"), "model-invocations"),
        Status::Fail
    );
    assert_eq!(
        status(&source("NotStartsWith", "bedrock"), "model-invocations"),
        Status::Fail
    );
}

#[test]
fn every_operator_of_the_grammar() {
    let taken = |field: Value| status(&advanced(&json!([agents(&[field])])), "agent-events");
    let narrow = |field: Value| status(&advanced(&json!([agents(&[field])])), "narrowed-selector");
    // Conditions that every call of an agent meets.
    for field in [
        json!({"Field": "eventName", "StartsWith": [""]}),
        json!({"Field": "eventName", "NotEquals": ["Retrieve"]}),
        json!({"Field": "resources.ARN", "StartsWith": ["arn:aws:bedrock:us-east-1:111122223333:"]}),
        json!({"Field": "resources.ARN", "NotStartsWith": ["arn:aws:s3:::"]}),
        json!({"Field": "resources.ARN", "NotEquals": ["arn:aws:bedrock:us-east-1:444455556666:agent-alias/A/B"]}),
        json!({"Field": "eventSource", "EndsWith": [".amazonaws.com"], "NotEquals": ["s3.amazonaws.com"]}),
    ] {
        assert_eq!(
            (taken(field.clone()), narrow(field.clone())),
            (Status::Pass, Status::Pass),
            "{field}"
        );
    }
    // Conditions that some calls meet.
    for field in [
        json!({"Field": "readOnly", "Equals": ["false"]}),
        json!({"Field": "readOnly", "NotEquals": ["true"]}),
        json!({"Field": "eventName", "Equals": ["InvokeAgent"]}),
        json!({"Field": "eventName", "EndsWith": ["Agent"]}),
        json!({"Field": "resources.ARN", "StartsWith": ["arn:aws:bedrock:us-east-1:111122223333:agent-alias/A1"]}),
        json!({"Field": "resources.ARN", "Equals": ["arn:aws:bedrock:us-east-1:111122223333:agent-alias/A/B"]}),
        json!({"Field": "resources.ARN", "NotEndsWith": ["/TSTALIASID"]}),
        json!({"Field": "userIdentity.arn", "NotEquals": ["arn:aws:iam::111122223333:role/noisy"]}),
        json!({"Field": "sessionCredentialFromConsole", "Equals": ["true"]}),
    ] {
        assert_eq!(
            (taken(field.clone()), narrow(field.clone())),
            (Status::Pass, Status::Fail),
            "{field}"
        );
    }
    // Conditions that no call meets: as good as no selector.
    for field in [
        json!({"Field": "eventName", "Equals": ["Retrieve"]}),
        json!({"Field": "eventName", "NotEquals": ["InvokeAgent"]}),
        json!({"Field": "resources.ARN", "StartsWith": ["arn:aws:bedrock:eu-west-1:"]}),
        json!({"Field": "resources.ARN", "NotStartsWith": ["arn:aws:bedrock:"]}),
        json!({"Field": "eventCategory", "Equals": ["NetworkActivity"]}),
    ] {
        assert_eq!(
            (taken(field.clone()), narrow(field.clone())),
            (Status::Fail, Status::Pass),
            "{field}"
        );
    }
}

#[test]
fn types_are_compared_exactly_and_lists_of_them_are_read() {
    let of = |operator: &str, types: Value| {
        advanced(&json!([{"FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", operator: types}]}]))
    };
    let list = of(
        "Equals",
        json!(["AWS::Bedrock::KnowledgeBase", "AWS::Bedrock::AgentAlias"]),
    );
    assert_eq!(status(&list, "agent-events"), Status::Pass);
    assert_eq!(status(&list, "knowledge-base-events"), Status::Pass);
    assert_eq!(
        status(&of("StartsWith", json!(["AWS::Bedrock::"])), "extended-events"),
        Status::Pass
    );
    let lower = of("Equals", json!(["AWS::Bedrock::agentalias"]));
    assert_eq!(status(&lower, "agent-events"), Status::Fail);
    assert_eq!(
        status_of(&snapshot(&lower), "dead-selector", "trail/audit"),
        Status::Fail
    );
    let page = of("Equals", json!(["AWS::Bedrock::InvokeModel"]));
    assert_eq!(
        status_of(&snapshot(&page), "dead-selector", "trail/audit"),
        Status::Fail
    );
    assert_eq!(status(&page, "model-invocations"), Status::Fail);
    for (name, expected) in [
        ("AWS::BedrockRuntime::InvokeModel", Status::Fail),
        ("AWS::bedrockagent::AgentAlias", Status::Fail),
        ("AWS::BedrockMantle::Project", Status::Pass),
        ("AWS::BedrockAgentCore::Runtime", Status::Pass),
    ] {
        let named = snapshot(&of("Equals", json!([name])));
        assert_eq!(status_of(&named, "dead-selector", "trail/audit"), expected, "{name}");
    }
    assert_eq!(
        status_of(&snapshot(&list), "dead-selector", "trail/audit"),
        Status::Pass
    );
}

#[test]
fn either_name_of_the_prompt_type_will_do() {
    let types = ["InlineAgent", "FlowAlias", "Guardrail", "Model", "AsyncInvoke"];
    for prompt in ["Prompt", "PromptVersion"] {
        let names: Vec<String> = types
            .iter()
            .chain([&prompt])
            .map(|name| format!("AWS::Bedrock::{name}"))
            .collect();
        let world = advanced(&json!([{"FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": names}]}]));
        assert_eq!(status(&world, "extended-events"), Status::Pass, "{prompt}");
    }
}
