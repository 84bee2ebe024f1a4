//! The facts about an account: what keeps its calls under a guardrail, region by region.
//!
//! An SCP counts by what it refuses, an enforced guardrail by the regions and models it holds for. Where SCPs could
//! not be read, what the account enforces by itself still counts.

use super::means::Means;
use super::tags;
use crate::facts::context::{Context, partition};
use crate::facts::fact::{Fact, Reason};
use crate::facts::org::{Org, Unbound};
use crate::facts::scp::probe::{Asker, CANARY};
use crate::facts::scp::verdict::{self, Judged};
use crate::facts::scp::{used_regions, verdict::Means as ScpMeans};
use crate::iam::access::{PolicySet, Scps, Verdict, decide};
use crate::iam::context::{Context as RequestContext, Request};
use crate::iam::reach::Grant;
use crate::iam::statement::ResourceElement;
use crate::model::report::InUse;
use crate::model::snapshot::Account;
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;

/// How many principals an answer names.
const NAMED: usize = 10;
const MANTLE: &str = "bedrock-mantle:CreateInference";

/// What is enforced on an account from above.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct EnforcementFacts {
    /// Regions in use where calls without a guardrail pass.
    pub uncovered: Fact<Vec<String>>,
    /// Regions in use where any guardrail will do.
    pub presence_only: Fact<Vec<String>>,
    /// What covers each region, for example `us-east-1: SCP`.
    pub covered_by: Vec<String>,
    /// Calls without a guardrail that SCPs let through.
    pub openings: Vec<String>,
    /// Guardrails that nobody approved and that SCPs accept.
    pub unapproved: Vec<String>,
    /// Why no SCP can bind the account; empty where one can.
    pub not_bound: String,
    /// Tags that nothing asks for when a guardrail is created.
    pub tags_not_asked: Fact<Vec<String>>,
    /// How the rule that asks for tags can be passed without them.
    pub tag_holes: Fact<Vec<String>>,
    /// Principals that may call models through bedrock-mantle, the first few.
    pub mantle_callers: Fact<Vec<String>>,
}

/// Why no SCP can bind an account.
fn why_unbound(unbound: Unbound) -> &'static str {
    match unbound {
        Unbound::StandAlone => "the account is in no organization",
        Unbound::Management => "service control policies never bind the management account",
        Unbound::FeatureSet => "the organization has consolidated billing alone",
        Unbound::TypeOff => "service control policies are not switched on at the root",
    }
}

/// The facts about one account.
pub fn of_account(ctx: &Context<'_>, id: &str, account: &Account) -> EnforcementFacts {
    let mut facts = EnforcementFacts::default();
    let Some(org) = ctx.org(id) else { return facts };
    facts.not_bound = org.unbound.map_or("", why_unbound).to_owned();
    let regions = used_regions(ctx, |other| other == id);
    let asker = asker(org, id, partition(account));
    guardrails(ctx, &mut facts, (id, account), org, &asker, &regions);
    let required = ctx
        .params
        .strings("aws-genai-09", "required_tags")
        .unwrap_or_else(|| vec!["CostCenter".to_owned(), "Environment".to_owned()]);
    (facts.tags_not_asked, facts.tag_holes) = match &asker {
        Err(reasons) => (Fact::Unread(reasons.clone()), Fact::Unread(reasons.clone())),
        Ok(None) => (Fact::Known(required), Fact::Known(Vec::new())),
        Ok(Some(asker)) => tag_rules(org, asker, &regions, &required),
    };
    facts.mantle_callers = mantle_callers(ctx, id, partition(account), &regions);
    facts
}

/// Who asks the SCPs of an account: nobody where none bind, and an error where they could not be read.
fn asker(org: &Org<'_>, id: &str, partition: &str) -> Result<Option<Asker>, Vec<Reason>> {
    match &org.scps {
        Scps::None => Ok(None),
        Scps::Unread(_) => Err(org.scp_doubts.clone()),
        Scps::Levels(levels) => Ok(Some(Asker::new(Arc::clone(levels), id, partition, org.id()))),
    }
}

