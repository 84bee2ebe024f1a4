//! The organization around an account: who manages it, where the account hangs in the tree, and which SCPs bind it.
//!
//! Only the management account and delegated administrators may read policies. Where several accounts of one
//! organization stand in the snapshot, each is judged from the best vantage among them.

use super::fact::{Fact, Reason, all};
use crate::iam::access::{Level, PolicyRef, Scps, Source};
use crate::iam::document::Document;
use crate::model::aws::organizations::{Organization, Policy};
use crate::model::snapshot::{Global, Snapshot};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The policy type of service control policies.
pub const SCP: &str = "SERVICE_CONTROL_POLICY";
/// The policy type of Bedrock policies.
pub const BEDROCK_POLICY: &str = "BEDROCK_POLICY";

/// What is known of the organization around one account.
#[derive(Debug)]
pub struct Org<'a> {
    /// The organization; `None` for a stand-alone account.
    pub organization: Fact<Option<&'a Organization>>,
    /// The account-wide facts of the account from which the tree and the policies are read.
    pub vantage: &'a Global,
    /// The SCPs that bind the account, in the form that the policy engine takes.
    pub scps: Scps,
    /// Why they, or some of them, could not be read; empty where all could.
    pub scp_doubts: Vec<Reason>,
    /// Why no SCP binds the account, where none does.
    pub unbound: Option<Unbound>,
    /// Root, units and account, outermost first; empty where the tree could not be read.
    pub path: Vec<String>,
}

/// Why no SCP can bind an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unbound {
    /// It belongs to no organization.
    StandAlone,
    /// It is the management account, which SCPs never bind.
    Management,
    /// The organization has consolidated billing alone.
    FeatureSet,
    /// The policy type is not switched on at the root.
    TypeOff,
}

/// Parsed policies by ARN, so that each is parsed once for all accounts it hangs above.
pub(super) type Parsed = BTreeMap<String, Result<Arc<Document>, Reason>>;

impl<'a> Org<'a> {
    /// The organization around an account of the snapshot.
    pub fn of(snapshot: &'a Snapshot, account_id: &str) -> Option<Self> {
        let own = &snapshot.accounts.get(account_id)?.global;
        let organization = all(&own.organization, "the organization").map(|rows| rows.first());
        let vantage = organization
            .known()
            .copied()
            .flatten()
            .map_or(own, |org| best_vantage(snapshot, org, own));
        let mut parsed = Parsed::new();
        let (scps, scp_doubts, unbound) = match &organization {
            Fact::Unread(reasons) => (Scps::Unread(first_text(reasons)), reasons.clone(), None),
            Fact::Known(None) => (Scps::None, Vec::new(), Some(Unbound::StandAlone)),
            Fact::Known(Some(org)) if org.master_account_id == account_id => {
                (Scps::None, Vec::new(), Some(Unbound::Management))
            }
            Fact::Known(Some(org)) if org.feature_set == "CONSOLIDATED_BILLING" => {
                (Scps::None, Vec::new(), Some(Unbound::FeatureSet))
            }
            Fact::Known(Some(_)) => match type_enabled(vantage, SCP) {
                Fact::Known(false) => (Scps::None, Vec::new(), Some(Unbound::TypeOff)),
                Fact::Known(true) => match levels(vantage, account_id, &mut parsed) {
                    Fact::Known(above) => (Scps::Levels(above.levels.into()), above.doubts, None),
                    Fact::Unread(reasons) => (Scps::Unread(first_text(&reasons)), reasons, None),
                },
                Fact::Unread(reasons) => (Scps::Unread(first_text(&reasons)), reasons, None),
            },
        };
        let path = path(vantage, account_id).known().cloned().unwrap_or_default();
        Some(Self {
            organization,
            vantage,
            scps,
            scp_doubts,
            unbound,
            path,
        })
    }

    /// Whether the audited account manages the organization.
    pub fn is_management(&self) -> bool {
        self.unbound == Some(Unbound::Management)
    }

