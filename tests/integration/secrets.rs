//! No credential leaves the process by any way but the signature: not in a report, a snapshot, a log or an error.
//!
//! The run logs all it can, and AWS itself repeats the request in what it answers, as it does for bad signatures.

use crate::support::cmd::{Cmd, Ran};
use crate::support::estate::Estate;
use crate::support::fake_aws::{FakeAws, Fault, World};
use std::fs;
use std::path::Path;

const KEY: &str = "ASIA111122223333FAKE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzExample0key";

/// As long as real ones are.
fn token() -> String {
    "IQoJb3JpZ2luX2VjEXAMPLE".repeat(30)
}

/// What AWS answers where it cannot verify a signature, shortened.
fn echo() -> &'static str {
    let text = format!(
        "The request signature we calculated does not match the signature you provided. The Canonical String for this request should have \
         been 'POST\n/\n\nhost:iam.amazonaws.com\nx-amz-security-token:{}\n\nhost;x-amz-security-token' Credential={KEY}/20260101/us-east-1/iam/aws4_request",
        token()
    );
    text.leak()
}

fn run(world: World, args: &[&str], dir: &Path) -> Ran {
    let aws = FakeAws::start(world);
    Cmd::bin()
        .endpoint(&aws)
        .env("AWS_ACCESS_KEY_ID", KEY)
        .env("AWS_SECRET_ACCESS_KEY", SECRET)
        .env("AWS_SESSION_TOKEN", token())
        .env("RUST_LOG", "trace")
        .env("RUST_BACKTRACE", "full")
        .env("AWS_MAX_ATTEMPTS", "2")
        .dir(dir)
        .args(args)
        .run()
}

fn leaks(what: &str, bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let token = token();
    let secrets = [("access key", KEY), ("secret", SECRET), ("session token", &token[..60])];
    let found = secrets.iter().filter(|(_, secret)| text.contains(secret));
    found.map(|(name, _)| format!("{what} holds the {name}")).collect()
}

fn search(ran: &Ran, dir: &Path, run: &str) -> Vec<String> {
    let mut found = leaks(&format!("{run}: standard output"), ran.stdout.as_bytes());
    found.extend(leaks(&format!("{run}: standard error"), ran.stderr.as_bytes()));
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        found.extend(leaks(&format!("{run}: {}", path.display()), &fs::read(&path).unwrap()));
    }
    found
}

fn echoed() -> Fault {
    Fault::Error {
        code: "SignatureDoesNotMatch",
        status: 403,
        message: echo(),
    }
}

#[test]
fn nothing_that_is_written_holds_a_credential() {
    let estate = || Estate::small(&["us-east-1"]).world();
    let everything = [
        "scan",
        "-vvv",
        "--show-passed",
        "--format",
        "table",
        "--format",
        "json=out.json",
        "--format",
        "jsonl=out.jsonl",
        "--format",
        "csv=out.csv",
        "--format",
        "markdown=out.md",
        "--format",
        "html=out.html",
        "--format",
        "sarif=out.sarif",
        "--format",
        "junit=out.xml",
        "--format",
        "ocsf=out.ocsf",
        "--format",
        "asff=out.asff",
        "--format",
        "github=out.github",
    ];
    let worlds: [(&str, World); 6] = [
        ("fine", estate()),
        ("denied", estate().fault("bedrock*", "Get*", Fault::Deny)),
        (
            "echoed",
            estate().fault("iam", "*", echoed()).fault("s3", "*", echoed()),
        ),
        (
            "garbage",
            estate()
                .fault("bedrock", "*", Fault::Garbage)
                .fault("ec2", "*", Fault::Reset),
        ),
        (
            "expired",
            estate().fault("bedrock-agent", "GetAgent", Fault::ExpiredCredentials),
        ),
        ("refused", estate().fault("sts", "*", echoed())),
    ];
    let mut found = Vec::new();
    for (name, world) in worlds {
        let dir = tempfile::tempdir().unwrap();
        let ran = run(world, &everything, dir.path());
        assert!(!ran.stderr.contains("panicked"), "{name}: {}", ran.stderr);
        assert_eq!(
            ran.code,
            Some(match name {
                "expired" | "refused" => 2,
                _ => 1,
            }),
            "{name}: {}",
            ran.stderr
        );
        found.extend(search(&ran, dir.path(), name));
    }
    let dir = tempfile::tempdir().unwrap();
    let ran = run(
        estate().fault("iam", "*", echoed()),
        &["collect", "-vvv", "-o", "account.json"],
        dir.path(),
    );
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let kept = fs::read_to_string(dir.path().join("account.json")).unwrap();
    assert!(kept.contains("SignatureDoesNotMatch"), "the reason itself is kept");
    found.extend(search(&ran, dir.path(), "collect"));
    assert_eq!(found, Vec::<String>::new());
}
