//! A control of one's own: the documented example holds, and what is wrong in one is told with its place.

use crate::support::workdir::Workdir;
use std::path::PathBuf;

fn example() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/examples/own-control")
}

fn text() -> String {
    std::fs::read_to_string(example().join("acme-1.toml")).unwrap()
}

/// What validation says of the example after a change.
fn told(from: &str, to: &str) -> String {
    let text = text();
    assert!(text.contains(from), "{from}");
    let work = Workdir::new();
    work.file("c/acme-1.toml", text.replacen(from, to, 1));
    let ran = work.run(&["controls", "validate", "c"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stdout);
    ran.stderr
}

#[test]
fn the_example_passes_its_own_cases() {
    let work = Workdir::new();
    let tested = work.run(&["controls", "test", example().to_str().unwrap()]);
    assert_eq!(tested.code, Some(0), "{}", tested.stdout);
    assert!(
        tested.stdout.contains("ok   acme-1.region (5 cases)"),
        "{}",
        tested.stdout
    );
    let judged = work.run(&[
        "check",
        "us.json",
        "--controls",
        example().to_str().unwrap(),
        "--control",
        "acme-1",
        "--format",
        "json",
        "--fail-on",
        "never",
    ]);
    assert_eq!(judged.json()["summary"]["controls"][0]["control_id"], "acme-1");
}

#[test]
fn what_is_wrong_has_file_line_and_column() {
    for (from, to, place, hint) in [
        (
            "rationale =",
            "rationalee =",
            "acme-1.toml:6:1: ",
            "unknown field `rationalee`",
        ),
        ("\"HIGH\"", "\"HIHG\"", "acme-1.toml:4:12: ", "`HIHG`"),
        (
            "subject = \"region\"",
            "subject = \"regoin\"",
            "acme-1.toml:18:11: ",
            "did you mean `region`?",
        ),
        (
            "subject.name in",
            "subject.nmae in",
            "acme-1.toml:20:18: ",
            "did you mean `name`?",
        ),
        (
            "type = \"strings\"",
            "type = \"sequence\"",
            "acme-1.toml:10:8: ",
            "`strings`",
        ),
        (
            "evidence = [\"in_use_because\"",
            "evidence = [\"in_use_becuase\"",
            "acme-1.toml:22:13: ",
            "did you mean `in_use_because`?",
        ),
        ("\"acme-1\"", "\"aws-genai-06\"", "acme-1.toml:2:6: ", "override = true"),
        (
            "\"acme-1\"",
            "\"aws-genai-77\"",
            "acme-1.toml:2:6: ",
            "belong to the built-in controls",
        ),
        (
            "schema = 1",
            "schema = 2",
            "acme-1.toml:1:10: ",
            "format 2 is not known",
        ),
    ] {
        let said = told(from, to);
        assert!(said.contains(place) && said.contains(hint), "{to}: {said}");
    }
}

#[test]
fn an_override_takes_the_place_and_keeps_the_guide() {
    let work = Workdir::new();
    work.file(
        "c/o.toml",
        text().replacen("id = \"acme-1\"", "id = \"aws-genai-06\"\noverride = true", 1),
    );
    let shown = work
        .run(&["controls", "show", "aws-genai-06", "--controls", "c"])
        .stdout;
    assert!(
        shown.contains("approved_regions") && shown.contains("LLM01:2025"),
        "{shown}"
    );
}

#[test]
fn a_guide_of_ones_own_is_shown_listed_detected_and_summed_up() {
    let work = Workdir::new();
    work.file("c/acme-1.toml", text());
    work.file("c/guides/acme-1/cli.sh", "echo fix\n");
    let guide = "id = 'acme-1'\nrationale = 'r'\n[[compliance]]\nframework = 'acme-policy'\ntitle = 'Policy'\norigin = 'tool'\n\
                 requirements = ['P-1']\n[[signals]]\nid = 'used'\ntitle = 'Bedrock was used elsewhere'\nmeaning = 'm'\nstatic = true\n\
                 event_source = 'bedrock.amazonaws.com'\nwhere = [{ field = 'awsRegion', op = 'not-equals', values = ['eu-west-1'] }]\n";
    work.file("c/guides/acme-1/guide.toml", guide);
    let script = [
        "controls",
        "show",
        "acme-1",
        "--controls",
        "c",
        "--section",
        "remediation.cli",
    ];
    assert_eq!(work.run(&script).stdout, "echo fix\n");
    let listed = work
        .run(&["controls", "list", "--controls", "c", "--framework", "acme-policy"])
        .stdout;
    assert!(
        listed.contains("acme-1") && listed.contains("P-1") && !listed.contains("aws-genai"),
        "{listed}"
    );
    let sigma = [
        "detections",
        "--controls",
        "c",
        "--control",
        "acme-1",
        "--format",
        "sigma",
    ];
    assert!(work.run(&sigma).stdout.contains("title: Bedrock was used elsewhere"));
    let report = work
        .run(&[
            "check",
            "us.json",
            "--controls",
            "c",
            "--format",
            "json",
            "--fail-on",
            "never",
        ])
        .json();
    let rows = report["summary"]["compliance"].as_array().unwrap();
    let row = rows.iter().find(|row| row["requirement"] == "P-1").unwrap();
    assert_eq!(row["controls"][0], "acme-1");
    work.file(
        "c/guides/acme-1/guide.toml",
        guide.replace("'used'", "'used'\ntitel = 'x'"),
    );
    let wrong = work.run(&["controls", "validate", "c"]);
    assert!(
        wrong
            .stderr
            .contains("guides/acme-1/guide.toml:10:1: unknown field `titel`"),
        "{}",
        wrong.stderr
    );
    work.file("c/guides/acme-2/guide.toml", guide);
    work.file("c/guides/acme-1/guide.toml", guide);
    let wrong = work.run(&["controls", "validate", "c"]);
    assert!(wrong.stderr.contains("did you mean `acme-1`?"), "{}", wrong.stderr);
}

#[test]
fn frameworks_may_be_named_without_their_edition() {
    let work = Workdir::new();
    let listed = work.run(&["controls", "list", "--framework", "nist-800-53"]).stdout;
    assert!(listed.contains("REQUIREMENTS") && listed.contains("SI-10"), "{listed}");
    let none = work.run(&["controls", "list", "--framework", "cis-aws-3.0.0"]).stdout;
    assert!(none.contains("no such control serves cis-aws-3.0.0: CIS has"), "{none}");
    let wrong = work.run(&["controls", "list", "--framework", "nist-800-54-r5"]);
    assert!(
        wrong.code == Some(2) && wrong.stderr.contains("did you mean `nist-800-53-r5`?"),
        "{}",
        wrong.stderr
    );
}

#[test]
fn detections_go_where_they_are_told() {
    let work = Workdir::new();
    let ran = work.run(&[
        "detections",
        "--format",
        "cloudwatch",
        "--control",
        "aws-genai-06",
        "--output",
        "t.json",
    ]);
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (Some(0), "", ""));
    let template: serde_json::Value = serde_json::from_slice(&std::fs::read(work.path("t.json")).unwrap()).unwrap();
    assert!(template["Parameters"]["TrailLogGroup"].is_object());
    let bare = work.run(&["detections", "--controls", "own", "--control", "own-01"]);
    assert!(
        bare.code == Some(2) && bare.stderr.contains("guides/own-01/guide.toml"),
        "{}",
        bare.stderr
    );
}
