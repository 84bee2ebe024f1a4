//! The facts about a region as a whole. Each group of facts is derived beside the control that needs it.

use super::context::Context;
use super::fact::Fact;
use super::guardrail::ready::RegionGuardrails;
use super::network::{self, RegionEndpoints};
use super::subject::Subject;
use super::trails::{self, RegionTrails};
use crate::facts::Kind;
use schemars::JsonSchema;
use serde::Serialize;

/// A region of an account.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct RegionFacts {
    /// The region's name, for example `eu-central-1`.
    pub name: String,
    /// The account.
    pub account_id: String,
    /// Whether Bedrock is used there.
    pub in_use: Fact<bool>,
    /// What says so.
    pub in_use_because: Vec<String>,
    /// Its guardrails.
    pub guardrails: RegionGuardrails,
    /// What CloudTrail records there.
    pub trails: RegionTrails,
    /// Private endpoints that serve it.
    pub endpoints: RegionEndpoints,
}

/// The kind of subject.
pub const KIND: Kind = Kind::of::<RegionFacts>("region", "A region of an account that was looked at.", subjects);

/// Every region of every account.
pub fn subjects(ctx: &Context<'_>) -> Vec<Subject> {
    ctx.places()
        .map(|at| {
            let usage = ctx.usage(at.account_id, at.region).cloned().unwrap_or_default();
            let facts = RegionFacts {
                name: at.region.to_owned(),
                account_id: at.account_id.to_owned(),
                in_use: usage.fact(),
                in_use_because: usage.because(),
                guardrails: RegionGuardrails::of(&at),
                trails: trails::region(ctx, &at),
                endpoints: network::region(ctx, &at),
            };
            Subject::new(at.resource("region", at.region_arn(), at.region), None, &facts)
        })
        .collect()
}
