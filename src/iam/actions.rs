//! Which actions, resource types and condition keys Bedrock's service prefixes have, as dated data.
//!
//! From it follows what no request ever carries: a condition on such a key protects nothing, however safe it looks.
//! The data is a snapshot of the Service Authorization Reference (`scripts/update-iam-data.py` renews it).
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrock.html>

use super::pattern::Pattern;
use super::statement::{ActionElement, ActionPattern};
use super::tri::Tri;
use crate::model::arn::Arn;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// The actions that run a model on a prompt. Converse, the asynchronous and the bidirectional call have no action of
/// their own: they are authorized as one of these.
pub const INVOKE: [&str; 2] = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"];

#[derive(Debug, Default, Deserialize)]
struct Raw {
    date: String,
    source: String,
    services: BTreeMap<String, RawService>,
    prefixes: BTreeSet<String>,
}

#[derive(Debug, Default, Deserialize)]
struct RawService {
    actions: BTreeMap<String, RawAction>,
    resources: BTreeMap<String, RawKind>,
    keys: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
struct RawAction {
    resources: Vec<String>,
    keys: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
struct RawKind {
    arn: String,
    taggable: bool,
}

/// The data about service prefixes.
#[derive(Debug)]
pub struct Catalogue {
    /// When the source was current.
    pub date: String,
    /// Where it comes from.
    pub source: String,
    prefixes: BTreeSet<String>,
    services: BTreeMap<String, Service>,
}

/// One service prefix.
#[derive(Debug)]
pub struct Service {
    /// Its actions by their name in lower case.
    pub actions: BTreeMap<String, Action>,
    /// Its condition keys in lower case, tag keys up to their slash.
    pub keys: BTreeSet<String>,
    /// The ARNs of its resource types, each a pattern with a wildcard for every part that varies.
    pub kinds: BTreeMap<String, Pattern>,
    untagged: BTreeSet<String>,
}

/// One action.
#[derive(Debug)]
pub struct Action {
    /// Its name as AWS writes it.
    pub name: String,
    /// The same behind its service's prefix, as policies write it.
    pub full_name: String,
    /// The resource types it can be limited to; none where it knows only `*`.
    pub resources: Vec<String>,
    keys: BTreeSet<String>,
}

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    let raw: Raw = serde_json::from_str(include_str!("data/services.json")).unwrap_or_default();
    let lower = |keys: Vec<String>| -> BTreeSet<String> {
        keys.iter()
            .map(|key| key.replace("${TagKey}", "").to_ascii_lowercase())
            .collect()
    };
    let services = raw.services.into_iter().map(|(prefix, service)| {
        let actions = service.actions.into_iter().map(|(name, action)| {
            (
                name.to_ascii_lowercase(),
                Action {
                    full_name: format!("{prefix}:{name}"),
                    name,
                    resources: action.resources,
                    keys: lower(action.keys),
                },
            )
        });
        let actions = actions.collect();
        let (mut kinds, mut untagged) = (BTreeMap::new(), BTreeSet::new());
        for (name, kind) in service.resources {
            if !kind.taggable {
                untagged.insert(name.clone());
            }
            kinds.insert(name, template(&kind.arn));
        }
        (
            prefix,
            Service {
                actions,
                keys: lower(service.keys),
                kinds,
                untagged,
            },
        )
    });
    Catalogue {
        date: raw.date,
        source: raw.source,
        prefixes: raw.prefixes,
        services: services.collect(),
    }
});

/// An ARN template of the reference as a pattern: `${Region}` and its like become `*`.
fn template(arn: &str) -> Pattern {
    let mut out = String::with_capacity(arn.len());
    let mut rest = arn;
    while let Some((before, after)) = rest.split_once("${") {
        out.push_str(before);
        out.push('*');
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    out.push_str(rest);
    Pattern::glob(&out)
}

/// The embedded data.
pub fn catalogue() -> &'static Catalogue {
    &CATALOGUE
}

impl Catalogue {
    /// The service with this prefix (in lower case), where the data has its actions: Bedrock's own prefixes.
    pub fn service(&self, prefix: &str) -> Option<&Service> {
        self.services.get(prefix)
    }

    /// The action of a Bedrock prefix, in any case.
    pub fn action(&self, action: &str) -> Option<&Action> {
        let (prefix, name) = action.split_once(':')?;
        self.services
            .get(prefix.to_ascii_lowercase().as_str())?
            .actions
            .get(name.to_ascii_lowercase().as_str())
    }

    /// Does IAM know a service with this prefix (in lower case)?
    pub fn has_prefix(&self, prefix: &str) -> bool {
        self.prefixes.contains(prefix)
    }

