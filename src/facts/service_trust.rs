//! Whether a role lets in Bedrock alone, and only on behalf of this account.
//!
//! Bedrock sends `aws:SourceAccount` and `aws:SourceArn` when it assumes a role, so each key is tried with the account's
//! own value and with a stranger's: a key is in force where the stranger's value is refused while all else is right.
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/cross-service-confused-deputy-prevention.html>

mod outsiders;

pub use outsiders::{Home, named_outsiders};

use super::access::trust::{STRANGE_ORG, STRANGE_ORG_PATH, STRANGER, stranger};
use super::fact::{Fact, Reason};
use crate::iam::context::{Context as RequestContext, Known, Request};
use crate::iam::document::Document;
use crate::iam::principal::{PrincipalElement, PrincipalSet, RequestingPrincipal, account_of};
use crate::iam::resource_policy::{ResourceDecision, decide_resource_policy};
use crate::iam::statement::{Effect, Statement};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeSet;

/// The service principal of Bedrock, agents, knowledge bases and flows included.
pub const BEDROCK: &str = "bedrock.amazonaws.com";
const ID: &str = "ZQ7CANARY0";

/// What a policy attached to something says about Bedrock and everybody else.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ServiceTrust {
    /// Whether Bedrock gets in at all, on behalf of this account.
    pub bedrock: bool,
    /// Whether `aws:SourceAccount` keeps other accounts' requests out.
    pub source_account: bool,
    /// Whether `aws:SourceArn` keeps other accounts' resources out.
    pub source_arn: bool,
    /// Other accounts on whose behalf Bedrock gets in.
    pub foreign: Vec<String>,
    /// Everybody else who gets in.
    pub others: Vec<String>,
}

impl ServiceTrust {
    /// What makes it open; empty where it is not.
    pub fn faults(&self) -> Vec<String> {
        let mut faults: Vec<String> = self.others.iter().map(|who| format!("{who} gets in")).collect();
        faults.extend(
            self.foreign
                .iter()
                .map(|account| format!("Bedrock gets in on behalf of account {account}")),
        );
        if self.bedrock && !self.source_account && !self.source_arn {
            faults.push("Bedrock gets in without aws:SourceAccount or aws:SourceArn in force".to_owned());
        }
        faults
    }

    /// The key that is missing, where the other one is in force.
    pub fn missing_key(&self) -> Option<&'static str> {
        match (self.bedrock, self.source_account, self.source_arn) {
            (true, true, false) => Some("aws:SourceArn"),
            (true, false, true) => Some("aws:SourceAccount"),
            _ => None,
        }
    }
}

/// Whose policy is judged, and for what Bedrock asks.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// The account.
    pub account: &'a str,
    /// The partition.
    pub partition: &'a str,
    /// Regions from which Bedrock may ask.
    pub regions: &'a [String],
    /// The ARNs on whose behalf Bedrock asks, for example of the agents that use the role; where empty, any of
    /// `resource_type` is tried.
    pub sources: &'a [String],
    /// `agent`, `knowledge-base` or `flow`.
    pub resource_type: &'a str,
    /// The action, for example `sts:AssumeRole`.
    pub action: &'a str,
    /// The ARN that the policy is attached to.
    pub target: &'a str,
}

/// Judges a role's trust policy.
pub fn judge(text: &str, setting: Setting<'_>) -> Fact<ServiceTrust> {
    match Document::parse(text) {
        Ok(document) => Fact::Known(of_document(&document, setting)),
        Err(error) => Fact::unread(Reason::text(format!("the trust policy cannot be understood: {error}"))),
    }
}

/// Judges a policy that is attached to something which Bedrock uses.
pub fn of_document(document: &Document, setting: Setting<'_>) -> ServiceTrust {
    let own = sources(document, setting, setting.account);
    let with = |account: &str, arn: &str| bedrock_asks(document, setting, Some(account), Some(arn));
    let enters = |decision: &ResourceDecision| decision.effective().is_possible();
    let right: Vec<&String> = own.iter().filter(|arn| enters(&with(setting.account, arn))).collect();
    let strangers = strangers(document, setting.account);
    let mut trust = ServiceTrust {
        bedrock: !right.is_empty(),
        ..ServiceTrust::default()
    };
    if trust.bedrock {
        let absent_account = right
            .iter()
            .any(|arn| enters(&bedrock_asks(document, setting, None, Some(arn.as_str()))));
        let absent_arn = enters(&bedrock_asks(document, setting, Some(setting.account), None));
        let of_stranger = |enters: &dyn Fn(&str, &str) -> bool| {
            let mut pairs = strangers
                .iter()
                .flat_map(|stranger| right.iter().map(move |arn| (stranger, arn)));
            pairs.any(|(stranger, arn)| enters(stranger, arn))
        };
        trust.source_account = !absent_account && !of_stranger(&|stranger, arn| enters(&with(stranger, arn)));
        let with_foreign_arn = |stranger: &str, arn: &str| {
            let foreign = arn.replacen(setting.account, stranger, 1);
            enters(&with(setting.account, &foreign))
        };
        trust.source_arn = !absent_arn && !of_stranger(&with_foreign_arn);
    }
    let mut foreign = BTreeSet::new();
    for account in named_accounts(document) {
        if account != setting.account
            && sources(document, setting, &account)
                .iter()
                .any(|arn| enters(&with(&account, arn)))
        {
            foreign.insert(account);
        }
    }
    trust.foreign = foreign.into_iter().collect();
    trust.others = others(document, setting);
    trust
}

