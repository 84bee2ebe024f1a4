//! The facts about an account as a whole. Each group of facts is derived beside the control that needs it.

use super::context::{Context, global_resource, partition};
use super::fact::Fact;
use super::subject::Subject;
use schemars::JsonSchema;
use serde::Serialize;

/// An account that was looked at.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct AccountFacts {
    /// Its id.
    pub id: String,
    /// Whether Bedrock is used in any of its regions.
    pub in_use: Fact<bool>,
}

/// Every account of the snapshot.
pub fn subjects(ctx: &Context<'_>) -> Vec<Subject> {
    let accounts = ctx.snapshot.accounts.iter();
    accounts
        .map(|(id, account)| {
            let facts = AccountFacts {
                id: id.clone(),
                in_use: ctx.account_in_use(id),
            };
            let arn = format!("arn:{}:iam::{id}:root", partition(account));
            Subject::new(global_resource(id, "account", arn, id), None, &facts)
        })
        .collect()
}
