//! The decision: may a principal with these policies make this request, and which statements say so?
//!
//! An explicit Deny anywhere wins. Then every bound must allow: each level of SCPs from the root to the account, the
//! permissions boundary, and at last an identity policy. What could not be read never makes an answer safer: a grant
//! under an unread bound is `Unknown`, while a refusal that the read policies prove stays a refusal, even where other
//! policies beside them are unread.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>

use super::context::Request;
use super::document::Document;
use super::statement::{Effect, Statement};
use super::tri::Tri;
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What kind of policy a statement stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Attached to the principal or its groups, or inline there.
    Identity,
    /// The permissions boundary.
    Boundary,
    /// A service control policy.
    Scp,
    /// Attached to a resource: a bucket, a key, a role's trust, a VPC endpoint.
    Resource,
}

/// One policy, shared by all that hold it.
#[derive(Debug, Clone)]
pub struct PolicyRef {
    /// Its kind.
    pub source: Source,
    /// The policy's ARN, or `PRINCIPAL-ARN#INLINE-NAME`.
    pub id: Arc<str>,
    /// The default version of a managed policy.
    pub version: Option<Arc<str>>,
    /// Its text.
    pub document: Arc<Document>,
}

/// The permissions boundary of a principal.
#[derive(Debug, Clone, Default)]
pub enum Bound {
    /// There is none.
    #[default]
    None,
    /// This policy.
    Policy(PolicyRef),
    /// There is one, which could not be read; the text says what would settle it.
    Unread(String),
}

/// The SCPs that bind an account.
#[derive(Debug, Clone, Default)]
pub enum Scps {
    /// None bind: a stand-alone account, the management account, a service-linked role.
    #[default]
    None,
    /// The levels from the root to the account; each must allow.
    Levels(Arc<[Level]>),
    /// They could not be read; the text says what would settle it.
    Unread(String),
}

/// One level of the path from the root to the account.
#[derive(Debug, Clone)]
pub struct Level {
    /// The root, organizational unit or account.
    pub target: String,
    /// What is attached there.
    pub policies: Vec<PolicyRef>,
    /// What is attached there, or may be, and could not be read or understood.
    pub unread: Vec<String>,
}

/// All that bounds a principal.
#[derive(Debug, Clone, Default)]
pub struct PolicySet {
    /// Its identity policies: inline, attached, by group.
    pub identity: Vec<PolicyRef>,
    /// The identity policies that could not be read or understood.
    pub identity_unread: Vec<String>,
    /// Its permissions boundary.
    pub boundary: Bound,
    /// The SCPs of its account.
    pub scps: Scps,
}

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Allowed, whatever the request carries.
    Allowed,
    /// Depends on the request.
    Conditional,
    /// Refused by a Deny.
    ExplicitDeny,
    /// Refused because nothing, or some bound not, allows it.
    ImplicitDeny,
    /// Depends on something that was not read or cannot be judged.
    Unknown,
}

impl Verdict {
    /// Some request may succeed, as far as can be told.
    pub fn is_possible(self) -> bool {
        matches!(self, Self::Allowed | Self::Conditional | Self::Unknown)
    }
}

/// A statement that decided.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StatementRef {
    /// The kind of its policy.
    pub source: Source,
    /// The policy's id; for an SCP level that allows nothing, the target's.
    pub policy: Arc<str>,
    /// The policy's version.
    pub version: Option<Arc<str>>,
    /// Sid or index; empty where the bound as a whole is meant, because no statement of it allows.
    pub statement: String,
    /// The index, where one statement is meant.
    pub index: Option<usize>,
    /// Its effect; `Allow` for a bound that lacks one.
    pub effect: Effect,
}

impl StatementRef {
    pub(super) fn of(policy: &PolicyRef, statement: &Statement) -> Self {
        Self {
            source: policy.source,
            policy: Arc::clone(&policy.id),
            version: policy.version.clone(),
            statement: statement.label(),
            index: Some(statement.index),
            effect: statement.effect,
        }
    }

    fn missing(source: Source, id: Arc<str>, version: Option<Arc<str>>) -> Self {
        Self {
            source,
            policy: id,
            version,
            statement: String::new(),
            index: None,
            effect: Effect::Allow,
        }
    }
}

/// A decision and its reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The answer.
    pub verdict: Verdict,
    /// The statements that decided it.
    pub because: Vec<StatementRef>,
    /// The condition keys and variables that decide, where the answer is conditional.
    pub conditions: Vec<String>,
    /// What would settle an unknown; filled too where unread bounds were passed over on purpose.
    pub unread: Vec<String>,
}

