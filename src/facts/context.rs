//! What every derivation starts from: the snapshot, the params, and the joins that several kinds of subject share.
//!
//! Shared joins are computed once, at first use, so that a run narrowed to one control pays only for what it needs.

use super::graph::Graph;
use super::org::Org;
use super::params::Params;
use super::principals::Principals;
use super::role_users::RoleUsers;
use super::usage::Usage;
use crate::model::report::Resource;
use crate::model::snapshot::{Account, Regional, Snapshot};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// What derivations read.
#[derive(Debug)]
pub struct Context<'a> {
    /// The snapshot.
    pub snapshot: &'a Snapshot,
    /// The params of every control.
    pub params: &'a Params,
    /// The day of the evaluation.
    pub today: jiff::civil::Date,
    usage: OnceLock<BTreeMap<(&'a str, &'a str), Usage>>,
    orgs: BTreeMap<&'a str, Arc<Org<'a>>>,
    iam: OnceLock<BTreeMap<&'a str, Principals<'a>>>,
    graph: OnceLock<Graph<'a>>,
    role_users: OnceLock<RoleUsers<'a>>,
}

/// One region of one account.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The account's id.
    pub account_id: &'a str,
    /// The account.
    pub account: &'a Account,
    /// The region's name.
    pub region: &'a str,
    /// What was read there.
    pub facts: &'a Regional,
}

impl<'a> Context<'a> {
    /// A context without any join computed yet.
    pub fn new(snapshot: &'a Snapshot, params: &'a Params, today: jiff::civil::Date) -> Self {
        let orgs = snapshot
            .accounts
            .keys()
            .filter_map(|id| Some((id.as_str(), Arc::new(Org::of(snapshot, id)?))));
        Self {
            snapshot,
            params,
            today,
            usage: OnceLock::new(),
            orgs: orgs.collect(),
            iam: OnceLock::new(),
            graph: OnceLock::new(),
            role_users: OnceLock::new(),
        }
    }

    /// Every region of every account.
    pub fn places(&self) -> impl Iterator<Item = Place<'a>> + use<'a> {
        self.snapshot.accounts.iter().flat_map(|(account_id, account)| {
            account.regions.iter().map(move |(region, facts)| Place {
                account_id,
                account,
                region,
                facts,
            })
        })
    }

    /// What leads to which agent, flow and guardrail version.
    pub fn graph(&self) -> &Graph<'a> {
        self.graph.get_or_init(|| Graph::of(self))
    }

    /// Who runs with which role.
    pub fn role_users(&self) -> &RoleUsers<'a> {
        self.role_users.get_or_init(|| RoleUsers::of(self))
    }

    /// Whether and why Bedrock is used in a region.
    pub fn usage(&self, account: &str, region: &str) -> Option<&Usage> {
        let (id, facts) = self.snapshot.accounts.get_key_value(account)?;
        let (name, _) = facts.regions.get_key_value(region)?;
        self.usages().get(&(id.as_str(), name.as_str()))
    }

    /// Use of every region, by account and region.
    pub fn usages(&self) -> &BTreeMap<(&'a str, &'a str), Usage> {
        self.usage.get_or_init(|| {
            self.places()
                .map(|at| ((at.account_id, at.region), Usage::of(&at)))
                .collect()
        })
    }

    /// The organization around an account.
    pub fn org(&self, account: &str) -> Option<&Org<'a>> {
        self.orgs.get(account).map(AsRef::as_ref)
    }

    /// Computes what most derivations share and what takes all cores. To be called before derivations run side by
    /// side: a worker that waits for a part of this may take up a derivation meanwhile, which would wait for the whole.
    pub fn prepare(&self) {
        self.identities();
    }

    /// The users, roles and policies of an account.
    pub fn iam(&self, account: &str) -> Option<&Principals<'a>> {
        self.identities().get(account)
    }

    fn identities(&self) -> &BTreeMap<&'a str, Principals<'a>> {
        self.iam.get_or_init(|| {
            let accounts = self.snapshot.accounts.iter();
            accounts
                .filter_map(|(id, row)| Some((id.as_str(), Principals::of(id, row, self.orgs.get(id.as_str())?))))
                .collect()
        })
    }

    /// Whether any region of the account is in use; `Err` where none is for certain but one may be.
    pub fn account_in_use(&self, account: &str) -> super::fact::Fact<bool> {
        let usages: Vec<&Usage> = self
            .usages()
            .iter()
            .filter(|((id, _), _)| *id == account)
            .map(|(_, usage)| usage)
            .collect();
        let seen = usages.iter().any(|usage| usage.signs_seen());
        let doubts = usages.iter().flat_map(|usage| usage.doubts.iter().cloned()).collect();
        super::fact::Fact::fault(seen, doubts)
    }
}

impl Place<'_> {
    /// The ARN of something of Bedrock's here, such as `knowledge-base/ID`.
    pub fn arn(&self, resource: &str) -> String {
        let Self { account_id, region, .. } = self;
        format!("arn:{}:bedrock:{region}:{account_id}:{resource}", self.partition())
    }

    /// The ARN form that stands for the region.
    pub fn region_arn(&self) -> String {
        self.arn(&format!("region/{}", self.region))
    }

    /// The partition, `aws` where an old snapshot does not say.
    pub fn partition(&self) -> &str {
        partition(self.account)
    }

    /// A resource of this place.
    pub fn resource(&self, kind: &str, arn: impl Into<String>, name: impl Into<String>) -> Resource {
        Resource {
            kind: kind.to_owned(),
            arn: arn.into(),
            name: name.into(),
            region: Some(self.region.to_owned()),
            account_id: self.account_id.to_owned(),
        }
    }
}

/// An account's partition, `aws` where an old snapshot does not say.
pub fn partition(account: &Account) -> &str {
    if account.partition.is_empty() {
        "aws"
    } else {
        &account.partition
    }
}

/// The ARN form that stands for an account.
pub fn account_arn(partition: &str, account_id: &str) -> String {
    format!("arn:{partition}:iam::{account_id}:root")
}

/// A resource of an account that has no region.
pub fn global_resource(account_id: &str, kind: &str, arn: impl Into<String>, name: impl Into<String>) -> Resource {
    Resource {
        kind: kind.to_owned(),
        arn: arn.into(),
        name: name.into(),
        region: None,
        account_id: account_id.to_owned(),
    }
}
