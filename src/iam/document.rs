//! Policy documents: read as AWS accepts them, refused where nobody could say what they mean.
//!
//! Tolerant where AWS is (one or many, booleans as text, percent-encoding), strict where meaning is at stake: an error
//! names the place, an element nobody knows is kept in the raw statement and reported, and sizes are bounded.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>

use super::condition::Condition;
use super::json::{self, Node};
use super::pattern::{Pattern, Syntax};
use super::principal::{PrincipalElement, PrincipalSet};
use super::statement::{ActionElement, ActionPattern, Effect, ResourceElement, Statement};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

/// No policy of AWS comes near this size; what is larger is refused unread.
const MAX_DOCUMENT: usize = 1 << 20;
/// Larger than any whole policy of AWS but a bucket's, which holds many patterns.
const MAX_PATTERN: usize = 16 * 1024;

/// Why a document could not be understood, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {problem}")]
pub struct PolicyError {
    /// The place, for example `Statement[2].Effect`.
    pub at: String,
    /// What is wrong there.
    pub problem: String,
}

fn wrong<T>(at: impl Into<String>, problem: impl Into<String>) -> Result<T, PolicyError> {
    Err(PolicyError {
        at: at.into(),
        problem: problem.into(),
    })
}

/// The version of the policy language, not of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// `2012-10-17`: policy variables are replaced.
    V2012,
    /// `2008-10-17`, the default: `${…}` is plain text.
    V2008,
}

/// A policy document.
#[derive(Debug, Clone)]
pub struct Document {
    /// The language version.
    pub version: Version,
    /// The statements in their order.
    pub statements: Vec<Statement>,
    /// What was odd, but did not keep the document from being understood.
    pub warnings: Vec<String>,
}

impl Document {
    /// Parses a document, percent-encoded as IAM sends it or plain as the other services do.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        Self::parse_shared(&Arc::from(text))
    }

    /// As [`Document::parse`], for a text that somebody else holds as well.
    pub fn parse_shared(source: &Arc<str>) -> Result<Self, PolicyError> {
        if source.len() > MAX_DOCUMENT {
            return wrong(
                "document",
                format!("{} bytes are more than any policy has", source.len()),
            );
        }
        let text = decode(source)?;
        let (value, repeated) = json::read(&text).or_else(|error| wrong("document", format!("not JSON: {error}")))?;
        let mut warnings: Vec<String> = repeated
            .iter()
            .map(|name| format!("`{name}` stands more than once; the last one is used"))
            .collect();
        let Node::Object(top) = value else {
            return wrong("document", "not an object");
        };
        let mut version = Version::V2008;
        let mut statements = None;
        for (name, value) in top {
            match element(&name, &["Version", "Id", "Statement"], "document", &mut warnings) {
                Some("Version") => version = read_version(&value, &mut warnings)?,
                Some("Statement") => statements = Some(value),
                _ => {}
            }
        }
        let list = match statements {
            None => return wrong("document", "no `Statement`"),
            Some(Node::List(list)) => list,
            Some(one) => vec![one],
        };
        let variables = version == Version::V2012;
        let statements = list
            .into_iter()
            .enumerate()
            .map(|(index, value)| {
                Place {
                    source,
                    index,
                    variables,
                    warnings: &mut warnings,
                }
                .statement(&value)
            })
            .collect::<Result<Vec<_>, _>>()?;
        let mut sids = BTreeSet::new();
        for sid in statements.iter().filter_map(|statement| statement.sid.as_deref()) {
            if !sids.insert(sid) {
                warnings.push(format!("the Sid `{sid}` stands more than once"));
            }
        }
        Ok(Self {
            version,
            statements,
            warnings,
        })
    }

    /// Could any statement say something about an action with this service prefix (in lower case)?
    pub fn touches(&self, prefix: &str) -> bool {
        self.statements.iter().any(|statement| statement.touches(prefix))
    }
}

fn decode(text: &str) -> Result<Cow<'_, str>, PolicyError> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if !text.starts_with('%') {
        return Ok(Cow::Borrowed(text));
    }
    percent_decode_str(text)
        .decode_utf8()
        .or_else(|_| wrong("document", "percent-encoded bytes are not UTF-8"))
}

