//! The truth table of guardrail conditions, row by row, as findings.

use crate::audit::{self, Settings};
use crate::control::catalog::Catalog;
use crate::model::report::{Report, Status};
use crate::model::snapshot::Snapshot;
use serde_json::{Value, json};
use std::sync::LazyLock;

pub(in crate::facts) const ACCOUNT: &str = "111122223333";
pub(in crate::facts) const SCP_ARN: &str =
    "arn:aws:organizations::999988887777:policy/o-a1b2c3d4e5/service_control_policy/p-guard001";
const APPROVED: &str = "arn:aws:bedrock:us-east-1:111122223333:guardrail/gruse1000001";
const BOTH: [&str; 2] = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"];

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| Catalog::builtin(&audit::subjects()).unwrap());

pub(in crate::facts) fn report(snapshot: &Snapshot, control: &str, params: &Value) -> Report {
    let mut defaults = audit::default_params(&CATALOG);
    if let Some(wanted) = params.as_object() {
        let entry = defaults.0.entry(control.to_owned()).or_default();
        entry.values.extend(wanted.clone());
    }
    let settings = Settings {
        params: defaults,
        controls: Some([control.to_owned()].into()),
        show_passed: true,
        ..Settings::default()
    };
    audit::run(&CATALOG, snapshot, &settings, jiff::Timestamp::UNIX_EPOCH).unwrap()
}

/// The worst status of a rule.
pub(in crate::facts) fn status(snapshot: &Snapshot, rule: &str) -> Option<Status> {
    status_with(snapshot, rule, &Value::Null)
}

pub(in crate::facts) fn status_with(snapshot: &Snapshot, rule: &str, params: &Value) -> Option<Status> {
    let (control, _) = rule.split_once('.').unwrap();
    let report = report(snapshot, control, params);
    let of_rule: Vec<Status> = report
        .findings
        .iter()
        .filter(|finding| finding.rule_id == rule)
        .map(|finding| finding.status)
        .collect();
    [Status::Fail, Status::Unknown, Status::Pass, Status::NotApplicable]
        .into_iter()
        .find(|status| of_rule.contains(status))
}