fn guardrails(
    ctx: &Context<'_>,
    facts: &mut EnforcementFacts,
    (id, account): (&str, &Account),
    org: &Org<'_>,
    asker: &Result<Option<Asker>, Vec<Reason>>,
    regions: &[String],
) {
    let means = Means::of(id, account);
    let named: Vec<verdict::NamedGuardrail> = match &org.scps {
        Scps::Levels(levels) => levels
            .iter()
            .flat_map(|level| &level.policies)
            .flat_map(|policy| verdict::named(&policy.document, id))
            .collect(),
        _ => Vec::new(),
    };
    let (mut uncovered, mut presence) = (Vec::new(), Vec::new());
    let (mut doubts, mut presence_doubts) = (Vec::new(), Vec::new());
    for region in regions {
        let usage = ctx.usage(id, region);
        let use_doubts = match usage.map(super::super::usage::Usage::in_use) {
            Some(InUse::Yes) => Vec::new(),
            _ => usage.map(|usage| usage.doubts.clone()).unwrap_or_default(),
        };
        let judged = match asker {
            Ok(Some(asker)) => Ok(verdict::judge(asker, &named, region)),
            Ok(None) => Ok(Judged::default()),
            Err(reasons) => Err(reasons.clone()),
        };
        let enforced = means.covering(region);
        let scp_doubts = match &judged {
            Ok(judged) if judged.undecided.is_empty() || !judged.openings.is_empty() => Vec::new(),
            Ok(judged) => org.reasons(&judged.undecided),
            Err(reasons) => reasons.clone(),
        };
        let judged = judged.unwrap_or_default();
        match (judged.means, enforced) {
            (ScpMeans::Strong | ScpMeans::BlocksAll, _) => facts.covered_by.push(format!("{region}: SCP")),
            (_, Some(one)) => facts.covered_by.push(format!("{region}: {} with {}", one.by, one.arn)),
            (ScpMeans::Presence, None) => {
                facts.unapproved.extend(judged.unapproved);
                let mut open = use_doubts;
                open.extend(means.doubts(account, region));
                open.extend(scp_doubts);
                if open.is_empty() {
                    presence.push(region.clone());
                } else {
                    presence_doubts.extend(open);
                }
            }
            (ScpMeans::None, None) => {
                let mut open = use_doubts;
                open.extend(means.doubts(account, region));
                open.extend(scp_doubts.iter().cloned());
                if !scp_doubts.is_empty() {
                    presence_doubts.extend(open.iter().cloned());
                }
                facts.openings.extend(judged.openings);
                if open.is_empty() {
                    uncovered.push(region.clone());
                } else {
                    doubts.extend(open);
                }
            }
        }
    }
    facts.uncovered = Fact::faults(uncovered, doubts);
    facts.presence_only = Fact::faults(presence, presence_doubts);
}

fn tag_rules(
    org: &Org<'_>,
    asker: &Asker,
    regions: &[String],
    required: &[String],
) -> (Fact<Vec<String>>, Fact<Vec<String>>) {
    let (mut missing, mut holes, mut doubts): (Vec<String>, Vec<String>, Vec<Reason>) = Default::default();
    for region in regions {
        let rule = tags::judge(asker, region, required);
        if rule.undecided.is_empty() {
            missing.extend(rule.not_asked);
            holes.extend(rule.holes);
        } else {
            doubts.extend(org.reasons(&rule.undecided));
        }
    }
    for list in [&mut missing, &mut holes] {
        list.sort();
        list.dedup();
    }
    (Fact::faults(missing, doubts.clone()), Fact::faults(holes, doubts))
}

/// The principals that hold a grant of inference through bedrock-mantle which nothing takes away.
fn mantle_callers(ctx: &Context<'_>, id: &str, partition: &str, regions: &[String]) -> Fact<Vec<String>> {
    let Some(iam) = ctx.iam(id) else {
        return Fact::Known(Vec::new());
    };
    let (mut callers, mut doubts) = (Vec::new(), iam.doubts.clone());
    for principal in iam.principals.iter().filter(|principal| !principal.is_service_linked()) {
        if callers.len() == NAMED {
            break;
        }
        let projects = projects(&principal.policies, partition, id, regions);
        let unread = !principal.policies.identity_unread.is_empty();
        if projects.is_empty() && !unread {
            continue;
        }
        let mut context = RequestContext::open();
        principal.describe(&iam.org, &mut context);
        let mut may = false;
        for (region, project) in projects {
            let context = context.clone().set("aws:RequestedRegion", [region]);
            let decision = decide(&principal.policies, &Request::new(MANTLE, project, context));
            match decision.verdict {
                Verdict::Allowed | Verdict::Conditional => may = true,
                Verdict::Unknown => doubts.extend(iam.reasons(principal, &decision.unread)),
                Verdict::ExplicitDeny | Verdict::ImplicitDeny => {}
            }
        }
        if may {
            callers.push(principal.arn().to_owned());
        } else if unread {
            doubts.extend(iam.reasons(principal, &principal.policies.identity_unread));
        }
    }
    Fact::faults(callers, doubts)
}

/// Projects that the grants of a principal speak of, one of each kind, with their regions.
fn projects(policies: &PolicySet, partition: &str, account: &str, regions: &[String]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for grant in Grant::all(policies) {
        if !grant.statement.matches_action(MANTLE).is_possible() {
            continue;
        }
        for region in regions {
            found.push((
                region.clone(),
                format!("arn:{partition}:bedrock-mantle:{region}:{account}:project/{CANARY}"),
            ));
        }
        if let ResourceElement::Resource(patterns) = &grant.statement.resources {
            for pattern in patterns
                .iter()
                .filter(|pattern| pattern.text().starts_with("arn:") && !pattern.is_universal())
            {
                let of_here =
                    pattern
                        .text()
                        .replacen(":*:", &format!(":{}:", regions.first().map_or("", String::as_str)), 1);
                let project = crate::iam::pattern::Pattern::glob(&of_here).instantiate(CANARY);
                let region =
                    crate::model::arn::Arn::parse(&project).map_or_else(String::new, |arn| arn.region.to_owned());
                found.push((region, project));
            }
        }
    }
    found.sort();
    found.dedup();
    found
}
