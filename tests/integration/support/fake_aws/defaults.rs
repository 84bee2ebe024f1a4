//! What AWS says about things that a world does not mention: lists are empty, the caller has an identity, roles can
//! be assumed, and everything else is not found, in the words that each service has for that.

use serde_json::{Map, Value, json};

use super::wire::ApiError;
use super::world::{Call, World};

/// The lists that each list operation has even when nothing is in them.
const LISTS: &[(&str, &str, &[&str])] = &[
    (
        "iam",
        "GetAccountAuthorizationDetails",
        &["UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"],
    ),
    ("iam", "ListServiceSpecificCredentials", &["ServiceSpecificCredentials"]),
    ("organizations", "ListRoots", &["Roots"]),
    (
        "organizations",
        "ListOrganizationalUnitsForParent",
        &["OrganizationalUnits"],
    ),
    ("organizations", "ListAccountsForParent", &["Accounts"]),
    ("organizations", "ListAccounts", &["Accounts"]),
    ("organizations", "ListPolicies", &["Policies"]),
    ("organizations", "ListTargetsForPolicy", &["Targets"]),
    (
        "organizations",
        "ListDelegatedAdministrators",
        &["DelegatedAdministrators"],
    ),
    (
        "organizations",
        "ListDelegatedServicesForAccount",
        &["DelegatedServices"],
    ),
    ("ec2", "DescribeRegions", &["Regions"]),
    ("ec2", "DescribeVpcEndpoints", &["VpcEndpoints"]),
    ("bedrock", "ListFoundationModels", &["modelSummaries"]),
    ("bedrock", "ListGuardrails", &["guardrails"]),
    ("bedrock", "ListEnforcedGuardrailsConfiguration", &["guardrailsConfig"]),
    ("bedrock", "ListInferenceProfiles", &["inferenceProfileSummaries"]),
    (
        "bedrock",
        "ListProvisionedModelThroughputs",
        &["provisionedModelSummaries"],
    ),
    ("bedrock", "ListCustomModels", &["modelSummaries"]),
    ("bedrock", "ListCustomModelDeployments", &["modelDeploymentSummaries"]),
    ("bedrock", "ListImportedModels", &["modelSummaries"]),
    ("bedrock", "ListPromptRouters", &["promptRouterSummaries"]),
    (
        "bedrock",
        "ListMarketplaceModelEndpoints",
        &["marketplaceModelEndpoints"],
    ),
    ("bedrock", "ListModelInvocationJobs", &["invocationJobSummaries"]),
    ("bedrock", "ListTagsForResource", &["tags"]),
    ("bedrock-agent", "ListAgents", &["agentSummaries"]),
    ("bedrock-agent", "ListAgentVersions", &["agentVersionSummaries"]),
    ("bedrock-agent", "ListAgentAliases", &["agentAliasSummaries"]),
    ("bedrock-agent", "ListAgentActionGroups", &["actionGroupSummaries"]),
    (
        "bedrock-agent",
        "ListAgentCollaborators",
        &["agentCollaboratorSummaries"],
    ),
    (
        "bedrock-agent",
        "ListAgentKnowledgeBases",
        &["agentKnowledgeBaseSummaries"],
    ),
    ("bedrock-agent", "ListKnowledgeBases", &["knowledgeBaseSummaries"]),
    ("bedrock-agent", "ListDataSources", &["dataSourceSummaries"]),
    ("bedrock-agent", "ListIngestionJobs", &["ingestionJobSummaries"]),
    ("bedrock-agent", "ListFlows", &["flowSummaries"]),
    ("bedrock-agent", "ListFlowVersions", &["flowVersionSummaries"]),
    ("bedrock-agent", "ListFlowAliases", &["flowAliasSummaries"]),
    ("bedrock-agent", "ListPrompts", &["promptSummaries"]),
    ("cloudtrail", "DescribeTrails", &["trailList"]),
    ("cloudtrail", "ListEventDataStores", &["EventDataStores"]),
    ("logs", "DescribeLogGroups", &["logGroups"]),
    ("cloudwatch", "ListMetrics", &["Metrics"]),
    ("cloudwatch", "DescribeAlarms", &["CompositeAlarms", "MetricAlarms"]),
    ("lambda", "ListFunctions", &["Functions"]),
    ("s3", "ListBuckets", &["Buckets"]),
];