    /// Every service prefix that IAM knows.
    pub fn prefixes(&self) -> impl Iterator<Item = &str> {
        self.prefixes.iter().map(String::as_str)
    }

    /// Does an element name any action of Bedrock's prefixes for certain?
    pub fn names_something(&self, element: &ActionElement) -> bool {
        self.named(element).next().is_some()
    }

    /// The actions of Bedrock's prefixes that an element names, in AWS's spelling, with what is uncertain left out.
    pub fn expand<'e>(&'e self, element: &'e ActionElement) -> Vec<&'e str> {
        self.named(element).collect()
    }

    fn named<'e>(&'e self, element: &'e ActionElement) -> impl Iterator<Item = &'e str> {
        let (list, negated) = match element {
            ActionElement::Action(list) => (list, false),
            ActionElement::NotAction(list) => (list, true),
        };
        let all = self.services.values().flat_map(|service| service.actions.values());
        all.map(|action| action.full_name.as_str()).filter(move |full| {
            let named = list
                .iter()
                .map(|pattern| pattern.matches(full))
                .fold(Tri::False, Tri::or);
            if negated { named.is_false() } else { named.is_true() }
        })
    }

    /// Is it certain that the pattern names no action: a prefix IAM does not know, or no such action of Bedrock?
    pub fn names_nothing(&self, pattern: &ActionPattern) -> bool {
        if pattern.is_everything() {
            return false;
        }
        let Some(prefix) = pattern.service() else {
            return !pattern.text().contains(['*', '?']);
        };
        match self.services.get(prefix) {
            Some(service) => !service
                .actions
                .values()
                .any(|action| pattern.name().matches(&action.name)),
            None => !self.prefixes.contains(prefix),
        }
    }
}

/// Prefixes that look like Bedrock's endpoints and are none of IAM's.
const NOT_PREFIXES: [&str; 6] = [
    "bedrock-agent",
    "bedrock-agent-runtime",
    "bedrock-data-automation",
    "bedrock-data-automation-runtime",
    "bedrock-runtime",
    "bedrock-marketplace",
];

/// Is the pattern meant for Bedrock: one of its prefixes, or a name that was mistaken for one?
pub fn is_meant_for_bedrock(pattern: &ActionPattern) -> bool {
    pattern
        .service()
        .is_some_and(|service| matches!(service, "bedrock" | "bedrock-mantle") || NOT_PREFIXES.contains(&service))
}

/// Names that stand under `aws:` in policies and belong to no global key.
const NOT_GLOBAL: [&str; 8] = [
    "aws:guardrailidentifier",
    "aws:inferenceprofilearn",
    "aws:inferenceprofileregion",
    "aws:modelarn",
    "aws:modelid",
    "aws:promptrouterarn",
    "aws:foundationmodel",
    "aws:servicetier",
];

/// Is this key (in lower case) one that no request to Bedrock ever carries, whatever the action?
pub fn never_sent_by_bedrock(key: &str) -> bool {
    let Some((prefix, _)) = key.split_once(':') else {
        return false;
    };
    match prefix {
        "aws" => NOT_GLOBAL.contains(&key),
        "bedrock" | "bedrock-mantle" => CATALOGUE
            .services
            .get(prefix)
            .is_some_and(|service| !service.keys.contains(key)),
        _ => NOT_PREFIXES.contains(&prefix),
    }
}

/// Is this key (in lower case) certainly absent from a request for `action` on `resource`? An empty action stands for any.
pub(super) fn never_sent(key: &str, action: &str, resource: &str) -> bool {
    if key.starts_with("aws:resourcetag/") {
        return untagged(resource);
    }
    let Some((prefix, _)) = key.split_once(':') else {
        return false;
    };
    if prefix == "aws" || (!prefix.starts_with("bedrock")) {
        return prefix == "aws" && NOT_GLOBAL.contains(&key);
    }
    if never_sent_by_bedrock(key) {
        return true;
    }
    let Some((service, _)) = action.split_once(':') else {
        return false;
    };
    if !service.eq_ignore_ascii_case(prefix) {
        return true;
    }
    match key {
        // A stateful call is authorized twice: on the project with the model's ARN, on the model with the project's.
        "bedrock:modelarn" if kind_of(resource) != Some("project") => return true,
        "bedrock:projectarn" if kind_of(resource) == Some("project") => return true,
        _ => {}
    }
    CATALOGUE.action(action).is_some_and(|known| !known.keys.contains(key))
}

/// The resource types of Bedrock that carry no tags. System-defined profiles belong to AWS.
fn untagged(resource: &str) -> bool {
    let Some(arn) = Arn::parse(resource) else { return false };
    let Some(kind) = kind_of(resource) else { return false };
    kind == "inference-profile"
        || CATALOGUE
            .services
            .get(arn.service)
            .is_some_and(|service| service.untagged.contains(kind))
}

