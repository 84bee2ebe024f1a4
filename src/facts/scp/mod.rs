//! The facts about service control policies that look at the guardrail of a call.
//!
//! All statements of a policy are judged together, by trying calls. A call that the policy lets through but that other
//! policies on the path to every audited account refuse is no hole. Where policies could not be listed, one subject
//! stands for them all.

pub mod probe;
pub mod verdict;

#[cfg(test)]
pub(super) mod tests;

use super::Kind;
use super::context::{Context, account_arn, global_resource, partition};
use super::fact::{self, Fact, Reason};
use super::org::{Org, SCP, Unbound, parse, type_enabled};
use super::subject::Subject;
use crate::iam::access::{PolicyRef, Scps, Source};
use crate::iam::document::Document;
use crate::model::aws::organizations::Policy;
use probe::{Answer, Asker, INVOKE, TARGETS};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use verdict::{Means, NamedGuardrail};

/// A service control policy with a Deny on `bedrock:GuardrailIdentifier`.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct ScpFacts {
    /// Its name.
    pub name: String,
    /// Whether Bedrock is used in any audited account of the organization.
    pub in_use: Fact<bool>,
    /// Whether this stands for policies that could not be listed, instead of for one.
    pub unlisted: bool,
    /// The statements that look at the guardrail, by Sid or index.
    pub statements: Vec<String>,
    /// Further conditions in those statements: exceptions from the rule.
    pub further_conditions: Vec<String>,
    /// Guardrails that it names.
    pub guardrails: Vec<String>,
    /// Calls without a guardrail that it lets through, for example `InvokeModelWithResponseStream in us-east-1`.
    pub openings: Fact<Vec<String>>,
    /// Whether it lets no guardrail through that it names, in any numbered version.
    pub blocks_all: Fact<bool>,
    /// Why it is in force nowhere; empty where it is.
    pub detached: Fact<Vec<String>>,
    /// The roots, units and accounts to which it is attached.
    pub targets: Vec<String>,
}

/// The kind of subject.
pub const KIND: Kind = Kind::of::<ScpFacts>(
    "scp",
    "A service control policy with a Deny on the guardrail of a call.",
    subjects,
);

/// An organization with the audited accounts that belong to it.
pub(super) struct Group<'c, 'a> {
    pub(super) org: &'c Org<'a>,
    pub(super) accounts: Vec<&'a str>,
    pub(super) partition: &'a str,
}

/// The organizations of the snapshot by id.
pub(super) fn groups<'c, 'a>(ctx: &'c Context<'a>) -> BTreeMap<&'a str, Group<'c, 'a>> {
    let mut groups: BTreeMap<&'a str, Group<'c, 'a>> = BTreeMap::new();
    for (id, account) in &ctx.snapshot.accounts {
        let Some(org) = ctx.org(id) else { continue };
        let Some(org_id) = org.id() else { continue };
        let group = groups.entry(org_id).or_insert_with(|| Group {
            org,
            accounts: Vec::new(),
            partition: partition(account),
        });
        group.accounts.push(id);
    }
    groups
}

impl Group<'_, '_> {
    /// Whether Bedrock is used in any audited account.
    pub(super) fn in_use(&self, ctx: &Context<'_>) -> Fact<bool> {
        let uses: Vec<Fact<bool>> = self.accounts.iter().map(|id| ctx.account_in_use(id)).collect();
        let seen = uses.contains(&Fact::Known(true));
        Fact::fault(
            seen,
            uses.iter().flat_map(|fact| fact.reasons().iter().cloned()).collect(),
        )
    }

    /// The regions in use, or perhaps in use, of the audited accounts.
    pub(super) fn regions(&self, ctx: &Context<'_>) -> Vec<String> {
        let accounts: BTreeSet<&str> = self.accounts.iter().copied().collect();
        used_regions(ctx, |account| accounts.contains(account))
    }
}

/// The regions in use, or perhaps in use, of some accounts.
pub(super) fn used_regions(ctx: &Context<'_>, counts: impl Fn(&str) -> bool) -> Vec<String> {
    let used = ctx
        .usages()
        .iter()
        .filter(|((account, _), usage)| counts(account) && usage.in_use() != crate::model::report::InUse::No);
    let regions: BTreeSet<String> = used.map(|((_, region), _)| (*region).to_owned()).collect();
    regions.into_iter().collect()
}

