//! Facts: what the rules see. Joins, derived values and IAM reasoning happen here, so that a rule is one comparison.
//!
//! Each kind of subject is one typed struct (its doc comments are the reference that control authors read), one
//! function that derives it from the snapshot, and one row in [`KINDS`]. Derivation is pure and total: what cannot be
//! known becomes an unread [`fact::Fact`].

pub mod access;
pub mod account;
pub mod action_group;
pub mod agent;
pub mod agent_role;
pub mod context;
pub mod enforcement;
pub mod fact;
mod findings;
pub mod geography;
pub mod graph;
pub mod guardrail;
pub mod invocation_logging;
pub mod knowledge;
pub mod network;
pub mod org;
pub mod params;
mod personal;
pub mod principals;
mod probe;
pub mod region;
pub mod role_users;
pub mod scp;
pub mod service_trust;
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
    access::api_key::KIND,
    access::grant::KIND,
    access::statement::KIND,
    access::trust::KIND,
    access::unattached::KIND,
    account::KIND,
    action_group::KIND,
    agent::KIND,
    agent_role::KIND,
    enforcement::guardrail::KIND,
    enforcement::organization::KIND,
    geography::consumer::KIND,
    geography::guardrail_profile::KIND,
    geography::policy::KIND,
    geography::profile::KIND,
    geography::provisioned::KIND,
    guardrail::KIND,
    guardrail::reference::KIND,
    invocation_logging::KIND,
    knowledge::bucket::KIND,
    knowledge::data_source::KIND,
    knowledge::knowledge_base::KIND,
    network::KIND,
    region::KIND,
    scp::KIND,
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