/// A member account that uses us-east-1, with one more member and the management account around it.
pub(in crate::facts) fn world(global: &Value, regions: &Value) -> Snapshot {
    let mut wanted = json!({
        "organization": {"items": [{"Id": "o-a1b2c3d4e5", "Arn": "arn:aws:organizations::999988887777:organization/o-a1b2c3d4e5",
            "FeatureSet": "ALL", "MasterAccountId": "999988887777"}]},
        "organization_roots": {"items": [{"Id": "r-ab12", "PolicyTypes": [
            {"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}, {"Type": "BEDROCK_POLICY", "Status": "ENABLED"}]}]},
        "organizational_units": {"items": [{"Id": "ou-ab12-work", "ParentId": "r-ab12"}, {"Id": "ou-ab12-sand", "ParentId": "r-ab12"}]},
        "organization_accounts": {"items": [
            {"Id": ACCOUNT, "Name": "genai", "State": "ACTIVE", "ParentId": "ou-ab12-work"},
            {"Id": "444455556666", "Name": "sandbox", "State": "ACTIVE", "ParentId": "ou-ab12-sand"},
            {"Id": "222233334444", "Name": "closed", "State": "SUSPENDED", "ParentId": "ou-ab12-sand"},
            {"Id": "999988887777", "Name": "management", "State": "ACTIVE", "ParentId": "r-ab12"}]},
    });
    for (name, dataset) in global.as_object().into_iter().flatten() {
        wanted[name] = dataset.clone();
    }
    for dataset in wanted.as_object_mut().unwrap().values_mut() {
        dataset["collected"] = json!(true);
    }
    let mut snapshot: Snapshot = serde_json::from_value(json!({
        "schema_version": 1,
        "accounts": {ACCOUNT: {"partition": "aws", "named_regions": ["us-east-1"], "global": wanted,
            "regions": if regions.is_null() { json!({"us-east-1": {}}) } else { regions.clone() }}}
    }))
    .unwrap();
    let account = snapshot.accounts.get_mut(ACCOUNT).unwrap();
    account.global.mark_collected();
    for region in account.regions.values_mut() {
        region.mark_collected();
    }
    snapshot
}

/// `FullAWSAccess` everywhere, and one policy with these statements at a target.
pub(in crate::facts) fn policies(statements: &Value, target: &str) -> Value {
    let everywhere: Vec<Value> = [
        "r-ab12",
        "ou-ab12-work",
        "ou-ab12-sand",
        ACCOUNT,
        "444455556666",
        "222233334444",
        "999988887777",
    ]
    .iter()
    .map(|id| json!({"TargetId": id}))
    .collect();
    let targets: Vec<Value> = if target.is_empty() {
        vec![]
    } else {
        vec![json!({"TargetId": target})]
    };
    json!({"organization_policies": {"items": [
        {"Id": "p-FullAWSAccess", "Arn": "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess",
         "Name": "FullAWSAccess", "Type": "SERVICE_CONTROL_POLICY", "Targets": everywhere,
         "Content": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}},
        {"Id": "p-guard001", "Arn": SCP_ARN, "Name": "guard", "Type": "SERVICE_CONTROL_POLICY", "Targets": targets,
         "Content": {"Version": "2012-10-17", "Statement": statements}}]}})
}

fn deny(condition: &Value) -> Value {
    json!({"Effect": "Deny", "Action": BOTH, "Resource": "*", "Condition": condition})
}

fn guard(statements: &Value) -> Snapshot {
    world(&policies(statements, "r-ab12"), &Value::Null)
}

#[derive(Debug, PartialEq)]
enum Row {
    Strong,
    Presence,
    Hole,
    Blocks,
}

/// Which rules fail, as one word; anything inconsistent panics.
fn row(snapshot: &Snapshot) -> Row {
    let fails = |slug: &str| status(snapshot, &format!("aws-genai-09.{slug}")) == Some(Status::Fail);
    match (
        fails("guardrail-required"),
        fails("scp-hole"),
        fails("presence-only"),
        fails("scp-blocks-all"),
    ) {
        (false, false, false, false) => Row::Strong,
        (false, false, true, false) => Row::Presence,
        (true, true, false, false) => Row::Hole,
        (false, false, false, true) => Row::Blocks,
        other => panic!("{other:?}"),
    }
}

fn one(operator: &str, value: &Value) -> Row {
    row(&guard(&json!([deny(
        &json!({operator: {"bedrock:GuardrailIdentifier": value}})
    )])))
}

#[test]
fn negated_operators_are_strong() {
    let versions = json!([APPROVED, format!("{APPROVED}:1"), format!("{APPROVED}:*")]);
    for operator in ["StringNotEquals", "StringNotLike", "ArnNotEquals", "ArnNotLike"] {
        assert_eq!(one(operator, &versions), Row::Strong, "{operator}");
        assert_eq!(
            one(&format!("{operator}IfExists"), &versions),
            Row::Strong,
            "{operator}"
        );
        assert_eq!(
            one(&format!("ForAllValues:{operator}"), &versions),
            Row::Strong,
            "{operator}"
        );
    }
    let lower = deny(&json!({"ArnNotLike": {"bedrock:guardrailidentifier": format!("{APPROVED}:*")}}));
    assert_eq!(row(&guard(&json!([lower]))), Row::Strong);
    assert_eq!(one("StringNotLike", &json!(format!("{APPROVED}*"))), Row::Strong);
}

#[test]
fn targets_that_a_deny_leaves_out_are_a_hole() {
    let all_but = |pattern: &str| {
        let mut statement = deny(&json!({"StringNotEquals": {"bedrock:GuardrailIdentifier": format!("{APPROVED}:1")}}));
        statement.as_object_mut().unwrap().remove("Resource");
        statement["NotResource"] = json!([pattern]);
        status(&guard(&json!([statement])), "aws-genai-09.scp-hole")
    };
    for pattern in [
        "arn:aws:bedrock:*::foundation-model/amazon.titan-embed-text-v2:0",
        "arn:aws:bedrock:us-east-1::foundation-model/amazon.*",
        "arn:aws:bedrock:*:*:imported-model/*",
    ] {
        assert_eq!(all_but(pattern), Some(Status::Fail), "{pattern}");
    }
    // Neither invokes anything by itself, nor does the audited account use that region.
    for pattern in [
        "arn:aws:bedrock:*:*:guardrail/*",
        "arn:aws:bedrock:*:*:inference-profile/*",
        "arn:aws:bedrock:ap-south-1::foundation-model/amazon.*",
    ] {
        assert_eq!(all_but(pattern), Some(Status::Pass), "{pattern}");
    }
}

#[test]
fn presence_is_not_approval() {
    let null = json!([deny(&json!({"Null": {"bedrock:GuardrailIdentifier": "true"}}))]);
    assert_eq!(row(&guard(&null)), Row::Presence);
    assert_eq!(
        one("ArnNotLike", &json!("arn:aws:bedrock:*:111122223333:guardrail/*")),
        Row::Presence
    );
    assert_eq!(
        one(
            "StringNotLike",
            &json!("arn:aws:bedrock:*:${aws:PrincipalAccount}:guardrail/*")
        ),
        Row::Presence
    );
    // A wildcard for the id among named ones is enough, also in another account or after a prefix.
    assert_eq!(
        one(
            "ArnNotLike",
            &json!([
                format!("{APPROVED}:*"),
                "arn:aws:bedrock:us-east-1:999988887777:guardrail/*"
            ])
        ),
        Row::Presence
    );
    assert_eq!(
        one(
            "ArnNotLike",
            &json!("arn:aws:bedrock:us-east-1:111122223333:guardrail/g*")
        ),
        Row::Presence
    );
}

#[test]
fn null_and_negation_in_two_statements_are_strong_and_in_one_a_hole() {
    let named = json!({"bedrock:GuardrailIdentifier": [format!("{APPROVED}:1")]});
    let two = json!([
        deny(&json!({"Null": {"bedrock:GuardrailIdentifier": "true"}})),
        deny(&json!({"StringNotEquals": named})),
    ]);
    assert_eq!(row(&guard(&two)), Row::Strong);
    let anded = deny(&json!({"Null": {"bedrock:GuardrailIdentifier": "false"}, "StringNotEquals": named}));
    assert_eq!(row(&guard(&json!([anded]))), Row::Hole);
}

#[test]
fn positive_operators_and_any_value_are_holes() {
    let version = json!(format!("{APPROVED}:1"));
    for operator in [
        "StringEquals",
        "StringLike",
        "ArnLike",
        "ForAnyValue:StringNotEquals",
        "ForAnyValue:ArnNotLike",
        "ForAnyValue:StringNotLike",
    ] {
        assert_eq!(one(operator, &version), Row::Hole, "{operator}");
    }
}

#[test]
fn literal_wildcards_and_bare_arns_block_every_version() {
    assert_eq!(one("StringNotEquals", &json!(format!("{APPROVED}:*"))), Row::Blocks);
    assert_eq!(
        one(
            "StringNotEquals",
            &json!("arn:aws:bedrock:us-east-1:111122223333:guardrail/*")
        ),
        Row::Blocks
    );
    assert_eq!(one("StringNotEquals", &json!(APPROVED)), Row::Blocks);
    assert_eq!(one("StringNotEquals", &json!(format!("{APPROVED}:3"))), Row::Strong);
}

#[test]
fn exceptions_for_named_principals_stand_and_for_everybody_are_holes() {
    let with = |operator: &str, key: &str, value: &str| {
        let mut condition = json!({"ArnNotLikeIfExists": {"bedrock:GuardrailIdentifier": format!("{APPROVED}:*")}});
        condition[operator] = json!({key: value});
        row(&guard(&json!([deny(&condition)])))
    };
    assert_eq!(
        with("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/break-glass"),
        Row::Strong
    );
    assert_eq!(
        with("ArnNotEquals", "aws:PrincipalArn", "arn:aws:iam::*:role/*"),
        Row::Hole
    );
    assert_eq!(with("StringNotLike", "aws:PrincipalArn", "*"), Row::Hole);
    assert_eq!(with("StringNotEquals", "aws:PrincipalTag/exempt", "yes"), Row::Strong);
    assert_eq!(with("StringNotEquals", "aws:PrincipalAccount", ACCOUNT), Row::Hole);
    assert_eq!(with("Bool", "aws:ViaAWSService", "false"), Row::Strong);
    assert_eq!(with("StringNotEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"), Row::Hole);
    assert_eq!(with("StringNotEquals", "aws:SourceVpc", "vpc-1"), Row::Hole);
}

#[test]
fn both_actions_every_region_and_every_target_have_to_be_named() {
    let condition = json!({"ArnNotLike": {"bedrock:GuardrailIdentifier": format!("{APPROVED}:*")}});
    let with = |actions: &Value, resources: &Value| {
        guard(&json!([{"Effect": "Deny", "Action": actions, "Resource": resources, "Condition": condition}]))
    };
    for actions in [
        json!("bedrock:InvokeModel"),
        json!("bedrock:InvokeModelWithResponseStream"),
        json!("bedrock:Converse"),
    ] {
        assert_eq!(row(&with(&actions, &json!("*"))), Row::Hole, "{actions}");
    }
    for actions in ["bedrock:InvokeModel*", "bedrock:Invoke*", "bedrock:*", "*"] {
        assert_eq!(row(&with(&json!(actions), &json!("*"))), Row::Strong, "{actions}");
    }
    let not_action = json!([{"Effect": "Deny", "NotAction": ["iam:*"], "Resource": "*", "Condition": condition}]);
    assert_eq!(row(&guard(&not_action)), Row::Strong);
    // Base models alone: the account's calls of those are covered, but the policy has a hole.
    let models = with(&json!(BOTH), &json!("arn:aws:bedrock:*::foundation-model/*"));
    assert_eq!(status(&models, "aws-genai-09.scp-hole"), Some(Status::Fail));
    assert_eq!(status(&models, "aws-genai-09.guardrail-required"), Some(Status::Pass));
    let elsewhere = with(&json!(BOTH), &json!("arn:aws:bedrock:eu-*:*:*"));
    assert_eq!(row(&elsewhere), Row::Hole);
}

#[test]
fn a_second_policy_may_close_what_the_first_leaves_open() {
    let statement = |action: &str| {
        json!([{"Effect": "Deny", "Action": action, "Resource": "*",
            "Condition": {"ArnNotLike": {"bedrock:GuardrailIdentifier": format!("{APPROVED}:*")}}}])
    };
    let mut both = policies(&statement("bedrock:InvokeModel"), "r-ab12");
    let mut second = both["organization_policies"]["items"][1].clone();
    second["Id"] = json!("p-guard002");
    second["Arn"] = json!(SCP_ARN.replace("001", "002"));
    second["Content"]["Statement"] = statement("bedrock:InvokeModelWithResponseStream");
    both["organization_policies"]["items"]
        .as_array_mut()
        .unwrap()
        .push(second);
    assert_eq!(row(&world(&both, &Value::Null)), Row::Strong);
}

#[test]
fn a_policy_in_force_nowhere_is_told_as_such() {
    let strong = json!([deny(
        &json!({"ArnNotLike": {"bedrock:GuardrailIdentifier": format!("{APPROVED}:*")}})
    )]);
    let check = |snapshot: &Snapshot| {
        assert_eq!(status(snapshot, "aws-genai-09.scp-detached"), Some(Status::Fail));
        assert_eq!(status(snapshot, "aws-genai-09.guardrail-required"), Some(Status::Fail));
    };
    check(&world(&policies(&strong, ""), &Value::Null));
    let mut off = policies(&strong, "r-ab12");
    off["organization_roots"] = json!({"items": [{"Id": "r-ab12", "PolicyTypes": []}]});
    check(&world(&off, &Value::Null));
    let mut billing = policies(&strong, "r-ab12");
    billing["organization"] = json!({"items": [{"Id": "o-a1b2c3d4e5", "FeatureSet": "CONSOLIDATED_BILLING", "MasterAccountId": "999988887777"}]});
    check(&world(&billing, &Value::Null));
    // Attached to another unit: it is in force there, and not here.
    let aside = world(&policies(&strong, "ou-ab12-sand"), &Value::Null);
    assert_eq!(status(&aside, "aws-genai-09.scp-detached"), Some(Status::Pass));
    assert_eq!(status(&aside, "aws-genai-09.guardrail-required"), Some(Status::Fail));
    assert_eq!(status(&aside, "aws-genai-09.coverage"), Some(Status::Fail));
}

#[test]
fn an_unparsable_policy_leaves_everything_open() {
    let mut broken = policies(&json!([]), "r-ab12");
    broken["organization_policies"]["items"][1]["Content"] = json!("{\"Statement\": [");
    let snapshot = world(&broken, &Value::Null);
    for rule in [
        "scp-hole",
        "guardrail-required",
        "tag-rule",
        "presence-only",
        "coverage",
    ] {
        assert_eq!(
            status(&snapshot, &format!("aws-genai-09.{rule}")),
            Some(Status::Unknown),
            "{rule}"
        );
    }
}