/// How services say "not found", most specific first; `*` is for all else of a service.
const NOT_FOUND: &[(&str, &str, &str, u16)] = &[
    ("s3", "GetBucketPolicy", "NoSuchBucketPolicy", 404),
    ("s3", "GetBucketPolicyStatus", "NoSuchBucketPolicy", 404),
    (
        "s3",
        "GetBucketEncryption",
        "ServerSideEncryptionConfigurationNotFoundError",
        404,
    ),
    (
        "s3",
        "GetBucketLifecycleConfiguration",
        "NoSuchLifecycleConfiguration",
        404,
    ),
    (
        "s3",
        "GetPublicAccessBlock",
        "NoSuchPublicAccessBlockConfiguration",
        404,
    ),
    (
        "s3",
        "GetBucketOwnershipControls",
        "OwnershipControlsNotFoundError",
        404,
    ),
    (
        "s3control",
        "GetPublicAccessBlock",
        "NoSuchPublicAccessBlockConfiguration",
        404,
    ),
    ("s3", "GetBucketTagging", "NoSuchTagSet", 404),
    (
        "s3",
        "GetObjectLockConfiguration",
        "ObjectLockConfigurationNotFoundError",
        404,
    ),
    ("iam", "*", "NoSuchEntity", 404),
    ("kms", "*", "NotFoundException", 400),
    ("organizations", "DescribePolicy", "PolicyNotFoundException", 400),
    (
        "organizations",
        "DescribeEffectivePolicy",
        "EffectivePolicyNotFoundException",
        400,
    ),
    (
        "organizations",
        "DescribeResourcePolicy",
        "ResourcePolicyNotFoundException",
        400,
    ),
    ("organizations", "*", "AWSOrganizationsNotInUseException", 400),
    (
        "cloudtrail",
        "GetEventDataStore",
        "EventDataStoreNotFoundException",
        400,
    ),
    ("cloudtrail", "*", "TrailNotFoundException", 400),
    ("logs", "*", "ResourceNotFoundException", 400),
    ("*", "*", "ResourceNotFoundException", 404),
];

/// The answer to a call that the world says nothing about.
pub(super) fn unsaid(world: &World, call: &Call) -> Result<Value, ApiError> {
    if call.service == "organizations" && !world.knows("organizations") {
        return Err(ApiError::new(
            "AWSOrganizationsNotInUseException",
            400,
            "Your account is not a member of an organization.",
        ));
    }
    if let Some(result) = special(call) {
        return Ok(result);
    }
    if let Some((.., lists)) = LISTS.iter().find(|(service, operation, _)| call.is(service, operation)) {
        let empty: Map<String, Value> = lists.iter().map(|name| ((*name).to_owned(), json!([]))).collect();
        return Ok(Value::Object(empty));
    }
    let fits = |pattern: &str, name: &str| pattern == "*" || pattern == name;
    let (code, status) = NOT_FOUND
        .iter()
        .find(|(service, operation, ..)| fits(service, &call.service) && fits(operation, &call.operation))
        .map_or(("ResourceNotFoundException", 404), |(.., code, status)| {
            (*code, *status)
        });
    Err(ApiError::new(
        code,
        status,
        &format!("{} found nothing", call.operation),
    ))
}

/// Reads that always have an answer.
fn special(call: &Call) -> Option<Value> {
    let account = &call.account;
    Some(match (call.service.as_str(), call.operation.as_str()) {
        ("sts", "GetCallerIdentity") => json!({
            "UserId": "AIDAFAKEAUDITOR", "Account": account, "Arn": format!("arn:aws:iam::{account}:user/auditor"),
        }),
        ("sts", "AssumeRole") => assumed(call),
        ("bedrock", "GetModelInvocationLoggingConfiguration")
        | ("s3", "HeadBucket" | "GetBucketLocation" | "GetBucketVersioning" | "GetBucketLogging") => json!({}),
        ("s3", "GetBucketAcl") => json!({
            "Owner": {"ID": account},
            "Grants": [{"Grantee": {"ID": account, "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}],
        }),
        ("bedrock", "GetAccountDataRetention") => json!({"mode": "default"}),
        _ => return None,
    })
}

/// Temporary credentials whose key names the role's account, so that later calls land there.
fn assumed(call: &Call) -> Value {
    let role = call.text("RoleArn").unwrap_or_default();
    let session = call.text("RoleSessionName").unwrap_or_default();
    let parts: Vec<&str> = role.splitn(6, ':').collect();
    let account = parts.get(4).copied().unwrap_or_default();
    let name = role.rsplit('/').next().unwrap_or_default();
    json!({
        "Credentials": {
            "AccessKeyId": format!("ASIA{account}FAKE"),
            "SecretAccessKey": "fake-secret-of-an-assumed-role",
            "SessionToken": format!("fake-session+token/{account}=="),
            "Expiration": "2099-01-01T00:00:00Z",
        },
        "AssumedRoleUser": {
            "AssumedRoleId": format!("AROAFAKE:{session}"),
            "Arn": format!("arn:aws:sts::{account}:assumed-role/{name}/{session}"),
        },
    })
}
