//! The resources worth asking about: canaries, what the policies spell out, and known models.
//!
//! Regions and accounts come from the scan and from the policies themselves, so that a grant for a region nobody
//! scanned is found as well.

use super::{CANARY, Grant, Scope, grants};
use crate::iam::access::PolicySet;
use crate::iam::actions::catalogue;
use crate::iam::context::{Context, Known};
use crate::iam::pattern::{Pattern, Syntax};
use crate::iam::statement::{Effect, ResourceElement, Statement};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Regions that a wildcard such as `eu-*` is tried with where no scanned one serves.
const SAMPLE_REGIONS: [&str; 20] = [
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "us-gov-west-1",
    "us-gov-east-1",
    "eu-central-1",
    "eu-west-1",
    "eu-north-1",
    "eu-south-1",
    "ap-northeast-1",
    "ap-southeast-2",
    "ap-south-1",
    "ca-central-1",
    "ca-west-1",
    "sa-east-1",
    "me-central-1",
    "il-central-1",
    "af-south-1",
    "mx-central-1",
];

/// Why a resource is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// A foundation model no policy can name.
    AnyModel,
    /// Any resource of another type that runs models.
    AllOf(&'static str),
    /// Made from a wildcard id of a policy.
    Instance(String),
    /// Spelled out by a policy.
    Literal,
    /// An inference profile: worth nothing without the models behind it.
    Profile,
}

#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) arn: String,
    pub(super) region: String,
    pub(super) kind: Kind,
}

/// Resource types that run a model by themselves, foundation models aside.
const TARGETS: [&str; 8] = [
    "provisioned-model",
    "custom-model-deployment",
    "imported-model",
    "bedrock-marketplace-model-endpoint",
    "prompt-router",
    "default-prompt-router",
    "project",
    "custom-model",
];

/// What the policies say about places: regions, accounts and resource ids.
pub(super) struct Ground<'a> {
    scope: &'a Scope<'a>,
    service: &'a str,
    patterns: Vec<Cow<'a, Pattern>>,
    pub(super) regions: Vec<String>,
    accounts: BTreeSet<String>,
}

impl<'a> Ground<'a> {
    /// Surveys the grants and everything that bounds them, as far as it concerns `service`.
    pub(super) fn survey(
        scope: &'a Scope<'a>,
        policies: &'a PolicySet,
        grant: Option<Grant<'a>>,
        service: &'a str,
    ) -> Self {
        let accounts = BTreeSet::from([scope.account.to_owned()]);
        let mut ground = Self {
            scope,
            service,
            patterns: Vec::new(),
            regions: Vec::new(),
            accounts,
        };
        let mut places = Places::default();
        for grant in grants(policies, grant) {
            ground.take(grant.statement, &mut places);
        }
        let identity = policies.identity.len();
        for (at, policy) in policies.all().enumerate() {
            for statement in &policy.document.statements {
                // Other grants of the principal do not bound this one.
                if at >= identity || statement.effect == Effect::Deny {
                    ground.take(statement, &mut places);
                }
            }
        }
        ground.regions = places.distinct(scope.regions);
        ground
    }

    fn take(&mut self, statement: &'a Statement, places: &mut Places) {
        if !statement.touches(self.service) {
            return;
        }
        let (list, speaks): (&[Pattern], bool) = match (&statement.resources, statement.effect) {
            (ResourceElement::Resource(list), Effect::Allow) | (ResourceElement::NotResource(list), _) => (list, true),
            (ResourceElement::Resource(list), Effect::Deny) => (list, false),
            (ResourceElement::None, _) => (&[], false),
        };
        for pattern in list {
            for (at, part) in pattern.text().splitn(6, ':').enumerate() {
                places.note(part, at == 3);
                if at == 4 && part.len() == 12 && part.bytes().all(|byte| byte.is_ascii_digit()) {
                    self.accounts.insert(part.to_owned());
                }
            }
            let pattern = filled(pattern, self.scope.context);
            if speaks && !self.patterns.iter().any(|known| known.text() == pattern.text()) {
                self.patterns.push(pattern);
            }
        }
        for condition in &statement.conditions {
            match condition.key_lower() {
                "aws:requestedregion" => condition.values.iter().for_each(|value| places.note(value, true)),
                "bedrock:inferenceprofilearn" | "bedrock:promptrouterarn" => {
                    let regions = condition.values.iter().filter_map(|value| value.split(':').nth(3));
                    regions.for_each(|region| places.note(region, true));
                }
                _ => {}
            }
        }
    }

    fn arn(&self, region: &str, account: &str, resource: &str) -> String {
        format!(
            "arn:{}:{}:{region}:{account}:{resource}",
            self.scope.partition, self.service
        )
    }

    /// One resource of a type in every region (and of every account that owns such resources).
    fn everywhere(&self, kind: &str, id: &str, why: &Kind, out: &mut Vec<Candidate>) {
        let owners: Vec<&str> = if kind == "foundation-model" {
            vec![""]
        } else {
            self.accounts.iter().map(String::as_str).collect()
        };
        let resource = match kind {
            "bedrock-marketplace-model-endpoint" => "marketplace/model-endpoint/all-access".to_owned(),
            _ => format!("{kind}/{id}"),
        };
        // The model behind a global profile has no region in its ARN.
        let global = (kind == "foundation-model").then_some("");
        for region in self.regions.iter().map(String::as_str).chain(global) {
            for owner in &owners {
                out.push(Candidate {
                    arn: self.arn(region, owner, &resource),
                    region: region.to_owned(),
                    kind: why.clone(),
                });
            }
        }
    }

