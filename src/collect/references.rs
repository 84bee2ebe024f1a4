//! What rows of the first phase name in other services: the second phase reads exactly this and nothing else.
//!
//! Pure: rows in, names out. A name that cannot be what it should be (an access point where a bucket is meant, an
//! empty string) is left out, because no call could answer for it; the row itself still shows it to the rules.

use crate::facts::graph::key::{EVERY, GuardrailKey};
use crate::facts::graph::policy::in_bedrock_policy;
use crate::model::arn::Arn;
use crate::model::aws::bedrock::InferenceProfile;
use crate::model::aws::bedrock_agent::{DataSource, KnowledgeBase};
use crate::model::aws::observability::log_group_name;
use crate::model::dataset::Dataset;
use crate::model::snapshot::{Global, Regional};
use std::collections::{BTreeMap, BTreeSet};

/// What a bucket is to the estate, which decides what is read of it. This is the whole table:
///
/// | | policy | encryption | lifecycle | versioning | public access block | ownership | ACL |
/// |---|---|---|---|---|---|---|---|
/// | logs | | × | × | × | | | |
/// | documents | × | | | × | × | × | × |
/// | working storage | | | | | | | |
/// | trail | × | | | | | | |
///
/// Of every bucket it is read whether it is there and whose it is, and beside documents what the account blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Purpose {
    /// Invocation logs, or their large bodies, are written to it.
    Logs,
    /// A data source reads documents from it.
    Documents,
    /// A knowledge base keeps copies in it.
    WorkingStorage,
    /// CloudTrail writes to it.
    Trail,
}

/// A bucket that something names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct NamedBucket {
    /// The region of the first thing that names it, which is the best guess at its own.
    pub(super) region: String,
    /// What it is for.
    pub(super) purposes: BTreeSet<Purpose>,
}

impl NamedBucket {
    fn for_any(&self, purposes: &[Purpose]) -> bool {
        purposes.iter().any(|purpose| self.purposes.contains(purpose))
    }

    pub(super) fn policy(&self) -> bool {
        self.for_any(&[Purpose::Documents, Purpose::Trail])
    }

    /// Default encryption and lifecycle.
    pub(super) fn keeping(&self) -> bool {
        self.for_any(&[Purpose::Logs])
    }

    pub(super) fn versioning(&self) -> bool {
        self.for_any(&[Purpose::Logs, Purpose::Documents])
    }

    /// Public access block, ownership and ACL.
    pub(super) fn exposure(&self) -> bool {
        self.for_any(&[Purpose::Documents])
    }
}

/// Every bucket that the rows of one region name, by name.
pub(super) fn buckets(region: &str, global: &Global, rows: &Regional) -> BTreeMap<String, NamedBucket> {
    let mut named: BTreeMap<String, NamedBucket> = BTreeMap::new();
    let mut name = |region: &str, bucket: &str, purpose: Purpose| {
        if bucket.is_empty() || bucket.contains(['/', ':']) {
            return;
        }
        let entry = named.entry(bucket.to_owned()).or_default();
        if entry.region.is_empty() {
            region.clone_into(&mut entry.region);
        }
        entry.purposes.insert(purpose);
    };
    for logging in &rows.invocation_logging.items {
        let large = logging
            .cloud_watch_config
            .as_ref()
            .and_then(|to| to.large_data_delivery_s3_config.as_ref());
        for destination in logging.s3_config.iter().chain(large) {
            name(region, &destination.bucket_name, Purpose::Logs);
        }
    }
    for source in &rows.data_source_details.items {
        if let Some(bucket) = source_bucket(source) {
            name(region, bucket, Purpose::Documents);
        }
        if let Some(bucket) = source.intermediate_storage_uri.as_deref().and_then(uri_bucket) {
            name(region, bucket, Purpose::WorkingStorage);
        }
    }
    for bucket in rows.knowledge_base_details.items.iter().flat_map(supplemental) {
        name(region, bucket, Purpose::WorkingStorage);
    }
    for trail in &global.trails.items {
        if let Some(bucket) = &trail.s3_bucket_name {
            name(&trail.home_region, bucket, Purpose::Trail);
        }
    }
    named
}

fn supplemental(base: &KnowledgeBase) -> impl Iterator<Item = &str> {
    base.supplemental_storage_uris.iter().filter_map(|uri| uri_bucket(uri))
}

/// The bucket that a data source reads, whether AWS models it or a connector's document names it.
fn source_bucket(source: &DataSource) -> Option<&str> {
    let arn = source.bucket_arn.as_deref().and_then(Arn::parse);
    let connector = || {
        source
            .connector_parameters
            .as_ref()?
            .pointer("/connectionConfiguration/bucketName")?
            .as_str()
    };
    arn.map(|arn| arn.resource).or_else(connector)
}

