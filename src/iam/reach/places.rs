//! Reach beyond models: objects outside a set of places, and "any" function, bucket, API or role.
//!
//! A name that begins like a permitted one (`bucket-2`, `prefix-other/`) is tried as well, because wildcards without a
//! closing separator take it in.

use super::{CANARY, Grant, Scope, Witness, ask};
use crate::iam::access::{PolicySet, Verdict};
use crate::iam::actions::catalogue;
use crate::iam::context::Request;
use crate::iam::pattern::Pattern;
use crate::iam::statement::{ActionElement, Effect, ResourceElement, Statement};
use std::collections::BTreeSet;

/// The objects of a bucket whose keys begin with a prefix; an empty prefix means all of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The bucket's name.
    pub bucket: String,
    /// What keys begin with.
    pub prefix: String,
}

impl Place {
    fn holds(&self, bucket: &str, key: &str) -> bool {
        self.bucket == bucket && key.starts_with(&self.prefix)
    }
}

/// An object outside every one of `inside` on which the policies allow `action`, if there is one.
///
/// Unread bounds are passed over and listed in the witness. A literal object ARN of a policy counts like any other.
pub fn object_reach(scope: &Scope<'_>, policies: &PolicySet, action: &str, inside: &[Place]) -> Option<Witness> {
    let arn = |rest: &str| format!("arn:{}:s3:::{rest}", scope.partition);
    let mut tries = vec![arn(&format!("{CANARY}/{CANARY}"))];
    for Place { bucket, prefix } in inside {
        tries.push(arn(&format!("{bucket}/{CANARY}")));
        tries.push(arn(&format!("{bucket}-{CANARY}/{CANARY}")));
        tries.push(arn(&format!("{bucket}-{CANARY}/{prefix}{CANARY}")));
        let stem = prefix.trim_end_matches('/');
        tries.push(arn(&format!("{bucket}/{stem}-{CANARY}/{CANARY}")));
        if let Some((parent, _)) = stem.rsplit_once('/') {
            tries.push(arn(&format!("{bucket}/{parent}/{CANARY}")));
        }
    }
    for statement in policies.identity.iter().flat_map(|policy| &policy.document.statements) {
        if statement.effect != Effect::Allow || !statement.matches_action(action).is_possible() {
            continue;
        }
        if let ResourceElement::Resource(list) = &statement.resources {
            for pattern in list.iter().filter(|pattern| pattern.text().contains(":s3:")) {
                tries.extend(["", CANARY, "-other/x"].map(|filler| pattern.instantiate(filler)));
            }
        }
    }
    let outside = |text: &String| {
        let rest = text.splitn(6, ':').nth(5).unwrap_or("");
        rest.split_once('/').is_some_and(|(bucket, key)| {
            !bucket.is_empty() && !key.is_empty() && !inside.iter().any(|place| place.holds(bucket, key))
        })
    };
    tries.retain(outside);
    first_allowed(scope, policies, action, &tries)
}

/// ARNs of resources that no policy names, for a service of which everything might be granted; `*` for others.
///
/// Regions and accounts come from the scan and from the policies.
pub fn canaries(scope: &Scope<'_>, policies: &PolicySet, service: &str) -> Vec<String> {
    let ground = super::candidates::Ground::survey(scope, policies, None, service);
    let Scope { partition, account, .. } = scope;
    let regional = |rest: &str| -> Vec<String> {
        ground
            .regions
            .iter()
            .map(|region| format!("arn:{partition}:{service}:{region}:{account}:{rest}"))
            .collect()
    };
    match service {
        "s3" => vec![
            format!("arn:{partition}:s3:::{CANARY}/{CANARY}"),
            format!("arn:{partition}:s3:::{CANARY}"),
        ],
        "iam" | "sts" => vec![format!("arn:{partition}:iam::{account}:role/{CANARY}")],
        "lambda" => regional(&format!("function:{CANARY}")),
        "execute-api" => regional(&format!("{CANARY}/{CANARY}/GET/{CANARY}")),
        "apigateway" => ground
            .regions
            .iter()
            .map(|region| format!("arn:{partition}:apigateway:{region}::/restapis/{CANARY}"))
            .collect(),
        "dynamodb" => regional(&format!("table/{CANARY}")),
        "secretsmanager" => regional(&format!("secret:{CANARY}")),
        "kms" => regional(&format!("key/{CANARY}")),
        _ => {
            let mut out = regional(&format!("{CANARY}/{CANARY}"));
            out.push(format!("arn:{partition}:{service}::{account}:{CANARY}/{CANARY}"));
            out
        }
    }
}

/// Is `action` allowed on a resource that no policy names: on any function, bucket, API, role?
pub fn wildcard_reach(scope: &Scope<'_>, policies: &PolicySet, action: &str) -> Option<Witness> {
    let grants = Grant::all(policies).any(|grant| grant.statement.matches_action(action).is_possible());
    if !grants {
        return None;
    }
    let service = action
        .split_once(':')
        .map_or("", |(service, _)| service)
        .to_ascii_lowercase();
    first_allowed(scope, policies, action, &canaries(scope, policies, &service))
}

fn first_allowed(scope: &Scope<'_>, policies: &PolicySet, action: &str, tries: &[String]) -> Option<Witness> {
    let mut best = None;
    let mut seen = BTreeSet::new();
    for resource in tries.iter().filter(|resource| seen.insert(resource.as_str())) {
        let request = Request::new(action, resource.clone(), scope.context.clone());
        let decision = ask(policies, None, &request);
        match decision.verdict {
            Verdict::Allowed => return Some(Witness::of(&request, decision)),
            Verdict::Conditional | Verdict::Unknown => best = best.or_else(|| Some(Witness::of(&request, decision))),
            Verdict::ExplicitDeny | Verdict::ImplicitDeny => {}
        }
    }
    best
}

/// Does the statement grant everything, or everything but a few services, on every resource?
///
/// `AdministratorAccess` and `PowerUserAccess` do; what bounds them is another question.
pub fn is_administrator(statement: &Statement) -> bool {
    let everywhere = match &statement.resources {
        ResourceElement::Resource(list) => list.iter().any(Pattern::is_universal),
        _ => false,
    };
    if statement.effect != Effect::Allow || !everywhere {
        return false;
    }
    match &statement.actions {
        ActionElement::Action(list) => list.iter().any(super::super::statement::ActionPattern::is_everything),
        ActionElement::NotAction(_) => {
            let left = |prefix: &str| statement.matches_action(&format!("{prefix}:{CANARY}")).is_true();
            let (mut kept, mut all) = (0, 0);
            for prefix in catalogue().prefixes() {
                all += 1;
                kept += usize::from(left(prefix));
            }
            left("bedrock") && kept * 2 > all
        }
    }
}
