//! The formats that other programs read: CSV, SARIF, JUnit, OCSF, ASFF and GitHub's commands.

use super::{example, hostile, rendered};
use crate::model::report::Status;
use crate::report::text::acts;
use crate::report::{Format, Style, render_github_summary};
use serde_json::Value;
use std::collections::BTreeSet;

fn all() -> Style {
    Style {
        show_passed: true,
        ..Style::default()
    }
}

fn json(format: Format, report: &crate::model::report::Report) -> Value {
    serde_json::from_str(&rendered(format, report, &all())).expect("JSON")
}

#[test]
fn golden() {
    for format in [
        Format::Csv,
        Format::Sarif,
        Format::Junit,
        Format::Ocsf,
        Format::Asff,
        Format::Github,
    ] {
        insta::assert_snapshot!(format.as_str(), rendered(format, &example(), &all()));
    }
}

#[test]
fn csv_holds_every_finding_and_no_formula() {
    let report = hostile::report();
    let text = rendered(Format::Csv, &report, &all());
    assert!(!text.replace("\r\n", "").chars().any(acts));
    let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().expect("strict CSV");
    assert_eq!(rows.len(), report.findings.len());
    for cell in rows.iter().flatten() {
        assert!(!cell.trim_start().starts_with(['=', '+', '-', '@']), "{cell:?}");
    }
    assert_eq!(text.lines().count(), rows.len() + 1, "one finding is one line");
}

#[test]
fn sarif_keeps_its_own_rules() {
    for report in [example(), hostile::report(), hostile::empty()] {
        let log = json(Format::Sarif, &report);
        let run = &log["runs"][0];
        let results = run["results"].as_array().expect("results");
        assert_eq!(results.len(), report.findings.len());
        for (result, finding) in results.iter().zip(&report.findings) {
            assert_eq!(result["kind"] == "fail", result["level"] != "none");
            assert_eq!(result["kind"] == "open", finding.status == Status::Unknown);
            let index = usize::try_from(result["ruleIndex"].as_u64().expect("index")).expect("small");
            assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
            let suppressed = finding.exception.is_some();
            assert_eq!(
                result["suppressions"].as_array().map(Vec::len),
                Some(usize::from(suppressed))
            );
            let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
                .as_str()
                .expect("uri");
            assert!(
                uri.starts_with("aws/") && !uri.contains("//") && !uri.contains("/../"),
                "{uri}"
            );
            assert!(
                uri.bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"/-._~%".contains(&byte)),
                "{uri}"
            );
        }
        let notifications = run["invocations"][0]["toolExecutionNotifications"]
            .as_array()
            .expect("notifications");
        assert_eq!(notifications.len(), report.gaps.len() + report.notes.len());
    }
    assert_eq!(
        json(Format::Sarif, &example())["runs"][0]["invocations"][0]["executionSuccessful"],
        false
    );
    assert_eq!(
        json(Format::Sarif, &hostile::empty())["runs"][0]["invocations"][0]["executionSuccessful"],
        true
    );
}

#[test]
fn sarif_text_holds_no_link() {
    for result in json(Format::Sarif, &hostile::report())["runs"][0]["results"]
        .as_array()
        .expect("results")
    {
        let text = result["message"]["text"].as_str().expect("text");
        assert!(!text.replace("\\]", "").contains("]("), "{text}");
    }
}

#[test]
fn junit_says_error_for_what_nobody_could_judge() {
    let report = hostile::report();
    let text = rendered(Format::Junit, &report, &all());
    assert!(!text.replace('\n', "").chars().any(acts));
    let document = quick_junit::Report::deserialize_from_str(&text).expect("JUnit");
    let cases: Vec<_> = document
        .test_suites
        .iter()
        .flat_map(|suite| &suite.test_cases)
        .collect();
    let names: BTreeSet<(String, String)> = cases
        .iter()
        .map(|case| {
            (
                case.classname
                    .as_ref()
                    .map(|name| name.as_str().to_owned())
                    .unwrap_or_default(),
                case.name.as_str().to_owned(),
            )
        })
        .collect();
    assert_eq!(names.len(), cases.len(), "readers tell cases apart by name");
    let open = |status| {
        let of = report.findings.iter().filter(move |finding| finding.status == status);
        of.filter(|finding| finding.exception.as_ref().is_none_or(|exception| exception.expired))
            .count()
    };
    assert_eq!(document.failures, open(Status::Fail));
    assert_eq!(document.errors, open(Status::Unknown));
}

