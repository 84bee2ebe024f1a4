//! Who runs with which role: an index, so that asking it of every role of a large account costs no more than one walk.
//!
//! A configuration may leave out a role's path; users are found under the ARN that the role really has.

use super::context::Context;
use super::fact::Fact;
use std::collections::{BTreeMap, HashMap};

/// What kind of thing runs with a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runner {
    /// A knowledge base.
    KnowledgeBase,
    /// A version of an agent.
    Agent,
    /// A version of a flow.
    Flow,
    /// A Lambda function.
    Function,
    /// The model invocation logging of a region.
    Logging,
}

/// One thing that runs with a role.
#[derive(Debug, Clone)]
pub struct RoleUser<'a> {
    /// What it is.
    pub runner: Runner,
    /// Its ARN; a function's as it was asked for where Lambda named none, and empty for logging.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// Its region.
    pub region: &'a str,
}

impl RoleUser<'_> {
    /// It, in a sentence.
    pub fn text(&self) -> String {
        let Self { name, region, .. } = self;
        match self.runner {
            Runner::KnowledgeBase => format!("knowledge base {name} in {region}"),
            Runner::Agent => format!("agent {name} in {region}"),
            Runner::Flow => format!("flow {name} in {region}"),
            Runner::Function => format!("function {name} in {region}"),
            Runner::Logging => format!("model invocation logging in {region}"),
        }
    }
}

/// The users of every role, by account.
#[derive(Debug, Default)]
pub struct RoleUsers<'a>(BTreeMap<&'a str, HashMap<String, Vec<RoleUser<'a>>>>);

impl<'a> RoleUsers<'a> {
    /// Walks everything that was read in full; what was not is for the callers to doubt.
    pub fn of(ctx: &Context<'a>) -> Self {
        let mut users = Self::default();
        for at in ctx.places() {
            for row in &at.facts.knowledge_base_details.items {
                let user = RoleUser {
                    runner: Runner::KnowledgeBase,
                    arn: at.arn(&format!("knowledge-base/{}", row.knowledge_base_id)),
                    name: row.name.clone(),
                    region: at.region,
                };
                users.add(ctx, at.account_id, row.role_arn.as_deref(), user);
            }
        }
        for agent in &ctx.graph().agents {
            if let Fact::Known(row) = &agent.row {
                let user = RoleUser {
                    runner: Runner::Agent,
                    arn: agent.arn(),
                    name: agent.title(),
                    region: agent.at.region,
                };
                users.add(ctx, agent.at.account_id, row.agent_resource_role_arn.as_deref(), user);
            }
        }
        for flow in &ctx.graph().flows {
            if let Fact::Known(row) = &flow.row {
                let user = RoleUser {
                    runner: Runner::Flow,
                    arn: flow.arn(),
                    name: flow.title(),
                    region: flow.at.region,
                };
                users.add(ctx, flow.at.account_id, row.execution_role_arn.as_deref(), user);
            }
        }
        for at in ctx.places() {
            for row in &at.facts.functions.items {
                let user = RoleUser {
                    runner: Runner::Function,
                    arn: row.function_arn.as_ref().unwrap_or(&row.requested_arn).clone(),
                    name: row.function_name.as_ref().unwrap_or(&row.requested_arn).clone(),
                    region: at.region,
                };
                users.add(ctx, at.account_id, row.role.as_deref(), user);
            }
            for row in &at.facts.invocation_logging.items {
                let role = row.cloud_watch_config.as_ref().and_then(|to| to.role_arn.as_deref());
                let user = RoleUser {
                    runner: Runner::Logging,
                    arn: String::new(),
                    name: String::new(),
                    region: at.region,
                };
                users.add(ctx, at.account_id, role, user);
            }
        }
        users
    }

    fn add(&mut self, ctx: &Context<'a>, account: &'a str, role: Option<&str>, user: RoleUser<'a>) {
        let Some(role) = role.filter(|arn| !arn.is_empty()) else {
            return;
        };
        let known = ctx.iam(account).and_then(|iam| iam.role(role));
        let arn = known.map_or(role, |role| role.arn()).to_owned();
        self.0.entry(account).or_default().entry(arn).or_default().push(user);
    }

    /// The users of a role, which is named as IAM names it.
    pub fn users(&self, account: &str, role: &str) -> &[RoleUser<'a>] {
        let of_account = self.0.get(account);
        of_account.and_then(|roles| roles.get(role)).map_or(&[], Vec::as_slice)
    }
}
