//! Every control's own cases, and that every rule has one of each kind.

use bedrock_audit::audit;
use bedrock_audit::control::catalog::Catalog;
use bedrock_audit::evaluate::cases::{self, CaseResult};
use std::collections::BTreeMap;

#[test]
fn every_rule_passes_fails_cannot_tell_and_nearly_misses_as_its_cases_say() {
    let subjects = audit::subjects();
    let catalog = Catalog::builtin(&subjects).unwrap_or_else(|error| panic!("{error}"));
    let mut wrong = Vec::new();
    for entry in catalog.entries() {
        let mut by_rule: BTreeMap<String, Vec<CaseResult>> =
            entry.rules.iter().map(|rule| (rule.id.clone(), Vec::new())).collect();
        for result in cases::run(entry, &subjects) {
            if let Some(fault) = &result.wrong {
                wrong.push(format!("{} / {}: {fault}", result.rule_id, result.case));
            }
            by_rule.entry(result.rule_id.clone()).or_default().push(result);
        }
        for (rule, results) in by_rule {
            let missing = cases::missing(&results);
            if !missing.is_empty() {
                wrong.push(format!("{rule} has no case that shows: {}", missing.join(", ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
