//! What is known of a request: its action, its resource, and the values of condition keys.
//!
//! A key is known with values, known to be absent, or open until request time. The world is either open (what is not
//! set is open) or closed (what is not set is absent). Keys that AWS never sends with an action or a resource are
//! absent in both worlds, whatever a policy hopes for.

use super::actions;
use std::collections::BTreeMap;

/// What is known of one condition key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// The request carries the key with these values; without any it counts as absent.
    Values(Vec<String>),
    /// The request does not carry the key.
    Absent,
    /// Only the request will tell.
    Unset,
}

static ABSENT: Known = Known::Absent;
static UNSET: Known = Known::Unset;

/// The condition keys of a request. Key names are compared without case, tag names in them included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    keys: BTreeMap<Box<str>, Known>,
    closed: bool,
}

impl Default for Context {
    fn default() -> Self {
        Self::open()
    }
}

impl Context {
    /// A context in which every key that is not set is left to the request.
    pub fn open() -> Self {
        Self {
            keys: BTreeMap::new(),
            closed: false,
        }
    }

    /// A context in which every key that is not set is absent.
    pub fn closed() -> Self {
        Self {
            keys: BTreeMap::new(),
            closed: true,
        }
    }

    /// The same, with `key` known to have `values`.
    pub fn set<S: Into<String>>(mut self, key: &str, values: impl IntoIterator<Item = S>) -> Self {
        self.insert(key, Known::Values(values.into_iter().map(Into::into).collect()));
        self
    }

    /// The same, with `key` known to be absent.
    pub fn absent(mut self, key: &str) -> Self {
        self.insert(key, Known::Absent);
        self
    }

    /// Records what is known of `key`, in place of what was recorded.
    pub fn insert(&mut self, key: &str, known: Known) {
        self.keys.insert(key.to_ascii_lowercase().into(), known);
    }

    /// What was recorded of `key`, if anything.
    pub fn explicit(&self, key: &str) -> Option<&Known> {
        if key.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return self.keys.get(key.to_ascii_lowercase().as_str());
        }
        self.keys.get(key)
    }

    /// Are keys that are not set absent?
    pub fn is_closed(&self) -> bool {
        self.closed
    }
}

/// One request, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The action with its service prefix, for example `bedrock:InvokeModel`.
    pub action: String,
    /// The ARN of the resource, or `*` for actions that know none.
    pub resource: String,
    /// The condition keys.
    pub context: Context,
}

impl Request {
    /// A request for `action` on `resource`.
    pub fn new(action: impl Into<String>, resource: impl Into<String>, context: Context) -> Self {
        Self {
            action: action.into(),
            resource: resource.into(),
            context,
        }
    }

    pub(super) fn view(&self) -> View<'_> {
        View {
            context: &self.context,
            action: &self.action,
            resource: &self.resource,
        }
    }
}

/// A context seen from one action and resource.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'a> {
    context: &'a Context,
    action: &'a str,
    resource: &'a str,
}

impl<'a> View<'a> {
    /// A context by itself, for no action in particular.
    pub(super) fn of(context: &'a Context) -> Self {
        Self {
            context,
            action: "",
            resource: "",
        }
    }

    /// What is known of `key`, which is in lower case.
    pub(super) fn get(&self, key: &str) -> &'a Known {
        match self.context.keys.get(key) {
            Some(Known::Values(values)) if values.is_empty() => &ABSENT,
            Some(known) => known,
            None if self.context.closed || actions::never_sent(key, self.action, self.resource) => &ABSENT,
            None => &UNSET,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_case() {
        let context = Context::open().set("aws:PrincipalTag/Team", ["red"]);
        assert_eq!(
            context.explicit("AWS:principaltag/TEAM"),
            Some(&Known::Values(vec!["red".to_owned()]))
        );
        assert_eq!(View::of(&context).get("aws:sourceip"), &Known::Unset);
        assert_eq!(View::of(&Context::closed()).get("aws:sourceip"), &Known::Absent);
    }

    #[test]
    fn a_key_without_values_is_absent() {
        let context = Context::open().set("aws:TagKeys", Vec::<String>::new());
        assert_eq!(View::of(&context).get("aws:tagkeys"), &Known::Absent);
    }

    #[test]
    fn what_aws_never_sends_is_absent_in_an_open_world() {
        let request = Request::new(
            "bedrock:InvokeModel",
            "arn:aws:bedrock:eu-west-1::foundation-model/m",
            Context::open(),
        );
        for key in [
            "bedrock:modelid",
            "bedrock:modelarn",
            "aws:resourcetag/team",
            "aws:inferenceprofilearn",
        ] {
            assert_eq!(request.view().get(key), &Known::Absent, "{key}");
        }
        assert_eq!(request.view().get("bedrock:inferenceprofilearn"), &Known::Unset);
    }
}
