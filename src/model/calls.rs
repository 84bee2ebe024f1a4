//! Every call that a collection makes: the service, the operation, the permission it needs and who wants the answer.
//!
//! It is the only place where these names stand. A gap takes its permission from here, a report its controls, and the
//! policy that an auditor is given is this table printed. The permission is the operation's own name unless IAM calls
//! it otherwise: <https://docs.aws.amazon.com/service-authorization/latest/reference/>.

/// How often a call is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CallScope {
    /// Against a service that the partition has once.
    Global,
    /// In each region.
    Regional,
    /// For each bucket that something names.
    Bucket,
}

/// One operation of one service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Call {
    /// The service as the SDKs name it.
    pub service: &'static str,
    /// The API operation.
    pub operation: &'static str,
    /// The IAM action; empty where AWS asks for none.
    pub permission: &'static str,
    /// How often it is made.
    pub scope: CallScope,
    /// The controls with a rule that needs the answer, in ascending order.
    pub controls: &'static [&'static str],
}

impl Call {
    /// The IAM action, if the call needs one.
    pub fn needs(&self) -> Option<&'static str> {
        Some(self.permission).filter(|permission| !permission.is_empty())
    }
}

/// The row of an operation, by the names that a gap carries.
pub fn find(service: &str, operation: &str) -> Option<&'static Call> {
    ALL.iter()
        .copied()
        .find(|call| call.service == service && call.operation == operation)
}

