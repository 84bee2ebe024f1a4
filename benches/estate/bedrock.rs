//! One region of Bedrock: models, guardrails, agents with their roles and tools, knowledge bases with their buckets,
//! inference profiles. About a quarter of everything has something wrong with it.

use super::policies;
use super::random::Random;
use super::{REGIONS, Sizes};
use bedrock_audit::model::aws::bedrock::{
    ContentFilter, ContentPolicy, FoundationModel, Guardrail, GuardrailSummary, InferenceProfile, PiiEntity,
};
use bedrock_audit::model::aws::bedrock_agent::{
    ActionGroup, AgentAlias, AgentSummary, AgentVersion, DataSource, DataSourceSummary, GuardrailReference,
    KnowledgeBase, KnowledgeBaseSummary,
};
use bedrock_audit::model::aws::iam::{InlinePolicy, Role};
use bedrock_audit::model::aws::observability::{Function, FunctionPolicy};
use bedrock_audit::model::aws::s3::{Bucket, BucketPolicy, BucketVersioning};
use bedrock_audit::model::policy_text::PolicyText;
use bedrock_audit::model::snapshot::{Global, Regional};
use serde_json::json;

const MODELS: [&str; 6] = [
    "anthropic.claude-3-5-haiku-20241022-v1:0",
    "anthropic.claude-sonnet-4-20250514-v1:0",
    "amazon.nova-pro-v1:0",
    "amazon.nova-lite-v1:0",
    "amazon.titan-embed-text-v2:0",
    "meta.llama3-1-8b-instruct-v1:0",
];

/// Adds what a region holds, and to the account the roles and buckets that it names.
pub(crate) fn fill(
    facts: &mut Regional,
    global: &mut Global,
    account: &str,
    region: &str,
    sizes: &Sizes,
    random: &mut Random,
) {
    for model in MODELS {
        facts.foundation_models.items.push(FoundationModel {
            model_arn: model_arn(region, model),
            model_id: model.to_owned(),
            provider_name: model.split_once('.').map(|(provider, _)| provider.to_owned()),
            inference_types_supported: vec!["ON_DEMAND".to_owned()],
            lifecycle_status: Some("ACTIVE".to_owned()),
        });
    }
    let here = Here { account, region };
    let guardrails: Vec<String> = (0..sizes.guardrails)
        .map(|number| here.guardrail(facts, number, random))
        .collect();
    for number in 0..sizes.agents {
        here.agent(facts, global, number, &guardrails, random);
    }
    for number in 0..sizes.knowledge_bases {
        here.knowledge_base(facts, global, number, random);
    }
    for number in 0..sizes.profiles {
        facts.inference_profiles.items.push(here.profile(number, random));
    }
}

fn model_arn(region: &str, model: &str) -> String {
    format!("arn:aws:bedrock:{region}::foundation-model/{model}")
}

struct Here<'h> {
    account: &'h str,
    region: &'h str,
}

