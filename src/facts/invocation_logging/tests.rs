//! Findings from small snapshots: each edge of logging that configuration decides.

use crate::audit::{self, Settings};
use crate::control::catalog::Catalog;
use crate::model::report::Status;
use crate::model::snapshot::Snapshot;
use serde_json::{Value, json};
use std::sync::LazyLock;

mod destinations;
mod elsewhere;
mod encryption;
mod retention;
mod role;
mod switch;
mod watch;

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
            // The only region that was looked at is in use.
            let expected = match slug {
                "logging-off-elsewhere" => Status::NotApplicable,
                _ => Status::Pass,
            };
            assert_eq!(status, expected, "{slug}: {message}");
        }
    }
}
