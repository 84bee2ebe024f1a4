//! Findings of control 07 from whole snapshots: what agent roles and the functions behind tools may do.

use crate::facts::access::tests::{HAIKU, account, document, role};
use crate::facts::scp::tests::{ACCOUNT, report};
use crate::model::report::{Finding, Status};
use crate::model::snapshot::{Regional, Snapshot};
use serde_json::{Value, json};

mod functions;

const CONTROL: &str = "aws-genai-07";

fn arn(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{name}")
}

fn allow(action: &Value, resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

/// The account's only region.
fn region(snapshot: &mut Snapshot) -> &mut Regional {
    let account = snapshot.accounts.get_mut(ACCOUNT).unwrap();
    account.regions.get_mut("us-east-1").unwrap()
}

/// Adds an agent: the role of its DRAFT, and versions with theirs, all behind the alias `prod` that routes to `live`.
fn agent(snapshot: &mut Snapshot, id: &str, versions: &[(&str, &str)], live: &[&str]) {
    let facts = region(snapshot);
    let add = |value: Value| serde_json::from_value(value).unwrap();
    facts
        .agents
        .items
        .push(serde_json::from_value(json!({"agentId": id, "agentName": id})).unwrap());
    for (version, role) in versions {
        let row = json!({"agentArn": format!("arn:aws:bedrock:us-east-1:{ACCOUNT}:agent/{id}"), "agentId": id,
            "agentName": id, "agentVersion": version, "agentStatus": "PREPARED", "agentResourceRoleArn": role});
        facts.agent_versions.items.push(serde_json::from_value(row).unwrap());
    }
    if !live.is_empty() {
        facts.agent_aliases.items.push(add(
            json!({"agentId": id, "agentAliasId": "L1", "agentAliasName": "prod",
            "agentAliasStatus": "PREPARED", "aliasInvocationState": "ACCEPT_INVOCATIONS", "agentVersions": live}),
        ));
    }
}

fn findings(snapshot: &Snapshot, slug: &str) -> Vec<Finding> {
    let rule = format!("{CONTROL}.{slug}");
    let mut findings = report(snapshot, CONTROL, &Value::Null).findings;
    findings.retain(|finding| finding.rule_id == rule);
    findings
}

fn status(snapshot: &Snapshot, slug: &str, end: &str) -> Option<Status> {
    findings(snapshot, slug)
        .iter()
        .find(|finding| finding.resource.arn.ends_with(end))
        .map(|finding| finding.status)
}

/// The status of a rule for an agent's role with these statements and members.
fn of_role(slug: &str, statements: &Value, change: &Value, more: &Value) -> Option<Status> {
    let mut datasets = json!({"roles": [role("agent", statements, change)]});
    for (name, items) in more.as_object().into_iter().flatten() {
        datasets[name] = items.clone();
    }
    let mut snapshot = account(&datasets);
    agent(&mut snapshot, "A1", &[("DRAFT", &arn("agent"))], &[]);
    status(&snapshot, slug, "role/agent")
}

#[test]
fn the_role_behind_a_live_alias_counts_and_is_named_with_its_way() {
    let narrow = allow(&json!("bedrock:InvokeModel"), HAIKU);
    let roles = json!({"roles": [role("narrow", &json!([narrow]), &Value::Null),
        role("admin", &json!([allow(&json!("*"), "*")]), &Value::Null)]});
    let versions = [("DRAFT", &*arn("narrow")), ("1", &arn("narrow")), ("2", &arn("admin"))];

    let mut snapshot = account(&roles);
    agent(&mut snapshot, "SUPPORT", &versions, &["2"]);
    assert_eq!(status(&snapshot, "broad-privilege", "role/narrow"), Some(Status::Pass));
    let found = findings(&snapshot, "broad-privilege");
    let finding = found.iter().find(|finding| finding.status == Status::Fail).unwrap();
    assert_eq!(finding.resource.arn, arn("admin"));
    assert!(
        finding.message.contains("agent SUPPORT (alias prod → version 2)"),
        "{}",
        finding.message
    );
    assert_eq!(
        finding.evidence["agents"],
        json!([format!("arn:aws:bedrock:us-east-1:{ACCOUNT}:agent/SUPPORT")])
    );

    let mut snapshot = account(&roles);
    agent(&mut snapshot, "SUPPORT", &versions, &["1"]);
    assert_eq!(status(&snapshot, "broad-privilege", "role/admin"), None);
}

#[test]
fn wildcards_over_tools_and_data() {
    for (action, resource, expected) in [
        ("lambda:InvokeFunction", "*", Status::Fail),
        ("lambda:InvokeFunctionUrl", "*", Status::Fail),
        (
            "lambda:InvokeFunction",
            "arn:aws:lambda:us-east-1:444455556666:function:*",
            Status::Fail,
        ),
        (
            "lambda:InvokeFunction",
            "arn:aws:lambda:us-east-1:111122223333:function:agent-*",
            Status::Pass,
        ),
        ("s3:GetObjectVersion", "arn:aws:s3:::*", Status::Fail),
        ("s3:GetObject", "arn:aws:s3:::agent-data/*", Status::Pass),
        ("s3:ListBucket", "*", Status::Pass),
        ("execute-api:Invoke", "arn:aws:execute-api:*:*:*", Status::Fail),
        (
            "execute-api:Invoke",
            "arn:aws:execute-api:us-east-1:111122223333:abc/*",
            Status::Pass,
        ),
        // A variable stands for one name, and may leave the rest open.
        (
            "s3:GetObject",
            "arn:aws:s3:::${aws:PrincipalTag/bucket}/*",
            Status::Pass,
        ),
        (
            "s3:GetObject",
            "arn:aws:s3:::*/${aws:PrincipalTag/prefix}/*",
            Status::Fail,
        ),
        // Part of each is a wildcard over all of them; a family of names is not.
        ("s3:GetObject", "arn:aws:s3:::*/agent/*", Status::Fail),
        ("s3:GetObject", "arn:aws:s3:::agent-*/schemas/*", Status::Pass),
        (
            "lambda:InvokeFunction",
            "arn:aws:lambda:us-east-1:111122223333:function:*:prod",
            Status::Fail,
        ),
        (
            "lambda:InvokeFunction",
            "arn:aws:lambda:us-east-1:111122223333:function:orders:*",
            Status::Pass,
        ),
        (
            "execute-api:Invoke",
            "arn:aws:execute-api:*:*:*/prod/POST/*",
            Status::Fail,
        ),
        (
            "execute-api:Invoke",
            "arn:aws:execute-api:*:*:abc/*/POST/*",
            Status::Pass,
        ),
    ] {
        let statements = json!([allow(&json!(action), resource)]);
        let status = of_role("wildcard-resource", &statements, &Value::Null, &Value::Null);
        assert_eq!(status, Some(expected), "{action} {resource}");
    }
}

#[test]
fn tags_narrow_a_wildcard_and_the_owner_does_not() {
    for (condition, expected) in [
        (json!({"StringEquals": {"aws:ResourceAccount": ACCOUNT}}), Status::Fail),
        (
            json!({"StringEquals": {"aws:ResourceTag/team": "agents"}}),
            Status::Pass,
        ),
        (
            json!({"StringEqualsIfExists": {"aws:ResourceTag/team": "agents"}}),
            Status::Fail,
        ),
        (
            json!({"StringNotEquals": {"aws:ResourceTag/team": "secret"}}),
            Status::Fail,
        ),
        (json!({"StringLike": {"aws:ResourceTag/team": "*"}}), Status::Fail),
        // The role carries no such tag; a session that brings one reaches what carries the same.
        (
            json!({"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}),
            Status::Pass,
        ),
        (
            json!({"StringNotEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}),
            Status::Fail,
        ),
        (
            json!({"StringEquals": {"aws:PrincipalTag/team": "agents"}}),
            Status::Fail,
        ),
    ] {
        let mut statement = allow(&json!("lambda:InvokeFunction"), "*");
        statement["Condition"] = condition.clone();
        let status = of_role("wildcard-resource", &json!([statement]), &Value::Null, &Value::Null);
        assert_eq!(status, Some(expected), "{condition}");
    }
}

#[test]
fn broad_privileges() {
    for (action, resource, expected) in [
        ("iam:DetachUserPolicy", "*", Status::Fail),
        (
            "iam:CreatePolicyVersion",
            "arn:aws:iam::111122223333:policy/one",
            Status::Fail,
        ),
        ("iam:List*", "*", Status::Pass),
        ("iam:PassRole", "arn:aws:iam::111122223333:role/*", Status::Fail),
        ("iam:PassRole", "arn:aws:iam::111122223333:role/agents-*", Status::Pass),
        ("sts:AssumeRole", "arn:aws:iam::444455556666:role/*", Status::Fail),
        ("sts:AssumeRole", "arn:aws:iam::444455556666:role/one", Status::Pass),
        (
            "logs:*",
            "arn:aws:logs:us-east-1:111122223333:log-group:*",
            Status::Fail,
        ),
        ("s3:?*", "*", Status::Fail),
        ("dynamo?b:*", "*", Status::Unknown),
        (
            "dynamodb:*",
            "arn:aws:dynamodb:us-east-1:111122223333:table/orders",
            Status::Pass,
        ),
    ] {
        let statements = json!([allow(&json!(action), resource)]);
        let status = of_role("broad-privilege", &statements, &Value::Null, &Value::Null);
        assert_eq!(status, Some(expected), "{action} {resource}");
    }
    let most = json!([{"Effect": "Allow", "Resource": "*",
        "NotAction": ["iam:*", "sts:*", "bedrock:*", "organizations:*"]}]);
    assert_eq!(
        of_role("broad-privilege", &most, &Value::Null, &Value::Null),
        Some(Status::Fail)
    );
    // What the Deny spares is still a policy that can be changed.
    let spared = json!([allow(&json!("iam:*"), "*"),
        {"Effect": "Deny", "Action": "iam:*", "NotResource": "arn:aws:iam::111122223333:role/agents/*"}]);
    assert_eq!(
        of_role("broad-privilege", &spared, &Value::Null, &Value::Null),
        Some(Status::Fail)
    );
}

#[test]
fn an_administrator_has_what_the_boundary_leaves() {
    let bound = "arn:aws:iam::111122223333:policy/bound";
    let change = json!({"PermissionsBoundary": {"PermissionsBoundaryArn": bound}});
    for (action, resource, expected) in [
        ("secretsmanager:*", "*", Status::Fail),
        ("iam:*", "arn:aws:iam::111122223333:*", Status::Fail),
        ("ec2:Describe*", "*", Status::Pass),
        ("s3:GetObject", "arn:aws:s3:::agent-data/*", Status::Pass),
    ] {
        let boundary = json!({"policies": [{"Arn": bound, "PolicyName": "bound",
            "Document": document(&json!([allow(&json!(action), resource)]))}]});
        let status = of_role("broad-privilege", &json!([allow(&json!("*"), "*")]), &change, &boundary);
        assert_eq!(status, Some(expected), "{action} {resource}");
    }
}

#[test]
fn a_boundary_of_several_statements_may_bound_nothing_together() {
    let bound = "arn:aws:iam::111122223333:policy/bound";
    let change = json!({"PermissionsBoundary": {"PermissionsBoundaryArn": bound}});
    let but_iam = json!({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"});
    let in_region = json!({"Effect": "Allow", "Action": "*", "Resource": "*",
        "Condition": {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}});
    let all = allow(&json!("*"), "*");
    let deny = json!({"Effect": "Deny", "Action": "iam:*", "Resource": "*"});
    for (statements, expected) in [
        (json!([all]), Status::Fail),
        (json!([but_iam, allow(&json!("iam:*"), "*")]), Status::Fail),
        (json!([but_iam]), Status::Pass),
        (json!([in_region]), Status::Pass),
        (json!([all, deny]), Status::Pass),
    ] {
        let boundary = json!({"policies": [{"Arn": bound, "PolicyName": "bound", "Document": document(&statements)}]});
        let status = of_role("no-boundary", &json!([]), &change, &boundary);
        assert_eq!(status, Some(expected), "{statements}");
    }
}

#[test]
fn sharing_and_approval_are_told_by_arns_though_nobody_could_read_roles() {
    let mut snapshot = account(&json!({}));
    agent(&mut snapshot, "A1", &[("DRAFT", &arn("both"))], &[]);
    agent(&mut snapshot, "A2", &[("DRAFT", &arn("both"))], &[]);
    agent(&mut snapshot, "A3", &[("DRAFT", &arn("own"))], &[]);
    let denied = json!({"service": "iam", "operation": "GetAccountAuthorizationDetails", "kind": "denied"});
    let global = &mut snapshot.accounts.get_mut(ACCOUNT).unwrap().global;
    global.roles.push_gap(serde_json::from_value(denied).unwrap());
    assert_eq!(status(&snapshot, "shared-role", "role/both"), Some(Status::Fail));
    assert_eq!(status(&snapshot, "shared-role", "role/own"), Some(Status::Unknown));
    assert_eq!(status(&snapshot, "trust-open", "role/both"), Some(Status::Unknown));

    let params = json!({"approved_agent_roles": [arn("own")]});
    let found = report(&snapshot, CONTROL, &params).findings;
    let approved = |end: &str| {
        let mut of_rule = found
            .iter()
            .filter(|finding| finding.rule_id.ends_with(".unapproved-role"));
        of_rule
            .find(|finding| finding.resource.arn.ends_with(end))
            .map(|finding| finding.status)
    };
    assert_eq!(approved("role/both"), Some(Status::Fail));
    assert_eq!(approved("role/own"), Some(Status::Pass));
}

#[test]
fn what_the_engine_cannot_judge_is_not_clean() {
    let statements = json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "*",
        "Condition": {"StringResembles": {"aws:PrincipalTag/x": "y"}}}]);
    for slug in ["wildcard-resource", "broad-privilege"] {
        assert_eq!(
            of_role(slug, &statements, &Value::Null, &Value::Null),
            Some(Status::Unknown),
            "{slug}"
        );
    }
}

#[test]
fn one_role_with_and_without_its_path_is_one_role() {
    let pathy = format!("arn:aws:iam::{ACCOUNT}:role/service-role/pathy");
    let change = json!({"Arn": pathy, "Path": "/service-role/"});
    let mut snapshot = account(&json!({"roles": [role("pathy", &json!([]), &change)]}));
    agent(&mut snapshot, "A1", &[("DRAFT", &pathy)], &[]);
    agent(&mut snapshot, "A2", &[("DRAFT", &arn("pathy"))], &[]);
    assert_eq!(
        status(&snapshot, "shared-role", "service-role/pathy"),
        Some(Status::Fail)
    );
    assert_eq!(findings(&snapshot, "shared-role").len(), 1);
}

#[test]
fn an_unread_boundary_cannot_widen_a_narrow_role() {
    let change = json!({"PermissionsBoundary": {"PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/gone"}});
    let of = |action: &str, resource: &str| {
        let statements = json!([allow(&json!(action), resource)]);
        of_role("broad-privilege", &statements, &change, &Value::Null)
    };
    assert_eq!(of("lambda:*", "*"), Some(Status::Unknown));
    assert_eq!(of("bedrock:InvokeModel", HAIKU), Some(Status::Pass));
}