impl Here<'_> {
    fn arn(&self, service: &str, rest: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{rest}", self.region, self.account)
    }

    /// A guardrail in two versions; gives its id.
    fn guardrail(&self, facts: &mut Regional, number: usize, random: &mut Random) -> String {
        let id = random.id(12).to_lowercase();
        let arn = self.arn("bedrock", &format!("guardrail/{id}"));
        for version in ["DRAFT", "1"] {
            facts.guardrails.items.push(GuardrailSummary {
                arn: arn.clone(),
                id: id.clone(),
                version: version.to_owned(),
                name: format!("guardrail-{number}"),
                status: "READY".to_owned(),
                guardrail_profile_arn: None,
            });
            facts.guardrail_details.items.push(Guardrail {
                guardrail_arn: arn.clone(),
                guardrail_id: id.clone(),
                version: version.to_owned(),
                name: format!("guardrail-{number}"),
                status: "READY".to_owned(),
                content_policy: Some(content(random)),
                pii_entities: pii(random),
                ..Guardrail::default()
            });
        }
        id
    }

    fn agent(
        &self,
        facts: &mut Regional,
        global: &mut Global,
        number: usize,
        guardrails: &[String],
        random: &mut Random,
    ) {
        let id = random.id(10);
        let name = format!("agent-{number}");
        let role = self.role(
            global,
            &format!("{}-{name}", self.region),
            "agent",
            agent_policy(random, self.account, self.region),
            random,
        );
        let function = self.function(facts, &name, &role, random);
        facts.agents.items.push(AgentSummary {
            agent_id: id.clone(),
            agent_name: name.clone(),
            agent_status: "PREPARED".to_owned(),
            latest_agent_version: Some("1".to_owned()),
        });
        for version in ["DRAFT", "1"] {
            let guarded = random.percent(70);
            facts.agent_versions.items.push(AgentVersion {
                agent_arn: self.arn("bedrock", &format!("agent/{id}")),
                agent_id: id.clone(),
                agent_name: name.clone(),
                agent_version: version.to_owned(),
                agent_status: "PREPARED".to_owned(),
                agent_resource_role_arn: Some(role.clone()),
                foundation_model: random.one_of(&MODELS).map(|model| (*model).to_owned()),
                guardrail_configuration: random.one_of(guardrails).filter(|_| guarded).map(|guardrail| {
                    GuardrailReference {
                        guardrail_identifier: guardrail.clone(),
                        guardrail_version: "1".to_owned(),
                    }
                }),
                orchestration_type: Some("DEFAULT".to_owned()),
                ..AgentVersion::default()
            });
            facts.action_groups.items.push(ActionGroup {
                agent_id: id.clone(),
                agent_version: version.to_owned(),
                action_group_id: random.id(10),
                action_group_name: "tasks".to_owned(),
                action_group_state: "ENABLED".to_owned(),
                lambda: Some(function.clone()),
                ..ActionGroup::default()
            });
        }
        facts.agent_aliases.items.push(AgentAlias {
            agent_id: id,
            agent_alias_id: random.id(10),
            agent_alias_name: "live".to_owned(),
            agent_alias_status: "PREPARED".to_owned(),
            alias_invocation_state: Some("ACCEPT_INVOCATIONS".to_owned()),
            agent_versions: vec!["1".to_owned()],
        });
    }

    fn function(&self, facts: &mut Regional, name: &str, role: &str, random: &mut Random) -> String {
        let arn = self.arn("lambda", &format!("function:{name}"));
        facts.functions.items.push(Function {
            requested_arn: arn.clone(),
            exists: true,
            function_arn: Some(arn.clone()),
            function_name: Some(name.to_owned()),
            role: Some(role.to_owned()),
            ..Function::default()
        });
        let statement = json!([{"Sid": "Agents", "Effect": "Allow", "Principal": {"Service": "bedrock.amazonaws.com"},
            "Action": "lambda:InvokeFunction", "Resource": arn,
            "Condition": {"ArnLike": {"aws:SourceArn": self.arn("bedrock", "agent/*")}}}]);
        let open = json!([{"Sid": "Open", "Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction", "Resource": arn}]);
        facts.function_policies.items.push(FunctionPolicy {
            requested_arn: arn.clone(),
            policy: Some(policies::document(if random.percent(10) { open } else { statement })),
        });
        arn
    }

    fn knowledge_base(&self, facts: &mut Regional, global: &mut Global, number: usize, random: &mut Random) {
        let (id, source) = (random.id(10), random.id(10));
        let name = format!("knowledge-{number}");
        let bucket = format!("{name}-{}-{}", self.region, self.account);
        let reads = if random.percent(25) {
            json!("arn:aws:s3:::*")
        } else {
            json!([
                format!("arn:aws:s3:::{bucket}"),
                format!("arn:aws:s3:::{bucket}/docs/*")
            ])
        };
        let policy = policies::document(
            json!([{"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": reads}]),
        );
        let role = self.role(
            global,
            &format!("{}-{name}", self.region),
            "knowledge-base",
            policy,
            random,
        );
        facts.knowledge_bases.items.push(KnowledgeBaseSummary {
            knowledge_base_id: id.clone(),
            name: name.clone(),
            status: "ACTIVE".to_owned(),
        });
        facts.knowledge_base_details.items.push(KnowledgeBase {
            knowledge_base_arn: self.arn("bedrock", &format!("knowledge-base/{id}")),
            knowledge_base_id: id.clone(),
            name,
            status: "ACTIVE".to_owned(),
            role_arn: Some(role),
            type_: "VECTOR".to_owned(),
            embedding_model_arn: Some(model_arn(self.region, "amazon.titan-embed-text-v2:0")),
            storage_type: Some("OPENSEARCH_SERVERLESS".to_owned()),
            ..KnowledgeBase::default()
        });
        facts.data_sources.items.push(DataSourceSummary {
            knowledge_base_id: id.clone(),
            data_source_id: source.clone(),
            name: "documents".to_owned(),
            status: "AVAILABLE".to_owned(),
        });
        facts.data_source_details.items.push(DataSource {
            knowledge_base_id: id,
            data_source_id: source,
            name: "documents".to_owned(),
            status: "AVAILABLE".to_owned(),
            type_: "S3".to_owned(),
            bucket_arn: Some(format!("arn:aws:s3:::{bucket}")),
            inclusion_prefixes: Some(vec!["docs/".to_owned()]),
            bucket_owner_account_id: Some(self.account.to_owned()),
            ..DataSource::default()
        });
        global.buckets.items.push(Bucket {
            name: bucket.clone(),
            exists: true,
            region: Some(self.region.to_owned()),
            owned: Some(true),
        });
        let writers = json!([{"Sid": "Writers", "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject",
            "Resource": format!("arn:aws:s3:::{bucket}/*"),
            "Condition": {"ArnNotLike": {"aws:PrincipalArn": format!("arn:aws:iam::{}:role/ingest", self.account)}}}]);
        global.bucket_policies.items.push(BucketPolicy {
            bucket: bucket.clone(),
            policy: random.percent(60).then(|| policies::document(writers)),
        });
        global.bucket_versioning.items.push(BucketVersioning {
            bucket,
            status: random.percent(70).then(|| "Enabled".to_owned()),
        });
    }

    fn role(&self, global: &mut Global, name: &str, kind: &str, policy: PolicyText, random: &mut Random) -> String {
        let arn = format!("arn:aws:iam::{}:role/service-role/{name}", self.account);
        global.roles.items.push(Role {
            arn: arn.clone(),
            role_name: name.to_owned(),
            role_id: format!("AROA{}", random.id(17)),
            path: "/service-role/".to_owned(),
            assume_role_policy_document: policies::bedrock_trust(random, self.account, self.region, kind),
            role_policy_list: vec![InlinePolicy {
                policy_name: "main".to_owned(),
                policy_document: policy,
            }],
            ..Role::default()
        });
        arn
    }

    fn profile(&self, number: usize, random: &mut Random) -> InferenceProfile {
        let model = random.one_of(&MODELS).copied().unwrap_or_default();
        let own = number % 4 == 3;
        let id = match number % 4 {
            0 => format!("us.{model}.{number}"),
            1 => format!("global.{model}.{number}"),
            2 => format!("eu.{model}.{number}"),
            _ => random.id(12).to_lowercase(),
        };
        let prefix = if number % 4 == 2 { "eu-" } else { "us-" };
        let mut model_arns: Vec<String> = REGIONS
            .iter()
            .filter(|region| region.starts_with(prefix))
            .map(|region| model_arn(region, model))
            .collect();
        if number % 4 == 1 {
            model_arns.push(model_arn("", model));
        }
        let kind = if own {
            "application-inference-profile"
        } else {
            "inference-profile"
        };
        InferenceProfile {
            inference_profile_arn: self.arn("bedrock", &format!("{kind}/{id}")),
            inference_profile_name: format!("profile {number}"),
            inference_profile_id: id,
            type_: if own { "APPLICATION" } else { "SYSTEM_DEFINED" }.to_owned(),
            status: "ACTIVE".to_owned(),
            model_arns,
        }
    }
}

