//! Where inference may run, as findings: who may call which profile, who uses one, and what cannot be read.

mod stays;

use crate::facts::scp::tests::{ACCOUNT, policies, report, status, status_with, world};
use crate::model::report::{Finding, Status};
use crate::model::snapshot::Snapshot;
use serde_json::{Value, json};

const INVOKE: [&str; 2] = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"];
const US: [&str; 3] = ["us-east-1", "us-east-2", "us-west-2"];
const EU: [&str; 2] = ["eu-central-1", "eu-west-1"];

/// A profile of AWS, or with an id without full stop one of the account.
fn profile(home: &str, id: &str, to: &[&str]) -> Value {
    let own = !id.contains('.');
    let kind = if own {
        "application-inference-profile"
    } else {
        "inference-profile"
    };
    let models: Vec<String> = to
        .iter()
        .map(|region| format!("arn:aws:bedrock:{region}::foundation-model/a.m"))
        .collect();
    json!({"inferenceProfileArn": format!("arn:aws:bedrock:{home}:{ACCOUNT}:{kind}/{id}"), "inferenceProfileId": id,
        "inferenceProfileName": id, "type": if own { "APPLICATION" } else { "SYSTEM_DEFINED" }, "status": "ACTIVE",
        "modelArns": models})
}

fn role(name: &str, statements: &Value) -> Value {
    json!({"RoleName": name, "Arn": format!("arn:aws:iam::{ACCOUNT}:role/{name}"), "RoleId": name, "Path": "/",
        "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": statements}}]})
}

fn allow(resources: &Value) -> Value {
    json!([{"Effect": "Allow", "Action": INVOKE, "Resource": resources}])
}

/// An account that uses us-east-1, with roles, statements of an SCP, and what the region holds.
fn with(roles: &[Value], scp: &Value, region: &Value) -> Snapshot {
    let mut global = policies(scp, "r-ab12");
    global["roles"] = json!({"items": roles});
    world(&global, &json!({"us-east-1": region}))
}

fn profiles(rows: &[Value]) -> Value {
    json!({"inference_profiles": {"items": rows}})
}

fn us() -> Value {
    profiles(&[profile("us-east-1", "us.a.m", &US)])
}

fn global() -> Value {
    profiles(&[profile("us-east-1", "global.a.m", &["", "us-east-1"])])
}

fn everything() -> Value {
    role("admin", &allow(&json!("*")))
}

fn of(snapshot: &Snapshot, slug: &str) -> Option<Status> {
    status(snapshot, &format!("aws-genai-10.{slug}"))
}

fn approving(snapshot: &Snapshot, slug: &str, regions: &Value) -> Option<Status> {
    status_with(
        snapshot,
        &format!("aws-genai-10.{slug}"),
        &json!({"approved_regions": regions}),
    )
}

fn fails(snapshot: &Snapshot, slug: &str, regions: &Value) -> Vec<Finding> {
    let report = report(snapshot, "aws-genai-10", &json!({"approved_regions": regions}));
    let wanted = format!("aws-genai-10.{slug}");
    let found = report.findings.into_iter();
    found
        .filter(|one| one.rule_id == wanted && one.status == Status::Fail)
        .collect()
}

#[test]
fn profiles_of_a_region_with_the_same_destinations_are_one_finding() {
    let rows = [
        profile("us-east-1", "us.a.m", &US),
        profile("us-east-1", "us.b.m", &US),
        profile("us-east-1", "us.c.m", &["us-east-1", "us-west-2"]),
        profile("us-east-1", "global.a.m", &["", "us-east-1"]),
    ];
    let snapshot = with(&[everything()], &json!([]), &profiles(&rows));
    let found = fails(&snapshot, "reachable-profile", &json!(["eu-*"]));
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|one| one.resource.arn.ends_with(":region/us-east-1")));
    assert_eq!(
        found
            .iter()
            .map(|one| &one.id)
            .collect::<std::collections::BTreeSet<_>>()
            .len(),
        2
    );
    assert_eq!(fails(&snapshot, "global-profile", &json!(["eu-*"])).len(), 1);
    assert_eq!(fails(&snapshot, "reachable-profile", &json!(["us-*"])).len(), 0);
    assert_eq!(fails(&snapshot, "reachable-profile", &json!(["us-east-?"])).len(), 2);
}