/// What to make of bounds that could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unread {
    /// A grant under them is unknown.
    #[default]
    Blocks,
    /// Judge as if they were not there, and list them.
    Ignored,
}

/// Decides `request` for a principal with `policies`.
pub fn decide(policies: &PolicySet, request: &Request) -> Decision {
    decide_with(policies, request, Unread::Blocks)
}

/// As [`decide`], with a choice about unread bounds.
pub fn decide_with(policies: &PolicySet, request: &Request, unread: Unread) -> Decision {
    decide_through(policies, None, request, unread)
}

/// As [`decide_with`], were `grant` the only statement of an identity policy that grants anything.
pub fn decide_through(
    policies: &PolicySet,
    grant: Option<(&PolicyRef, &Statement)>,
    request: &Request,
    unread: Unread,
) -> Decision {
    let mut denies = Side::default();
    for policy in policies.all() {
        denies.take(policy, Effect::Deny, request);
    }
    if denies.tri.is_true() {
        return Decision {
            verdict: Verdict::ExplicitDeny,
            because: denies.certain,
            conditions: Vec::new(),
            unread: Vec::new(),
        };
    }
    let mut identity = Side::default();
    match grant {
        Some((policy, statement)) => identity.look(policy, statement, request),
        None => policies
            .identity
            .iter()
            .for_each(|policy| identity.take(policy, Effect::Allow, request)),
    }
    let mut bounds = Vec::new();
    let mut missing = Vec::new();
    let mut unread_list = Vec::new();
    match &policies.scps {
        Scps::None => {}
        Scps::Unread(what) => unread_list.push(what.clone()),
        Scps::Levels(levels) => {
            for level in levels.iter() {
                let mut side = Side::default();
                for policy in &level.policies {
                    side.take(policy, Effect::Allow, request);
                }
                unread_list.extend(level.unread.iter().cloned());
                match (side.tri.is_false(), level.unread.is_empty()) {
                    // What could not be read may be what allows.
                    (true, false) => {}
                    (true, true) => {
                        missing.push(StatementRef::missing(
                            Source::Scp,
                            Arc::from(level.target.as_str()),
                            None,
                        ));
                        bounds.push(side);
                    }
                    (false, _) => bounds.push(side),
                }
            }
        }
    }
    match &policies.boundary {
        Bound::None => {}
        Bound::Unread(what) => unread_list.push(what.clone()),
        Bound::Policy(policy) => {
            let mut side = Side::default();
            side.take(policy, Effect::Allow, request);
            if side.tri.is_false() {
                missing.push(StatementRef::missing(
                    Source::Boundary,
                    Arc::clone(&policy.id),
                    policy.version.clone(),
                ));
            }
            bounds.push(side);
        }
    }
    unread_list.extend(policies.identity_unread.iter().cloned());
    once(&mut unread_list);
    let nothing_grants = identity.tri.is_false() && (policies.identity_unread.is_empty() || unread == Unread::Ignored);
    if nothing_grants || !missing.is_empty() {
        let because = if nothing_grants { Vec::new() } else { missing };
        let unread = if nothing_grants && unread == Unread::Ignored {
            policies.identity_unread.clone()
        } else {
            Vec::new()
        };
        return Decision {
            verdict: Verdict::ImplicitDeny,
            because,
            conditions: Vec::new(),
            unread,
        };
    }
    conclude(identity, bounds, denies, unread_list, unread)
}

/// The answer where nothing refuses for certain.
fn conclude(identity: Side, bounds: Vec<Side>, denies: Side, mut unread_list: Vec<String>, unread: Unread) -> Decision {
    let mut tri = identity.tri.and(!denies.tri);
    let mut because = identity.deciding();
    let mut conditions: Vec<String> = Vec::new();
    let mut doubts: Vec<String> = Vec::new();
    let mut add = |side: &Side| {
        for key in &side.keys {
            if !conditions.iter().any(|known| known.eq_ignore_ascii_case(key)) {
                conditions.push(key.clone());
            }
        }
        doubts.extend(side.doubts.iter().cloned());
    };
    if identity.tri == Tri::Maybe {
        add(&identity);
    }
    for side in bounds.iter().filter(|side| side.tri == Tri::Maybe) {
        tri = tri.and(side.tri);
        add(side);
        because.extend(side.deciding());
    }
    if denies.tri == Tri::Maybe {
        add(&denies);
        because.extend(denies.deciding());
    }
    conditions.sort();
    let blocked = unread == Unread::Blocks && !unread_list.is_empty();
    let verdict = match tri {
        _ if blocked || !doubts.is_empty() => Verdict::Unknown,
        Tri::True => Verdict::Allowed,
        Tri::Maybe => Verdict::Conditional,
        Tri::False => Verdict::ImplicitDeny,
    };
    doubts.sort();
    doubts.dedup();
    unread_list.extend(doubts);
    Decision {
        verdict,
        because,
        conditions,
        unread: unread_list,
    }
}

