//! `access` through the program itself, over a saved snapshot.

use crate::support::cmd::Ran;
use crate::support::workdir::Workdir;
use serde_json::Value;

const SNAPSHOT: &str = include_str!("../../fixtures/snapshots/access.json");
const HAIKU: &str = "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-5-haiku-20241022-v1:0";

fn access(more: &[&str]) -> (Workdir, Ran) {
    let work = Workdir::new();
    work.file("access.json", SNAPSHOT);
    let ran = work.run(&[&["access", "--snapshot", "access.json"], more].concat());
    (work, ran)
}

fn decision(answer: &Value, name: &str) -> String {
    let principals = answer["principals"].as_array().expect("a list");
    let entry = principals
        .iter()
        .find(|entry| entry["arn"].as_str().is_some_and(|arn| arn.ends_with(name)));
    entry.expect("it is there")["decision"]
        .as_str()
        .expect("text")
        .to_owned()
}

#[test]
fn a_closed_context_simulates() {
    let closed = [
        "--model",
        HAIKU,
        "--closed-context",
        "--context=aws:SourceVpc=vpc-0use1aaaa1111bbbb",
        "--format=json",
    ];
    let (_work, ran) = access(&closed);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert_eq!(decision(&ran.json(), "role/app-inference"), "explicit_deny");
    let guardrail =
        "--context=bedrock:GuardrailIdentifier=arn:aws:bedrock:us-east-1:111122223333:guardrail/gruse1000001:1";
    let (_work, ran) = access(&[&closed[..], &[guardrail]].concat());
    assert_eq!(decision(&ran.json(), "role/app-inference"), "allowed");
    assert_eq!(decision(&ran.json(), "role/c-router"), "implicit_deny");
}

#[test]
fn every_format_goes_to_a_file_or_standard_output() {
    for format in ["table", "json", "csv"] {
        let (_work, ran) = access(&["--format", format]);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{format}");
        let (work, filed) = access(&["--format", format, "--output", "out"]);
        assert_eq!((filed.code, filed.stdout.as_str()), (Some(0), ""), "{format}");
        assert!(work.read("out").contains("role/app-inference"), "{format}");
        assert!(ran.stdout.contains("role/app-inference"), "{format}");
    }
}

#[test]
fn principals_that_were_not_listed_leave_it_open() {
    let work = Workdir::new();
    let ran = work.run(&["access", "--snapshot", "eu.json", "--format=json"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert_eq!(ran.json()["unread"].as_array().map(Vec::len), Some(2));
    let ran = work.run(&["access", "--snapshot", "eu.json"]);
    assert!(ran.stdout.contains("there may be more"), "{}", ran.stdout);
    let (_work, nobody) = access(&["--principal", "*:role/nobody"]);
    assert_eq!(nobody.code, Some(0), "{}", nobody.stderr);
    assert!(nobody.stdout.contains("no user or role"), "{}", nobody.stdout);
}

#[test]
fn what_cannot_be_meant_is_an_error() {
    for args in [
        &["--action", "bedrock:InvokeModle"][..],
        &["--context", "x"],
        &["--model", "anthropic.*"],
        &["--format", "sarif"],
        &["--snapshot", "none.json"],
    ] {
        let (_work, ran) = access(args);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{args:?}");
        assert!(ran.stderr.starts_with("error: "), "{args:?}: {}", ran.stderr);
    }
    if cfg!(not(feature = "live")) {
        let ran = Workdir::new().run(&["access"]);
        assert!(ran.stderr.contains("--snapshot"), "{}", ran.stderr);
    }
}
