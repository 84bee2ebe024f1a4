//! Settings from flags, variables and the file, and what is said of those that cannot be meant.

use crate::support::workdir::Workdir;

const FILE: &str = "bedrock-audit.toml";

#[test]
fn flag_beats_variable_beats_file() {
    let work = Workdir::new();
    let shown = |args: &[&str], variable: Option<&str>| {
        let mut cmd = work.cmd(&[&["config", "show", "--format", "json"], args].concat());
        if let Some(value) = variable {
            cmd = cmd.env("BEDROCK_AUDIT_COLOR", value);
        }
        let color = cmd.run().json()["settings"]["color"].clone();
        (
            color["value"].as_str().unwrap_or("").to_owned(),
            color["origin"].as_str().unwrap_or("").to_owned(),
        )
    };
    let pair = |value: &str, origin: &str| (value.to_owned(), origin.to_owned());
    assert_eq!(shown(&[], None), pair("auto", "default"));
    work.file(FILE, "\ncolor = 'never'\n");
    assert_eq!(shown(&[], None), pair("never", "bedrock-audit.toml:2:1"));
    assert_eq!(shown(&[], Some("always")), pair("always", "BEDROCK_AUDIT_COLOR"));
    assert_eq!(shown(&["--color", "auto"], Some("always")), pair("auto", "--color"));
}

#[test]
fn the_gate_follows_the_same_order() {
    let work = Workdir::new();
    let args = ["check", "us.json", "--controls", "own", "--control", "own-01"];
    assert_eq!(work.run(&args).code, Some(0));
    work.file(FILE, "fail_on = 'high'\n");
    assert_eq!(work.run(&args).code, Some(1));
    assert_eq!(
        work.cmd(&args).env("BEDROCK_AUDIT_FAIL_ON", "never").run().code,
        Some(0)
    );
    let flag = [&args[..], &["--fail-on", "low"]].concat();
    assert_eq!(
        work.cmd(&flag).env("BEDROCK_AUDIT_FAIL_ON", "never").run().code,
        Some(1)
    );
}

#[test]
fn params_and_overrides_change_the_judgement() {
    let work = Workdir::new();
    work.file(FILE, "[params.own-01]\nprefix = 'us-'\n");
    assert_eq!(work.check("us.json", &[]).code, Some(0));
    assert_eq!(work.check("eu.json", &[]).code, Some(1));
    work.file(
        FILE,
        "[[params.own-01.overrides]]\nresource = 'arn:aws:bedrock:us-*:*:region/*'\nprefix = 'us-'\n",
    );
    assert_eq!(work.check("us.json", &[]).code, Some(0));
    assert_eq!(work.check("eu.json", &[]).code, Some(0));
}

#[test]
fn every_mistake_is_named_with_its_place_and_the_nearest_name() {
    let work = Workdir::new();
    let rows = [
        (
            "fail-on = 'high'\n",
            "bedrock-audit.toml:1:1: unknown key `fail-on`",
            "did you mean `fail_on`?",
        ),
        (
            "[params.own-1]\na = 1\n",
            "bedrock-audit.toml:1:9: unknown control `own-1`",
            "did you mean `own-01`?",
        ),
        (
            "[params.own-01]\nprefx = 'x'\n",
            "bedrock-audit.toml:2:1: unknown param of own-01 `prefx`",
            "did you mean `prefix`?",
        ),
        (
            "[params.own-01]\nprefix = 1\n",
            "bedrock-audit.toml:2:10: `prefix`: expected a text",
            "",
        ),
        (
            "[[exceptions]]\nrule = 'own-01.plcae'\nresource = '*'\nreason = 'x'\n",
            "bedrock-audit.toml:2:8: unknown rule or control `own-01.plcae`",
            "did you mean `own-01.place`?",
        ),
        (
            "[[exceptions]]\nrule = 'own-01'\nresource = '*'\n",
            "bedrock-audit.toml:1:1: the exception has no `reason`",
            "",
        ),
    ];
    for (text, error, help) in rows {
        work.file(FILE, text);
        let ran = work.check("eu.json", &[]);
        assert_eq!(ran.code, Some(2), "{text}");
        assert!(
            ran.stderr.contains(error) && ran.stderr.contains(help),
            "{}",
            ran.stderr
        );
    }
}

#[test]
fn unknown_variables_are_errors() {
    let ran = Workdir::new()
        .cmd(&["config", "show"])
        .env("BEDROCK_AUDIT_FAILON", "high")
        .run();
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stderr.contains("did you mean `BEDROCK_AUDIT_FAIL_ON`?"),
        "{}",
        ran.stderr
    );
}

#[test]
fn paths_in_the_file_start_beside_it() {
    let work = Workdir::new();
    work.file(
        "deeper/audit.toml",
        "controls = '../own'\ncontrol = ['own-01']\nfail_on = 'high'\n",
    );
    let ran = work.run(&["check", "us.json", "--config", "deeper/audit.toml"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let named = work
        .cmd(&["check", "us.json"])
        .env("BEDROCK_AUDIT_CONFIG", "deeper/audit.toml")
        .run();
    assert_eq!(named.code, Some(1), "{}", named.stderr);
}
