//! What other services tell of the things that Bedrock's rows name: buckets, log groups, keys, functions, alarms.

use crate::support::collecting::{ACCOUNT, REGION, collected, here};
use crate::support::estate::Estate;
use crate::support::fake_aws::{FakeAws, Fault, On, World};
use bedrock_audit::model::dataset::Lookup;
use bedrock_audit::model::gap::GapKind;
use serde_json::{Value, json};

const KEY: &str = "arn:aws:kms:us-east-1:111122223333:key/k";

fn logging(config: Value) -> World {
    World::new(ACCOUNT).regions(&[REGION]).on(
        "bedrock",
        "GetModelInvocationLoggingConfiguration",
        json!({ "loggingConfig": config }),
    )
}

fn to_bucket(name: &str) -> World {
    logging(json!({"s3Config": {"bucketName": name}, "textDataDeliveryEnabled": true}))
}

fn encrypted(world: World) -> World {
    world
        .on(
            "s3",
            "GetBucketEncryption",
            json!({"ServerSideEncryptionConfiguration": {"Rules": [
        {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}}]}}),
        )
        .when(
            "kms",
            "DescribeKey",
            json!({"KeyId": KEY}),
            json!({"KeyMetadata": {
            "KeyId": "k", "Arn": KEY, "AWSAccountId": ACCOUNT, "KeyState": "Disabled", "KeyManager": "CUSTOMER"}}),
        )
}

#[test]
fn a_log_bucket_is_read_with_its_key_and_nothing_more() {
    let aws = FakeAws::start(encrypted(to_bucket("logs").bucket("logs", REGION, ACCOUNT)));
    let account = collected(&aws, &[REGION]);
    let bucket = &account.global.buckets.items[0];
    assert_eq!(
        (bucket.exists, bucket.owned, bucket.region.as_deref()),
        (true, Some(true), Some(REGION))
    );
    assert_eq!(account.global.bucket_lifecycles.items[0].rules, []);
    assert_eq!(account.global.bucket_versioning.items[0].status, None);
    assert_eq!(here(&account).keys.items[0].key_state.as_deref(), Some("Disabled"));
    let asked = aws.calls().into_iter().filter(|call| call.service == "s3").count();
    assert_eq!(asked, 4, "where, encryption, lifecycle, versioning");
}

#[test]
fn a_bucket_of_another_region_is_followed() {
    let aws = FakeAws::start(to_bucket("logs").bucket("logs", "eu-west-1", ACCOUNT));
    let account = collected(&aws, &[REGION]);
    assert_eq!(account.global.buckets.items[0].region.as_deref(), Some("eu-west-1"));
    assert_eq!(account.global.bucket_encryption.items.len(), 1);
    // An auditor who may only list the bucket learns its region from the redirect.
    let redirected =
        to_bucket("logs")
            .bucket("logs", "eu-west-1", ACCOUNT)
            .fault("s3", "GetBucketLocation", Fault::Deny);
    let account = collected(&FakeAws::start(redirected), &[REGION]);
    let bucket = &account.global.buckets.items[0];
    assert_eq!(
        (bucket.region.as_deref(), bucket.owned),
        (Some("eu-west-1"), Some(true))
    );
    assert_eq!(account.global.buckets.gaps, []);
}

#[test]
fn a_stranger_is_told_from_a_missing_permission() {
    let strangers = to_bucket("logs").bucket("logs", REGION, "999988887777");
    let account = collected(&FakeAws::start(strangers), &[REGION]);
    assert_eq!(account.global.buckets.items[0].owned, Some(false));

    let refused = to_bucket("logs")
        .bucket("logs", REGION, ACCOUNT)
        .fault("s3", "*", Fault::Deny);
    let account = collected(&FakeAws::start(refused), &[REGION]);
    let buckets = &account.global.buckets;
    assert_eq!((buckets.items[0].exists, buckets.items[0].owned), (true, None));
    let gap = buckets.gaps_of("logs").next().unwrap();
    assert_eq!(
        (gap.kind, gap.permission.as_deref()),
        (GapKind::Denied, Some("s3:GetBucketLocation"))
    );
    assert!(matches!(
        account.global.bucket_encryption.find("logs"),
        Lookup::Unread(_)
    ));

    // One answer under the owner's name settles whose it is.
    let mut partly = to_bucket("logs").bucket("logs", REGION, ACCOUNT);
    for call in ["GetBucketLocation", "HeadBucket"] {
        partly = partly.fault("s3", call, Fault::Deny);
    }
    let account = collected(&FakeAws::start(partly), &[REGION]);
    assert_eq!(account.global.buckets.items[0].owned, Some(true));
    assert_eq!(account.global.buckets.gaps, []);
}

