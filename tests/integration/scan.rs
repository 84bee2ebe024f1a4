//! `scan` and `collect` from end to end: the program itself against a pretended AWS, with what it prints and how it exits.

use crate::support::cmd::{Cmd, Ran};
use crate::support::estate::Estate;
use crate::support::fake_aws::{FakeAws, Fault, World};
use serde_json::{Value, json};
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

const MINUTE: Duration = Duration::from_mins(1);

fn two_regions() -> World {
    let mut estate = Estate::small(&["us-east-1", "eu-central-1"]);
    estate.used = estate.regions.clone();
    estate.world()
}

fn one_region() -> World {
    Estate::small(&["us-east-1"]).world()
}

fn scan(aws: &FakeAws, more: &[&str]) -> Ran {
    let args = [&["scan", "--format", "json", "--show-passed"], more].concat();
    let ran = Cmd::bin().aws(aws).args(args).run();
    assert_eq!(aws.writes(), Vec::<String>::new());
    ran
}

fn findings<'a>(report: &'a Value, status: &'a str) -> impl Iterator<Item = &'a Value> {
    let all = report["findings"].as_array().unwrap().iter();
    all.filter(move |finding| finding["status"] == status)
}

#[test]
fn two_regions_in_pages_of_two_come_out_as_in_one_page() {
    let whole = scan(&FakeAws::start(two_regions()), &[]);
    let aws = FakeAws::start(two_regions().page(2).latency_ms(50));
    let paged = scan(&aws, &[]);
    assert_eq!(paged.code, Some(1), "{}", paged.stderr);
    let without_clock = |ran: &Ran| {
        let mut report = ran.json();
        report["generated_at"] = Value::Null;
        report
    };
    assert_eq!(without_clock(&paged), without_clock(&whole));
    let report = paged.json();
    assert_eq!(report["scope"]["regions_in_use"], json!(["eu-central-1", "us-east-1"]));
    assert_eq!(report["gaps"], json!([]));
    assert!(aws.connections() <= 128, "{} connections", aws.connections());
}

#[test]
fn a_saved_snapshot_is_judged_like_the_account() {
    let aws = FakeAws::start(one_region());
    let live = scan(&aws, &[]).json();
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("account.json.gz");
    let collected = Cmd::bin()
        .aws(&aws)
        .args(["collect", "--quiet", "-o"])
        .args([&file])
        .run();
    assert_eq!(
        (collected.code, collected.stdout.as_str()),
        (Some(0), ""),
        "{}",
        collected.stderr
    );
    let checked = Cmd::bin()
        .args(["check", "--format", "json", "--show-passed"])
        .args([&file])
        .run();
    assert_eq!(checked.json()["findings"], live["findings"]);
}

