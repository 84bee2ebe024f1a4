//! The three XML protocols, and how their requests find their operation.

use serde_json::json;

use super::*;

#[test]
fn query_results_are_wrapped_and_documents_percent_encoded() {
    let policy = json!({"Version": "2012-10-17", "Statement": []});
    let aws = FakeAws::start(World::new(ACCOUNT).on(
        "iam",
        "GetAccountAuthorizationDetails",
        json!({"RoleDetailList": [{"RoleName": "a&b", "AssumeRolePolicyDocument": policy}], "UserDetailList": [{"UserName": "u"}]}),
    ));
    let call = Raw::form(
        "GetAccountAuthorizationDetails",
        "&Filter.member.1=Role&Filter.member.2=User&MaxItems=50",
    );
    let answer = call.sign("iam", "us-east-1").send(aws.url()).unwrap();
    let text = answer.text();
    assert_eq!(answer.status, 200);
    assert!(text.starts_with("<GetAccountAuthorizationDetailsResponse "), "{text}");
    assert!(
        text.contains("<GetAccountAuthorizationDetailsResult><RoleDetailList><member><RoleName>a&amp;b</RoleName>"),
        "{text}"
    );
    assert!(
        text.contains("%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%5D%7D</AssumeRolePolicyDocument>"),
        "{text}"
    );
    assert!(text.contains("<IsTruncated>false</IsTruncated>"), "{text}");
    let calls = aws.calls();
    assert_eq!(calls.len(), 1);
    assert_eq!(
        (calls[0].account.as_str(), calls[0].region.as_str()),
        (ACCOUNT, "us-east-1")
    );
    assert_eq!(calls[0].params, json!({"Filter": ["Role", "User"], "MaxItems": "50"}));
}

#[test]
fn an_assumed_role_s_key_names_the_role_s_account() {
    let aws = FakeAws::start(World::new(ACCOUNT));
    let role = "&RoleArn=arn%3Aaws%3Aiam%3A%3A444455556666%3Arole%2Fpath%2Faudit&RoleSessionName=s";
    let text = Raw::form("AssumeRole", role)
        .sign("sts", "eu-west-1")
        .send(aws.url())
        .unwrap()
        .text();
    let key = text
        .split("<AccessKeyId>")
        .nth(1)
        .and_then(|rest| rest.split('<').next())
        .expect("a key");
    assert!(
        text.contains("<Arn>arn:aws:sts::444455556666:assumed-role/audit/s</Arn>"),
        "{text}"
    );

    let who = Raw::form("GetCallerIdentity", "").sign_as(key, "sts", "eu-west-1");
    assert_eq!(
        who.send(aws.url()).unwrap().status,
        403,
        "temporary keys need their token"
    );
    let text = who.header("x-amz-security-token", "t").send(aws.url()).unwrap().text();
    assert!(
        text.contains("<GetCallerIdentityResult>") && text.contains("<Account>444455556666</Account>"),
        "{text}"
    );
}

#[test]
fn ec2_lists_have_their_own_names() {
    let aws = FakeAws::start(World::new(ACCOUNT).regions(&["us-east-1", "eu-west-1"]).on(
        "ec2",
        "DescribeVpcEndpoints",
        json!({"VpcEndpoints": [
            {"VpcEndpointId": "vpce-1", "ServiceName": "com.amazonaws.us-east-1.bedrock-runtime", "PrivateDnsEnabled": true,
             "SubnetIds": ["subnet-1"], "Groups": [{"GroupId": "sg-1"}], "PolicyDocument": {"Statement": "\"<x>\""},
             "DnsEntries": [{"DnsName": "d"}], "CreationTimestamp": "2026-01-02T03:04:05Z"},
            {"VpcEndpointId": "vpce-2", "ServiceName": "com.amazonaws.us-east-1.s3"},
        ]}),
    ));
    let regions = Raw::form("DescribeRegions", "")
        .sign("ec2", "us-east-1")
        .send(aws.url())
        .unwrap()
        .text();
    assert!(
        regions.contains("<regionInfo><item><regionName>us-east-1</regionName><regionEndpoint>ec2.us-east-1."),
        "{regions}"
    );
    assert!(
        regions.contains("<optInStatus>opt-in-not-required</optInStatus>"),
        "{regions}"
    );

    let filter = "&Filter.1.Name=service-name&Filter.1.Value.1=com.amazonaws.*.bedrock*";
    let text = Raw::form("DescribeVpcEndpoints", filter)
        .sign("ec2", "us-east-1")
        .send(aws.url())
        .unwrap()
        .text();
    for part in [
        "<vpcEndpointSet><item><vpcEndpointId>vpce-1</vpcEndpointId>",
        "<privateDnsEnabled>true</privateDnsEnabled>",
        "<subnetIdSet><item>subnet-1</item></subnetIdSet>",
        "<groupSet><item><groupId>sg-1</groupId></item></groupSet>",
        "<policyDocument>{&quot;Statement&quot;:&quot;\\&quot;&lt;x&gt;\\&quot;&quot;}</policyDocument>",
        "<dnsEntrySet><item><dnsName>d</dnsName></item></dnsEntrySet>",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains("vpce-2"), "{text}");
    let wanted = json!([{"Name": "service-name", "Values": ["com.amazonaws.*.bedrock*"]}]);
    assert!(aws.calls().iter().any(|call| call.params["Filters"] == wanted));
}

