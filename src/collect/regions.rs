//! Which regions there are: the partitions, where their global services answer, and where Bedrock is offered.
//!
//! The list of Bedrock regions is that of the endpoint tables which AWS publishes with its SDKs, as of 2025-11. It only
//! chooses the default scope and tells an absent service from an unreachable one; a region outside it can be named.

use crate::model::aws::ec2::Region;

/// A partition of AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Partition {
    /// `aws`, `aws-us-gov` …
    pub(super) name: &'static str,
    /// How its region names begin; the first partition takes what no other claims.
    prefixes: &'static [&'static str],
    /// Where IAM, Organizations and the list of regions are asked.
    pub(super) global_region: &'static str,
    /// Regions with a Bedrock endpoint.
    pub(super) bedrock: &'static [&'static str],
}

const COMMERCIAL: Partition = Partition {
    name: "aws",
    prefixes: &[],
    global_region: "us-east-1",
    bedrock: &[
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
        "ap-southeast-6",
        "ap-southeast-7",
        "ca-central-1",
        "ca-west-1",
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
        "mx-central-1",
        "sa-east-1",
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
    ],
};

const OTHERS: &[Partition] = &[
    Partition {
        name: "aws-us-gov",
        prefixes: &["us-gov-"],
        global_region: "us-gov-west-1",
        bedrock: &["us-gov-east-1", "us-gov-west-1"],
    },
    Partition {
        name: "aws-cn",
        prefixes: &["cn-"],
        global_region: "cn-northwest-1",
        bedrock: &[],
    },
    Partition {
        name: "aws-iso-b",
        prefixes: &["us-isob-"],
        global_region: "us-isob-east-1",
        bedrock: &["us-isob-east-1"],
    },
    Partition {
        name: "aws-iso-f",
        prefixes: &["us-isof-"],
        global_region: "us-isof-south-1",
        bedrock: &["us-isof-east-1", "us-isof-south-1"],
    },
    Partition {
        name: "aws-iso",
        prefixes: &["us-iso-"],
        global_region: "us-iso-east-1",
        bedrock: &["us-iso-east-1"],
    },
    Partition {
        name: "aws-eusc",
        prefixes: &["eusc-"],
        global_region: "eusc-de-east-1",
        bedrock: &["eusc-de-east-1"],
    },
];

/// The partition of a region.
pub(super) fn partition_of_region(region: &str) -> &'static Partition {
    OTHERS
        .iter()
        .find(|partition| partition.prefixes.iter().any(|prefix| region.starts_with(prefix)))
        .unwrap_or(&COMMERCIAL)
}

/// The partition of that name, as ARNs carry it.
pub(super) fn partition_named(name: &str) -> &'static Partition {
    OTHERS
        .iter()
        .find(|partition| partition.name == name)
        .unwrap_or(&COMMERCIAL)
}

/// Whether Bedrock is known to be offered there.
pub(super) fn offers_bedrock(region: &str) -> bool {
    partition_of_region(region).bedrock.contains(&region)
}

/// Whether the text has the form of a region's name.
pub(super) fn is_region_name(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let word = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    match parts.split_last() {
        Some((number, words)) => {
            words.len() >= 2
                && words.iter().all(word)
                && !number.is_empty()
                && number.len() <= 2
                && number.bytes().all(|byte| byte.is_ascii_digit())
        }
        None => false,
    }
}

/// Whether the account may use a region, as far as the list of regions tells.
pub(super) fn is_enabled(region: &Region) -> bool {
    region.opt_in_status.as_deref() != Some("not-opted-in")
}

/// Regions without Bedrock, which a list of regions may leave out and which can be named all the same.
const WITHOUT_BEDROCK: [&str; 6] = [
    "ap-east-1",
    "cn-north-1",
    "cn-northwest-1",
    "me-west-1",
    "sa-west-1",
    "us-iso-west-1",
];

/// Whether there is such a region, as far as AWS or the tables know. A slip of the pen must not read as a region where
/// nothing is amiss because nothing is there.
pub(super) fn exists(name: &str, known: &[Region]) -> bool {
    known.iter().any(|region| region.region_name == name) || offers_bedrock(name) || WITHOUT_BEDROCK.contains(&name)
}

/// The default scope: what offers Bedrock and is enabled, or all that offers it where nobody knows what is enabled.
pub(super) fn default_scope(partition: &Partition, known: Option<&[Region]>) -> Vec<String> {
    partition
        .bedrock
        .iter()
        .filter(|name| {
            known.is_none_or(|known| {
                known
                    .iter()
                    .any(|region| region.region_name == **name && is_enabled(region))
            })
        })
        .map(|name| (*name).to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(name: &str, status: &str) -> Region {
        Region {
            region_name: name.into(),
            opt_in_status: Some(status.into()),
        }
    }

    #[test]
    fn scope_is_what_is_enabled_and_offers_bedrock() {
        let known = [
            region("us-east-1", "opt-in-not-required"),
            region("af-south-1", "not-opted-in"),
            region("ap-east-1", "opted-in"),
            region("ca-west-1", "opted-in"),
        ];
        assert_eq!(default_scope(&COMMERCIAL, Some(&known)), ["ca-west-1", "us-east-1"]);
        assert_eq!(default_scope(&COMMERCIAL, None).len(), 33);
    }

    #[test]
    fn a_region_exists_where_aws_or_a_table_knows_it() {
        let known = [region("xx-new-1", "opted-in")];
        for name in ["xx-new-1", "us-east-1", "us-gov-west-1", "ap-east-1"] {
            assert!(exists(name, &known), "{name}");
        }
        assert!(!exists("us-eats-1", &known));
    }

    #[test]
    fn tells_partitions_by_the_region() {
        assert_eq!(partition_of_region("us-gov-west-1").name, "aws-us-gov");
        assert_eq!(partition_of_region("us-isob-east-1").name, "aws-iso-b");
        assert_eq!(partition_of_region("us-iso-east-1").name, "aws-iso");
        assert_eq!(partition_of_region("xx-new-1").name, "aws");
        assert_eq!(partition_named("aws-eusc").global_region, "eusc-de-east-1");
    }

    #[test]
    fn knows_a_region_name_when_it_sees_one() {
        for name in ["eu-central-1", "us-gov-west-1", "ap-southeast-12", "eusc-de-east-1"] {
            assert!(is_region_name(name), "{name}");
        }
        for name in [
            "",
            "eu",
            "eu-central",
            "EU-central-1",
            "us-east-1a",
            "eu-central-1/x",
            "-a-1",
            "us--1",
        ] {
            assert!(!is_region_name(name), "{name}");
        }
    }
}
