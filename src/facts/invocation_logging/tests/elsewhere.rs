//! Regions that nobody uses: they must log too, unless an SCP closes them.

use super::*;

/// An account with one quiet region, below these SCPs; `None` where they cannot be read.
fn quiet(scp: Option<&Value>) -> Snapshot {
    let mut world = good();
    world["global"]["organization"] = json!([{"Id": "o-1", "FeatureSet": "ALL", "MasterAccountId": "999988887777"}]);
    let target = json!([{"TargetId": "r-1", "Type": "ROOT"}, {"TargetId": "111122223333", "Type": "ACCOUNT"}]);
    let full = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
    world["global"]["organization_roots"] =
        json!([{"Id": "r-1", "PolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]}]);
    world["global"]["organization_accounts"] = json!([{"Id": "111122223333", "State": "ACTIVE", "ParentId": "r-1"}]);
    world["global"]["organization_policies"] = match scp {
        Some(scp) => json!([
            {"Id": "p-1", "Arn": "arn:full", "Type": "SERVICE_CONTROL_POLICY", "Content": full, "Targets": target},
            {"Id": "p-2", "Arn": "arn:own", "Type": "SERVICE_CONTROL_POLICY", "Content": scp, "Targets": target}]),
        None => {
            json!({"collected": true, "gaps": [{"service": "organizations", "operation": "ListPolicies", "kind": "denied"}]})
        }
    };
    let mut snapshot = snapshot(&world);
    let account = snapshot.accounts.get_mut("111122223333").unwrap();
    let mut empty = crate::model::snapshot::Regional::default();
    empty.mark_collected();
    account.regions.insert("eu-north-1".into(), empty);
    snapshot
}

#[test]
fn quiet_regions_fail_unless_an_scp_closes_them() {
    let deny = |condition: Value, action: &str| json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": action, "Resource": "*", "Condition": condition}]});
    let lock = json!({"StringNotEquals": {"aws:RequestedRegion": ["us-east-1"]}});
    let rule = "logging-off-elsewhere";
    assert_eq!(status_in(&quiet(Some(&deny(lock.clone(), "*"))), rule).0, Status::Pass);
    assert_eq!(
        status_in(&quiet(Some(&deny(lock.clone(), "bedrock:InvokeModel"))), rule).0,
        Status::Fail
    );
    assert_eq!(
        status_in(
            &quiet(Some(&deny(
                json!({"StringNotEquals": {"aws:RequestedRegion": ["us-east-1", "eu-north-1"]}}),
                "*"
            ))),
            rule
        )
        .0,
        Status::Fail
    );
    assert_eq!(status_in(&quiet(None), rule).0, Status::Unknown);
    let mut unsupported = quiet(Some(&deny(lock, "s3:*")));
    let region = unsupported
        .accounts
        .get_mut("111122223333")
        .unwrap()
        .regions
        .get_mut("eu-north-1")
        .unwrap();
    region.invocation_logging = serde_json::from_value(json!({"collected": true, "gaps": [{"service": "bedrock", "operation": "GetModelInvocationLoggingConfiguration", "kind": "unsupported"}]})).unwrap();
    assert_eq!(status_in(&unsupported, rule).0, Status::Pass);
}

#[test]
fn a_closed_region_need_not_be_readable_and_a_named_one_is_none_of_these() {
    let lock = |statement: Value| json!({"Version": "2012-10-17", "Statement": [statement]});
    let closes = lock(
        json!({"Effect": "Deny", "Action": "bedrock:*", "Resource": "*", "Condition": {"StringNotEquals": {"aws:RequestedRegion": "us-east-1"}}}),
    );
    let another = lock(json!({"Effect": "Deny", "Action": "s3:*", "Resource": "*"}));
    let refused = |scp: &Value| {
        let mut snapshot = quiet(Some(scp));
        let account = snapshot.accounts.get_mut("111122223333").unwrap();
        let region = account.regions.get_mut("eu-north-1").unwrap();
        let gap = |operation: &str| json!({"collected": true, "gaps": [{"service": "bedrock", "operation": operation, "kind": "denied"}]});
        region.guardrails = serde_json::from_value(gap("ListGuardrails")).unwrap();
        region.invocation_logging = serde_json::from_value(gap("GetModelInvocationLoggingConfiguration")).unwrap();
        snapshot
    };
    let rule = "logging-off-elsewhere";
    assert_eq!(status_in(&refused(&closes), rule).0, Status::Pass);
    assert_eq!(status_in(&refused(&another), rule).0, Status::Unknown);
    let mut named = refused(&another);
    let account = named.accounts.get_mut("111122223333").unwrap();
    account.named_regions.insert("eu-north-1".into());
    assert_eq!(status_in(&named, rule).0, Status::NotApplicable);
}