#[test]
fn s3_names_each_document_s_root() {
    let aws = FakeAws::start(
        World::new(ACCOUNT)
            .bucket("b1", "eu-west-1", ACCOUNT)
            .on("s3", "GetBucketPolicy", json!({"Policy": {"Statement": []}}))
            .on(
                "s3",
                "GetBucketLifecycleConfiguration",
                json!({"Rules": [{"ID": "a"}, {"ID": "b", "Transitions": [{"Days": 3}]}]}),
            )
            .on(
                "s3",
                "GetBucketVersioning",
                json!({"Status": "Enabled", "MFADelete": "Disabled"}),
            )
            .on(
                "s3",
                "GetPublicAccessBlock",
                json!({"PublicAccessBlockConfiguration": {"BlockPublicAcls": true}}),
            )
            .on(
                "s3",
                "GetBucketAcl",
                json!({"Owner": {"ID": "o"}, "Grants": [
                {"Grantee": {"Type": "Group", "URI": "http://acs/AllUsers"}, "Permission": "READ"}]}),
            ),
    );
    let get = |target: &str| Raw::new("GET", target).sign("s3", "eu-west-1").send(aws.url()).unwrap();
    assert_eq!(get("/b1?policy").text(), "{\"Statement\":[]}");
    assert!(get("/b1/?location").text().ends_with(">eu-west-1</LocationConstraint>"));
    let text = get("/b1?lifecycle").text();
    assert!(
        text.contains(
            "<LifecycleConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Rule><ID>a</ID></Rule><Rule>"
        ),
        "{text}"
    );
    assert!(
        text.contains("<Transition><Days>3</Days></Transition></Rule></LifecycleConfiguration>"),
        "{text}"
    );
    assert!(
        get("/b1?versioning")
            .text()
            .contains("<Status>Enabled</Status><MfaDelete>Disabled</MfaDelete>")
    );
    assert!(
        get("/b1?publicAccessBlock")
            .text()
            .contains("<BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>")
    );
    let acl = get("/b1?acl").text();
    assert!(acl.contains("<AccessControlList><Grant><Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"Group\"><URI>"), "{acl}");
    assert!(!acl.contains("<Type>"), "{acl}");

    let path = "/v20180820/configuration/publicAccessBlock";
    let of_account = Raw::new("GET", path)
        .header("x-amz-account-id", ACCOUNT)
        .sign("s3", "eu-west-1");
    let text = of_account.send(aws.url()).unwrap().text();
    let envelope = "<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchPublicAccessBlockConfiguration</Code>";
    assert!(text.starts_with(envelope), "{text}");

    let missing = get("/b1?encryption");
    assert_eq!(missing.status, 404);
    assert!(
        missing
            .text()
            .contains("<Error><Code>ServerSideEncryptionConfigurationNotFoundError</Code>")
    );
    assert!(get("/b2?policy").text().contains("<Code>NoSuchBucket</Code>"));
    let away = Raw::new("GET", "/b1?policy")
        .sign("s3", "us-east-1")
        .send(aws.url())
        .unwrap();
    assert_eq!(
        (away.status, away.headers["x-amz-bucket-region"].as_str()),
        (301, "eu-west-1")
    );
    let head = Raw::new("HEAD", "/b1").sign("s3", "eu-west-1").send(aws.url()).unwrap();
    assert_eq!(
        (head.status, head.headers["x-amz-bucket-region"].as_str()),
        (200, "eu-west-1")
    );
    let other = Raw::new("GET", "/b1?policy").header("x-amz-expected-bucket-owner", "999999999999");
    assert_eq!(other.sign("s3", "eu-west-1").send(aws.url()).unwrap().status, 403);
    assert_eq!(
        aws.calls().iter().filter(|call| call.params["Bucket"] == "b2").count(),
        1
    );
}