fn uri_bucket(uri: &str) -> Option<&str> {
    uri.strip_prefix("s3://")?.split('/').next()
}

/// Whether anything among these rows is a sign that Bedrock is used in the region, or hides one.
pub(super) fn may_be_in_use(rows: &Regional) -> bool {
    let own = |profile: &InferenceProfile| profile.type_ == "APPLICATION";
    sign(&rows.guardrails, |_| true)
        || sign(&rows.agents, |_| true)
        || sign(&rows.knowledge_bases, |_| true)
        || sign(&rows.flows, |_| true)
        || sign(&rows.prompts, |_| true)
        || sign(&rows.invocation_logging, |_| true)
        || sign(&rows.inference_profiles, own)
        || sign(&rows.provisioned_models, |_| true)
        || sign(&rows.custom_models, |_| true)
        || sign(&rows.custom_model_deployments, |_| true)
        || sign(&rows.imported_models, |_| true)
        || sign(&rows.vpc_endpoints, |_| true)
        || sign(&rows.bedrock_metrics, |_| true)
}

fn sign<T>(dataset: &Dataset<T>, counts: impl Fn(&T) -> bool) -> bool {
    dataset.items.iter().any(counts) || dataset.gaps.iter().any(|gap| !gap.means_absent())
}

/// The log groups that the region's invocation logging names.
pub(super) fn log_groups(rows: &Regional) -> BTreeSet<String> {
    let configured = rows.invocation_logging.items.iter();
    configured
        .filter_map(|logging| logging.cloud_watch_config.as_ref())
        .map(|to| log_group_name(&to.log_group_name).to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

/// The functions that agents, flows and knowledge bases of the region name, as they name them.
pub(super) fn functions(rows: &Regional) -> BTreeSet<String> {
    let groups = rows.action_groups.items.iter().filter_map(|group| group.lambda.clone());
    let agents = rows.agent_versions.items.iter().flat_map(|agent| {
        let lambdas = [&agent.override_lambda, &agent.orchestration_lambda];
        lambdas.into_iter().flatten().cloned()
    });
    let flows = rows.flow_versions.items.iter().flat_map(|flow| &flow.nodes);
    let nodes = flows.filter_map(|node| node.lambda_arn.clone());
    let sources = rows.data_source_details.items.iter();
    let transformations = sources.flat_map(|source| source.transformation_lambda_arns.iter().cloned());
    groups
        .chain(agents)
        .chain(nodes)
        .chain(transformations)
        .filter(|arn| !arn.is_empty())
        .collect()
}

/// The guardrails of other accounts that agents and flows of the region name, with the version they name.
///
/// Those of the account itself were listed already, and an id without an account can only be one of those.
pub(super) fn foreign_guardrails(account: &str, rows: &Regional) -> BTreeSet<(String, String)> {
    let agents = rows.agent_versions.items.iter();
    let flows = rows.flow_versions.items.iter().flat_map(|flow| &flow.nodes);
    let named = agents
        .filter_map(|agent| agent.guardrail_configuration.as_ref())
        .chain(flows.filter_map(|node| node.guardrail_configuration.as_ref()));
    named
        .filter(|reference| {
            Arn::parse(&reference.guardrail_identifier)
                .is_some_and(|arn| arn.service == "bedrock" && arn.account != account)
        })
        .map(|reference| {
            (
                reference.guardrail_identifier.clone(),
                version(&reference.guardrail_version),
            )
        })
        .collect()
}

/// The guardrails of other accounts that the Bedrock policy in effect for the account names, with their versions.
pub(super) fn policy_guardrails(account: &str, global: &Global) -> BTreeSet<(String, String)> {
    let policies = global.effective_policies.items.iter();
    policies
        .filter(|row| row.policy_type == "BEDROCK_POLICY")
        .filter_map(|row| in_bedrock_policy(row.policy_content.as_str()).ok())
        .flatten()
        .filter_map(|named| GuardrailKey::parse(&named.identifier))
        .filter(|key| key.account != account && key.version != EVERY)
        .map(|key| (key.bare_arn(), key.version))
        .collect()
}

fn version(named: &str) -> String {
    if named.is_empty() {
        "DRAFT".to_owned()
    } else {
        named.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::aws::bedrock::{CloudWatchDestination, LoggingConfiguration, S3Destination};
    use crate::model::aws::bedrock_agent::{AgentVersion, GuardrailReference};
    use crate::model::aws::cloudtrail::Trail;
    use serde_json::json;

    fn destination(bucket: &str) -> S3Destination {
        S3Destination {
            bucket_name: bucket.to_owned(),
            key_prefix: None,
        }
    }

    #[test]
    fn one_bucket_may_serve_several_purposes() {
        let mut rows = Regional::default();
        rows.invocation_logging.items.push(LoggingConfiguration {
            s3_config: Some(destination("shared")),
            cloud_watch_config: Some(CloudWatchDestination {
                large_data_delivery_s3_config: Some(destination("large")),
                ..CloudWatchDestination::default()
            }),
            ..LoggingConfiguration::default()
        });
        rows.data_source_details.items.push(DataSource {
            bucket_arn: Some("arn:aws:s3:::shared".into()),
            intermediate_storage_uri: Some("s3://steps/a/b".into()),
            ..DataSource::default()
        });
        let mut global = Global::default();
        global.trails.items.push(Trail {
            home_region: "us-west-2".into(),
            s3_bucket_name: Some("trail".into()),
            ..Trail::default()
        });
        let named = buckets("eu-west-1", &global, &rows);
        assert_eq!(named.keys().collect::<Vec<_>>(), ["large", "shared", "steps", "trail"]);
        let shared = &named["shared"];
        assert_eq!(shared.region, "eu-west-1");
        assert!(shared.policy() && shared.keeping() && shared.exposure());
        assert!(!named["steps"].policy() && !named["steps"].versioning());
        assert!(named["trail"].policy() && !named["trail"].versioning());
        assert_eq!(named["trail"].region, "us-west-2");
    }

    #[test]
    fn what_aws_offers_to_everybody_is_no_sign_of_use() {
        let profile = |kind: &str| InferenceProfile {
            type_: kind.into(),
            ..InferenceProfile::default()
        };
        let mut rows = Regional::default();
        rows.inference_profiles.items.push(profile("SYSTEM_DEFINED"));
        rows.foundation_models = Dataset::complete(Vec::new());
        assert!(!may_be_in_use(&rows));
        rows.inference_profiles.items.push(profile("APPLICATION"));
        assert!(may_be_in_use(&rows));
    }

    #[test]
    fn a_connector_names_its_bucket_in_its_document() {
        let source = |parameters| DataSource {
            connector_parameters: Some(parameters),
            ..DataSource::default()
        };
        let s3 = source(json!({"type": "S3", "connectionConfiguration": {"bucketName": "docs"}}));
        assert_eq!(source_bucket(&s3), Some("docs"));
        assert_eq!(
            source_bucket(&source(json!({"connectionConfiguration": {"bucketName": 7}}))),
            None
        );
        assert_eq!(source_bucket(&source(json!([]))), None);
    }

    #[test]
    fn an_access_point_is_no_bucket() {
        let mut rows = Regional::default();
        rows.data_source_details.items.push(DataSource {
            bucket_arn: Some("arn:aws:s3:us-east-1:111122223333:accesspoint/docs".into()),
            ..DataSource::default()
        });
        assert!(buckets("us-east-1", &Global::default(), &rows).is_empty());
    }

    #[test]
    fn a_bedrock_policy_names_guardrails_of_the_organization() {
        let policy = json!({"bedrock": {"guardrail_inference": {
            "us-east-1": {"a": {"identifier": "arn:aws:bedrock:us-east-1:999988887777:guardrail/g:2"}},
            "eu-west-1": {"b": {"identifier": "arn:aws:bedrock:eu-west-1:111122223333:guardrail/own:1"}, "c": {"identifier": "?"}}}}});
        let mut global = Global::default();
        global.effective_policies.items = serde_json::from_value(
            json!([{"PolicyType": "BEDROCK_POLICY", "TargetId": "111122223333", "PolicyContent": policy}]),
        )
        .unwrap();
        let theirs = "arn:aws:bedrock:us-east-1:999988887777:guardrail/g".to_owned();
        assert_eq!(
            policy_guardrails("111122223333", &global),
            BTreeSet::from([(theirs, "2".to_owned())])
        );
    }

    #[test]
    fn only_guardrails_of_others_are_asked_for_again() {
        let agent = |identifier: &str, version: &str| AgentVersion {
            guardrail_configuration: Some(GuardrailReference {
                guardrail_identifier: identifier.into(),
                guardrail_version: version.into(),
            }),
            ..AgentVersion::default()
        };
        let theirs = "arn:aws:bedrock:us-east-1:999988887777:guardrail/g";
        let mut rows = Regional::default();
        rows.agent_versions.items = vec![
            agent("abc", "1"),
            agent("arn:aws:bedrock:us-east-1:111122223333:guardrail/abc", "1"),
            agent(theirs, "2"),
            agent(theirs, ""),
        ];
        let asked = foreign_guardrails("111122223333", &rows);
        assert_eq!(
            asked,
            BTreeSet::from([
                (theirs.to_owned(), "2".to_owned()),
                (theirs.to_owned(), "DRAFT".to_owned())
            ])
        );
    }
}
