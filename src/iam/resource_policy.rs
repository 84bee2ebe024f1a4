//! Policies that are attached to something: buckets, functions, roles' trust, VPC endpoints.
//!
//! Allow and Deny are answered apart, because what an Allow is worth depends on the service and on whether both sides
//! share an account; that is for the caller to combine.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html>

use super::access::{PolicyRef, Side, Source, StatementRef, Verdict};
use super::context::Request;
use super::document::Document;
use super::principal::RequestingPrincipal;
use super::statement::{Effect, Statement};
use super::tri::Tri;
use std::sync::Arc;

/// What a policy attached to a resource says about one principal and request.
#[derive(Debug, Clone)]
pub struct ResourceDecision {
    /// Does it grant?
    pub allow: Tri,
    /// Does it refuse?
    pub deny: Tri,
    /// It grants to the principal's account only, whose own policies then decide.
    pub by_account: bool,
    /// The statements that grant, for certain or possibly.
    pub allowed_by: Vec<StatementRef>,
    /// The statements that refuse, for certain or possibly.
    pub denied_by: Vec<StatementRef>,
    /// The keys on which a possible grant depends.
    pub allow_conditions: Vec<String>,
    /// The keys on which a possible refusal depends.
    pub deny_conditions: Vec<String>,
    /// What cannot be judged at all.
    pub doubts: Vec<String>,
}

impl ResourceDecision {
    /// Allow and not Deny.
    pub fn effective(&self) -> Tri {
        self.allow.and(!self.deny)
    }

    /// The policy's answer, taken by itself.
    pub fn verdict(&self) -> Verdict {
        match (self.deny, self.effective()) {
            (Tri::True, _) => Verdict::ExplicitDeny,
            (_, Tri::False) => Verdict::ImplicitDeny,
            (_, _) if !self.doubts.is_empty() => Verdict::Unknown,
            (_, Tri::True) => Verdict::Allowed,
            (_, Tri::Maybe) => Verdict::Conditional,
        }
    }
}

/// Does the policy let `who` make `request`? Principal keys that follow from `who` are filled in where they are not set.
///
/// Statements without a resource (trust policies) speak of whatever they are attached to.
pub fn decide_resource_policy(document: &Document, who: &RequestingPrincipal, request: &Request) -> ResourceDecision {
    let mut request = request.clone();
    who.describe(&mut request.context);
    let (mut allow, mut deny) = (Side::default(), Side::default());
    let mut direct = false;
    for statement in &document.statements {
        let named = statement.principals.names(who);
        if named.tri.is_false() {
            continue;
        }
        let applies = statement.applies(&request);
        let tri = applies.tri.and(named.tri);
        if tri.is_false() {
            continue;
        }
        let mut keys = applies.keys;
        if named.tri == Tri::Maybe {
            keys.push("aws:PrincipalArn");
        }
        let side = match statement.effect {
            Effect::Allow => {
                direct |= !named.by_account;
                &mut allow
            }
            Effect::Deny => &mut deny,
        };
        side.note(tri, reference(statement), &keys, applies.doubts);
    }
    let mut doubts = Vec::new();
    for side in [&allow, &deny].into_iter().filter(|side| side.tri == Tri::Maybe) {
        doubts.extend(side.doubts.iter().cloned());
    }
    ResourceDecision {
        allow: allow.tri,
        deny: deny.tri,
        by_account: allow.tri.is_possible() && !direct,
        allowed_by: allow.deciding(),
        denied_by: deny.deciding(),
        allow_conditions: if allow.tri == Tri::Maybe {
            allow.keys
        } else {
            Vec::new()
        },
        deny_conditions: if deny.tri == Tri::Maybe { deny.keys } else { Vec::new() },
        doubts,
    }
}

fn reference(statement: &Statement) -> StatementRef {
    StatementRef {
        source: Source::Resource,
        policy: Arc::from(""),
        version: None,
        statement: statement.label(),
        index: Some(statement.index),
        effect: statement.effect,
    }
}

/// The statements of a policy with a name, for callers that report them.
pub fn statements(policy: &PolicyRef) -> impl Iterator<Item = (StatementRef, &Statement)> {
    policy
        .document
        .statements
        .iter()
        .map(|statement| (StatementRef::of(policy, statement), statement))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iam::context::Context;

    fn decide(text: &str, who: &RequestingPrincipal, context: Context) -> ResourceDecision {
        let document = Document::parse(text).unwrap();
        decide_resource_policy(
            &document,
            who,
            &Request::new("sts:AssumeRole", "arn:aws:iam::111122223333:role/r", context),
        )
    }

    const TRUST: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"bedrock.amazonaws.com"},
        "Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"},
        "ArnLike":{"aws:SourceArn":"arn:aws:bedrock:eu-west-1:111122223333:agent/*"}}}}"#;

    fn bedrock() -> RequestingPrincipal {
        RequestingPrincipal::Service("bedrock.amazonaws.com".to_owned())
    }

    #[test]
    fn trust_conditions_are_probed_with_values() {
        let own = Context::closed()
            .set("aws:SourceAccount", ["111122223333"])
            .set("aws:SourceArn", ["arn:aws:bedrock:eu-west-1:111122223333:agent/A1"]);
        assert_eq!(decide(TRUST, &bedrock(), own.clone()).verdict(), Verdict::Allowed);
        let foreign = own.set("aws:SourceAccount", ["444455556666"]);
        assert_eq!(decide(TRUST, &bedrock(), foreign).verdict(), Verdict::ImplicitDeny);
        let open = decide(TRUST, &bedrock(), Context::open());
        assert_eq!(open.verdict(), Verdict::Conditional);
        assert_eq!(open.allow_conditions, ["aws:SourceAccount", "aws:SourceArn"]);
    }

    #[test]
    fn an_account_hands_the_decision_on() {
        let text = r#"{"Statement":{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"sts:AssumeRole"}}"#;
        let who = RequestingPrincipal::Role("arn:aws:iam::444455556666:role/x".to_owned());
        let decision = decide(text, &who, Context::open());
        assert!(decision.allow.is_true() && decision.by_account);
    }

    #[test]
    fn who_asks_fills_in_the_principal_keys() {
        let text = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"},
            {"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/kb"}}}]}"#;
        let role = |name: &str| RequestingPrincipal::Role(format!("arn:aws:iam::111122223333:role/{name}"));
        assert_eq!(decide(text, &role("kb"), Context::open()).verdict(), Verdict::Allowed);
        assert_eq!(
            decide(text, &role("other"), Context::open()).verdict(),
            Verdict::ExplicitDeny
        );
    }
}
