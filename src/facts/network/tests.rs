//! Findings from small snapshots: each edge of endpoints, their policies and the public path.

use crate::audit::{self, Settings};
use crate::control::catalog::Catalog;
use crate::model::report::Status;
use crate::model::snapshot::Snapshot;
use serde_json::{Value, json};
use std::sync::LazyLock;

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| Catalog::builtin(&audit::subjects()).unwrap());

const ACCOUNT: &str = "111122223333";

fn snapshot(regional: &Value, global: &Value) -> Snapshot {
    let mut snapshot: Snapshot = serde_json::from_value(json!({
        "schema_version": 1,
        "accounts": {ACCOUNT: {"partition": "aws", "named_regions": ["us-east-1"], "global": global, "regions": {"us-east-1": regional, "eu-west-1": {}}}}
    }))
    .unwrap();
    let account = snapshot.accounts.get_mut(ACCOUNT).unwrap();
    account.global.mark_collected();
    account
        .regions
        .values_mut()
        .for_each(crate::model::snapshot::Regional::mark_collected);
    snapshot
}

fn status_of(snapshot: &Snapshot, rule: &str, of: &str) -> Status {
    let settings = Settings {
        params: audit::default_params(&CATALOG),
        controls: Some(["aws-genai-03".to_owned()].into()),
        show_passed: true,
        ..Settings::default()
    };
    let report = audit::run(&CATALOG, snapshot, &settings, jiff::Timestamp::UNIX_EPOCH).unwrap();
    let id = format!("aws-genai-03.{rule}");
    let mut found = report
        .findings
        .iter()
        .filter(|one| one.rule_id == id && one.resource.arn.contains(of));
    found.next().map(|finding| finding.status).unwrap()
}

fn endpoint(service: &str) -> Value {
    json!({"VpcEndpointId": "vpce-1", "VpcEndpointType": "Interface", "VpcId": "vpc-1", "State": "available",
        "ServiceName": format!("com.amazonaws.us-east-1.{service}"), "PrivateDnsEnabled": true,
        "SubnetIds": ["s-1", "s-2"], "NetworkInterfaceIds": ["e-1", "e-2"]})
}

fn with(mut row: Value, member: &str, value: Value) -> Value {
    row[member] = value;
    row
}

fn region_status(rows: &[Value], rule: &str) -> Status {
    let world = snapshot(
        &json!({"vpc_endpoints": {"collected": true, "items": rows}}),
        &json!({}),
    );
    status_of(&world, rule, "region/us-east-1")
}

fn endpoint_status(row: &Value, rule: &str) -> Status {
    let world = snapshot(
        &json!({"vpc_endpoints": {"collected": true, "items": [row]}}),
        &json!({}),
    );
    status_of(&world, rule, "vpce-1")
}

#[test]
fn names_are_exact_and_fips_twins_count() {
    assert_eq!(
        region_status(&[endpoint("bedrock-runtime")], "runtime-endpoint"),
        Status::Pass
    );
    assert_eq!(
        region_status(&[endpoint("bedrock-runtime-fips")], "runtime-endpoint"),
        Status::Pass
    );
    let agents = [
        endpoint("bedrock-agent"),
        endpoint("bedrock-agent-runtime"),
        endpoint("bedrock-mantle"),
    ];
    assert_eq!(region_status(&agents, "runtime-endpoint"), Status::Fail);
    assert_eq!(region_status(&agents, "control-endpoint"), Status::Fail);
    assert_eq!(region_status(&[endpoint("bedrock")], "control-endpoint"), Status::Pass);
    assert_eq!(region_status(&[], "control-endpoint"), Status::Fail);
}

#[test]
fn only_working_interface_endpoints_of_this_region_count() {
    let good = || endpoint("bedrock-runtime");
    assert_eq!(
        region_status(&[with(good(), "State", json!("Available"))], "runtime-endpoint"),
        Status::Pass
    );
    for (member, value) in [
        ("State", json!("pendingAcceptance")),
        ("State", json!("deleting")),
        ("VpcEndpointType", json!("Gateway")),
        ("ServiceRegion", json!("eu-west-1")),
    ] {
        assert_eq!(
            region_status(&[with(good(), member, value.clone())], "runtime-endpoint"),
            Status::Fail,
            "{member} {value}"
        );
    }
    let bare = with(with(good(), "SubnetIds", json!([])), "NetworkInterfaceIds", json!([]));
    assert_eq!(region_status(&[bare], "runtime-endpoint"), Status::Fail);
    let gap = json!({"vpc_endpoints": {"gaps": [{"region": "us-east-1", "service": "ec2", "operation": "DescribeVpcEndpoints", "kind": "denied"}]}});
    assert_eq!(
        status_of(&snapshot(&gap, &json!({})), "runtime-endpoint", "region/us-east-1"),
        Status::Unknown
    );
}

