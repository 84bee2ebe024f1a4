//! The graph of what is in use: aliases lead to versions of agents and flows, those to guardrails, and so do enforced
//! configurations and policies.
//!
//! Built once a run. Everything is keyed by account and region. What could not be read stands in it as well: as a
//! version without its row, as a reference without its guardrail, and as the doubts of a place, which keep anybody
//! from saying that a guardrail version is not in use.

pub mod key;
mod places;
pub mod policy;
pub mod reference;
pub mod routed;
mod sources;
pub mod tools;

use super::context::{Context, Place};
use super::fact::{Fact, Reason};
use crate::model::aws::bedrock::{Guardrail, GuardrailSummary};
use crate::model::aws::bedrock_agent::{AgentVersion, FlowVersion};
use crate::model::dataset::Dataset;
use crate::model::gap::{Gap, GapKind};
use crate::model::snapshot::Snapshot;
use key::{EVERY, GuardrailKey};
use places::Places;
use reference::{By, Reference};
use routed::Routed;
use std::collections::{BTreeMap, BTreeSet};

type At<'a> = (&'a str, &'a str);

/// Who uses what.
#[derive(Debug)]
pub struct Graph<'a> {
    snapshot: &'a Snapshot,
    /// Agent versions that count.
    pub agents: Vec<Routed<'a, AgentVersion>>,
    /// Flow versions that count.
    pub flows: Vec<Routed<'a, FlowVersion>>,
    /// References to guardrails.
    pub references: Vec<Reference<'a>>,
    summaries: BTreeMap<GuardrailKey, &'a GuardrailSummary>,
    details: BTreeMap<GuardrailKey, &'a Guardrail>,
    by_guardrail: BTreeMap<GuardrailKey, Vec<usize>>,
    /// References of a place, and references to guardrails of a place.
    by_place: Places,
    enforced: Places,
    regional_doubts: BTreeMap<At<'a>, Vec<Reason>>,
    account_doubts: BTreeMap<&'a str, Vec<Reason>>,
}

impl<'a> Graph<'a> {
    /// Follows every path of the snapshot.
    pub fn of(ctx: &Context<'a>) -> Self {
        let mut graph = Self {
            snapshot: ctx.snapshot,
            agents: Vec::new(),
            flows: Vec::new(),
            references: Vec::new(),
            summaries: BTreeMap::new(),
            details: BTreeMap::new(),
            by_guardrail: BTreeMap::new(),
            by_place: Places::default(),
            enforced: Places::default(),
            regional_doubts: BTreeMap::new(),
            account_doubts: BTreeMap::new(),
        };
        for at in ctx.places() {
            for row in &at.facts.guardrails.items {
                graph
                    .summaries
                    .insert(GuardrailKey::here(&at, &row.id, &row.version), row);
            }
            for row in &at.facts.guardrail_details.items {
                let key = GuardrailKey::named(&at, &row.guardrail_arn, &row.version);
                graph.details.insert(key, row);
            }
        }
        let regions: BTreeSet<(String, String, String)> = graph.summaries.keys().map(guardrail_of).collect();
        for at in ctx.places() {
            let agents = routed::agents(at);
            let flows = routed::flows(at);
            let (references, doubts) = sources::of_place(at, &agents, &flows);
            graph.references.extend(references);
            graph.regional_doubts.insert((at.account_id, at.region), doubts);
            graph.agents.extend(agents);
            graph.flows.extend(flows);
        }
        for (account_id, account) in &ctx.snapshot.accounts {
            let (references, doubts) = sources::of_account(account_id, account, &regions);
            graph.references.extend(references);
            graph.account_doubts.insert(account_id, doubts);
        }
        graph.index();
        graph
    }

    fn index(&mut self) {
        for (index, reference) in self.references.iter().enumerate() {
            let account = reference.account_id;
            if let Some(region) = reference.region {
                self.by_place.note(account, region, index);
                if reference.by == By::EnforcedConfiguration {
                    self.enforced.note(account, region, index);
                }
            }
            if let Fact::Known(key) = &reference.guardrail {
                self.by_guardrail.entry(key.clone()).or_default().push(index);
                self.by_place.note(&key.account, &key.region, index);
                if reference.by == By::BedrockPolicy {
                    self.enforced.note(account, &key.region, index);
                }
            }
        }
    }

