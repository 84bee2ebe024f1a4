//! The public path: whether the SCPs refuse a call that comes from outside every VPC.
//!
//! An ordinary role of the account calls a model of each region in use, and whatever else runs one, from a public address
//! that nobody approves, and from those that an SCP approves in the place of a VPC.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-network-properties>

use crate::facts::context::{Context, partition};
use crate::facts::fact::Fact;
use crate::facts::org::{Org, Unbound};
use crate::facts::probe::{self, Refusal};
use crate::facts::scp::probe::{TARGETS, left_out};
use crate::iam::access::{Level, Scps};
use crate::iam::condition::Condition;
use crate::iam::context::{Context as RequestContext, Known};
use crate::iam::document::Document;
use crate::iam::statement::{Effect, Statement};
use crate::model::report::InUse;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeSet;

/// Public addresses far apart, one in each range that is set aside for documentation (RFC 5737) and two outside. An
/// SCP that lets the office in by address refuses all others; one that lets every address in refuses none.
const ADDRESSES: [&str; 5] = [
    "203.0.113.77",
    "198.51.100.77",
    "192.0.2.77",
    "51.77.103.9",
    "177.54.148.31",
];
/// The keys that only calls through an endpoint carry.
const VPC_KEYS: [&str; 7] = [
    "aws:SourceVpc",
    "aws:SourceVpcArn",
    "aws:SourceVpce",
    "aws:VpcSourceIp",
    "aws:VpceAccount",
    "aws:VpceOrgID",
    "aws:VpceOrgPaths",
];

/// How an account's calls may travel.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct AccountNetwork {
    /// Why no SCP binds the account; empty where some do.
    pub unbound: String,
    /// Calls that no SCP refuses when they come from outside every VPC.
    pub public_calls: Fact<Vec<String>>,
    /// The SCP statements that refuse them.
    pub refused_by: Vec<String>,
    /// Principals that those statements except.
    pub excepted: Vec<String>,
    /// What a reader should know besides.
    pub remarks: Vec<String>,
}

/// The facts of an account.
pub fn of_account(ctx: &Context<'_>, account_id: &str) -> AccountNetwork {
    let mut facts = AccountNetwork::default();
    let Some(org) = ctx.org(account_id) else {
        return facts;
    };
    facts.unbound = match org.unbound {
        Some(Unbound::Management) => "it is the management account, which SCPs do not bind",
        Some(Unbound::StandAlone) => "it belongs to no organization",
        Some(Unbound::FeatureSet) => "its organization has consolidated billing alone, without SCPs",
        Some(Unbound::TypeOff) => "SCPs are not switched on in its organization",
        None => "",
    }
    .to_owned();
    let (mut seen, mut open, mut by) = (Vec::new(), Vec::new(), BTreeSet::new());
    let mut anybody = false;
    let offices = offices(org);
    for at in ctx.places().filter(|at| at.account_id == account_id) {
        let Some(usage) = ctx.usage(account_id, at.region) else {
            continue;
        };
        if usage.in_use() == InUse::No {
            continue;
        }
        for action in probe::INVOKE {
            let place = (account_id, partition(at.account), at.region);
            let (answer, what) = weakest(org, place, action, &offices);
            let model = format!("arn:{}:bedrock:{}::{}", place.1, at.region, probe::MODEL);
            let ask = |context: &RequestContext| ask(org, place, action, &model, context);
            match answer {
                Fact::Known(refusal) if refusal.certain => {
                    by.extend(refusal.because);
                    anybody |= matches!(ask(&vpc_of_a_stranger()), Fact::Known(answer) if !answer.certain);
                }
                Fact::Known(refusal) => {
                    let depends = if refusal.conditions.is_empty() {
                        String::new()
                    } else {
                        format!(" (it depends on {})", refusal.conditions.join(", "))
                    };
                    if usage.signs_seen() {
                        seen.push(format!("{action} in {}{what}{depends}", at.region));
                    } else {
                        open.extend(usage.doubts.iter().cloned());
                    }
                }
                Fact::Unread(reasons) => open.extend(reasons),
            }
        }
    }
    if anybody {
        facts
            .remarks
            .push("calls through a VPC of another account are not refused".to_owned());
    }
    facts.public_calls = Fact::faults(seen, open);
    facts.refused_by = by.into_iter().collect();
    facts.excepted = excepted(org);
    facts
}

/// The answer for a base model, or for whatever else runs a model and is refused less; with the latter in words.
fn weakest(
    org: &Org<'_>,
    place @ (account, partition, region): (&str, &str, &str),
    action: &str,
    offices: &[String],
) -> (Fact<Refusal>, String) {
    let from_outside = |resource: &str| from_outside(offices, &|context| ask(org, place, action, resource, context));
    let answer = from_outside(&format!("arn:{partition}:bedrock:{region}::{}", probe::MODEL));
    if !settled(&answer) {
        return (answer, String::new());
    }
    let others = TARGETS.iter().map(|(what, target)| {
        let arn = format!("arn:{partition}:bedrock:{region}:{account}:{target}");
        (format!(" on a {what}"), arn)
    });
    let left_out = left_out(policies(org), action, place);
    let left_out = left_out
        .into_iter()
        .map(|(written, arn)| (format!(" on {written}"), arn));
    for (what, arn) in others.chain(left_out) {
        let other = from_outside(&arn);
        if !settled(&other) {
            return (other, what);
        }
    }
    (answer, String::new())
}