    /// The reasons behind the texts that the engine gives for SCPs which could not be read.
    pub fn reasons(&self, texts: &[String]) -> Vec<Reason> {
        if texts.is_empty() {
            return vec![Reason::text("the service control policies cannot be judged")];
        }
        let known = |text: &String| self.scp_doubts.iter().find(|reason| reason.text == *text);
        let reason = |text: &String| known(text).cloned().unwrap_or_else(|| Reason::text(text.clone()));
        texts.iter().map(reason).collect()
    }

    /// The organization's id, where the account is known to be in one.
    pub fn id(&self) -> Option<&'a str> {
        self.organization.known().copied().flatten().map(|org| org.id.as_str())
    }

    /// The value of `aws:PrincipalOrgPaths`, where the tree could be read.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalorgpaths>
    pub fn org_path(&self) -> Option<String> {
        let id = self.id()?;
        let (_, above) = self.path.split_last()?;
        Some(format!("{id}/{}/", above.join("/")))
    }
}

/// Where the organization's policies can be read best: the account itself, else another account of the same
/// organization in the snapshot. One that sees a part of them sees more than one that sees none.
fn best_vantage<'a>(snapshot: &'a Snapshot, org: &Organization, own: &'a Global) -> &'a Global {
    let sight = |global: &Global| {
        let (policies, roots) = (&global.organization_policies, &global.organization_roots);
        if policies.is_complete() && roots.is_complete() {
            2
        } else {
            u8::from(!(policies.items.is_empty() && roots.items.is_empty()))
        }
    };
    let same = |global: &&Global| {
        global
            .organization
            .items
            .first()
            .is_some_and(|other| other.id == org.id)
    };
    let others = snapshot.accounts.values().map(|account| &account.global).filter(same);
    others.fold(own, |best, other| if sight(other) > sight(best) { other } else { best })
}

/// Whether a policy type is switched on at the root.
pub fn type_enabled(vantage: &Global, policy_type: &str) -> Fact<bool> {
    all(&vantage.organization_roots, "the organization's roots").map(|roots| {
        let types = roots.iter().flat_map(|root| &root.policy_types);
        types
            .filter(|entry| entry.type_ == policy_type)
            .any(|entry| entry.status == "ENABLED")
    })
}

/// Root, units and account, outermost first.
pub fn path(vantage: &Global, account_id: &str) -> Fact<Vec<String>> {
    let accounts = &vantage.organization_accounts;
    let Some(account) = accounts.items.iter().find(|account| account.id == account_id) else {
        return all(accounts, "the organization's accounts").and_then(|_| {
            Fact::unread(Reason::text(format!(
                "account {account_id} is not among the accounts of the organization"
            )))
        });
    };
    let mut path = vec![account_id.to_owned()];
    let mut at = account.parent_id.clone();
    while let Some(id) = at {
        if path.contains(&id) {
            return Fact::unread(Reason::text("the tree of the organization has a loop"));
        }
        path.push(id.clone());
        if vantage.organization_roots.items.iter().any(|root| root.id == id) {
            path.reverse();
            return Fact::Known(path);
        }
        at = vantage
            .organizational_units
            .items
            .iter()
            .find(|unit| unit.id == id)
            .map(|unit| unit.parent_id.clone());
    }
    let mut reasons = super::fact::doubts(&vantage.organizational_units, "organizational units");
    reasons.extend(super::fact::doubts(
        &vantage.organization_roots,
        "the organization's roots",
    ));
    let closed = accounts.gaps.iter().filter(|gap| !gap.means_absent());
    reasons.extend(closed.map(Reason::gap));
    if reasons.is_empty() {
        reasons.push(Reason::text(format!(
            "the place of account {account_id} in the organization is not known"
        )));
    }
    Fact::Unread(reasons)
}

/// The policies of a type attached directly to one target.
pub fn attached<'a>(vantage: &'a Global, policy_type: &str, target: &str) -> Fact<Vec<&'a Policy>> {
    all(&vantage.organization_policies, "the organization's policies").and_then(|policies| {
        let mut found = Vec::new();
        for policy in policies.iter().filter(|policy| policy.type_ == policy_type) {
            match attached_to(vantage, policy, target) {
                Fact::Known(true) => found.push(policy),
                Fact::Known(false) => {}
                Fact::Unread(why) => return Fact::Unread(why),
            }
        }
        Fact::Known(found)
    })
}

