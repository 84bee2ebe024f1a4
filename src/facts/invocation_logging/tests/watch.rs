//! Who looks after the log: a policy that masks it, and an alarm that notices when it stops.

use super::*;

#[test]
fn protection_of_the_group_or_of_the_whole_account() {
    let state = "/regional/log_groups/0/DataProtectionStatus";
    for off in [json!(null), json!("DISABLED"), json!("ARCHIVED")] {
        assert_eq!(changed(state, off, "data-protection"), Status::Fail);
    }
    let mut inherited = good();
    inherited["regional"]["log_groups"][0]["DataProtectionStatus"] = json!(null);
    inherited["regional"]["log_groups"][0]["InheritedProperties"] = json!(["ACCOUNT_DATA_PROTECTION"]);
    assert_eq!(status(&inherited, "data-protection"), Status::Pass);
}

#[test]
fn an_alarm_must_watch_this_group_and_fear_silence() {
    for (pointer, value) in [
        ("/regional/alarms/0/TreatMissingData", json!("notBreaching")),
        ("/regional/alarms/0/TreatMissingData", json!(null)),
        ("/regional/alarms/0/ActionsEnabled", json!(false)),
        ("/regional/alarms/0/Dimensions/0/Value", json!("/bedrock-old")),
        ("/regional/alarms/0/MetricName", json!("IncomingLogEvents")),
    ] {
        assert_eq!(
            changed(pointer, value.clone(), "silence-alarm"),
            Status::Fail,
            "{pointer} {value}"
        );
    }
    // An expression has no metric of its own.
    assert_eq!(
        changed("/regional/alarms/0/MetricName", json!(null), "silence-alarm"),
        Status::Pass
    );
    let hidden = json!({"collected": true, "gaps": [{"region": "us-east-1", "service": "cloudwatch", "operation": "DescribeAlarms", "kind": "denied"}]});
    assert_eq!(changed("/regional/alarms", hidden, "silence-alarm"), Status::Unknown);
}
