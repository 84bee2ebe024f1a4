//! One statement: what it says about an action, a resource and a request, in three values.
//!
//! Actions are compared without case and resources with it; wildcards in both cross every separator. A wildcard inside
//! the service prefix is not documented, so that such a pattern answers `Maybe` where it would match.

use super::condition::{Condition, Trace};
use super::context::{Context, Request, View};
use super::document;
use super::pattern::{Pattern, Syntax};
use super::principal::PrincipalElement;
use super::tri::Tri;
use serde::Serialize;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

/// Whether a statement grants or refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Effect {
    /// It grants.
    Allow,
    /// It refuses, whatever grants.
    Deny,
}

impl Effect {
    /// The word of the policy language.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "Allow",
            Self::Deny => "Deny",
        }
    }
}

/// `Action` or `NotAction`.
#[derive(Debug, Clone)]
pub enum ActionElement {
    /// The actions it speaks of.
    Action(Vec<ActionPattern>),
    /// It speaks of all but these.
    NotAction(Vec<ActionPattern>),
}

/// `Resource` or `NotResource`.
#[derive(Debug, Clone)]
pub enum ResourceElement {
    /// The resources it speaks of.
    Resource(Vec<Pattern>),
    /// It speaks of all but these.
    NotResource(Vec<Pattern>),
    /// Neither is given: a trust policy, which speaks of its own role.
    None,
}

/// One action pattern, its service prefix apart.
///
/// The same few hundred patterns stand in all policies of an account, so that equal ones share their parts.
#[derive(Debug, Clone)]
pub struct ActionPattern(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    text: Box<str>,
    prefix: Prefix,
    name: Pattern,
}

thread_local! {
    /// What this thread read lately.
    static KNOWN: RefCell<HashMap<Box<str>, Arc<Parts>>> = RefCell::default();
}

/// More patterns than any account has actions; after that the memory begins anew.
const MOST_KNOWN: usize = 4096;
/// Longer than the name of any action.
const LONGEST_KNOWN: usize = 128;

#[derive(Debug, Clone)]
enum Prefix {
    /// A lone `*`, or `*:*`.
    Every,
    /// A service, in lower case.
    Service(Box<str>),
    /// A prefix with wildcards inside: what IAM makes of it is not documented.
    Wild(Pattern),
    /// No colon: it names nothing.
    Missing,
}

impl Parts {
    fn read(text: &str) -> Self {
        let stars = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte == b'*');
        let (prefix, name) = match text.split_once(':') {
            Some((prefix, name)) if stars(prefix) && stars(name) => (Prefix::Every, name),
            Some((prefix, name)) if prefix.contains(['*', '?']) => {
                (Prefix::Wild(Pattern::new(prefix, Syntax::ACTION)), name)
            }
            Some((prefix, name)) => (Prefix::Service(prefix.trim().to_ascii_lowercase().into()), name),
            None if stars(text) => (Prefix::Every, text),
            None if text.contains(['*', '?']) => (Prefix::Wild(Pattern::new(text, Syntax::ACTION)), "*"),
            None => (Prefix::Missing, text),
        };
        Self {
            text: text.into(),
            prefix,
            name: Pattern::new(name.trim(), Syntax::ACTION),
        }
    }
}

impl ActionPattern {
    /// Reads one entry of an action list.
    pub fn new(text: &str) -> Self {
        let known = KNOWN.with_borrow(|known| known.get(text).map(Arc::clone));
        Self(known.unwrap_or_else(|| {
            let parts = Arc::new(Parts::read(text));
            if text.len() > LONGEST_KNOWN {
                return parts;
            }
            KNOWN.with_borrow_mut(|known| {
                if known.len() >= MOST_KNOWN {
                    known.clear();
                }
                known.insert(text.into(), Arc::clone(&parts));
            });
            parts
        }))
    }

    /// The entry as the policy writes it.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The service prefix in lower case, where it is plain.
    pub fn service(&self) -> Option<&str> {
        match &self.0.prefix {
            Prefix::Service(service) => Some(service),
            _ => None,
        }
    }

    /// The pattern for what follows the prefix.
    pub fn name(&self) -> &Pattern {
        &self.0.name
    }

    /// It names every action of every service.
    pub fn is_everything(&self) -> bool {
        matches!(self.0.prefix, Prefix::Every)
    }

    /// Does it name `action`?
    pub fn matches(&self, action: &str) -> Tri {
        let Some((prefix, name)) = action.split_once(':') else {
            return self.is_everything().into();
        };
        match &self.0.prefix {
            Prefix::Every => Tri::True,
            Prefix::Service(service) => (service.eq_ignore_ascii_case(prefix) && self.0.name.matches(name)).into(),
            Prefix::Wild(wild) if wild.matches(prefix) && self.0.name.matches(name) => Tri::Maybe,
            Prefix::Wild(_) | Prefix::Missing => Tri::False,
        }
    }

    pub(super) fn problem(&self) -> Option<&'static str> {
        match self.0.prefix {
            Prefix::Wild(_) => Some("has a wildcard in the service prefix, which IAM does not document"),
            Prefix::Missing => Some("has no service prefix and names nothing"),
            _ => None,
        }
    }

    fn touches(&self, prefix: &str) -> bool {
        match &self.0.prefix {
            Prefix::Every => true,
            Prefix::Service(service) => &**service == prefix,
            Prefix::Wild(wild) => wild.matches(prefix),
            Prefix::Missing => false,
        }
    }
}

