//! Findings about enforcement beside the truth table: other means, tags, other accounts, what cannot be read.

mod unread;

use crate::facts::scp::tests::{ACCOUNT, policies, report, status, status_with, world};
use crate::model::report::Status;
use crate::model::snapshot::Snapshot;
use serde_json::{Value, json};

const GUARDRAIL: &str = "arn:aws:bedrock:us-east-1:111122223333:guardrail/gruse1000001";

fn of(snapshot: &Snapshot, slug: &str) -> Option<Status> {
    status(snapshot, &format!("aws-genai-09.{slug}"))
}

fn plain() -> Value {
    policies(&json!([]), "r-ab12")
}

fn config(change: &Value) -> Value {
    let mut row =
        json!({"guardrailArn": GUARDRAIL, "guardrailVersion": "1", "inputTags": "IGNORE", "includedModels": ["ALL"]});
    for (name, value) in change.as_object().into_iter().flatten() {
        row[name] = value.clone();
    }
    row
}

fn sound() -> Value {
    let both = |kind: &str| json!({"type": kind, "inputStrength": "HIGH", "outputStrength": "HIGH"});
    let mut filters: Vec<Value> = ["HATE", "INSULTS", "MISCONDUCT", "SEXUAL", "VIOLENCE"]
        .iter()
        .map(|kind| both(kind))
        .collect();
    filters.push(json!({"type": "PROMPT_ATTACK", "inputStrength": "HIGH", "outputStrength": "NONE"}));
    json!({"guardrailArn": GUARDRAIL, "guardrailId": "gruse1000001", "version": "1", "status": "READY",
        "contentPolicy": {"filters": filters, "tierName": "STANDARD"},
        "piiEntities": [{"type": "EMAIL", "action": "ANONYMIZE"}, {"type": "AWS_ACCESS_KEY", "action": "BLOCK"}]})
}

fn enforced(row: &Value, guardrail: &Value) -> Snapshot {
    let region =
        json!({"us-east-1": {"enforced_guardrails": {"items": [row]}, "guardrail_details": {"items": [guardrail]}}});
    world(&plain(), &region)
}

#[test]
fn an_enforced_guardrail_is_as_good_as_a_policy() {
    let good = enforced(&config(&Value::Null), &sound());
    assert_eq!(of(&good, "guardrail-required"), Some(Status::Pass));
    assert_eq!(of(&good, "enforced-gaps"), Some(Status::Pass));
    for change in [json!({"excludedModels": ["m"]}), json!({"includedModels": ["m"]})] {
        let limited = enforced(&config(&change), &sound());
        assert_eq!(of(&limited, "guardrail-required"), Some(Status::Fail), "{change}");
        assert_eq!(of(&limited, "enforced-gaps"), Some(Status::Fail), "{change}");
    }
    for change in [json!({"inputTags": "HONOR"}), json!({"selectiveMessages": "SELECTIVE"})] {
        let lenient = enforced(&config(&change), &sound());
        assert_eq!(of(&lenient, "guardrail-required"), Some(Status::Pass), "{change}");
        assert_eq!(of(&lenient, "enforced-gaps"), Some(Status::Fail), "{change}");
    }
}

#[test]
fn the_enforced_version_itself_is_judged() {
    for (path, value) in [
        ("/contentPolicy/filters/0/outputAction", json!("NONE")),
        ("/contentPolicy/filters/4/inputStrength", json!("LOW")),
        ("/contentPolicy/filters/5/inputStrength", json!("MEDIUM")),
        ("/piiEntities/0/outputEnabled", json!(false)),
    ] {
        let mut weak = sound();
        let (parent, name) = path.rsplit_once('/').unwrap();
        weak.pointer_mut(parent).unwrap()[name] = value;
        let snapshot = enforced(&config(&Value::Null), &weak);
        assert_eq!(of(&snapshot, "enforced-gaps"), Some(Status::Fail), "{path}");
    }
    // A sound version 1 says nothing of version 2.
    let other = enforced(&config(&json!({"guardrailVersion": "2"})), &sound());
    assert_eq!(of(&other, "enforced-gaps"), Some(Status::Fail));
    let foreign = config(&json!({"guardrailArn": GUARDRAIL.replace(ACCOUNT, "999988887777")}));
    assert_eq!(
        of(&enforced(&foreign, &sound()), "enforced-gaps"),
        Some(Status::Unknown)
    );
}

