//! Where the REST services keep their read operations: method, path, and for S3 the query key that names them.
//!
//! Taken from the request serialisers of the SDK crates. `bedrock` and `bedrock-agent` sign alike, and their paths
//! never collide, so the first fit is the right one.

/// One operation's place. Labels are written `{member}`.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) query: &'static str,
    pub(super) operation: &'static str,
}

const fn get(path: &'static str, operation: &'static str) -> Route {
    Route {
        method: "GET",
        path,
        query: "",
        operation,
    }
}

const fn post(path: &'static str, operation: &'static str) -> Route {
    Route {
        method: "POST",
        path,
        query: "",
        operation,
    }
}

const fn bucket(query: &'static str, operation: &'static str) -> Route {
    Route {
        method: "GET",
        path: "/{Bucket}",
        query,
        operation,
    }
}

pub(super) const BEDROCK: &[Route] = &[
    get("/foundation-models", "ListFoundationModels"),
    get("/foundation-models/{modelIdentifier}", "GetFoundationModel"),
    get("/guardrails", "ListGuardrails"),
    get("/guardrails/{guardrailIdentifier}", "GetGuardrail"),
    get(
        "/enforcedGuardrailsConfiguration",
        "ListEnforcedGuardrailsConfiguration",
    ),
    get("/logging/modelinvocations", "GetModelInvocationLoggingConfiguration"),
    get("/inference-profiles", "ListInferenceProfiles"),
    get(
        "/inference-profiles/{inferenceProfileIdentifier}",
        "GetInferenceProfile",
    ),
    get("/provisioned-model-throughputs", "ListProvisionedModelThroughputs"),
    get(
        "/provisioned-model-throughput/{provisionedModelId}",
        "GetProvisionedModelThroughput",
    ),
    get("/custom-models", "ListCustomModels"),
    get("/custom-models/{modelIdentifier}", "GetCustomModel"),
    get(
        "/model-customization/custom-model-deployments",
        "ListCustomModelDeployments",
    ),
    get(
        "/model-customization/custom-model-deployments/{customModelDeploymentIdentifier}",
        "GetCustomModelDeployment",
    ),
    get("/imported-models", "ListImportedModels"),
    get("/imported-models/{modelIdentifier}", "GetImportedModel"),
    get("/prompt-routers", "ListPromptRouters"),
    get("/prompt-routers/{promptRouterArn}", "GetPromptRouter"),
    get("/marketplace-model/endpoints", "ListMarketplaceModelEndpoints"),
    get(
        "/marketplace-model/endpoints/{endpointArn}",
        "GetMarketplaceModelEndpoint",
    ),
    get("/model-invocation-jobs", "ListModelInvocationJobs"),
    get("/model-invocation-job/{jobIdentifier}", "GetModelInvocationJob"),
    get("/data-retention", "GetAccountDataRetention"),
    get("/resource-policy/{resourceArn}", "GetResourcePolicy"),
    post("/listTagsForResource", "ListTagsForResource"),
];

pub(super) const BEDROCK_AGENT: &[Route] = &[
    post("/agents", "ListAgents"),
    get("/agents/{agentId}", "GetAgent"),
    post("/agents/{agentId}/agentversions", "ListAgentVersions"),
    get("/agents/{agentId}/agentversions/{agentVersion}", "GetAgentVersion"),
    post("/agents/{agentId}/agentaliases", "ListAgentAliases"),
    get("/agents/{agentId}/agentaliases/{agentAliasId}", "GetAgentAlias"),
    post(
        "/agents/{agentId}/agentversions/{agentVersion}/actiongroups",
        "ListAgentActionGroups",
    ),
    get(
        "/agents/{agentId}/agentversions/{agentVersion}/actiongroups/{actionGroupId}",
        "GetAgentActionGroup",
    ),
    post(
        "/agents/{agentId}/agentversions/{agentVersion}/agentcollaborators",
        "ListAgentCollaborators",
    ),
    get(
        "/agents/{agentId}/agentversions/{agentVersion}/agentcollaborators/{collaboratorId}",
        "GetAgentCollaborator",
    ),
    post(
        "/agents/{agentId}/agentversions/{agentVersion}/knowledgebases",
        "ListAgentKnowledgeBases",
    ),
    post("/knowledgebases", "ListKnowledgeBases"),
    get("/knowledgebases/{knowledgeBaseId}", "GetKnowledgeBase"),
    post("/knowledgebases/{knowledgeBaseId}/datasources", "ListDataSources"),
    get(
        "/knowledgebases/{knowledgeBaseId}/datasources/{dataSourceId}",
        "GetDataSource",
    ),
    post(
        "/knowledgebases/{knowledgeBaseId}/datasources/{dataSourceId}/ingestionjobs",
        "ListIngestionJobs",
    ),
    get("/flows", "ListFlows"),
    get("/flows/{flowIdentifier}", "GetFlow"),
    get("/flows/{flowIdentifier}/versions", "ListFlowVersions"),
    get("/flows/{flowIdentifier}/versions/{flowVersion}", "GetFlowVersion"),
    get("/flows/{flowIdentifier}/aliases", "ListFlowAliases"),
    get("/flows/{flowIdentifier}/aliases/{aliasIdentifier}", "GetFlowAlias"),
    get("/prompts", "ListPrompts"),
    get("/prompts/{promptIdentifier}", "GetPrompt"),
    get("/resourcepolicy/{resourceArn}", "GetResourcePolicy"),
    get("/tags/{resourceArn}", "ListTagsForResource"),
];

pub(super) const LAMBDA: &[Route] = &[
    get("/2015-03-31/functions", "ListFunctions"),
    get("/2015-03-31/functions/{FunctionName}", "GetFunction"),
    get(
        "/2015-03-31/functions/{FunctionName}/configuration",
        "GetFunctionConfiguration",
    ),
    get("/2015-03-31/functions/{FunctionName}/policy", "GetPolicy"),
    get("/2021-10-31/functions/{FunctionName}/url", "GetFunctionUrlConfig"),
];

/// S3 Control signs as S3 does, and no bucket's name looks like its paths.
pub(super) const S3_CONTROL: &[Route] = &[get(
    "/v20180820/configuration/publicAccessBlock",
    "GetPublicAccessBlock",
)];

pub(super) const S3: &[Route] = &[
    Route {
        method: "HEAD",
        path: "/{Bucket}",
        query: "",
        operation: "HeadBucket",
    },
    bucket("location", "GetBucketLocation"),
    bucket("policy", "GetBucketPolicy"),
    bucket("policyStatus", "GetBucketPolicyStatus"),
    bucket("encryption", "GetBucketEncryption"),
    bucket("lifecycle", "GetBucketLifecycleConfiguration"),
    bucket("versioning", "GetBucketVersioning"),
    bucket("publicAccessBlock", "GetPublicAccessBlock"),
    bucket("ownershipControls", "GetBucketOwnershipControls"),
    bucket("acl", "GetBucketAcl"),
    bucket("tagging", "GetBucketTagging"),
    bucket("logging", "GetBucketLogging"),
    bucket("object-lock", "GetObjectLockConfiguration"),
    get("", "ListBuckets"),
];