/// The SCPs above an account.
#[derive(Debug, Default)]
pub(super) struct Above {
    /// Level by level, from the root to the account.
    pub levels: Vec<Level>,
    /// Why some of them could not be read; the levels carry the texts of these.
    pub doubts: Vec<Reason>,
}

/// The SCPs above an account. One that cannot be read leaves the others what they are: what they refuse is refused.
pub(super) fn levels(vantage: &Global, account_id: &str, parsed: &mut Parsed) -> Fact<Above> {
    let policies = &vantage.organization_policies;
    let mut doubts = super::fact::doubts(policies, "the organization's policies");
    if policies.is_unsupported() {
        // Where the type is switched on, something hangs at every level: an answer that there are no policies hides it.
        doubts.extend(policies.gaps.iter().map(Reason::gap));
    }
    if !doubts.is_empty() && policies.items.is_empty() {
        return Fact::Unread(doubts);
    }
    path(vantage, account_id).map(|path| {
        let mut above = Above::default();
        // Any of the unlisted may hang anywhere.
        let unlisted: Vec<String> = doubts.iter().map(|reason| reason.text.clone()).collect();
        for target in path {
            let mut level = Level {
                policies: Vec::new(),
                unread: unlisted.clone(),
                target,
            };
            for policy in policies.items.iter().filter(|policy| policy.type_ == SCP) {
                let reason = match attached_to(vantage, policy, &level.target) {
                    Fact::Known(false) => continue,
                    Fact::Known(true) => match document(vantage, policy, parsed) {
                        Ok(document) => {
                            level.policies.push(PolicyRef {
                                source: Source::Scp,
                                id: Arc::from(policy.arn.as_str()),
                                version: None,
                                document,
                            });
                            continue;
                        }
                        Err(reason) => vec![reason],
                    },
                    Fact::Unread(reasons) => reasons,
                };
                level.unread.extend(reason.iter().map(|reason| reason.text.clone()));
                doubts.extend(reason);
            }
            above.levels.push(level);
        }
        doubts.sort();
        doubts.dedup();
        above.doubts = doubts;
        above
    })
}

/// Whether a policy is attached directly to a target.
fn attached_to(vantage: &Global, policy: &Policy, target: &str) -> Fact<bool> {
    match &policy.targets {
        Some(targets) => Fact::Known(targets.iter().any(|entry| entry.target_id == target)),
        None => Fact::Unread(unread_policy(vantage, policy)),
    }
}

fn document(vantage: &Global, policy: &Policy, parsed: &mut Parsed) -> Result<Arc<Document>, Reason> {
    let slot = parsed
        .entry(policy.arn.clone())
        .or_insert_with(|| parse(vantage, policy));
    slot.clone()
}

/// The parsed text of an organization policy, or why there is none.
pub fn parse(vantage: &Global, policy: &Policy) -> Result<Arc<Document>, Reason> {
    let Some(content) = &policy.content else {
        return Err(unread_policy(vantage, policy)
            .into_iter()
            .next()
            .unwrap_or_else(|| Reason::text("it was not read")));
    };
    Document::parse(content.as_str())
        .map(Arc::new)
        .map_err(|error| Reason::text(format!("SCP {} cannot be understood: {error}", policy.arn)))
}

/// Why a policy's content or targets are not known.
fn unread_policy(vantage: &Global, policy: &Policy) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = [policy.arn.as_str(), policy.id.as_str()]
        .iter()
        .flat_map(|name| vantage.organization_policies.gaps_of(name))
        .map(Reason::gap)
        .collect();
    if reasons.is_empty() {
        reasons.push(Reason::text(format!("policy {} was not read completely", policy.arn)));
    }
    reasons
}

fn first_text(reasons: &[Reason]) -> String {
    reasons
        .first()
        .map_or_else(|| "SCPs were not read".to_owned(), |reason| reason.text.clone())
}
