//! Whom a role serves besides the agents in question.

use crate::facts::context::Context;
use crate::facts::fact::{Fact, Reason, doubts};

/// Other agents, knowledge bases, flows and functions that run with the role; more than one agent counts as shared.
pub(super) fn of(ctx: &Context<'_>, account: &str, role: &str, agents: &[String]) -> Fact<Vec<String>> {
    let mut others: Vec<String> = if agents.len() > 1 { agents.to_vec() } else { Vec::new() };
    let mut undecided: Vec<Reason> = Vec::new();
    let iam = ctx.iam(account);
    let same = |named: &Option<String>| {
        let named = named.as_deref().unwrap_or("");
        // A configuration may leave out the role's path.
        named == role
            || iam
                .and_then(|iam| iam.role(named))
                .is_some_and(|found| found.arn() == role)
    };
    for flow in ctx.graph().flows.iter().filter(|flow| flow.at.account_id == account) {
        match &flow.row {
            Fact::Known(row) if same(&row.execution_role_arn) => others.push(flow.arn()),
            Fact::Known(_) => {}
            Fact::Unread(reasons) => undecided.extend(reasons.iter().cloned()),
        }
    }
    for at in ctx.places().filter(|at| at.account_id == account) {
        for base in at
            .facts
            .knowledge_base_details
            .items
            .iter()
            .filter(|base| same(&base.role_arn))
        {
            others.push(base.knowledge_base_arn.clone());
        }
        let functions = at.facts.functions.items.iter();
        for function in functions.filter(|function| same(&function.role)) {
            others.push(
                function
                    .function_arn
                    .clone()
                    .unwrap_or_else(|| function.requested_arn.clone()),
            );
        }
        undecided.extend(doubts(&at.facts.agents, "agents"));
        undecided.extend(doubts(&at.facts.knowledge_bases, "knowledge bases"));
        undecided.extend(
            at.facts
                .knowledge_base_details
                .gaps
                .iter()
                .filter(|gap| !gap.means_absent())
                .map(Reason::gap),
        );
        undecided.extend(
            at.facts
                .functions
                .gaps
                .iter()
                .filter(|gap| !gap.means_absent())
                .map(Reason::gap),
        );
    }
    for agent in ctx.graph().agents.iter().filter(|agent| agent.at.account_id == account) {
        undecided.extend(agent.row.reasons().iter().cloned());
    }
    others.sort();
    others.dedup();
    Fact::faults(others, undecided)
}