#[test]
fn a_control_without_a_finding_is_still_a_case() {
    let text = rendered(Format::Junit, &example(), &all());
    assert!(
        text.contains(r#"name="12 checks passed" classname="aws-genai-05""#),
        "{text}"
    );
}

#[test]
fn ocsf_tells_unknown_from_pass() {
    let report = hostile::report();
    let events = json(Format::Ocsf, &report);
    let events = events.as_array().expect("events");
    assert_eq!(events.len(), report.findings.len());
    for (event, finding) in events.iter().zip(&report.findings) {
        let expected = match finding.status {
            Status::Pass => 1,
            Status::Fail => 3,
            Status::Unknown => 0,
            Status::NotApplicable => 99,
        };
        assert_eq!(event["compliance"]["status_id"], expected);
        assert_eq!(event["type_uid"], 200_301);
    }
    assert_eq!(json(Format::Ocsf, &example())[0]["time"], 1_795_396_434_000_i64);
}

#[test]
fn asff_keeps_within_the_limits() {
    for report in [example(), hostile::report()] {
        let findings = json(Format::Asff, &report);
        for finding in findings.as_array().expect("findings") {
            assert!(finding.to_string().len() <= 240_000);
            let limit = |path: &str, most: usize| {
                let text = finding.pointer(path).and_then(Value::as_str).unwrap_or_default();
                let units = text.encode_utf16().count();
                assert!(
                    (1..=most).contains(&units) && !text.trim().is_empty(),
                    "{path}: {units}"
                );
            };
            limit("/Title", 256);
            limit("/Description", 1024);
            limit("/Remediation/Recommendation/Text", 512);
            limit("/GeneratorId", 512);
            limit("/Id", 512);
            limit("/Resources/0/Id", 512);
            let account = finding["AwsAccountId"].as_str().expect("account");
            assert!(
                account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()),
                "{account}"
            );
        }
    }
}

#[test]
fn github_reads_our_commands_and_no_others() {
    let text = rendered(Format::Github, &hostile::report(), &all());
    for line in text.lines() {
        let rest = line.strip_prefix("::").expect("every line is a command");
        let (command, message) = rest.split_once("::").expect("a command ends");
        let (name, properties) = command.split_once(' ').expect("a title");
        assert!(["error", "warning", "notice"].contains(&name), "{line}");
        let title = properties.strip_prefix("title=").expect("a title");
        assert!(!title.contains([',', ':']), "{line}");
        assert!(!message.chars().any(acts));
    }
    assert!(text.lines().count() <= 21);
    assert!(
        text.lines()
            .last()
            .is_some_and(|line| line.starts_with("::notice title=GATE FAILED::"))
    );
}

#[test]
fn the_summary_counts_and_lists() {
    let mut out = Vec::new();
    render_github_summary(&example(), &mut out).expect("a vector takes everything");
    let text = String::from_utf8(out).expect("UTF-8");
    for part in [
        "# Bedrock audit: gate failed",
        "## Findings",
        "## Could not be read",
        "## Controls",
    ] {
        assert!(text.contains(part), "{part}");
    }
}

#[test]
fn no_format_gives_a_build_log_a_command() {
    for format in Format::ALL.into_iter().filter(|format| *format != Format::Github) {
        // Only the table breaks lines by itself.
        let widths = if format == Format::Table {
            vec![32, 40, 60, 100]
        } else {
            vec![100]
        };
        for width in widths {
            let style = Style { width, ..all() };
            for line in rendered(format, &hostile::report(), &style).lines() {
                assert!(!line.trim_start().starts_with("::"), "{format}: {line}");
                assert!(!line.contains("##["), "{format}: {line}");
            }
        }
    }
}
