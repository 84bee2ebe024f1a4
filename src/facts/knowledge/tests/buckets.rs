//! The policy and the lists of a source bucket: what keeps documents inside, and what lets outsiders in.

use super::*;

#[test]
fn what_refuses_from_outside_counts_however_it_is_written() {
    for condition in [
        json!({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}),
        json!({"StringNotEqualsIfExists": {"aws:SourceVpc": ["vpc-1", "vpc-2"]}}),
        json!({"StringNotEquals": {"aws:SourceVpc": "vpc-1", "aws:SourceVpce": "vpce-1"}}),
        json!({"StringNotLike": {"AWS:sourcevpc": "vpc-1"}, "BoolIfExists": {"aws:PrincipalIsAWSService": "false", "aws:ViaAWSService": "false"}}),
        json!({"StringNotEquals": {"aws:SourceVpc": "vpc-1"}, "StringNotLike": {"aws:userId": "AROAKB:*"}}),
        json!({"StringNotEquals": {"aws:SourceVpc": "vpc-1", "aws:PrincipalTag/perimeter": "exempt"}}),
        json!({"StringNotEquals": {"aws:VpceOrgID": "o-mine"}}),
    ] {
        assert_eq!(vpc(condition.clone()), Pass, "{condition}");
    }
}

#[test]
fn what_does_not_refuse_from_outside_or_asks_for_no_vpc_fails() {
    for condition in [
        json!({"StringEquals": {"aws:SourceVpc": "vpc-1"}}),
        json!({"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}),
        json!({"Null": {"aws:SourceVpc": "true"}}),
        json!({"StringNotLike": {"aws:SourceVpce": "vpce-*"}}),
        json!({"Bool": {"aws:SecureTransport": "false"}}),
        json!({"ForAnyValue:StringNotEquals": {"aws:SourceVpc": "vpc-1"}}),
        json!({"ArnNotEquals": {"aws:PrincipalArn": ROLE}}),
    ] {
        assert_eq!(vpc(condition.clone()), Fail, "{condition}");
    }
    assert_eq!(
        changed("/global/bucket_policies/0", json!({"Bucket": "docs"}), "vpc-only").0,
        Fail
    );
    // An Allow from the VPC keeps nobody out who is allowed by identity.
    let from_vpc = json!({"Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::docs/*", "Condition": {"StringEquals": {"aws:SourceVpc": "vpc-1"}}}]});
    assert_eq!(policy(from_vpc, "vpc-only").0, Fail);
}

#[test]
fn the_deny_must_cover_the_objects_that_are_read() {
    let condition = json!({"StringNotEquals": {"aws:SourceVpc": "vpc-1"}});
    let narrowed = |pointer: &str, value: Value| {
        let mut document = deny(condition.clone());
        *document.pointer_mut(pointer).unwrap() = value;
        policy(document, "vpc-only").0
    };
    assert_eq!(
        narrowed("/Statement/0/Resource", json!("arn:aws:s3:::docs/public/*")),
        Pass
    );
    assert_eq!(
        narrowed("/Statement/0/Resource", json!("arn:aws:s3:::docs/private/*")),
        Fail
    );
    assert_eq!(narrowed("/Statement/0/Resource", json!("arn:aws:s3:::docs")), Fail);
    assert_eq!(narrowed("/Statement/0/Action", json!("s3:PutObject")), Fail);
    assert_eq!(
        narrowed(
            "/Statement/0/Principal",
            json!({"AWS": "arn:aws:iam::111122223333:role/x"})
        ),
        Fail
    );
}

#[test]
fn a_wildcard_exception_is_a_hole_and_a_named_one_is_not() {
    let with = |operator: &str, key: &str, value: Value| {
        deny(json!({"StringNotEquals": {"aws:SourceVpc": "vpc-1"}, operator: {key: value}}))
    };
    for document in [
        with(
            "ArnNotLike",
            "aws:PrincipalArn",
            json!("arn:aws:iam::111122223333:role/*"),
        ),
        with("ArnNotLike", "aws:PrincipalArn", json!("arn:aws:iam::*:user/*")),
        with("StringNotLike", "aws:PrincipalArn", json!("*")),
        with("StringNotEqualsIfExists", "aws:PrincipalAccount", json!(ACCOUNT)),
    ] {
        assert_eq!(policy(document.clone(), "vpc-exception").0, Fail, "{document}");
        assert_eq!(policy(document.clone(), "vpc-only").0, Pass, "{document}");
    }
    let named = with(
        "ArnNotLike",
        "aws:PrincipalArn",
        json!([ROLE, "arn:aws:iam::111122223333:role/admin"]),
    );
    assert_eq!(policy(named, "vpc-exception").0, Pass);
    assert_eq!(policy(json!({"Statement": []}), "vpc-exception").0, NotApplicable);
}