    /// The resource patterns that grants name and Denies spare.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.patterns.iter().map(|pattern| pattern.text())
    }

    /// The accounts that own resources: the principal's, and those that policies name.
    pub(super) fn accounts(&self) -> impl Iterator<Item = &str> {
        self.accounts.iter().map(String::as_str)
    }

    /// The canaries of everything that `action` can run: foundation models first.
    pub(super) fn canaries(&self, action: &str) -> Vec<Candidate> {
        let mut out = Vec::new();
        let Some(known) = catalogue().action(action) else {
            return out;
        };
        if known.resources.iter().any(|kind| kind == "foundation-model") {
            self.everywhere(
                "foundation-model",
                &format!("{CANARY}.{CANARY}"),
                &Kind::AnyModel,
                &mut out,
            );
        }
        for kind in TARGETS {
            if known.resources.iter().any(|name| name == kind) {
                self.everywhere(kind, CANARY, &Kind::AllOf(kind), &mut out);
            }
        }
        out
    }

    /// What the policies name: an instance of each wildcard id, and each id that is spelled out.
    pub(super) fn named(&self, action: &str) -> Vec<Candidate> {
        let mut out = Vec::new();
        let Some(known) = catalogue().action(action) else {
            return out;
        };
        let kinds = known.resources.iter().map(String::as_str);
        let mut seen = BTreeSet::new();
        for kind in kinds.filter(|kind| *kind != "async-invoke" && *kind != "bedrock-marketplace-model-endpoint") {
            for pattern in &self.patterns {
                let Some(id) = id_of(pattern.text(), kind) else {
                    continue;
                };
                if !seen.insert((kind.to_owned(), id.to_owned())) {
                    continue;
                }
                let (id, why) = if kind.ends_with("inference-profile") {
                    (Pattern::glob(id).instantiate(CANARY), Kind::Profile)
                } else if id.contains(['*', '?']) || pattern.has_variables() && id.contains("${") {
                    (Pattern::glob(id).instantiate(CANARY), Kind::Instance(id.to_owned()))
                } else {
                    (id.to_owned(), Kind::Literal)
                };
                self.everywhere(kind, &id, &why, &mut out);
            }
        }
        out
    }

    /// Known models that some wildcard of the policies takes in, but not the canary: the others fare as the canary did.
    pub(super) fn known(&self) -> Vec<Candidate> {
        let canary = format!("{CANARY}.{CANARY}");
        let (mut by_id, mut by_arn) = (Vec::new(), Vec::new());
        for pattern in self.patterns.iter().filter(|pattern| !pattern.is_literal()) {
            match id_of(pattern.text(), "foundation-model").map(Pattern::glob) {
                Some(id) if id.is_literal() || id.matches(&canary) => {}
                Some(id) => by_id.push(id),
                None if pattern.matches(&self.arn("", "", &format!("foundation-model/{canary}"))) => {}
                None => by_arn.push(pattern),
            }
        }
        let mut out = Vec::new();
        if by_id.is_empty() && by_arn.is_empty() {
            return out;
        }
        for id in self.scope.models.ids() {
            let named = by_id.iter().any(|pattern| pattern.matches(id));
            let within = |region: &String| {
                let arn = self.arn(region, "", &format!("foundation-model/{id}"));
                by_arn.iter().any(|pattern| pattern.matches(&arn))
            };
            if named || !by_arn.is_empty() && self.regions.iter().any(within) {
                self.everywhere("foundation-model", id, &Kind::Literal, &mut out);
            }
        }
        out
    }
}

/// The pattern with those of its variables written out whose values are known.
fn filled<'p>(pattern: &'p Pattern, context: &Context) -> Cow<'p, Pattern> {
    let mut text = pattern.text().to_owned();
    for name in pattern.variables() {
        if let Some(Known::Values(values)) = context.explicit(name)
            && let [value] = values.as_slice()
        {
            text = text.replace(&format!("${{{name}}}"), value);
        }
    }
    if text == pattern.text() {
        return Cow::Borrowed(pattern);
    }
    let syntax = Syntax {
        wildcards: true,
        variables: true,
        fold: false,
    };
    Cow::Owned(Pattern::new(&text, syntax))
}

/// The regions that policies tell apart.
#[derive(Default)]
struct Places {
    patterns: Vec<Pattern>,
    mentioned: BTreeSet<String>,
}

impl Places {
    /// Takes in a part of an ARN pattern or a condition value; `is_region` where it can be nothing else.
    fn note(&mut self, part: &str, is_region: bool) {
        let stars = part.bytes().all(|byte| byte == b'*');
        if stars || part.contains(['$', '/']) || self.patterns.iter().any(|known| known.text() == part) {
            return;
        }
        let pattern = Pattern::glob(part);
        if !is_region && !SAMPLE_REGIONS.iter().any(|region| pattern.matches(region)) {
            return;
        }
        if pattern.is_literal() {
            self.mentioned.insert(part.to_owned());
        }
        self.patterns.push(pattern);
    }

    /// One region for each way in which the policies treat regions, scanned ones first.
    fn distinct(&self, scanned: &[String]) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let pool = scanned
            .iter()
            .chain(&self.mentioned)
            .map(String::as_str)
            .chain(SAMPLE_REGIONS);
        pool.filter(|region| {
            let treated: Vec<bool> = self.patterns.iter().map(|pattern| pattern.matches(region)).collect();
            seen.insert(treated)
        })
        .map(str::to_owned)
        .collect()
    }
}

/// The id part of a resource pattern of this type.
fn id_of<'p>(text: &'p str, kind: &str) -> Option<&'p str> {
    let (head, id) = text.split_once(kind)?;
    if !(head.ends_with(':') || head.ends_with('*')) {
        return None;
    }
    id.strip_prefix('/').filter(|id| !id.is_empty())
}
