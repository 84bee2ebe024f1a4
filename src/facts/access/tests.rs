//! Findings of control 01 from whole snapshots: what is in force, who holds it, who can assume it, what is unread.

use crate::facts::scp::tests::{ACCOUNT, policies, report, world};
use crate::model::report::{Finding, Status};
use crate::model::snapshot::Snapshot;
use serde_json::{Value, json};

const CONTROL: &str = "aws-genai-01";
pub(in crate::facts) const HAIKU: &str =
    "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-5-haiku-20241022-v1:0";
const PROFILE: &str = "arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.x";

pub(in crate::facts) fn document(statements: &Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// An Allow of both invocation actions on everything, with these elements in place of its own.
fn allow(change: &Value) -> Value {
    let mut statement = json!({"Effect": "Allow", "Resource": "*",
        "Action": ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]});
    for (name, value) in change.as_object().into_iter().flatten() {
        if value.is_null() {
            statement.as_object_mut().unwrap().remove(name);
        } else {
            statement[name] = value.clone();
        }
    }
    statement
}

/// A role with these statements inline, and these members in place of its own.
pub(in crate::facts) fn role(name: &str, statements: &Value, change: &Value) -> Value {
    let mut row = json!({"Arn": format!("arn:aws:iam::{ACCOUNT}:role/{name}"), "RoleName": name, "Path": "/",
        "AssumeRolePolicyDocument": document(&json!([{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole"}])),
        "RolePolicyList": [{"PolicyName": "inline", "PolicyDocument": document(statements)}]});
    for (name, value) in change.as_object().into_iter().flatten() {
        row[name] = value.clone();
    }
    row
}

fn attached(arns: &[&str]) -> Value {
    let rows: Vec<Value> = arns
        .iter()
        .map(|arn| json!({"PolicyName": "p", "PolicyArn": arn}))
        .collect();
    json!(rows)
}

fn managed(name: &str, statements: &Value) -> Value {
    json!({"Arn": format!("arn:aws:iam::{ACCOUNT}:policy/{name}"), "PolicyName": name, "DefaultVersionId": "v1",
        "AttachmentCount": 1, "Document": document(statements)})
}

/// A member account under `FullAWSAccess` with these datasets.
pub(in crate::facts) fn account(datasets: &Value) -> Snapshot {
    let mut global = policies(&json!([]), "");
    for (name, items) in datasets.as_object().into_iter().flatten() {
        global[name] = json!({"items": items});
    }
    world(&global, &Value::Null)
}

fn findings(snapshot: &Snapshot, slug: &str, params: &Value) -> Vec<Finding> {
    let rule = format!("{CONTROL}.{slug}");
    let mut findings = report(snapshot, CONTROL, params).findings;
    findings.retain(|finding| finding.rule_id == rule);
    findings
}

/// The worst status of a rule for what the ARN ends with.
fn status_of(snapshot: &Snapshot, slug: &str, end: &str, params: &Value) -> Option<Status> {
    let found: Vec<Status> = findings(snapshot, slug, params)
        .iter()
        .filter(|finding| finding.resource.arn.ends_with(end))
        .map(|finding| finding.status)
        .collect();
    [Status::Fail, Status::Unknown, Status::Pass]
        .into_iter()
        .find(|status| found.contains(status))
}

fn status(snapshot: &Snapshot, slug: &str, end: &str) -> Option<Status> {
    status_of(snapshot, slug, end, &Value::Null)
}

/// How far one role's statements reach: which of the breadth rules fail.
fn breadth(statements: &Value) -> Vec<&'static str> {
    let snapshot = account(&json!({"roles": [role("r", statements, &Value::Null)]}));
    let slugs = [
        "any-model",
        "administrator",
        "family-wide",
        "version-wildcard",
        "batch-any-model",
        "mantle-any-model",
    ];
    slugs
        .into_iter()
        .filter(|slug| status(&snapshot, slug, "role/r") == Some(Status::Fail))
        .collect()
}

#[test]
fn what_a_boundary_leaves_an_administrator_is_judged_like_any_grant() {
    let family = json!([{"Effect": "Allow", "Action": "bedrock:*", "Resource": "arn:aws:bedrock:*::foundation-model/anthropic.*"}]);
    let bounded =
        json!({"PermissionsBoundary": {"PermissionsBoundaryArn": format!("arn:aws:iam::{ACCOUNT}:policy/edge")}});
    let snapshot = account(&json!({
        "roles": [role("r", &json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}]), &bounded)],
        "policies": [managed("edge", &family)]}));
    assert_eq!(status(&snapshot, "administrator", "role/r"), Some(Status::Pass));
    assert_eq!(status(&snapshot, "family-wide", "role/r"), Some(Status::Fail));
}

