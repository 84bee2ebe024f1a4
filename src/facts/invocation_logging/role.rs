//! The delivery role: whether it is there, whether Bedrock may assume it for this account, and whether it may write.
//!
//! The request is one that Bedrock makes from its own network, so that no VPC key comes with it.

use super::Findings;
use crate::facts::context::{Context, Place};
use crate::facts::fact::{Fact, Reason};
use crate::facts::principals::{Principal, Principals};
use crate::iam::access::{PolicySet, Scps, Verdict, decide};
use crate::iam::context::Context as RequestContext;
use crate::iam::context::Request;
use crate::iam::document::Document;
use crate::iam::pattern::Pattern;
use crate::iam::principal::RequestingPrincipal;
use crate::iam::resource_policy::decide_resource_policy;
use crate::model::arn::Arn;

/// The stream that Bedrock writes to.
const STREAM: &str = "aws/bedrock/modelinvocations";

/// What keeps the role from writing; a role that is not there is lost instead.
pub(super) fn judge(
    ctx: &Context<'_>,
    at: &Place<'_>,
    arn: Option<&str>,
    group: &str,
    lost: &mut Findings,
) -> Fact<Vec<String>> {
    let Some(arn) = arn.filter(|arn| !arn.is_empty()) else {
        lost.fault("no delivery role is named".to_owned());
        return Fact::default();
    };
    if Arn::parse(arn).is_some_and(|parsed| parsed.account != at.account_id) {
        lost.fault(format!("delivery role {arn} belongs to another account"));
        return Fact::default();
    }
    let Some(iam) = ctx.iam(at.account_id) else {
        return Fact::default();
    };
    let Some(role) = iam.role(arn) else {
        if iam.doubts.is_empty() {
            lost.fault(format!("delivery role {arn} does not exist"));
            return Fact::default();
        }
        lost.doubt(&iam.doubts);
        return Fact::Unread(iam.doubts.clone());
    };
    let mut found = Findings::default();
    // Where no group is named, which is a fault of its own, there is nothing that the role could write to.
    if !group.is_empty() {
        writes(iam, role, at, group, &mut found);
    }
    trusts(role, at, &mut found);
    found.fact()
}

fn writes(iam: &Principals<'_>, role: &Principal<'_>, at: &Place<'_>, group: &str, found: &mut Findings) {
    let policies = PolicySet {
        scps: Scps::None,
        ..role.policies.clone()
    };
    let (partition, region, account) = (at.partition(), at.region, at.account_id);
    let stream = format!("arn:{partition}:logs:{region}:{account}:log-group:{group}:log-stream:{STREAM}");
    let mut context = RequestContext::open()
        .set("aws:RequestedRegion", [region])
        .set("aws:ResourceAccount", [account])
        .set("aws:SecureTransport", ["true"])
        .absent("aws:SourceVpc")
        .absent("aws:SourceVpce");
    role.describe(&iam.org, &mut context);
    for action in ["logs:CreateLogStream", "logs:PutLogEvents"] {
        let decision = decide(&policies, &Request::new(action, stream.clone(), context.clone()));
        match decision.verdict {
            Verdict::Allowed => {}
            Verdict::ExplicitDeny => found.fault(format!("role {} is denied {action} on {stream}", role.name())),
            Verdict::ImplicitDeny => found.fault(format!("role {} may not {action} on {stream}", role.name())),
            Verdict::Conditional => found.doubt(&[Reason::text(format!(
                "whether role {} may {action} depends on {}",
                role.name(),
                decision.conditions.join(", ")
            ))]),
            Verdict::Unknown => found.doubt(&iam.reasons(role, &decision.unread)),
        }
    }
}

fn trusts(role: &Principal<'_>, at: &Place<'_>, found: &mut Findings) {
    let Some(row) = role.role() else { return };
    let document = match Document::parse(row.assume_role_policy_document.as_str()) {
        Ok(document) => document,
        Err(error) => {
            found.doubt(&[Reason::text(format!(
                "the trust policy of role {} cannot be understood: {error}",
                row.role_name
            ))]);
            return;
        }
    };
    let bedrock = RequestingPrincipal::Service("bedrock.amazonaws.com".to_owned());
    let own = format!("arn:{}:bedrock:{}:{}:", at.partition(), at.region, at.account_id);
    let base = RequestContext::open().set("aws:SourceAccount", [at.account_id]);
    let ask = |context: RequestContext| {
        let request = Request::new("sts:AssumeRole", row.arn.clone(), context);
        decide_resource_policy(&document, &bedrock, &request).verdict()
    };
    let refused = |verdict: Verdict| matches!(verdict, Verdict::ExplicitDeny | Verdict::ImplicitDeny);
    let with_source = ask(base.clone().set("aws:SourceArn", [format!("{own}logging")]));
    if with_source == Verdict::Allowed {
        return;
    }
    // The ARN that Bedrock sends is not documented beyond its account and region.
    let reachable = document
        .statements
        .iter()
        .flat_map(|statement| &statement.conditions)
        .filter(|condition| condition.key_lower() == "aws:sourcearn")
        .flat_map(crate::iam::condition::Condition::patterns)
        .any(|pattern| pattern.intersects(&Pattern::glob(&format!("{own}*"))));
    if refused(with_source) && (refused(ask(base)) || !reachable) {
        found.fault(format!(
            "the trust policy of role {} does not let bedrock.amazonaws.com in for this account and region",
            row.role_name
        ));
        return;
    }
    found.doubt(&[Reason::text(format!(
        "whether the trust policy of role {} lets Bedrock in depends on the request",
        row.role_name
    ))]);
}
