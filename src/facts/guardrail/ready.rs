//! The guardrails of a region as a whole: is there any that callers could use?

use crate::facts::context::Place;
use crate::facts::fact::{Fact, Reason};
use schemars::JsonSchema;
use serde::Serialize;

/// The guardrails of a region.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct RegionGuardrails {
    /// Whether AWS says that it does not offer guardrails there, or not to this account.
    pub unsupported: bool,
    /// Versions with status READY, the DRAFT among them, such as `prod (version 1)`.
    pub ready: Fact<Vec<String>>,
    /// The others with their status, such as `prod (DRAFT): FAILED`.
    pub not_ready: Vec<String>,
}

impl RegionGuardrails {
    /// The guardrails of a place. One that is READY settles it, whatever else is hidden.
    pub fn of(at: &Place<'_>) -> Self {
        let (mut ready, mut not_ready) = (Vec::new(), Vec::new());
        for row in &at.facts.guardrails.items {
            let title = super::title(&row.name, &row.id, &row.version);
            if row.status == "READY" {
                ready.push(title);
            } else {
                not_ready.push(format!("{title}: {}", row.status));
            }
        }
        ready.sort();
        not_ready.sort();
        let dataset = &at.facts.guardrails;
        let doubts = if dataset.collected {
            let gaps = dataset.gaps.iter().filter(|gap| !gap.means_absent());
            gaps.map(Reason::gap).collect()
        } else {
            vec![Reason::not_collected("guardrails")]
        };
        Self {
            unsupported: dataset.is_unsupported(),
            ready: Fact::faults(ready, doubts),
            not_ready,
        }
    }
}
