//! Whom a role serves besides the agents in question.

use crate::facts::context::Context;
use crate::facts::fact::{Fact, Reason, doubts};
use crate::facts::role_users::Runner;
use std::collections::BTreeMap;

/// What a role serves, and why that may not be all.
pub(super) struct Sharing<'c, 'a> {
    ctx: &'c Context<'a>,
    /// Why more may run with any role of an account than is seen.
    undecided: BTreeMap<&'a str, Vec<Reason>>,
}

impl<'c, 'a> Sharing<'c, 'a> {
    /// Looks at what could not be read, once for all roles.
    pub(super) fn of(ctx: &'c Context<'a>) -> Self {
        let mut undecided: BTreeMap<&str, Vec<Reason>> = BTreeMap::new();
        for at in ctx.places() {
            let of_account = undecided.entry(at.account_id).or_default();
            let details = &at.facts.knowledge_base_details.gaps;
            let unseen = details.iter().chain(&at.facts.functions.gaps);
            of_account.extend(doubts(&at.facts.agents, "agents"));
            of_account.extend(doubts(&at.facts.knowledge_bases, "knowledge bases"));
            of_account.extend(unseen.filter(|gap| !gap.means_absent()).map(Reason::gap));
        }
        for flow in &ctx.graph().flows {
            let of_account = undecided.entry(flow.at.account_id).or_default();
            of_account.extend(flow.row.reasons().iter().cloned());
        }
        for agent in &ctx.graph().agents {
            let of_account = undecided.entry(agent.at.account_id).or_default();
            of_account.extend(agent.row.reasons().iter().cloned());
        }
        Self { ctx, undecided }
    }

    /// Other agents, knowledge bases, flows and functions that run with the role; more than one agent counts as shared.
    pub(super) fn others(&self, account: &str, role: &str, agents: &[String]) -> Fact<Vec<String>> {
        let mut others: Vec<String> = if agents.len() > 1 { agents.to_vec() } else { Vec::new() };
        let users = self.ctx.role_users().users(account, role).iter();
        let besides = users.filter(|user| !matches!(user.runner, Runner::Agent | Runner::Logging));
        others.extend(besides.map(|user| user.arn.clone()));
        others.sort();
        others.dedup();
        Fact::faults(others, self.undecided.get(account).cloned().unwrap_or_default())
    }
}
