//! The facts about what is configured with a model: agents, knowledge bases, flows, prompts, routers, application
//! profiles. What a name means is looked up in the region of whoever uses it.

use super::approved::{Approved, destinations};
use super::route;
use crate::facts::Kind;
use crate::facts::context::{Context, Place};
use crate::facts::fact::{Fact, Reason, doubts};
use crate::facts::graph::routed::Routed;
use crate::facts::subject::Subject;
use crate::model::aws::bedrock_agent::KnowledgeBaseSummary;
use crate::model::dataset::Dataset;
use crate::model::gap::GapKind;
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
    /// Where profiles among them may carry its calls; empty where all are models of its own region.
    pub destinations: Vec<String>,
    /// Destinations that are not approved.
    pub outside: Fact<Vec<String>>,
    /// Approved regions, as patterns.
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
    /// Destinations that no name has to be looked up for.
    to: BTreeSet<String>,
    unread: Vec<Reason>,
}

/// Every user of a model.
pub fn subjects(ctx: &Context<'_>) -> Vec<Subject> {
    let mut subjects = Vec::new();
    for at in ctx.places() {
        let approved = Approved::of(ctx, at.account_id);
        if approved.is_empty() {
            continue;
        }
        let mut users = Vec::new();
        let graph = ctx.graph();
        let here = |place: &Place<'_>| place.account_id == at.account_id && place.region == at.region;
        for agent in graph.agents.iter().filter(|agent| here(&agent.at)) {
            users.push(routed(&at, "agent", agent, |row| {
                let own = row.foundation_model.iter();
                own.chain(&row.prompt_models).map(String::as_str).collect()
            }));
        }
        for flow in graph.flows.iter().filter(|flow| here(&flow.at)) {
            users.push(routed(&at, "flow", flow, |row| {
                row.nodes.iter().filter_map(|node| node.model_id.as_deref()).collect()
            }));
        }
        let bases = at.facts.knowledge_bases.items.iter();
        users.extend(bases.filter_map(|row| knowledge_base(&at, row)));
        users.extend(prompts_and_routers(&at));
        users.extend(application_profiles(&at));
        users.extend(unlisted(&at));
        let users = users.into_iter();
        subjects.extend(
            users
                .filter(|user| !user.models.is_empty() || !user.unread.is_empty())
                .map(|user| subject(&at, &approved, user)),
        );
    }
    subjects
}

fn subject(at: &Place<'_>, approved: &Approved, user: User<'_>) -> Subject {
    let (mut to, mut open) = (user.to, user.unread);
    // An application profile is told by its own models already.
    if to.is_empty() {
        for model in &user.models {
            match route::of(at, model) {
                Fact::Known(found) => to.extend(found),
                Fact::Unread(why) => open.extend(why),
            }
        }
    }
    let outside = match approved.outside(&to) {
        Fact::Known(seen) => Fact::faults(seen, open),
        Fact::Unread(why) => {
            open.extend(why);
            Fact::faults(Vec::new(), open)
        }
    };
    let facts = ProfileUseFacts {
        user: user.label,
        models: user.models.iter().map(|model| (*model).to_owned()).collect(),
        outside,
        destinations: to.into_iter().collect(),
        approved: approved.told.clone(),
    };
    Subject::new(user.resource, user.key, &facts)
}

/// An agent or flow in one version, or what stands for those that could not be read.
fn routed<'a, T>(
    at: &Place<'_>,
    kind: &str,
    one: &Routed<'a, T>,
    models: impl FnOnce(&'a T) -> Vec<&'a str>,
) -> User<'a> {
    let all = one.id == "*";
    let key = if all {
        format!("unlisted {kind}")
    } else {
        one.version.clone()
    };
    let arn = if all { at.region_arn() } else { one.arn() };
    let (models, unread) = match &one.row {
        Fact::Known(row) => (models(row), Vec::new()),
        Fact::Unread(why) => (Vec::new(), why.clone()),
    };
    User {
        resource: at.resource(kind, arn, one.title()),
        key: Some(key),
        label: if all {
            one.title()
        } else {
            format!("{kind} {}", one.title())
        },
        models,
        to: BTreeSet::new(),
        unread,
    }
}

