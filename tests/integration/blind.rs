//! What was not read never passes: the demonstration account with each of its datasets hidden in turn.
//!
//! The collectors turn any failed call into a gap of a dataset, whatever the fault; so hiding datasets here covers every
//! rule against every call at once, and what remains for the tests of the collectors is that the gap is there.

use bedrock_audit::audit::{self, Settings};
use bedrock_audit::control::catalog::Catalog;
use bedrock_audit::exit::{ExitStatus, GateRules};
use bedrock_audit::ingest;
use bedrock_audit::model::report::{Finding, Report, Status};
use bedrock_audit::model::severity::Severity;
use bedrock_audit::model::snapshot::Snapshot;
use rayon::prelude::*;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const DEMO: &[u8] = include_bytes!("../../fixtures/snapshots/demo.json");

/// How a dataset is hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hidden {
    /// The first page failed already.
    Whole,
    /// The first pages came, a later one failed.
    Rest,
    /// Nobody asked: a snapshot of a narrower collection.
    NotAsked,
}

fn hide(dataset: &mut Value, how: Hidden) {
    let gap = json!({"service": "sts", "operation": "GetCallerIdentity", "kind": "denied", "code": "AccessDenied",
        "permission": "sts:GetCallerIdentity", "message": "hidden by a test"});
    if how != Hidden::Rest {
        dataset["items"] = json!([]);
    }
    dataset["gaps"] = if how == Hidden::NotAsked {
        json!([])
    } else {
        json!([gap])
    };
    dataset["collected"] = json!(how != Hidden::NotAsked);
}

fn is_dataset(value: &Value) -> bool {
    ["items", "gaps", "collected"]
        .iter()
        .any(|part| value.get(part).is_some())
}

/// Pointers to every dataset of the snapshot; those of all regions under one name are one.
fn datasets(snapshot: &Value) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let accounts = snapshot["accounts"].as_object().expect("accounts");
    for (id, account) in accounts {
        for (name, value) in account["global"].as_object().expect("global") {
            assert!(is_dataset(value), "{name} is no dataset");
            found
                .entry(name.clone())
                .or_default()
                .push(format!("/accounts/{id}/global/{name}"));
        }
        for (region, datasets) in account["regions"].as_object().expect("regions") {
            for name in datasets.as_object().expect("a region").keys() {
                let pointer = format!("/accounts/{id}/regions/{region}/{name}");
                found.entry(name.clone()).or_default().push(pointer);
            }
        }
    }
    found
}

struct Judge {
    catalog: Catalog,
    settings: Settings,
    snapshot: Value,
}

impl Judge {
    fn new() -> Self {
        let catalog = Catalog::builtin(&audit::subjects()).expect("the built-in controls load");
        let settings = Settings {
            params: audit::default_params(&catalog),
            show_passed: true,
            gate: GateRules {
                fail_on: Some(Severity::Critical),
                ..GateRules::default()
            },
            ..Settings::default()
        };
        // By way of the types, so that datasets that the file leaves out stand there too.
        let snapshot: Snapshot = ingest::parse("demo", DEMO).expect("the demo is a snapshot");
        let snapshot = serde_json::to_value(snapshot).expect("a snapshot is JSON");
        Self {
            catalog,
            settings,
            snapshot,
        }
    }

    fn without(&self, pointers: &[String], how: Hidden) -> Report {
        let mut snapshot = self.snapshot.clone();
        for pointer in pointers {
            hide(snapshot.pointer_mut(pointer).expect("the dataset"), how);
        }
        self.report(&snapshot)
    }

    fn report(&self, snapshot: &Value) -> Report {
        let bytes = serde_json::to_vec(snapshot).expect("JSON");
        let snapshot = ingest::parse("test", &bytes).expect("a snapshot");
        audit::run(&self.catalog, &snapshot, &self.settings, jiff::Timestamp::UNIX_EPOCH).expect("it can be judged")
    }
}

fn by_id(report: &Report) -> BTreeMap<&str, &Finding> {
    let found: BTreeMap<&str, &Finding> = report
        .findings
        .iter()
        .map(|finding| (finding.id.as_str(), finding))
        .collect();
    let mut twice: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for finding in &report.findings {
        let text = format!("{} {} {}", finding.rule_id, finding.resource.arn, finding.message);
        twice.entry(&finding.id).or_default().push(text);
    }
    twice.retain(|_, texts| texts.len() > 1);
    assert!(twice.is_empty(), "findings share an id: {twice:#?}");
    found
}

/// What got better by being hidden.
fn improvements(full: &Report, blind: &Report) -> Vec<String> {
    let (before, after) = (by_id(full), by_id(blind));
    let unknown: BTreeSet<&str> = blind
        .findings
        .iter()
        .filter(|finding| finding.status == Status::Unknown)
        .map(|finding| finding.rule_id.as_str())
        .collect();
    let mut found = Vec::new();
    for (id, was) in before {
        let is = after.get(id).map(|finding| finding.status);
        let told = unknown.contains(was.rule_id.as_str());
        let better = match (was.status, is) {
            (Status::Fail | Status::Unknown, Some(Status::Pass)) => true,
            // The thing itself may be out of sight; then the rule has to say that there may be one.
            (Status::Fail | Status::Unknown, None | Some(Status::NotApplicable)) => !told,
            _ => false,
        };
        if better {
            found.push(format!(
                "{} of {}: {} became {is:?}",
                was.rule_id,
                was.resource.arn,
                was.status.as_str()
            ));
        }
    }
    found
}

#[test]
fn hiding_a_dataset_makes_nothing_better() {
    let judge = Judge::new();
    let full = judge.report(&judge.snapshot);
    let datasets: Vec<_> = datasets(&judge.snapshot).into_iter().collect();
    let problems: Vec<String> = datasets
        .par_iter()
        .flat_map_iter(|(name, pointers)| {
            [Hidden::Whole, Hidden::Rest]
                .into_iter()
                .flat_map(|how| {
                    let blind = judge.without(pointers, how);
                    improvements(&full, &blind)
                        .into_iter()
                        .map(move |text| format!("{name} {how:?}: {text}"))
                })
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(problems.is_empty(), "{}\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn where_everything_is_hidden_nothing_passes_and_nothing_fails() {
    let judge = Judge::new();
    let all: Vec<String> = datasets(&judge.snapshot).into_values().flatten().collect();
    for how in [Hidden::Whole, Hidden::NotAsked] {
        let blind = judge.without(&all, how);
        by_id(&blind);
        let decided: Vec<String> = blind
            .findings
            .iter()
            .filter(|finding| matches!(finding.status, Status::Pass | Status::Fail))
            .map(|finding| format!("{} {}", finding.rule_id, finding.resource.arn))
            .collect();
        assert!(decided.is_empty(), "{how:?}: {decided:#?}");
        let silent: Vec<&str> = blind
            .summary
            .controls
            .iter()
            .filter(|control| control.unknown == 0)
            .map(|control| control.control_id.as_str())
            .collect();
        assert!(silent.is_empty(), "{how:?}: {silent:?} say nothing");
        assert_eq!(blind.summary.gate.exit_code, ExitStatus::Undecided.code(), "{how:?}");
    }
}
