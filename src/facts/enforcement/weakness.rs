//! What an enforced guardrail version leaves undone by the standards of aws-genai-06 and aws-genai-02.
//!
//! Enforcement is only worth what the enforced version does, so its filters are held against the same settings as
//! those of any other guardrail. What those controls rate LOW is left to them.

use crate::facts::guardrail::filters::{self, Direction, FilterFacts, State};
use crate::facts::params::Params;
use crate::model::aws::bedrock::Guardrail;
use serde_json::Value;

/// The faults of a guardrail version, in words.
pub fn weaknesses(guardrail: &Guardrail, params: &Params) -> Vec<String> {
    let arn = &guardrail.guardrail_arn;
    let least = |control: &str, default: &str| {
        let asked = params.get(control, "minimum_strength", arn).as_str();
        asked.unwrap_or(default).to_owned()
    };
    let mut faults = Vec::new();
    if guardrail.status != "READY" && !guardrail.status.is_empty() {
        faults.push(format!("its status is {}", guardrail.status));
    }
    let policy = guardrail.content_policy.as_ref();
    let attack = filters::filter(policy, "PROMPT_ATTACK", Direction::Input);
    faults.extend(fault(&attack, &least("aws-genai-06", "HIGH")));
    let harm = least("aws-genai-02", "MEDIUM");
    faults.extend(filters::harm(guardrail).iter().filter_map(|facts| fault(facts, &harm)));
    if policy.is_some_and(|policy| policy.tier_name.as_deref().unwrap_or("CLASSIC") == "CLASSIC") {
        faults.push("its content filters are of the CLASSIC tier".to_owned());
    }
    let default: Value = serde_json::json!({"EMAIL": "ANONYMIZE", "AWS_ACCESS_KEY": "BLOCK"});
    let asked = params.get("aws-genai-02", "required_pii", arn);
    let handled = filters::pii(guardrail).entities;
    for (entity, action) in asked.as_object().or(default.as_object()).into_iter().flatten() {
        let found = handled.get(entity);
        let least = pii_rank(action.as_str().unwrap_or("BLOCK"));
        for (direction, found) in [
            ("input", found.map_or("absent", |one| one.input.as_str())),
            ("output", found.map_or("absent", |one| one.output.as_str())),
        ] {
            if pii_rank(found) < least {
                faults.push(format!("{entity} is {found} on {direction}"));
            }
        }
    }
    faults
}

fn fault(facts: &FilterFacts, least: &str) -> Option<String> {
    let FilterFacts {
        category,
        direction,
        reads,
        ..
    } = facts;
    if facts.state != State::InForce {
        return Some(format!("{category} is {reads} on {direction}"));
    }
    let weak = rank(&facts.strength) < rank(least);
    weak.then(|| format!("{category} is {} on {direction}, below {least}", facts.strength))
}

fn pii_rank(action: &str) -> u8 {
    match action {
        "BLOCK" => 2,
        "ANONYMIZE" => 1,
        _ => 0,
    }
}

fn rank(strength: &str) -> u8 {
    match strength {
        "LOW" => 1,
        "MEDIUM" => 2,
        "HIGH" => 3,
        _ => 0,
    }
}