#[test]
fn every_region_in_use_has_to_be_covered() {
    let regions = json!({
        "us-east-1": {"enforced_guardrails": {"items": [config(&Value::Null)]}, "guardrail_details": {"items": [sound()]}},
        "eu-west-1": {"agents": {"items": [{"agentId": "A", "agentName": "a"}]}},
        "eu-north-1": {},
    });
    let snapshot = world(&plain(), &regions);
    assert_eq!(of(&snapshot, "guardrail-required"), Some(Status::Fail));
    let text = report(&snapshot, "aws-genai-09", &Value::Null);
    let finding = text
        .findings
        .iter()
        .find(|one| one.rule_id.ends_with("guardrail-required"))
        .unwrap();
    assert!(
        finding.message.contains("eu-west-1")
            && !finding.message.contains("eu-north-1")
            && !finding.message.contains("us-east-1")
    );
}

#[test]
fn a_bedrock_policy_counts_where_it_is_effective() {
    let effective = |region: &str| {
        let mut global = plain();
        global["effective_policies"] = json!({"items": [{"PolicyType": "BEDROCK_POLICY", "TargetId": ACCOUNT,
            "PolicyContent": {"bedrock": {"guardrail_inference": {region: {"base": {"identifier": format!("{GUARDRAIL}:1")}}}}}}]});
        world(&global, &Value::Null)
    };
    assert_eq!(of(&effective("us-east-1"), "guardrail-required"), Some(Status::Pass));
    assert_eq!(of(&effective("eu-west-1"), "guardrail-required"), Some(Status::Fail));
    let mut broken = plain();
    broken["effective_policies"] =
        json!({"items": [{"PolicyType": "BEDROCK_POLICY", "TargetId": ACCOUNT, "PolicyContent": "{"}]});
    assert_eq!(
        of(&world(&broken, &Value::Null), "guardrail-required"),
        Some(Status::Unknown)
    );
}

fn blind(regions: &Value) -> Snapshot {
    let gap = |operation: &str| {
        json!({"items": [], "gaps": [{"service": "organizations", "operation": operation, "kind": "denied",
            "permission": format!("organizations:{operation}")}]})
    };
    let global = json!({"organization_roots": gap("ListRoots"), "organization_policies": gap("ListPolicies"),
        "organization_accounts": gap("ListAccounts"), "organizational_units": gap("ListOrganizationalUnitsForParent"),
        "delegated_administrators": gap("ListDelegatedAdministrators"), "organization_resource_policy": gap("DescribeResourcePolicy")});
    world(&global, regions)
}

#[test]
fn a_member_without_rights_passes_only_by_what_it_enforces_itself() {
    let closed = blind(&Value::Null);
    for rule in [
        "guardrail-required",
        "presence-only",
        "scp-hole",
        "scp-detached",
        "tag-rule",
        "tag-rule-hole",
        "delegation",
    ] {
        assert_eq!(of(&closed, rule), Some(Status::Unknown), "{rule}");
    }
    assert_eq!(of(&closed, "coverage"), Some(Status::NotApplicable));
    let text = serde_json::to_string(&report(&closed, "aws-genai-09", &Value::Null)).unwrap();
    assert!(text.contains("organizations:List"));
    let region = json!({"us-east-1": {"enforced_guardrails": {"items": [config(&Value::Null)]}, "guardrail_details": {"items": [sound()]}}});
    assert_eq!(of(&blind(&region), "guardrail-required"), Some(Status::Pass));
}

#[test]
fn no_policy_binds_the_management_account_or_one_that_stands_alone() {
    let strong = json!([{"Effect": "Deny", "Action": "bedrock:Invoke*", "Resource": "*",
        "Condition": {"ArnNotLike": {"bedrock:GuardrailIdentifier": format!("{GUARDRAIL}:*")}}}]);
    let mut management = policies(&strong, "r-ab12");
    management["organization"] =
        json!({"items": [{"Id": "o-a1b2c3d4e5", "FeatureSet": "ALL", "MasterAccountId": ACCOUNT}]});
    assert_eq!(
        of(&world(&management, &Value::Null), "guardrail-required"),
        Some(Status::Fail)
    );
    let alone = json!({"organization": {"items": []}});
    let snapshot = world(&alone, &Value::Null);
    assert_eq!(of(&snapshot, "guardrail-required"), Some(Status::Fail));
    assert_eq!(of(&snapshot, "coverage"), None);
}

