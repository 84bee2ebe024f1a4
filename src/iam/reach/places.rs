//! Reach beyond models: objects outside a set of places, and "any" function, bucket, API or role.
//!
//! A name that begins like a permitted one (`bucket-2`, `prefix-other/`) is tried as well, because wildcards without a
//! closing separator take it in.

use super::candidates::Ground;
use super::{CANARY, Grant, Scope, Witness, ask};
use crate::iam::access::{PolicySet, Verdict};
use crate::iam::actions::catalogue;
use crate::iam::condition::Condition;
use crate::iam::context::{Context, Known, Request};
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
    let ground = Ground::survey(scope, policies, None, service);
    let Scope { partition, .. } = scope;
    let accounts = owners(scope, &ground);
    let regional = |rest: &str| everywhere(scope, &ground, service, rest);
    let global = |service: &str, rest: &str| -> Vec<String> {
        accounts
            .iter()
            .map(|account| format!("arn:{partition}:{service}::{account}:{rest}"))
            .collect()
    };
    match service {
        "s3" => vec![
            format!("arn:{partition}:s3:::{CANARY}/{CANARY}"),
            format!("arn:{partition}:s3:::{CANARY}"),
        ],
        "iam" | "sts" => global("iam", &format!("role/{CANARY}")),
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
            out.extend(global(service, &format!("{CANARY}/{CANARY}")));
            out
        }
    }
}

/// The account's own first; a wildcard over another account's resources is one too.
fn owners<'g>(scope: &Scope<'g>, ground: &'g Ground<'g>) -> Vec<&'g str> {
    let others = ground.accounts().filter(|account| *account != scope.account);
    std::iter::once(scope.account).chain(others).collect()
}

/// One resource in every region, of every account in question.
fn everywhere(scope: &Scope<'_>, ground: &Ground<'_>, service: &str, rest: &str) -> Vec<String> {
    let (partition, accounts) = (scope.partition, owners(scope, ground));
    let places = accounts
        .iter()
        .flat_map(|account| ground.regions.iter().map(move |region| (account, region)));
    places
        .map(|(account, region)| format!("arn:{partition}:{service}:{region}:{account}:{rest}"))
        .collect()
}

/// A part of every function, bucket or API that some pattern of the policies takes in: the objects under one prefix of
/// whatever bucket, one stage or method of whatever API, one alias of whatever function.
pub fn in_every(scope: &Scope<'_>, policies: &PolicySet, service: &str) -> Vec<String> {
    let ground = Ground::survey(scope, policies, None, service);
    let wild = |part: &str| part.contains('*') && part.bytes().all(|byte| matches!(byte, b'*' | b'?'));
    let mut parts: BTreeSet<String> = BTreeSet::new();
    for text in ground.texts() {
        let Some(rest) = text.splitn(6, ':').nth(5) else {
            continue;
        };
        let name = match service {
            "s3" | "execute-api" => rest.split_once('/').map(|(name, _)| name),
            "lambda" => rest
                .strip_prefix("function:")
                .and_then(|rest| Some(rest.split_once(':')?.0)),
            _ => None,
        };
        if name.is_some_and(wild) {
            parts.insert(Pattern::glob(&without_variables(rest)).instantiate(CANARY));
        }
    }
    let parts = parts.iter();
    if service == "s3" {
        return parts
            .map(|rest| format!("arn:{}:s3:::{rest}", scope.partition))
            .collect();
    }
    parts
        .flat_map(|rest| everywhere(scope, &ground, service, rest))
        .collect()
}

