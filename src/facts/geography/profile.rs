//! The facts about inference profiles, those of one region with the same destinations together.
//!
//! Where a profile leads is read from the ARNs of its models, never from its id. Profiles of regions that nobody uses
//! count too: who holds the permission may choose them any day.
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html>

use super::approved::{ANYWHERE, Approved, destinations};
use super::reach::Callers;
use crate::facts::Kind;
use crate::facts::context::{Context, Place};
use crate::facts::fact::{Fact, Reason, doubts};
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
    pub global: Fact<bool>,
    /// Where they route to; `anywhere` for any commercial region.
    pub destinations: Vec<String>,
    /// Destinations that are not approved.
    pub outside: Fact<Vec<String>>,
    /// Approved regions, as patterns.
    pub approved: Vec<String>,
    /// The profiles' ids.
    pub profiles: Vec<String>,
    /// Whether this stands for profiles that could not be listed.
    pub unlisted: bool,
    /// The first few principals that may call one of them, each with the profile; asked only where a destination may
    /// not be approved.
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
    for id in ctx.snapshot.accounts.keys() {
        let approved = Approved::of(ctx, id);
        let Some(callers) = Callers::of(ctx, id) else { continue };
        if approved.is_empty() {
            continue;
        }
        for at in ctx.places().filter(|at| at.account_id == id) {
            let rows = &at.facts.inference_profiles;
            let mut groups: BTreeMap<BTreeSet<String>, Vec<&InferenceProfile>> = BTreeMap::new();
            for row in rows
                .items
                .iter()
                .filter(|row| row.status == "ACTIVE" || row.status.is_empty())
            {
                groups.entry(destinations(&row.model_arns)).or_default().push(row);
            }
            for (to, profiles) in groups {
                subjects.push(of_group(&at, &approved, &callers, to, &profiles));
            }
            let hidden = doubts(rows, "inference profiles");
            if !hidden.is_empty() {
                subjects.push(unlisted(&at, &approved, &callers, hidden));
            }
        }
    }
    subjects
}

fn of_group(
    at: &Place<'_>,
    approved: &Approved,
    callers: &Callers<'_, '_>,
    to: BTreeSet<String>,
    profiles: &[&InferenceProfile],
) -> Subject {
    let unknown_route = Reason::text(format!(
        "the models of an inference profile of {} were not read",
        at.region
    ));
    let outside = if to.is_empty() {
        Fact::unread(unknown_route)
    } else {
        approved.outside(&to)
    };
    let harmless = outside.known().is_some_and(Vec::is_empty);
    let global = to.contains(ANYWHERE);
    let destinations: Vec<String> = to.into_iter().collect();
    let key = destinations.join(",");
    let facts = InferenceProfileFacts {
        region: at.region.to_owned(),
        global: Fact::Known(global),
        callers: if harmless {
            Fact::Known(Vec::new())
        } else {
            callers.witnesses(at.region, profiles)
        },
        outside,
        approved: approved.told.clone(),
        profiles: profiles.iter().map(|row| row.inference_profile_id.clone()).collect(),
        unlisted: false,
        destinations,
    };
    let resource = at.resource("inference_profile", at.region_arn(), at.region);
    Subject::new(resource, Some(key), &facts)
}

/// Profiles that nobody could list lead who knows where; they do no harm where nobody may call anything.
fn unlisted(at: &Place<'_>, approved: &Approved, callers: &Callers<'_, '_>, hidden: Vec<Reason>) -> Subject {
    let mut facts = InferenceProfileFacts {
        region: at.region.to_owned(),
        unlisted: true,
        approved: approved.told.clone(),
        ..InferenceProfileFacts::default()
    };
    if !callers.are_none() {
        facts.global = Fact::Unread(hidden.clone());
        facts.outside = Fact::Unread(hidden.clone());
        facts.callers = Fact::Unread(hidden);
    }
    let resource = at.resource("inference_profile", at.region_arn(), at.region);
    Subject::new(resource, Some("unlisted".to_owned()), &facts)
}
