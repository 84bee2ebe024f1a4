//! The JSON protocols and CBOR, and which of several answers a call gets.

use serde_json::{Value, json};

use super::super::fake_aws::wire_cbor;
use super::*;

#[test]
fn rest_json_tells_bedrock_from_its_agents_by_path() {
    let aws = FakeAws::start(
        World::new(ACCOUNT)
            .when(
                "bedrock",
                "GetGuardrail",
                json!({"guardrailIdentifier": "arn:a/b", "guardrailVersion": "2"}),
                json!({"name": "two"}),
            )
            .when(
                "bedrock",
                "GetGuardrail",
                json!({"guardrailIdentifier": "arn:a/b"}),
                json!({"name": "draft", "createdAt": "2026-01-02T03:04:05Z", "kmsKeyArn": null}),
            )
            .when(
                "bedrock-agent",
                "GetAgent",
                json!({"agentId": "A1"}),
                json!({"agent": {"agentId": "A1"}}),
            ),
    );
    let send = |raw: Raw| raw.sign("bedrock", "us-east-1").send(aws.url()).unwrap();
    assert_eq!(
        send(Raw::new("GET", "/guardrails/arn%3Aa%2Fb")).json(),
        json!({"name": "draft", "createdAt": "2026-01-02T03:04:05Z"})
    );
    assert_eq!(
        send(Raw::new("GET", "/guardrails/arn%3Aa%2Fb?guardrailVersion=2")).json(),
        json!({"name": "two"})
    );
    assert_eq!(
        send(Raw::new("GET", "/agents/A1/")).json(),
        json!({"agent": {"agentId": "A1"}})
    );
    assert_eq!(
        send(Raw::new("POST", "/agents/").body("{\"maxResults\":5}")).json(),
        json!({"agentSummaries": []})
    );
    let tags = send(Raw::new("POST", "/listTagsForResource").body("{\"resourceARN\":\"arn:x\"}"));
    assert_eq!(tags.json(), json!({"tags": []}));
    let missing = send(Raw::new("GET", "/guardrails/other"));
    assert_eq!(
        (missing.status, missing.headers["x-amzn-errortype"].as_str()),
        (404, "ResourceNotFoundException")
    );
    assert_eq!(
        aws.operations().into_iter().collect::<Vec<_>>(),
        [
            "bedrock-agent:GetAgent",
            "bedrock-agent:ListAgents",
            "bedrock:GetGuardrail",
            "bedrock:ListTagsForResource"
        ]
    );
    assert_eq!((aws.writes(), aws.unexpected(), aws.unsigned()), (vec![], vec![], 0));
}

#[test]
fn json_rpc_has_times_as_numbers_and_policies_as_text() {
    let aws = FakeAws::start(
        World::new(ACCOUNT)
            .on("cloudtrail", "GetTrailStatus", json!({"IsLogging": true, "LatestDeliveryTime": "2026-01-01T00:00:00Z", "LatestDeliveryAttemptTime": "2026-01-01T00:00:00Z"}))
            .on("logs", "DescribeLogGroups", json!({"logGroups": [{"logGroupName": "a", "creationTime": "2026-01-01T00:00:00Z"}, {"logGroupName": "b"}]}))
            .on("organizations", "DescribePolicy", json!({"Policy": {"PolicySummary": {"Id": "p-1"}, "Content": {"Statement": []}}})),
    );
    let send = |signing: &str, target: &str, body: &str| {
        Raw::target(target, body)
            .sign(signing, "us-east-1")
            .send(aws.url())
            .unwrap()
    };
    let status = send(
        "cloudtrail",
        "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.GetTrailStatus",
        "{\"Name\":\"t\"}",
    );
    assert_eq!(
        status.json(),
        json!({"IsLogging": true, "LatestDeliveryTime": 1_767_225_600, "LatestDeliveryAttemptTime": "2026-01-01T00:00:00Z"})
    );
    let groups = send(
        "logs",
        "Logs_20140328.DescribeLogGroups",
        "{\"logGroupNamePrefix\":\"a\"}",
    )
    .json();
    assert_eq!(
        groups,
        json!({"logGroups": [{"logGroupName": "a", "creationTime": 1_767_225_600_000_i64}]})
    );
    let policy = send(
        "organizations",
        "AWSOrganizationsV20161128.DescribePolicy",
        "{\"PolicyId\":\"p-1\"}",
    )
    .json();
    assert_eq!(policy["Policy"]["Content"], json!("{\"Statement\":[]}"));
    let key = send("kms", "TrentService.DescribeKey", "{\"KeyId\":\"k\"}");
    assert_eq!(
        (key.status, key.json()["__type"].as_str()),
        (400, Some("NotFoundException"))
    );
    assert_eq!(key.headers["content-type"], "application/x-amz-json-1.1");
}

