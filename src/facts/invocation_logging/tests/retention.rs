//! How long logs are kept: the group's days, the bucket's lifecycle rules, and its versions.

use super::*;

#[test]
fn ninety_days_are_enough_and_no_retention_is_for_ever() {
    let days = "/regional/log_groups/0/RetentionInDays";
    assert_eq!(changed(days, json!(null), "retention"), Status::Pass);
    assert_eq!(changed(days, json!(90), "retention"), Status::Pass);
    assert_eq!(changed(days, json!(60), "retention"), Status::Fail);
}

#[test]
fn lifecycle_rules_count_where_they_touch_the_log_prefix() {
    let rules = |rule: Value| changed("/global/bucket_lifecycles/0/Rules", json!([rule]), "retention");
    let own = "all/AWSLogs/111122223333/BedrockModelInvocationLogs/";
    assert_eq!(rules(json!({"Status": "Enabled", "ExpirationDays": 30})), Status::Fail);
    assert_eq!(rules(json!({"Status": "Enabled", "ExpirationDays": 90})), Status::Pass);
    assert_eq!(rules(json!({"Status": "Disabled", "ExpirationDays": 30})), Status::Pass);
    assert_eq!(
        rules(json!({"Status": "Enabled", "Prefix": "all/", "ExpirationDays": 30})),
        Status::Fail
    );
    assert_eq!(
        rules(json!({"Status": "Enabled", "Prefix": format!("{own}us-east-1/"), "ExpirationDays": 30})),
        Status::Fail
    );
    assert_eq!(
        rules(json!({"Status": "Enabled", "Prefix": "large/AWSLogs", "ExpirationDays": 30})),
        Status::Fail
    );
    assert_eq!(
        rules(json!({"Status": "Enabled", "Prefix": "other/", "ExpirationDays": 30})),
        Status::Pass
    );
    assert_eq!(
        rules(json!({"Status": "Enabled", "ExpirationDate": "2027-01-01T00:00:00Z"})),
        Status::Fail
    );
    assert_eq!(
        rules(json!({"Status": "Enabled", "ExpiredObjectDeleteMarker": true})),
        Status::Pass
    );
    assert_eq!(
        rules(json!({"Status": "Enabled", "ExpirationDays": 30, "Tags": [{"Key": "a", "Value": "b"}]})),
        Status::Pass
    );
    assert_eq!(
        rules(json!({"Status": "Enabled", "ExpirationDays": 30, "ObjectSizeGreaterThan": 5})),
        Status::Pass
    );
    assert_eq!(
        rules(json!({"Status": "Enabled", "ExpirationDays": 30, "ObjectSizeGreaterThan": 0})),
        Status::Fail
    );
}

#[test]
fn a_versioned_bucket_keeps_expired_logs_until_the_versions_go_too() {
    let world = |status: Value, rules: Value| {
        let mut world = good();
        world["global"]["bucket_versioning"][0]["Status"] = status;
        world["global"]["bucket_lifecycles"][0]["Rules"] = rules;
        world
    };
    let short = json!({"Status": "Enabled", "ExpirationDays": 30});
    let rule = |noncurrent: i64| json!([short, {"Status": "Enabled", "NoncurrentDays": noncurrent}]);
    assert_eq!(
        status(&world(json!("Enabled"), json!([short])), "retention"),
        Status::Pass
    );
    assert_eq!(status(&world(json!("Enabled"), rule(60)), "retention"), Status::Pass);
    assert_eq!(status(&world(json!("Enabled"), rule(59)), "retention"), Status::Fail);
    assert_eq!(status(&world(json!("Suspended"), rule(60)), "retention"), Status::Fail);
    let spared = json!([short, {"Status": "Enabled", "NoncurrentDays": 1, "NewerNoncurrentVersions": 1}]);
    assert_eq!(status(&world(json!("Enabled"), spared), "retention"), Status::Pass);
    let mut hidden = world(json!(null), json!([short]));
    hidden["global"]["bucket_versioning"] = json!({"collected": true, "gaps": [{"service": "s3", "operation": "GetBucketVersioning", "resource": "logs", "kind": "denied"}]});
    assert_eq!(status(&hidden, "retention"), Status::Unknown);
}

#[test]
fn a_group_that_could_not_be_read_may_keep_logs_for_a_day() {
    let hidden = json!({"collected": true, "gaps": [{"region": "us-east-1", "service": "logs", "operation": "DescribeLogGroups", "resource": "/bedrock", "kind": "denied"}]});
    assert_eq!(
        changed("/regional/log_groups", hidden.clone(), "retention"),
        Status::Unknown
    );
    let mut world = good();
    world["regional"]["log_groups"] = hidden;
    world["global"]["bucket_lifecycles"][0]["Rules"] = json!([{"Status": "Enabled", "ExpirationDays": 7}]);
    assert_eq!(status(&world, "retention"), Status::Fail);
}

#[test]
fn what_is_too_short_is_told_once_and_in_words() {
    let mut world = good();
    world["regional"]["log_groups"][0]["RetentionInDays"] = json!(1);
    world["regional"]["invocation_logging"][0]["s3Config"]["keyPrefix"] = json!("large");
    world["global"]["bucket_lifecycles"][0]["Rules"] =
        json!([{"Status": "Enabled", "ExpirationDate": "2027-01-01T00:00:00Z"}]);
    let (status, message) = status_in(&snapshot(&world), "retention");
    assert_eq!(status, Status::Fail);
    assert!(message.contains("keeps logs for 1 day"), "{message}");
    assert_eq!(message.matches("on 2027-01-01").count(), 1, "{message}");
}
