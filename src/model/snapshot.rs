//! The snapshot: everything that was read of one or more accounts, and everything that could not be.
//!
//! It is the only thing that evaluation sees, whether it came from AWS a second ago or from a file of last year.
//! INVARIANT: no credentials, no prompts, no object contents.

use super::aws::{bedrock, bedrock_agent, cloudtrail, ec2, iam, observability, organizations, s3};
use super::dataset::Dataset;
use super::gap::Gap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

/// Version of the snapshot's format. A reader accepts this and older, and refuses newer.
pub const SCHEMA_VERSION: u32 = 1;

/// Where a snapshot came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The AWS API.
    #[default]
    Live,
    /// A Terraform plan.
    Terraform,
    /// A CloudFormation template.
    Cloudformation,
}

/// The program that wrote a file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// `bedrock-audit`.
    pub name: String,
    /// Its version.
    pub version: String,
}

impl Tool {
    /// This very program.
    pub fn this() -> Self {
        Self {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

/// What was read of one or more accounts.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// Format version.
    pub schema_version: u32,
    /// What wrote it.
    #[serde(default)]
    pub tool: Tool,
    /// When the collection started, RFC 3339 in UTC.
    #[serde(default)]
    pub captured_at: String,
    /// Where the facts come from.
    #[serde(default)]
    pub source: Source,
    /// Whether the collection ran to its end; otherwise the gaps say what is missing.
    #[serde(default)]
    pub complete: bool,
    /// The accounts by id.
    #[serde(default)]
    pub accounts: BTreeMap<String, Account>,
}

/// Two snapshots that cannot be one.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum MergeError {
    /// The same place was read twice, with different answers.
    #[error("account `{account}` region `{region}` stands in two snapshots with different contents; keep one of them")]
    Region {
        /// The account.
        account: String,
        /// The region.
        region: String,
    },
    /// The same account-wide facts were read twice, with different answers.
    #[error("the account-wide facts of `{0}` stand in two snapshots with different contents; keep one of them")]
    Account(String),
}

/// Declares a struct of datasets once: its members, their order, and what visits each of them.
macro_rules! datasets {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $field:ident: $row:ty,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name { $($(#[$doc])* pub $field: Dataset<$row>,)* }

        impl $name {
            /// The gaps of every dataset, with the dataset's name.
            pub fn gaps(&self) -> impl Iterator<Item = (&'static str, &Gap)> {
                std::iter::empty()$(.chain(self.$field.gaps.iter().map(|gap| (stringify!($field), gap))))*
            }
            /// Puts every dataset into its fixed order.
            pub fn sort(&mut self) { $(self.$field.sort();)* }
            /// Adds what another read of the same place brought.
            pub fn absorb(&mut self, other: Self) { $(self.$field.absorb(other.$field);)* }
            /// Marks every dataset as read, so that what is absent is known to be absent.
            pub fn mark_collected(&mut self) { $(self.$field.collected = true;)* }
            /// The names of the datasets.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($field)),*];
        }
    };
}

datasets! {
    /// What holds for an account as a whole, whatever the region.
    Global {
        /// Regions of the partition and whether the account may use them.
        regions: ec2::Region,
        /// IAM users.
        users: iam::User,
        /// IAM groups.
        groups: iam::Group,
        /// IAM roles.
        roles: iam::Role,
        /// Managed policies: the customer's all, AWS's where attached or used as a boundary.
        policies: iam::ManagedPolicy,
        /// Long-term Bedrock API keys.
        service_specific_credentials: iam::ServiceSpecificCredential,
        /// The organization: one row, or none for a stand-alone account.
        organization: organizations::Organization,
        /// Roots of the organization.
        organization_roots: organizations::Root,
        /// Organizational units.
        organizational_units: organizations::OrganizationalUnit,
        /// Accounts of the organization.
        organization_accounts: organizations::Account,
        /// SCPs and Bedrock policies with content and targets.
        organization_policies: organizations::Policy,
        /// Effective `BEDROCK_POLICY` of this account.
        effective_policies: organizations::EffectivePolicy,
        /// Delegated administrators.
        delegated_administrators: organizations::DelegatedAdministrator,
        /// The organization's resource policy.
        organization_resource_policy: organizations::ResourcePolicy,
        /// Buckets that the estate names.
        buckets: s3::Bucket,
        /// Their policies.
        bucket_policies: s3::BucketPolicy,
        /// Their default encryption.
        bucket_encryption: s3::BucketEncryption,
        /// Their lifecycle rules.
        bucket_lifecycles: s3::BucketLifecycle,
        /// Their versioning.
        bucket_versioning: s3::BucketVersioning,
        /// Their public access blocks.
        bucket_public_access_blocks: s3::PublicAccessBlock,
        /// Their object ownership.
        bucket_ownership: s3::BucketOwnership,
        /// Their access control lists.
        bucket_acls: s3::BucketAcl,
        /// What the account blocks for all its buckets: one row, or none where it blocks nothing.
        account_public_access_block: s3::AccountPublicAccessBlock,
        /// Trails, each once.
        trails: cloudtrail::Trail,
        /// What the trails take.
        trail_selectors: cloudtrail::TrailSelectors,
        /// Whether the trails deliver.
        trail_statuses: cloudtrail::TrailStatus,
        /// CloudTrail Lake event data stores of every region scanned.
        event_data_stores: cloudtrail::EventDataStore,
    }
}

datasets! {
    /// What holds for one region of one account.
    Regional {
        /// Base models on offer.
        foundation_models: bedrock::FoundationModel,
        /// Guardrail versions that exist.
        guardrails: bedrock::GuardrailSummary,
        /// Those versions in full.
        guardrail_details: bedrock::Guardrail,
        /// Guardrails that the account enforces.
        enforced_guardrails: bedrock::EnforcedGuardrail,
        /// Model invocation logging: one row, or none where it is off.
        invocation_logging: bedrock::LoggingConfiguration,
        /// Inference profiles of both types.
        inference_profiles: bedrock::InferenceProfile,
        /// Prompt routers.
        prompt_routers: bedrock::PromptRouter,
        /// Provisioned throughput.
        provisioned_models: bedrock::ProvisionedModel,
        /// Customised models.
        custom_models: bedrock::CustomModel,
        /// Deployments of customised models.
        custom_model_deployments: bedrock::CustomModel,
        /// Imported models.
        imported_models: bedrock::CustomModel,
        /// Tags of guardrails.
        tags: bedrock::ResourceTags,
        /// Resource policies of guardrails.
        resource_policies: bedrock::ResourcePolicy,
        /// Agents that exist.
        agents: bedrock_agent::AgentSummary,
        /// The DRAFT of every agent, and each version that an alias routes to.
        agent_versions: bedrock_agent::AgentVersion,
        /// Aliases of agents.
        agent_aliases: bedrock_agent::AgentAlias,
        /// Action groups of those versions.
        action_groups: bedrock_agent::ActionGroup,
        /// Collaborators of those versions.
        agent_collaborators: bedrock_agent::AgentCollaborator,
        /// Knowledge bases of those versions.
        agent_knowledge_bases: bedrock_agent::AgentKnowledgeBase,
        /// Knowledge bases that exist.
        knowledge_bases: bedrock_agent::KnowledgeBaseSummary,
        /// Knowledge bases in full.
        knowledge_base_details: bedrock_agent::KnowledgeBase,
        /// Data sources that exist.
        data_sources: bedrock_agent::DataSourceSummary,
        /// Data sources in full.
        data_source_details: bedrock_agent::DataSource,
        /// Flows that exist.
        flows: bedrock_agent::FlowSummary,
        /// The DRAFT of every flow, and each version that an alias routes to.
        flow_versions: bedrock_agent::FlowVersion,
        /// Aliases of flows.
        flow_aliases: bedrock_agent::FlowAlias,
        /// Prompts of prompt management.
        prompts: bedrock_agent::Prompt,
        /// VPC endpoints of Bedrock services.
        vpc_endpoints: ec2::VpcEndpoint,
        /// Metrics of the namespace `AWS/Bedrock` (one page is enough to show use).
        bedrock_metrics: observability::Metric,
        /// Alarms on the bytes that log groups take in.
        alarms: observability::MetricAlarm,
        /// Log groups that invocation logging names.
        log_groups: observability::LogGroup,
        /// KMS keys that log groups and buckets name.
        keys: observability::Key,
        /// Functions that agents, flows and knowledge bases name.
        functions: observability::Function,
        /// Resource policies of those functions.
        function_policies: observability::FunctionPolicy,
    }
}

/// What was read of one account.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Account {
    /// `aws`, `aws-us-gov` …
    pub partition: String,
    /// Regions that the user named, which are in use by that alone.
    pub named_regions: BTreeSet<String>,
    /// Account-wide facts.
    pub global: Global,
    /// Facts by region.
    pub regions: BTreeMap<String, Regional>,
}

impl Snapshot {
    /// An empty snapshot of the current format.
    pub fn new(captured_at: String) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            tool: Tool::this(),
            captured_at,
            complete: true,
            ..Self::default()
        }
    }