macro_rules! calls {
    ($($(#[$meta:meta])* $module:ident = $service:literal {
        $($name:ident $operation:literal $permission:literal $scope:ident [$($control:literal)*];)*
    })*) => {
        $(
            $(#[$meta])*
            pub mod $module {
                use super::{Call, CallScope};
                $(
                    #[doc = concat!("`", $service, "` `", $operation, "`.")]
                    pub const $name: &Call = &Call {
                        service: $service,
                        operation: $operation,
                        permission: $permission,
                        scope: CallScope::$scope,
                        controls: &[$(concat!("aws-genai-", $control)),*],
                    };
                )*
            }
        )*
        /// All of them, by service.
        pub const ALL: &[&Call] = &[$($($module::$name),*),*];
    };
}

calls! {
    /// Security Token Service.
    sts = "sts" {
        GET_CALLER_IDENTITY "GetCallerIdentity" "" Global [];
    }
    /// Identity and Access Management.
    iam = "iam" {
        GET_ACCOUNT_AUTHORIZATION_DETAILS "GetAccountAuthorizationDetails" "iam:GetAccountAuthorizationDetails" Global ["01" "04" "07" "08" "09" "10"];
        GET_POLICY "GetPolicy" "iam:GetPolicy" Global ["01" "04" "07" "08" "09" "10"];
        GET_POLICY_VERSION "GetPolicyVersion" "iam:GetPolicyVersion" Global ["01" "04" "07" "08" "09" "10"];
        LIST_SERVICE_SPECIFIC_CREDENTIALS "ListServiceSpecificCredentials" "iam:ListServiceSpecificCredentials" Global ["01"];
    }
    /// Organizations.
    organizations = "organizations" {
        DESCRIBE_ORGANIZATION "DescribeOrganization" "organizations:DescribeOrganization" Global ["01" "03" "04" "05" "07" "08" "09" "10"];
        LIST_ROOTS "ListRoots" "organizations:ListRoots" Global ["01" "03" "04" "07" "08" "09" "10"];
        LIST_ORGANIZATIONAL_UNITS_FOR_PARENT "ListOrganizationalUnitsForParent" "organizations:ListOrganizationalUnitsForParent" Global ["01" "03" "04" "07" "08" "09" "10"];
        LIST_ACCOUNTS_FOR_PARENT "ListAccountsForParent" "organizations:ListAccountsForParent" Global ["01" "03" "04" "07" "08" "09" "10"];
        LIST_ACCOUNTS "ListAccounts" "organizations:ListAccounts" Global ["09"];
        LIST_POLICIES "ListPolicies" "organizations:ListPolicies" Global ["01" "02" "03" "04" "06" "07" "08" "09" "10"];
        DESCRIBE_POLICY "DescribePolicy" "organizations:DescribePolicy" Global ["01" "02" "03" "04" "06" "07" "08" "09" "10"];
        LIST_TARGETS_FOR_POLICY "ListTargetsForPolicy" "organizations:ListTargetsForPolicy" Global ["01" "03" "04" "07" "08" "09" "10"];
        DESCRIBE_EFFECTIVE_POLICY "DescribeEffectivePolicy" "organizations:DescribeEffectivePolicy" Global ["02" "06" "09"];
        LIST_DELEGATED_ADMINISTRATORS "ListDelegatedAdministrators" "organizations:ListDelegatedAdministrators" Global ["09"];
        LIST_DELEGATED_SERVICES_FOR_ACCOUNT "ListDelegatedServicesForAccount" "organizations:ListDelegatedServicesForAccount" Global ["09"];
        DESCRIBE_RESOURCE_POLICY "DescribeResourcePolicy" "organizations:DescribeResourcePolicy" Global ["09"];
    }
    /// EC2.
    ec2 = "ec2" {
        DESCRIBE_REGIONS "DescribeRegions" "ec2:DescribeRegions" Global ["03" "04" "05" "06" "09" "10"];
        DESCRIBE_VPC_ENDPOINTS "DescribeVpcEndpoints" "ec2:DescribeVpcEndpoints" Regional ["03" "04" "05" "06" "09" "10"];
    }
    /// CloudTrail.
    cloudtrail = "cloudtrail" {
        DESCRIBE_TRAILS "DescribeTrails" "cloudtrail:DescribeTrails" Regional ["05"];
        GET_EVENT_SELECTORS "GetEventSelectors" "cloudtrail:GetEventSelectors" Regional ["05"];
        GET_TRAIL_STATUS "GetTrailStatus" "cloudtrail:GetTrailStatus" Regional ["05"];
        LIST_EVENT_DATA_STORES "ListEventDataStores" "cloudtrail:ListEventDataStores" Regional ["05"];
        GET_EVENT_DATA_STORE "GetEventDataStore" "cloudtrail:GetEventDataStore" Regional ["05"];
    }
    /// The Bedrock control plane.
    bedrock = "bedrock" {
        LIST_FOUNDATION_MODELS "ListFoundationModels" "bedrock:ListFoundationModels" Regional ["01" "10"];
        LIST_GUARDRAILS "ListGuardrails" "bedrock:ListGuardrails" Regional ["02" "03" "04" "05" "06" "09" "10"];
        GET_GUARDRAIL "GetGuardrail" "bedrock:GetGuardrail" Regional ["02" "06" "09" "10"];
        LIST_ENFORCED_GUARDRAILS_CONFIGURATION "ListEnforcedGuardrailsConfiguration" "bedrock:ListEnforcedGuardrailsConfiguration" Regional ["02" "06" "09"];
        GET_MODEL_INVOCATION_LOGGING_CONFIGURATION "GetModelInvocationLoggingConfiguration" "bedrock:GetModelInvocationLoggingConfiguration" Regional ["03" "04" "05" "06" "08" "09" "10"];
        LIST_INFERENCE_PROFILES "ListInferenceProfiles" "bedrock:ListInferenceProfiles" Regional ["01" "03" "04" "05" "06" "09" "10"];
        LIST_PROMPT_ROUTERS "ListPromptRouters" "bedrock:ListPromptRouters" Regional ["01" "10"];
        LIST_PROVISIONED_MODEL_THROUGHPUTS "ListProvisionedModelThroughputs" "bedrock:ListProvisionedModelThroughputs" Regional ["01" "03" "04" "05" "06" "09" "10"];
        LIST_CUSTOM_MODELS "ListCustomModels" "bedrock:ListCustomModels" Regional ["03" "04" "05" "06" "09" "10"];
        LIST_CUSTOM_MODEL_DEPLOYMENTS "ListCustomModelDeployments" "bedrock:ListCustomModelDeployments" Regional ["01" "03" "04" "05" "06" "09" "10"];
        LIST_IMPORTED_MODELS "ListImportedModels" "bedrock:ListImportedModels" Regional ["01" "03" "04" "05" "06" "09" "10"];
        LIST_TAGS_FOR_RESOURCE "ListTagsForResource" "bedrock:ListTagsForResource" Regional ["09"];
        GET_RESOURCE_POLICY "GetResourcePolicy" "bedrock:GetResourcePolicy" Regional ["09"];
    }
    /// Agents, Knowledge Bases, Flows and Prompts. IAM knows them under the prefix `bedrock:`.
    bedrock_agent = "bedrock-agent" {
        LIST_AGENTS "ListAgents" "bedrock:ListAgents" Regional ["02" "03" "04" "05" "06" "07" "08" "09" "10"];
        GET_AGENT "GetAgent" "bedrock:GetAgent" Regional ["02" "06" "07" "08" "10"];
        LIST_AGENT_ALIASES "ListAgentAliases" "bedrock:ListAgentAliases" Regional ["02" "06" "07" "08" "10"];
        GET_AGENT_ALIAS "GetAgentAlias" "bedrock:GetAgentAlias" Regional ["02" "06" "07" "10"];
        GET_AGENT_VERSION "GetAgentVersion" "bedrock:GetAgentVersion" Regional ["02" "06" "07" "08" "10"];
        LIST_AGENT_ACTION_GROUPS "ListAgentActionGroups" "bedrock:ListAgentActionGroups" Regional ["07"];
        GET_AGENT_ACTION_GROUP "GetAgentActionGroup" "bedrock:GetAgentActionGroup" Regional ["07"];
        LIST_AGENT_COLLABORATORS "ListAgentCollaborators" "bedrock:ListAgentCollaborators" Regional ["07"];
        LIST_AGENT_KNOWLEDGE_BASES "ListAgentKnowledgeBases" "bedrock:ListAgentKnowledgeBases" Regional ["07"];
        LIST_KNOWLEDGE_BASES "ListKnowledgeBases" "bedrock:ListKnowledgeBases" Regional ["03" "04" "05" "06" "07" "08" "09" "10"];
        GET_KNOWLEDGE_BASE "GetKnowledgeBase" "bedrock:GetKnowledgeBase" Regional ["07" "08" "10"];
        LIST_DATA_SOURCES "ListDataSources" "bedrock:ListDataSources" Regional ["08" "10"];
        GET_DATA_SOURCE "GetDataSource" "bedrock:GetDataSource" Regional ["08" "10"];
        LIST_FLOWS "ListFlows" "bedrock:ListFlows" Regional ["02" "03" "04" "05" "06" "07" "08" "09" "10"];
        GET_FLOW "GetFlow" "bedrock:GetFlow" Regional ["02" "06" "07" "08" "10"];
        LIST_FLOW_ALIASES "ListFlowAliases" "bedrock:ListFlowAliases" Regional ["02" "06" "07" "08" "10"];
        GET_FLOW_VERSION "GetFlowVersion" "bedrock:GetFlowVersion" Regional ["02" "06" "07" "08" "10"];
        LIST_PROMPTS "ListPrompts" "bedrock:ListPrompts" Regional ["03" "04" "05" "06" "09" "10"];
        GET_PROMPT "GetPrompt" "bedrock:GetPrompt" Regional ["10"];
    }
    /// CloudWatch Logs.
    logs = "logs" {
        DESCRIBE_LOG_GROUPS "DescribeLogGroups" "logs:DescribeLogGroups" Regional ["04"];
    }
    /// CloudWatch.
    cloudwatch = "cloudwatch" {
        LIST_METRICS "ListMetrics" "cloudwatch:ListMetrics" Regional ["03" "04" "05" "06" "09" "10"];
        DESCRIBE_ALARMS "DescribeAlarms" "cloudwatch:DescribeAlarms" Regional ["04"];
    }
    /// S3.
    s3 = "s3" {
        GET_BUCKET_LOCATION "GetBucketLocation" "s3:GetBucketLocation" Bucket ["04" "05" "08"];
        HEAD_BUCKET "HeadBucket" "s3:ListBucket" Bucket ["04" "05" "08"];
        GET_BUCKET_POLICY "GetBucketPolicy" "s3:GetBucketPolicy" Bucket ["04" "05" "08"];
        GET_BUCKET_ENCRYPTION "GetBucketEncryption" "s3:GetEncryptionConfiguration" Bucket ["04"];
        GET_BUCKET_LIFECYCLE_CONFIGURATION "GetBucketLifecycleConfiguration" "s3:GetLifecycleConfiguration" Bucket ["04"];
        GET_BUCKET_VERSIONING "GetBucketVersioning" "s3:GetBucketVersioning" Bucket ["04" "08"];
        GET_PUBLIC_ACCESS_BLOCK "GetPublicAccessBlock" "s3:GetBucketPublicAccessBlock" Bucket ["08"];
        GET_BUCKET_OWNERSHIP_CONTROLS "GetBucketOwnershipControls" "s3:GetBucketOwnershipControls" Bucket ["08"];
        GET_BUCKET_ACL "GetBucketAcl" "s3:GetBucketAcl" Bucket ["08"];
    }
    /// S3 Control, whose actions IAM knows under the prefix `s3:`.
    s3control = "s3control" {
        GET_PUBLIC_ACCESS_BLOCK "GetPublicAccessBlock" "s3:GetAccountPublicAccessBlock" Global ["08"];
    }
    /// Key Management Service.
    kms = "kms" {
        DESCRIBE_KEY "DescribeKey" "kms:DescribeKey" Regional ["04"];
    }
    /// Lambda.
    lambda = "lambda" {
        GET_FUNCTION_CONFIGURATION "GetFunctionConfiguration" "lambda:GetFunctionConfiguration" Regional ["07" "08"];
        GET_POLICY "GetPolicy" "lambda:GetPolicy" Regional ["07"];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_call_stands_once_and_only_reads() {
        let names: BTreeSet<_> = ALL.iter().map(|call| (call.service, call.operation)).collect();
        assert_eq!(names.len(), ALL.len());
        for call in ALL {
            assert!(
                ["Get", "List", "Describe", "Head"]
                    .iter()
                    .any(|verb| call.operation.starts_with(verb)),
                "{}",
                call.operation
            );
        }
    }

    #[test]
    fn every_call_has_a_permission_and_a_purpose_but_the_one_that_needs_none() {
        for call in ALL.iter().filter(|call| call.service != "sts") {
            assert!(call.permission.contains(':'), "{}", call.operation);
            assert!(!call.controls.is_empty(), "{}", call.operation);
            assert!(call.controls.is_sorted(), "{}", call.operation);
        }
        assert_eq!(sts::GET_CALLER_IDENTITY.needs(), None);
    }

    #[test]
    fn who_shares_a_role_is_sought_wherever_a_role_may_be_named() {
        for (service, operation) in [
            ("bedrock", "GetModelInvocationLoggingConfiguration"),
            ("bedrock-agent", "ListAgents"),
            ("bedrock-agent", "GetFlow"),
            ("lambda", "GetFunctionConfiguration"),
        ] {
            let call = find(service, operation).unwrap();
            assert!(call.controls.contains(&"aws-genai-08"), "{operation}");
        }
    }

    #[test]
    fn permissions_follow_iam_and_not_the_sdk() {
        assert_eq!(bedrock_agent::GET_AGENT.permission, "bedrock:GetAgent");
        assert_eq!(s3::GET_BUCKET_ENCRYPTION.permission, "s3:GetEncryptionConfiguration");
        assert_eq!(
            find("lambda", "GetPolicy").and_then(Call::needs),
            Some("lambda:GetPolicy")
        );
        assert_eq!(find("iam", "GetPolicy").and_then(Call::needs), Some("iam:GetPolicy"));
    }
}