/// What the statements of one effect say together: any one suffices.
#[derive(Debug)]
pub(super) struct Side {
    pub(super) tri: Tri,
    pub(super) certain: Vec<StatementRef>,
    pub(super) possible: Vec<StatementRef>,
    pub(super) keys: Vec<String>,
    pub(super) doubts: Vec<String>,
}

impl Default for Side {
    fn default() -> Self {
        Self {
            tri: Tri::False,
            certain: Vec::new(),
            possible: Vec::new(),
            keys: Vec::new(),
            doubts: Vec::new(),
        }
    }
}

impl Side {
    /// Takes in the statements of `policy` that have `effect` and speak of `request`.
    pub(super) fn take(&mut self, policy: &PolicyRef, effect: Effect, request: &Request) {
        for statement in policy
            .document
            .statements
            .iter()
            .filter(|statement| statement.effect == effect)
        {
            self.look(policy, statement, request);
        }
    }

    fn look(&mut self, policy: &PolicyRef, statement: &Statement, request: &Request) {
        let applies = statement.applies(request);
        if applies.tri.is_possible() {
            self.note(
                applies.tri,
                StatementRef::of(policy, statement),
                &applies.keys,
                applies.doubts,
            );
        }
    }

    pub(super) fn note(&mut self, tri: Tri, statement: StatementRef, keys: &[&str], doubts: Vec<String>) {
        self.tri = self.tri.or(tri);
        if tri.is_true() {
            self.certain.push(statement);
            return;
        }
        self.possible.push(statement);
        for key in keys {
            if !self.keys.iter().any(|known| known.eq_ignore_ascii_case(key)) {
                self.keys.push((*key).to_owned());
            }
        }
        self.doubts.extend(doubts);
    }

    /// The certain statements, or where there are none the possible ones.
    pub(super) fn deciding(&self) -> Vec<StatementRef> {
        if self.certain.is_empty() {
            self.possible.clone()
        } else {
            self.certain.clone()
        }
    }
}

impl PolicySet {
    /// Every policy that was read, in the order identity, boundary, SCPs.
    pub fn all(&self) -> impl Iterator<Item = &PolicyRef> {
        let boundary = match &self.boundary {
            Bound::Policy(policy) => Some(policy),
            _ => None,
        };
        let levels: &[Level] = match &self.scps {
            Scps::Levels(levels) => levels,
            _ => &[],
        };
        self.identity
            .iter()
            .chain(boundary)
            .chain(levels.iter().flat_map(|level| &level.policies))
    }

    /// What was not read and so not evaluated, each with what it is.
    pub fn remarks(&self) -> Vec<String> {
        let mut out = Vec::new();
        let of_scps = |what: &String| format!("SCPs were not evaluated: {what}");
        match &self.scps {
            Scps::None => {}
            Scps::Levels(levels) => out.extend(levels.iter().flat_map(|level| &level.unread).map(of_scps)),
            Scps::Unread(what) => out.push(of_scps(what)),
        }
        if let Bound::Unread(what) = &self.boundary {
            out.push(format!("the permissions boundary was not evaluated: {what}"));
        }
        let policies = self.identity_unread.iter();
        out.extend(policies.map(|what| format!("an identity policy was not evaluated: {what}")));
        once(&mut out);
        out
    }

    /// What could not be read, in words.
    pub fn unread(&self) -> Vec<String> {
        let mut out = Vec::new();
        match &self.scps {
            Scps::None => {}
            Scps::Levels(levels) => out.extend(levels.iter().flat_map(|level| level.unread.iter().cloned())),
            Scps::Unread(what) => out.push(what.clone()),
        }
        if let Bound::Unread(what) = &self.boundary {
            out.push(what.clone());
        }
        out.extend(self.identity_unread.iter().cloned());
        once(&mut out);
        out
    }
}

/// Each text once, where it stood first: one unread SCP may hang at several levels.
fn once(texts: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    texts.retain(|text| seen.insert(text.clone()));
}

#[cfg(test)]
mod tests;
