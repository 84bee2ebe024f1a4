//! Refusals, faults and crowds.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use super::super::raw::Connection;
use super::*;

#[test]
fn each_protocol_denies_and_throttles_in_its_own_words() {
    let aws = FakeAws::start(
        World::new(ACCOUNT)
            .fail(On::call("*", "*").region("denied"), Fault::Deny)
            .fault_in("slow", "*", "*", Fault::Throttle),
    );
    let requests = [
        (
            Raw::form("GetPolicy", ""),
            "iam",
            (403, "<Code>AccessDenied</Code>"),
            (400, "<Code>Throttling</Code>"),
        ),
        (
            Raw::form("DescribeRegions", ""),
            "ec2",
            (403, "<Response><Errors><Error><Code>UnauthorizedOperation</Code>"),
            (503, "<Code>RequestLimitExceeded</Code>"),
        ),
        (
            Raw::new("GET", "/b?acl"),
            "s3",
            (403, "<Error><Code>AccessDenied</Code>"),
            (503, "<Code>SlowDown</Code>"),
        ),
        (
            Raw::new("GET", "/guardrails"),
            "bedrock",
            (403, "bedrock:ListGuardrails"),
            (429, "Rate exceeded"),
        ),
        (
            Raw::new("GET", "/flows"),
            "bedrock",
            (403, "perform: bedrock:ListFlows"),
            (429, "Rate exceeded"),
        ),
        (
            Raw::target("TrentService.DescribeKey", "{}"),
            "kms",
            (400, "\"__type\":\"AccessDeniedException\""),
            (400, "\"__type\":\"ThrottlingException\""),
        ),
        (
            Raw::new("POST", "/service/G/operation/ListMetrics"),
            "monitoring",
            (403, "AccessDenied"),
            (400, "Throttling"),
        ),
    ];
    for (raw, service, denied, throttled) in requests {
        for (region, (status, part)) in [("denied", denied), ("slow", throttled)] {
            let answer = raw.clone().sign(service, region).send(aws.url()).unwrap();
            assert_eq!(answer.status, status, "{service} {region}");
            assert!(answer.text().contains(part), "{service} {region}: {}", answer.text());
        }
    }
    let cbor = Raw::new("POST", "/service/G/operation/ListMetrics")
        .sign("monitoring", "slow")
        .send(aws.url())
        .unwrap();
    assert_eq!(cbor.headers["x-amzn-query-error"], "Throttling;Sender");
    let head = Raw::new("HEAD", "/b").sign("s3", "denied").send(aws.url()).unwrap();
    assert_eq!((head.status, head.headers["content-length"].as_str()), (403, "0"));
}

#[test]
fn faults_can_end_begin_late_and_pick_their_calls() {
    let aws = FakeAws::start(
        three()
            .fault("bedrock", "ListGuardrails", Fault::Throttle.times(2))
            .fault("bedrock", "List*", Fault::Http500.times(1).after(3))
            .fault_when(
                "bedrock",
                "GetGuardrail",
                json!({"guardrailIdentifier": ["x", "y"]}),
                Fault::ExpiredCredentials,
            )
            .fault(
                "bedrock",
                "GetGuardrail",
                Fault::Error {
                    code: "ValidationException",
                    status: 400,
                    message: "no such region",
                },
            ),
    );
    let statuses: Vec<u16> = (0..5).map(|_| guardrails(&aws, "").status).collect();
    assert_eq!(statuses, [429, 429, 200, 500, 200]);
    let get = |id: &str| guardrails(&aws, &format!("/{id}"));
    assert_eq!(get("y").headers["x-amzn-errortype"], "ExpiredTokenException");
    assert_eq!(get("z").json(), json!({"message": "no such region"}));
    assert_eq!(
        (
            aws.count("bedrock", "ListGuardrails"),
            aws.count("bedrock", "GetGuardrail")
        ),
        (5, 2)
    );
}

#[test]
fn connections_can_tear_hang_and_lie() {
    let aws = FakeAws::start(
        three()
            .fault("bedrock", "ListGuardrails", Fault::Reset.times(1))
            .fault("bedrock", "ListGuardrails", Fault::Truncate.times(1).after(1))
            .fault("bedrock", "ListGuardrails", Fault::Garbage.times(1).after(2))
            .fault("bedrock", "ListGuardrails", Fault::Hang.after(3)),
    );
    let list = Raw::new("GET", "/guardrails").sign("bedrock", "us-east-1");
    assert!(list.send(aws.url()).is_err(), "closed without an answer");
    assert!(list.send(aws.url()).is_err(), "half a body");
    let garbage = list.send(aws.url()).unwrap();
    assert!(garbage.status == 200 && serde_json::from_slice::<serde_json::Value>(&garbage.body).is_err());
    let began = Instant::now();
    let mut patient = Connection::open(aws.url())
        .unwrap()
        .patience(Duration::from_millis(50))
        .unwrap();
    assert!(patient.send(&list).is_err());
    drop(aws);
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "ending the fake does not wait for hanging calls"
    );
}

