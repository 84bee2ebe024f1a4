//! The service role of a knowledge base: how far it reads, whether it writes, who else uses it.
//!
//! The requests are those that Bedrock makes with the role from its own network: no VPC key comes with them, and the
//! documents belong to the audited account, or to the one that a data source names as the owner of its bucket. Each
//! answer has a witness, an object that the policies in force let through.

use super::Findings;
use super::estate::Base;
use crate::facts::access::regions;
use crate::facts::context::Context;
use crate::facts::fact::{self, Fact, Reason};
use crate::facts::principals::{Principal, Principals};
use crate::facts::role_users::Runner;
use crate::iam::access::{Bound, Unread, Verdict, decide_with};
use crate::iam::context::{Context as RequestContext, Request};
use crate::iam::reach::{CANARY, Place, Scope, Witness, object_reach};
use crate::iam::statement::{Effect, ResourceElement};
use crate::model::gap::GapKind;
use std::collections::{BTreeMap, BTreeSet};

/// What a role could do to the documents.
const WRITES: [&str; 3] = ["s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"];

/// A role in its account.
pub(super) struct Holder<'c, 'a> {
    pub(super) iam: &'c Principals<'a>,
    pub(super) role: &'c Principal<'a>,
}

impl Holder<'_, '_> {
    /// A request of the role about an object of `owner`.
    fn context(&self, base: &Base<'_>, owner: &str) -> RequestContext {
        let mut context = RequestContext::open()
            .set("aws:ResourceAccount", [owner])
            .set("aws:SecureTransport", ["true"])
            .set("aws:RequestedRegion", [base.at.region])
            .set("aws:ViaAWSService", ["false"]);
        for key in super::perimeter::VPC_KEYS {
            context = context.absent(key);
        }
        self.role.describe(&self.iam.org, &mut context);
        context
    }

    /// What keeps a possible permission from being certain: an unread boundary may take all of it away.
    fn bound(&self) -> Option<Vec<Reason>> {
        match &self.role.policies.boundary {
            Bound::Unread(text) => Some(self.iam.reasons(self.role, std::slice::from_ref(text))),
            _ => None,
        }
    }

    fn hidden_policies(&self) -> Vec<Reason> {
        self.iam.reasons(self.role, &self.role.policies.identity_unread)
    }
}

/// Objects that the role can read outside of what the knowledge base is configured with.
pub(super) fn reads_outside(
    holder: &Holder<'_, '_>,
    base: &Base<'_>,
    sources: &[Place],
    remarks: &mut Vec<String>,
) -> Fact<Vec<String>> {
    let mut found = Findings::default();
    let regions = regions(base.at.account);
    let mut inside = sources.to_vec();
    inside.extend(base.working_storage());
    let hidden = base.doubts();
    let others = owners(base).into_values();
    let accounts: BTreeSet<String> = others.chain([base.at.account_id.to_owned()]).collect();
    let reached = accounts.iter().filter_map(|owner| {
        let context = holder.context(base, owner);
        let scope = Scope {
            partition: base.at.partition(),
            account: base.at.account_id,
            regions: &regions,
            models: &holder.iam.models,
            context: &context,
        };
        object_reach(&scope, &holder.role.policies, "s3:GetObject", &inside)
    });
    let rank = |witness: &Witness| match witness.verdict {
        Verdict::Allowed => 0,
        Verdict::Conditional => 1,
        _ => 2,
    };
    let Some(witness) = reached.min_by_key(rank) else {
        found.doubt(&holder.hidden_policies());
        return found.fact();
    };
    let of_any_bucket = witness.resource.contains(&format!(":::{CANARY}/"));
    if witness.verdict == Verdict::Unknown {
        found.doubt(&holder.iam.reasons(holder.role, &witness.unread));
    } else if let Some(reasons) = holder.bound() {
        found.doubt(&reasons);
    } else if !hidden.is_empty() && !of_any_bucket {
        // What was not described may be configured to read just that.
        found.doubt(&hidden);
    } else {
        found.fault(format!("{}{}", plain(&witness.resource), depends(&witness.conditions)));
        remarks.extend(
            witness
                .unread
                .iter()
                .map(|what| format!("judged without what could not be read: {what}")),
        );
    }
    if found.seen.is_empty() && found.open.is_empty() {
        found.doubt(&[Reason::text(format!(
            "what role {} reads cannot be judged",
            holder.role.name()
        ))]);
    }
    found.fact()
}

