//! What cannot be read of an organization: which rules stay open, and which are settled by what was read.

use super::{blind, config, enforced, of, sound};
use crate::facts::scp::tests::{ACCOUNT, SCP_ARN, policies, report, status, world};
use crate::model::report::Status;
use crate::model::snapshot::Snapshot;
use serde_json::{Value, json};

const BOTH: [&str; 2] = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"];
const APPROVED: &str = "arn:aws:bedrock:us-east-1:111122223333:guardrail/gruse1000001:1";

fn guard() -> Value {
    json!({"Effect": "Deny", "Action": BOTH, "Resource": "*",
        "Condition": {"StringNotEquals": {"bedrock:GuardrailIdentifier": APPROVED}}})
}

fn network() -> Value {
    json!({"Effect": "Deny", "Action": BOTH, "Resource": "*", "Condition": {"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}})
}

fn tags() -> [Value; 2] {
    ["CostCenter", "Environment"].map(|tag| {
        let key = format!("aws:RequestTag/{tag}");
        json!({"Effect": "Deny", "Action": "bedrock:CreateGuardrail", "Resource": "*", "Condition": {"Null": {key: "true"}}})
    })
}

/// Three policies at the root, one for each rule, of which `change` may hide something.
fn three(change: impl Fn(&mut Vec<Value>)) -> Snapshot {
    let mut global = policies(&json!([guard()]), "r-ab12");
    let rows = global["organization_policies"]["items"].as_array_mut().unwrap();
    for (name, statements) in [("p-net", json!([network()])), ("p-tags", json!(tags()))] {
        let mut row = rows[1].clone();
        row["Id"] = json!(name);
        row["Arn"] = json!(SCP_ARN.replace("p-guard001", name));
        row["Name"] = json!(name);
        row["Content"]["Statement"] = statements;
        rows.push(row);
    }
    change(rows);
    world(&global, &Value::Null)
}

fn hide(name: &str, member: &str) -> Snapshot {
    three(|rows| {
        let row = rows.iter_mut().find(|row| row["Id"] == name).unwrap();
        row.as_object_mut().unwrap().remove(member);
    })
}

#[test]
fn one_policy_that_cannot_be_read_leaves_open_what_only_it_could_settle() {
    let rules = [
        ("p-guard001", "aws-genai-09.guardrail-required"),
        ("p-net", "aws-genai-03.public-path"),
        ("p-tags", "aws-genai-09.tag-rule"),
    ];
    let whole = three(|_| {});
    for (_, rule) in rules {
        assert_eq!(status(&whole, rule), Some(Status::Pass), "{rule}");
    }
    for (hidden, _) in rules {
        for member in ["Content", "Targets"] {
            let snapshot = hide(hidden, member);
            for (settles, rule) in rules {
                let expected = if settles == hidden {
                    Status::Unknown
                } else {
                    Status::Pass
                };
                assert_eq!(
                    status(&snapshot, rule),
                    Some(expected),
                    "{rule} without {member} of {hidden}"
                );
            }
        }
    }
    // The policy that allows is not needed to see what the others refuse.
    let snapshot = hide("p-FullAWSAccess", "Content");
    for (_, rule) in rules {
        assert_eq!(status(&snapshot, rule), Some(Status::Pass), "{rule}");
    }
}

#[test]
fn what_an_unread_policy_might_ask_for_beyond_presence_is_open() {
    let presence = |hidden: bool| {
        three(|rows| {
            rows[1]["Content"]["Statement"] = json!([{"Effect": "Deny", "Action": BOTH, "Resource": "*",
                "Condition": {"Null": {"bedrock:GuardrailIdentifier": "true"}}}]);
            if hidden {
                rows[2].as_object_mut().unwrap().remove("Content");
            }
        })
    };
    assert_eq!(of(&presence(false), "presence-only"), Some(Status::Fail));
    let hidden = presence(true);
    assert_eq!(of(&hidden, "presence-only"), Some(Status::Unknown));
    assert_eq!(of(&hidden, "guardrail-required"), Some(Status::Pass));
    assert_eq!(of(&hidden, "coverage"), Some(Status::Pass));
}

#[test]
fn a_list_of_policies_that_breaks_off_keeps_what_it_brought() {
    let mut snapshot = three(|_| {});
    let policies = &mut snapshot.accounts.get_mut(ACCOUNT).unwrap().global.organization_policies;
    policies.gaps = serde_json::from_value(
        json!([{"service": "organizations", "operation": "ListPolicies", "kind": "throttled",
        "permission": "organizations:ListPolicies"}]),
    )
    .unwrap();
    assert_eq!(of(&snapshot, "guardrail-required"), Some(Status::Pass));
    assert_eq!(status(&snapshot, "aws-genai-03.public-path"), Some(Status::Pass));
    // A policy that was not listed may have a hole, and may be the one that a rule misses.
    assert_eq!(of(&snapshot, "scp-hole"), Some(Status::Unknown));
    let policies = &mut snapshot.accounts.get_mut(ACCOUNT).unwrap().global.organization_policies;
    policies.items.retain(|row| row.id != "p-tags");
    assert_eq!(of(&snapshot, "tag-rule"), Some(Status::Unknown));
    let text = serde_json::to_string(&report(&snapshot, "aws-genai-09", &Value::Null)).unwrap();
    assert!(text.contains("\"permission\":\"organizations:ListPolicies\""));
}

#[test]
fn a_policy_that_aws_wrote_need_not_be_read_to_know_that_it_asks_for_no_guardrail() {
    let hidden = three(|rows| {
        rows[0]["AwsManaged"] = json!(true);
        rows[0].as_object_mut().unwrap().remove("Content");
    });
    for rule in ["scp-hole", "scp-blocks-all", "scp-detached"] {
        assert_eq!(of(&hidden, rule), Some(Status::Pass), "{rule}");
    }
}

#[test]
fn the_account_that_sees_a_part_of_the_policies_speaks_for_one_that_sees_none() {
    let gap = json!([{"service": "organizations", "operation": "ListPolicies", "kind": "throttled"}]);
    let seeing = three(|_| {});
    let mut both = blind(&Value::Null);
    let mut management = seeing.accounts.get(ACCOUNT).unwrap().clone();
    management.global.organization_policies.gaps = serde_json::from_value(gap).unwrap();
    management.named_regions.clear();
    let org = management.global.organization.clone();
    both.accounts.get_mut(ACCOUNT).unwrap().global.organization = org;
    assert_eq!(of(&both, "guardrail-required"), Some(Status::Unknown));
    both.accounts.insert("999988887777".to_owned(), management);
    let report = report(&both, "aws-genai-09", &Value::Null);
    let mut member = report.findings.iter().filter(|finding| {
        finding.rule_id == "aws-genai-09.guardrail-required" && finding.resource.account_id == ACCOUNT
    });
    assert_eq!(member.next().map(|finding| finding.status), Some(Status::Pass));
}

/// Roles with every permission and profiles that leave the geography, so that nothing passes for want of a subject.
fn dangerous(mut snapshot: Snapshot) -> Snapshot {
    let account = snapshot.accounts.get_mut(ACCOUNT).unwrap();
    account.global.roles.items = serde_json::from_value(
        json!([{"RoleName": "admin", "Arn": "arn:aws:iam::111122223333:role/admin",
        "Path": "/", "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "*", "Resource": "*"}]}}]}]),
    )
    .unwrap();
    let profile = |id: &str, to: &[&str]| {
        let models: Vec<String> = to
            .iter()
            .map(|region| format!("arn:aws:bedrock:{region}::foundation-model/a.m"))
            .collect();
        json!({"inferenceProfileArn": format!("arn:aws:bedrock:us-east-1:111122223333:inference-profile/{id}"), "inferenceProfileId": id,
            "inferenceProfileName": id, "type": "SYSTEM_DEFINED", "status": "ACTIVE", "modelArns": models})
    };
    let region = account.regions.get_mut("us-east-1").unwrap();
    region.inference_profiles.items = serde_json::from_value(json!([
        profile("us.a.m", &["us-east-1", "ca-central-1"]),
        profile("global.a.m", &["", "us-east-1"])
    ]))
    .unwrap();
    snapshot
}

#[test]
fn with_organizations_denied_no_rule_that_needs_them_passes() {
    let depend = [
        ("aws-genai-03", vec!["public-path"]),
        (
            "aws-genai-09",
            vec![
                "guardrail-required",
                "presence-only",
                "scp-hole",
                "scp-blocks-all",
                "scp-detached",
                "tag-rule",
                "tag-rule-hole",
                "mantle-bypass",
            ],
        ),
        (
            "aws-genai-10",
            vec![
                "reachable-profile",
                "global-profile",
                "create-profile",
                "dead-region-key",
            ],
        ),
    ];
    let member = dangerous(blind(&Value::Null));
    let mut stranger = member.clone();
    let global = &mut stranger.accounts.get_mut(ACCOUNT).unwrap().global;
    global.organization.items.clear();
    global.organization.gaps =
        serde_json::from_value(json!([{"service": "organizations", "operation": "DescribeOrganization",
        "kind": "denied", "permission": "organizations:DescribeOrganization"}]))
        .unwrap();
    for snapshot in [member, stranger] {
        for (control, rules) in &depend {
            let params = if *control == "aws-genai-10" {
                json!({"approved_regions": ["us-*"]})
            } else {
                Value::Null
            };
            let report = report(&snapshot, control, &params);
            for rule in rules {
                let id = format!("{control}.{rule}");
                let found = report.findings.iter().filter(|finding| finding.rule_id == id);
                let statuses: Vec<Status> = found.map(|finding| finding.status).collect();
                assert!(statuses.contains(&Status::Unknown), "{id}: {statuses:?}");
                assert!(!statuses.contains(&Status::Pass), "{id}: {statuses:?}");
                assert!(!statuses.contains(&Status::Fail), "{id}: {statuses:?}");
            }
        }
    }
}

#[test]
fn enforced_guardrails_that_cannot_be_listed_are_unknown() {
    let gap = json!({"us-east-1": {"enforced_guardrails": {"gaps": [{"region": "us-east-1", "service": "bedrock",
        "operation": "ListEnforcedGuardrailsConfiguration", "kind": "denied", "permission": "bedrock:ListEnforcedGuardrailsConfiguration"}]}}});
    let hidden = world(&policies(&json!([guard()]), "r-ab12"), &gap);
    assert_eq!(of(&hidden, "enforced-gaps"), Some(Status::Unknown));
    assert_eq!(
        of(&hidden, "guardrail-required"),
        Some(Status::Pass),
        "the policy covers it all the same"
    );
    let mut effective = policies(&json!([guard()]), "r-ab12");
    effective["effective_policies"] =
        json!({"gaps": [{"service": "organizations", "operation": "DescribeEffectivePolicy", "kind": "denied"}]});
    assert_eq!(
        of(&world(&effective, &Value::Null), "enforced-gaps"),
        Some(Status::Unknown)
    );
    assert_eq!(
        of(&three(|_| {}), "enforced-gaps"),
        None,
        "there is none, and that is known"
    );
}

#[test]
fn an_enforced_version_that_aws_does_not_know_is_a_gap_and_no_doubt() {
    let mut snapshot = enforced(&config(&json!({"guardrailVersion": "9"})), &sound());
    let region = snapshot
        .accounts
        .get_mut(ACCOUNT)
        .unwrap()
        .regions
        .get_mut("us-east-1")
        .unwrap();
    let arn = "arn:aws:bedrock:us-east-1:111122223333:guardrail/gruse1000001:9";
    let gap = |kind: &str| {
        serde_json::from_value(json!([{"region": "us-east-1", "service": "bedrock", "operation": "GetGuardrail", "resource": arn, "kind": kind}]))
            .unwrap()
    };
    region.guardrail_details.gaps = gap("not_found");
    assert_eq!(of(&snapshot, "enforced-gaps"), Some(Status::Fail));
    let region = snapshot
        .accounts
        .get_mut(ACCOUNT)
        .unwrap()
        .regions
        .get_mut("us-east-1")
        .unwrap();
    region.guardrail_details.gaps = gap("denied");
    assert_eq!(of(&snapshot, "enforced-gaps"), Some(Status::Unknown));
}

#[test]
fn what_binds_an_account_without_bedrock_is_left_alone() {
    let mut global = policies(&json!([]), "r-ab12");
    global["effective_policies"] = json!({"items": [{"PolicyType": "BEDROCK_POLICY", "TargetId": ACCOUNT, "PolicyContent":
        {"bedrock": {"guardrail_inference": {"us-east-1": {"base": {"identifier": APPROVED, "input_tags": "honor"}}}}}}]});
    let mut snapshot = world(&global, &Value::Null);
    assert_eq!(of(&snapshot, "enforced-gaps"), Some(Status::Fail));
    snapshot.accounts.get_mut(ACCOUNT).unwrap().named_regions.clear();
    assert_eq!(of(&snapshot, "enforced-gaps"), Some(Status::NotApplicable));
}