#[test]
fn a_wildcard_in_a_service_prefix_is_told_and_not_judged() {
    let of = |action: Value| {
        let statements = json!([allow(&json!({"Action": action}))]);
        let snapshot = account(&json!({"roles": [role("r", &statements, &Value::Null)]}));
        ["any-model", "batch-any-model", "mantle-any-model"].map(|slug| status(&snapshot, slug, "role/r"))
    };
    assert_eq!(of(json!("bedrock*:*")), [Some(Status::Unknown); 3]);
    let plain = of(json!(["bedrock*:*", "bedrock:InvokeModel"]));
    assert_eq!(
        plain,
        [Some(Status::Fail), Some(Status::Unknown), Some(Status::Unknown)]
    );
}

#[test]
fn variables_stand_for_what_the_tag_says() {
    let tagged = |version: &str, value: &str| {
        let mut row = role(
            "r",
            &json!([allow(
                &json!({"Resource": "arn:aws:bedrock:*::foundation-model/${aws:PrincipalTag/p}*"})
            )]),
            &json!({"Tags": [{"Key": "p", "Value": value}]}),
        );
        row["RolePolicyList"][0]["PolicyDocument"]["Version"] = json!(version);
        let snapshot = account(&json!({"roles": [row]}));
        ["any-model", "family-wide"].map(|slug| status(&snapshot, slug, "role/r") == Some(Status::Fail))
    };
    assert_eq!(tagged("2012-10-17", ""), [true, false]);
    assert_eq!(tagged("2012-10-17", "anthropic."), [false, true]);
}

