//! The facts about a guardrail version: whether it counts, who uses it, and what its filters do.
//!
//! Every version that is listed or referred to is a subject. A version of another account is one where an agent, a
//! flow or a configuration of this account is bound to it. Where versions could not be listed, one subject stands for
//! them all, so that a closed list never reads as an empty one.

pub mod filters;
pub mod ready;
pub mod reference;

use super::context::{Context, Place};
use super::fact::{Fact, Reason};
use super::graph::Graph;
use super::graph::key::{DRAFT, EVERY, GuardrailKey};
use super::subject::Subject;
use crate::model::dataset::Dataset;
use filters::{Direction, FilterFacts, PiiFacts};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A guardrail version.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct GuardrailFacts {
    /// The guardrail's id.
    pub id: String,
    /// The guardrail's name; its id where nothing told the name.
    pub name: String,
    /// The guardrail's ARN, without version.
    pub arn: String,
    /// `DRAFT`, a number, or `*` where this stands for versions that could not be listed.
    pub version: String,
    /// Name and version as findings call it, for example `prod (version 1)`.
    pub label: String,
    /// The account that owns it.
    pub account_id: String,
    /// Its region.
    pub region: String,
    /// `READY`, `FAILED`, `UPDATING` …; empty where nothing told it.
    pub status: String,
    /// Whether rules look at it: the DRAFT, a numbered version that something refers to, or every version where
    /// the param `guardrail_versions` of aws-genai-06 is `all`. Never one that is being deleted.
    pub counts: Fact<bool>,
    /// Whether it counts or may count, for all that could be read.
    pub may_count: bool,
    /// Whether this stands for versions that could not be listed, instead of for one.
    pub unlisted: bool,
    /// What refers to it, for example `agent support (alias prod → version 1)`.
    pub in_use_by: Vec<String>,
    /// Why something that refers to it may have been missed.
    pub referrers_unread: Vec<String>,
    /// Other guardrails that the account enforces in the region: they apply in addition.
    pub mitigated_by: Vec<String>,
    /// The tier of the content filters: `CLASSIC`, `STANDARD`, or empty where AWS names none.
    pub tier: Fact<String>,
    /// The PROMPT_ATTACK filter on input. On output there is none to ask for.
    pub prompt_attack: Fact<FilterFacts>,
    /// The five harm filters, each on input and on output.
    pub harm: Fact<Vec<FilterFacts>>,
    /// The same as a table: category, direction, what became of it.
    pub harm_matrix: Fact<BTreeMap<String, BTreeMap<String, String>>>,
    /// Harm filters in force that look at text and at nothing else, for example `HATE on input`.
    pub text_only: Fact<Vec<String>>,
    /// What is done with personal data.
    pub pii: Fact<PiiFacts>,
}

/// A guardrail version as findings call it.
pub fn title(name: &str, id: &str, version: &str) -> String {
    let name = if name.is_empty() { id } else { name };
    match version {
        DRAFT | "" => format!("{name} (DRAFT)"),
        EVERY => format!("{name} (numbered versions)"),
        version => format!("{name} (version {version})"),
    }
}

/// The kind of subject.
pub const KIND: crate::facts::Kind = crate::facts::Kind::of::<GuardrailFacts>(
    "guardrail",
    "A version of a guardrail, the DRAFT or a numbered one; `counts` says whether it is in use.",
    subjects,
);

/// Every guardrail version that exists or is referred to.
pub fn subjects(ctx: &Context<'_>) -> Vec<Subject> {
    ctx.places().flat_map(|at| of_place(ctx, &at)).collect()
}

fn of_place(ctx: &Context<'_>, at: &Place<'_>) -> Vec<Subject> {
    let graph = ctx.graph();
    let mut keys: BTreeSet<GuardrailKey> = graph.listed(at).into_iter().map(|(key, _)| key.clone()).collect();
    keys.extend(referred_to(graph, at));
    let doubts = graph.doubts(at.account_id, at.region);
    let mut subjects: Vec<Subject> = keys.iter().map(|key| subject(ctx, at, key, &doubts)).collect();
    subjects.extend(unlisted(ctx, at, &doubts));
    subjects
}

/// Versions that no list shows but that something is bound to, unless they are known not to exist.
fn referred_to(graph: &Graph<'_>, at: &Place<'_>) -> BTreeSet<GuardrailKey> {
    let mut keys = BTreeSet::new();
    for reference in graph.references_around(at) {
        let Fact::Known(key) = &reference.guardrail else {
            continue;
        };
        if key.version == EVERY {
            continue;
        }
        let of_here = key.account == at.account_id && key.region == at.region;
        let bound_here = reference.account_id == at.account_id
            && reference.region == Some(at.region)
            && !reference.by.is_policy()
            && !graph.knows_home(key);
        let from = Some((at.account_id, at.region));
        if (of_here || bound_here) && graph.exists(key, from) != Fact::Known(false) {
            keys.insert(key.clone());
        }
    }
    keys
}

fn takes_all(ctx: &Context<'_>, arn: &str) -> bool {
    ctx.params.get("aws-genai-06", "guardrail_versions", arn).as_str() == Some("all")
}

