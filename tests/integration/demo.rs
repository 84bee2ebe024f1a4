//! What `check --demo` shows: the first thing that many a user sees of the program.
//!
//! It has to have something to say about every control, one thing at least that could not be read, and otherwise
//! nothing that was forgotten: a dataset without an answer would look like a fault of the program.

use bedrock_audit::audit::{self, Settings};
use bedrock_audit::control::catalog::Catalog;
use bedrock_audit::ingest;
use bedrock_audit::model::report::{Report, Status};
use bedrock_audit::model::snapshot::Snapshot;
use std::collections::BTreeSet;

const DEMO: &[u8] = include_bytes!("../../fixtures/snapshots/demo.json");

fn snapshot() -> Snapshot {
    ingest::parse("demo", DEMO).expect("the demo is a snapshot")
}

fn judged() -> (Catalog, Report) {
    let catalog = Catalog::builtin(&audit::subjects()).expect("the built-in controls load");
    let settings = Settings {
        params: audit::default_params(&catalog),
        ..Settings::default()
    };
    let report =
        audit::run(&catalog, &snapshot(), &settings, jiff::Timestamp::UNIX_EPOCH).expect("the demo can be judged");
    (catalog, report)
}

#[test]
fn every_control_finds_something_in_the_demo() {
    let (catalog, report) = judged();
    let failed: BTreeSet<&str> = report
        .findings
        .iter()
        .filter(|finding| finding.status == Status::Fail)
        .map(|finding| finding.control_id.as_str())
        .collect();
    let silent: Vec<&str> = catalog
        .entries()
        .iter()
        .map(|entry| entry.control.id.as_str())
        .filter(|id| !failed.contains(id))
        .collect();
    assert!(silent.is_empty(), "nothing fails {silent:?}");
}

#[test]
fn the_demo_shows_what_an_unread_thing_looks_like() {
    let (_, report) = judged();
    let unknown = report
        .findings
        .iter()
        .filter(|finding| finding.status == Status::Unknown)
        .count();
    assert!(unknown > 0, "nothing is unknown");
    assert!(
        unknown * 3 < report.findings.len(),
        "{unknown} of {} findings are unknown",
        report.findings.len()
    );
}

#[test]
fn findings_of_the_demo_have_an_id_each() {
    let (_, report) = judged();
    let ids: BTreeSet<&str> = report.findings.iter().map(|finding| finding.id.as_str()).collect();
    assert_eq!(ids.len(), report.findings.len());
}

#[test]
fn no_dataset_of_the_demo_was_forgotten() {
    let mut whole = snapshot();
    for account in whole.accounts.values_mut() {
        account.global.mark_collected();
        for region in account.regions.values_mut() {
            region.mark_collected();
        }
    }
    assert_eq!(whole, snapshot());
}
