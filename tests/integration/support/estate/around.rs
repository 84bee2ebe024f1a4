//! What stands around Bedrock: the organization, the trail, endpoints, buckets, log group, key, alarm and functions.

use super::super::fake_aws::{On, World};
use super::{ACCOUNT, Place, role_arn};
use serde_json::{Value, json};

/// A management account with a unit inside a unit.
pub(super) fn organization(world: World) -> World {
    let scp = |number: usize| {
        json!({"Id": format!("p-{number}"), "Arn": format!("arn:aws:organizations::{ACCOUNT}:policy/o-1/service_control_policy/p-{number}"),
            "Name": format!("guard-{number}"), "Type": "SERVICE_CONTROL_POLICY", "AwsManaged": false})
    };
    let unit = |id: &str| json!({"OrganizationalUnits": [{"Id": id, "Arn": format!("arn:aws:organizations::{ACCOUNT}:ou/o-1/{id}"), "Name": id}]});
    let account = |id: &str| json!({"Accounts": [{"Id": id, "Arn": format!("arn:aws:organizations::{ACCOUNT}:account/o-1/{id}"), "Name": id, "Status": "ACTIVE"}]});
    let below = |parent: &str| json!({ "ParentId": parent });
    let deny = json!({"Version": "2012-10-17", "Statement": [{"Sid": "Need", "Effect": "Deny",
        "Action": ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"], "Resource": "*",
        "Condition": {"StringNotLike": {"bedrock:GuardrailIdentifier": format!("arn:aws:bedrock:*:{ACCOUNT}:guardrail/abc*")}}}]});
    let mut world = world
        .on("organizations", "DescribeOrganization", json!({"Organization": {"Id": "o-1",
            "Arn": format!("arn:aws:organizations::{ACCOUNT}:organization/o-1"), "FeatureSet": "ALL", "MasterAccountId": ACCOUNT}}))
        .on("organizations", "ListRoots", json!({"Roots": [{"Id": "r-1", "Arn": format!("arn:aws:organizations::{ACCOUNT}:root/o-1/r-1"),
            "Name": "Root", "PolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]}]}))
        .when("organizations", "ListOrganizationalUnitsForParent", below("r-1"), unit("ou-1"))
        .when("organizations", "ListOrganizationalUnitsForParent", below("ou-1"), unit("ou-2"))
        .when("organizations", "ListAccountsForParent", below("r-1"), account(ACCOUNT))
        .when("organizations", "ListAccountsForParent", below("ou-2"), account("444455556666"))
        .on("organizations", "ListAccounts", json!({"Accounts": [account(ACCOUNT)["Accounts"][0], account("444455556666")["Accounts"][0]]}))
        .when("organizations", "ListPolicies", json!({"Filter": "SERVICE_CONTROL_POLICY"}), json!({"Policies": [scp(1), scp(2)]}))
        .on("organizations", "ListDelegatedAdministrators", json!({"DelegatedAdministrators": [{"Id": "444455556666"}]}))
        .on("organizations", "ListDelegatedServicesForAccount", json!({"DelegatedServices": [{"ServicePrincipal": "config.amazonaws.com"}]}));
    for number in [1, 2] {
        let of = json!({"PolicyId": format!("p-{number}")});
        world = world
            .when(
                "organizations",
                "DescribePolicy",
                of.clone(),
                json!({"Policy": {"PolicySummary": scp(number), "Content": deny.to_string()}}),
            )
            .when(
                "organizations",
                "ListTargetsForPolicy",
                of,
                json!({"Targets": [{"TargetId": "ou-1", "Type": "ORGANIZATIONAL_UNIT"}]}),
            );
    }
    world
}

/// One trail of all regions, at home in `region`, and an event data store beside it.
pub(super) fn trail(world: World, region: &str) -> World {
    let arn = format!("arn:aws:cloudtrail:{region}:{ACCOUNT}:trail/all");
    let store = format!("arn:aws:cloudtrail:{region}:{ACCOUNT}:eventdatastore/lake");
    let on = |operation: &str| On::call("cloudtrail", operation).region(region);
    let management = json!([{"Name": "m", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}]);
    let data = json!([{"Name": "d", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::Bedrock::InvokeModel"]}]}]);
    world
        .on(
            "cloudtrail",
            "DescribeTrails",
            json!({"trailList": [{"TrailARN": arn, "Name": "all", "HomeRegion": region,
            "IsMultiRegionTrail": true, "IsOrganizationTrail": false, "S3BucketName": "trail"}]}),
        )
        .answer(
            on("GetEventSelectors"),
            json!({"TrailARN": arn, "AdvancedEventSelectors": management}),
        )
        .answer(on("GetTrailStatus"), json!({"IsLogging": false}))
        .answer(
            on("ListEventDataStores"),
            json!({"EventDataStores": [{"EventDataStoreArn": store, "Name": "lake"}]}),
        )
        .answer(
            on("GetEventDataStore"),
            json!({"EventDataStoreArn": store, "Name": "lake", "Status": "ENABLED",
            "MultiRegionEnabled": true, "OrganizationEnabled": false, "AdvancedEventSelectors": data}),
        )
        .bucket("trail", region, ACCOUNT)
        .when("s3", "GetBucketPolicy", json!({"Bucket": "trail"}), json!({"Policy": json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::trail/*"}]}).to_string()}))
}

pub(super) fn stand(world: World, at: &Place<'_>) -> World {
    let open = json!({"Version": "2012-10-17", "Statement": [{"Sid": "All", "Effect": "Allow", "Principal": "*", "Action": "bedrock:*", "Resource": "*"}]});
    let endpoint = |number: usize, service: &str| {
        json!({"VpcEndpointId": format!("vpce-{number}"), "VpcEndpointType": "Interface", "VpcId": "vpc-1", "State": "available",
            "ServiceName": format!("com.amazonaws.{}.{service}", at.region), "PrivateDnsEnabled": false, "SubnetIds": ["subnet-1"],
            "PolicyDocument": open.to_string()})
    };
    let key = at.arn("kms", "key/logs");
    let group = at.arn("logs", "log-group:/bedrock/invocations:*");
    let mut world = world
        .on_region("ec2", at.region, "DescribeVpcEndpoints", json!({"VpcEndpoints": [endpoint(1, "bedrock-runtime")]}))
        .on_region("cloudwatch", at.region, "ListMetrics", json!({"Metrics": [{"Namespace": "AWS/Bedrock", "MetricName": "Invocations"}]}))
        .on_region("cloudwatch", at.region, "DescribeAlarms", json!({"MetricAlarms": [{"AlarmName": "silent",
            "AlarmArn": at.arn("cloudwatch", "alarm:silent"), "Namespace": "AWS/Logs", "MetricName": "IncomingBytes", "ActionsEnabled": true,
            "TreatMissingData": "ignore", "Dimensions": [{"Name": "LogGroupName", "Value": "/bedrock/invocations"}]}], "CompositeAlarms": []}))
        .on_region("logs", at.region, "DescribeLogGroups", json!({"logGroups": [{"logGroupName": "/bedrock/invocations", "arn": group,
            "retentionInDays": 30, "kmsKeyId": key}]}))
        .on_region("kms", at.region, "DescribeKey", json!({"KeyMetadata": {"KeyId": "logs", "Arn": key, "AWSAccountId": ACCOUNT,
            "KeyState": "PendingDeletion", "KeyManager": "CUSTOMER"}}))
        .bucket(&at.logs(), at.region, ACCOUNT)
        .when("s3", "GetBucketEncryption", json!({"Bucket": at.logs()}), json!({"ServerSideEncryptionConfiguration": {"Rules": [
            {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}]}}));
    for number in 0..at.estate.knowledge_bases {
        let name = at.documents(number);
        let anyone = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
            "Resource": format!("arn:aws:s3:::{name}/*")}]});
        world = world.bucket(&name, at.region, ACCOUNT).when(
            "s3",
            "GetBucketPolicy",
            json!({"Bucket": name}),
            json!({ "Policy": anyone.to_string() }),
        );
    }
    let tools = (0..at.estate.agents).map(|number| format!("tool-{number}"));
    for name in tools.chain(["step".to_owned()]) {
        let arn = at.function(&name);
        let policy: Value = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "bedrock.amazonaws.com"},
            "Action": "lambda:InvokeFunction", "Resource": arn}]});
        world = world
            .when(
                "lambda",
                "GetFunctionConfiguration",
                json!({"FunctionName": arn}),
                json!({"FunctionArn": arn, "FunctionName": name, "Role": role_arn("tool"), "Runtime": "python3.13"}),
            )
            .when(
                "lambda",
                "GetPolicy",
                json!({"FunctionName": arn}),
                json!({ "Policy": policy.to_string() }),
            );
    }
    world
}
