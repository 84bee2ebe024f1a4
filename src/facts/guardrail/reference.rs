//! The facts about a reference to a guardrail version: what refers, to what, and whether that is there.

use crate::facts::context::Context;
use crate::facts::fact::Fact;
use crate::facts::graph::Graph;
use crate::facts::graph::reference::{By, Reference};
use crate::facts::subject::Subject;
use schemars::JsonSchema;
use serde::Serialize;

/// A reference to a guardrail version.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct ReferenceFacts {
    /// What refers.
    pub by: By,
    /// The referrer in words, for example `agent support (alias prod → version 1)`.
    pub referrer: String,
    /// The referrer's version, where it has versions.
    pub referrer_version: String,
    /// The guardrail as written there: an id or an ARN.
    pub written: String,
    /// The ARN that this means, with its version; bare for the DRAFT.
    pub guardrail: Fact<String>,
    /// Whether it means the DRAFT.
    pub draft: Fact<bool>,
    /// Whether the guardrail, in this version, exists.
    pub exists: Fact<bool>,
}

/// The kind of subject.
pub const KIND: crate::facts::Kind = crate::facts::Kind::of::<ReferenceFacts>(
    "guardrail_reference",
    "A guardrail version that an agent, a flow, an enforced configuration or a policy names.",
    subjects,
);

/// Every reference. Names in conditions are references only where they can be looked up: a policy may well list the
/// guardrails of a whole organization.
pub fn subjects(ctx: &Context<'_>) -> Vec<Subject> {
    let graph = ctx.graph();
    graph
        .references
        .iter()
        .filter(|reference| judged(graph, reference))
        .map(|reference| subject(graph, reference))
        .collect()
}

fn judged(graph: &Graph<'_>, reference: &Reference<'_>) -> bool {
    if reference.by_pattern || reference.guardrail.known().is_some_and(|key| graph.is_unsupported(key)) {
        return false;
    }
    match (reference.by, reference.guardrail.known()) {
        (By::Scp | By::IdentityPolicy, Some(key)) => key.account == reference.account_id && graph.knows_home(key),
        // The account's own policies of the organization show guardrails of other accounts as well.
        _ => true,
    }
}

fn subject(graph: &Graph<'_>, reference: &Reference<'_>) -> Subject {
    // A policy stands in no region: what it names was asked for where that lives.
    let home = reference.guardrail.known().map(|key| key.region.as_str());
    let from = reference.region.or(home).map(|region| (reference.account_id, region));
    let facts = ReferenceFacts {
        by: reference.by,
        referrer: reference.text.clone(),
        referrer_version: reference.version.clone(),
        written: reference.written.clone(),
        guardrail: reference.guardrail.clone().map(|key| key.arn()),
        draft: reference.guardrail.clone().map(|key| key.is_draft()),
        exists: reference.guardrail.clone().and_then(|key| graph.exists(&key, from)),
    };
    Subject::new(reference.resource.clone(), Some(reference.key.clone()), &facts)
}
