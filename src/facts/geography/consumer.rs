//! The facts about what is configured with a model: agents, knowledge bases, flows, prompts, routers, application
//! profiles. What a name means is looked up in the region of whoever uses it.

use super::approved::{ANYWHERE, Approved, destinations};
use crate::facts::Kind;
use crate::facts::context::{Context, Place};
use crate::facts::fact::{Fact, doubts};
use crate::facts::subject::Subject;
use crate::model::arn::Arn;
use crate::model::report::Resource;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeSet;

/// Something that is configured with a model.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct ProfileUseFacts {
    /// What it is, in words.
    pub user: String,
    /// The models and profiles as configured.
    pub models: Vec<String>,
    /// Where its calls may run; empty for models of its own region.
    pub destinations: Vec<String>,
    /// Destinations that are not approved.
    pub outside: Fact<Vec<String>>,
    /// Approved regions.
    pub approved: Vec<String>,
}

/// The kind of subject.
pub const KIND: Kind = Kind::of::<ProfileUseFacts>(
    "profile_use",
    "An agent, knowledge base, flow, prompt, router or application profile that is configured with a model.",
    subjects,
);

struct User<'a> {
    resource: Resource,
    key: Option<String>,
    label: String,
    models: Vec<&'a str>,
    unread: Vec<crate::facts::fact::Reason>,
}

/// Every user of a model.
pub fn subjects(ctx: &Context<'_>) -> Vec<Subject> {
    let mut subjects = Vec::new();
    for at in ctx.places() {
        let approved = Approved::of(ctx, at.account_id);
        if approved.is_empty() {
            continue;
        }
        for user in users(ctx, &at) {
            if user.models.is_empty() && user.unread.is_empty() {
                continue;
            }
            let (mut to, mut open) = (BTreeSet::new(), user.unread);
            for model in &user.models {
                match route(&at, model) {
                    Fact::Known(found) => to.extend(found),
                    Fact::Unread(why) => open.extend(why),
                }
            }
            let facts = ProfileUseFacts {
                user: user.label,
                models: user.models.iter().map(|model| (*model).to_owned()).collect(),
                outside: Fact::faults(approved.outside(&to), open),
                destinations: to.into_iter().collect(),
                approved: approved.told.clone(),
            };
            subjects.push(Subject::new(user.resource, user.key, &facts));
        }
    }
    subjects
}

/// Where calls by this name may run.
fn route(at: &Place<'_>, model: &str) -> Fact<BTreeSet<String>> {
    let profiles = &at.facts.inference_profiles;
    let found = profiles
        .items
        .iter()
        .find(|row| row.inference_profile_arn == model || row.inference_profile_id == model);
    if let Some(row) = found {
        return Fact::Known(destinations(&row.model_arns));
    }
    let routed = match Arn::parse(model) {
        Some(arn) => match arn.resource_type() {
            "inference-profile" | "application-inference-profile" => true,
            "prompt-router" | "default-prompt-router" => {
                return match at.facts.prompt_routers.items.iter().find(|row| row.prompt_router_arn == model) {
                    Some(row) => routes(at, row.model_arns.iter().chain(&row.fallback_model_arn)),
                    None => Fact::unread_gaps(&at.facts.prompt_routers.list_gaps().collect::<Vec<_>>(), "prompt routers"),
                };
            }
            _ => {
                let region = if arn.region.is_empty() { ANYWHERE } else { arn.region };
                return Fact::Known([region.to_owned()].into());
            }
        },
        None => false,
    };
    let known_model = at.facts.foundation_models.items.iter().any(|row| row.model_id == model);
    let hidden = doubts(profiles, "inference profiles");
    if routed && hidden.is_empty() {
        return Fact::unread(crate::facts::fact::Reason::text(format!("profile {model} is not listed in {}", at.region)));
    }
    if known_model || hidden.is_empty() {
        return Fact::Known([at.region.to_owned()].into());
    }
    Fact::Unread(hidden)
}

fn routes<'m>(at: &Place<'_>, models: impl Iterator<Item = &'m String>) -> Fact<BTreeSet<String>> {
    let (mut to, mut open) = (BTreeSet::new(), Vec::new());
    for model in models {
        // A router names models and profiles, never routers.
        match route(at, model) {
            Fact::Known(found) => to.extend(found),
            Fact::Unread(why) => open.extend(why),
        }
    }
    if open.is_empty() { Fact::Known(to) } else { Fact::Unread(open) }
}

fn users<'a>(ctx: &Context<'a>, at: &Place<'a>) -> Vec<User<'a>> {
    let mut users = Vec::new();
    let mut add = |kind: &str, arn: &str, name: &str, key: Option<String>, label: String, models: Vec<&'a str>| {
        users.push(User {
            resource: at.resource(kind, arn, name),
            key,
            label,
            models,
            unread: Vec::new(),
        });
    };
    let graph = ctx.graph();
    let here = |place: &Place<'_>| place.account_id == at.account_id && place.region == at.region;
    for agent in graph.agents.iter().filter(|agent| here(&agent.at)) {
        if let Fact::Known(row) = &agent.row {
            let label = format!("agent {} ({})", row.agent_name, row.agent_version);
            let models = row.foundation_model.iter().map(String::as_str).collect();
            add("agent", &row.agent_arn, &row.agent_name, Some(row.agent_version.clone()), label, models);
        }
    }
    for flow in graph.flows.iter().filter(|flow| here(&flow.at)) {
        if let Fact::Known(row) = &flow.row {
            let label = format!("flow {} ({})", row.name, row.version);
            let models = row.nodes.iter().filter_map(|node| node.model_id.as_deref()).collect();
            add("flow", &row.arn, &row.name, Some(row.version.clone()), label, models);
        }
    }
    for row in &at.facts.knowledge_base_details.items {
        let sources = at
            .facts
            .data_source_details
            .items
            .iter()
            .filter(|source| source.knowledge_base_id == row.knowledge_base_id);
        let of_sources = sources.flat_map(|source| source.parsing_model_arn.iter().chain(&source.enrichment_model_arn));
        let models = row.embedding_model_arn.iter().chain(of_sources).map(String::as_str).collect();
        add("knowledge_base", &row.knowledge_base_arn, &row.name, None, format!("knowledge base {}", row.name), models);
    }
    for row in &at.facts.prompts.items {
        let models = row.model_ids.iter().map(String::as_str).collect();
        let label = format!("prompt {} ({})", row.name, row.version);
        add("prompt", &row.arn, &row.name, Some(row.version.clone()), label, models);
    }
    // The routers of AWS are there in every region, whoever uses them.
    for row in at.facts.prompt_routers.items.iter().filter(|row| row.type_ != "default") {
        let models = row.model_arns.iter().chain(&row.fallback_model_arn).map(String::as_str).collect();
        let label = format!("prompt router {}", row.prompt_router_name);
        add("prompt_router", &row.prompt_router_arn, &row.prompt_router_name, None, label, models);
    }
    for row in at.facts.inference_profiles.items.iter().filter(|row| row.type_ == "APPLICATION") {
        let label = format!("application profile {}", row.inference_profile_name);
        let models = row.model_arns.iter().map(String::as_str).collect();
        add("inference_profile", &row.inference_profile_arn, &row.inference_profile_name, None, label, models);
    }
    users
}
