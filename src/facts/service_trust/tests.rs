//! Policies with source conditions of every kind, and whom they keep out.

use super::*;
use serde_json::{Value, json};

fn trust(statements: Value) -> ServiceTrust {
    let text = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    let setting = Setting {
        account: "111122223333",
        partition: "aws",
        regions: &["eu-west-1".to_owned()],
        sources: &[],
        resource_type: "agent",
        action: "sts:AssumeRole",
        target: "arn:aws:iam::111122223333:role/agent",
    };
    judge(&text, setting).known().cloned().unwrap()
}

fn bedrock(condition: Value) -> ServiceTrust {
    trust(
        json!([{"Effect": "Allow", "Principal": {"Service": "bedrock.amazonaws.com"}, "Action": "sts:AssumeRole", "Condition": condition}]),
    )
}

#[test]
fn both_keys_in_force_whatever_their_letters() {
    let trust = bedrock(
        json!({"StringEquals": {"AWS:sourceaccount": "111122223333"}, "ArnLike": {"aws:SourceARN": "arn:aws:bedrock:*:111122223333:agent/*"}}),
    );
    assert_eq!((trust.source_account, trust.source_arn), (true, true), "{trust:?}");
    assert!(trust.faults().is_empty() && trust.missing_key().is_none());
}

#[test]
fn the_account_of_the_role_itself_is_its_own() {
    let trust = bedrock(json!({"StringEquals": {"aws:SourceAccount": "${aws:ResourceAccount}"}}));
    assert_eq!(trust.missing_key(), Some("aws:SourceArn"), "{trust:?}");
}

#[test]
fn one_key_is_partial() {
    assert_eq!(
        bedrock(json!({"StringEquals": {"aws:SourceAccount": "111122223333"}})).missing_key(),
        Some("aws:SourceArn")
    );
    let arn = bedrock(json!({"ArnLike": {"aws:SourceArn": "arn:aws:bedrock:eu-west-1:111122223333:agent/A1"}}));
    assert_eq!(arn.missing_key(), Some("aws:SourceAccount"));
    assert!(arn.faults().is_empty());
}

#[test]
fn a_key_that_a_stranger_satisfies_is_not_in_force() {
    for condition in [
        json!({}),
        json!({"StringLike": {"aws:SourceAccount": "*"}}),
        json!({"ArnLike": {"aws:SourceArn": "arn:aws:bedrock:*"}}),
        json!({"ArnLike": {"aws:SourceArn": "arn:aws:bedrock:*:*:agent/*"}}),
        json!({"StringEqualsIfExists": {"aws:SourceAccount": "111122223333"}}),
        json!({"ForAllValues:StringEquals": {"aws:SourceAccount": "111122223333"}}),
        json!({"StringLike": {"aws:SourceAccount": "1111*"}}),
        json!({"ArnLike": {"aws:SourceArn": "arn:aws:bedrock:*:1111????3333:agent/*"}}),
    ] {
        assert_eq!(bedrock(condition.clone()).faults().len(), 1, "{condition}");
    }
}

#[test]
fn another_account_and_other_principals_are_open() {
    assert_eq!(
        bedrock(json!({"StringEquals": {"aws:SourceAccount": "444455556666"}})).foreign,
        ["444455556666"]
    );
    let others = |principal: Value| {
        trust(json!([{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}])).others
    };
    assert_eq!(
        others(json!({"AWS": "arn:aws:iam::111122223333:root"})),
        ["arn:aws:iam::111122223333:root"]
    );
    assert_eq!(
        others(json!({"Service": ["bedrock.amazonaws.com", "lambda.amazonaws.com"]})),
        ["lambda.amazonaws.com"]
    );
    assert_eq!(others(json!("*")), ["*"]);
}

#[test]
fn a_condition_may_name_outsiders() {
    let named = |condition: Value, home: Home<'_>| {
        let statement = json!({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole", "Resource": "*",
            "Condition": condition});
        let text = json!({"Version": "2012-10-17", "Statement": statement}).to_string();
        let setting = Setting {
            account: "111122223333",
            partition: "aws",
            regions: &[],
            sources: &[],
            resource_type: "agent",
            action: "sts:AssumeRole",
            target: "arn:aws:iam::111122223333:role/agent",
        };
        let found = named_outsiders(&Document::parse(&text).unwrap(), setting, home);
        found.into_iter().collect::<Vec<_>>()
    };
    let of = |id: &str| json!({"StringEquals": {"aws:PrincipalOrgID": id}});
    let ours = Home::Organization("o-a1b2c3d4e5");
    assert_eq!(named(of("o-other00000"), ours), ["organization o-other00000"]);
    assert_eq!(named(of("o-other00000"), Home::Alone), ["organization o-other00000"]);
    assert!(named(of("o-a1b2c3d4e5"), ours).is_empty());
    assert!(named(of("o-other00000"), Home::Unread).is_empty());
    let both = json!({"StringEquals": {"aws:PrincipalAccount": ["111122223333", "444455556666"]}});
    assert_eq!(named(both.clone(), ours), ["444455556666"]);
    let mut in_organization = both;
    in_organization["StringEquals"]["aws:PrincipalOrgID"] = json!("o-a1b2c3d4e5");
    assert!(named(in_organization, ours).is_empty());
}

#[test]
fn a_deny_takes_others_out_again() {
    let trust = trust(json!([
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "sts:AssumeRole"},
        {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole", "Condition": {"Bool": {"aws:PrincipalIsAWSService": "false"}}}
    ]));
    assert!(trust.others.is_empty(), "{trust:?}");
}