#[test]
fn a_grant_is_judged_by_what_is_left_of_it() {
    let deny = |change: &Value| {
        let mut statement = allow(change);
        statement["Effect"] = json!("Deny");
        statement
    };
    let none: &[&str] = &[];
    let any = &["any-model"][..];
    for (about, rest, expected) in [
        ("nothing else", json!([]), any),
        ("a Deny of both", json!([deny(&Value::Null)]), none),
        (
            "a Deny of one action",
            json!([deny(&json!({"Action": "bedrock:InvokeModel"}))]),
            any,
        ),
        (
            "a Deny of the stream alone",
            json!([deny(&json!({"Action": "bedrock:InvokeModelWithResponseStream"}))]),
            any,
        ),
        (
            "a Deny under a condition",
            json!([deny(
                &json!({"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}})
            )]),
            any,
        ),
        (
            "a Deny of all but one model",
            json!([deny(&json!({"Resource": null, "NotResource": HAIKU}))]),
            none,
        ),
        (
            "a Deny of foundation models",
            json!([deny(&json!({"Resource": "arn:aws:bedrock:*:*:foundation-model/*"}))]),
            &["family-wide"],
        ),
        (
            "a Deny without the profile",
            json!([deny(
                &json!({"Condition": {"ArnNotEquals": {"bedrock:InferenceProfileArn": PROFILE}}})
            )]),
            none,
        ),
        (
            "a Deny that never fires",
            json!([deny(&json!({"Condition": {"StringLike": {"bedrock:ModelId": "*"}}}))]),
            any,
        ),
        (
            "a Deny of nothing",
            json!([deny(&json!({"Action": "bedrock-runtime:*"}))]),
            any,
        ),
    ] {
        let mut statements = vec![allow(&Value::Null)];
        statements.extend(rest.as_array().unwrap().iter().cloned());
        assert_eq!(breadth(&json!(statements)), expected, "{about}");
    }
}

#[test]
fn the_key_for_the_mantle_model_must_be_asked_for() {
    let mantle = |condition: Value| {
        breadth(&json!([allow(
            &json!({"Action": "bedrock-mantle:CreateInference", "Condition": condition})
        )]))
    };
    for operator in ["StringEqualsIfExists", "ForAllValues:StringEquals", "StringNotEquals"] {
        assert_eq!(
            mantle(json!({operator: {"bedrock-mantle:Model": "x"}})),
            ["mantle-any-model"],
            "{operator}"
        );
    }
    for operator in ["StringEquals", "StringLike", "ForAnyValue:StringEquals"] {
        assert!(
            mantle(json!({operator: {"bedrock-mantle:Model": "x"}})).is_empty(),
            "{operator}"
        );
    }
}

#[test]
fn policies_of_aws_are_classified_by_their_text() {
    for (text, expected) in [
        (
            include_str!("../../../fixtures/iam/aws-managed/AdministratorAccess.json"),
            &["administrator"][..],
        ),
        (
            include_str!("../../../fixtures/iam/aws-managed/PowerUserAccess.json"),
            &["administrator"],
        ),
        (
            include_str!("../../../fixtures/iam/aws-managed/AmazonBedrockFullAccess.json"),
            &["any-model", "batch-any-model", "mantle-any-model"],
        ),
        (
            include_str!("../../../fixtures/iam/aws-managed/AmazonBedrockLimitedAccess.json"),
            &["any-model", "batch-any-model", "mantle-any-model"],
        ),
        (
            include_str!("../../../fixtures/iam/aws-managed/AWSElasticBeanstalkWebTier.json"),
            &["family-wide"],
        ),
        (
            include_str!("../../../fixtures/iam/aws-managed/AWSElasticBeanstalkWorkerTier.json"),
            &["family-wide"],
        ),
        (
            include_str!("../../../fixtures/iam/aws-managed/AWSElasticBeanstalkMulticontainerDocker.json"),
            &["family-wide"],
        ),
    ] {
        let file: Value = serde_json::from_str(text).unwrap();
        assert_eq!(breadth(&file["document"]["Statement"]), expected, "{}", file["name"]);
    }
}

#[test]
fn an_attached_policy_that_was_not_read_may_grant_anything() {
    let arn = "arn:aws:iam::aws:policy/AmazonBedrockFullAccess";
    let change = json!({"RolePolicyList": [], "AttachedManagedPolicies": attached(&[arn])});
    let snapshot = account(&json!({"roles": [role("r", &json!([]), &change)]}));
    for slug in ["any-model", "user-grant", "dead-condition", "dead-deny"] {
        assert_eq!(
            status(&snapshot, slug, "AmazonBedrockFullAccess"),
            Some(Status::Unknown),
            "{slug}"
        );
    }
    let linked = json!({"Path": "/aws-service-role/x.amazonaws.com/", "RolePolicyList": [],
        "AttachedManagedPolicies": attached(&[arn])});
    let snapshot = account(&json!({"roles": [role("r", &json!([]), &linked)]}));
    assert_eq!(status(&snapshot, "any-model", "AmazonBedrockFullAccess"), None);
    assert_eq!(status(&snapshot, "dead-deny", "AmazonBedrockFullAccess"), None);
}

#[test]
fn an_unread_boundary_leaves_open_only_what_would_fail_without_it() {
    let change = json!({"PermissionsBoundary": {"PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/gone"}});
    let snapshot = account(&json!({"roles": [
        role("wide", &json!([allow(&Value::Null)]), &change),
        role("narrow", &json!([allow(&json!({"Resource": HAIKU}))]), &change)]}));
    for (end, slug, expected) in [
        ("wide", "any-model", Status::Unknown),
        ("wide", "family-wide", Status::Unknown),
        ("wide", "user-grant", Status::Pass),
        ("narrow", "any-model", Status::Pass),
        ("narrow", "version-wildcard", Status::Pass),
    ] {
        assert_eq!(
            status(&snapshot, slug, &format!("role/{end}")),
            Some(expected),
            "{end} {slug}"
        );
    }
    // Somebody else keeps the same statement in force: that is a fault, whatever the other boundary says.
    let shared =
        json!({"RolePolicyList": [], "AttachedManagedPolicies": attached(&["arn:aws:iam::111122223333:policy/wide"])});
    let mut bounded = shared.clone();
    bounded["PermissionsBoundary"] = change["PermissionsBoundary"].clone();
    let snapshot = account(&json!({"policies": [managed("wide", &json!([allow(&Value::Null)]))],
        "roles": [role("bounded", &json!([]), &bounded), role("free", &json!([]), &shared)]}));
    let found = findings(&snapshot, "any-model", &Value::Null);
    let finding = found.iter().find(|finding| finding.status == Status::Fail).unwrap();
    assert_eq!(finding.resource.arn, "arn:aws:iam::111122223333:policy/wide");
    assert_eq!(
        finding.evidence["any_model"],
        json!(["arn:aws:iam::111122223333:role/free"])
    );
}

#[test]
fn strangers_choose_what_they_send() {
    const GITHUB: &str = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";
    let web = |condition: Value| {
        json!({"Effect": "Allow", "Principal": {"Federated": GITHUB}, "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": condition})
    };
    let other = |condition: Value| {
        json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::444455556666:root"}, "Action": "sts:AssumeRole",
            "Condition": condition})
    };
    let anybody = |condition: Value| json!({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole", "Condition": condition});
    let sub = "token.actions.githubusercontent.com:sub";
    for (trust, expected) in [
        (
            anybody(json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/deploy"}})),
            Status::Fail,
        ),
        (
            anybody(json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/deploy"},
                "StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}})),
            Status::Pass,
        ),
        (
            anybody(json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/*"}})),
            Status::Pass,
        ),
        (
            anybody(json!({"StringEquals": {"aws:PrincipalAccount": "444455556666"}})),
            Status::Fail,
        ),
        (
            anybody(json!({"StringEquals": {"aws:PrincipalAccount": "444455556666", "sts:ExternalId": "s3cret"}})),
            Status::Pass,
        ),
        (other(json!({})), Status::Fail),
        (
            other(json!({"StringEquals": {"sts:ExternalId": "s3cret"}})),
            Status::Pass,
        ),
        (other(json!({"StringLike": {"sts:ExternalId": "*"}})), Status::Fail),
        (
            other(json!({"StringEqualsIfExists": {"sts:ExternalId": "s3cret"}})),
            Status::Fail,
        ),
        (other(json!({"Bool": {"aws:SecureTransport": "true"}})), Status::Fail),
        (
            other(json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}})),
            Status::Pass,
        ),
        (web(json!({"StringLike": {sub: "repo:acme/*"}})), Status::Pass),
        (web(json!({"StringLike": {sub: "repo:*"}})), Status::Fail),
        (web(json!({"StringLike": {sub: "*"}})), Status::Fail),
        (
            web(json!({"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}})),
            Status::Fail,
        ),
    ] {
        let change = json!({"AssumeRolePolicyDocument": document(&json!([trust]))});
        let snapshot = account(&json!({"roles": [role("r", &json!([allow(&Value::Null)]), &change)]}));
        assert_eq!(status(&snapshot, "open-trust", "role/r"), Some(expected), "{trust}");
    }
}

#[test]
fn an_open_role_with_unread_policies_is_undecided_and_a_shut_one_is_not() {
    let unread = attached(&["arn:aws:iam::111122223333:policy/hidden"]);
    let everybody = document(&json!([{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}]));
    let open = json!({"AttachedManagedPolicies": unread, "AssumeRolePolicyDocument": everybody});
    let shut = json!({"AttachedManagedPolicies": unread});
    let snapshot = account(&json!({"roles": [role("open", &json!([]), &open), role("shut", &json!([]), &shut)]}));
    assert_eq!(status(&snapshot, "open-trust", "role/open"), Some(Status::Unknown));
    assert_eq!(status(&snapshot, "open-trust", "role/shut"), None);
}

#[test]
fn administrators_are_no_exception_to_approved_models_unless_they_may() {
    let snapshot = account(&json!({"roles": [
        role("admin", &json!([allow(&json!({"Action": "*"}))]), &Value::Null),
        role("app", &json!([allow(&json!({"Resource": HAIKU}))]), &Value::Null)]}));
    let models = json!(["anthropic.claude-3-5-haiku-20241022-v1:0"]);
    let params = json!({"approved_models": models});
    assert_eq!(
        status_of(&snapshot, "unapproved-model", "role/admin", &params),
        Some(Status::Fail)
    );
    assert_eq!(
        status_of(&snapshot, "unapproved-model", "role/app", &params),
        Some(Status::Pass)
    );
    let params = json!({"approved_models": models, "administrators": ["arn:aws:iam::*:role/admin"]});
    assert_eq!(
        status_of(&snapshot, "unapproved-model", "role/admin", &params),
        Some(Status::Pass)
    );
}

#[test]
fn statements_of_service_linked_roles_are_not_ours() {
    let linked = json!({"Path": "/aws-service-role/x.amazonaws.com/"});
    let deny = json!([{"Effect": "Deny", "Action": "bedrock-runtime:*", "Resource": "*"}]);
    let snapshot = account(&json!({"roles": [role("linked", &deny, &linked), role("own", &deny, &Value::Null)]}));
    assert_eq!(status(&snapshot, "dead-deny", "role/linked"), None);
    assert_eq!(status(&snapshot, "dead-deny", "role/own"), Some(Status::Fail));
}

#[test]
fn unread_scps_leave_a_fault_and_are_mentioned() {
    let mut snapshot = account(&json!({"roles": [role("r", &json!([allow(&Value::Null)]), &Value::Null)]}));
    let global = &mut snapshot.accounts.get_mut(ACCOUNT).unwrap().global;
    global.organization_policies.collected = false;
    let found = findings(&snapshot, "any-model", &Value::Null);
    assert_eq!(found[0].status, Status::Fail);
    let remark = found[0].evidence["remarks"][0].as_str().unwrap();
    assert!(remark.starts_with("SCPs were not evaluated: "), "{remark}");
}
