//! The facts about what stays in a place, or carries data out of it by itself: provisioned throughput, the
//! cross-region profiles of guardrails, and conditions on a key that does not exist.

use super::approved::Approved;
use crate::facts::Kind;
use crate::facts::context::{Context, global_resource};
use crate::facts::fact::{Fact, Reason};
use crate::facts::org::{SCP, parse};
use crate::facts::scp::groups;
use crate::facts::subject::Subject;
use crate::iam::document::Document;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

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
    pub approved: bool,
    /// Approved regions.
    pub approved_regions: Vec<String>,
}

/// Provisioned throughput as a kind of subject.
pub const PROVISIONED: Kind =
    Kind::of::<ProvisionedFacts>("provisioned_throughput", "Provisioned throughput of a model.", provisioned);

fn provisioned(ctx: &Context<'_>) -> Vec<Subject> {
    let mut subjects = Vec::new();
    for at in ctx.places() {
        let approved = Approved::of(ctx, at.account_id);
        for row in &at.facts.provisioned_models.items {
            let facts = ProvisionedFacts {
                name: row.provisioned_model_name.clone(),
                region: at.region.to_owned(),
                regions_given: approved.given,
                approved: approved.takes_in(at.region),
                approved_regions: approved.told.clone(),
            };
            let resource = at.resource("provisioned_throughput", row.provisioned_model_arn.as_str(), row.provisioned_model_name.as_str());
            subjects.push(Subject::new(resource, None, &facts));
        }
    }
    subjects
}

/// The cross-region profile of a guardrail.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct GuardrailProfileFacts {
    /// The guardrail's name.
    pub name: String,
    /// The profile's id.
    pub profile: String,
    /// The regions that it may use.
    pub regions: Vec<String>,
    /// Those that are not approved.
    pub outside: Fact<Vec<String>>,
    /// Approved regions.
    pub approved: Vec<String>,
    /// The day of the list of regions.
    pub list_of: String,
}

/// Guardrail profiles as a kind of subject.
pub const GUARDRAIL_PROFILE: Kind = Kind::of::<GuardrailProfileFacts>(
    "guardrail_profile",
    "The cross-region profile that a guardrail evaluates through.",
    guardrail_profiles,
);

#[derive(Debug, Deserialize)]
struct Table {
    date: String,
    profiles: BTreeMap<String, Vec<String>>,
}

static TABLE: LazyLock<Option<Table>> =
    LazyLock::new(|| toml::from_str(include_str!("../data/guardrail-profiles.toml")).ok());

fn guardrail_profiles(ctx: &Context<'_>) -> Vec<Subject> {
    let mut subjects = Vec::new();
    for at in ctx.places() {
        let approved = Approved::of(ctx, at.account_id);
        let mut seen = BTreeSet::new();
        for row in &at.facts.guardrails.items {
            let Some(arn) = &row.guardrail_profile_arn else { continue };
            let id = arn.rsplit('/').next().unwrap_or(arn);
            if approved.is_empty() || !seen.insert((&row.arn, id)) {
                continue;
            }
            let known = TABLE.as_ref().and_then(|table| {
                let (geography, _) = id.split_once(".guardrail.")?;
                table.profiles.get(geography)
            });
            let outside = match known {
                Some(regions) => Fact::Known(approved.outside(&regions.iter().cloned().collect())),
                None => Fact::unread(Reason::text(format!("the regions of guardrail profile {id} are not known"))),
            };
            let facts = GuardrailProfileFacts {
                name: row.name.clone(),
                profile: id.to_owned(),
                regions: known.cloned().unwrap_or_default(),
                outside,
                approved: approved.told.clone(),
                list_of: TABLE.as_ref().map_or_else(String::new, |table| table.date.clone()),
            };
            let resource = at.resource("guardrail", row.arn.as_str(), row.name.as_str());
            subjects.push(Subject::new(resource, Some(id.to_owned()), &facts));
        }
    }
    subjects
}

/// A policy with conditions on keys of Bedrock.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct PolicyFacts {
    /// Its name.
    pub name: String,
    /// Conditions on `bedrock:InferenceProfileRegion`, each with what comes of it.
    pub region_keys: Fact<Vec<String>>,
}

/// Policies as a kind of subject.
pub const POLICY: Kind = Kind::of::<PolicyFacts>(
    "policy",
    "An identity policy or service control policy with a condition on a key of Bedrock.",
    policies,
);

fn policies(ctx: &Context<'_>) -> Vec<Subject> {
    let mut subjects = Vec::new();
    for id in ctx.snapshot.accounts.keys() {
        let Some(iam) = ctx.iam(id) else { continue };
        for policy in &iam.policies {
            let Ok(document) = &policy.document else { continue };
            if speaks_of_bedrock(document) {
                let facts = PolicyFacts {
                    name: policy.name.to_owned(),
                    region_keys: Fact::Known(region_keys(document)),
                };
                let resource = global_resource(id, policy.owner.resource_type(), policy.owner_arn, policy.name);
                let key = (&*policy.id != policy.owner_arn).then(|| policy.name.to_owned());
                subjects.push(Subject::new(resource, key, &facts));
            }
        }
    }
    for group in groups(ctx).values() {
        let Some(home) = group.accounts.first() else { continue };
        let rows = group.org.vantage.organization_policies.items.iter();
        for row in rows.filter(|row| row.type_ == SCP) {
            let region_keys = match parse(group.org.vantage, row) {
                Ok(document) if speaks_of_bedrock(&document) => Fact::Known(region_keys(&document)),
                Ok(_) => continue,
                Err(reason) => Fact::unread(reason),
            };
            let facts = PolicyFacts {
                name: row.name.clone(),
                region_keys,
            };
            let resource = global_resource(home, "scp", row.arn.as_str(), row.name.as_str());
            subjects.push(Subject::new(resource, None, &facts));
        }
    }
    subjects
}

fn speaks_of_bedrock(document: &Document) -> bool {
    let mut conditions = document.statements.iter().flat_map(|statement| &statement.conditions);
    conditions.any(|condition| condition.key_lower().starts_with("bedrock"))
}

fn region_keys(document: &Document) -> Vec<String> {
    let mut found = Vec::new();
    for statement in &document.statements {
        for condition in &statement.conditions {
            if condition.key_lower() == "bedrock:inferenceprofileregion" {
                let holds = condition.on_absent().is_possible();
                let effect = match (statement.effect, holds) {
                    (crate::iam::statement::Effect::Deny, false) => "never refuses anything",
                    (crate::iam::statement::Effect::Deny, true) => "refuses whatever the region",
                    (crate::iam::statement::Effect::Allow, false) => "grants nothing",
                    (crate::iam::statement::Effect::Allow, true) => "grants whatever the region",
                };
                found.push(format!("statement {} ({}) {effect}", statement.label(), condition.operator_text));
            }
        }
    }
    found
}