#[test]
fn agents_need_endpoints_of_their_own_only_where_there_are_some() {
    assert_eq!(region_status(&[], "agent-endpoint"), Status::NotApplicable);
    let used = |rows: &[Value]| {
        let world = json!({"vpc_endpoints": {"collected": true, "items": rows}, "flows": {"collected": true, "items": [{"id": "F1"}]}});
        status_of(&snapshot(&world, &json!({})), "agent-endpoint", "region/us-east-1")
    };
    assert_eq!(
        used(&[endpoint("bedrock-agent"), endpoint("bedrock-agent-runtime")]),
        Status::Pass
    );
    assert_eq!(used(&[endpoint("bedrock-agent")]), Status::Fail);
}

fn policy_status(statements: &Value, rule: &str) -> Status {
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    endpoint_status(&with(endpoint("bedrock-runtime"), "PolicyDocument", document), rule)
}

#[test]
fn the_default_policy_is_one_fault_and_an_open_one_another() {
    let everyone = json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"});
    assert_eq!(
        policy_status(&json!([everyone]), "default-endpoint-policy"),
        Status::Fail
    );
    assert_eq!(
        policy_status(&json!([everyone]), "endpoint-policy"),
        Status::NotApplicable
    );
    assert_eq!(
        endpoint_status(&endpoint("bedrock-runtime"), "default-endpoint-policy"),
        Status::Fail
    );
    let explicit = with(everyone.clone(), "Action", json!("bedrock:InvokeModel"));
    assert_eq!(policy_status(&json!([explicit]), "endpoint-policy"), Status::Fail);
    assert_eq!(
        policy_status(&json!([explicit]), "default-endpoint-policy"),
        Status::Pass
    );
    let deny = json!({"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*", "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-ours"}}});
    assert_eq!(policy_status(&json!([everyone, deny]), "endpoint-policy"), Status::Pass);
    assert_eq!(policy_status(&json!("nonsense"), "endpoint-policy"), Status::Unknown);
    // A Deny of one call leaves the others.
    let all = with(everyone, "Action", json!("bedrock:*"));
    let one = with(deny.clone(), "Action", json!("bedrock:InvokeModel"));
    assert_eq!(policy_status(&json!([all, one]), "endpoint-policy"), Status::Fail);
    let every = with(deny, "Action", json!("bedrock:*"));
    assert_eq!(policy_status(&json!([all, every]), "endpoint-policy"), Status::Pass);
}