#[test]
fn one_denied_guardrail_is_unknown_and_the_gate_undecided() {
    let arn = |region: &str, number: usize| format!("arn:aws:bedrock:{region}:111122223333:guardrail/guseast1{number}");
    let denied = arn("us-east-1", 1);
    let world = || {
        one_region().fault_when(
            "bedrock",
            "GetGuardrail",
            json!({"guardrailIdentifier": denied}),
            Fault::Deny,
        )
    };
    let aws = FakeAws::start(world());
    let ran = scan(&aws, &["--control", "aws-genai-06"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    let report = ran.json();
    let gaps = report["gaps"].as_array().unwrap();
    assert!(
        !gaps.is_empty() && gaps.iter().all(|gap| gap["permission"] == "bedrock:GetGuardrail"),
        "{gaps:?}"
    );
    let about = |arn: &str| {
        let finding =
            findings(&report, "UNKNOWN").find(|finding| finding["resource"]["arn"].as_str().unwrap().starts_with(arn));
        finding.map(|finding| finding["rule_id"].clone())
    };
    assert!(about(&denied).is_some(), "{gaps:?}");
    assert_eq!(about(&arn("us-east-1", 0)), None, "the other one is judged");
    let ran = scan(
        &FakeAws::start(world()),
        &["--control", "aws-genai-06", "--allow-unknown"],
    );
    assert_eq!(ran.code, Some(0));
    let ran = scan(
        &FakeAws::start(world()),
        &["--control", "aws-genai-06", "--fail-on", "medium"],
    );
    assert_eq!(ran.code, Some(1), "something else fails there");
}

#[test]
fn with_everything_denied_nothing_passes() {
    let world = two_regions().denied_but_identity();
    let ran = scan(&FakeAws::start(world), &[]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    let report = ran.json();
    let passed: Vec<_> = findings(&report, "PASS").map(|finding| &finding["rule_id"]).collect();
    assert_eq!(passed, Vec::<&Value>::new());
    // Not even who is asking.
    let ran = scan(&FakeAws::start(two_regions().fault("*", "*", Fault::Deny)), &[]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
}

#[test]
fn without_credentials_one_sentence_says_what_to_do() {
    // A metadata service that takes the connection and never says a word.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let aws = FakeAws::start(one_region());
    let began = |cmd: Cmd| cmd.endpoint(&aws).args(["scan"]).run();
    let at_once = began(Cmd::bin());
    let silent = format!("http://{}", silent.local_addr().unwrap());
    let ran = began(
        Cmd::bin()
            .without("AWS_EC2_METADATA_DISABLED")
            .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", silent),
    );
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("no AWS credentials found") && ran.stderr.contains("aws sso login"),
        "{}",
        ran.stderr
    );
    // Beyond what a busy machine takes to start the program at all.
    let waited = ran.elapsed.saturating_sub(at_once.elapsed);
    assert!(waited < Duration::from_secs(4), "{waited:?}");
}

#[test]
fn credentials_that_end_midway_leave_a_report_and_exit_2() {
    let world = one_region().fault("bedrock-agent", "GetAgent", Fault::ExpiredCredentials);
    let ran = scan(&FakeAws::start(world), &[]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("expired"), "{}", ran.stderr);
    let report = ran.json();
    let gaps = report["gaps"].as_array().unwrap();
    assert!(gaps.iter().any(|gap| gap["kind"] == "credentials"), "{gaps:?}");
}

#[test]
fn a_signal_ends_the_collection_and_keeps_what_was_read() {
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("account.json");
        // The last call of the longest chain is never answered, and all others have been by the time it is made.
        let aws = FakeAws::start(one_region().fault("lambda", "GetFunctionConfiguration", Fault::Hang));
        let ran = Cmd::bin()
            .aws(&aws)
            .args(["collect", "--no-progress", "-o"])
            .args([&file])
            .timeout(MINUTE)
            .run_while(|process| {
                aws.wait_for("lambda", "GetFunctionConfiguration", MINUTE);
                Cmd::of("/bin/kill").args([signal, &process.to_string()]).run();
            });
        assert_eq!(ran.code, Some(code), "{signal}: {}", ran.stderr);
        assert!(ran.stderr.contains("what was read is kept in"), "{}", ran.stderr);
        let text = std::fs::read_to_string(&file).unwrap();
        let snapshot: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(snapshot["complete"], false);
        assert!(
            !snapshot["accounts"]["111122223333"]["global"]["roles"]["items"]
                .as_array()
                .unwrap()
                .is_empty()
        );
        let checked = Cmd::bin().args(["check", "--fail-on", "never"]).args([&file]).run();
        assert_eq!(checked.code, Some(0), "{}", checked.stderr);
    }
}

#[test]
fn a_scan_that_is_interrupted_reports_nothing() {
    let aws = FakeAws::start(one_region().fault("iam", "GetPolicy", Fault::Hang));
    let ran = Cmd::bin()
        .aws(&aws)
        .args(["scan", "--no-progress"])
        .timeout(MINUTE)
        .run_while(|process| {
            aws.wait_for("iam", "GetPolicy", MINUTE);
            Cmd::of("/bin/kill").args(["-INT", &process.to_string()]).run();
        });
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(130), ""), "{}", ran.stderr);
}

#[test]
fn two_runs_that_write_one_file_leave_a_whole_one() {
    let aws = FakeAws::start(one_region());
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("account.json");
    std::thread::scope(|scope| {
        let runs = [1, 2].map(|_| {
            scope.spawn(|| {
                Cmd::bin()
                    .aws(&aws)
                    .args(["collect", "--quiet", "-o"])
                    .args([&file])
                    .run()
            })
        });
        for run in runs {
            let ran = run.join().unwrap();
            assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        }
    });
    let checked = Cmd::bin().args(["check", "--fail-on", "never"]).args([&file]).run();
    assert_eq!(checked.code, Some(0), "{}", checked.stderr);
    assert_eq!(
        std::fs::read_dir(home.path()).unwrap().count(),
        1,
        "nothing is left beside it"
    );
}