#[test]
fn coverage_counts_active_members() {
    let strong = json!([{"Effect": "Deny", "Action": "bedrock:Invoke*", "Resource": "*",
        "Condition": {"ArnNotLike": {"bedrock:GuardrailIdentifier": format!("{GUARDRAIL}:*")}}}]);
    assert_eq!(
        of(&world(&policies(&strong, "r-ab12"), &Value::Null), "coverage"),
        Some(Status::Pass)
    );
    let partly = world(&policies(&strong, "ou-ab12-work"), &Value::Null);
    let report = report(&partly, "aws-genai-09", &Value::Null);
    let finding = report
        .findings
        .iter()
        .find(|one| one.rule_id.ends_with("coverage"))
        .unwrap();
    assert_eq!(finding.status, Status::Fail);
    assert!(finding.message.contains("444455556666 (sandbox)"));
    assert!(!finding.message.contains("222233334444") && !finding.message.contains("999988887777"));
    let mut policy = plain();
    policy["organization_policies"]["items"][1] = json!({"Id": "p-b", "Arn": "arn:aws:organizations::1:policy/o-a/bedrock_policy/p-b",
        "Type": "BEDROCK_POLICY", "Targets": [{"TargetId": "r-ab12"}], "Content": {"bedrock": {"guardrail_inference":
        {"us-east-1": {"base": {"identifier": {"@@assign": format!("{GUARDRAIL}:1")}}}}}}});
    assert_eq!(of(&world(&policy, &Value::Null), "coverage"), Some(Status::Pass));
}

fn tag(statements: &Value) -> (Option<Status>, Option<Status>) {
    let snapshot = world(&policies(statements, "r-ab12"), &Value::Null);
    (of(&snapshot, "tag-rule"), of(&snapshot, "tag-rule-hole"))
}

fn create(condition: &Value) -> Value {
    json!({"Effect": "Deny", "Action": "bedrock:CreateGuardrail", "Resource": "*", "Condition": condition})
}

#[test]
fn tags_are_asked_for_one_by_one() {
    const GOOD: (Option<Status>, Option<Status>) = (Some(Status::Pass), Some(Status::Pass));
    const HOLE: (Option<Status>, Option<Status>) = (Some(Status::Pass), Some(Status::Fail));
    const NONE: (Option<Status>, Option<Status>) = (Some(Status::Fail), Some(Status::Pass));
    let absent = |tag: &str| create(&json!({"Null": {format!("aws:RequestTag/{tag}"): "true"}}));
    assert_eq!(tag(&json!([absent("CostCenter"), absent("environment")])), GOOD);
    assert_eq!(tag(&json!([absent("CostCenter")])), NONE);
    assert_eq!(tag(&json!([])), NONE);
    let like = |tag: &str| create(&json!({"StringNotLike": {format!("aws:RequestTag/{tag}"): "?*"}}));
    assert_eq!(tag(&json!([like("CostCenter"), like("Environment")])), GOOD);
    let both = create(&json!({"Null": {"aws:RequestTag/CostCenter": "true", "aws:RequestTag/Environment": "true"}}));
    assert_eq!(tag(&json!([both])), HOLE);
    let any = create(&json!({"ForAnyValue:StringNotEquals": {"aws:TagKeys": ["CostCenter", "Environment"]}}));
    assert_eq!(tag(&json!([any])), HOLE);
    let inverted = create(&json!({"ForAllValues:StringEquals": {"aws:TagKeys": ["CostCenter", "Environment"]}}));
    assert_eq!(tag(&json!([inverted])), HOLE);
    assert_eq!(tag(&json!([create(&json!({}))])), GOOD);
    let snapshot = world(&policies(&json!([absent("Owner")]), "r-ab12"), &Value::Null);
    let params = json!({"required_tags": ["Owner"]});
    assert_eq!(
        status_with(&snapshot, "aws-genai-09.tag-rule", &params),
        Some(Status::Pass)
    );
}