fn agent_policy(random: &mut Random, account: &str, region: &str) -> PolicyText {
    if random.percent(25) {
        return policies::document(
            json!([{"Effect": "Allow", "Action": ["s3:GetObject", "lambda:InvokeFunction"], "Resource": "*"}]),
        );
    }
    policies::models(random, region, account)
}

fn content(random: &mut Random) -> ContentPolicy {
    let mut filter = |type_: &str| {
        let strength = if random.percent(75) { "HIGH" } else { "LOW" };
        ContentFilter {
            type_: type_.to_owned(),
            input_strength: strength.to_owned(),
            output_strength: if type_ == "PROMPT_ATTACK" { "NONE" } else { strength }.to_owned(),
            input_modalities: Some(vec!["TEXT".to_owned()]),
            output_modalities: Some(vec!["TEXT".to_owned()]),
            input_action: Some("BLOCK".to_owned()),
            output_action: Some("BLOCK".to_owned()),
            input_enabled: Some(true),
            output_enabled: Some(type_ != "PROMPT_ATTACK"),
        }
    };
    let types = ["HATE", "INSULTS", "MISCONDUCT", "SEXUAL", "VIOLENCE", "PROMPT_ATTACK"];
    ContentPolicy {
        filters: types.iter().map(|type_| filter(type_)).collect(),
        tier_name: Some("STANDARD".to_owned()),
    }
}

fn pii(random: &mut Random) -> Vec<PiiEntity> {
    let types = ["EMAIL", "NAME", "AWS_ACCESS_KEY", "AWS_SECRET_KEY", "PASSWORD"];
    let kept = types.iter().filter(|_| random.percent(80));
    kept.map(|type_| PiiEntity {
        type_: (*type_).to_owned(),
        action: "BLOCK".to_owned(),
        input_action: Some("BLOCK".to_owned()),
        output_action: Some("BLOCK".to_owned()),
        input_enabled: Some(true),
        output_enabled: Some(true),
    })
    .collect()
}
