//! Who records Bedrock's events: coverage by region and kind of event, and the trails and stores themselves.
//!
//! Coverage is what all recorders take together. What is taken only through a filter is named with that filter; what
//! an unreadable recorder might take leaves the answer open and never makes a fault.

mod bucket;
mod recorder;
mod selector;
mod subject;

use super::context::{self, Context, Place};
use super::fact::{Fact, Reason};
use recorder::Recorder;
use schemars::JsonSchema;
use selector::{Need, Origin, Taken};
use serde::Serialize;
pub use subject::{KIND, TrailFacts};

/// How one kind of event is recorded in a region.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct EventCoverage {
    /// Whether some trail or event data store that is switched on takes such events, even if only a part of them.
    pub taken: Fact<bool>,
    /// The trails and stores that take them.
    pub by: Vec<String>,
    /// The filters that stand between such events and those trails and stores.
    pub filters: Vec<String>,
}

/// A kind of event of which only a part is recorded.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct NarrowedEvent {
    /// The kind of event.
    pub event: String,
    /// The trail or store, its selector and the condition that narrows it.
    pub filters: Vec<String>,
}

/// What CloudTrail records of a region.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct RegionTrails {
    /// Calls of models, which are management events.
    pub model_invocations: EventCoverage,
    /// Data events of `AWS::Bedrock::AgentAlias`.
    pub agent_events: EventCoverage,
    /// Data events of `AWS::Bedrock::KnowledgeBase`.
    pub knowledge_base_events: EventCoverage,
    /// Further types of data events that nobody takes.
    pub missing_extended: Fact<Vec<String>>,
    /// Kinds of event that are taken through a filter only.
    pub narrowed: Fact<Vec<NarrowedEvent>>,
    /// Trails and stores that would take events of this region but are not switched on.
    pub not_logging: Vec<String>,
    /// What could not be read of trails and stores.
    pub remarks: Vec<String>,
}

/// One kind of event, judged.
struct Judged {
    facts: EventCoverage,
    /// Taken, but only in part; undecided where an unread recorder might take the rest.
    narrowed: Fact<bool>,
}

/// The facts of a region.
pub(super) fn region(ctx: &Context<'_>, at: &Place<'_>) -> RegionTrails {
    let recorders: Vec<Recorder<'_>> = recorder::all(ctx, at.account_id)
        .into_iter()
        .filter(|recorder| recorder.covers(at.region))
        .collect();
    let doubts = recorder::doubts(&at.account.global, at.region);
    let judge = |need: &Need| judge(need, &recorders, &doubts, at);

    let model_invocations = judge(&selector::MODEL_INVOCATIONS);
    let agents = judge(&selector::AGENTS);
    let knowledge_bases = judge(&selector::KNOWLEDGE_BASES);
    let extended: Vec<(&Need, Judged)> = selector::EXTENDED.iter().map(|need| (need, judge(need))).collect();

    let (mut missing, mut open) = (Vec::new(), Vec::new());
    for (need, judged) in &extended {
        match &judged.facts.taken {
            Fact::Known(true) => {}
            Fact::Known(false) => missing.push(need.event.to_owned()),
            Fact::Unread(reasons) => open.extend(reasons.iter().cloned()),
        }
    }
    let (mut narrowed, mut undecided) = (Vec::new(), Vec::new());
    let first = [
        (&selector::MODEL_INVOCATIONS, &model_invocations),
        (&selector::AGENTS, &agents),
        (&selector::KNOWLEDGE_BASES, &knowledge_bases),
    ];
    for (need, judged) in first
        .into_iter()
        .chain(extended.iter().map(|(need, judged)| (*need, judged)))
    {
        match &judged.narrowed {
            Fact::Known(true) => narrowed.push(NarrowedEvent {
                event: need.event.to_owned(),
                filters: judged.facts.filters.clone(),
            }),
            Fact::Known(false) => {}
            Fact::Unread(reasons) => undecided.extend(reasons.iter().cloned()),
        }
    }
    let off = recorders.iter().filter(|one| one.logging == Fact::Known(false));
    let not_logging = off.map(Recorder::label).collect();
    let mut remarks: Vec<String> = doubts.iter().map(|doubt| doubt.text.clone()).collect();
    for recorder in &recorders {
        remarks.extend(recorder.selectors.reasons().iter().map(|reason| reason.text.clone()));
        remarks.extend(recorder.logging.reasons().iter().map(|reason| reason.text.clone()));
    }
    remarks.sort();
    remarks.dedup();
    RegionTrails {
        model_invocations: model_invocations.facts,
        agent_events: agents.facts,
        knowledge_base_events: knowledge_bases.facts,
        missing_extended: Fact::faults(missing, open),
        narrowed: Fact::faults(narrowed, undecided),
        not_logging,
        remarks,
    }
}

fn judge(need: &Need, recorders: &[Recorder<'_>], doubts: &[Reason], at: &Place<'_>) -> Judged {
    let origin = Origin {
        partition: context::partition(at.account),
        region: at.region,
        account: at.account_id,
    };
    let mut sure = Taken::nothing(need);
    let mut facts = EventCoverage::default();
    let mut undecided = doubts.to_vec();
    for recorder in recorders {
        let taken = match &recorder.selectors {
            _ if recorder.logging == Fact::Known(false) => continue,
            Fact::Known(selectors) => selector::taken(*selectors, need, origin),
            Fact::Unread(reasons) => {
                undecided.extend(reasons.iter().cloned());
                continue;
            }
        };
        if !taken.is_some() {
            continue;
        }
        if let Fact::Unread(reasons) = &recorder.logging {
            undecided.extend(reasons.iter().cloned());
            continue;
        }
        facts.by.push(recorder.label());
        let label = recorder.label();
        facts
            .filters
            .extend(taken.filters.iter().map(|filter| format!("{label}, {filter}")));
        sure.join(&taken);
    }
    let narrowed = match (sure.is_some(), sure.is_full()) {
        (_, true) => Fact::Known(false),
        // An unread recorder may take the rest, or may itself take a part and no more.
        _ if !undecided.is_empty() => Fact::Unread(undecided.clone()),
        (some, false) => Fact::Known(some),
    };
    if sure.is_full() {
        facts.filters.clear();
    }
    facts.taken = Fact::fault(sure.is_some(), undecided);
    Judged { facts, narrowed }
}

#[cfg(test)]
mod tests;
