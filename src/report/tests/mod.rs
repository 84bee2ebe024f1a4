//! What every format must keep: a hostile report does no harm, and the same report gives the same bytes.

mod exchange;
mod hostile;
mod pages;
mod table;

use super::{Format, Style, read_report, render};
use crate::model::report::Report;

/// A report as a scan of a middling account gives it.
pub(super) fn example() -> Report {
    read_report(include_bytes!("../../../fixtures/reports/example.json")).expect("the example is a report")
}

/// `report` as text.
pub(super) fn rendered(format: Format, report: &Report, style: &Style) -> String {
    let mut out = Vec::new();
    render(format, report, style, &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("every format is UTF-8")
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    for report in [example(), hostile::report(), hostile::empty()] {
        for format in Format::ALL {
            let style = Style {
                show_passed: true,
                ..Style::default()
            };
            let first = rendered(format, &report, &style);
            assert_eq!(first, rendered(format, &report.clone(), &style), "{format}");
        }
    }
}

#[test]
fn a_report_comes_back_as_it_was() {
    for report in [example(), hostile::report(), hostile::empty()] {
        let style = Style {
            show_passed: true,
            ..Style::default()
        };
        let json = rendered(Format::Json, &report, &style);
        assert_eq!(read_report(json.as_bytes()).expect("own output"), report);
    }
}

/// The hostile report as a file, for the readers of `.ci/formats`; `BEDROCK_AUDIT_BLESS=1` writes it anew.
#[test]
fn the_hostile_file_is_the_hostile_report() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/reports/hostile.json");
    let style = Style {
        show_passed: true,
        ..Style::default()
    };
    let json = rendered(Format::Json, &hostile::report(), &style);
    if std::env::var_os("BEDROCK_AUDIT_BLESS").is_some() {
        std::fs::write(&path, &json).expect("the fixture can be written");
    }
    assert_eq!(std::fs::read_to_string(&path).expect("the fixture is there"), json);
}

#[test]
fn passes_show_only_where_asked_for() {
    let report = hostile::report();
    let count = |show_passed| {
        let style = Style {
            show_passed,
            ..Style::default()
        };
        rendered(Format::Jsonl, &report, &style).lines().count()
    };
    assert_eq!(count(true), report.findings.len());
    assert_eq!(count(false), report.findings.len() - 2);
}

#[test]
fn a_newer_report_is_refused_in_words() {
    let newer = br#"{"schema_version": "1.1", "surprise": true}"#;
    let message = read_report(newer).expect_err("newer").to_string();
    assert_eq!(
        message,
        "the report has schema version `1.1`, and this program reads up to `1.0`; use a newer one"
    );
    assert!(read_report(br#"{"schema_version": "one"}"#).is_err());
    assert!(read_report(b"[]").is_err());
    assert!(read_report(b"").is_err());
}

#[test]
fn a_format_has_one_name() {
    for format in Format::ALL {
        assert_eq!(format.to_string().parse(), Ok(format));
    }
    assert!(
        "xml"
            .parse::<Format>()
            .expect_err("no such format")
            .contains("table, json")
    );
}
