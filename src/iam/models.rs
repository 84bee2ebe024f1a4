//! Ids of base models, and which of them are versions of one another.
//!
//! The embedded list is a dated snapshot; an audit adds what the account itself lists. It only serves to tell a wildcard
//! over versions from one over models: whether *any* model is reachable never depends on it.

use super::pattern::Pattern;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::LazyLock;

#[derive(Debug, Default, Deserialize)]
struct Raw {
    date: String,
    ids: BTreeSet<String>,
}

static BUILT_IN: LazyLock<Raw> =
    LazyLock::new(|| serde_json::from_str(include_str!("data/models.json")).unwrap_or_default());

/// Known model ids.
#[derive(Debug, Clone)]
pub struct Models {
    ids: BTreeSet<String>,
}

/// What a wildcard over model ids takes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// Versions of one base model.
    Versions,
    /// More than one base model.
    Models,
}

impl Models {
    /// The embedded list.
    pub fn built_in() -> Self {
        Self {
            ids: BUILT_IN.ids.clone(),
        }
    }

    /// When the embedded list was made.
    pub fn date() -> &'static str {
        &BUILT_IN.date
    }

    /// The embedded list and these ids, for example those that the account lists.
    pub fn with<S: Into<String>>(mut self, ids: impl IntoIterator<Item = S>) -> Self {
        self.ids.extend(ids.into_iter().map(Into::into));
        self
    }

    /// All ids.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.ids.iter().map(String::as_str)
    }

    /// What a wildcard id such as `anthropic.claude-3-*` takes in.
    pub fn span(&self, id: &str) -> Span {
        let pattern = Pattern::glob(id);
        let bases: BTreeSet<&str> = self.ids().filter(|known| pattern.matches(known)).map(base).collect();
        match bases.len() {
            0 if only_version_is_open(id) => Span::Versions,
            1 => Span::Versions,
            _ => Span::Models,
        }
    }
}

/// The id without what tells versions apart: `:0`, `:200k`, `-v1`, a date.
pub fn base(id: &str) -> &str {
    let mut rest = id;
    while let Some((head, tail)) = rest
        .rfind([':', '-'])
        .and_then(|at| Some((rest.get(..at)?, rest.get(at..)?)))
    {
        if head.is_empty() || !is_version(tail) {
            break;
        }
        rest = head;
    }
    rest
}

/// Is this a version suffix, with its separator?
fn is_version(tail: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(size) = tail.strip_prefix(':') {
        return digits(size.strip_suffix('k').unwrap_or(size)) || size == "mm";
    }
    let Some(part) = tail.strip_prefix('-') else {
        return false;
    };
    match part.strip_prefix('v') {
        Some(version) => version.split('.').all(digits),
        // A date: `20250219`, or `2402` for year and month.
        None => digits(part) && (part.len() == 8 || (part.len() == 4 && part.starts_with('2'))),
    }
}

/// Of a model nobody knows: does the first wildcard stand where only a version can?
fn only_version_is_open(id: &str) -> bool {
    let before = id.split(['*', '?', '$']).next().unwrap_or("");
    let Some(at) = before.rfind([':', '-']) else {
        return false;
    };
    let (head, tail) = (before.get(..at).unwrap_or(""), before.get(at..).unwrap_or(""));
    let named = head.split_once('.').is_some_and(|(_, name)| !name.is_empty());
    let begun =
        tail.starts_with(':') || tail == "-v" || is_version(tail) || (tail.starts_with("-20") && tail.len() > 3);
    named && begun
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bases() {
        for (id, want) in [
            (
                "anthropic.claude-3-5-sonnet-20241022-v2:0",
                "anthropic.claude-3-5-sonnet",
            ),
            (
                "anthropic.claude-3-sonnet-20240229-v1:0:200k",
                "anthropic.claude-3-sonnet",
            ),
            ("anthropic.claude-v2:1", "anthropic.claude"),
            ("amazon.titan-embed-text-v2:0", "amazon.titan-embed-text"),
            ("mistral.mistral-large-2402-v1:0", "mistral.mistral-large"),
            ("anthropic.claude-opus-4-6-v1", "anthropic.claude-opus-4-6"),
            ("deepseek.v3.1", "deepseek.v3.1"),
        ] {
            assert_eq!(base(id), want);
        }
    }

    #[test]
    fn spans_of_known_models() {
        let models = Models::built_in();
        assert!(models.ids().count() > 100 && Models::date().starts_with("20"));
        for id in [
            "anthropic.claude-3-5-sonnet-*",
            "amazon.titan-embed-text-*",
            "anthropic.claude-3-5-sonnet-20241022-v2:*",
        ] {
            assert_eq!(models.span(id), Span::Versions, "{id}");
        }
        for id in [
            "anthropic.*",
            "anthropic.claude-*",
            "*",
            "meta.llama3-1-*",
            "*sonnet*",
            "anthropic.claude-sonnet-4-*",
        ] {
            assert_eq!(models.span(id), Span::Models, "{id}");
        }
    }

    #[test]
    fn spans_of_models_nobody_knows() {
        let models = Models::built_in();
        for id in [
            "acme.huge-v1:*",
            "acme.huge-v*",
            "acme.huge-2027*",
            "acme.huge-20270101-v1:?",
        ] {
            assert_eq!(models.span(id), Span::Versions, "{id}");
        }
        for id in ["acme.*", "acme.huge-*", "acme.huge*", "acme-*"] {
            assert_eq!(models.span(id), Span::Models, "{id}");
        }
        assert_eq!(models.with(["acme.huge-x1"]).span("acme.huge-*"), Span::Versions);
    }
}