/// The answer of a statement's conditions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionOutcome {
    /// Do all of them hold?
    pub tri: Tri,
    /// The keys that decide: the open ones of a `Maybe`, the failing ones of a `False`, all of a `True`.
    pub keys: Vec<String>,
}

/// Whether a statement speaks of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applies<'s> {
    /// Does it?
    pub tri: Tri,
    /// The keys and variables on which a `Maybe` depends.
    pub keys: Vec<&'s str>,
    /// What cannot be judged at all, in words.
    pub doubts: Vec<String>,
}

impl Applies<'_> {
    fn never() -> Self {
        Self {
            tri: Tri::False,
            keys: Vec::new(),
            doubts: Vec::new(),
        }
    }
}

/// One statement of a policy.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Its place in the document, from 0.
    pub index: usize,
    /// Its name, where it has one.
    pub sid: Option<String>,
    /// Grants or refuses.
    pub effect: Effect,
    /// Which actions.
    pub actions: ActionElement,
    /// Which resources.
    pub resources: ResourceElement,
    /// Which principals, in policies that are attached to something other than a principal.
    pub principals: PrincipalElement,
    /// Under which conditions; all must hold.
    pub conditions: Vec<Condition>,
    /// The document that it stands in.
    pub(super) source: Arc<str>,
}

impl Statement {
    /// The statement as it was written.
    pub fn as_written(&self) -> Value {
        document::as_written(&self.source, self.index).unwrap_or_default()
    }

    /// The Sid, or the index as text.
    pub fn label(&self) -> String {
        self.sid.clone().unwrap_or_else(|| self.index.to_string())
    }

    /// Could it say something about an action with this service prefix (in lower case)?
    pub fn touches(&self, prefix: &str) -> bool {
        match &self.actions {
            ActionElement::Action(list) => list.iter().any(|pattern| pattern.touches(prefix)),
            ActionElement::NotAction(_) => true,
        }
    }

    /// Could it say something about an action of either of Bedrock's prefixes?
    pub fn touches_bedrock(&self) -> bool {
        self.touches("bedrock") || self.touches("bedrock-mantle")
    }

    /// Does it speak of `action`?
    pub fn matches_action(&self, action: &str) -> Tri {
        let any = |list: &[ActionPattern]| {
            list.iter()
                .map(|pattern| pattern.matches(action))
                .fold(Tri::False, Tri::or)
        };
        match &self.actions {
            ActionElement::Action(list) => any(list),
            ActionElement::NotAction(list) => !any(list),
        }
    }

    /// Does it speak of the resource with this ARN?
    pub fn matches_resource(&self, resource: &str, context: &Context) -> Tri {
        self.resource_in(resource, &View::of(context), &mut Trace::default())
    }

    /// Do its conditions hold in `context`?
    pub fn condition(&self, context: &Context) -> ConditionOutcome {
        let (mut tri, mut open, mut failing) = (Tri::True, Vec::new(), Vec::new());
        for condition in &self.conditions {
            let holds = condition.holds(context);
            match holds {
                Tri::Maybe => open.push(condition.key.clone()),
                Tri::False => failing.push(condition.key.clone()),
                Tri::True => {}
            }
            tri = tri.and(holds);
        }
        let keys = match tri {
            Tri::Maybe => open,
            Tri::False => failing,
            Tri::True => self.conditions.iter().map(|condition| condition.key.clone()).collect(),
        };
        ConditionOutcome { tri, keys }
    }

    /// Does it speak of `request`? Principals are not looked at.
    pub fn applies(&self, request: &Request) -> Applies<'_> {
        let action = self.matches_action(&request.action);
        if action.is_false() {
            return Applies::never();
        }
        let view = request.view();
        let mut trace = Trace::default();
        if action == Tri::Maybe {
            trace
                .doubts
                .push("a wildcard in the service prefix of an action".to_owned());
        }
        let mut tri = action.and(self.resource_in(&request.resource, &view, &mut trace));
        for condition in &self.conditions {
            if tri.is_false() {
                return Applies::never();
            }
            tri = tri.and(condition.evaluate(&view, &mut trace));
        }
        match tri {
            Tri::Maybe => Applies {
                tri,
                keys: trace.keys,
                doubts: trace.doubts,
            },
            tri => Applies {
                tri,
                keys: Vec::new(),
                doubts: Vec::new(),
            },
        }
    }

    fn resource_in<'s>(&'s self, resource: &str, view: &View<'_>, trace: &mut Trace<'s>) -> Tri {
        let (list, negated) = match &self.resources {
            ResourceElement::None => return Tri::True,
            ResourceElement::Resource(list) => (list, false),
            ResourceElement::NotResource(list) => (list, true),
        };
        let mut best = Tri::False;
        for pattern in list {
            let hit = pattern.matches_in(resource, view);
            best = best.or(hit);
            if best.is_true() {
                break;
            }
            if hit == Tri::Maybe {
                for name in pattern.variables() {
                    trace.key(name);
                }
            }
        }
        if negated { !best } else { best }
    }
}
