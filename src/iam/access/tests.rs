//! The order of evaluation, the reasons, and what unread bounds do. The corpus in `fixtures/iam` goes further.

use super::*;
use crate::iam::context::Context;

const MODEL: &str = "arn:aws:bedrock:eu-west-1::foundation-model/vendor.model-v1:0";

fn policy(source: Source, id: &str, statements: &str) -> PolicyRef {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
    PolicyRef {
        source,
        id: Arc::from(id),
        version: None,
        document: Arc::new(Document::parse(&text).unwrap()),
    }
}

fn identity(statements: &str) -> PolicySet {
    PolicySet {
        identity: vec![policy(Source::Identity, "role#inline", statements)],
        ..PolicySet::default()
    }
}

fn ask(policies: &PolicySet) -> Decision {
    decide(policies, &Request::new("bedrock:InvokeModel", MODEL, Context::open()))
}

const ALLOW: &str = r#"{"Sid":"A","Effect":"Allow","Action":"bedrock:*","Resource":"*"}"#;
const DENY: &str = r#"{"Sid":"D","Effect":"Deny","Action":"*","Resource":"*"}"#;
const DENY_OUTSIDE: &str = r#"{"Sid":"V","Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:SourceVpc":"vpc-1"}}}"#;
const OTHER: &str = r#"{"Sid":"O","Effect":"Allow","Action":"s3:*","Resource":"*"}"#;

#[test]
fn nothing_grants() {
    let decision = ask(&PolicySet::default());
    assert_eq!(decision.verdict, Verdict::ImplicitDeny);
    assert!(decision.because.is_empty());
}

#[test]
fn a_deny_wins_and_is_named() {
    let decision = ask(&identity(&format!("{ALLOW},{DENY}")));
    assert_eq!(decision.verdict, Verdict::ExplicitDeny);
    assert_eq!(
        decision
            .because
            .iter()
            .map(|reason| reason.statement.as_str())
            .collect::<Vec<_>>(),
        ["D"]
    );
}

#[test]
fn a_deny_that_depends_makes_the_answer_conditional() {
    let decision = ask(&identity(&format!("{ALLOW},{DENY_OUTSIDE}")));
    assert_eq!(decision.verdict, Verdict::Conditional);
    assert_eq!(decision.conditions, ["aws:SourceVpc"]);
    assert_eq!(decision.because.len(), 2);
}

#[test]
fn bounds_must_allow_and_are_named_where_they_do_not() {
    let mut policies = identity(ALLOW);
    policies.boundary = Bound::Policy(policy(Source::Boundary, "arn:boundary", OTHER));
    let decision = ask(&policies);
    assert_eq!(
        (decision.verdict, &*decision.because[0].policy),
        (Verdict::ImplicitDeny, "arn:boundary")
    );
    let full = Level {
        target: "r-root".to_owned(),
        policies: vec![policy(Source::Scp, "p-full", ALLOW)],
        unread: vec![],
    };
    let narrow = Level {
        target: "ou-x".to_owned(),
        policies: vec![policy(Source::Scp, "p-s3", OTHER)],
        unread: vec![],
    };
    policies = identity(ALLOW);
    policies.scps = Scps::Levels(Arc::from([full, narrow]));
    let decision = ask(&policies);
    assert_eq!(
        (decision.verdict, &*decision.because[0].policy),
        (Verdict::ImplicitDeny, "ou-x")
    );
}

#[test]
fn one_unread_scp_leaves_what_the_others_refuse_refused() {
    let level = |policies: Vec<PolicyRef>, unread: &[&str]| Level {
        target: "r-root".to_owned(),
        policies,
        unread: unread.iter().map(|text| (*text).to_owned()).collect(),
    };
    let mut policies = identity(ALLOW);
    // It may be the one that allows, and it may be one that refuses.
    for read in [vec![], vec![policy(Source::Scp, "p-full", ALLOW)]] {
        policies.scps = Scps::Levels(Arc::from([
            level(read.clone(), &["p-hidden"]),
            level(read, &["p-hidden", "p-other"]),
        ]));
        let decision = ask(&policies);
        assert_eq!(decision.verdict, Verdict::Unknown);
        assert_eq!(decision.unread, ["p-hidden", "p-other"]);
        assert_eq!(policies.unread(), ["p-hidden", "p-other"]);
        let request = Request::new("bedrock:InvokeModel", MODEL, Context::open());
        assert_eq!(
            decide_with(&policies, &request, Unread::Ignored).verdict,
            Verdict::Allowed
        );
    }
    let deny = policy(
        Source::Scp,
        "p-deny",
        r#"{"Effect":"Deny","Action":"bedrock:*","Resource":"*"}"#,
    );
    policies.scps = Scps::Levels(Arc::from([level(vec![deny], &["p-hidden"])]));
    assert_eq!(ask(&policies).verdict, Verdict::ExplicitDeny);
    let narrow = level(vec![policy(Source::Scp, "p-s3", OTHER)], &[]);
    policies.scps = Scps::Levels(Arc::from([level(vec![], &["p-hidden"]), narrow]));
    assert_eq!(
        ask(&policies).verdict,
        Verdict::ImplicitDeny,
        "the level below allows nothing"
    );
}

#[test]
fn unread_bounds_spoil_a_grant_but_not_a_refusal() {
    let mut policies = identity(ALLOW);
    policies.scps = Scps::Unread("organizations:ListPolicies".to_owned());
    let decision = ask(&policies);
    assert_eq!(decision.verdict, Verdict::Unknown);
    assert_eq!(decision.unread, ["organizations:ListPolicies"]);
    let request = Request::new("bedrock:InvokeModel", MODEL, Context::open());
    let ignoring = decide_with(&policies, &request, Unread::Ignored);
    assert_eq!((ignoring.verdict, ignoring.unread.len()), (Verdict::Allowed, 1));
    policies.identity = vec![policy(Source::Identity, "i", OTHER)];
    assert_eq!(ask(&policies).verdict, Verdict::ImplicitDeny);
    policies.identity = vec![policy(Source::Identity, "i", DENY)];
    assert_eq!(ask(&policies).verdict, Verdict::ExplicitDeny);
}

#[test]
fn an_unread_identity_policy_may_grant_or_refuse() {
    let mut policies = PolicySet {
        identity_unread: vec!["iam:GetPolicyVersion".to_owned()],
        ..PolicySet::default()
    };
    assert_eq!(ask(&policies).verdict, Verdict::Unknown);
    policies.boundary = Bound::Policy(policy(Source::Boundary, "b", OTHER));
    assert_eq!(ask(&policies).verdict, Verdict::ImplicitDeny);
}

#[test]
fn what_cannot_be_judged_is_unknown_not_conditional() {
    let odd = r#"{"Effect":"Allow","Action":"bedrock*:InvokeModel","Resource":"*"}"#;
    let decision = ask(&identity(odd));
    assert_eq!(decision.verdict, Verdict::Unknown);
    assert!(decision.unread[0].contains("service prefix"));
    // Beside a plain grant the doubt does not matter.
    assert_eq!(ask(&identity(&format!("{odd},{ALLOW}"))).verdict, Verdict::Allowed);
}
