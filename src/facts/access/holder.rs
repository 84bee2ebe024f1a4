//! One principal's part in a grant: how far the statement reaches for it, and what shows or bounds that.

use crate::iam::access::{Source, StatementRef};
use crate::iam::reach::{Breadth, Reach, Witness};
use schemars::JsonSchema;
use serde::Serialize;

/// How far a grant reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Width {
    /// No model: something took it all away, or it never granted any.
    #[default]
    Nothing,
    /// Models that are named.
    Exact,
    /// Every version of one model.
    VersionWildcard,
    /// Several base models, or all targets of another type that runs models.
    Family,
    /// Any foundation model.
    AnyModel,
}

impl From<Breadth> for Width {
    fn from(breadth: Breadth) -> Self {
        match breadth {
            Breadth::Nothing => Self::Nothing,
            Breadth::Exact => Self::Exact,
            Breadth::VersionWildcard => Self::VersionWildcard,
            Breadth::Family => Self::Family,
            Breadth::AnyModel => Self::AnyModel,
        }
    }
}

/// A request that the grant allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Example {
    /// The action.
    pub action: String,
    /// The resource; a name that contains `zq7canary` stands for any name.
    pub resource: String,
    /// Condition keys that the request must satisfy, where the grant is conditional.
    pub conditions: Vec<String>,
}

impl From<&Witness> for Example {
    fn from(witness: &Witness) -> Self {
        Self {
            action: witness.action.clone(),
            resource: witness.resource.clone(),
            conditions: witness.conditions.clone(),
        }
    }
}

/// A statement or bound that decided something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Decider {
    /// `identity`, `boundary`, `scp` or `resource`.
    pub source: String,
    /// The policy; for an SCP level that allows nothing, the root, unit or account.
    pub policy: String,
    /// Sid or index; empty where the bound as a whole allows nothing of the kind.
    pub statement: String,
    /// `Allow` or `Deny`.
    pub effect: String,
}

impl From<&StatementRef> for Decider {
    fn from(statement: &StatementRef) -> Self {
        let source = match statement.source {
            Source::Identity => "identity",
            Source::Boundary => "boundary",
            Source::Scp => "scp",
            Source::Resource => "resource",
        };
        Self {
            source: source.to_owned(),
            policy: statement.policy.to_string(),
            statement: statement.statement.clone(),
            effect: statement.effect.as_str().to_owned(),
        }
    }
}

/// A principal that holds a grant, and what is left of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Holder {
    /// The principal's ARN.
    pub arn: String,
    /// How far the grant reaches for it.
    pub width: Width,
    /// What took all or some of it away.
    pub taken_by: Vec<Decider>,
}

/// What the class of a principal makes of a statement.
#[derive(Debug, Clone, Default)]
pub(super) struct Effectual {
    pub width: Width,
    pub examples: Vec<Example>,
    pub patterns: Vec<String>,
    pub taken_by: Vec<Decider>,
    pub mitigations: Vec<String>,
    pub narrowed_by: Vec<String>,
    /// Why nobody can say whether it reaches so far.
    pub doubts: Vec<String>,
}

impl From<Reach> for Effectual {
    fn from(reach: Reach) -> Self {
        Self {
            width: reach.breadth.into(),
            examples: reach.witnesses.iter().take(3).map(Example::from).collect(),
            patterns: if reach.breadth > Breadth::Exact {
                reach.broadest().cloned().collect()
            } else {
                reach.patterns
            },
            taken_by: reach.taken_by.iter().map(Decider::from).collect(),
            mitigations: reach.mitigations,
            narrowed_by: reach.narrowed_by,
            doubts: reach.doubts,
        }
    }
}
