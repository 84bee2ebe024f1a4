//! `check`: exit codes, unusual inputs, outputs, exceptions and baselines, through the program itself.

use crate::support::workdir::{Workdir, snapshot};
use std::io::Write;
use std::process::{Command, Stdio};

const OTHER: &str = "--control=own-02";

#[test]
fn exit_0_where_nothing_fails() {
    let ran = Workdir::new().check("eu.json", &[]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.stderr, "");
}

#[test]
fn exit_1_where_something_fails_at_the_gate() {
    let work = Workdir::new();
    assert_eq!(work.check("us.json", &[]).code, Some(1));
    let own = ["check", "us.json", "--controls", "own", "--control", "own-01"];
    for (gate, code) in [("critical", 0), ("high", 1), ("HIGH", 1), ("low", 1), ("never", 0)] {
        let ran = work.run(&[&own[..], &["--fail-on", gate]].concat());
        assert_eq!(ran.code, Some(code), "{gate}: {}", ran.stderr);
    }
}

#[test]
fn the_gate_counts_what_the_report_leaves_out() {
    let work = Workdir::new();
    let gate = |more: &[&str]| {
        let ran = work.run(&[&["check", "--demo", "--fail-on", "high", "--format", "json"], more].concat());
        let report: serde_json::Value = serde_json::from_str(&ran.stdout).expect("a report");
        report["summary"]["gate"].clone()
    };
    let all = gate(&[]);
    assert!(all["failing"].as_u64() > Some(10), "{all}");
    assert_eq!(gate(&["--min-severity", "critical"]), all);
    let shown = work.run(&["check", "--demo", "--fail-on", "high", "--min-severity", "critical"]);
    let sentence = format!("{} findings at HIGH or above", all["failing"]);
    assert!(shown.stdout.contains(&sentence), "{}", shown.stdout);
}

#[test]
fn exit_2_where_it_cannot_run() {
    let work = Workdir::new();
    for args in [
        vec!["check", "none.json"],
        vec!["check"],
        vec!["check", "eu.json", "--fail-on", "sometimes"],
        vec!["check", "eu.json", "--control", "own-01"],
        vec!["check", "eu.json", "--format", "jsno"],
        vec!["check", "eu.json", "--output", "no/such/dir"],
        vec!["check", "eu.json", "--new-only"],
        vec!["check", "eu.json", "--config", "none.toml"],
        vec!["no-such-command"],
    ] {
        let ran = work.run(&args);
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (Some(2), ""),
            "{args:?}: {}",
            ran.stderr
        );
        assert!(ran.stderr.starts_with("error: "), "{args:?}: {}", ran.stderr);
    }
}

#[test]
fn exit_3_where_the_gate_cannot_be_decided() {
    let work = Workdir::new();
    let run = |more: &[&str]| {
        work.run(&[&["check", "eu.json", "--controls", "own", OTHER], more].concat())
            .code
    };
    assert_eq!(run(&[]), Some(3));
    assert_eq!(run(&["--allow-unknown"]), Some(0));
    assert_eq!(run(&["--allow-unknown=false"]), Some(3));
}

#[test]
fn several_files_become_one_report() {
    let work = Workdir::new();
    let ran = work.check("us.json", &["eu.json", "--format", "json"]);
    let report = ran.json();
    assert_eq!(
        report["scope"]["regions"],
        serde_json::json!(["eu-west-1", "us-east-1"])
    );
    assert_eq!(report["summary"]["findings"]["HIGH"], 1);
    assert_eq!(report["summary"]["gate"]["exit_code"], 1);
}

#[test]
fn standard_input_and_fifos_are_read() {
    let work = Workdir::new();
    let args = [
        "check",
        "-",
        "--controls",
        "own",
        "--control",
        "own-01",
        "--fail-on",
        "high",
    ];
    let ran = work.cmd(&args).stdin(snapshot("us-east-1")).run();
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);

    let fifo = work.path("fifo");
    assert!(
        Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .expect("mkfifo runs")
            .success()
    );
    let writer = std::thread::spawn(move || std::fs::write(fifo, snapshot("us-east-1")));
    assert_eq!(work.check("fifo", &[]).code, Some(1));
    writer.join().expect("it ends").expect("it wrote");
}