#[test]
fn conditions_on_organization_account_or_caller_bind_and_others_do_not() {
    let allow = |condition: Value| json!([{"Effect": "Allow", "Principal": "*", "Action": "bedrock:*", "Resource": "*", "Condition": condition}]);
    for condition in [
        json!({"StringEquals": {"aws:PrincipalOrgID": "o-ours"}}),
        json!({"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}),
        json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/*"}}),
        json!({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-ours/*"}}),
        json!({"StringEquals": {"aws:PrincipalTag/team": "genai"}}),
        json!({"StringEquals": {"aws:ResourceOrgID": "o-ours"}}),
    ] {
        assert_eq!(
            policy_status(&allow(condition.clone()), "endpoint-policy"),
            Status::Pass,
            "{condition}"
        );
    }
    for condition in [
        json!({"StringLike": {"aws:PrincipalOrgID": "*"}}),
        // A caller whose account is in no organization sends no such key.
        json!({"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-ours"}}),
        json!({"ForAllValues:StringEquals": {"aws:PrincipalOrgPaths": "o-ours/*"}}),
        json!({"Null": {"aws:PrincipalOrgID": "true"}}),
        json!({"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": "*"}}),
        json!({"StringEquals": {"aws:SourceVpc": "vpc-1"}}),
        json!({"StringNotEquals": {"aws:PrincipalOrgID": "o-ours"}}),
    ] {
        assert_eq!(
            policy_status(&allow(condition.clone()), "endpoint-policy"),
            Status::Fail,
            "{condition}"
        );
    }
}

#[test]
fn a_name_that_anybody_may_take_binds_nobody() {
    let by = |condition: Value| {
        let statement = json!([{"Effect": "Allow", "Principal": "*", "Action": "bedrock:*", "Resource": "*", "Condition": condition}]);
        policy_status(&statement, "endpoint-policy")
    };
    let any = json!({"aws:PrincipalArn": "arn:aws:iam::*:role/app"});
    assert_eq!(by(json!({ "ArnLike": any })), Status::Fail);
    let ours = json!({"ArnLike": any, "StringEquals": {"aws:PrincipalOrgID": "o-1"}});
    assert_eq!(by(ours), Status::Pass);
}

#[test]
fn a_deny_for_the_region_s_own_models_counts() {
    let region = "arn:aws:bedrock:us-east-1::foundation-model/*";
    let of = |resource: &str| {
        let statements = json!([{"Effect": "Allow", "Principal": "*", "Action": "bedrock:InvokeModel*", "Resource": "*"},
            {"Effect": "Deny", "Principal": "*", "Action": "bedrock:*", "Resource": resource,
                "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}}]);
        policy_status(&statements, "endpoint-policy")
    };
    assert_eq!(of(region), Status::Pass);
    assert_eq!(of(&region.replace("us-east-1", "eu-west-1")), Status::Fail);
}

#[test]
fn named_principals_are_strangers_where_their_account_is() {
    let allow =
        |principal: Value| json!([{"Effect": "Allow", "Principal": principal, "Action": "bedrock:*", "Resource": "*"}]);
    assert_eq!(
        policy_status(
            &allow(json!({"AWS": "arn:aws:iam::111122223333:root"})),
            "endpoint-policy"
        ),
        Status::Pass
    );
    assert_eq!(
        policy_status(
            &allow(json!({"AWS": "arn:aws:iam::111122223333:role/app"})),
            "endpoint-policy"
        ),
        Status::Pass
    );
    assert_eq!(
        policy_status(
            &allow(json!({"AWS": "arn:aws:iam::444455556666:role/app"})),
            "endpoint-policy"
        ),
        Status::Fail
    );
    assert_eq!(
        policy_status(&allow(json!({"AWS": "444455556666"})), "endpoint-policy"),
        Status::Fail
    );
    let not = json!([{"Effect": "Allow", "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "bedrock:*", "Resource": "*"}]);
    assert_eq!(policy_status(&not, "endpoint-policy"), Status::Fail);
}

#[test]
fn dns_and_subnets_of_endpoints_that_work() {
    let good = || endpoint("bedrock");
    assert_eq!(endpoint_status(&good(), "private-dns"), Status::Pass);
    assert_eq!(
        endpoint_status(&with(good(), "PrivateDnsEnabled", json!(false)), "private-dns"),
        Status::Fail
    );
    assert_eq!(
        endpoint_status(&with(good(), "PrivateDnsEnabled", json!(null)), "private-dns"),
        Status::Unknown
    );
    assert_eq!(endpoint_status(&good(), "single-subnet"), Status::Pass);
    assert_eq!(
        endpoint_status(&with(good(), "SubnetIds", json!(["s-1"])), "single-subnet"),
        Status::Fail
    );
    let pending = with(
        with(good(), "PrivateDnsEnabled", json!(false)),
        "State",
        json!("pending"),
    );
    assert_eq!(endpoint_status(&pending, "private-dns"), Status::NotApplicable);
}

/// An organization with these SCPs at its root.
fn organization(scps: &Value) -> Value {
    let full = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
    let target = json!([{"TargetId": "r-1", "Type": "ROOT"}, {"TargetId": ACCOUNT, "Type": "ACCOUNT"}]);
    let own = json!({"Version": "2012-10-17", "Statement": scps});
    json!({
        "organization": {"collected": true, "items": [{"Id": "o-ours", "FeatureSet": "ALL", "MasterAccountId": "999988887777"}]},
        "organization_roots": {"collected": true, "items": [{"Id": "r-1", "PolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]}]},
        "organization_accounts": {"collected": true, "items": [{"Id": ACCOUNT, "State": "ACTIVE", "ParentId": "r-1"}]},
        "organization_policies": {"collected": true, "items": [
            {"Id": "p-1", "Arn": "arn:full", "Type": "SERVICE_CONTROL_POLICY", "Content": full, "Targets": target},
            {"Id": "p-2", "Arn": "arn:own", "Type": "SERVICE_CONTROL_POLICY", "Content": own, "Targets": target}]},
    })
}

fn path_status(global: &Value) -> Status {
    status_of(&snapshot(&json!({}), global), "public-path", ":root")
}

fn deny(condition: Value) -> Status {
    path_status(&organization(
        &json!([{"Effect": "Deny", "Action": ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"],
        "Resource": "*", "Condition": condition}]),
    ))
}

#[test]
fn operators_are_asked_what_they_do_and_not_how_they_look() {
    for condition in [
        json!({"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}),
        json!({"StringNotEqualsIfExists": {"aws:SourceVpce": "vpce-1"}}),
        json!({"StringNotEquals": {"aws:VpceOrgID": "o-ours"}}),
        json!({"Null": {"aws:SourceVpc": "true"}}),
        json!({"StringNotEqualsIfExists": {"aws:SourceVpc": "vpc-1"}, "NotIpAddressIfExists": {"aws:SourceIp": ["198.51.100.0/24"]}, "BoolIfExists": {"aws:ViaAWSService": "false"}}),
        json!({"StringNotEqualsIfExists": {"aws:SourceVpc": "vpc-1"}, "NotIpAddressIfExists": {"aws:SourceIp": ["203.0.113.0/24", "192.0.2.0/24"]}}),
        json!({"StringNotEquals": {"aws:SourceVpc": "vpc-1"}, "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/break-glass"}}),
        json!({"StringNotEquals": {"aws:SourceVpc": "vpc-1", "aws:PrincipalTag/exempt": "yes"}}),
    ] {
        assert_eq!(deny(condition.clone()), Status::Pass, "{condition}");
    }
    for condition in [
        json!({"StringEquals": {"aws:SourceVpc": "vpc-1"}}),
        json!({"ForAnyValue:StringNotEquals": {"aws:SourceVpc": "vpc-1"}}),
        json!({"StringNotEquals": {"aws:SourceVpc": "vpc-1"}, "Null": {"aws:SourceVpc": "false"}}),
        json!({"StringNotEquals": {"aws:SourceVpc": "vpc-1"}, "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}}),
        json!({"StringNotEquals": {"aws:SourceVpc": "vpc-1"}, "NotIpAddress": {"aws:SourceIp": "0.0.0.0/0"}}),
        json!({"StringNotEquals": {"aws:SourceVpc": "vpc-1"}, "NotIpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}}),
        json!({"StringNotEquals": {"aws:RequestedRegion": "us-east-1"}}),
    ] {
        assert_eq!(deny(condition.clone()), Status::Fail, "{condition}");
    }
}

#[test]
fn both_actions_must_be_refused_in_every_region_in_use() {
    let one = |action: Value, resource: &str| {
        path_status(&organization(
            &json!([{"Effect": "Deny", "Action": action, "Resource": resource,
            "Condition": {"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}}]),
        ))
    };
    assert_eq!(one(json!("bedrock:InvokeModel*"), "*"), Status::Pass);
    assert_eq!(one(json!("bedrock:InvokeModel"), "*"), Status::Fail);
    assert_eq!(one(json!("bedrock:Converse"), "*"), Status::Fail);
    assert_eq!(
        one(json!("bedrock:*"), "arn:aws:bedrock:eu-west-1::foundation-model/*"),
        Status::Fail
    );
    // Provisioned and imported models take calls as well.
    assert_eq!(
        one(json!("bedrock:*"), "arn:aws:bedrock:*::foundation-model/*"),
        Status::Fail
    );
    let all_but = |pattern: &str| {
        path_status(&organization(
            &json!([{"Effect": "Deny", "Action": "bedrock:*", "NotResource": pattern,
            "Condition": {"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}}]),
        ))
    };
    assert_eq!(all_but("arn:aws:bedrock:*::foundation-model/amazon.*"), Status::Fail);
    assert_eq!(all_but("arn:aws:bedrock:*:*:guardrail/*"), Status::Pass);
}

#[test]
fn an_office_is_no_vpc() {
    assert_eq!(
        deny(json!({"NotIpAddress": {"aws:SourceIp": ["51.77.103.0/24"]}})),
        Status::Fail
    );
    assert_eq!(
        deny(json!({"NotIpAddressIfExists": {"aws:SourceIp": "8.8.8.8"}})),
        Status::Fail
    );
    assert_eq!(
        deny(json!({"NotIpAddress": {"aws:VpcSourceIp": "10.0.0.0/8"}})),
        Status::Pass
    );
}

#[test]
fn scps_must_be_readable_and_bind() {
    assert_eq!(path_status(&json!({})), Status::Fail);
    let good = || {
        organization(
            &json!([{"Effect": "Deny", "Action": "bedrock:*", "Resource": "*", "Condition": {"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}}]),
        )
    };
    assert_eq!(path_status(&good()), Status::Pass);
    let mut hidden = good();
    hidden["organization_policies"] = json!({"collected": true, "gaps": [{"service": "organizations", "operation": "ListPolicies", "kind": "denied", "permission": "organizations:ListPolicies"}]});
    assert_eq!(path_status(&hidden), Status::Unknown);
    let mut management = good();
    management["organization"]["items"][0]["MasterAccountId"] = json!(ACCOUNT);
    assert_eq!(path_status(&management), Status::Fail);
    let mut off = good();
    off["organization_roots"]["items"][0]["PolicyTypes"] = json!([]);
    assert_eq!(path_status(&off), Status::Fail);
    let mut quiet = snapshot(&json!({}), &json!({}));
    quiet.accounts.get_mut(ACCOUNT).unwrap().named_regions.clear();
    assert_eq!(status_of(&quiet, "public-path", ":root"), Status::NotApplicable);
}