/// Does Bedrock get in on behalf of an account that no policy names, of another organization?
pub fn serves_strangers(document: &Document, setting: Setting<'_>) -> bool {
    let who = RequestingPrincipal::Service(BEDROCK.to_owned());
    let sources = sources(document, setting, STRANGER);
    sources.into_iter().any(|arn| {
        let context = RequestContext::open()
            .set("aws:SourceAccount", [STRANGER])
            .set("aws:SourceArn", [arn])
            .set("aws:SourceOrgID", [STRANGE_ORG])
            .set("aws:SourceOrgPaths", [STRANGE_ORG_PATH])
            .set("aws:ResourceAccount", [setting.account]);
        let request = Request::new(setting.action, setting.target, context);
        decide_resource_policy(document, &who, &request)
            .effective()
            .is_possible()
    })
}

fn bedrock_asks(
    document: &Document,
    setting: Setting<'_>,
    account: Option<&str>,
    arn: Option<&str>,
) -> ResourceDecision {
    let known = |value: Option<&str>| value.map_or(Known::Absent, |text| Known::Values(vec![text.to_owned()]));
    let mut context = RequestContext::open();
    context.insert("aws:SourceAccount", known(account));
    context.insert("aws:SourceArn", known(arn));
    context.insert("aws:ResourceAccount", known(Some(setting.account)));
    let who = RequestingPrincipal::Service(BEDROCK.to_owned());
    decide_resource_policy(document, &who, &Request::new(setting.action, setting.target, context))
}

/// ARNs on whose behalf Bedrock may ask for an account: those given, a canary of the type in each region, and whatever
/// the policy's own patterns take in.
fn sources(document: &Document, setting: Setting<'_>, account: &str) -> Vec<String> {
    let mut arns: BTreeSet<String> = setting
        .sources
        .iter()
        .map(|arn| arn.replacen(setting.account, account, 1))
        .collect();
    let Setting {
        partition,
        resource_type,
        ..
    } = setting;
    let default = ["us-east-1".to_owned()];
    let regions = if setting.regions.is_empty() {
        &default[..]
    } else {
        setting.regions
    };
    for region in regions {
        arns.insert(format!(
            "arn:{partition}:bedrock:{region}:{account}:{resource_type}/{ID}"
        ));
    }
    for pattern in patterns(document, "aws:sourcearn") {
        let text = pattern.replace('*', ID);
        let mut parts: Vec<&str> = text.splitn(6, ':').collect();
        // A wildcard in the account field stands for every account, so also for this one.
        if let Some(field) = parts.get_mut(4)
            && *field != account
            && field.contains(ID)
        {
            *field = account;
        }
        arns.insert(parts.join(":"));
    }
    let of_account = format!(":{account}:");
    arns.into_iter().filter(|arn| arn.contains(&of_account)).collect()
}

/// Accounts other than this one: one that no policy names, and one for each pattern of accounts in the policy's source
/// conditions, since `1111*` keeps out most strangers and lets in many.
fn strangers(document: &Document, own: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::from([STRANGER.to_owned()]);
    let by_arn = patterns(document, "aws:sourcearn");
    let fields = by_arn.iter().filter_map(|arn| arn.split(':').nth(4).map(str::to_owned));
    for pattern in patterns(document, "aws:sourceaccount").into_iter().chain(fields) {
        let stars = pattern.matches('*').count();
        let open = 12_usize.checked_sub(pattern.len() - stars);
        let Some(open) = open.filter(|_| stars > 0 || pattern.contains('?')) else {
            continue;
        };
        for digit in ["9", "8"] {
            // The first star takes all the digits that are left.
            let account = pattern.replacen('*', &digit.repeat(open), 1).replace('*', "");
            let account = account.replace('?', digit);
            if account != own && account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()) {
                found.insert(account);
                break;
            }
        }
    }
    found
}

