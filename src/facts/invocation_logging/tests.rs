//! Findings from small snapshots: each edge of logging that configuration decides.

use crate::audit::{self, Settings};
use crate::control::catalog::Catalog;
use crate::evaluate::cases;
use crate::model::report::Status;
use crate::model::snapshot::Snapshot;
use serde_json::{Value, json};
use std::sync::LazyLock;

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| Catalog::builtin(&audit::subjects()).unwrap());

const KEY: &str = "arn:aws:kms:us-east-1:111122223333:key/k1";
const ROLE: &str = "arn:aws:iam::111122223333:role/logging";

/// Everything right: a log group, a bucket, a key, a role, an alarm. Tests change one thing.
fn good() -> Value {
    json!({
        "regional": {
            "invocation_logging": [{
                "cloudWatchConfig": {"logGroupName": "/bedrock", "roleArn": ROLE, "largeDataDeliveryS3Config": {"bucketName": "logs", "keyPrefix": "large"}},
                "s3Config": {"bucketName": "logs", "keyPrefix": "all/"},
                "textDataDeliveryEnabled": true, "imageDataDeliveryEnabled": true, "embeddingDataDeliveryEnabled": true,
            }],
            "log_groups": [{"LogGroupName": "/bedrock", "Exists": true, "RetentionInDays": 365, "KmsKeyId": KEY, "DataProtectionStatus": "ACTIVATED"}],
            "keys": [{"RequestedId": KEY, "Exists": true, "KeyManager": "CUSTOMER", "KeyState": "Enabled"}],
            "alarms": [{"AlarmArn": "a", "Namespace": "AWS/Logs", "MetricName": "IncomingBytes", "ActionsEnabled": true,
                "Dimensions": [{"Name": "LogGroupName", "Value": "/bedrock"}], "TreatMissingData": "breaching"}],
        },
        "global": {
            "buckets": [{"Name": "logs", "Exists": true, "Owned": true, "Region": "us-east-1"}],
            "bucket_encryption": [{"Bucket": "logs", "Rules": [{"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}]}],
            "bucket_lifecycles": [{"Bucket": "logs", "Rules": []}],
            "bucket_versioning": [{"Bucket": "logs"}],
            "roles": [{"Arn": ROLE, "RoleName": "logging", "Path": "/",
                "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "bedrock.amazonaws.com"},
                    "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"},
                    "ArnLike": {"aws:SourceArn": "arn:aws:bedrock:us-east-1:111122223333:*"}}}]},
                "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
                    "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                    "Resource": "arn:aws:logs:us-east-1:111122223333:log-group:/bedrock:log-stream:aws/bedrock/modelinvocations"}]}}]}],
        },
    })
}

fn snapshot(world: &Value) -> Snapshot {
    let datasets = |part: &Value| {
        let part = part.as_object().unwrap();
        Value::Object(
            part.iter()
                .map(|(name, rows)| {
                    let dataset = if rows.is_array() {
                        json!({"collected": true, "items": rows})
                    } else {
                        rows.clone()
                    };
                    (name.clone(), dataset)
                })
                .collect(),
        )
    };
    let mut snapshot: Snapshot = serde_json::from_value(json!({
        "schema_version": 1,
        "accounts": {"111122223333": {"partition": "aws", "global": datasets(&world["global"]), "regions": {"us-east-1": datasets(&world["regional"])}}}
    }))
    .unwrap();
    let account = snapshot.accounts.get_mut("111122223333").unwrap();
    account.global.mark_collected();
    account
        .regions
        .values_mut()
        .for_each(crate::model::snapshot::Regional::mark_collected);
    snapshot
}

fn status_in(snapshot: &Snapshot, rule: &str) -> (Status, String) {
    let settings = Settings {
        params: audit::default_params(&CATALOG),
        controls: Some(["aws-genai-04".to_owned()].into()),
        show_passed: true,
        ..Settings::default()
    };
    let report = audit::run(&CATALOG, snapshot, &settings, jiff::Timestamp::UNIX_EPOCH).unwrap();
    let id = format!("aws-genai-04.{rule}");
    let found = report.findings.iter().find(|finding| finding.rule_id == id).unwrap();
    (found.status, found.message.clone())
}

fn status(world: &Value, rule: &str) -> Status {
    status_in(&snapshot(world), rule).0
}

/// The status of a rule after one change at a JSON pointer.
fn changed(pointer: &str, value: Value, rule: &str) -> Status {
    let mut world = good();
    *world.pointer_mut(pointer).unwrap() = value;
    status(&world, rule)
}

#[test]
fn a_good_set_up_passes_everything() {
    for entry in CATALOG
        .entries()
        .iter()
        .filter(|entry| entry.control.id == "aws-genai-04")
    {
        for rule in &entry.rules {
            let slug = rule.id.trim_start_matches("aws-genai-04.");
            let (status, message) = status_in(&snapshot(&good()), slug);
            assert_eq!(status, Status::Pass, "{slug}: {message}");
        }
    }
}

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
fn only_a_working_key_of_our_own_encrypts() {
    assert_eq!(
        changed("/regional/log_groups/0/KmsKeyId", json!(null), "encryption"),
        Status::Fail
    );
    for state in ["Disabled", "PendingDeletion"] {
        assert_eq!(
            changed("/regional/keys/0/KeyState", json!(state), "encryption"),
            Status::Fail,
            "{state}"
        );
    }
    assert_eq!(
        changed("/regional/keys/0/KeyManager", json!("AWS"), "encryption"),
        Status::Fail
    );
    assert_eq!(
        changed("/regional/keys/0/Exists", json!(false), "encryption"),
        Status::Fail
    );
    let foreign = json!({"collected": true, "gaps": [{"region": "us-east-1", "service": "kms", "operation": "DescribeKey", "resource": KEY, "kind": "denied"}]});
    assert_eq!(changed("/regional/keys", foreign, "encryption"), Status::Unknown);
    let rules = "/global/bucket_encryption/0/Rules";
    assert_eq!(changed(rules, json!([]), "encryption"), Status::Fail);
    assert_eq!(
        changed(rules, json!([{"SSEAlgorithm": "AES256"}]), "encryption"),
        Status::Fail
    );
    assert_eq!(
        changed(rules, json!([{"SSEAlgorithm": "aws:kms"}]), "encryption"),
        Status::Fail
    );
    assert_eq!(
        changed(
            rules,
            json!([{"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "arn:aws:kms:us-east-1:111122223333:alias/aws/s3"}]),
            "encryption"
        ),
        Status::Fail
    );
    assert_eq!(
        changed(
            rules,
            json!([{"SSEAlgorithm": "aws:kms:dsse", "KMSMasterKeyID": KEY}]),
            "encryption"
        ),
        Status::Pass
    );
    // A fault that was seen stands, whatever else is hidden.
    let mut both = good();
    both["regional"]["log_groups"][0]["KmsKeyId"] = json!(null);
    both["global"]["bucket_encryption"] = json!({"collected": true, "gaps": [{"service": "s3", "operation": "GetBucketEncryption", "resource": "logs", "kind": "denied"}]});
    assert_eq!(status(&both, "encryption"), Status::Fail);
}

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
fn the_role_must_be_able_to_write_and_bedrock_to_assume_it() {
    let policy = "/global/roles/0/RolePolicyList/0/PolicyDocument/Statement/0";
    assert_eq!(
        changed(&format!("{policy}/Action"), json!("logs:PutLogEvents"), "delivery-role"),
        Status::Fail
    );
    assert_eq!(
        changed(&format!("{policy}/Action"), json!("logs:*"), "delivery-role"),
        Status::Pass
    );
    assert_eq!(
        changed(
            &format!("{policy}/Resource"),
            json!("arn:aws:logs:us-east-1:111122223333:log-group:/bedrock-old:*"),
            "delivery-role"
        ),
        Status::Fail
    );
    assert_eq!(
        changed(
            &format!("{policy}/Resource"),
            json!("arn:aws:logs:us-east-1:111122223333:log-group:/bedrock:*"),
            "delivery-role"
        ),
        Status::Pass
    );
    let deny = json!([{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}, {"Effect": "Deny", "Action": "logs:Put*", "Resource": "*"}]);
    assert_eq!(
        changed(
            "/global/roles/0/RolePolicyList/0/PolicyDocument/Statement",
            deny,
            "delivery-role"
        ),
        Status::Fail
    );
    let mut condition = good();
    *condition.pointer_mut(policy).unwrap() = json!({"Effect": "Allow", "Action": "logs:*", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}});
    assert_eq!(status(&condition, "delivery-role"), Status::Unknown);
    let trust = "/global/roles/0/AssumeRolePolicyDocument/Statement/0";
    assert_eq!(
        changed(
            &format!("{trust}/Principal/Service"),
            json!("lambda.amazonaws.com"),
            "delivery-role"
        ),
        Status::Fail
    );
    assert_eq!(
        changed(
            &format!("{trust}/Condition/StringEquals/aws:SourceAccount"),
            json!("999988887777"),
            "delivery-role"
        ),
        Status::Fail
    );
    let arn = format!("{trust}/Condition/ArnLike/aws:SourceArn");
    assert_eq!(
        changed(&arn, json!("arn:aws:bedrock:eu-west-1:111122223333:*"), "delivery-role"),
        Status::Fail
    );
    assert_eq!(
        changed(
            &arn,
            json!("arn:aws:bedrock:us-east-1:111122223333:some/thing"),
            "delivery-role"
        ),
        Status::Unknown
    );
    assert_eq!(
        changed(&format!("{trust}/Condition"), json!({}), "delivery-role"),
        Status::Pass
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
fn the_rules_own_cases_hold_and_none_is_missing() {
    let subjects = audit::subjects();
    let entry = CATALOG.get("aws-genai-04").unwrap();
    let results = cases::run(entry, &subjects);
    let wrong: Vec<_> = results.iter().filter(|result| result.wrong.is_some()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    for rule in &entry.rules {
        let of: Vec<_> = results
            .iter()
            .filter(|result| result.rule_id == rule.id)
            .cloned()
            .collect();
        assert_eq!(cases::missing(&of), Vec::<&str>::new(), "{}", rule.id);
    }
}
