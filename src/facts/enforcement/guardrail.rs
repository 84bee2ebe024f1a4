//! The facts about an enforced guardrail: what it leaves out, and what its very version leaves undone.

use super::means::{Enforced, Means};
use super::weakness::weaknesses;
use crate::facts::Kind;
use crate::facts::context::{Context, account_arn, partition};
use crate::facts::fact::{Fact, Reason, doubts};
use crate::facts::subject::Subject;
use crate::model::arn::Arn;
use crate::model::dataset::Lookup;
use crate::model::gap::GapKind;
use crate::model::report::{InUse, Resource};
use crate::model::snapshot::Account;
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
    /// Whether any region of the account is in use.
    pub in_use: Fact<bool>,
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
        let means = Means::of(id, account);
        subjects.extend(unlisted(ctx, id, account, &means));
        for one in means.enforced {
            let weak = version(ctx, id, &one);
            let gaps = one.gaps();
            let mut seen = gaps.clone();
            seen.extend(weak.known().cloned().unwrap_or_default());
            let facts = EnforcedGuardrailFacts {
                arn: one.arn.clone(),
                region: one.region.clone(),
                by: one.by.clone(),
                in_use: ctx.account_in_use(id),
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

/// What stands for enforced guardrails that could not be listed: one for the account's effective policy, and one for
/// each region, in use or perhaps in use, that hides its own.
fn unlisted(ctx: &Context<'_>, id: &str, account: &Account, means: &Means) -> Vec<Subject> {
    let hidden = |why: &[Reason], by: &str, region: Option<&str>| {
        let name = region.map_or_else(|| format!("{by} of account {id}"), |region| format!("{by} of {region}"));
        let facts = EnforcedGuardrailFacts {
            by: by.to_owned(),
            region: region.unwrap_or_default().to_owned(),
            in_use: ctx.account_in_use(id),
            weaknesses: Fact::Unread(why.to_vec()),
            faults: Fact::Unread(why.to_vec()),
            ..EnforcedGuardrailFacts::default()
        };
        let partition = partition(account);
        let arn = region.map_or_else(
            || account_arn(partition, id),
            |region| format!("arn:{partition}:bedrock:{region}:{id}:region/{region}"),
        );
        let resource = Resource {
            kind: "enforced_guardrail".to_owned(),
            arn,
            name,
            region: region.map(str::to_owned),
            account_id: id.to_owned(),
        };
        Subject::new(resource, Some(format!("unlisted {by}")), &facts)
    };
    let mut subjects = Vec::new();
    if !means.account_doubts.is_empty() {
        subjects.push(hidden(&means.account_doubts, "the effective BEDROCK_POLICY", None));
    }
    for (region, facts) in &account.regions {
        let why = doubts(&facts.enforced_guardrails, "enforced guardrails");
        let used = ctx.usage(id, region).is_some_and(|usage| usage.in_use() != InUse::No);
        if used && !why.is_empty() {
            subjects.push(hidden(&why, "the account configuration", Some(region)));
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
            // AWS was asked for this very version and does not know it.
            Lookup::Unread(gaps) if !gaps.is_empty() && gaps.iter().all(|gap| gap.kind == GapKind::NotFound) => {
                return Fact::Known(vec!["the version does not exist".to_owned()]);
            }
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