/// A knowledge base with the models of its data sources; `None` where it is gone.
fn knowledge_base<'a>(at: &Place<'a>, summary: &'a KnowledgeBaseSummary) -> Option<User<'a>> {
    let id = summary.knowledge_base_id.as_str();
    let details = &at.facts.knowledge_base_details;
    let row = details.items.iter().find(|row| row.knowledge_base_id == id);
    let mut unread = Vec::new();
    if row.is_none() {
        let mut gaps = details.gaps_of(id).peekable();
        if gaps.peek().is_some() && gaps.all(|gap| gap.kind == GapKind::NotFound) {
            return None;
        }
        unread = below(details, id, "knowledge bases in full");
        if unread.is_empty() {
            unread.push(Reason::text(format!("knowledge base {id} was not described")));
        }
    }
    unread.extend(below(&at.facts.data_sources, id, "data sources"));
    unread.extend(below(&at.facts.data_source_details, id, "data sources in full"));
    let sources = at.facts.data_source_details.items.iter();
    let sources = sources.filter(|source| source.knowledge_base_id == id);
    let of_sources = sources.flat_map(|source| source.parsing_model_arn.iter().chain(&source.enrichment_model_arn));
    let models: BTreeSet<&str> = row
        .and_then(|row| row.embedding_model_arn.as_ref())
        .into_iter()
        .chain(of_sources)
        .map(String::as_str)
        .collect();
    let arn = at.arn(&format!("knowledge-base/{id}"));
    Some(User {
        resource: at.resource("knowledge_base", arn, summary.name.as_str()),
        key: None,
        label: format!("knowledge base {}", summary.name),
        models: models.into_iter().collect(),
        to: BTreeSet::new(),
        unread,
    })
}

fn prompts_and_routers<'a>(at: &Place<'a>) -> Vec<User<'a>> {
    let prompts = at.facts.prompts.items.iter().map(|row| User {
        resource: at.resource("prompt", row.arn.as_str(), format!("{} ({})", row.name, row.version)),
        key: Some(row.version.clone()),
        label: format!("prompt {} ({})", row.name, row.version),
        models: row.model_ids.iter().map(String::as_str).collect(),
        to: BTreeSet::new(),
        unread: Vec::new(),
    });
    // The routers of AWS are there in every region, whoever uses them.
    let routers = at
        .facts
        .prompt_routers
        .items
        .iter()
        .filter(|row| row.type_ != "default");
    let routers = routers.map(|row| User {
        resource: at.resource(
            "prompt_router",
            row.prompt_router_arn.as_str(),
            row.prompt_router_name.as_str(),
        ),
        key: None,
        label: format!("prompt router {}", row.prompt_router_name),
        models: row
            .model_arns
            .iter()
            .chain(&row.fallback_model_arn)
            .map(String::as_str)
            .collect(),
        to: BTreeSet::new(),
        unread: Vec::new(),
    });
    prompts.chain(routers).collect()
}

/// Profiles of the account that were copied from a cross-region one; a copy of a single model stays where it is.
fn application_profiles<'a>(at: &Place<'a>) -> Vec<User<'a>> {
    let rows = at.facts.inference_profiles.items.iter();
    let own = rows.filter(|row| row.type_ == "APPLICATION");
    let home: BTreeSet<String> = [at.region.to_owned()].into();
    own.map(|row| (destinations(&row.model_arns), row))
        .filter(|(to, _)| *to != home)
        .map(|(to, row)| User {
            resource: at.resource(
                "inference_profile",
                row.inference_profile_arn.as_str(),
                row.inference_profile_name.as_str(),
            ),
            key: None,
            label: format!("application profile {}", row.inference_profile_name),
            models: row.model_arns.iter().map(String::as_str).collect(),
            to,
            unread: Vec::new(),
        })
        .collect()
}

/// What stands for lists that could not be read; the graph has its own for agents and flows.
fn unlisted<'a>(at: &Place<'a>) -> Vec<User<'a>> {
    let facts = at.facts;
    let mut prompts = doubts(&facts.prompts, "prompts");
    let of_prompts = facts.prompts.gaps.iter().filter(|gap| gap.resource.is_some());
    prompts.extend(
        of_prompts
            .filter(|gap| !gap.means_absent() && gap.kind != GapKind::NotFound)
            .map(Reason::gap),
    );
    let lists = [
        (
            "knowledge_base",
            "knowledge bases",
            doubts(&facts.knowledge_bases, "knowledge bases"),
        ),
        ("prompt", "prompts", prompts),
        (
            "prompt_router",
            "prompt routers",
            doubts(&facts.prompt_routers, "prompt routers"),
        ),
        (
            "inference_profile",
            "application profiles",
            doubts(&facts.inference_profiles, "inference profiles"),
        ),
    ];
    let hidden = lists.into_iter().filter(|(_, _, why)| !why.is_empty());
    hidden
        .map(|(kind, many, unread)| {
            let label = format!("{many} of {}", at.region);
            User {
                resource: at.resource(kind, at.region_arn(), label.as_str()),
                // All of them stand for the region, so the kind tells them apart.
                key: Some(format!("unlisted {kind}")),
                label,
                models: Vec::new(),
                to: BTreeSet::new(),
                unread,
            }
        })
        .collect()
}

/// Why rows of a knowledge base may be missing; a gap about the whole list is told once, for the region.
fn below<T>(rows: &Dataset<T>, id: &str, what: &str) -> Vec<Reason> {
    if !rows.collected {
        return vec![Reason::not_collected(what)];
    }
    let about = |resource: &str| {
        let rest = resource.strip_prefix(id);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let gaps = rows.gaps.iter();
    gaps.filter(|gap| !gap.means_absent() && gap.kind != GapKind::NotFound)
        .filter(|gap| gap.resource.as_deref().is_none_or(about))
        .map(Reason::gap)
        .collect()
}
