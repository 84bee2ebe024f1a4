//! What is asked: an action, a resource, a principal, and what is known of the request.
//!
//! All that can be wrong without a snapshot is found in [`Question::of`], before AWS is asked anything. A typing error
//! must not become an answer: an action or condition key that AWS does not know would be denied, or absent, for all.

use crate::config::place::ConfigError;
use crate::config::wildcard::Wildcard;
use crate::facts::access::{BATCH, INVOKE, MANTLE};
use crate::facts::context::partition;
use crate::facts::org::Org;
use crate::facts::principals::Principal;
use crate::iam::actions::{catalogue, never_sent_by_bedrock};
use crate::iam::context::{Context as RequestContext, Known};
use crate::model::arn::Arn;
use crate::model::snapshot::Snapshot;

/// The question as it was typed.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// The action.
    pub action: Option<String>,
    /// The model: an id or an ARN.
    pub model: Option<String>,
    /// The principals, by ARN with wildcards.
    pub principal: Option<String>,
    /// Regions named, first the one that a model id is looked for in.
    pub regions: Vec<String>,
    /// The region that AWS's tools would use; where none is named, a model id is looked for there first.
    pub home: Option<String>,
    /// `KEY=VALUE`, one a value.
    pub context: Vec<String>,
    /// Whether keys not given are absent.
    pub closed: bool,
}

/// The question, understood.
#[derive(Debug, Clone)]
pub struct Question {
    /// The principals asked about; all where nothing is said.
    pub principal: Option<Wildcard>,
    action: Option<String>,
    model: Option<String>,
    regions: Vec<String>,
    home: Option<String>,
    keys: Vec<(String, Vec<String>)>,
    closed: bool,
}

/// What the engine is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// One action on one resource.
    Point {
        /// The action.
        action: String,
        /// The ARN, or `*` for an action that knows no resources.
        resource: String,
    },
    /// How far these actions reach.
    Reach {
        /// The actions.
        actions: Vec<String>,
    },
}

impl Question {
    /// Understands what was typed.
    pub fn of(asked: &Asked) -> Result<Self, ConfigError> {
        let action = asked.action.as_deref().map(known_action).transpose()?;
        let without_model = action.as_deref().filter(|_| asked.model.is_none());
        if let Some(other) =
            without_model.filter(|action| !INVOKE.contains(action) && ![BATCH, MANTLE].contains(action))
        {
            return Err(ConfigError::new("--action", format!("`{other}` invokes no model"))
                .help("add --model with the ARN of the resource that it is about"));
        }
        let mut keys: Vec<(String, Vec<String>)> = Vec::new();
        for text in &asked.context {
            let (key, value) = known_key(text)?;
            match keys.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(key)) {
                Some((_, values)) => values.push(value.to_owned()),
                None => keys.push((key.to_owned(), vec![value.to_owned()])),
            }
        }
        if let Some(model) = asked.model.as_deref() {
            check_model(model, action.as_deref())?;
        }
        Ok(Self {
            principal: asked.principal.clone().map(Wildcard::new),
            action,
            model: asked.model.clone(),
            regions: asked.regions.clone(),
            home: asked.home.clone(),
            keys,
            closed: asked.closed,
        })
    }

    /// The same with names that only the snapshot can resolve.
    pub fn target(&self, snapshot: &Snapshot) -> Result<Target, ConfigError> {
        let Some(model) = &self.model else {
            let actions = self
                .action
                .clone()
                .map_or_else(|| INVOKE.map(str::to_owned).to_vec(), |action| vec![action]);
            return Ok(Target::Reach { actions });
        };
        let action = self.action.clone().unwrap_or_else(|| INVOKE[0].to_owned());
        let resource = if model.starts_with("arn:") || model == "*" {
            model.clone()
        } else {
            self.profile(snapshot, model)
                .or_else(|| self.foundation_model(snapshot, model))
                .ok_or_else(|| {
                    ConfigError::new("--model", format!("no region is known in which `{model}` could be"))
                        .help("give the model's ARN, or --region")
                })?
        };
        Ok(Target::Point { action, resource })
    }

    /// Whether this principal is asked about.
    pub(super) fn concerns(&self, arn: &str) -> bool {
        self.principal.as_ref().is_none_or(|wanted| wanted.matches(arn))
    }

    /// What is known of a request that the principal makes in `region`. What was given wins.
    pub(super) fn context(&self, principal: &Principal<'_>, org: &Org<'_>, region: Option<&str>) -> RequestContext {
        let mut context = if self.closed {
            RequestContext::closed()
        } else {
            RequestContext::open()
        };
        for (key, values) in &self.keys {
            context.insert(key, Known::Values(values.clone()));
        }
        if let Some(region) = region {
            in_region(&mut context, region);
        }
        principal.describe(org, &mut context);
        context
    }

    /// The region of a request for the resource, where the world is closed and the resource tells.
    pub(super) fn region_of<'r>(&self, resource: &'r str) -> Option<&'r str> {
        Arn::parse(resource).map(|arn| arn.region).filter(|_| self.closed)
    }

    /// An inference profile of that id, in a region that was named if there is one.
    fn profile(&self, snapshot: &Snapshot, id: &str) -> Option<String> {
        let regions = snapshot.accounts.values().flat_map(|account| &account.regions);
        let found: Vec<(&String, &String)> = regions
            .flat_map(|(region, facts)| {
                let rows = facts.inference_profiles.items.iter();
                let same = rows.filter(|row| row.inference_profile_id == id);
                same.map(move |row| (region, &row.inference_profile_arn))
            })
            .collect();
        let named = found.iter().find(|(region, _)| self.regions.contains(region));
        let home = || found.iter().find(|(region, _)| self.home.as_ref() == Some(region));
        let chosen = named.or_else(home).or_else(|| found.first());
        chosen.map(|(_, arn)| (*arn).clone())
    }

    /// The model's ARN in the region named first, else in one that lists it, else in any: the home region before others.
    fn foundation_model(&self, snapshot: &Snapshot, id: &str) -> Option<String> {
        let places = || {
            let accounts = snapshot.accounts.values();
            accounts.flat_map(|account| account.regions.iter().map(move |(name, facts)| (account, name, facts)))
        };
        let lists = |facts: &crate::model::snapshot::Regional| {
            facts.foundation_models.items.iter().any(|row| row.model_id == id)
        };
        let region = self.regions.first().or_else(|| {
            let best = places().max_by_key(|(_, name, facts)| {
                let order = std::cmp::Reverse(*name);
                (lists(facts), self.home.as_ref() == Some(*name), order)
            });
            best.map(|(_, name, _)| name)
        })?;
        let partition = snapshot.accounts.values().next().map_or("aws", partition);
        Some(format!("arn:{partition}:bedrock:{region}::foundation-model/{id}"))
    }
}