    fn at<'s>(&'s self, positions: &'s [usize]) -> impl Iterator<Item = &'s Reference<'a>> {
        positions.iter().filter_map(|position| self.references.get(*position))
    }

    /// What refers to this guardrail version.
    pub fn references_to(&self, key: &GuardrailKey) -> Vec<&Reference<'a>> {
        let every = (!key.is_draft()).then(|| key.with_version(EVERY));
        std::iter::once(key)
            .chain(&every)
            .filter_map(|key| self.by_guardrail.get(key))
            .flat_map(|positions| self.at(positions))
            .collect()
    }

    /// What is in this place and refers to a guardrail, and what refers to a guardrail of this place.
    pub fn references_around(&self, at: &Place<'_>) -> impl Iterator<Item = &Reference<'a>> {
        self.at(self.by_place.at(at.account_id, at.region))
    }

    /// Why something that refers to a guardrail of this place may have been missed.
    pub fn doubts(&self, account: &str, region: &str) -> Vec<Reason> {
        let regional = self.regional_doubts.get(&(account, region)).into_iter().flatten();
        let mut doubts: Vec<Reason> = regional
            .chain(self.account_doubts.get(account).into_iter().flatten())
            .cloned()
            .collect();
        doubts.sort();
        doubts.dedup();
        doubts
    }

    /// Guardrail versions that are listed in this place.
    pub fn listed(&self, at: &Place<'_>) -> Vec<(&GuardrailKey, &'a GuardrailSummary)> {
        let first = GuardrailKey {
            version: String::new(),
            ..GuardrailKey::here(at, "", "")
        };
        let of_here = |key: &GuardrailKey| {
            (&key.partition, &key.account, &key.region) == (&first.partition, &first.account, &first.region)
        };
        let rows = self.summaries.range(first.clone()..);
        rows.take_while(|(key, _)| of_here(key))
            .map(|(key, row)| (key, *row))
            .collect()
    }

    /// The summary of a version.
    pub fn summary(&self, key: &GuardrailKey) -> Option<&'a GuardrailSummary> {
        self.summaries.get(key).copied()
    }

    /// What was read of a guardrail's home, where the snapshot holds it.
    fn home(&self, key: &GuardrailKey) -> Option<&'a crate::model::snapshot::Regional> {
        self.snapshot.accounts.get(&key.account)?.regions.get(&key.region)
    }

    /// Whether the guardrail's account and region are part of the snapshot.
    pub fn knows_home(&self, key: &GuardrailKey) -> bool {
        self.home(key).is_some()
    }

    /// A guardrail version in full, or why nobody knows it. `from` is where the question arises.
    pub fn detail(&self, key: &GuardrailKey, from: Option<At<'_>>) -> Fact<&'a Guardrail> {
        if let Some(row) = self.details.get(key) {
            return Fact::Known(row);
        }
        let home = self.home(key);
        let asked = from.and_then(|(account, region)| self.snapshot.accounts.get(account)?.regions.get(region));
        for facts in home.into_iter().chain(asked) {
            let gaps = gaps_about(&facts.guardrail_details, key);
            if !gaps.is_empty() {
                return Fact::unread_gaps(&gaps, "guardrails");
            }
        }
        Fact::unread(match home {
            Some(facts) if facts.guardrail_details.collected => {
                Reason::text(format!("{} was not described", key.arn()))
            }
            Some(_) => Reason::not_collected("guardrails in full"),
            None => self.elsewhere(key),
        })
    }

    /// Whether a guardrail version exists; for `*`, whether the guardrail does.
    pub fn exists(&self, key: &GuardrailKey, from: Option<At<'_>>) -> Fact<bool> {
        let any = key.version == EVERY;
        let seen = if any {
            let first = key.with_version("");
            let next = self.summaries.range(first..).next();
            next.is_some_and(|(known, _)| known.with_version(EVERY) == *key)
        } else {
            self.summaries.contains_key(key) || self.details.contains_key(key)
        };
        if seen {
            return Fact::Known(true);
        }
        let Some(facts) = self.home(key) else {
            if self.is_gone(key, from) {
                return Fact::Known(false);
            }
            return match self.detail(key, from) {
                Fact::Known(_) => Fact::Known(true),
                Fact::Unread(reasons) => Fact::Unread(reasons),
            };
        };
        if !facts.guardrails.collected {
            return Fact::unread(Reason::not_collected("guardrails"));
        }
        let gaps = gaps_about(&facts.guardrails, key);
        Fact::fault(false, gaps.into_iter().map(Reason::gap).collect())
    }

    /// Whether AWS answered that it knows no such guardrail when it was asked for this one.
    fn is_gone(&self, key: &GuardrailKey, from: Option<At<'_>>) -> bool {
        let asked = from.and_then(|(account, region)| self.snapshot.accounts.get(account)?.regions.get(region));
        let gaps = asked.map_or_else(Vec::new, |facts| gaps_about(&facts.guardrail_details, key));
        !gaps.is_empty() && gaps.iter().all(|gap| gap.kind == GapKind::NotFound)
    }

    /// Whether the guardrail lives where AWS offers no guardrails, so that nothing can be said of it.
    pub fn is_unsupported(&self, key: &GuardrailKey) -> bool {
        self.home(key).is_some_and(|facts| facts.guardrails.is_unsupported())
    }

    fn elsewhere(&self, key: &GuardrailKey) -> Reason {
        let (arn, account, region) = (key.arn(), &key.account, &key.region);
        Reason::text(if self.snapshot.accounts.contains_key(account) {
            format!("{arn} is in {region}, which was not looked at")
        } else {
            format!("{arn} belongs to account {account}, which was not looked at")
        })
    }

    /// The guardrails that an account enforces in a region, by account configuration or Bedrock policy.
    pub fn enforced(&self, account: &str, region: &str) -> impl Iterator<Item = &Reference<'a>> {
        self.at(self.enforced.at(account, region))
    }
}

fn guardrail_of(key: &GuardrailKey) -> (String, String, String) {
    (key.account.clone(), key.region.clone(), key.id.clone())
}

/// Gaps that may hide a version: about the whole list, about the guardrail, or about the very version.
fn gaps_about<'d, T>(dataset: &'d Dataset<T>, key: &GuardrailKey) -> Vec<&'d Gap> {
    let (bare, arn) = (key.bare_arn(), key.arn());
    let about = |gap: &&Gap| {
        gap.resource
            .as_ref()
            .is_none_or(|resource| *resource == bare || *resource == arn)
    };
    // A call about the DRAFT names the bare ARN too, and says nothing of the numbered versions.
    let other = |gap: &&Gap| key.is_draft() || gap.operation != "GetGuardrail" || gap.resource.as_ref() != Some(&bare);
    let gaps = dataset.gaps.iter().filter(|gap| !gap.means_absent());
    gaps.filter(about).filter(other).collect()
}

#[cfg(test)]
mod tests;
