//! The resources worth asking about: canaries, what the policies spell out, and known models.
//!
//! Regions and accounts come from the scan and from the policies themselves, so that a grant for a region nobody
//! scanned is found as well.

use super::{CANARY, Grant, Scope, grants};
use crate::iam::access::PolicySet;
use crate::iam::actions::catalogue;
use crate::iam::pattern::Pattern;
use crate::iam::statement::{Effect, ResourceElement, Statement};
use std::collections::BTreeSet;

/// Regions that a wildcard such as `eu-*` is tried with; one of each geography is enough.
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
    patterns: Vec<&'a Pattern>,
    pub(super) regions: BTreeSet<String>,
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
        let mut ground = Self {
            scope,
            service,
            patterns: Vec::new(),
            regions: scope.regions.iter().cloned().collect(),
            accounts: BTreeSet::from([scope.account.to_owned()]),
        };
        ground
            .regions
            .insert(SAMPLE_REGIONS.first().map_or("", |region| region).to_owned());
        for grant in grants(policies, grant) {
            ground.take(grant.statement);
        }
        let identity = policies.identity.len();
        for (at, policy) in policies.all().enumerate() {
            for statement in &policy.document.statements {
                // Other grants of the principal do not bound this one.
                if at >= identity || statement.effect == Effect::Deny {
                    ground.take(statement);
                }
            }
        }
        ground
    }

    fn take(&mut self, statement: &'a Statement) {
        if !statement.touches(self.service) {
            return;
        }
        let list: &[Pattern] = match (&statement.resources, statement.effect) {
            (ResourceElement::Resource(list), Effect::Allow) | (ResourceElement::NotResource(list), _) => list,
            _ => &[],
        };
        for pattern in list {
            if self.patterns.iter().any(|known| known.text() == pattern.text()) {
                continue;
            }
            let mut parts = pattern.text().splitn(6, ':').skip(3);
            if let Some(region) = parts.next() {
                self.region(region);
            }
            if let Some(account) = parts
                .next()
                .filter(|text| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()))
            {
                self.accounts.insert(account.to_owned());
            }
            self.patterns.push(pattern);
        }
        for condition in &statement.conditions {
            match condition.key_lower() {
                "aws:requestedregion" => condition.values.iter().for_each(|value| self.region(value)),
                "bedrock:inferenceprofilearn" => {
                    condition
                        .values
                        .iter()
                        .filter_map(|value| value.split(':').nth(3))
                        .for_each(|value| self.region(value));
                }
                _ => {}
            }
        }
    }

    fn region(&mut self, text: &str) {
        if text.is_empty() || text == "*" || text.contains('$') {
            return;
        }
        if !text.contains(['*', '?']) {
            self.regions.insert(text.to_owned());
            return;
        }
        let pattern = Pattern::glob(text);
        if !self.regions.iter().any(|region| pattern.matches(region)) {
            self.regions.extend(
                SAMPLE_REGIONS
                    .iter()
                    .find(|region| pattern.matches(region))
                    .map(|region| (*region).to_owned()),
            );
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
                } else if id.contains(['*', '?']) || id.contains("${") {
                    (Pattern::glob(id).instantiate(CANARY), Kind::Instance(id.to_owned()))
                } else {
                    (id.to_owned(), Kind::Literal)
                };
                self.everywhere(kind, &id, &why, &mut out);
            }
        }
        out
    }

    /// Known models that some wildcard of the policies may take in.
    pub(super) fn known(&self) -> Vec<Candidate> {
        let wild: Vec<Pattern> = self
            .patterns
            .iter()
            .filter(|pattern| !pattern.is_literal())
            .map(|pattern| Pattern::glob(id_of(pattern.text(), "foundation-model").unwrap_or("*")))
            .collect();
        let mut out = Vec::new();
        for id in self
            .scope
            .models
            .ids()
            .filter(|id| wild.iter().any(|pattern| pattern.matches(id)))
        {
            self.everywhere("foundation-model", id, &Kind::Literal, &mut out);
        }
        out
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