#[test]
fn unsigned_unknown_and_writing_requests_are_refused_and_kept() {
    let aws = FakeAws::start(World::new(ACCOUNT));
    let send = |raw: Raw| raw.send(aws.url()).unwrap().status;
    assert_eq!(send(Raw::new("GET", "/guardrails")), 403);
    assert_eq!(
        send(Raw::new("GET", "/guardrails").header("authorization", "AWS4-HMAC-SHA256 Credential=a/b")),
        403
    );
    assert_eq!(aws.unsigned(), 2);
    assert_eq!(
        send(Raw::new("GET", "/guardrails").sign_as("AKIAIOSFODNN7EXAMPLE", "bedrock", "us-east-1")),
        403
    );
    assert_eq!(send(Raw::new("GET", "/nowhere").sign("bedrock", "us-east-1")), 501);
    assert_eq!(aws.unexpected(), ["GET /guardrails", "GET /nowhere"]);
    assert_eq!(
        send(Raw::new("PUT", "/agents").body("{}").sign("bedrock", "us-east-1")),
        403
    );
    assert_eq!(
        send(Raw::form("CreateUser", "&UserName=x").sign("iam", "us-east-1")),
        403
    );
    assert_eq!(
        send(Raw::target("CloudTrail_20131101.StopLogging", "{}").sign("cloudtrail", "us-east-1")),
        400
    );
    assert_eq!(
        aws.writes(),
        ["PUT /agents", "iam:CreateUser", "cloudtrail:StopLogging"]
    );
    assert_eq!(aws.calls(), []);
}

#[test]
fn what_nobody_mentioned_is_empty_or_not_found() {
    let aws = FakeAws::start(World::new(ACCOUNT));
    let rpc = |target: &str, signing: &str| {
        Raw::target(target, "{}")
            .sign(signing, "us-east-1")
            .send(aws.url())
            .unwrap()
    };
    assert_eq!(
        rpc("CloudTrail_20131101.DescribeTrails", "cloudtrail").json(),
        json!({"trailList": []})
    );
    let error = |answer: Answer| answer.json()["__type"].as_str().unwrap_or_default().to_owned();
    assert_eq!(
        error(rpc("CloudTrail_20131101.GetTrailStatus", "cloudtrail")),
        "TrailNotFoundException"
    );
    assert_eq!(
        error(rpc("AWSOrganizationsV20161128.ListRoots", "organizations")),
        "AWSOrganizationsNotInUseException"
    );
    let logging = Raw::new("GET", "/logging/modelinvocations")
        .sign("bedrock", "us-east-1")
        .send(aws.url())
        .unwrap();
    assert_eq!(logging.json(), json!({}));
    let policy = Raw::form("GetPolicy", "&PolicyArn=x")
        .sign("iam", "us-east-1")
        .send(aws.url())
        .unwrap();
    assert_eq!(policy.status, 404);
    assert!(
        policy
            .text()
            .contains("<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchEntity</Code>")
    );
    let lambda = Raw::new("GET", "/2015-03-31/functions/f/policy")
        .sign("lambda", "us-east-1")
        .send(aws.url())
        .unwrap();
    assert_eq!(
        (lambda.status, lambda.headers["x-amzn-errortype"].as_str()),
        (404, "ResourceNotFoundException")
    );

    let member = FakeAws::start(World::new(ACCOUNT).on(
        "organizations",
        "DescribeOrganization",
        json!({"Organization": {"Id": "o-1"}}),
    ));
    let roots = Raw::target("AWSOrganizationsV20161128.ListRoots", "{}").sign("organizations", "us-east-1");
    assert_eq!(roots.send(member.url()).unwrap().json(), json!({"Roots": []}));
}

#[test]
fn one_connection_carries_many_calls_and_many_connections_run_at_once() {
    let aws = FakeAws::start(three().latency_ms(40));
    let list = Raw::new("GET", "/guardrails").sign("bedrock", "us-east-1");
    let mut kept = Connection::open(aws.url()).unwrap();
    for _ in 0..3 {
        assert_eq!(kept.send(&list).unwrap().status, 200);
    }
    assert_eq!((aws.connections(), aws.peak()), (1, 1));

    let began = Instant::now();
    thread::scope(|scope| {
        for _ in 0..32 {
            scope.spawn(|| assert_eq!(list.send(aws.url()).unwrap().status, 200));
        }
    });
    assert!(
        began.elapsed() < Duration::from_millis(32 * 40),
        "one after the other it would take longer"
    );
    assert!((2..=32).contains(&aws.peak()), "{}", aws.peak());
    assert_eq!(aws.count("bedrock", "ListGuardrails"), 35);
}

#[test]
fn more_than_is_allowed_is_refused() {
    let aws = FakeAws::start(three().fault("bedrock", "ListGuardrails", Fault::above(0.0, 2.0)));
    let statuses: Vec<u16> = (0..3).map(|_| guardrails(&aws, "").status).collect();
    assert_eq!(statuses, [200, 200, 429]);
    aws.wait_for("bedrock", "ListGuardrails", Duration::from_mins(1));
    assert_eq!(aws.count("bedrock", "ListGuardrails"), 3);
}