/// Records the region of a request, unless something is known of it. An ARN without region means any.
/// <https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html>
pub(super) fn in_region(context: &mut RequestContext, region: &str) {
    const KEY: &str = "aws:RequestedRegion";
    if context.explicit(KEY).is_none() {
        let region = if region.is_empty() { "unspecified" } else { region };
        context.insert(KEY, Known::Values(vec![region.to_owned()]));
    }
}

/// The action in AWS's own spelling.
fn known_action(text: &str) -> Result<String, ConfigError> {
    const OPTION: &str = "--action";
    let Some((prefix, name)) = text
        .split_once(':')
        .filter(|(prefix, name)| !prefix.is_empty() && !name.is_empty())
    else {
        return Err(ConfigError::new(OPTION, format!("`{text}` is no action")).help("write `bedrock:InvokeModel`"));
    };
    if name.contains(['*', '?']) {
        return Err(ConfigError::new(OPTION, format!("`{text}` means several actions")).help("ask about one at a time"));
    }
    let prefix = prefix.to_ascii_lowercase();
    let Some(service) = catalogue().service(&prefix) else {
        if catalogue().has_prefix(&prefix) {
            return Ok(format!("{prefix}:{name}"));
        }
        return Err(ConfigError::unknown(OPTION, "service", &prefix, catalogue().prefixes()));
    };
    let known = service.actions.get(&name.to_ascii_lowercase());
    let names = service.actions.values().map(|action| action.name.as_str());
    known
        .map(|action| format!("{prefix}:{}", action.name))
        .ok_or_else(|| ConfigError::unknown(OPTION, &format!("action of `{prefix}`"), name, names))
}

/// Key and value, where AWS knows the key.
fn known_key(text: &str) -> Result<(&str, &str), ConfigError> {
    const OPTION: &str = "--context";
    let Some((key, value)) = text.split_once('=').filter(|(key, _)| !key.is_empty()) else {
        return Err(ConfigError::new(OPTION, format!("`{text}` is no KEY=VALUE"))
            .help("write for example `aws:SourceVpc=vpc-0a1b2c3d`; the value may be empty"));
    };
    let lower = key.to_ascii_lowercase();
    let Some((prefix, _)) = lower
        .split_once(':')
        .filter(|(prefix, name)| !prefix.is_empty() && !name.is_empty())
    else {
        return Err(ConfigError::new(OPTION, format!("`{key}` is no condition key"))
            .help("condition keys have a prefix: `aws:SourceVpc`, `bedrock:GuardrailIdentifier`"));
    };
    if never_sent_by_bedrock(&lower) {
        let known = catalogue()
            .service(prefix)
            .into_iter()
            .flat_map(|service| service.keys.iter());
        let known: Vec<&str> = known.map(String::as_str).collect();
        return Err(ConfigError::unknown(
            OPTION,
            "condition key (no request to Bedrock carries it)",
            key,
            known,
        ));
    }
    Ok((key, value))
}

fn check_model(model: &str, action: Option<&str>) -> Result<(), ConfigError> {
    const OPTION: &str = "--model";
    let error = |message: String, help: &str| Err(ConfigError::new(OPTION, message).help(help));
    let knows_resources = || {
        let known = catalogue().action(action.unwrap_or(INVOKE[0]));
        known.is_none_or(|action| !action.resources.is_empty())
    };
    if model == "*" && !knows_resources() {
        return Ok(());
    }
    if model.is_empty() || model.contains(['*', '?']) {
        return error(
            format!("`{model}` names no single resource"),
            "name one, or leave --model out to see all that is reached",
        );
    }
    if model.starts_with("arn:") && Arn::parse(model).is_none() {
        return error(
            format!("`{model}` is no ARN"),
            "write arn:PARTITION:bedrock:REGION::foundation-model/ID",
        );
    }
    if !model.starts_with("arn:") && action.is_some_and(|action| action == MANTLE) {
        return error(
            format!("`{MANTLE}` is asked about a project, not about `{model}`"),
            "give the project's ARN, and the model as --context bedrock-mantle:Model=ID",
        );
    }
    Ok(())
}