#[test]
fn without_a_list_the_geographies_of_regions_in_use_are_approved() {
    let rows = [profile("us-east-1", "us.a.m", &["us-east-1", "us-gov-west-1"])];
    assert_eq!(
        of(
            &with(&[everything()], &json!([]), &profiles(&rows)),
            "reachable-profile"
        ),
        Some(Status::Pass)
    );
    let rows = [profile("us-east-1", "us.a.m", &["us-east-1", "ca-central-1"])];
    let mut abroad = with(&[everything()], &json!([]), &profiles(&rows));
    assert_eq!(of(&abroad, "reachable-profile"), Some(Status::Fail));
    assert_eq!(
        approving(&abroad, "reachable-profile", &json!(["*"])),
        Some(Status::Pass)
    );
    // Nothing is in use, so that there is nothing to compare with.
    abroad.accounts.get_mut(ACCOUNT).unwrap().named_regions.clear();
    assert_eq!(of(&abroad, "reachable-profile"), None);
}

#[test]
fn a_region_of_undecided_use_leaves_its_geography_undecided() {
    let denied = json!({"items": [], "gaps": [{"region": "ca-central-1", "service": "cloudwatch", "operation": "ListMetrics", "kind": "denied"}]});
    let make = |metrics: &Value| {
        let mut roles = policies(&json!([]), "r-ab12");
        roles["roles"] = json!({"items": [everything()]});
        let rows = [profile("us-east-1", "us.a.m", &["us-east-1", "ca-central-1"])];
        world(
            &roles,
            &json!({"us-east-1": profiles(&rows), "ca-central-1": {"bedrock_metrics": metrics}}),
        )
    };
    assert_eq!(of(&make(&denied), "reachable-profile"), Some(Status::Unknown));
    assert_eq!(
        of(&make(&json!({"items": []})), "reachable-profile"),
        Some(Status::Fail)
    );
}

#[test]
fn user_patterns_are_globs_on_whole_names() {
    let rows = [profile("us-east-1", "us.a.m", &["us-gov-west-1"])];
    let snapshot = with(&[everything()], &json!([]), &profiles(&rows));
    assert_eq!(
        approving(&snapshot, "reachable-profile", &json!(["us-*"])),
        Some(Status::Pass)
    );
    assert_eq!(
        approving(&snapshot, "reachable-profile", &json!(["us-east-*"])),
        Some(Status::Fail)
    );
    assert_eq!(
        approving(&snapshot, "reachable-profile", &json!(["us"])),
        Some(Status::Fail)
    );
}

#[test]
fn every_check_of_a_profile_has_to_pass() {
    let own = format!("arn:aws:bedrock:us-east-1:{ACCOUNT}:inference-profile/us.a.m");
    let model = |region: &str| format!("arn:aws:bedrock:{region}::foundation-model/a.m");
    for (resources, expected) in [
        (json!([own, model("*")]), Status::Fail),
        (
            json!([own, model("us-east-1"), model("us-east-2"), model("us-west-2")]),
            Status::Fail,
        ),
        (json!([own, model("us-east-1"), model("us-east-2")]), Status::Pass),
        (json!([model("*")]), Status::Pass),
        (json!([own]), Status::Pass),
    ] {
        let snapshot = with(&[role("app", &allow(&resources))], &json!([]), &us());
        assert_eq!(
            approving(&snapshot, "reachable-profile", &json!(["eu-*"])),
            Some(expected),
            "{resources}"
        );
    }
    assert_eq!(
        approving(&with(&[], &json!([]), &us()), "reachable-profile", &json!(["eu-*"])),
        Some(Status::Pass)
    );
}

