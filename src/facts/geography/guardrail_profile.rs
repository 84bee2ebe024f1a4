//! The facts about the cross-region profiles of guardrails: evaluation carries prompts and answers along.
//!
//! No API lists where such a profile evaluates, so that a dated table of the documentation has to do. What the table
//! does not tell stays undecided.

use super::approved::Approved;
use crate::facts::Kind;
use crate::facts::context::{Context, Place};
use crate::facts::fact::{Fact, Reason, doubts};
use crate::facts::subject::Subject;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// The cross-region profile of a guardrail.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct GuardrailProfileFacts {
    /// The guardrail's name.
    pub name: String,
    /// The profile's id.
    pub profile: String,
    /// The regions that it is known to use.
    pub regions: Vec<String>,
    /// Those that are not approved.
    pub outside: Fact<Vec<String>>,
    /// Approved regions, as patterns.
    pub approved: Vec<String>,
    /// The day of the table of regions.
    pub table_of: String,
}

/// The kind of subject.
pub const KIND: Kind = Kind::of::<GuardrailProfileFacts>(
    "guardrail_profile",
    "The cross-region profile that a guardrail evaluates through.",
    subjects,
);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    date: String,
    profiles: BTreeMap<String, Row>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    regions: Vec<String>,
    within: Option<String>,
}

static TABLE: LazyLock<Option<Table>> =
    LazyLock::new(|| toml::from_str(include_str!("../data/guardrail-profiles.toml")).ok());

/// Every guardrail with a cross-region profile, once for each profile that its versions name.
pub fn subjects(ctx: &Context<'_>) -> Vec<Subject> {
    let mut subjects = Vec::new();
    for at in ctx.places() {
        let approved = Approved::of(ctx, at.account_id);
        if approved.is_empty() {
            continue;
        }
        let mut seen = BTreeSet::new();
        for row in &at.facts.guardrails.items {
            let Some(arn) = &row.guardrail_profile_arn else {
                continue;
            };
            let id = arn.rsplit('/').next().unwrap_or(arn);
            if seen.insert((row.arn.as_str(), id)) {
                let facts = of_profile(&at, &approved, &row.name, id);
                let resource = at.resource("guardrail", row.arn.as_str(), row.name.as_str());
                subjects.push(Subject::new(resource, Some(id.to_owned()), &facts));
            }
        }
        let hidden = doubts(&at.facts.guardrails, "guardrails");
        if !hidden.is_empty() {
            let facts = GuardrailProfileFacts {
                name: format!("guardrails of {}", at.region),
                outside: Fact::Unread(hidden),
                approved: approved.told.clone(),
                ..GuardrailProfileFacts::default()
            };
            let resource = at.resource("guardrail", at.region_arn(), at.region);
            subjects.push(Subject::new(resource, Some("unlisted".to_owned()), &facts));
        }
    }
    subjects
}

fn of_profile(at: &Place<'_>, approved: &Approved, name: &str, id: &str) -> GuardrailProfileFacts {
    let known = TABLE.as_ref().and_then(|table| {
        let (geography, _) = id.split_once(".guardrail.")?;
        table.profiles.get(geography)
    });
    let mut regions: BTreeSet<String> = [at.region.to_owned()].into();
    regions.extend(known.iter().flat_map(|row| row.regions.iter().cloned()));
    let further = match known {
        None => true,
        Some(row) => row
            .within
            .as_deref()
            .is_some_and(|within| !approved.takes_in_all(within)),
    };
    let outside = match approved.outside(&regions) {
        Fact::Known(none) if none.is_empty() && further => Fact::unread(Reason::text(format!(
            "not every region that guardrail profile {id} may use is known"
        ))),
        outside => outside,
    };
    GuardrailProfileFacts {
        name: name.to_owned(),
        profile: id.to_owned(),
        regions: regions.into_iter().collect(),
        outside,
        approved: approved.told.clone(),
        table_of: TABLE.as_ref().map_or_else(String::new, |table| table.date.clone()),
    }
}