#[test]
fn unusable_files_are_named_with_place_and_remedy() {
    let work = Workdir::new();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(snapshot("eu-west-1").as_bytes()).expect("in memory");
    let packed = encoder.finish().expect("in memory");
    let rows: [(&str, Vec<u8>, &str); 6] = [
        (
            "cut.json.gz",
            packed[..packed.len() / 2].to_vec(),
            "cut.json.gz: the compressed file ends in the middle",
        ),
        (
            "new.json",
            br#"{"schema_version": 99}"#.to_vec(),
            "new.json: the snapshot has schema version 99",
        ),
        (
            "twice.json",
            br#"{"schema_version": 1, "complete": true, "complete": false}"#.to_vec(),
            "stands twice",
        ),
        (
            "bytes.json",
            b"{\"schema_version\": 1,\n\"\xff\": 1}".to_vec(),
            "bytes.json:2:2: the file is not UTF-8",
        ),
        ("deep.json", "{\"a\":".repeat(200_000).into_bytes(), "nested too deeply"),
        ("empty.json", Vec::new(), "empty.json: the file is empty"),
    ];
    for (name, content, expected) in rows {
        work.file(name, content);
        let ran = work.run(&["check", name]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{name}");
        assert!(
            ran.stderr.contains(expected) && ran.stderr.contains("\nhelp: "),
            "{name}: {}",
            ran.stderr
        );
    }
}

#[test]
fn a_closed_pipe_ends_quietly_with_the_gates_code() {
    let work = Workdir::new();
    let mut child = Command::new(env!("CARGO_BIN_EXE_bedrock-audit"))
        .args([
            "check",
            "us.json",
            "--controls",
            "own",
            "--control",
            "own-01",
            "--fail-on",
            "high",
        ])
        .current_dir(work.root())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn outputs_go_where_they_are_told() {
    let work = Workdir::new();
    let ran = work.check(
        "us.json",
        &["--format", "json=a.json", "--format", "jsonl", "-o", "b.jsonl"],
    );
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
    assert_eq!(ran.stderr, "1 high; gate high gives exit code 1\n");
    let report: serde_json::Value = serde_json::from_str(&work.read("a.json")).expect("a report");
    assert_eq!(report["findings"][0]["rule_id"], "own-01.place");
    assert!(!work.read("b.jsonl").is_empty());
    let quiet = work.check("us.json", &["--format", "json=a.json", "--quiet"]);
    assert_eq!((quiet.code, quiet.stderr.as_str()), (Some(1), ""));
}

#[test]
fn a_report_that_fails_to_be_made_leaves_the_old_one() {
    let work = Workdir::new();
    work.file("old.json", "old");
    let ran = work.run(&["check", "none.json", "--format", "json=old.json"]);
    assert_eq!(ran.code, Some(2));
    assert_eq!(work.read("old.json"), "old");
    let left = std::fs::read_dir(work.root()).expect("it is there");
    let left = left.filter(|entry| {
        entry
            .as_ref()
            .is_ok_and(|entry| entry.path().extension().is_some_and(|e| e == "part"))
    });
    assert_eq!(left.count(), 0);
}

#[test]
fn two_runs_that_write_one_file_leave_a_whole_one() {
    let work = Workdir::new();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| work.check("us.json", &["--format", "json=same.json"]));
        }
    });
    assert!(serde_json::from_str::<serde_json::Value>(&work.read("same.json")).is_ok());
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let work = Workdir::new();
    let run = || {
        let mut report = work.check("us.json", &["--format", "json"]).json();
        report["generated_at"] = serde_json::Value::Null;
        report.to_string()
    };
    assert_eq!(run(), run());
}

#[test]
fn a_baseline_lets_the_known_through_and_names_what_is_gone() {
    let work = Workdir::new();
    work.check("us.json", &["--format", "json=base.json"]);
    let both = work.check(
        "us.json",
        &["--baseline", "base.json", "--new-only", "--format", "json"],
    );
    assert_eq!(both.code, Some(0), "{}", both.stderr);
    assert_eq!(both.json()["findings"][0]["baseline"], "existing");
    work.file("more.json", snapshot("ap-south-1"));
    let more = work.check("us.json", &["more.json", "--baseline", "base.json", "--new-only"]);
    assert_eq!(more.code, Some(1));
    // The region of the baseline's finding is not among those read now.
    let gone = work
        .check("eu.json", &["--baseline", "base.json", "--format", "json"])
        .json();
    let notes = gone["notes"].to_string();
    assert!(
        notes.contains("gone because unread, not resolved: HIGH own-01.place"),
        "{notes}"
    );
}

#[test]
fn an_exception_takes_a_finding_off_the_gate_until_it_ends() {
    let work = Workdir::new();
    let config = |expires: &str| {
        let text = format!(
            "[[exceptions]]\nrule = 'own-01.place'\nresource = 'arn:aws:bedrock:us-*:*:region/*'\nreason = 'known'\nexpires = {expires}\n"
        );
        work.file("bedrock-audit.toml", text);
    };
    config("2999-01-01");
    let held = work.check("us.json", &["--format", "json"]);
    assert_eq!(held.code, Some(0), "{}", held.stderr);
    assert_eq!(held.json()["findings"][0]["exception"]["reason"], "known");
    let listed = work.run(&["exceptions", "check", "us.json", "--controls", "own"]);
    assert_eq!(listed.code, Some(0), "{}{}", listed.stdout, listed.stderr);
    assert!(
        listed.stdout.contains("takes off 1 finding; until 2999-01-01; known"),
        "{}",
        listed.stdout
    );
    let unused = work.run(&["exceptions", "check", "eu.json", "--controls", "own"]);
    assert_eq!(unused.code, Some(1));
    config("2001-01-01");
    let ended = work.check("us.json", &["--format", "json"]);
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.json()["notes"]
            .to_string()
            .contains("ended on 2001-01-01: 1 finding counts again")
    );
    assert_eq!(work.run(&["exceptions", "check", "--controls", "own"]).code, Some(1));
}

#[test]
fn a_saved_report_is_rendered_again() {
    let work = Workdir::new();
    work.check("us.json", &["--format", "json=report.json"]);
    let table = work.run(&["render", "report.json"]);
    assert_eq!(table.code, Some(0), "{}", table.stderr);
    assert!(table.stdout.contains("own-01"));
    let again = work.run(&["render", "report.json", "--format", "json"]);
    assert_eq!(again.stdout, work.read("report.json"));
    let wrong = work.run(&["render", "us.json"]);
    assert_eq!(wrong.code, Some(2));
    let swapped = work.run(&["check", "report.json"]);
    assert!(
        swapped.stderr.contains("this is a report and not a snapshot"),
        "{}",
        swapped.stderr
    );
}

#[test]
fn the_demo_needs_nothing() {
    let ran = Workdir::new().run(&["check", "--demo", "--format", "json"]);
    assert!(matches!(ran.code, Some(0 | 1 | 3)), "{}", ran.stderr);
    assert_eq!(ran.json()["scope"]["source"], "snapshot");
}
