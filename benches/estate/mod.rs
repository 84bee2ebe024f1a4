//! Invented estates of any size, for benchmarks: the same seed and sizes give the same snapshot, byte for byte.
//!
//! They are made to cost what real ones cost: most principals hold policies that many others hold too, some have texts
//! of their own, few can call a model, and a part of everything is wrong.

mod bedrock;
mod identities;
mod organization;
mod policies;
mod random;

use bedrock_audit::model::snapshot::{Account, Regional, Snapshot};
use random::Random;

/// The regions, the first ones first.
const REGIONS: [&str; 12] = [
    "us-east-1",
    "eu-central-1",
    "us-west-2",
    "eu-west-1",
    "ap-northeast-1",
    "us-east-2",
    "eu-north-1",
    "ap-southeast-2",
    "ca-central-1",
    "sa-east-1",
    "ap-south-1",
    "eu-west-3",
];

/// How much there is of everything.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sizes {
    /// What the choices follow from.
    pub(crate) seed: u64,
    /// Accounts of the organization.
    pub(crate) accounts: usize,
    /// Users and roles of each account, five policies each.
    pub(crate) principals: usize,
    /// Regions of each account.
    pub(crate) regions: usize,
    /// Guardrails of each region, each with a DRAFT and a version.
    pub(crate) guardrails: usize,
    /// Agents of each region, each with a DRAFT and a version behind an alias.
    pub(crate) agents: usize,
    /// Knowledge bases of each region, each with a data source in a bucket of its own.
    pub(crate) knowledge_bases: usize,
    /// Inference profiles of each region.
    pub(crate) profiles: usize,
    /// Service control policies of the organization, beside the one that allows everything.
    pub(crate) scps: usize,
}

impl Default for Sizes {
    fn default() -> Self {
        Self {
            seed: 7,
            accounts: 1,
            principals: 100,
            regions: 2,
            guardrails: 4,
            agents: 4,
            knowledge_bases: 4,
            profiles: 4,
            scps: 3,
        }
    }
}

/// The id of the nth account; the first one manages the organization and stands in no snapshot.
fn account_id(index: usize) -> String {
    format!("{:012}", 100_000_000_000_usize + index * 7_919)
}

/// An estate of these sizes.
pub(crate) fn snapshot(sizes: &Sizes) -> Snapshot {
    let mut snapshot = Snapshot::new("2026-11-01T00:00:00Z".to_owned());
    for index in 1..=sizes.accounts {
        let id = account_id(index);
        let mut random = Random::new(sizes.seed.wrapping_add(index as u64 * 1_000_003));
        let mut account = Account {
            partition: "aws".to_owned(),
            ..Account::default()
        };
        account.global.mark_collected();
        identities::fill(&mut account.global, &id, sizes, &mut random);
        organization::fill(&mut account.global, sizes);
        for region in REGIONS.iter().take(sizes.regions) {
            let mut facts = Regional::default();
            facts.mark_collected();
            bedrock::fill(&mut facts, &mut account.global, &id, region, sizes, &mut random);
            account.regions.insert((*region).to_owned(), facts);
        }
        snapshot.accounts.insert(id, account);
    }
    snapshot.sort();
    snapshot
}
