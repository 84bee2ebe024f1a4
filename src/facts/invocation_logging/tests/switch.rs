//! Whether a region logs at all, and what it leaves out: off, unread and unsupported are three things.

use super::*;

#[test]
fn off_and_unread_are_told_apart() {
    assert_eq!(
        changed("/regional/invocation_logging", json!([]), "logging-off"),
        Status::NotApplicable
    );
    let mut named = snapshot(&good());
    let account = named.accounts.get_mut("111122223333").unwrap();
    account.named_regions.insert("us-east-1".into());
    account
        .regions
        .get_mut("us-east-1")
        .unwrap()
        .invocation_logging
        .items
        .clear();
    assert_eq!(status_in(&named, "logging-off").0, Status::Fail);
    assert_eq!(status_in(&named, "retention").0, Status::NotApplicable);
    let gap = json!({"collected": true, "gaps": [{"region": "us-east-1", "service": "bedrock", "operation": "GetModelInvocationLoggingConfiguration", "kind": "denied"}]});
    assert_eq!(
        changed("/regional/invocation_logging", gap, "logging-off"),
        Status::Unknown
    );
    let nowhere = json!([{"textDataDeliveryEnabled": true}]);
    assert_eq!(
        changed("/regional/invocation_logging", nowhere, "logging-off"),
        Status::Fail
    );
}

#[test]
fn an_absent_flag_is_not_a_false_one() {
    let flag = "/regional/invocation_logging/0/imageDataDeliveryEnabled";
    assert_eq!(changed(flag, json!(false), "delivery-flags"), Status::Fail);
    assert_eq!(changed(flag, json!(null), "delivery-flags"), Status::Pass);
    let mut world = good();
    world["regional"]["invocation_logging"][0]["audioDataDeliveryEnabled"] = json!(false);
    assert_eq!(status(&world, "delivery-flags"), Status::Pass);
    assert_eq!(status(&world, "delivery-flags-av"), Status::Fail);
}

#[test]
fn where_the_operation_is_not_offered_nobody_can_switch_it_on() {
    let unsupported = json!({"collected": true, "gaps": [{"region": "us-east-1", "service": "bedrock", "operation": "GetModelInvocationLoggingConfiguration", "kind": "unsupported"}]});
    let mut world = good();
    world["regional"]["invocation_logging"] = unsupported;
    let mut named = snapshot(&world);
    let account = named.accounts.get_mut("111122223333").unwrap();
    account.named_regions.insert("us-east-1".into());
    for rule in ["logging-off", "destination", "no-cloudwatch"] {
        assert_eq!(status_in(&named, rule).0, Status::NotApplicable, "{rule}");
    }
}
