//! Help screens, and the commands that need neither AWS nor a snapshot.

use crate::support::cmd::Cmd;
use crate::support::workdir::Workdir;

fn help(command: &[&str]) -> String {
    let ran = Cmd::bin().args(command.iter().chain(&["--help"])).run();
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    ran.stdout
}

#[test]
fn help_screens() {
    let commands: &[&[&str]] = &[
        &[],
        &["scan"],
        &["check"],
        &["collect"],
        &["access"],
        &["controls"],
        &["controls", "list"],
        &["controls", "show"],
        &["controls", "validate"],
        &["controls", "test"],
        &["detections"],
        &["permissions"],
        &["render"],
        &["exceptions"],
        &["exceptions", "check"],
        &["config", "show"],
        &["schema"],
        &["completions"],
        &["man"],
    ];
    for command in commands {
        let screen = help(command);
        assert!(
            screen.lines().count() <= 60,
            "`{}` does not fit a screen",
            command.join(" ")
        );
        assert!(screen.lines().all(|line| line.chars().count() <= 110), "{screen}");
        let name = if command.is_empty() {
            "bedrock-audit".to_owned()
        } else {
            command.join("_")
        };
        insta::assert_snapshot!(format!("help_{name}"), screen);
    }
}

#[test]
fn every_command_shows_an_example() {
    let commands: &[&[&str]] = &[
        &[],
        &["scan"],
        &["check"],
        &["collect"],
        &["access"],
        &["detections"],
        &["permissions"],
        &["render"],
        &["schema"],
        &["man"],
    ];
    for command in commands {
        assert!(help(command).contains("Example"), "{command:?}");
    }
}

#[test]
fn without_aws_it_says_so() {
    if cfg!(feature = "live") {
        return;
    }
    for args in [vec!["scan"], vec!["collect", "-o", "x.json"]] {
        let ran = Cmd::bin().args(args).run();
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
        assert!(ran.stderr.contains("without the feature `live`"), "{}", ran.stderr);
    }
}

#[test]
fn permissions_are_a_policy() {
    let policy = Cmd::bin().args(["permissions"]).run().json();
    assert_eq!(policy["Version"], "2012-10-17");
    let narrow = Cmd::bin()
        .args(["permissions", "--control", "aws-genai-06"])
        .run()
        .json();
    assert!(narrow.to_string().len() < policy.to_string().len());
    let wrong = Cmd::bin().args(["permissions", "--control", "aws-genai-6"]).run();
    assert_eq!(wrong.code, Some(2));
    assert!(
        wrong.stderr.contains("did you mean `aws-genai-06`?"),
        "{}",
        wrong.stderr
    );
}

#[test]
fn controls_are_listed_shown_checked_and_tested() {
    let work = Workdir::new();
    let listed = work
        .run(&[
            "controls",
            "list",
            "--controls",
            "own",
            "--severity",
            "high",
            "--format",
            "json",
        ])
        .json();
    let ids: Vec<&str> = listed
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|row| row["id"].as_str())
        .collect();
    assert!(ids.contains(&"own-01") && !ids.contains(&"own-02"), "{ids:?}");
    let shown = work.run(&["controls", "show", "own-01", "--controls", "own"]).stdout;
    assert!(shown.contains("own-01.place") && shown.contains("prefix"), "{shown}");
    let unknown = work.run(&["controls", "show", "aws-genai-6"]);
    assert_eq!(unknown.code, Some(2));
    assert_eq!(
        work.run(&["controls", "validate", "own"]).stdout,
        "2 controls with 2 rules are valid\n"
    );
    let tested = work.run(&["controls", "test", "own"]);
    assert_eq!(tested.code, Some(1));
    assert!(
        tested.stdout.contains("no case for: pass, fail, unknown, near miss"),
        "{}",
        tested.stdout
    );
    work.file("bad/own.toml", "schema = 1\nid = 'x'\ntitel = 'y'\n");
    let bad = work.run(&["controls", "validate", "bad"]);
    assert_eq!(bad.code, Some(2));
    assert!(bad.stderr.contains("bad/own.toml:3:1"), "{}", bad.stderr);
}

#[test]
fn shells_and_man_get_their_pages() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = Cmd::bin().args(["completions", shell]).run();
        assert!(ran.code == Some(0) && ran.stdout.contains("fail-on"), "{shell}");
    }
    assert!(Cmd::bin().args(["man"]).run().stdout.contains(".TH bedrock-audit 1"));
    assert!(Cmd::bin().args(["man", "scan"]).run().stdout.contains("role\\-arn"));
    assert_eq!(Cmd::bin().args(["man", "scna"]).run().code, Some(2));
}

#[test]
fn a_reader_that_closes_early_is_no_error() {
    let pipeline = format!(
        "{} schema snapshot | true; exit ${{PIPESTATUS[0]}}",
        env!("CARGO_BIN_EXE_bedrock-audit")
    );
    let ran = Cmd::of("bash").args(["-c", &pipeline]).run();
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
}
