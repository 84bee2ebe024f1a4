//! Questions to the SCPs of an account in the name of an ordinary role that no policy can know.
//!
//! The role is allowed everything, so that a refusal can only come from above. What excepts named roles does not
//! except this one; what excepts every role does.

use super::fact::Fact;
use super::org::Org;
use super::principals::describe_org;
use super::scp::probe::everything;
use crate::iam::access::{PolicySet, Scps, Source, Verdict, decide};
pub(super) use crate::iam::actions::INVOKE;
use crate::iam::context::{Context, Request};
use crate::iam::principal::RequestingPrincipal;

/// A role that no policy names.
const ROLE: &str = "role/nobody-we-know-7f3a";
/// A base model that no policy names.
pub(super) const MODEL: &str = "foundation-model/vendor-7f3a.model-we-do-not-know-v1:0";

/// What the SCPs say.
#[derive(Debug, Clone, Default)]
pub(super) struct Refusal {
    /// They refuse for certain.
    pub certain: bool,
    /// The policies that decide, with their statements.
    pub because: Vec<String>,
    /// The keys on which a possible refusal depends.
    pub conditions: Vec<String>,
}

/// Whether the SCPs above an account refuse an action on a base model of a region to an ordinary role.
pub(super) fn refused(
    org: &Org<'_>,
    account_id: &str,
    partition: &str,
    region: &str,
    action: &str,
    context: &Context,
) -> Fact<Refusal> {
    let model = format!("arn:{partition}:bedrock:{region}::{MODEL}");
    refused_on(org, (account_id, partition, region), action, &model, context)
}

/// The same for any resource.
pub(super) fn refused_on(
    org: &Org<'_>,
    (account_id, partition, region): (&str, &str, &str),
    action: &str,
    resource: &str,
    context: &Context,
) -> Fact<Refusal> {
    if let Scps::Unread(_) = org.scps {
        return Fact::Unread(org.scp_doubts.clone());
    }
    let policies = PolicySet {
        identity: everything(Source::Identity).into_iter().collect(),
        scps: org.scps.clone(),
        ..PolicySet::default()
    };
    let mut context = context.clone().set("aws:RequestedRegion", [region]);
    RequestingPrincipal::Role(format!("arn:{partition}:iam::{account_id}:{ROLE}")).describe(&mut context);
    describe_org(org, &mut context);
    let decision = decide(&policies, &Request::new(action, resource, context));
    let because = decision
        .because
        .iter()
        .filter(|one| one.source == Source::Scp)
        .map(|one| match one.statement.as_str() {
            "" => format!("nothing at {} allows it", one.policy),
            statement => format!("{} statement {statement}", one.policy),
        })
        .collect();
    match decision.verdict {
        Verdict::ExplicitDeny | Verdict::ImplicitDeny => Fact::Known(Refusal {
            certain: true,
            because,
            conditions: Vec::new(),
        }),
        Verdict::Allowed | Verdict::Conditional => Fact::Known(Refusal {
            certain: false,
            because,
            conditions: decision.conditions,
        }),
        Verdict::Unknown => Fact::Unread(org.reasons(&decision.unread)),
    }
}
