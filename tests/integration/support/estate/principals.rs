//! IAM of an invented account: roles that invoke, roles of services, a user with a key, policies of both owners.

use super::super::fake_aws::World;
use super::{ACCOUNT, Estate, THEN, role_arn};
use serde_json::{Value, json};

/// A policy of AWS that the bulk read leaves out, so that it has to be fetched.
const LEFT_OUT: &str = "arn:aws:iam::aws:policy/AmazonBedrockFullAccess";

pub(super) fn stand(world: World, estate: &Estate) -> World {
    let own = format!("arn:aws:iam::{ACCOUNT}:policy/invoke");
    let named = document(
        "bedrock:InvokeModel*",
        "arn:aws:bedrock:*::foundation-model/anthropic.claude-3-5-haiku-20241022-v1:0",
    );
    let mut roles: Vec<Value> = (0..estate.roles)
        .map(|number| match number % 3 {
            0 => role(&format!("app-{number}"), trusted("lambda"), json!({}), &[own.as_str()]),
            1 => role(&format!("app-{number}"), trusted("ec2"), named.clone(), &[]),
            _ => role(
                &format!("app-{number}"),
                trusted("ecs-tasks"),
                document("s3:GetObject", "arn:aws:s3:::other/*"),
                &[],
            ),
        })
        .collect();
    let anyone = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}]});
    roles.push(role("wide", anyone.clone(), json!({}), &[LEFT_OUT]));
    roles.push(role(
        "family",
        trusted("ec2"),
        document("bedrock:InvokeModel", "arn:aws:bedrock:*::foundation-model/anthropic.*"),
        &[],
    ));
    roles.push(role(
        "mantle",
        trusted("ec2"),
        document("bedrock-mantle:CreateInference", "*"),
        &[],
    ));
    roles.push(role("administrator", trusted("ec2"), document("*", "*"), &[]));
    roles.push(role("agent", anyone.clone(), document("iam:*", "*"), &[]));
    roles.push(role("base", anyone, document("s3:*", "*"), &[]));
    roles.push(role("tool", trusted("lambda"), document("s3:*", "*"), &[]));
    for name in ["flow", "logging"] {
        roles.push(role(
            name,
            trusted("bedrock"),
            document("lambda:InvokeFunction", "*"),
            &[],
        ));
    }
    let version = json!({"VersionId": "v1", "IsDefaultVersion": true, "CreateDate": THEN, "Document": named});
    world
        .on(
            "iam",
            "GetAccountAuthorizationDetails",
            json!({
                "UserDetailList": [{"Arn": format!("arn:aws:iam::{ACCOUNT}:user/ana"), "UserName": "ana", "UserId": "AIDAANA", "Path": "/",
                    "CreateDate": THEN, "GroupList": ["all"], "AttachedManagedPolicies": [], "UserPolicyList": []}],
                "GroupDetailList": [{"Arn": format!("arn:aws:iam::{ACCOUNT}:group/all"), "GroupName": "all", "GroupId": "AGPAALL", "Path": "/",
                    "CreateDate": THEN, "GroupPolicyList": [], "AttachedManagedPolicies": [{"PolicyName": "invoke", "PolicyArn": own}]}],
                "RoleDetailList": roles,
                "Policies": [{"Arn": own, "PolicyName": "invoke", "AttachmentCount": 1, "DefaultVersionId": "v1", "PolicyVersionList": [version]}],
            }),
        )
        .on(
            "iam",
            "GetPolicy",
            json!({"Policy": {"Arn": LEFT_OUT, "PolicyName": "AmazonBedrockFullAccess", "DefaultVersionId": "v1", "AttachmentCount": 1}}),
        )
        .on(
            "iam",
            "GetPolicyVersion",
            json!({"PolicyVersion": {"VersionId": "v1", "IsDefaultVersion": true, "CreateDate": THEN, "Document": document("bedrock:*", "*")}}),
        )
        .on(
            "iam",
            "ListServiceSpecificCredentials",
            json!({"ServiceSpecificCredentials": [{"UserName": "ana", "Status": "Active", "CreateDate": THEN,
                "ServiceSpecificCredentialId": "ACCAANA", "ServiceName": "bedrock.amazonaws.com"}]}),
        )
}

fn document(action: &str, resource: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Sid": "Main", "Effect": "Allow", "Action": action, "Resource": resource}]})
}

fn trusted(service: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"Service": format!("{service}.amazonaws.com")},
        "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}}}]})
}

fn role(name: &str, trust: Value, inline: Value, attached: &[&str]) -> Value {
    let attached: Vec<Value> = attached
        .iter()
        .map(|arn| json!({"PolicyName": arn.rsplit('/').next(), "PolicyArn": arn}))
        .collect();
    let inline = if inline == json!({}) {
        json!([])
    } else {
        json!([{"PolicyName": "own", "PolicyDocument": inline}])
    };
    json!({"Arn": role_arn(name), "RoleName": name, "RoleId": format!("AROA{name}"), "Path": "/", "CreateDate": THEN,
        "AssumeRolePolicyDocument": trust, "RolePolicyList": inline, "AttachedManagedPolicies": attached})
}