/// Is `action` allowed on a resource that no policy names or tells by its tags: on any function, bucket, API, role?
pub fn wildcard_reach(scope: &Scope<'_>, policies: &PolicySet, action: &str) -> Option<Witness> {
    let grants = Grant::all(policies).any(|grant| grant.statement.matches_action(action).is_possible());
    if !grants {
        return None;
    }
    let service = action
        .split_once(':')
        .map_or("", |(service, _)| service)
        .to_ascii_lowercase();
    let tries = canaries(scope, policies, &service);
    let mut best: Option<Witness> = None;
    for context in untagged_contexts(scope.context, policies) {
        let scope = Scope {
            context: &context,
            ..*scope
        };
        match first_allowed(&scope, policies, action, &tries) {
            Some(witness) if witness.is_certain() => return Some(witness),
            found => best = best.or(found),
        }
    }
    best
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

/// Does the statement grant everything, or everything but a few services with Bedrock not among them, on every
/// resource?
///
/// `AdministratorAccess` and `PowerUserAccess` do; what bounds them is another question.
pub fn is_administrator(statement: &Statement) -> bool {
    leaves_most(statement) && statement.matches_action(&format!("bedrock:{CANARY}")).is_true()
}

/// Does the statement grant all or most services on every resource?
pub fn leaves_most(statement: &Statement) -> bool {
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
            let (mut kept, mut all) = (0, 0);
            for prefix in catalogue().prefixes() {
                all += 1;
                kept += usize::from(statement.matches_action(&format!("{prefix}:{CANARY}")).is_true());
            }
            kept * 2 > all
        }
    }
}

/// The contexts in which a resource that no policy knows is asked about: without tags, and with tags that no policy
/// names. A grant on tagged resources alone reaches neither, so it is no wildcard.
pub fn untagged_contexts(context: &Context, policies: &PolicySet) -> Vec<Context> {
    let conditions = policies
        .all()
        .flat_map(|policy| &policy.document.statements)
        .flat_map(|statement| &statement.conditions);
    let keys: BTreeSet<&str> = conditions
        .map(Condition::key_lower)
        .filter(|key| is_tag(key) && context.explicit(key).is_none())
        .collect();
    let mut bare = context.clone();
    for key in &keys {
        bare.insert(key, Known::Absent);
    }
    fill_names(&mut bare, policies);
    let mut out = vec![bare.clone()];
    out.extend(keys.iter().map(|key| with_unnamed(&bare, policies, key, CANARY)));
    out
}

/// What a variable of a policy stands for, if it may be anything: no resource, tag or profile is called so.
const OTHER: &str = "zq7other";

/// The text of a pattern with [`OTHER`] in the place of each variable.
fn without_variables(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, inside)) = rest.split_once("${") {
        let Some((_, after)) = inside.split_once('}') else {
            break;
        };
        out.push_str(before);
        out.push_str(OTHER);
        rest = after;
    }
    out + rest
}

/// A variable in the name of a resource stands for one name and not for any, whatever the request brings for it; it is
/// given one that no resource has, unless a condition asks for the same key.
fn fill_names(context: &mut Context, policies: &PolicySet) {
    let statements = || policies.all().flat_map(|policy| &policy.document.statements);
    let asked = |name: &str| {
        let mut conditions = statements().flat_map(|statement| &statement.conditions);
        conditions.any(|condition| condition.key_lower().eq_ignore_ascii_case(name))
    };
    for statement in statements().filter(|statement| statement.effect == Effect::Allow) {
        let ResourceElement::Resource(list) = &statement.resources else {
            continue;
        };
        for variable in list.iter().flat_map(Pattern::variables) {
            if context.explicit(variable).is_none() && !asked(variable) {
                context.insert(variable, Known::Values(vec![OTHER.to_owned()]));
            }
        }
    }
}

/// The context of a request whose `key`, a tag of the resource or a profile, has a value that no policy names. Where a
/// policy compares it with a tag that the principal may bring, the two differ.
pub(super) fn with_unnamed(bare: &Context, policies: &PolicySet, key: &str, value: &str) -> Context {
    let mut context = bare.clone().set(key, [value]);
    let conditions = policies
        .all()
        .flat_map(|policy| &policy.document.statements)
        .flat_map(|statement| &statement.conditions)
        .filter(|condition| condition.key_lower() == key);
    let patterns = conditions.flat_map(Condition::patterns);
    for variable in patterns.flat_map(Pattern::variables) {
        if context.explicit(variable).is_none() {
            context.insert(variable, Known::Values(vec![OTHER.to_owned()]));
        }
    }
    context
}

/// Keys that carry a tag of the resource, whichever service's.
fn is_tag(key: &str) -> bool {
    key.contains(":resourcetag/") || key.contains(":existingobjecttag/")
}