fn subject(ctx: &Context<'_>, at: &Place<'_>, key: &GuardrailKey, doubts: &[Reason]) -> Subject {
    let graph = ctx.graph();
    let summary = graph.summary(key);
    let detail = graph.detail(key, Some((at.account_id, at.region)));
    let name = summary
        .map(|row| &row.name)
        .or_else(|| detail.known().map(|row| &row.name))
        .filter(|name| !name.is_empty())
        .map_or_else(|| key.id.clone(), String::clone);
    let status = summary
        .map(|row| &row.status)
        .or_else(|| detail.known().map(|row| &row.status))
        .map_or_else(String::new, String::clone);
    let in_use_by: BTreeSet<String> = graph.references_to(key).iter().map(|by| by.text.clone()).collect();
    let arn = key.arn();
    // Where AWS has no call that describes it, there is nothing to judge.
    let counts = if status == "DELETING" || at.facts.guardrail_details.is_unsupported_of(&arn) {
        Fact::Known(false)
    } else {
        let counts = key.is_draft() || !in_use_by.is_empty() || takes_all(ctx, &arn);
        Fact::fault(counts, doubts.to_vec())
    };
    let enforced = graph.enforced(at.account_id, at.region);
    let mitigated_by: BTreeSet<String> = enforced
        .filter_map(|reference| reference.guardrail.known())
        .filter(|other| *other != key)
        .map(GuardrailKey::arn)
        .collect();
    let harm = detail.clone().map(filters::harm);
    let facts = GuardrailFacts {
        id: key.id.clone(),
        label: title(&name, &key.id, &key.version),
        name,
        arn: key.bare_arn(),
        version: key.version.clone(),
        account_id: key.account.clone(),
        region: key.region.clone(),
        status,
        may_count: counts != Fact::Known(false),
        counts,
        unlisted: false,
        in_use_by: in_use_by.into_iter().collect(),
        referrers_unread: texts(doubts),
        mitigated_by: mitigated_by.into_iter().collect(),
        tier: detail.clone().map(|row| {
            let tier = row.content_policy.as_ref().and_then(|policy| policy.tier_name.clone());
            tier.unwrap_or_default()
        }),
        prompt_attack: detail
            .clone()
            .map(|row| filters::filter(row.content_policy.as_ref(), "PROMPT_ATTACK", Direction::Input)),
        harm_matrix: harm.clone().map(|harm| matrix(&harm)),
        text_only: harm.clone().map(|harm| filters::text_only(&harm)),
        harm,
        pii: detail.map(filters::pii),
    };
    Subject::new(at.resource("guardrail", arn, facts.label.clone()), None, &facts)
}

fn texts(reasons: &[Reason]) -> Vec<String> {
    reasons.iter().map(|reason| reason.text.clone()).collect()
}

fn matrix(harm: &[FilterFacts]) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut matrix: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for filter in harm {
        let row = matrix.entry(filter.category.clone()).or_default();
        row.insert(filter.direction.clone(), filter.reads.clone());
    }
    matrix
}

/// Subjects for what no list showed: all guardrails of the region, or the numbered versions of one. The latter can
/// only count where every version does, or where something that may refer to one could not be read.
fn unlisted(ctx: &Context<'_>, at: &Place<'_>, doubts: &[Reason]) -> Vec<Subject> {
    let dataset = &at.facts.guardrails;
    let everything = super::fact::doubts(dataset, "guardrails");
    if !everything.is_empty() {
        let key = GuardrailKey::here(at, EVERY, EVERY);
        return vec![hidden(at, &key, &format!("guardrails of {}", at.region), &everything)];
    }
    let graph = ctx.graph();
    let drafts = graph.listed(at).into_iter().filter(|(key, _)| key.is_draft());
    drafts
        .filter_map(|(key, row)| {
            let why = gaps_of(dataset, &key.bare_arn());
            let every = key.with_version(EVERY);
            let may_count = !doubts.is_empty() || takes_all(ctx, &every.arn());
            (may_count && !why.is_empty()).then(|| hidden(at, &every, &title(&row.name, &key.id, EVERY), &why))
        })
        .collect()
}

fn gaps_of<T>(dataset: &Dataset<T>, arn: &str) -> Vec<Reason> {
    let gaps = dataset.gaps_of(arn).filter(|gap| !gap.means_absent());
    gaps.map(Reason::gap).collect()
}

fn hidden(at: &Place<'_>, key: &GuardrailKey, label: &str, why: &[Reason]) -> Subject {
    fn unread<T>(why: &[Reason]) -> Fact<T> {
        Fact::Unread(why.to_vec())
    }
    let facts = GuardrailFacts {
        id: key.id.clone(),
        name: label.to_owned(),
        arn: key.bare_arn(),
        version: EVERY.to_owned(),
        label: label.to_owned(),
        account_id: key.account.clone(),
        region: key.region.clone(),
        status: String::new(),
        counts: unread(why),
        may_count: true,
        unlisted: true,
        in_use_by: Vec::new(),
        referrers_unread: Vec::new(),
        mitigated_by: Vec::new(),
        tier: unread(why),
        prompt_attack: unread(why),
        harm: unread(why),
        harm_matrix: unread(why),
        text_only: unread(why),
        pii: unread(why),
    };
    let arn = if key.id == EVERY { key.bare_arn() } else { key.arn() };
    Subject::new(at.resource("guardrail", arn, label), None, &facts)
}

#[cfg(test)]
mod tests;