fn lock(element: &str, actions: &Value, regions: &Value) -> Value {
    json!([{"Effect": "Deny", element: actions, "Resource": "*", "Condition": {"StringNotLike": {"aws:RequestedRegion": regions}}}])
}

#[test]
fn a_region_lock_closes_profiles_unless_bedrock_is_exempt() {
    let judge = |scp: &Value| {
        approving(
            &with(&[everything()], scp, &us()),
            "reachable-profile",
            &json!(["us-east-1"]),
        )
    };
    assert_eq!(
        judge(&lock("NotAction", &json!("iam:*"), &json!("us-east-*"))),
        Some(Status::Pass)
    );
    assert_eq!(
        judge(&lock("NotAction", &json!("iam:*"), &json!("us-*"))),
        Some(Status::Fail)
    );
    assert_eq!(
        judge(&lock("NotAction", &json!(["iam:*", "bedrock:*"]), &json!("us-east-*"))),
        Some(Status::Fail)
    );
    assert_eq!(
        judge(&lock("Action", &json!("bedrock:InvokeModel"), &json!("us-east-*"))),
        Some(Status::Fail)
    );
    let by_arn =
        json!([{"Effect": "Deny", "Action": "bedrock:*", "Resource": "arn:aws:bedrock:*:*:inference-profile/us.*"}]);
    assert_eq!(judge(&by_arn), Some(Status::Pass));
    // A network or guardrail that a caller may come with is no refusal.
    let network = json!([{"Effect": "Deny", "Action": "bedrock:*", "Resource": "*", "Condition": {"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}}]);
    assert_eq!(judge(&network), Some(Status::Fail));
    // An exception for one role leaves the others refused.
    let mut personal = lock("Action", &json!("bedrock:*"), &json!("us-east-*"));
    personal[0]["Condition"]["ArnNotLike"] = json!({"aws:PrincipalArn": "arn:aws:iam::*:role/other"});
    assert_eq!(judge(&personal), Some(Status::Pass));
    personal[0]["Condition"]["ArnNotLike"] = json!({"aws:PrincipalArn": "arn:aws:iam::*:role/admin"});
    assert_eq!(judge(&personal), Some(Status::Fail));
}

#[test]
fn global_profiles_ask_for_an_unspecified_region() {
    let judge = |scp: &Value| of(&with(&[everything()], scp, &global()), "global-profile");
    assert_eq!(judge(&json!([])), Some(Status::Fail));
    assert_eq!(
        judge(&lock("Action", &json!("bedrock:*"), &json!("us-*"))),
        Some(Status::Pass)
    );
    assert_eq!(
        judge(&lock("Action", &json!("bedrock:*"), &json!(["us-*", "unspecified"]))),
        Some(Status::Fail)
    );
    let off = json!([{"Effect": "Deny", "Action": "bedrock:*", "Resource": "*", "Condition": {
        "StringEquals": {"aws:RequestedRegion": "unspecified"},
        "ArnLike": {"bedrock:InferenceProfileArn": "arn:aws:bedrock:*:*:inference-profile/global.*"}}}]);
    assert_eq!(judge(&off), Some(Status::Pass));
    let snapshot = with(&[everything()], &json!([]), &global());
    assert_eq!(of(&snapshot, "reachable-profile"), Some(Status::NotApplicable));
    assert_eq!(
        approving(&snapshot, "global-profile", &json!(["*"])),
        Some(Status::Pass)
    );
}

#[test]
fn what_could_not_be_read_is_not_called_safe_nor_a_fault() {
    let gap = |service: &str, operation: &str| json!({"items": [], "gaps": [{"service": service, "operation": operation, "kind": "denied"}]});
    let mut hidden = with(&[everything()], &json!([]), &us());
    let account = hidden.accounts.get_mut(ACCOUNT).unwrap();
    account.global.organization_policies = serde_json::from_value({
        let mut value = gap("organizations", "ListPolicies");
        value["collected"] = json!(true);
        value
    })
    .unwrap();
    let eu = json!(["eu-*"]);
    assert_eq!(approving(&hidden, "reachable-profile", &eu), Some(Status::Unknown));
    assert_eq!(approving(&hidden, "create-profile", &eu), Some(Status::Unknown));
    assert_eq!(approving(&hidden, "dead-region-key", &eu), Some(Status::Unknown));
    // Where nobody may call models, no policy is missed.
    hidden.accounts.get_mut(ACCOUNT).unwrap().global.roles.items.clear();
    assert_eq!(approving(&hidden, "reachable-profile", &eu), Some(Status::Pass));

    let unlisted = json!({"inference_profiles": gap("bedrock", "ListInferenceProfiles")});
    let snapshot = with(&[everything()], &json!([]), &unlisted);
    assert_eq!(of(&snapshot, "reachable-profile"), Some(Status::Unknown));
    assert_eq!(of(&snapshot, "global-profile"), Some(Status::Unknown));
    assert_eq!(
        of(&with(&[], &json!([]), &unlisted), "reachable-profile"),
        Some(Status::Pass)
    );
    let mut none = unlisted.clone();
    none["inference_profiles"]["gaps"][0]["kind"] = json!("unsupported");
    assert_eq!(of(&with(&[everything()], &json!([]), &none), "reachable-profile"), None);

    for (dataset, operation) in [
        ("agents", "ListAgents"),
        ("flows", "ListFlows"),
        ("knowledge_bases", "ListKnowledgeBases"),
        ("prompts", "ListPrompts"),
        ("prompt_routers", "ListPromptRouters"),
    ] {
        let snapshot = with(&[], &json!([]), &json!({dataset: gap("bedrock-agent", operation)}));
        assert_eq!(of(&snapshot, "profile-in-use"), Some(Status::Unknown), "{dataset}");
    }
}

#[test]
fn consumers_name_profiles_by_id_or_arn() {
    let own = format!("arn:aws:bedrock:us-east-1:{ACCOUNT}:application-inference-profile/abc123");
    let system = format!("arn:aws:bedrock:us-east-1:{ACCOUNT}:inference-profile/us.a.m");
    let router = format!("arn:aws:bedrock:us-east-1:{ACCOUNT}:default-prompt-router/a.m:1");
    let judge = |model: &str, approved: &Value| {
        let region = json!({
            "foundation_models": {"items": [{"modelArn": "arn:aws:bedrock:us-east-1::foundation-model/a.m", "modelId": "a.m"}]},
            "inference_profiles": {"items": [profile("us-east-1", "us.a.m", &US), profile("us-east-1", "home12", &["us-east-1"])]},
            "prompt_routers": {"items": [{"promptRouterArn": router, "type": "default", "modelArns": [system], "fallbackModelArn": system}]},
            "agents": {"items": [{"agentId": "A", "agentName": "a"}]},
            "agent_versions": {"items": [{"agentId": "A", "agentName": "a", "agentVersion": "DRAFT", "foundationModel": model}]}});
        approving(&with(&[], &json!([]), &region), "profile-in-use", approved)
    };
    let eu = json!(["eu-*"]);
    for (model, expected) in [
        ("a.m", Status::Pass),
        ("arn:aws:bedrock:us-east-1::foundation-model/a.m", Status::Pass),
        ("us.a.m", Status::Fail),
        (system.as_str(), Status::Fail),
        (router.as_str(), Status::Fail),
        ("jp.a.m", Status::Unknown),
        (own.as_str(), Status::Unknown),
    ] {
        assert_eq!(judge(model, &eu), Some(expected), "{model}");
    }
    assert_eq!(judge("us.a.m", &json!(["us-*"])), Some(Status::Pass));
    assert_eq!(judge("us.a.m", &json!(["us-east-*"])), Some(Status::Fail));
}

#[test]
fn application_profiles_count_where_they_were_copied_from_a_cross_region_one() {
    let judge = |to: &[&str]| {
        let rows = [profile("us-east-1", "abc123", to)];
        fails(
            &with(&[], &json!([]), &profiles(&rows)),
            "profile-in-use",
            &json!(["eu-*"]),
        )
    };
    assert!(judge(&["us-east-1"]).is_empty());
    let found = judge(&US);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].resource.kind, "inference_profile");
    assert!(found[0].resource.arn.ends_with("/abc123"));
}

#[test]
fn steps_of_agents_knowledge_bases_flows_prompts_and_routers_are_consumers() {
    let system = format!("arn:aws:bedrock:us-east-1:{ACCOUNT}:inference-profile/us.a.m");
    let consumers = json!({
        "agent": {
            "agents": {"items": [{"agentId": "A", "agentName": "a"}]},
            "agent_versions": {"items": [{"agentId": "A", "agentName": "a", "agentVersion": "DRAFT", "foundationModel": "a.m",
                "promptModels": ["us.a.m"]}]}},
        "knowledge_base": {
            "knowledge_bases": {"items": [{"knowledgeBaseId": "K", "name": "k"}]},
            "knowledge_base_details": {"items": [{"knowledgeBaseId": "K", "name": "k"}]},
            "data_source_details": {"items": [{"knowledgeBaseId": "K", "dataSourceId": "D", "parsingModelArn": system}]}},
        "flow": {
            "flows": {"items": [{"id": "F", "name": "f"}]},
            "flow_versions": {"items": [{"id": "F", "name": "f", "version": "DRAFT", "nodes": [{"name": "n", "type": "Prompt", "modelId": "us.a.m"}]}]}},
        "prompt": {"prompts": {"items": [{"arn": "arn:aws:bedrock:us-east-1:111122223333:prompt/P", "id": "P", "version": "DRAFT", "name": "p", "modelIds": ["a.m", "us.a.m"]}]}},
        "prompt_router": {"prompt_routers": {"items": [{"promptRouterArn": "arn:aws:bedrock:us-east-1:111122223333:prompt-router/R", "type": "custom", "modelArns": [system]}]}}});
    for (kind, region) in consumers.as_object().unwrap() {
        let mut region = region.clone();
        region["inference_profiles"] = us()["inference_profiles"].clone();
        let found = fails(&with(&[], &json!([]), &region), "profile-in-use", &json!(["eu-*"]));
        assert_eq!(found.len(), 1, "{kind}");
        assert_eq!(found[0].resource.kind, *kind);
        let home = with(&[], &json!([]), &region);
        assert_eq!(of(&home, "profile-in-use"), Some(Status::Pass), "{kind}");
    }
    let half = json!({"knowledge_bases": {"items": [{"knowledgeBaseId": "K", "name": "k"}]},
        "knowledge_base_details": {"items": [], "gaps": [{"service": "bedrock-agent", "operation": "GetKnowledgeBase", "resource": "K", "kind": "denied"}]}});
    assert_eq!(
        of(&with(&[], &json!([]), &half), "profile-in-use"),
        Some(Status::Unknown)
    );
}

#[test]
fn regions_beyond_those_in_use_count_as_sources() {
    let mut global = policies(&json!([]), "r-ab12");
    global["roles"] = json!({"items": [everything()]});
    let regions = json!({"us-east-1": us(), "eu-west-1": profiles(&[profile("eu-west-1", "eu.a.m", &EU)])});
    let snapshot = world(&global, &regions);
    let report = report(&snapshot, "aws-genai-10", &Value::Null);
    let found: Vec<_> = report
        .findings
        .iter()
        .filter(|one| one.rule_id == "aws-genai-10.reachable-profile" && one.status == Status::Fail)
        .collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].resource.region.as_deref(), Some("eu-west-1"));
    assert!(found[0].message.contains("role/admin may call eu.a.m"));
}
