//! Where inference may run, and whether anything takes it beyond the approved regions.

pub mod approved;
pub mod consumer;
pub mod guardrail_profile;
pub mod policy;
pub mod profile;
pub mod provisioned;
pub mod reach;
mod route;

#[cfg(test)]
mod tests;

use super::context::{Context, partition};
use super::fact::Fact;
use super::scp::probe::{Answer, Asker, CANARY};
use crate::iam::access::Scps;
use crate::model::snapshot::Account;
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;

/// What an account may add to the ways out of its regions.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct AccountGeography {
    /// Whether the user said which regions are approved.
    pub regions_given: bool,
    /// Regions in which no service control policy keeps ordinary principals from making inference profiles.
    pub profiles_may_be_made_in: Fact<Vec<String>>,
}

/// The facts about one account.
pub fn of_account(ctx: &Context<'_>, id: &str, account: &Account) -> AccountGeography {
    let mut facts = AccountGeography {
        regions_given: ctx.params.strings("aws-genai-10", "approved_regions").is_some(),
        ..AccountGeography::default()
    };
    let (true, Some(org)) = (facts.regions_given, ctx.org(id)) else {
        return facts;
    };
    let regions: Vec<String> = account.regions.keys().cloned().collect();
    facts.profiles_may_be_made_in = match &org.scps {
        Scps::Unread(_) => Fact::Unread(org.scp_doubts.clone()),
        Scps::None => Fact::Known(regions),
        Scps::Levels(levels) => {
            let asker = Asker::new(Arc::clone(levels), id, partition(account), org.id());
            let (mut open, mut doubts) = (Vec::new(), Vec::new());
            for region in regions {
                let kind = "application-inference-profile";
                let arn = format!("arn:{}:bedrock:{region}:{id}:{kind}/{CANARY}", asker.partition());
                match asker.ask("bedrock:CreateInferenceProfile", &region, &arn, &[]) {
                    Answer::Refused => {}
                    Answer::Open(_) => open.push(region),
                    Answer::Undecided(why) => doubts.extend(org.reasons(&why)),
                }
            }
            Fact::faults(open, doubts)
        }
    };
    facts
}