    /// Every gap with its account.
    pub fn gaps(&self) -> impl Iterator<Item = (&str, &Gap)> {
        self.accounts.iter().flat_map(|(id, account)| {
            let regional = account.regions.values().flat_map(Regional::gaps);
            account
                .global
                .gaps()
                .chain(regional)
                .map(move |(_, gap)| (id.as_str(), gap))
        })
    }

    /// Puts everything into its fixed order.
    pub fn sort(&mut self) {
        for account in self.accounts.values_mut() {
            account.global.sort();
            account.regions.values_mut().for_each(Regional::sort);
        }
    }

    /// Unites two snapshots. The same place twice is an error unless both say the same.
    pub fn merge(mut self, other: Self) -> Result<Self, MergeError> {
        self.complete &= other.complete;
        if other.captured_at < self.captured_at {
            self.captured_at = other.captured_at;
        }
        for (id, theirs) in other.accounts {
            match self.accounts.entry(id) {
                std::collections::btree_map::Entry::Vacant(slot) => {
                    slot.insert(theirs);
                }
                std::collections::btree_map::Entry::Occupied(mut slot) => {
                    let id = slot.key().clone();
                    slot.get_mut().merge(&id, theirs)?;
                }
            }
        }
        Ok(self)
    }
}

impl Account {
    fn merge(&mut self, id: &str, theirs: Self) -> Result<(), MergeError> {
        self.named_regions.extend(theirs.named_regions);
        if self.global == Global::default() {
            self.global = theirs.global;
        } else if theirs.global != Global::default() && theirs.global != self.global {
            return Err(MergeError::Account(id.to_owned()));
        }
        for (region, facts) in theirs.regions {
            match self.regions.get(&region) {
                Some(ours) if *ours != facts => {
                    return Err(MergeError::Region {
                        account: id.to_owned(),
                        region,
                    });
                }
                Some(_) => {}
                None => {
                    self.regions.insert(region, facts);
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(account: &str, region: &str) -> Snapshot {
        let mut snapshot = Snapshot::new("2026-01-01T00:00:00Z".into());
        let mut row = Account {
            partition: "aws".into(),
            ..Account::default()
        };
        row.regions.insert(region.into(), Regional::default());
        snapshot.accounts.insert(account.into(), row);
        snapshot
    }

    #[test]
    fn merges_accounts_and_regions() {
        let merged = one("1", "a")
            .merge(one("1", "b"))
            .unwrap()
            .merge(one("2", "a"))
            .unwrap();
        assert_eq!(merged.accounts.len(), 2);
        assert_eq!(merged.accounts["1"].regions.len(), 2);
    }

    #[test]
    fn refuses_two_truths_about_one_place() {
        let mut other = one("1", "a");
        other
            .accounts
            .get_mut("1")
            .unwrap()
            .regions
            .get_mut("a")
            .unwrap()
            .agents
            .collected = true;
        assert_eq!(
            one("1", "a").merge(other).unwrap_err(),
            MergeError::Region {
                account: "1".into(),
                region: "a".into()
            }
        );
    }

    #[test]
    fn a_missing_dataset_reads_as_not_collected() {
        let snapshot: Snapshot =
            serde_json::from_str(r#"{"schema_version":1,"accounts":{"1":{"regions":{"a":{}}}}}"#).unwrap();
        assert!(!snapshot.accounts["1"].regions["a"].guardrails.collected);
    }
}