/// Every policy with such a Deny, once an organization.
pub fn subjects(ctx: &Context<'_>) -> Vec<Subject> {
    let mut subjects = Vec::new();
    for group in groups(ctx).values() {
        let Some(home) = group.accounts.first() else { continue };
        let policies = &group.org.vantage.organization_policies;
        for policy in policies.items.iter().filter(|policy| policy.type_ == SCP) {
            let resource = global_resource(home, "scp", policy.arn.as_str(), policy.name.as_str());
            match parse(group.org.vantage, policy) {
                Ok(document) if verdict::concerns(&document) => {
                    subjects.push(Subject::new(resource, None, &of_policy(ctx, group, policy, &document)));
                }
                Ok(_) => {}
                // What AWS wrote asks nobody for a guardrail.
                Err(_) if policy.aws_managed => {}
                Err(reason) => {
                    let facts = unread(group.in_use(ctx), &policy.name, &[reason], false);
                    subjects.push(Subject::new(resource, None, &facts));
                }
            }
        }
        let doubts = fact::doubts(policies, "the organization's policies");
        if !doubts.is_empty() {
            subjects.extend(group.accounts.iter().map(|id| unlisted(ctx, id, &doubts)));
        }
    }
    for id in ctx.snapshot.accounts.keys() {
        // In which organization it is, nobody knows, and so none of its policies is seen.
        let Some(Fact::Unread(why)) = ctx.org(id).map(|org| &org.organization) else {
            continue;
        };
        subjects.push(unlisted(ctx, id, why));
    }
    subjects
}

/// What stands for the policies above one account that could not be listed.
fn unlisted(ctx: &Context<'_>, id: &str, why: &[Reason]) -> Subject {
    let partition = ctx.snapshot.accounts.get(id).map_or("aws", partition);
    let resource = global_resource(id, "account", account_arn(partition, id), id);
    let facts = unread(ctx.account_in_use(id), "service control policies", why, true);
    Subject::new(resource, Some("unlisted".to_owned()), &facts)
}

fn unread(in_use: Fact<bool>, name: &str, why: &[Reason], unlisted: bool) -> ScpFacts {
    ScpFacts {
        name: name.to_owned(),
        in_use,
        unlisted,
        openings: Fact::Unread(why.to_vec()),
        blocks_all: Fact::Unread(why.to_vec()),
        detached: Fact::Unread(why.to_vec()),
        ..ScpFacts::default()
    }
}

fn of_policy(ctx: &Context<'_>, group: &Group<'_, '_>, policy: &Policy, document: &Arc<Document>) -> ScpFacts {
    let account = group.accounts.first().copied().unwrap_or("");
    let policy_ref = PolicyRef {
        source: Source::Scp,
        id: Arc::from(policy.arn.as_str()),
        version: None,
        document: Arc::clone(document),
    };
    let alone = Asker::alone(&policy_ref, account, group.partition, group.org.id());
    let bound = bound_by(ctx, group, &policy.arn);
    let regions = group.regions(ctx);
    let named = verdict::named(document, account);
    let looking = document.statements.iter().filter(|statement| {
        let mut conditions = statement.conditions.iter();
        conditions.any(|condition| condition.key.eq_ignore_ascii_case(probe::GUARDRAIL))
    });
    let mut facts = ScpFacts {
        name: policy.name.clone(),
        in_use: group.in_use(ctx),
        guardrails: named.iter().map(|name| name.written.clone()).collect(),
        detached: detached(group.org, policy),
        targets: policy
            .targets
            .iter()
            .flatten()
            .map(|target| target.target_id.clone())
            .collect(),
        ..ScpFacts::default()
    };
    for statement in looking {
        facts.statements.push(statement.label());
        for other in &statement.conditions {
            if !other.key.eq_ignore_ascii_case(probe::GUARDRAIL) {
                let (operator, key, values) = (&other.operator_text, &other.key, other.values.join(", "));
                facts.further_conditions.push(format!("{operator} {key}: {values}"));
            }
        }
    }
    let (mut openings, mut undecided) = (Vec::new(), Vec::new());
    for region in &regions {
        for action in INVOKE {
            let mut note = |answer: Answer, place: &str| match answer {
                Answer::Refused => {}
                Answer::Open(keys) => openings.push(verdict::opening(action, place, &keys)),
                Answer::Undecided(why) => undecided.extend(probe::reasons(&why)),
            };
            note(
                refused_anyway(&bound, |asker| asker.invoke(action, region, None), &alone),
                &format!("in {region}"),
            );
            for (what, target) in TARGETS {
                let ask = |asker: &Asker| asker.invoke_target(action, region, target, None);
                note(refused_anyway(&bound, ask, &alone), &format!("on a {what} in {region}"));
            }
            let place = (account, group.partition, region.as_str());
            for (written, arn) in probe::left_out([&**document], action, place) {
                let ask = |asker: &Asker| asker.invoke_on(action, region, &arn, None);
                note(
                    refused_anyway(&bound, ask, &alone),
                    &format!("on {written} in {region}"),
                );
            }
        }
    }
    facts.blocks_all = blocks_all(&alone, &named, &regions, &openings, &undecided);
    facts.openings = Fact::faults(openings, undecided);
    facts
}

