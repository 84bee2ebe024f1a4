//! Destinations that must be there and ours, and what each of them lacks where it stands alone.

use super::*;

#[test]
fn destinations_must_be_there_and_ours() {
    assert_eq!(
        changed("/regional/log_groups/0/Exists", json!(false), "destination"),
        Status::Fail
    );
    // A group with a longer name is another group.
    assert_eq!(
        changed(
            "/regional/log_groups/0/LogGroupName",
            json!("/bedrock-old"),
            "destination"
        ),
        Status::Unknown
    );
    assert_eq!(
        changed("/global/buckets/0/Exists", json!(false), "destination"),
        Status::Fail
    );
    assert_eq!(
        changed("/global/buckets/0/Owned", json!(false), "destination"),
        Status::Fail
    );
    assert_eq!(
        changed("/global/buckets/0/Owned", json!(null), "destination"),
        Status::Unknown
    );
    assert_eq!(changed("/global/roles", json!([]), "destination"), Status::Fail);
    let hidden = json!({"collected": true, "gaps": [{"service": "iam", "operation": "GetAccountAuthorizationDetails", "kind": "denied"}]});
    assert_eq!(changed("/global/roles", hidden.clone(), "destination"), Status::Unknown);
    assert_eq!(changed("/global/roles", hidden, "delivery-role"), Status::Unknown);
    let name = "/regional/invocation_logging/0/cloudWatchConfig/logGroupName";
    assert_eq!(changed(name, json!(""), "destination"), Status::Fail);
    // To what is not named nobody need be able to write.
    assert_eq!(changed(name, json!(""), "delivery-role"), Status::Pass);
    assert_eq!(
        changed(
            name,
            json!("arn:aws:logs:us-east-1:111122223333:log-group:/bedrock:*"),
            "destination"
        ),
        Status::Pass
    );
    assert_eq!(
        changed(
            name,
            json!("arn:aws:logs:us-east-1:999988887777:log-group:/bedrock"),
            "destination"
        ),
        Status::Fail
    );
}

#[test]
fn what_each_destination_alone_lacks() {
    let mut s3 = good();
    s3["regional"]["invocation_logging"][0]
        .as_object_mut()
        .unwrap()
        .remove("cloudWatchConfig");
    assert_eq!(status(&s3, "no-cloudwatch"), Status::Fail);
    assert_eq!(status(&s3, "silence-alarm"), Status::NotApplicable);
    assert_eq!(status(&s3, "delivery-role"), Status::NotApplicable);
    let mut group = good();
    group["regional"]["invocation_logging"][0]
        .as_object_mut()
        .unwrap()
        .remove("s3Config");
    assert_eq!(status(&group, "large-payloads"), Status::Pass);
    group["regional"]["invocation_logging"][0]["cloudWatchConfig"]
        .as_object_mut()
        .unwrap()
        .remove("largeDataDeliveryS3Config");
    assert_eq!(status(&group, "large-payloads"), Status::Fail);
}
