//! What became of the requirements of compliance frameworks: each has the worst status of the controls that serve it.
//!
//! Only controls that were judged count, and frameworks without a requirement for them do not appear: a requirement
//! that nothing looked at is not met, and not failed either.

use crate::control::catalog::Catalog;
use crate::model::report::{ControlSummary, Requirement, Status};
use std::collections::BTreeMap;

/// Every requirement behind the judged controls, by framework in the order of the guides, then by id.
pub(super) fn summary(catalog: &Catalog, controls: &[ControlSummary]) -> Vec<Requirement> {
    let mut order: Vec<&str> = Vec::new();
    let mut rows: BTreeMap<(usize, &str), Requirement> = BTreeMap::new();
    for entry in catalog.entries() {
        let Some(control) = controls.iter().find(|control| control.control_id == entry.control.id) else {
            continue;
        };
        for mapping in entry.guide.iter().flat_map(|guide| &guide.compliance) {
            let slug = mapping.framework.get_ref().as_str();
            let place = order.iter().position(|known| *known == slug).unwrap_or_else(|| {
                order.push(slug);
                order.len() - 1
            });
            for id in &mapping.requirements {
                let row = rows.entry((place, id)).or_insert_with(|| Requirement {
                    framework: slug.to_owned(),
                    framework_title: mapping.title.clone(),
                    requirement: id.clone(),
                    controls: Vec::new(),
                    status: control.status,
                });
                row.controls.push(control.control_id.clone());
                if rank(control.status) < rank(row.status) {
                    row.status = control.status;
                }
            }
        }
    }
    rows.into_values().collect()
}

/// Worst first.
fn rank(status: Status) -> u8 {
    match status {
        Status::Fail => 0,
        Status::Unknown => 1,
        Status::Pass => 2,
        Status::NotApplicable => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::severity::Severity;

    fn control(id: &str, status: Status) -> ControlSummary {
        ControlSummary {
            control_id: id.to_owned(),
            title: String::new(),
            severity: Severity::Critical,
            status,
            pass: 0,
            fail: 0,
            unknown: 0,
            not_applicable: 0,
        }
    }

    #[test]
    fn the_worst_control_decides_and_what_was_not_judged_is_absent() {
        let catalog = Catalog::builtin(&crate::audit::subjects()).unwrap_or_else(|error| panic!("{error}"));
        let judged = [
            control("aws-genai-01", Status::Pass),
            control("aws-genai-06", Status::Unknown),
        ];
        let rows = summary(&catalog, &judged);
        let find = |id: &str| rows.iter().find(|row| row.requirement == id);
        assert_eq!(find("AC-6").unwrap().status, Status::Pass);
        assert_eq!(find("AC-6").unwrap().controls, ["aws-genai-01"]);
        let shared = find("Art. 55").unwrap();
        assert_eq!((shared.status, shared.controls.len()), (Status::Unknown, 2));
        assert!(rows.iter().all(|row| !row.framework.starts_with("cis-")));
        assert!(summary(&catalog, &[]).is_empty());
    }
}