/// The policy's own answer, unless the policies above every account that it binds refuse the call together.
fn refused_anyway(bound: &[Asker], ask: impl Fn(&Asker) -> Answer, alone: &Asker) -> Answer {
    let own = ask(alone);
    if own.is_refused() || bound.is_empty() || !bound.iter().all(|asker| ask(asker).is_refused()) {
        own
    } else {
        Answer::Refused
    }
}

/// The audited accounts that the policy binds.
fn bound_by(ctx: &Context<'_>, group: &Group<'_, '_>, arn: &str) -> Vec<Asker> {
    let mut askers = Vec::new();
    for id in &group.accounts {
        let Some(org) = ctx.org(id) else { continue };
        if let Scps::Levels(levels) = &org.scps
            && levels
                .iter()
                .flat_map(|level| &level.policies)
                .any(|policy| &*policy.id == arn)
        {
            askers.push(Asker::new(Arc::clone(levels), id, group.partition, org.id()));
        }
    }
    askers
}

fn blocks_all(
    alone: &Asker,
    named: &[NamedGuardrail],
    regions: &[String],
    openings: &[String],
    undecided: &[Reason],
) -> Fact<bool> {
    if !openings.is_empty() {
        return Fact::Known(false);
    }
    if !undecided.is_empty() {
        return Fact::Unread(undecided.to_vec());
    }
    let blocks = |region: &String| verdict::judge(alone, named, region).means == Means::BlocksAll;
    Fact::Known(!regions.is_empty() && regions.iter().all(blocks))
}

/// Why a policy is in force nowhere.
fn detached(org: &Org<'_>, policy: &Policy) -> Fact<Vec<String>> {
    let (mut seen, mut doubts) = (Vec::new(), Vec::new());
    match &policy.targets {
        Some(targets) if targets.is_empty() => seen.push("it is attached to nothing".to_owned()),
        Some(_) => {}
        None => {
            let gaps = org.vantage.organization_policies.gaps_of(&policy.arn);
            let by_id = org.vantage.organization_policies.gaps_of(&policy.id);
            doubts.extend(gaps.chain(by_id).map(Reason::gap));
            if doubts.is_empty() {
                doubts.push(Reason::text(format!("the targets of {} were not read", policy.arn)));
            }
        }
    }
    let consolidated = org.organization.known().copied().flatten();
    if org.unbound == Some(Unbound::FeatureSet)
        || consolidated.is_some_and(|row| row.feature_set == "CONSOLIDATED_BILLING")
    {
        seen.push("the organization has consolidated billing alone".to_owned());
    } else {
        match type_enabled(org.vantage, SCP) {
            Fact::Known(true) => {}
            Fact::Known(false) => seen.push("service control policies are not switched on at the root".to_owned()),
            Fact::Unread(reasons) => doubts.extend(reasons),
        }
    }
    Fact::faults(seen, doubts)
}