#[test]
fn cloudwatch_speaks_cbor() {
    let aws = FakeAws::start(World::new(ACCOUNT).on(
        "cloudwatch",
        "DescribeAlarms",
        json!({"MetricAlarms": [
            {"AlarmName": "a1", "Threshold": 1, "Period": 300, "ActionsEnabled": true, "StateUpdatedTimestamp": "2026-01-01T00:00:00Z"},
            {"AlarmName": "b1"},
        ]}),
    ));
    // {_ "AlarmNamePrefix": "a"} with the indefinite map that the SDK sends.
    let body = b"\xbf\x6fAlarmNamePrefix\x61a\xff";
    let raw = Raw::new(
        "POST",
        "/service/GraniteServiceVersion20100801/operation/DescribeAlarms",
    )
    .header("content-type", "application/cbor")
    .body(body.as_slice());
    let answer = raw.sign("monitoring", "us-east-1").send(aws.url()).unwrap();
    assert_eq!(answer.headers["smithy-protocol"], "rpc-v2-cbor");
    // Threshold is a double and the time a tagged one; see RFC 8949, section 3.4.2.
    let contains = |part: &[u8]| answer.body.windows(part.len()).any(|window| window == part);
    assert!(contains(b"\x69Threshold\xfb\x3f\xf0\x00\x00\x00\x00\x00\x00"));
    assert!(contains(b"\x66Period\x19\x01\x2c"));
    assert!(contains(b"\x75StateUpdatedTimestamp\xc1\xfb"));
    let read = Value::Object(wire_cbor::read(&answer.body).expect("a map"));
    assert_eq!(read["MetricAlarms"].as_array().map(Vec::len), Some(1));
    assert_eq!(aws.calls()[0].name(), "cloudwatch:DescribeAlarms");
}

#[test]
fn cbor_survives_its_own_reading_and_refuses_scraps() {
    let value = json!({"a": [1, -1, 23, 24, 70000, 5_000_000_000_i64, 1.5, "ü", true, false], "m": {"n": {}}});
    let bytes = wire_cbor::write(&value);
    assert_eq!(wire_cbor::read(&bytes).map(Value::Object), Some(value));
    for end in 1..bytes.len() {
        assert_eq!(wire_cbor::read(&bytes[..end]), None, "cut at {end}");
    }
    assert_eq!(wire_cbor::read(&[0x9f; 4096]), None);
}

#[test]
fn the_most_particular_answer_wins() {
    let list = |id: &str| json!({"guardrails": [{"id": id}]});
    let aws = FakeAws::start(
        World::new(ACCOUNT)
            .on_region("bedrock", "us-east-1", "ListGuardrails", list("region"))
            .on_account("bedrock", "444455556666", "ListGuardrails", list("account"))
            .answer(
                On::call("bedrock", "ListGuardrails")
                    .account("444455556666")
                    .region("eu-west-1"),
                list("both"),
            )
            .on("bedrock", "ListGuardrails", list("any")),
    );
    let ask = |key: &str, region: &str| {
        let answer = Raw::new("GET", "/guardrails")
            .sign_as(key, "bedrock", region)
            .send(aws.url())
            .unwrap();
        answer.json()["guardrails"][0]["id"].clone()
    };
    assert_eq!(ask("FAKE111122223333", "us-east-1"), "region");
    assert_eq!(ask("FAKE111122223333", "us-west-2"), "any");
    assert_eq!(ask("FAKE444455556666", "us-west-2"), "account");
    assert_eq!(ask("FAKE444455556666", "eu-west-1"), "both");
}