/// The resource type of a Bedrock ARN.
pub fn kind_of(resource: &str) -> Option<&str> {
    let arn = Arn::parse(resource)?;
    if !arn.service.starts_with("bedrock") {
        return None;
    }
    Some(if arn.resource.starts_with("marketplace/model-endpoint/") {
        "bedrock-marketplace-model-endpoint"
    } else {
        arn.resource_type()
    })
}

/// Is this key (in lower case) part of every signed request?
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
pub(super) fn always_sent(key: &str) -> bool {
    matches!(
        key,
        "aws:currenttime"
            | "aws:epochtime"
            | "aws:principalaccount"
            | "aws:principalarn"
            | "aws:principalisawsservice"
            | "aws:principaltype"
            | "aws:requestedregion"
            | "aws:securetransport"
            | "aws:userid"
            | "aws:viaawsservice"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODEL: &str = "arn:aws:bedrock:eu-west-1::foundation-model/m";
    const PROJECT: &str = "arn:aws:bedrock:eu-west-1:111122223333:project/p";

    #[test]
    fn the_data_is_there_and_says_what_it_is() {
        let data = catalogue();
        assert!(data.date.starts_with("202"), "{}", data.date);
        assert!(data.services["bedrock"].actions.len() > 200);
        assert!(data.has_prefix("s3") && data.has_prefix("bedrock-mantle") && !data.has_prefix("bedrock-runtime"));
        assert_eq!(data.action("Bedrock:invokemodel").unwrap().name, "InvokeModel");
        assert!(data.action("bedrock:Converse").is_none());
    }

    #[test]
    fn keys_that_are_never_sent() {
        for key in [
            "bedrock:modelid",
            "bedrock:inferenceprofileregion",
            "bedrock-runtime:model",
            "aws:inferenceprofilearn",
        ] {
            assert!(never_sent_by_bedrock(key), "{key}");
        }
        for key in [
            "bedrock:guardrailidentifier",
            "bedrock-mantle:model",
            "aws:sourcevpc",
            "s3:prefix",
            "aws:principaltag/modelid",
        ] {
            assert!(!never_sent_by_bedrock(key), "{key}");
        }
    }

    #[test]
    fn keys_by_action_and_resource() {
        assert!(!never_sent("bedrock:inferenceprofilearn", INVOKE[0], MODEL));
        assert!(never_sent(
            "bedrock:inferenceprofilearn",
            "bedrock:CreateGuardrail",
            "*"
        ));
        assert!(
            never_sent("bedrock:modelarn", INVOKE[0], MODEL) && !never_sent("bedrock:modelarn", INVOKE[0], PROJECT)
        );
        assert!(never_sent("bedrock:projectarn", INVOKE[1], MODEL));
        assert!(never_sent(
            "bedrock:guardrailidentifier",
            "bedrock-mantle:CreateInference",
            PROJECT
        ));
        assert!(!never_sent(
            "bedrock-mantle:model",
            "bedrock-mantle:CreateInference",
            PROJECT
        ));
        assert!(
            never_sent("aws:resourcetag/team", INVOKE[0], MODEL)
                && !never_sent("aws:resourcetag/team", INVOKE[0], PROJECT)
        );
        assert!(!never_sent("aws:resourcetag/team", "s3:GetObject", "arn:aws:s3:::b/k"));
    }

    #[test]
    fn patterns_that_name_nothing() {
        let nothing = |text: &str| catalogue().names_nothing(&ActionPattern::new(text));
        for text in [
            "bedrock-runtime:*",
            "bedrock-agent:InvokeAgent",
            "bedrock:Converse",
            "bedrock:ConverseS*",
            "InvokeModel",
        ] {
            assert!(nothing(text), "{text}");
        }
        for text in [
            "*",
            "bedrock:*",
            "BEDROCK:invoke*",
            "s3:NoSuchAction",
            "bedrock*:InvokeModel",
            "bedrock-mantle:Create*",
        ] {
            assert!(!nothing(text), "{text}");
        }
    }

    #[test]
    fn expansion() {
        let element = ActionElement::Action(vec![ActionPattern::new("bedrock:invokemodel*")]);
        assert_eq!(catalogue().expand(&element), INVOKE);
        let not = ActionElement::NotAction(vec![
            ActionPattern::new("bedrock:*"),
            ActionPattern::new("bedrock-agentcore:*"),
        ]);
        assert!(
            catalogue()
                .expand(&not)
                .iter()
                .all(|action| action.starts_with("bedrock-mantle:") || action.starts_with("bedrock-websearch:"))
        );
    }
}
