//! The facts about an enforced guardrail: what it leaves out, and what its very version leaves undone.

use super::means::{Enforced, Means};
use super::weakness::weaknesses;
use crate::facts::Kind;
use crate::facts::context::{Context, partition};
use crate::facts::fact::{Fact, Reason};
use crate::facts::subject::Subject;
use crate::model::arn::Arn;
use crate::model::dataset::Lookup;
use crate::model::report::Resource;
use schemars::JsonSchema;
use serde::Serialize;

/// A guardrail that Bedrock applies by itself in one region.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct EnforcedGuardrailFacts {
    /// Its ARN with the version that is enforced.
    pub arn: String,
    /// Where it is enforced.
    pub region: String,
    /// What enforces it.
    pub by: String,
    /// What the enforcement leaves out: models, text outside input tags.
    pub gaps: Vec<String>,
    /// What its version fails of aws-genai-06 and aws-genai-02.
    pub weaknesses: Fact<Vec<String>>,
    /// Both: the gaps alone where the version could not be read.
    pub faults: Fact<Vec<String>>,
}

/// The kind of subject.
pub const KIND: Kind = Kind::of::<EnforcedGuardrailFacts>(
    "enforced_guardrail",
    "A guardrail that Bedrock applies by itself in one region, by account configuration or BEDROCK_POLICY.",
    subjects,
);

/// Every enforced guardrail of every account and region.
pub fn subjects(ctx: &Context<'_>) -> Vec<Subject> {
    let mut subjects = Vec::new();
    for (id, account) in &ctx.snapshot.accounts {
        for one in Means::of(id, account).enforced {
            let weak = version(ctx, id, &one);
            let gaps = one.gaps();
            let mut seen = gaps.clone();
            seen.extend(weak.known().cloned().unwrap_or_default());
            let facts = EnforcedGuardrailFacts {
                arn: one.arn.clone(),
                region: one.region.clone(),
                by: one.by.clone(),
                faults: Fact::faults(seen, weak.reasons().to_vec()),
                weaknesses: weak,
                gaps,
            };
            let name = Arn::parse(&one.arn).map_or(one.arn.as_str(), |arn| arn.resource_id());
            let arn = if one.arn.starts_with("arn:") {
                one.arn.clone()
            } else {
                format!(
                    "arn:{}:bedrock:{}:{id}:guardrail/{}",
                    partition(account),
                    one.region,
                    one.arn
                )
            };
            let resource = Resource {
                kind: "enforced_guardrail".to_owned(),
                arn,
                name: name.to_owned(),
                region: Some(one.region.clone()),
                account_id: id.clone(),
            };
            subjects.push(Subject::new(
                resource,
                Some(format!("{} in {}", one.by, one.region)),
                &facts,
            ));
        }
    }
    subjects
}

/// What is wrong with the enforced version, looked up where it lives, else where it is enforced.
fn version(ctx: &Context<'_>, account: &str, one: &Enforced) -> Fact<Vec<String>> {
    let home = Arn::parse(&one.arn);
    let places = [
        home.map(|arn| (arn.account, arn.region)),
        Some((account, one.region.as_str())),
    ];
    let mut reasons = Vec::new();
    for (id, region) in places.into_iter().flatten() {
        let Some(facts) = ctx.snapshot.accounts.get(id).and_then(|row| row.regions.get(region)) else {
            continue;
        };
        match facts.guardrail_details.find(&one.arn) {
            Lookup::Found(row) => return Fact::Known(weaknesses(row, ctx.params)),
            Lookup::Missing if home.is_some_and(|arn| arn.account == id && arn.region == region) => {
                return Fact::Known(vec!["the version does not exist".to_owned()]);
            }
            Lookup::Missing => {}
            Lookup::Unread(gaps) if gaps.is_empty() => reasons.push(Reason::not_collected("guardrails")),
            Lookup::Unread(gaps) => reasons.extend(gaps.into_iter().map(Reason::gap)),
        }
    }
    if reasons.is_empty() {
        reasons.push(Reason::text(format!(
            "{} lives in an account or region that was not looked at",
            one.arn
        )));
    }
    Fact::Unread(reasons)
}