fn read_version(value: &Node<'_>, warnings: &mut Vec<String>) -> Result<Version, PolicyError> {
    let Node::Text(version) = value else {
        return wrong("Version", "not text");
    };
    match version.as_ref() {
        "2012-10-17" => Ok(Version::V2012),
        "2008-10-17" => Ok(Version::V2008),
        other => {
            warnings.push(format!(
                "`{other}` is no version of the policy language; read as 2008-10-17"
            ));
            Ok(Version::V2008)
        }
    }
}

/// A statement as it was written, read once more from its document. Few are ever shown, and all of them together
/// would take more memory than everything else that is known of an account.
pub(super) fn as_written(source: &str, index: usize) -> Option<Value> {
    let text = decode(source).ok()?;
    let Ok(Value::Object(top)) = serde_json::from_str(&text) else {
        return None;
    };
    let mut named = top
        .into_iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("Statement"));
    match named.next_back()?.1 {
        Value::Array(list) => list.into_iter().nth(index),
        one => Some(one),
    }
}

/// The known element that `name` means, if any. AWS writes names in one case only; a policy it stored is trusted to
/// mean the element it resembles.
fn element(name: &str, known: &[&'static str], at: &str, warnings: &mut Vec<String>) -> Option<&'static str> {
    let found = known.iter().find(|known| known.eq_ignore_ascii_case(name)).copied();
    match found {
        Some(exact) if exact == name => {}
        Some(exact) => warnings.push(format!("{at}: `{name}` is read as `{exact}`")),
        None => warnings.push(format!("{at}: unknown element `{name}`")),
    }
    found
}

const ELEMENTS: [&str; 10] = [
    "Sid",
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Principal",
    "NotPrincipal",
    "Condition",
    // Written by some generators; it says nothing.
    "Description",
];

/// The place of one statement while it is read.
struct Place<'w> {
    source: &'w Arc<str>,
    index: usize,
    variables: bool,
    warnings: &'w mut Vec<String>,
}

impl Place<'_> {
    fn at(&self, element: &str) -> String {
        if element.is_empty() {
            format!("Statement[{}]", self.index)
        } else {
            format!("Statement[{}].{element}", self.index)
        }
    }

    fn statement(mut self, value: &Node<'_>) -> Result<Statement, PolicyError> {
        let Node::Object(fields) = value else {
            return wrong(self.at(""), "not an object");
        };
        let (mut sid, mut effect, mut conditions) = (None, None, Vec::new());
        let (mut actions, mut resources, mut principals) = (None, ResourceElement::None, PrincipalElement::None);
        for (name, value) in fields {
            let place = self.at("");
            let Some(known) = element(name, &ELEMENTS, &place, self.warnings) else {
                continue;
            };
            let place = self.at(known);
            match known {
                "Sid" => sid = Some(text(value, || place.clone())?).filter(|sid| !sid.is_empty()),
                "Effect" => effect = Some(self.effect(value)?),
                "Action" | "NotAction" => {
                    let list = self.actions(texts(value, &place)?, &place);
                    let element = if known == "Action" {
                        ActionElement::Action(list)
                    } else {
                        ActionElement::NotAction(list)
                    };
                    if actions.replace(element).is_some() {
                        return wrong(place, "both `Action` and `NotAction`");
                    }
                }
                "Resource" | "NotResource" => {
                    let list = self.resources(texts(value, &place)?);
                    if !matches!(resources, ResourceElement::None) {
                        return wrong(place, "both `Resource` and `NotResource`");
                    }
                    resources = if known == "Resource" {
                        ResourceElement::Resource(list)
                    } else {
                        ResourceElement::NotResource(list)
                    };
                }
                "Principal" | "NotPrincipal" => {
                    let set = self.principals(value, &place)?;
                    if !matches!(principals, PrincipalElement::None) {
                        return wrong(place, "both `Principal` and `NotPrincipal`");
                    }
                    principals = if known == "Principal" {
                        PrincipalElement::Principal(set)
                    } else {
                        PrincipalElement::NotPrincipal(set)
                    };
                }
                "Condition" => conditions = self.conditions(value, &place)?,
                _ => {}
            }
        }
        let Some(effect) = effect else {
            return wrong(self.at(""), "no `Effect`");
        };
        let Some(actions) = actions else {
            return wrong(self.at(""), "no `Action`");
        };
        Ok(Statement {
            index: self.index,
            sid,
            effect,
            actions,
            resources,
            principals,
            conditions,
            source: Arc::clone(self.source),
        })
    }

    fn effect(&mut self, value: &Node<'_>) -> Result<Effect, PolicyError> {
        let place = self.at("Effect");
        let text = text(value, || place.clone())?;
        let effect = match text.to_ascii_lowercase().as_str() {
            "allow" => Effect::Allow,
            "deny" => Effect::Deny,
            _ => return wrong(place, format!("`{text}` is neither `Allow` nor `Deny`")),
        };
        if text != effect.as_str() {
            self.warnings
                .push(format!("{place}: `{text}` is read as `{}`", effect.as_str()));
        }
        Ok(effect)
    }

    fn actions(&mut self, texts: Vec<String>, place: &str) -> Vec<ActionPattern> {
        let list: Vec<ActionPattern> = texts.iter().map(|text| ActionPattern::new(text)).collect();
        for pattern in &list {
            if let Some(problem) = pattern.problem() {
                self.warnings.push(format!("{place}: `{}` {problem}", pattern.text()));
            }
        }
        list
    }

    fn resources(&self, texts: Vec<String>) -> Vec<Pattern> {
        let syntax = Syntax {
            wildcards: true,
            variables: self.variables,
            fold: false,
        };
        texts.iter().map(|text| Pattern::new(text, syntax)).collect()
    }

    fn principals(&mut self, value: &Node<'_>, place: &str) -> Result<PrincipalSet, PolicyError> {
        let mut set = PrincipalSet::default();
        let Node::Object(kinds) = value else {
            for text in texts(value, place)? {
                if text == "*" {
                    set.everyone = true;
                } else {
                    set.aws.push(text);
                }
            }
            return Ok(set);
        };
        for (kind, value) in kinds {
            let place = format!("{place}.{kind}");
            let list = texts(value, &place)?;
            match element(
                kind,
                &["AWS", "Service", "Federated", "CanonicalUser"],
                &place,
                self.warnings,
            ) {
                Some("AWS") => set.aws.extend(list),
                Some("Service") => set.service.extend(list),
                Some("Federated") => set.federated.extend(list),
                Some("CanonicalUser") => set.canonical_user.extend(list),
                _ => {}
            }
        }
        set.everyone |= set.aws.iter().any(|text| text == "*");
        Ok(set)
    }

    fn conditions(&mut self, value: &Node<'_>, place: &str) -> Result<Vec<Condition>, PolicyError> {
        let Node::Object(operators) = value else {
            return wrong(place, "not an object");
        };
        let mut out = Vec::new();
        for (operator, keys) in operators {
            let place = format!("{place}.{operator}");
            let Node::Object(keys) = keys else {
                return wrong(place, "not an object");
            };
            self.operator(operator, keys, &place, &mut out)?;
        }
        Ok(out)
    }

    fn operator(
        &mut self,
        operator: &str,
        keys: &[(Cow<'_, str>, Node<'_>)],
        place: &str,
        out: &mut Vec<Condition>,
    ) -> Result<(), PolicyError> {
        for (key, values) in keys {
            let values = texts(values, &format!("{place}.{key}"))?;
            let condition = Condition::new(operator.to_owned(), key.clone().into_owned(), values, self.variables);
            if condition.operator.is_none() {
                self.warnings
                    .push(format!("{place}: unknown condition operator `{operator}`"));
            }
            out.push(condition);
        }
        Ok(())
    }
}

fn text(value: &Node<'_>, place: impl Fn() -> String) -> Result<String, PolicyError> {
    let text = match value {
        Node::Text(text) => text.clone().into_owned(),
        Node::Plain(text) => text.clone(),
        _ => return wrong(place(), "neither text nor a list of texts"),
    };
    if text.len() > MAX_PATTERN {
        return wrong(
            place(),
            format!("a text of {} bytes is longer than any policy", text.len()),
        );
    }
    Ok(text)
}

fn texts(value: &Node<'_>, place: &str) -> Result<Vec<String>, PolicyError> {
    match value {
        Node::List(items) => items
            .iter()
            .enumerate()
            .map(|(at, item)| text(item, || format!("{place}[{at}]")))
            .collect(),
        one => Ok(vec![text(one, || place.to_owned())?]),
    }
}

#[cfg(test)]
mod tests;
