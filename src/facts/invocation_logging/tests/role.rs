//! The delivery role: what it may do, and who may assume it.

use super::*;

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
