//! The facts about inference profiles, those of one region with the same destinations together.

use super::approved::{ANYWHERE, Approved, destinations};
use super::reach::Callers;
use crate::facts::Kind;
use crate::facts::context::Context;
use crate::facts::fact::{Fact, doubts};
use crate::facts::subject::Subject;
use crate::model::aws::bedrock::InferenceProfile;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Inference profiles of one source region that route to the same regions.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct InferenceProfileFacts {
    /// The source region.
    pub region: String,
    /// Whether they route anywhere.
    pub global: bool,
    /// Where they route to.
    pub destinations: Vec<String>,
    /// Destinations that are not approved.
    pub outside: Vec<String>,
    /// Approved regions.
    pub approved: Vec<String>,
    /// The profiles' ids.
    pub profiles: Vec<String>,
    /// Whether this stands for profiles that could not be listed.
    pub unlisted: bool,
    /// The first few principals that may call one of them; asked only where a destination is not approved.
    pub callers: Fact<Vec<String>>,
}

/// The kind of subject.
pub const KIND: Kind = Kind::of::<InferenceProfileFacts>(
    "inference_profile",
    "Inference profiles of one source region that route to the same regions.",
    subjects,
);

/// Every group of profiles.
pub fn subjects(ctx: &Context<'_>) -> Vec<Subject> {
    let mut subjects = Vec::new();
    for (id, account) in &ctx.snapshot.accounts {
        let approved = Approved::of(ctx, id);
        if approved.is_empty() {
            continue;
        }
        let mut callers: Option<Option<Callers<'_, '_>>> = None;
        for at in ctx.places().filter(|at| at.account_id == id) {
            let _ = account;
            let rows = &at.facts.inference_profiles;
            let mut groups: BTreeMap<BTreeSet<String>, Vec<&InferenceProfile>> = BTreeMap::new();
            for row in rows.items.iter().filter(|row| row.status == "ACTIVE" || row.status.is_empty()) {
                groups.entry(destinations(&row.model_arns)).or_default().push(row);
            }
            for (to, profiles) in groups {
                let outside = approved.outside(&to);
                let list: Vec<String> = to.iter().cloned().collect();
                let facts = InferenceProfileFacts {
                    region: at.region.to_owned(),
                    global: to.contains(ANYWHERE),
                    callers: if outside.is_empty() {
                        Fact::Known(Vec::new())
                    } else {
                        let callers = callers.get_or_insert_with(|| Callers::of(ctx, id));
                        callers
                            .as_ref()
                            .map_or_else(|| Fact::Known(Vec::new()), |callers| callers.witnesses(at.region, &profiles))
                    },
                    outside,
                    approved: approved.told.clone(),
                    profiles: profiles.iter().map(|row| row.inference_profile_id.clone()).collect(),
                    unlisted: false,
                    destinations: list.clone(),
                };
                let resource = at.resource("inference_profile", at.region_arn(), at.region);
                subjects.push(Subject::new(resource, Some(list.join(",")), &facts));
            }
            let hidden = doubts(rows, "inference profiles");
            if !hidden.is_empty() {
                let facts = InferenceProfileFacts {
                    region: at.region.to_owned(),
                    unlisted: true,
                    approved: approved.told.clone(),
                    callers: Fact::Unread(hidden),
                    ..InferenceProfileFacts::default()
                };
                let resource = at.resource("inference_profile", at.region_arn(), at.region);
                subjects.push(Subject::new(resource, Some("unlisted".to_owned()), &facts));
            }
        }
    }
    subjects
}
