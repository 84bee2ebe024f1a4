//! The facts about an organization: which of its accounts are covered, and who administers its Bedrock policies.

use super::coverage;
use crate::facts::Kind;
use crate::facts::context::{Context, account_arn, global_resource, partition};
use crate::facts::fact::{self, Fact};
use crate::facts::org::{BEDROCK_POLICY, Org};
use crate::facts::scp::{self, Group};
use crate::facts::subject::Subject;
use crate::iam::context::{Context as RequestContext, Request};
use crate::iam::document::Document;
use crate::iam::statement::Effect;
use schemars::JsonSchema;
use serde::Serialize;

/// An organization.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct OrganizationFacts {
    /// Its id.
    pub id: String,
    /// Whether Bedrock is used in any audited account of it.
    pub in_use: Fact<bool>,
    /// Whether an audited account manages it, or may read its policies.
    pub sees_accounts: Fact<bool>,
    /// Active accounts, the management account included.
    pub active_accounts: usize,
    /// Active accounts that an SCP or a BEDROCK_POLICY covers.
    pub covered_accounts: usize,
    /// Active accounts that neither covers.
    pub uncovered: Fact<Vec<String>>,
    /// The regions for which they were judged.
    pub regions: Vec<String>,
    /// What this list cannot show.
    pub remarks: Vec<String>,
    /// How the administration of Bedrock policies is delegated; empty where it is not.
    pub delegation: Fact<Vec<String>>,
}

/// The kind of subject.
pub const KIND: Kind = Kind::of::<OrganizationFacts>(
    "organization",
    "An organization that an audited account belongs to.",
    subjects,
);

/// Every organization of the snapshot, once.
pub fn subjects(ctx: &Context<'_>) -> Vec<Subject> {
    let groups = scp::groups(ctx);
    let known = groups.iter().filter_map(|(id, group)| {
        let home = group.accounts.first()?;
        let row = group.org.organization.known().copied().flatten()?;
        let facts = of_group(ctx, id, group);
        Some(Subject::new(
            global_resource(home, "organization", row.arn.as_str(), *id),
            None,
            &facts,
        ))
    });
    let hidden = ctx.snapshot.accounts.iter().filter_map(|(id, account)| {
        let Fact::Unread(why) = &ctx.org(id)?.organization else {
            return None;
        };
        let root = account_arn(partition(account), id);
        let resource = global_resource(id, "organization", root, format!("the organization of {id}"));
        Some(Subject::new(resource, None, &unread(ctx.account_in_use(id), why)))
    });
    known.chain(hidden).collect()
}

/// The organization of an account that may not ask which one it is in.
fn unread(in_use: Fact<bool>, why: &[fact::Reason]) -> OrganizationFacts {
    OrganizationFacts {
        in_use,
        sees_accounts: Fact::Unread(why.to_vec()),
        uncovered: Fact::Unread(why.to_vec()),
        delegation: Fact::Unread(why.to_vec()),
        ..OrganizationFacts::default()
    }
}

fn of_group(ctx: &Context<'_>, id: &str, group: &Group<'_, '_>) -> OrganizationFacts {
    let vantage = group.org.vantage;
    let manages = group
        .accounts
        .iter()
        .any(|id| ctx.org(id).is_some_and(Org::is_management));
    let sees_accounts =
        manages || vantage.organization_policies.is_complete() || !vantage.organization_accounts.items.is_empty();
    let mut facts = OrganizationFacts {
        id: id.to_owned(),
        in_use: group.in_use(ctx),
        sees_accounts: Fact::Known(sees_accounts),
        delegation: delegation(group.org, group.partition),
        ..OrganizationFacts::default()
    };
    if !sees_accounts {
        return facts;
    }
    facts.regions = group.regions(ctx);
    if facts.regions.is_empty() {
        // Nobody uses Bedrock here; the organization's rule is then held against one region that always exists.
        facts.regions = vec![first_region(group.partition).to_owned()];
    }
    let coverage = coverage::of(group.org, group.partition, &facts.regions);
    facts.active_accounts = coverage.active;
    facts.covered_accounts = coverage.covered;
    facts.uncovered = Fact::faults(coverage.uncovered, coverage.doubts);
    facts
        .remarks
        .push("guardrails that other accounts enforce by their own configuration do not show from here".to_owned());
    if let Some(management) = coverage.management {
        facts.remarks.push(format!(
            "no service control policy binds the management account {management}; a guardrail enforced by Bedrock would"
        ));
    }
    facts
}

fn first_region(partition: &str) -> &'static str {
    match partition {
        "aws-us-gov" => "us-gov-west-1",
        "aws-eusc" => "eusc-de-east-1",
        "aws-iso" => "us-iso-east-1",
        "aws-iso-b" => "us-isob-east-1",
        "aws-iso-f" => "us-isof-south-1",
        _ => "us-east-1",
    }
}

/// The Bedrock policies of an organization: one that nobody made yet, and those that are there.
fn bedrock_policies(org: &Org<'_>, partition: &str) -> Vec<String> {
    let row = org.organization.known().copied().flatten();
    let (id, management) = row.map_or(("", ""), |row| (row.id.as_str(), row.master_account_id.as_str()));
    let mut arns = vec![format!(
        "arn:{partition}:organizations::{management}:policy/{id}/bedrock_policy/p-canary"
    )];
    let rows = org.vantage.organization_policies.items.iter();
    arns.extend(
        rows.filter(|row| row.type_ == BEDROCK_POLICY)
            .map(|row| row.arn.clone()),
    );
    arns
}

/// How the administration of Bedrock policies is handed on: to a registered administrator, or by the resource policy.
fn delegation(org: &Org<'_>, partition: &str) -> Fact<Vec<String>> {
    let (mut seen, mut doubts) = (Vec::new(), Vec::new());
    let administrators = &org.vantage.delegated_administrators;
    for row in &administrators.items {
        match &row.service_principals {
            Some(principals) => {
                let bedrock = principals.iter().filter(|name| name.starts_with("bedrock"));
                seen.extend(bedrock.map(|name| format!("account {} administers {name}", row.id)));
            }
            None => doubts.push(fact::Reason::text(format!(
                "the services that account {} administers were not read",
                row.id
            ))),
        }
    }
    doubts.extend(fact::doubts(administrators, "delegated administrators"));
    let policies = &org.vantage.organization_resource_policy;
    let arns = bedrock_policies(org, partition);
    for row in &policies.items {
        match Document::parse(row.content.as_str()) {
            Ok(document) => {
                let handed = document.statements.iter().filter(|statement| {
                    let context = RequestContext::open().set("organizations:PolicyType", [BEDROCK_POLICY]);
                    let applies = |action: &str, arn: &String| {
                        let request = Request::new(action, arn.as_str(), context.clone());
                        statement.applies(&request).tri.is_possible()
                    };
                    statement.effect == Effect::Allow
                        && [
                            "organizations:CreatePolicy",
                            "organizations:UpdatePolicy",
                            "organizations:AttachPolicy",
                        ]
                        .iter()
                        .any(|action| arns.iter().any(|arn| applies(action, arn)))
                });
                seen.extend(handed.map(|statement| format!("statement {} of the resource policy", statement.label())));
            }
            Err(error) => doubts.push(fact::Reason::text(format!(
                "the organization's resource policy cannot be understood: {error}"
            ))),
        }
    }
    doubts.extend(fact::doubts(policies, "the organization's resource policy"));
    if seen.is_empty() && !doubts.is_empty() {
        doubts.sort();
        doubts.dedup();
        return Fact::Unread(doubts);
    }
    Fact::Known(seen)
}