fn documents() -> World {
    Estate::small(&[REGION]).world()
}

#[test]
fn what_the_account_blocks_is_read_once_where_documents_may_be_exposed() {
    let mut estate = Estate::small(&[REGION, "eu-west-1"]);
    estate.used.push("eu-west-1".to_owned());
    let block = json!({"PublicAccessBlockConfiguration": {"BlockPublicAcls": true, "IgnorePublicAcls": false,
        "BlockPublicPolicy": false, "RestrictPublicBuckets": true}});
    let aws = FakeAws::start(estate.world().on("s3control", "GetPublicAccessBlock", block));
    let account = collected(&aws, &[REGION, "eu-west-1"]);
    let rows = &account.global.account_public_access_block;
    assert!(rows.is_complete());
    let row = &rows.items[0];
    assert_eq!((row.account_id.as_str(), rows.items.len()), (ACCOUNT, 1));
    assert_eq!((row.block_public_acls, row.ignore_public_acls), (true, false));
    assert_eq!((row.block_public_policy, row.restrict_public_buckets), (false, true));
    let asked: Vec<_> = aws
        .calls()
        .into_iter()
        .filter(|call| call.service == "s3control")
        .collect();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].params, json!({ "AccountId": ACCOUNT }));

    let none = collected(&FakeAws::start(documents()), &[REGION]).global;
    assert!(none.account_public_access_block.is_complete());
    assert_eq!(none.account_public_access_block.items, []);
    assert_eq!(none.account_public_access_block.gaps, []);

    let aws = FakeAws::start(to_bucket("logs").bucket("logs", REGION, ACCOUNT));
    assert!(!collected(&aws, &[REGION]).global.account_public_access_block.collected);
    assert_eq!(aws.count("s3control", "GetPublicAccessBlock"), 0);
}

#[test]
fn what_the_account_blocks_is_unread_unless_s3_control_says_so() {
    let unread = |fault: Fault| {
        let world = documents().fault("s3control", "GetPublicAccessBlock", fault);
        let account = collected(&FakeAws::start(world), &[REGION]);
        let rows = account.global.account_public_access_block;
        assert!(matches!(rows.find(ACCOUNT), Lookup::Unread(_)));
        rows.gaps[0].clone()
    };
    let denied = unread(Fault::Deny);
    assert_eq!(
        (denied.kind, denied.code.as_deref()),
        (GapKind::Denied, Some("AccessDenied"))
    );
    assert_eq!(denied.permission.as_deref(), Some("s3:GetAccountPublicAccessBlock"));
    // A store without S3 Control looks for a bucket of the path's first name.
    let stranger = unread(Fault::Error {
        code: "NoSuchBucket",
        status: 404,
        message: "The specified bucket does not exist",
    });
    assert_eq!(stranger.kind, GapKind::NotFound);
}

#[test]
fn a_bucket_that_is_gone_is_an_answer() {
    let gone = to_bucket("logs").bucket("other", REGION, ACCOUNT);
    let aws = FakeAws::start(gone);
    let account = collected(&aws, &[REGION]);
    assert!(!account.global.buckets.items[0].exists);
    assert_eq!(account.global.buckets.gaps, []);
    assert_eq!(aws.count("s3", "GetBucketEncryption"), 0);
}

#[test]
fn what_cannot_be_reached_leaves_every_question_open() {
    let broken = to_bucket("logs").fault("s3", "*", Fault::Http500);
    let account = collected(&FakeAws::start(broken), &[REGION]);
    assert!(matches!(account.global.buckets.find("logs"), Lookup::Unread(_)));
    assert!(matches!(
        account.global.bucket_lifecycles.find("logs"),
        Lookup::Unread(_)
    ));
}