/// What the role can write or delete in the sources.
pub(super) fn writes(holder: &Holder<'_, '_>, base: &Base<'_>, sources: &[Place]) -> Fact<Vec<String>> {
    let mut found = Findings::default();
    let owners = owners(base);
    let working = base.working_storage();
    for action in WRITES {
        for object in objects(holder, base, action, sources, &working) {
            let bucket = plain(&object).split('/').next().unwrap_or("").to_owned();
            let owner = owners.get(&bucket).map_or(base.at.account_id, String::as_str);
            let request = Request::new(action, object.clone(), holder.context(base, owner));
            let decision = decide_with(&holder.role.policies, &request, Unread::Ignored);
            match decision.verdict {
                Verdict::Allowed | Verdict::Conditional => {
                    if let Some(reasons) = holder.bound() {
                        found.doubt(&reasons);
                        continue;
                    }
                    let conditions = depends(&decision.conditions);
                    found.fault(format!("{action} on {}{conditions}", plain(&object)));
                    break;
                }
                Verdict::Unknown => found.doubt(&holder.iam.reasons(holder.role, &decision.unread)),
                Verdict::ExplicitDeny | Verdict::ImplicitDeny => {}
            }
        }
    }
    found.doubt(&holder.hidden_policies());
    found.fact()
}

/// The accounts that data sources name as owners of their buckets, by bucket.
fn owners(base: &Base<'_>) -> BTreeMap<String, String> {
    let locations = base
        .sources
        .iter()
        .filter_map(|source| source.location().known().cloned().flatten());
    locations
        .filter_map(|place| Some((place.bucket, place.owner?)))
        .collect()
}

/// Objects of the sources worth asking about: any, and those that the policies spell out.
fn objects(
    holder: &Holder<'_, '_>,
    base: &Base<'_>,
    action: &str,
    sources: &[Place],
    working: &[Place],
) -> Vec<String> {
    let partition = base.at.partition();
    let mut tries: Vec<String> = sources
        .iter()
        .map(|place| format!("arn:{partition}:s3:::{}/{}{CANARY}", place.bucket, place.prefix))
        .collect();
    let policies = &holder.role.policies.identity;
    for statement in policies.iter().flat_map(|policy| &policy.document.statements) {
        if statement.effect != Effect::Allow || !statement.matches_action(action).is_possible() {
            continue;
        }
        if let ResourceElement::Resource(list) = &statement.resources {
            tries.extend(list.iter().map(|pattern| pattern.instantiate(CANARY)));
        }
    }
    let within = |place: &Place, object: &str| {
        let rest = object.splitn(6, ':').nth(5).and_then(|rest| rest.split_once('/'));
        rest.is_some_and(|(bucket, key)| bucket == place.bucket && key.starts_with(&place.prefix))
    };
    // Working storage that lies inside a source is written to by design.
    let nested: Vec<&Place> = working
        .iter()
        .filter(|own| {
            sources
                .iter()
                .any(|place| own.bucket == place.bucket && own.prefix.len() > place.prefix.len())
        })
        .collect();
    tries.retain(|object| {
        sources.iter().any(|place| within(place, object)) && !nested.iter().any(|place| within(place, object))
    });
    tries.dedup();
    tries
}

/// Who else uses the role; `doubts` say why that may not be all.
pub(super) fn shared_with(
    ctx: &Context<'_>,
    base: &Base<'_>,
    holder: &Holder<'_, '_>,
    doubts: &[Reason],
) -> Fact<Vec<String>> {
    let mut found = Findings::default();
    let own = base.arn();
    for user in ctx.role_users().users(base.at.account_id, holder.role.arn()) {
        if user.runner != Runner::KnowledgeBase || user.arn != own {
            found.fault(user.text());
        }
    }
    found.doubt(doubts);
    found.fact()
}

/// Why more may run with any role of an account than is seen.
pub(super) fn hidden_users(ctx: &Context<'_>, account: &str, bases: &[Base<'_>]) -> Vec<Reason> {
    let graph = ctx.graph();
    let agents = graph.agents.iter().filter(|agent| agent.at.account_id == account);
    let flows = graph.flows.iter().filter(|flow| flow.at.account_id == account);
    let bases = bases.iter().filter(|base| base.at.account_id == account);
    let mut doubts: Vec<Reason> = bases.flat_map(|base| base.row.reasons()).cloned().collect();
    doubts.extend(agents.flat_map(|agent| agent.row.reasons()).cloned());
    doubts.extend(flows.flat_map(|flow| flow.row.reasons()).cloned());
    for at in ctx.places().filter(|at| at.account_id == account) {
        let gone = |kind| matches!(kind, GapKind::NotFound | GapKind::Unsupported);
        let hidden = at.facts.functions.gaps.iter().filter(|gap| !gone(gap.kind));
        doubts.extend(hidden.map(Reason::gap));
        doubts.extend(fact::doubts(&at.facts.functions, "functions"));
        doubts.extend(fact::doubts(&at.facts.invocation_logging, "logging configurations"));
    }
    doubts
}

/// A witness for people: what stands for any name says so.
fn plain(resource: &str) -> String {
    resource
        .splitn(6, ':')
        .nth(5)
        .unwrap_or(resource)
        .replace(CANARY, "any-name")
}

fn depends(conditions: &[String]) -> String {
    if conditions.is_empty() {
        String::new()
    } else {
        format!(" (depending on {})", conditions.join(", "))
    }
}
