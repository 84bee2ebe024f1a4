//! Endpoint policies: whom they let in who is a stranger to the account.
//!
//! Strangers of four kinds knock: one of an account and organization that no policy can name, one of an account that is
//! in no organization and so sends no key about one, one of each foreign account that the policy does name, and one who
//! is called as a condition asks in whatever account. Conditions on the caller's or the resource's account and
//! organization are decided with a stranger's values; every other condition is given the benefit of the stranger.
//! <https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html>

use crate::facts::access::trust::{STRANGER, namesakes};
use crate::facts::context::Place;
use crate::facts::fact::{Fact, Reason};
use crate::iam::context::{Context, Request};
use crate::iam::document::Document;
use crate::iam::principal::{PrincipalElement, RequestingPrincipal};
use crate::iam::resource_policy::decide_resource_policy;
use crate::iam::statement::{ActionElement, Effect, ResourceElement, Statement};
use crate::model::arn::Arn;
use std::collections::BTreeSet;

/// An account that nobody has.
const NOBODY: &str = "000000000000";
/// An organization that nobody has.
const NO_ORG: &str = "o-nobodyweknow";
/// The keys about the caller's and the resource's organization.
const ORG_KEYS: [&str; 4] = [
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:ResourceOrgID",
    "aws:ResourceOrgPaths",
];
/// Enough to see what a statement grants.
const PROBES: usize = 16;

/// What callers do at an endpoint, so that a Deny of one call is not taken for a Deny of all.
fn calls(service: &str) -> &'static [&'static str] {
    match service {
        "bedrock-runtime" => &[
            "bedrock:InvokeModel",
            "bedrock:InvokeModelWithResponseStream",
            "bedrock:ApplyGuardrail",
        ],
        "bedrock-agent-runtime" => &["bedrock:InvokeAgent", "bedrock:Retrieve", "bedrock:InvokeFlow"],
        "bedrock-agent" => &["bedrock:ListAgents", "bedrock:GetKnowledgeBase", "bedrock:UpdateAgent"],
        "bedrock-mantle" => &["bedrock-mantle:CreateInference", "bedrock-mantle:CreateFile"],
        _ => &[
            "bedrock:ListFoundationModels",
            "bedrock:GetGuardrail",
            "bedrock:CreateModelInvocationJob",
        ],
    }
}

/// The one statement that AWS puts where no policy is given.
pub(super) fn is_default(document: &Document) -> bool {
    let [statement] = document.statements.as_slice() else {
        return false;
    };
    let everyone = matches!(&statement.principals, PrincipalElement::Principal(set) if set.everyone);
    let everything = matches!(&statement.actions, ActionElement::Action(list) if list.iter().any(crate::iam::statement::ActionPattern::is_everything));
    let everywhere = match &statement.resources {
        ResourceElement::Resource(list) => list.iter().any(crate::iam::pattern::Pattern::is_universal),
        ResourceElement::NotResource(_) => false,
        ResourceElement::None => true,
    };
    statement.effect == Effect::Allow && everyone && everything && everywhere && statement.conditions.is_empty()
}

/// The statements under which a stranger gets in.
pub(super) fn open_statements(document: &Document, service: &str, at: &Place<'_>) -> Fact<Vec<String>> {
    let (mut seen, mut open) = (BTreeSet::new(), Vec::new());
    let allows = document.statements.iter().filter(|one| one.effect == Effect::Allow);
    for statement in allows {
        for who in strangers(statement, at) {
            if !statement.principals.names(&who).tri.is_possible() {
                continue;
            }
            match enters(document, statement, (service, at), &who) {
                Answer::No => {}
                Answer::Yes => {
                    let account = who.account().unwrap_or(NOBODY);
                    let whom = if [NOBODY, STRANGER].contains(&account) {
                        "anybody".to_owned()
                    } else {
                        format!("account {account}")
                    };
                    seen.insert(format!("statement {} lets in {whom}", statement.label()));
                }
                Answer::Unsure(why) => open.push(Reason::text(format!(
                    "whether statement {} lets strangers in cannot be judged: {why}",
                    statement.label()
                ))),
            }
        }
    }
    Fact::faults(seen.into_iter().collect(), open)
}

