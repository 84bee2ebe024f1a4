//! Which active accounts of an organization are kept under a guardrail by a means of the organization.
//!
//! Every account is judged by the SCPs on its own path, and by the Bedrock policies there. Accounts below the same
//! policies get the same answer once, unless a policy speaks of particular accounts.

use super::bedrock_policy;
use crate::facts::fact::{self, Fact, Reason};
use crate::facts::org::{self, Above, BEDROCK_POLICY, Org, Parsed, SCP};
use crate::facts::scp::probe::{Asker, reasons};
use crate::facts::scp::verdict::{self, Means};
use crate::iam::access::Level;
use std::collections::{BTreeMap, BTreeSet};

/// The answer for an organization.
#[derive(Debug, Default)]
pub struct Coverage {
    /// Active accounts that were judged.
    pub active: usize,
    /// Those that a means of the organization covers.
    pub covered: usize,
    /// Those that none covers, as `id (name)`.
    pub uncovered: Vec<String>,
    /// The management account, where it is active and only SCPs could cover it.
    pub management: Option<String>,
    /// What could not be judged.
    pub doubts: Vec<Reason>,
}

/// Judges every active account.
pub fn of(org: &Org<'_>, partition: &str, regions: &[String]) -> Coverage {
    let vantage = org.vantage;
    let mut coverage = Coverage {
        doubts: fact::doubts(&vantage.organization_accounts, "the organization's accounts"),
        ..Coverage::default()
    };
    let row = org.organization.known().copied().flatten();
    let management = row.map_or("", |row| row.master_account_id.as_str());
    let scps_on = match row {
        Some(row) if row.feature_set == "CONSOLIDATED_BILLING" => Fact::Known(false),
        _ => org::type_enabled(vantage, SCP),
    };
    let policies_on = org::type_enabled(vantage, BEDROCK_POLICY);
    let mut parsed = Parsed::new();
    let mut judged: BTreeMap<Vec<String>, Fact<bool>> = BTreeMap::new();
    for account in vantage
        .organization_accounts
        .items
        .iter()
        .filter(|row| row.state == "ACTIVE")
    {
        coverage.active += 1;
        let by_policy = match &policies_on {
            Fact::Known(true) => by_bedrock_policy(org, &account.id, regions),
            Fact::Known(false) => Fact::Known(false),
            Fact::Unread(why) => Fact::Unread(why.clone()),
        };
        let by_scp = match &scps_on {
            _ if account.id == management => Fact::Known(false),
            Fact::Known(true) => match org::levels(vantage, &account.id, &mut parsed) {
                Fact::Known(above) => {
                    let key = key_of(&above.levels, &account.id);
                    judged
                        .entry(key)
                        .or_insert_with(|| by_scps(above, &account.id, partition, org.id(), regions))
                        .clone()
                }
                Fact::Unread(why) => Fact::Unread(why),
            },
            Fact::Known(false) => Fact::Known(false),
            Fact::Unread(why) => Fact::Unread(why.clone()),
        };
        match (by_scp, by_policy) {
            (Fact::Known(true), _) | (_, Fact::Known(true)) => coverage.covered += 1,
            (Fact::Known(false), Fact::Known(false)) => {
                let label = format!("{} ({})", account.id, account.name);
                if account.id == management {
                    coverage.management = Some(label);
                } else {
                    coverage.uncovered.push(label);
                }
            }
            (one, other) => {
                coverage.doubts.extend(one.reasons().iter().cloned());
                coverage.doubts.extend(other.reasons().iter().cloned());
            }
        }
    }
    coverage
}

/// What two accounts must share to share the answer.
fn key_of(levels: &[Level], account: &str) -> Vec<String> {
    let policies: Vec<_> = levels.iter().flat_map(|level| &level.policies).collect();
    let personal = policies.iter().any(|policy| {
        policy.document.statements.iter().any(|statement| {
            let text = statement.as_written().to_string();
            text.contains("${") || text.to_ascii_lowercase().contains("aws:principal") || text.contains(account)
        })
    });
    let mut key: Vec<String> = policies.iter().map(|policy| policy.id.to_string()).collect();
    key.extend(levels.iter().flat_map(|level| level.unread.iter().cloned()));
    // A level without any policy allows nothing, so that empty levels count too.
    key.push(
        levels
            .iter()
            .filter(|level| level.policies.is_empty())
            .count()
            .to_string(),
    );
    if personal {
        key.push(account.to_owned());
    }
    key
}

fn by_scps(above: Above, account: &str, partition: &str, org: Option<&str>, regions: &[String]) -> Fact<bool> {
    let documents = above.levels.iter().flat_map(|level| &level.policies);
    let named: Vec<_> = documents
        .flat_map(|policy| verdict::named(&policy.document, account))
        .collect();
    let asker = Asker::new(above.levels, account, partition, org);
    let mut doubts = Vec::new();
    for region in regions {
        let answer = verdict::judge(&asker, &named, region);
        if answer.means != Means::None {
            continue;
        }
        if answer.openings.is_empty() && !answer.undecided.is_empty() {
            doubts.extend(if above.doubts.is_empty() {
                reasons(&answer.undecided)
            } else {
                above.doubts.clone()
            });
        } else {
            return Fact::Known(false);
        }
    }
    if doubts.is_empty() {
        Fact::Known(true)
    } else {
        Fact::Unread(doubts)
    }
}

/// Whether the Bedrock policies on the path name a guardrail for every region.
fn by_bedrock_policy(org: &Org<'_>, account: &str, regions: &[String]) -> Fact<bool> {
    org::path(org.vantage, account).and_then(|path| {
        let mut named: BTreeSet<String> = BTreeSet::new();
        for target in path {
            match org::attached(org.vantage, BEDROCK_POLICY, &target) {
                Fact::Unread(why) => return Fact::Unread(why),
                Fact::Known(policies) => {
                    for policy in policies {
                        let Some(content) = &policy.content else {
                            return Fact::unread(Reason::text(format!("{} was not read", policy.arn)));
                        };
                        match bedrock_policy::parse(content.as_str()) {
                            Ok(entries) => {
                                let whole = entries.into_iter().map(super::means::of_entry);
                                named.extend(
                                    whole
                                        .filter(super::means::Enforced::takes_every_model)
                                        .map(|one| one.region),
                                );
                            }
                            Err(error) => {
                                return Fact::unread(Reason::text(format!(
                                    "{} cannot be understood: {error}",
                                    policy.arn
                                )));
                            }
                        }
                    }
                }
            }
        }
        Fact::Known(!regions.is_empty() && regions.iter().all(|region| named.contains(region)))
    })
}