#[test]
fn an_output_that_cannot_take_the_snapshot_is_said_before_or_after_but_said() {
    let aws = FakeAws::start(one_region());
    let into = |path: &str| Cmd::bin().aws(&aws).args(["collect", "--quiet", "-o", path]).run();
    let missing = into("/no/such/directory/account.json");
    assert_eq!(missing.code, Some(2));
    assert_eq!(aws.calls().len(), 0, "nothing was asked for what could not be kept");
    if Path::new("/dev/full").exists() {
        let full = into("/dev/full");
        assert_eq!(full.code, Some(2), "{}", full.stderr);
        assert!(full.stderr.contains("/dev/full"), "{}", full.stderr);
    }
}

#[test]
fn a_role_is_assumed_with_its_external_id_and_read_as_its_own_account() {
    let aws = FakeAws::start(one_region());
    let role = "arn:aws:iam::444455556666:role/auditor";
    let ran = Cmd::bin()
        .aws(&aws)
        .args([
            "collect",
            "--quiet",
            "-o",
            "-",
            "--role-arn",
            role,
            "--external-id",
            "shared-7",
        ])
        .run();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let snapshot = ran.json();
    assert!(snapshot["accounts"]["444455556666"].is_object());
    let calls = aws.calls();
    let assumed: Vec<_> = calls.iter().filter(|call| call.operation == "AssumeRole").collect();
    assert!(!assumed.is_empty() && assumed.iter().all(|call| call.params["ExternalId"] == "shared-7"));
    let others = calls.iter().filter(|call| call.operation != "AssumeRole");
    assert!(others.into_iter().all(|call| call.account == "444455556666"));
}

#[test]
fn each_service_may_have_an_endpoint_of_its_own() {
    let (aws, keys) = (FakeAws::start(one_region()), FakeAws::start(one_region()));
    let ran = Cmd::bin()
        .aws(&aws)
        .env("AWS_ENDPOINT_URL_KMS", keys.url())
        .args(["collect", "--quiet", "-o", "-"])
        .run();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(keys.count("kms", "DescribeKey") > 0 && aws.count("kms", "DescribeKey") == 0);
    assert!(keys.operations().iter().all(|name| name.starts_with("kms:")));
}

#[test]
fn a_proxy_is_used_unless_it_is_excepted() {
    let aws = FakeAws::start(one_region());
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let through = |except: &str| {
        let proxy = format!("http://{closed}");
        let cmd = Cmd::bin()
            .aws(&aws)
            .env("HTTP_PROXY", &proxy)
            .env("HTTPS_PROXY", &proxy);
        cmd.env("NO_PROXY", except)
            .without("no_proxy")
            .env("AWS_MAX_ATTEMPTS", "1")
            .args(["collect", "--quiet", "-o", "-"])
            .run()
    };
    assert_eq!(through("127.0.0.1").code, Some(0));
    let ran = through("example.com");
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("proxy"), "{}", ran.stderr);
}

#[test]
fn a_certificate_bundle_that_is_none_is_refused() {
    let aws = FakeAws::start(one_region());
    let ran = Cmd::bin()
        .aws(&aws)
        .env("AWS_CA_BUNDLE", "/dev/null")
        .args(["scan"])
        .run();
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("AWS_CA_BUNDLE"), "{}", ran.stderr);
}

#[test]
fn a_profile_that_is_asked_for_goes_before_keys_in_the_environment() {
    let aws = FakeAws::start(one_region());
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("credentials");
    std::fs::write(
        &file,
        "[audit]\naws_access_key_id = FAKE444455556666AUDITOR\naws_secret_access_key = s\n",
    )
    .unwrap();
    let scan = |more: &[&str]| {
        let args = [&["scan", "--format", "json", "--fail-on", "never"], more].concat();
        let run = Cmd::bin().aws(&aws).env("AWS_SHARED_CREDENTIALS_FILE", &file);
        run.env("AWS_PROFILE", "audit").args(args).run()
    };
    let account = |ran: &Ran| ran.json()["scope"]["accounts"].clone();
    assert_eq!(account(&scan(&[])), json!(["111122223333"]));
    assert_eq!(account(&scan(&["--profile", "audit"])), json!(["444455556666"]));
    let missing = scan(&["--profile", "adit"]);
    assert_eq!(missing.code, Some(2));
    assert!(missing.stderr.contains("profile `adit`"), "{}", missing.stderr);
}

#[test]
fn a_region_that_is_not_there_is_no_region_without_faults() {
    let aws = FakeAws::start(one_region());
    let ran = scan(&aws, &["--region", "us-eats-1"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{}", ran.stderr);
    assert!(ran.stderr.contains("no AWS region `us-eats-1`"), "{}", ran.stderr);
}
