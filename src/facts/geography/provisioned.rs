//! The facts about provisioned throughput: it runs where it was bought, whatever profile anybody names.

use super::approved::Approved;
use crate::facts::Kind;
use crate::facts::context::Context;
use crate::facts::fact::{Fact, doubts};
use crate::facts::subject::Subject;
use schemars::JsonSchema;
use serde::Serialize;

/// Provisioned throughput.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct ProvisionedFacts {
    /// Its name.
    pub name: String,
    /// Its region.
    pub region: String,
    /// Whether the user said which regions are approved.
    pub regions_given: bool,
    /// Whether its region is approved.
    pub approved: Fact<bool>,
    /// Approved regions, as patterns.
    pub approved_regions: Vec<String>,
}

/// The kind of subject.
pub const KIND: Kind =
    Kind::of::<ProvisionedFacts>("provisioned_throughput", "Provisioned throughput of a model.", subjects);

/// All that was bought, and one for what could not be listed in a region that is not approved.
pub fn subjects(ctx: &Context<'_>) -> Vec<Subject> {
    let mut subjects = Vec::new();
    for at in ctx.places() {
        let approved = Approved::of(ctx, at.account_id);
        let facts = |name: &str, here: Fact<bool>| ProvisionedFacts {
            name: name.to_owned(),
            region: at.region.to_owned(),
            regions_given: approved.given,
            approved: here,
            approved_regions: approved.told.clone(),
        };
        let here = approved.takes_in(at.region);
        let rows = &at.facts.provisioned_models;
        for row in &rows.items {
            let name = row.provisioned_model_name.as_str();
            let resource = at.resource("provisioned_throughput", row.provisioned_model_arn.as_str(), name);
            subjects.push(Subject::new(resource, None, &facts(name, here.clone())));
        }
        let hidden = doubts(rows, "provisioned throughputs");
        if !hidden.is_empty() && here != Fact::Known(true) {
            let resource = at.resource("provisioned_throughput", at.region_arn(), at.region);
            let name = format!("provisioned throughput of {}", at.region);
            let key = Some("unlisted".to_owned());
            subjects.push(Subject::new(resource, key, &facts(&name, Fact::Unread(hidden))));
        }
    }
    subjects
}
