//! The facts about an account as a whole. Each group of facts is derived beside the control that needs it.

use super::context::{Context, account_arn, global_resource, partition};
use super::enforcement::account::{EnforcementFacts, of_account};
use super::fact::Fact;
use super::geography::{self, AccountGeography};
use super::invocation_logging::{self, AccountLogging};
use super::network::{self, AccountNetwork};
use super::subject::Subject;
use crate::facts::Kind;
use schemars::JsonSchema;
use serde::Serialize;

/// An account that the snapshot was collected from.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct AccountFacts {
    /// Its twelve digits.
    pub id: String,
    /// Whether any region of it is in use.
    pub in_use: Fact<bool>,
    /// Logging where nobody looks.
    pub logging: AccountLogging,
    /// How its calls may travel.
    pub network: AccountNetwork,
    /// What keeps its calls under a guardrail.
    pub enforcement: EnforcementFacts,
    /// What it may add to the ways out of the approved regions.
    pub geography: AccountGeography,
}

/// The kind of subject.
pub const KIND: Kind =
    Kind::of::<AccountFacts>("account", "An account that the snapshot was collected from.", subjects);

/// Every account of the snapshot.
pub fn subjects(ctx: &Context<'_>) -> Vec<Subject> {
    ctx.snapshot
        .accounts
        .iter()
        .map(|(id, account)| {
            let facts = AccountFacts {
                id: id.clone(),
                in_use: ctx.account_in_use(id),
                logging: invocation_logging::of_account(ctx, id),
                network: network::of_account(ctx, id),
                enforcement: of_account(ctx, id, account),
                geography: geography::of_account(ctx, id, account),
            };
            let arn = account_arn(partition(account), id);
            Subject::new(global_resource(id, "account", arn, id.as_str()), None, &facts)
        })
        .collect()
}
