//! Facts: what the rules see. Joins, derived values and IAM reasoning happen here, so that a rule is one comparison.
//!
//! Each kind of subject is one typed struct (its doc comments are the reference that control authors read), one
//! function that derives it from the snapshot, and one row in [`KINDS`]. Derivation is pure and total: what cannot be
//! known becomes an unread [`fact::Fact`].

pub mod access;
pub mod account;
pub mod agent;
pub mod context;
pub mod fact;
pub mod graph;
pub mod guardrail;
pub mod invocation_logging;
pub mod org;
pub mod params;
pub mod principals;
mod probe;
pub mod region;
pub mod subject;
pub mod trails;
pub mod usage;

use context::Context;
use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings};
use subject::Subject;

/// A kind of subject.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// The name that rules use.
    pub name: &'static str,
    /// What it is, in one sentence.
    pub about: &'static str,
    /// The JSON Schema of its facts.
    pub schema: fn(&mut SchemaGenerator) -> Schema,
    /// Derives every subject of the kind.
    pub derive: fn(&Context<'_>) -> Vec<Subject>,
}

/// Every kind of subject, by name.
pub const KINDS: &[Kind] = &[
    kind::<account::AccountFacts>(
        "account",
        "An account that the snapshot was collected from.",
        account::subjects,
    ),
    kind::<agent::AgentFacts>(
        "agent",
        "A version of an agent that counts: the DRAFT, or one that a working alias routes to.",
        agent::subjects,
    ),
    kind::<guardrail::GuardrailFacts>(
        "guardrail",
        "A version of a guardrail, the DRAFT or a numbered one; `counts` says whether it is in use.",
        guardrail::subjects,
    ),
    kind::<guardrail::reference::ReferenceFacts>(
        "guardrail_reference",
        "A guardrail version that an agent, a flow, an enforced configuration or a policy names.",
        guardrail::reference::subjects,
    ),
    kind::<invocation_logging::LoggingFacts>(
        "invocation_logging",
        "Model invocation logging of one region, on or off.",
        invocation_logging::subjects,
    kind::<account::AccountFacts>("account", "An account that was looked at.", account::subjects),
    kind::<access::grant::GrantFacts>(
        "grant",
        "An Allow statement that lets somebody invoke models.",
        access::grant::subjects,
    ),
    kind::<access::statement::StatementFacts>(
        "statement",
        "A statement of an identity policy, boundary or SCP that concerns Bedrock.",
        access::statement::subjects,
    ),
    kind::<access::api_key::ApiKeyFacts>(
        "api_key",
        "A long-term Bedrock API key of an IAM user.",
        access::api_key::subjects,
    ),
    kind::<access::trust::RoleFacts>(
        "role",
        "A role that may invoke any model or a family of models.",
        access::trust::subjects,
    ),
    kind::<access::unattached::PolicyFacts>(
        "iam_policy",
        "A customer-managed policy with a broad grant of model invocation.",
        access::unattached::subjects,
    ),
    kind::<region::RegionFacts>("region", "A region of an account that was looked at.", region::subjects),
    kind::<trails::TrailFacts>(
        "trail",
        "A CloudTrail trail or event data store, once, whatever regions show it.",
        trails::subjects,
    ),
    access::grant::KIND,
    access::statement::KIND,
    access::api_key::KIND,
    access::trust::KIND,
    access::unattached::KIND,
    account::KIND,
    invocation_logging::KIND,
    region::KIND,
    trails::KIND,
];

/// The kind of this name.
pub fn find(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

impl Kind {
    /// A kind whose facts have this type.
    pub const fn of<T: JsonSchema>(
        name: &'static str,
        about: &'static str,
        derive: fn(&Context<'_>) -> Vec<Subject>,
    ) -> Self {
        Self {
            name,
            about,
            schema: T::json_schema,
            derive,
        }
    }

    /// The JSON Schema of the kind's facts, with every nested type written out in place.
    pub fn json_schema(&self) -> serde_json::Value {
        let mut generator = SchemaSettings::draft2020_12()
            .with(|s| s.inline_subschemas = true)
            .into_generator();
        (self.schema)(&mut generator).to_value()
    }
}