#[test]
fn ingestion_needs_an_exception_for_this_very_role() {
    let plain = deny(json!({"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}));
    let (status, text) = policy(plain, "vpc-blocks-ingestion");
    assert_eq!(status, Fail);
    assert!(text.contains("handbook"), "{text}");
    let other = json!({"StringNotEquals": {"aws:SourceVpc": "vpc-1"}, "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/kb"}});
    assert_eq!(policy(deny(other), "vpc-blocks-ingestion").0, Fail);
    let by_id = json!({"StringNotEquals": {"aws:SourceVpc": "vpc-1"}, "StringNotLike": {"aws:userid": "AROAKB:*"}});
    assert_eq!(policy(deny(by_id), "vpc-blocks-ingestion").0, Pass);
}

#[test]
fn outsiders_are_found_in_policies_and_lists() {
    let public = |condition: Value| json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::docs/in/*", "Condition": condition}]});
    let called = |arn: &str| policy(public(json!({"ArnLike": {"aws:PrincipalArn": arn}})), "public-source").0;
    assert_eq!(called("arn:aws:iam::*:role/uploader"), Fail);
    assert_eq!(called("arn:aws:iam::????????????:role/uploader"), Fail);
    assert_eq!(called("arn:aws:iam::444455556666:role/uploader"), Pass);
    assert_eq!(policy(public(json!({})), "public-source").0, Fail);
    assert_eq!(
        policy(
            public(json!({"StringEquals": {"aws:SourceVpc": "vpc-1"}})),
            "public-source"
        )
        .0,
        Pass
    );
    assert_eq!(
        policy(
            public(json!({"StringEquals": {"aws:PrincipalOrgID": "o-mine"}})),
            "public-source"
        )
        .0,
        Pass
    );
    let foreign = |condition: Value| json!({"Statement": [{"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::docs/*", "Condition": condition}]});
    assert_eq!(policy(foreign(json!({})), "public-source").0, Fail);
    assert_eq!(
        policy(
            foreign(json!({"StringEquals": {"aws:PrincipalTag/team": "x"}})),
            "public-source"
        )
        .0,
        Pass
    );
    let mut world = good();
    world["global"]["bucket_policies"][0]["Policy"] = public(json!({}));
    world["global"]["bucket_public_access_blocks"][0]["RestrictPublicBuckets"] = json!(true);
    assert_eq!(rule(&world, "public-source").0, Pass);
    world["global"]["bucket_public_access_blocks"] =
        json!({"collected": true, "gaps": [denied("GetPublicAccessBlock", json!("docs"))]});
    assert_eq!(rule(&world, "public-source").0, Unknown);
    let mut world = good();
    world["global"]["bucket_acls"][0]["Grants"] =
        json!([{"GranteeUri": "http://acs.amazonaws.com/groups/global/AllUsers", "Permission": "WRITE"}]);
    assert_eq!(rule(&world, "public-source").0, Pass);
    world["global"]["bucket_ownership"][0]["ObjectOwnership"] = json!("ObjectWriter");
    assert_eq!(rule(&world, "public-source").0, Fail);
    world["global"]["bucket_public_access_blocks"][0]["IgnorePublicAcls"] = json!(true);
    assert_eq!(rule(&world, "public-source").0, Pass);
}

/// A bucket that is public by its policy, and by its list where `listed`, and that blocks nothing itself.
fn public(listed: bool) -> Value {
    let mut world = good();
    if listed {
        world["global"]["bucket_acls"][0]["Grants"] =
            json!([{"GranteeUri": "http://acs.amazonaws.com/groups/global/AllUsers", "Permission": "WRITE"}]);
        world["global"]["bucket_ownership"][0]["ObjectOwnership"] = json!("ObjectWriter");
    } else {
        world["global"]["bucket_policies"][0]["Policy"] = json!({"Statement": [{"Effect": "Allow", "Principal": "*",
            "Action": "s3:GetObject", "Resource": "arn:aws:s3:::docs/*"}]});
    }
    world
}

/// What comes of it where the account blocks so much.
fn with_account(mut world: Value, block: Value) -> (Status, String) {
    world["global"]["account_public_access_block"] = block;
    rule(&world, "public-source")
}

fn account_blocks(switches: &[&str]) -> Value {
    let mut row = json!({"AccountId": ACCOUNT});
    for switch in switches {
        row[*switch] = json!(true);
    }
    json!([row])
}

#[test]
fn the_account_blocks_for_its_buckets_what_is_public() {
    assert_eq!(
        with_account(public(false), account_blocks(&["RestrictPublicBuckets"])).0,
        Pass
    );
    assert_eq!(
        with_account(public(true), account_blocks(&["IgnorePublicAcls"])).0,
        Pass
    );
    for listed in [false, true] {
        // No block at all, one that refuses only what is new, one of the other kind, and one of some other account.
        assert_eq!(with_account(public(listed), json!([])).0, Fail);
        let new = account_blocks(&["BlockPublicAcls", "BlockPublicPolicy"]);
        assert_eq!(with_account(public(listed), new).0, Fail);
        let other = if listed {
            "RestrictPublicBuckets"
        } else {
            "IgnorePublicAcls"
        };
        assert_eq!(with_account(public(listed), account_blocks(&[other])).0, Fail);
        let of_another =
            json!([{"AccountId": "444455556666", "IgnorePublicAcls": true, "RestrictPublicBuckets": true}]);
        assert_eq!(with_account(public(listed), of_another).0, Fail);
    }
    // The account's block stands whatever of the bucket's could be read.
    let mut world = public(false);
    world["global"]["bucket_public_access_blocks"] =
        json!({"collected": true, "gaps": [denied("GetPublicAccessBlock", json!("docs"))]});
    assert_eq!(
        with_account(world.clone(), account_blocks(&["RestrictPublicBuckets"])).0,
        Pass
    );
    assert_eq!(with_account(world, json!([])).0, Unknown);
}

#[test]
fn an_unread_block_of_the_account_matters_where_something_is_public() {
    let hidden = json!({"collected": true, "gaps": [{"service": "s3control", "operation": "GetPublicAccessBlock", "resource": ACCOUNT,
        "kind": "denied", "permission": "s3:GetAccountPublicAccessBlock"}]});
    for listed in [false, true] {
        assert_eq!(with_account(public(listed), hidden.clone()).0, Unknown);
    }
    assert_eq!(with_account(good(), hidden.clone()).0, Pass);
    let mut blocked = public(false);
    blocked["global"]["bucket_public_access_blocks"][0]["RestrictPublicBuckets"] = json!(true);
    assert_eq!(with_account(blocked, hidden.clone()).0, Pass);
    // A block is no help against an account that is named.
    let mut named = good();
    named["global"]["bucket_policies"][0]["Policy"] = json!({"Statement": [{"Effect": "Allow",
        "Principal": {"AWS": "444455556666"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::docs/*"}]});
    assert_eq!(with_account(named, hidden.clone()).0, Fail);
    let (_, text) = with_account(public(false), hidden);
    assert!(text.contains("s3control:GetPublicAccessBlock"), "{text}");
}

#[test]
fn an_account_blocks_nothing_for_the_buckets_of_others() {
    let all = account_blocks(&["IgnorePublicAcls", "RestrictPublicBuckets"]);
    let owned = |world: &Value, owned: Value| {
        let mut world = world.clone();
        world["global"]["buckets"][0]["Owned"] = owned;
        with_account(world, all.clone()).0
    };
    for listed in [false, true] {
        let world = public(listed);
        assert_eq!(owned(&world, json!(true)), Pass);
        assert_eq!(owned(&world, json!(false)), Fail);
        assert_eq!(owned(&world, json!(null)), Unknown);
        let mut told = world;
        told["regional"]["data_source_details"][0]["bucketOwnerAccountId"] = json!(ACCOUNT);
        assert_eq!(owned(&told, json!(null)), Pass);
        assert_eq!(owned(&told, json!(false)), Fail);
        told["regional"]["data_source_details"][0]["bucketOwnerAccountId"] = json!("444455556666");
        assert_eq!(owned(&told, json!(null)), Fail);
    }
    // Where the account blocks nothing either, it does not matter whose the bucket is.
    let mut world = public(false);
    world["global"]["buckets"][0]["Owned"] = json!(null);
    assert_eq!(with_account(world, json!([])).0, Fail);
}

#[test]
fn an_unread_or_broken_policy_is_unknown_with_the_permission() {
    let unread = json!({"collected": true, "gaps": [denied("GetBucketPolicy", json!("docs"))]});
    for slug in ["vpc-only", "vpc-exception", "vpc-blocks-ingestion", "public-source"] {
        assert_eq!(
            changed("/global/bucket_policies", unread.clone(), slug).0,
            Unknown,
            "{slug}"
        );
    }
    assert_eq!(policy(json!("{"), "vpc-only").0, Unknown);
    assert_eq!(vpc(json!({"StringNope": {"aws:SourceVpc": "vpc-1"}})), Unknown);
}