#[test]
fn the_log_group_is_the_one_of_exactly_that_name() {
    let named =
        |name: &str| logging(json!({"cloudWatchConfig": {"logGroupName": name, "roleArn": "arn:aws:iam::1:role/r"}}));
    let groups = json!({"logGroups": [
        {"logGroupName": "/bedrock/x", "retentionInDays": 30, "kmsKeyId": KEY, "arn": "arn:aws:logs:us-east-1:111122223333:log-group:/bedrock/x:*"},
        {"logGroupName": "/bedrock/x-old"}]});
    let world = named("/bedrock/x")
        .on("logs", "DescribeLogGroups", groups.clone())
        .page(1);
    let account = collected(&FakeAws::start(world), &[REGION]);
    let group = &here(&account).log_groups.items[0];
    assert_eq!((group.exists, group.retention_in_days), (true, Some(30)));
    let key = &here(&account).keys.items[0];
    assert_eq!((key.requested_id.as_str(), key.exists), (KEY, false));

    let world = named("/bedrock").on("logs", "DescribeLogGroups", groups);
    let account = collected(&FakeAws::start(world), &[REGION]);
    assert!(!here(&account).log_groups.items[0].exists);

    let world = named("/bedrock/x").fault("logs", "DescribeLogGroups", Fault::Deny);
    let account = collected(&FakeAws::start(world), &[REGION]);
    assert!(matches!(
        here(&account).log_groups.find("/bedrock/x"),
        Lookup::Unread(_)
    ));
}

#[test]
fn alarms_are_those_on_incoming_bytes() {
    let alarm = |name: &str, metric: &str| {
        json!({"AlarmName": name, "AlarmArn": format!("arn:aws:cloudwatch:us-east-1:1:alarm:{name}"),
        "Namespace": "AWS/Logs", "MetricName": metric, "ActionsEnabled": true, "TreatMissingData": "breaching",
        "Dimensions": [{"Name": "LogGroupName", "Value": "g"}]})
    };
    let world = logging(json!({"cloudWatchConfig": {"logGroupName": "g", "roleArn": "r"}}))
        .on("cloudwatch", "DescribeAlarms", json!({"MetricAlarms": [alarm("a", "IncomingBytes"), alarm("b", "IncomingLogEvents"), alarm("c", "IncomingBytes")]}))
        .on("cloudwatch", "ListMetrics", json!({"Metrics": [
            {"Namespace": "AWS/Bedrock", "MetricName": "Invocations"}, {"Namespace": "AWS/Bedrock", "MetricName": "Invocations"}]}))
        .empty_first_page("cloudwatch", "ListMetrics")
        .page(2);
    let account = collected(&FakeAws::start(world), &[REGION]);
    let names: Vec<_> = here(&account)
        .alarms
        .items
        .iter()
        .map(|row| row.alarm_name.as_str())
        .collect();
    assert_eq!(names, ["a", "c"]);
    assert_eq!(here(&account).bedrock_metrics.items.len(), 1);
}

#[test]
fn a_qualified_function_is_asked_for_with_its_qualifier() {
    let bare = "arn:aws:lambda:us-east-1:111122223333:function:tool";
    let node = json!({"name": "n", "type": "LambdaFunction", "configuration": {"lambdaFunction": {"lambdaArn": format!("{bare}:prod")}}});
    let then = "2026-01-01T00:00:00Z";
    let world = || {
        World::new(ACCOUNT)
        .regions(&[REGION])
        .on("bedrock-agent", "ListFlows", json!({"flowSummaries": [{"arn": "arn:f", "id": "F", "name": "f",
            "status": "Prepared", "version": "DRAFT", "createdAt": then, "updatedAt": then}]}))
        .on("bedrock-agent", "GetFlow", json!({"arn": "arn:f", "id": "F", "name": "f", "status": "Prepared", "version": "DRAFT",
            "createdAt": then, "updatedAt": then, "executionRoleArn": "r", "definition": {"nodes": [node.clone()], "connections": []}}))
        .answer(On::call("lambda", "GetFunctionConfiguration").with(json!({"FunctionName": bare, "Qualifier": "prod"})),
            json!({"FunctionArn": format!("{bare}:prod"), "FunctionName": "tool", "Role": "arn:aws:iam::111122223333:role/tool"}))
    };
    let account = collected(&FakeAws::start(world()), &[REGION]);
    let function = &here(&account).functions.items[0];
    assert_eq!(
        (function.exists, function.role.as_deref()),
        (true, Some("arn:aws:iam::111122223333:role/tool"))
    );
    assert_eq!(here(&account).function_policies.items[0].policy, None);

    let account = collected(
        &FakeAws::start(world().fault("lambda", "GetPolicy", Fault::Deny)),
        &[REGION],
    );
    let key = format!("{bare}:prod");
    assert!(matches!(here(&account).function_policies.find(&key), Lookup::Unread(_)));
}