#[test]
fn mantle_needs_a_grant_and_no_refusal() {
    let role = |action: &str, resource: &str| {
        json!({"items": [{"RoleName": "r", "Arn": "arn:aws:iam::111122223333:role/r", "Path": "/", "RolePolicyList": [
            {"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]}}]}]})
    };
    let with = |scp: &Value, action: &str, resource: &str| {
        let mut global = policies(scp, "r-ab12");
        global["roles"] = role(action, resource);
        of(&world(&global, &Value::Null), "mantle-bypass")
    };
    let deny = json!([{"Effect": "Deny", "Action": "bedrock-mantle:*", "Resource": "*"}]);
    let project = "arn:aws:bedrock-mantle:us-east-1:111122223333:project/chat";
    assert_eq!(with(&json!([]), "*", "*"), Some(Status::Fail));
    assert_eq!(
        with(&json!([]), "bedrock-mantle:CreateInference", project),
        Some(Status::Fail)
    );
    assert_eq!(with(&json!([]), "bedrock:*", "*"), Some(Status::Pass));
    assert_eq!(with(&deny, "*", "*"), Some(Status::Pass));
}

#[test]
fn delegation_shows_in_two_places() {
    assert_eq!(of(&world(&plain(), &Value::Null), "delegation"), Some(Status::Fail));
    let mut policy = plain();
    policy["organization_resource_policy"] = json!({"items": [{"Arn": "a", "Content": {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "organizations:*Policy", "Resource": "*",
         "Condition": {"StringLike": {"organizations:PolicyType": ["BEDROCK_POLICY"]}}}]}}]});
    assert_eq!(of(&world(&policy, &Value::Null), "delegation"), Some(Status::Pass));
    policy["organization_resource_policy"]["items"][0]["Content"]["Statement"][0]["Condition"] =
        json!({"StringLike": {"organizations:PolicyType": ["BACKUP_POLICY"]}});
    assert_eq!(of(&world(&policy, &Value::Null), "delegation"), Some(Status::Fail));
    // As AWS writes such a statement: for the policies of one type in this very organization.
    let statement = &mut policy["organization_resource_policy"]["items"][0]["Content"]["Statement"][0];
    statement["Condition"] = json!({"StringLikeIfExists": {"organizations:PolicyType": ["BEDROCK_POLICY"]}});
    for (resource, expected) in [
        (
            "arn:aws:organizations::999988887777:policy/o-a1b2c3d4e5/bedrock_policy/*",
            Status::Pass,
        ),
        (
            "arn:aws:organizations::999988887777:policy/o-a1b2c3d4e5/backup_policy/*",
            Status::Fail,
        ),
    ] {
        policy["organization_resource_policy"]["items"][0]["Content"]["Statement"][0]["Resource"] = json!(resource);
        assert_eq!(
            of(&world(&policy, &Value::Null), "delegation"),
            Some(expected),
            "{resource}"
        );
    }
    let mut other = plain();
    other["delegated_administrators"] =
        json!({"items": [{"Id": ACCOUNT, "ServicePrincipals": ["access-analyzer.amazonaws.com"]}]});
    assert_eq!(of(&world(&other, &Value::Null), "delegation"), Some(Status::Fail));
    other["delegated_administrators"]["items"][0]["ServicePrincipals"] = json!(["bedrock.amazonaws.com"]);
    assert_eq!(of(&world(&other, &Value::Null), "delegation"), Some(Status::Pass));
}

#[test]
fn an_account_without_bedrock_is_left_alone() {
    let mut snapshot = world(&plain(), &Value::Null);
    snapshot.accounts.get_mut(ACCOUNT).unwrap().named_regions.clear();
    for rule in [
        "guardrail-required",
        "presence-only",
        "tag-rule",
        "mantle-bypass",
        "delegation",
    ] {
        assert_eq!(of(&snapshot, rule), Some(Status::NotApplicable), "{rule}");
    }
    assert_eq!(of(&snapshot, "coverage"), Some(Status::Fail));
}
