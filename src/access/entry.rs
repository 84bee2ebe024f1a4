//! The answer as it goes out: rows of plain text, in the order of the ARNs, with the member names of the JSON.

use crate::iam::access::{StatementRef, Verdict};
use serde::Serialize;

/// A statement that decided.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Because {
    /// `identity`, `boundary` or `scp`.
    pub source: &'static str,
    /// The policy's ARN, or `OWNER-ARN#NAME` of an inline one. Of SCPs that allow nothing: what they are attached to.
    pub policy: String,
    /// Sid or index. Empty where no statement of the bound allows, and that decides.
    pub statement: String,
    /// `Allow` or `Deny`.
    pub effect: &'static str,
}

impl Because {
    /// The statements of a decision, each once.
    pub(super) fn of(statements: &[StatementRef]) -> Vec<Self> {
        let mut out: Vec<Self> = Vec::with_capacity(statements.len());
        for statement in statements {
            let because = Self {
                source: source(statement.source),
                policy: statement.policy.to_string(),
                statement: statement.statement.clone(),
                effect: statement.effect.as_str(),
            };
            if !out.contains(&because) {
                out.push(because);
            }
        }
        out
    }

    /// Whether it is the lack of an Allow that is meant.
    pub fn is_lack(&self) -> bool {
        self.statement.is_empty()
    }
}

fn source(source: crate::iam::access::Source) -> &'static str {
    use crate::iam::access::Source::{Boundary, Identity, Resource, Scp};
    match source {
        Identity => "identity",
        Boundary => "boundary",
        Scp => "scp",
        Resource => "resource",
    }
}

/// What may one principal do, for one action on one resource?
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PointEntry {
    /// The principal.
    pub arn: String,
    /// `user` or `role`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The answer.
    pub decision: Verdict,
    /// The statements that decided it.
    pub because: Vec<Because>,
    /// The condition keys that it depends on.
    pub conditions: Vec<String>,
    /// What would settle an unknown.
    pub unread: Vec<String>,
}

/// The answer to a point query.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PointAnswer {
    /// Version of the format.
    pub schema_version: &'static str,
    /// The action.
    pub action: String,
    /// The resource.
    pub resource: String,
    /// What would tell whether there are more principals.
    pub unread: Vec<String>,
    /// Every principal asked about.
    pub principals: Vec<PointEntry>,
}

/// How much is meant by the names of a [`Reached`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// Any model.
    Any,
    /// Several models, by pattern or type.
    Family,
    /// The versions of one model, by pattern.
    Versions,
    /// The resources named, and no others.
    Named,
}

/// Models that are reached in one and the same way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Reached {
    /// How much the names mean.
    pub extent: Extent,
    /// `any`, a pattern of model ids, a resource type, or ARNs.
    pub models: Vec<String>,
    /// `allowed`, `conditional` or `unknown`.
    pub decision: Verdict,
    /// The statements that decided it.
    pub because: Vec<Because>,
    /// The condition keys that it depends on.
    pub conditions: Vec<String>,
}

/// How far a principal reaches with one action.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ActionReach {
    /// The action.
    pub action: String,
    /// The best that is reached; where nothing is, the refusal, or `unknown` where a policy was not read.
    pub decision: Verdict,
    /// What is reached; empty where nothing is.
    pub reaches: Vec<Reached>,
    /// The statements and bounds that took something away.
    pub blocked_by: Vec<Because>,
    /// What would settle an unknown.
    pub unread: Vec<String>,
}

/// How far one principal reaches.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReachEntry {
    /// The principal.
    pub arn: String,
    /// `user` or `role`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// By action.
    pub actions: Vec<ActionReach>,
}

/// How far every principal reaches.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReachAnswer {
    /// Version of the format.
    pub schema_version: &'static str,
    /// The actions asked about.
    pub actions: Vec<String>,
    /// What would tell whether there are more principals.
    pub unread: Vec<String>,
    /// Every principal asked about.
    pub principals: Vec<ReachEntry>,
}