/// Accounts that the policy's source conditions name.
fn named_accounts(document: &Document) -> BTreeSet<String> {
    let is_account = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    let direct = patterns(document, "aws:sourceaccount");
    let by_arn = patterns(document, "aws:sourcearn");
    let by_arn = by_arn.iter().filter_map(|arn| arn.split(':').nth(4).map(str::to_owned));
    direct
        .into_iter()
        .chain(by_arn)
        .filter(|text| is_account(text))
        .collect()
}

fn patterns(document: &Document, key: &str) -> Vec<String> {
    let conditions = document.statements.iter().flat_map(|statement| &statement.conditions);
    conditions
        .filter(|condition| condition.key_lower() == key)
        .flat_map(|condition| condition.patterns().iter().map(|pattern| pattern.text().to_owned()))
        .collect()
}

/// Everybody but Bedrock whom the policy lets in, under whatever condition.
fn others(document: &Document, setting: Setting<'_>) -> Vec<String> {
    let mut found = BTreeSet::new();
    for statement in document
        .statements
        .iter()
        .filter(|statement| statement.effect == Effect::Allow)
    {
        for (label, who) in principals(statement, setting.partition) {
            let context = RequestContext::open().set("aws:ResourceAccount", [setting.account]);
            let request = Request::new(action_for(&who, setting.action), setting.target, context);
            if decide_resource_policy(document, &who, &request)
                .effective()
                .is_possible()
            {
                found.insert(label);
            }
        }
    }
    found.into_iter().collect()
}

/// Does the policy let in somebody of whom nothing is known: of another organization, asking by themselves or through
/// a service that acts for them?
pub fn anybody(document: &Document, setting: Setting<'_>) -> bool {
    let Setting { partition, .. } = setting;
    let who = stranger(partition);
    let alone = RequestContext::open()
        .set("aws:ResourceAccount", [setting.account])
        .set("aws:PrincipalOrgID", [STRANGE_ORG])
        .set("aws:PrincipalOrgPaths", [STRANGE_ORG_PATH])
        .absent("aws:SourceAccount")
        .absent("aws:SourceArn")
        .absent("aws:SourceOrgID");
    let served = alone
        .clone()
        .set("aws:SourceAccount", [STRANGER])
        .set("aws:SourceArn", [format!("arn:{partition}:s3:::{ID}")])
        .set("aws:SourceOrgID", [STRANGE_ORG]);
    [alone, served].into_iter().any(|context| {
        let request = Request::new(setting.action, setting.target, context);
        decide_resource_policy(document, &who, &request)
            .effective()
            .is_possible()
    })
}

/// Web identities and SAML have actions of their own; everything else asks as Bedrock does.
fn action_for<'a>(who: &RequestingPrincipal, action: &'a str) -> &'a str {
    match who {
        RequestingPrincipal::Federated(name) if action == "sts:AssumeRole" => {
            if name.contains(":saml-provider/") {
                "sts:AssumeRoleWithSAML"
            } else {
                "sts:AssumeRoleWithWebIdentity"
            }
        }
        _ => action,
    }
}

fn principals(statement: &Statement, partition: &str) -> Vec<(String, RequestingPrincipal)> {
    let anybody = || ("*".to_owned(), stranger(partition));
    match &statement.principals {
        PrincipalElement::None => Vec::new(),
        PrincipalElement::NotPrincipal(_) => vec![anybody()],
        PrincipalElement::Principal(PrincipalSet { everyone: true, .. }) => vec![anybody()],
        PrincipalElement::Principal(set) => {
            let mut list = Vec::new();
            for entry in &set.aws {
                let who = match RequestingPrincipal::from_arn(entry) {
                    Some(RequestingPrincipal::Root(account)) => {
                        RequestingPrincipal::Role(format!("arn:{partition}:iam::{account}:role/zq7canary"))
                    }
                    Some(who) => who,
                    // A deleted principal stands as its unique id, which nobody can be any more.
                    None if account_of(entry).is_none() => continue,
                    None => RequestingPrincipal::Role(format!("arn:{partition}:iam::{entry}:role/zq7canary")),
                };
                list.push((entry.clone(), who));
            }
            let services = set.service.iter().filter(|name| !name.eq_ignore_ascii_case(BEDROCK));
            list.extend(services.map(|name| (name.clone(), RequestingPrincipal::Service(name.clone()))));
            list.extend(
                set.federated
                    .iter()
                    .map(|name| (name.clone(), RequestingPrincipal::Federated(name.clone()))),
            );
            list
        }
    }
}

#[cfg(test)]
mod tests;
