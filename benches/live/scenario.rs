//! The accounts that are scanned, each with the length of its longest chain of calls that need each other.
//!
//! The chain of an account in use: who is asking, the agents, their aliases, what an alias routes to, the action groups
//! of that version, one of them in full, and its function. An empty region adds nothing to
//! it. Of an account without any: who is asking, the organization, its root, and the units below each other.

use crate::support::estate::Estate;

/// One account.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) chain: u32,
    pub(crate) estate: fn() -> Estate,
}

/// All of them.
pub(crate) const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "small account, one region",
        chain: 7,
        estate: || Estate::small(&["us-east-1"]),
    },
    Scenario {
        name: "510 roles, one region",
        chain: 7,
        estate: || Estate {
            roles: 510,
            ..Estate::small(&["us-east-1"])
        },
    },
    Scenario {
        name: "32 regions, two in use",
        chain: 7,
        estate: || {
            let mut estate = Estate::small(&REGIONS);
            estate.used.push("eu-central-1".to_owned());
            estate
        },
    },
    Scenario {
        name: "32 regions, none in use",
        chain: 6,
        estate: || Estate {
            used: Vec::new(),
            ..Estate::small(&REGIONS)
        },
    },
];

const REGIONS: [&str; 32] = [
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "ca-central-1",
    "ca-west-1",
    "mx-central-1",
    "sa-east-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "af-south-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-7",
];
