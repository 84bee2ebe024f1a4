//! The public path: whether the SCPs refuse a call that comes from outside every VPC.
//!
//! An ordinary role of the account calls a model of each region in use from a public address that nobody approves.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-network-properties>

use crate::facts::context::{Context, partition};
use crate::facts::fact::Fact;
use crate::facts::org::{Org, Unbound};
use crate::facts::probe::{self, Refusal};
use crate::iam::access::Scps;
use crate::iam::context::{Context as RequestContext, Known};
use crate::iam::statement::Effect;
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
    for at in ctx.places().filter(|at| at.account_id == account_id) {
        let Some(usage) = ctx.usage(account_id, at.region) else {
            continue;
        };
        if usage.in_use() == InUse::No {
            continue;
        }
        for action in probe::INVOKE {
            let ask =
                |context: &RequestContext| ask(org, account_id, partition(at.account), at.region, action, context);
            match from_outside(&ask) {
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
                        seen.push(format!("{action} in {}{depends}", at.region));
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

/// The answer to whichever address is refused, or else to the first.
fn from_outside(ask: &dyn Fn(&RequestContext) -> Fact<Refusal>) -> Fact<Refusal> {
    let mut answers = ADDRESSES.iter().map(|address| ask(&outside(address)));
    let Some(first) = answers.next() else {
        return Fact::default();
    };
    let settled = |answer: &Fact<Refusal>| matches!(answer, Fact::Known(refusal) if refusal.certain);
    if settled(&first) {
        return first;
    }
    answers.find(settled).unwrap_or(first)
}

/// Asks, and asks again without the tags that an ordinary role does not have.
fn ask(
    org: &Org<'_>,
    account_id: &str,
    partition: &str,
    region: &str,
    action: &str,
    context: &RequestContext,
) -> Fact<Refusal> {
    let answer = probe::refused(org, account_id, partition, region, action, context);
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
    probe::refused(org, account_id, partition, region, action, &plain)
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

/// Whom the Deny statements about networks leave out.
fn excepted(org: &Org<'_>) -> Vec<String> {
    let Scps::Levels(levels) = &org.scps else {
        return Vec::new();
    };
    let network = |key: &str| key == "aws:sourceip" || VPC_KEYS.iter().any(|known| known.eq_ignore_ascii_case(key));
    let statements = levels
        .iter()
        .flat_map(|level| &level.policies)
        .flat_map(|policy| &policy.document.statements)
        .filter(|statement| statement.effect == Effect::Deny)
        .filter(|statement| {
            probe::INVOKE
                .iter()
                .any(|action| statement.matches_action(action).is_possible())
        })
        .filter(|statement| statement.conditions.iter().any(|one| network(one.key_lower())));
    let found: BTreeSet<String> = statements
        .flat_map(|statement| &statement.conditions)
        .filter(|condition| condition.key_lower() == "aws:principalarn")
        .flat_map(|condition| condition.values.iter().cloned())
        .collect();
    found.into_iter().collect()
}
