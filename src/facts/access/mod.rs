//! Who may invoke models: grants, statements that mislead, roles that strangers can assume, and API keys.
//!
//! A grant is one Allow statement, judged for each principal that holds it by everything that bounds that principal.
//! Principals that are bound alike are judged once, so that ten thousand of them cost little more than one.

pub mod api_key;
pub mod class;
pub mod grant;
pub mod holder;
mod in_use;
mod lists;
pub mod statement;
pub mod trust;
pub mod unattached;

use super::context::Context;
pub use crate::iam::actions::INVOKE;
use crate::model::snapshot::Account;

/// The action that invokes models in a batch.
pub const BATCH: &str = "bedrock:CreateModelInvocationJob";
/// The action that invokes a model through the mantle endpoint.
pub const MANTLE: &str = "bedrock-mantle:CreateInference";

/// The regions of the account that were looked at.
pub fn regions(account: &Account) -> Vec<String> {
    account.regions.keys().cloned().collect()
}

/// The accounts whose IAM can be judged, with their ids.
fn accounts<'c, 'a>(
    ctx: &'c Context<'a>,
) -> impl Iterator<Item = (&'c super::principals::Principals<'a>, &'a Account)> {
    ctx.snapshot
        .accounts
        .iter()
        .filter_map(|(id, account)| Some((ctx.iam(id)?, account)))
}

#[cfg(test)]
pub(in crate::facts) mod tests;
