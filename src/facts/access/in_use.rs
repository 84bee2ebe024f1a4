//! What a narrow grant could look like: the statement rewritten to the models that the account's agents and profiles name.
//!
//! A hint for remediation, never a verdict. A model behind an inference profile needs the profile and the model in every
//! region that the profile reaches.
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html>

use super::{BATCH, INVOKE};
use crate::facts::context::partition;
use crate::model::snapshot::{Account, Regional};
use serde_json::json;
use std::collections::BTreeSet;

/// The resources that agents and application profiles of the account use; a template where they use none.
pub(super) fn resources(account: &Account) -> Vec<String> {
    let partition = partition(account);
    let mut found = BTreeSet::new();
    for (region, facts) in &account.regions {
        for named in facts
            .agent_versions
            .items
            .iter()
            .flat_map(|agent| agent.foundation_model.iter().chain(&agent.prompt_models))
        {
            found.extend(behind(partition, region, facts, named));
        }
        for profile in facts
            .inference_profiles
            .items
            .iter()
            .filter(|profile| profile.type_ == "APPLICATION")
        {
            found.extend(behind(partition, region, facts, &profile.inference_profile_arn));
        }
    }
    if found.is_empty() {
        let region = account.regions.keys().next().map_or("us-east-1", String::as_str);
        found.insert(format!("arn:{partition}:bedrock:{region}::foundation-model/MODEL-ID"));
    }
    found.into_iter().collect()
}

/// What a call to the model or profile of this name is authorized on.
fn behind(partition: &str, region: &str, facts: &Regional, named: &str) -> Vec<String> {
    let is_named = |id: &str, arn: &str| id == named || arn == named;
    let profiles = facts.inference_profiles.items.iter();
    let profile = profiles
        .filter(|profile| is_named(&profile.inference_profile_id, &profile.inference_profile_arn))
        .map(|profile| {
            let mut arns = vec![profile.inference_profile_arn.clone()];
            arns.extend(profile.model_arns.iter().cloned());
            arns
        })
        .next();
    profile.unwrap_or_else(|| {
        vec![if named.starts_with("arn:") {
            named.to_owned()
        } else {
            format!("arn:{partition}:bedrock:{region}::foundation-model/{named}")
        }]
    })
}

/// An Allow of the invocation actions among `granted` on these resources, as JSON.
pub(super) fn statement(sid: Option<&str>, granted: &[&str], resources: &[String]) -> String {
    let actions: Vec<&&str> = granted
        .iter()
        .filter(|action| INVOKE.contains(*action) || **action == BATCH)
        .collect();
    let mut statement = json!({"Effect": "Allow", "Action": actions, "Resource": resources});
    if let (Some(sid), Some(object)) = (sid, statement.as_object_mut()) {
        object.insert("Sid".to_owned(), json!(sid));
    }
    statement.to_string()
}