fn settled(answer: &Fact<Refusal>) -> bool {
    matches!(answer, Fact::Known(refusal) if refusal.certain)
}

/// The answer to whichever strange address is refused, or else to the first; unless an office is let in.
fn from_outside(offices: &[String], ask: &dyn Fn(&RequestContext) -> Fact<Refusal>) -> Fact<Refusal> {
    let let_in = offices.iter().map(|address| ask(&outside(address)));
    if let Some(answer) = let_in.into_iter().find(|answer| !settled(answer)) {
        return answer;
    }
    let mut answers = ADDRESSES.iter().map(|address| ask(&outside(address)));
    let Some(first) = answers.next() else {
        return Fact::default();
    };
    if settled(&first) {
        return first;
    }
    answers.find(settled).unwrap_or(first)
}

/// Addresses that a Deny excepts without a word about VPCs: whoever calls from there takes the public path.
fn offices(org: &Org<'_>) -> Vec<String> {
    let by_address = denies(org).filter(|statement| {
        let mut keys = statement.conditions.iter().map(Condition::key_lower);
        !keys.any(|key| VPC_KEYS.iter().any(|known| known.eq_ignore_ascii_case(key)))
    });
    let conditions = by_address.flat_map(|statement| &statement.conditions);
    let negated = |condition: &&Condition| {
        condition.key_lower() == "aws:sourceip" && condition.operator_text.to_ascii_lowercase().contains("not")
    };
    let values = conditions.filter(negated).flat_map(|condition| &condition.values);
    let found: BTreeSet<String> = values
        .map(|range| range.split('/').next().unwrap_or(range).to_owned())
        .collect();
    found.into_iter().collect()
}

/// Asks, and asks again without the tags that an ordinary role does not have.
fn ask(
    org: &Org<'_>,
    place: (&str, &str, &str),
    action: &str,
    resource: &str,
    context: &RequestContext,
) -> Fact<Refusal> {
    let answer = probe::refused_on(org, place, action, resource, context);
    let Fact::Known(refusal) = &answer else { return answer };
    let tag = |key: &&String| key.to_ascii_lowercase().starts_with("aws:principaltag/");
    let tags: Vec<&String> = refusal.conditions.iter().filter(tag).collect();
    if refusal.certain || tags.is_empty() {
        return answer;
    }
    let mut plain = context.clone();
    for key in tags {
        plain.insert(key, Known::Absent);
    }
    probe::refused_on(org, place, action, resource, &plain)
}

fn common() -> RequestContext {
    RequestContext::open()
        .set("aws:ViaAWSService", ["false"])
        .set("aws:SecureTransport", ["true"])
        .absent("aws:CalledVia")
        .absent("aws:CalledViaFirst")
        .absent("aws:CalledViaLast")
}

fn outside(address: &str) -> RequestContext {
    let context = common().set("aws:SourceIp", [address]);
    VPC_KEYS.iter().fold(context, |context, key| context.absent(key))
}

fn vpc_of_a_stranger() -> RequestContext {
    common()
        .absent("aws:SourceIp")
        .set("aws:SourceVpc", ["vpc-00000000nobody"])
        .set(
            "aws:SourceVpcArn",
            ["arn:aws:ec2:us-east-1:000000000000:vpc/vpc-00000000nobody"],
        )
        .set("aws:SourceVpce", ["vpce-00000000nobody"])
        .set("aws:VpcSourceIp", ["10.255.255.77"])
        .set("aws:VpceAccount", ["000000000000"])
        .set("aws:VpceOrgID", ["o-nobodyweknow"])
        .set("aws:VpceOrgPaths", ["o-nobodyweknow/r-none/ou-none/"])
}

/// The SCPs that bind the account.
fn policies<'o>(org: &'o Org<'_>) -> impl Iterator<Item = &'o Document> {
    let levels: &[Level] = match &org.scps {
        Scps::Levels(levels) => levels,
        Scps::None | Scps::Unread(_) => &[],
    };
    let policies = levels.iter().flat_map(|level| &level.policies);
    policies.map(|policy| &*policy.document)
}

/// Their Deny statements about invoking models.
fn denies<'o>(org: &'o Org<'_>) -> impl Iterator<Item = &'o Statement> {
    let statements = policies(org).flat_map(|document| &document.statements);
    statements.filter(|statement| {
        let mut actions = probe::INVOKE.iter();
        statement.effect == Effect::Deny && actions.any(|action| statement.matches_action(action).is_possible())
    })
}

/// Whom the Deny statements about networks leave out.
fn excepted(org: &Org<'_>) -> Vec<String> {
    let network = |key: &str| key == "aws:sourceip" || VPC_KEYS.iter().any(|known| known.eq_ignore_ascii_case(key));
    let statements = denies(org).filter(|statement| statement.conditions.iter().any(|one| network(one.key_lower())));
    let found: BTreeSet<String> = statements
        .flat_map(|statement| &statement.conditions)
        .filter(|condition| condition.key_lower() == "aws:principalarn")
        .flat_map(|condition| condition.values.iter().cloned())
        .collect();
    found.into_iter().collect()
}