/// Who knocks: nobody we know, and someone of each foreign account that the statement names.
fn strangers(statement: &Statement, at: &Place<'_>) -> Vec<RequestingPrincipal> {
    let partition = at.partition();
    let role = |account: &str| RequestingPrincipal::Role(format!("arn:{partition}:iam::{account}:role/nobody-we-know"));
    let mut all = vec![role(NOBODY)];
    all.extend(namesakes(statement, at.account_id));
    if let PrincipalElement::Principal(set) = &statement.principals {
        for text in set.aws.iter().filter(|text| *text != "*") {
            match RequestingPrincipal::from_arn(text) {
                Some(RequestingPrincipal::Root(account)) if account != at.account_id => all.push(role(&account)),
                Some(who) if who.account().is_some_and(|account| account != at.account_id) => all.push(who),
                _ => {}
            }
        }
    }
    all
}

enum Answer {
    Yes,
    No,
    Unsure(String),
}

/// Whether what this statement grants reaches the stranger in the end.
fn enters(document: &Document, statement: &Statement, to: (&str, &Place<'_>), who: &RequestingPrincipal) -> Answer {
    let account = who.account().unwrap_or(NOBODY);
    let path = format!("{NO_ORG}/r-none/ou-none/");
    let plain = Context::open().set("aws:ResourceAccount", [account]);
    let member = ORG_KEYS.iter().fold(plain.clone(), |context, key| {
        context.set(key, [if key.ends_with("Paths") { path.as_str() } else { NO_ORG }])
    });
    let alone = ORG_KEYS.iter().fold(plain, |context, key| context.absent(key));
    let passes = |context: &Context| passes(document, statement, to, who, context);
    match passes(&member) {
        Answer::No => passes(&alone),
        Answer::Yes => Answer::Yes,
        unsure @ Answer::Unsure(_) => match passes(&alone) {
            Answer::Yes => Answer::Yes,
            _ => unsure,
        },
    }
}

/// The same for a stranger of whom this is known.
fn passes(
    document: &Document,
    statement: &Statement,
    (service, at): (&str, &Place<'_>),
    who: &RequestingPrincipal,
    context: &Context,
) -> Answer {
    let mut answer = Answer::No;
    for action in actions(statement, service) {
        for resource in resources(statement, at) {
            let decision =
                decide_resource_policy(document, who, &Request::new(action.clone(), resource, context.clone()));
            // Tags, ids and the like of the caller are conditions on the caller.
            let on_caller = |key: &String| {
                let key = key.to_ascii_lowercase();
                key.starts_with("aws:principal") || key == "aws:userid" || key == "aws:username"
            };
            let bound = !decision.allow.is_true() && decision.allow_conditions.iter().any(on_caller);
            if decision.effective().is_false() || bound {
                continue;
            }
            if decision.doubts.is_empty() {
                return Answer::Yes;
            }
            answer = Answer::Unsure(decision.doubts.join(", "));
        }
    }
    answer
}

fn actions(statement: &Statement, service: &str) -> Vec<String> {
    let of_service = calls(service).iter();
    let mut all: Vec<String> = of_service
        .filter(|action| statement.matches_action(action).is_possible())
        .map(|action| (*action).to_owned())
        .collect();
    match &statement.actions {
        ActionElement::Action(list) => {
            let more = list.iter().take(PROBES).map(|pattern| match pattern.service() {
                Some(service) => format!("{service}:{}", pattern.name().instantiate("InvokeModel")),
                None => "bedrock:InvokeModel".to_owned(),
            });
            all.extend(more);
        }
        ActionElement::NotAction(_) => {
            let more = [
                "bedrock:InvokeModel",
                "bedrock:ListFoundationModels",
                "bedrock:InvokeAgent",
            ];
            all.extend(more.map(str::to_owned));
        }
    }
    all
}

fn resources(statement: &Statement, at: &Place<'_>) -> Vec<String> {
    let model = "foundation-model/vendor.model-we-do-not-know";
    let any = || vec![format!("arn:{}:bedrock:{}::{model}", at.partition(), at.region)];
    match &statement.resources {
        ResourceElement::Resource(list) => list
            .iter()
            .take(PROBES)
            .map(|pattern| {
                if Arn::parse(pattern.text()).is_some() {
                    pattern.instantiate("x")
                } else {
                    any().concat()
                }
            })
            .collect(),
        ResourceElement::NotResource(_) | ResourceElement::None => any(),
    }
}
