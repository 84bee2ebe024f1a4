//! One pattern of a policy: an action, a resource or a condition value, with wildcards and policy variables.
//!
//! Variables (`${aws:PrincipalTag/team}`, with an optional default) stand only in documents of version 2012-10-17 and
//! are filled from the request's context; one whose value is open makes the answer `Maybe`, never a guess.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>

use super::context::{Known, View};
use super::glob::{self, ANY, HOLE, STAR};
use super::tri::Tri;
use std::borrow::Cow;

/// What a pattern's text may contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Syntax {
    /// `*` and `?` are wildcards.
    pub wildcards: bool,
    /// `${…}` is a policy variable.
    pub variables: bool,
    /// ASCII case does not count.
    pub fold: bool,
}

impl Syntax {
    /// Wildcards, case counts, no variables: a resource of an old document, or a pattern in a config file.
    pub const GLOB: Self = Self {
        wildcards: true,
        variables: false,
        fold: false,
    };
    /// Wildcards without case: an action.
    pub const ACTION: Self = Self {
        wildcards: true,
        variables: false,
        fold: true,
    };
}

/// A compiled pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    text: Box<str>,
    /// Absent where the text has nothing special in it: most patterns have not.
    special: Option<Box<[u8]>>,
    variables: Box<[Variable]>,
    fold: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Variable {
    name: Box<str>,
    key: Box<str>,
    default: Option<Box<str>>,
}

/// A pattern with its variables filled in.
enum Filled<'a> {
    Glob(Cow<'a, [u8]>),
    /// Some variable is open: a star stands in its place.
    Open(Vec<u8>),
    /// Some variable has no value: nothing equals or resembles it.
    Nothing,
}

impl Pattern {
    /// Compiles `text`. No text is refused: what is no wildcard or variable stands for itself.
    pub fn new(text: &str, syntax: Syntax) -> Self {
        let mut glob = Vec::with_capacity(text.len());
        let mut variables = Vec::new();
        let mut rest = text;
        while let Some(char) = rest.chars().next() {
            if syntax.variables
                && let Some((inside, after)) = rest.strip_prefix("${").and_then(|inner| inner.split_once('}'))
            {
                match inside {
                    "*" | "?" | "$" => glob.extend_from_slice(inside.as_bytes()),
                    _ => {
                        glob.push(HOLE);
                        variables.push(Variable::parse(inside));
                    }
                }
                rest = after;
                continue;
            }
            match char {
                '*' if syntax.wildcards => {
                    if glob.last() != Some(&STAR) {
                        glob.push(STAR);
                    }
                }
                '?' if syntax.wildcards => glob.push(ANY),
                _ => glob.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
            }
            rest = rest.get(char.len_utf8()..).unwrap_or("");
        }
        Self {
            text: text.into(),
            special: (glob != text.as_bytes()).then(|| glob.into()),
            variables: variables.into(),
            fold: syntax.fold,
        }
    }

    fn glob_bytes(&self) -> &[u8] {
        self.special.as_deref().unwrap_or(self.text.as_bytes())
    }

    /// A pattern with wildcards in which case counts.
    pub fn glob(text: &str) -> Self {
        Self::new(text, Syntax::GLOB)
    }

    /// The text it was compiled from.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// It matches one text only.
    pub fn is_literal(&self) -> bool {
        self.special
            .as_ref()
            .is_none_or(|glob| !glob.iter().any(|byte| *byte >= HOLE))
    }

    /// It matches every text.
    pub fn is_universal(&self) -> bool {
        self.glob_bytes() == [STAR]
    }

    /// It holds policy variables.
    pub fn has_variables(&self) -> bool {
        !self.variables.is_empty()
    }

    /// The names of its policy variables.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.variables.iter().map(|variable| &*variable.name)
    }

    /// The text that every match begins with.
    pub fn literal_prefix(&self) -> &str {
        let glob = self.glob_bytes();
        let end = glob.iter().position(|byte| *byte >= HOLE).unwrap_or(glob.len());
        glob.get(..end)
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .unwrap_or("")
    }

    /// Does it match `text`, were every variable free to take any value?
    pub fn matches(&self, text: &str) -> bool {
        if self.variables.is_empty() {
            return glob::matches(self.glob_bytes(), text.as_bytes(), self.fold);
        }
        glob::matches(&self.opened(), text.as_bytes(), self.fold)
    }

    /// Does it match `text` for the request seen through `view`?
    pub(super) fn matches_in(&self, text: &str, view: &View<'_>) -> Tri {
        match self.fill(view) {
            Filled::Glob(glob) => glob::matches(&glob, text.as_bytes(), self.fold).into(),
            Filled::Open(glob) if glob::matches(&glob, text.as_bytes(), self.fold) => Tri::Maybe,
            Filled::Open(_) | Filled::Nothing => Tri::False,
        }
    }

    /// As [`Pattern::matches_in`], each of the six parts of an ARN by itself, as the `Arn…` condition operators do.
    ///
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>
    pub(super) fn matches_arn_in(&self, text: &str, view: &View<'_>) -> Tri {
        if !text.starts_with("arn:") || text.bytes().filter(|byte| *byte == b':').count() < 5 {
            return Tri::False;
        }
        match self.fill(view) {
            Filled::Glob(glob) => parts_match(&glob, text, self.fold),
            Filled::Open(glob) if glob::matches(&glob, text.as_bytes(), self.fold) => Tri::Maybe,
            Filled::Open(_) | Filled::Nothing => Tri::False,
        }
    }

    /// Every text that `other` matches is matched by this pattern. `false` may be too careful where variables stand.
    pub fn covers(&self, other: &Self) -> bool {
        let (glob, inner) = (self.glob_bytes(), other.glob_bytes());
        glob::covers(glob, inner, self.fold) && self.variables == other.variables
            || self.variables.is_empty() && glob::covers(glob, &other.opened(), self.fold)
    }

    /// Some text is matched by both. `true` may be too careful where variables stand.
    pub fn intersects(&self, other: &Self) -> bool {
        glob::intersects(self.glob_bytes(), other.glob_bytes(), self.fold || other.fold)
    }

    /// Some ARN of the shape of `template` is matched. `true` may be too careful where variables stand.
    pub fn names_arn(&self, template: &Self) -> bool {
        glob::names_arn(template.glob_bytes(), self.glob_bytes())
    }

    /// A text that the pattern matches: `filler` for every `*` and variable, one character of it for every `?`.
    pub fn instantiate(&self, filler: &str) -> String {
        let one = filler.chars().next().unwrap_or('x');
        let mut out: Vec<u8> = Vec::with_capacity(self.text.len() + filler.len());
        for byte in self.glob_bytes() {
            match *byte {
                STAR | HOLE => out.extend_from_slice(filler.as_bytes()),
                ANY => out.extend_from_slice(one.encode_utf8(&mut [0; 4]).as_bytes()),
                byte => out.push(byte),
            }
        }
        String::from_utf8_lossy(&out).into_owned()
    }

    fn opened(&self) -> Vec<u8> {
        self.glob_bytes()
            .iter()
            .map(|byte| if *byte == HOLE { STAR } else { *byte })
            .collect()
    }

    fn fill(&self, view: &View<'_>) -> Filled<'_> {
        if self.variables.is_empty() {
            return Filled::Glob(Cow::Borrowed(self.glob_bytes()));
        }
        let mut out = Vec::with_capacity(self.text.len() + 32);
        let mut variables = self.variables.iter();
        let mut open = false;
        for byte in self.glob_bytes() {
            if *byte != HOLE {
                out.push(*byte);
                continue;
            }
            let Some(variable) = variables.next() else { continue };
            match (view.get(&variable.key), &variable.default) {
                (Known::Values(values), _) if values.len() == 1 => {
                    out.extend(values.iter().flat_map(|value| value.bytes()));
                }
                // A key with several values cannot stand for one text.
                (Known::Values(values), _) if values.len() > 1 => {
                    open = true;
                    out.push(STAR);
                }
                (Known::Unset, _) => {
                    open = true;
                    out.push(STAR);
                }
                (_, Some(default)) => out.extend_from_slice(default.as_bytes()),
                (_, None) => return Filled::Nothing,
            }
        }
        if open {
            Filled::Open(out)
        } else {
            Filled::Glob(Cow::Owned(out))
        }
    }
}

impl Variable {
    fn parse(inside: &str) -> Self {
        let (name, default) = match inside.split_once(',') {
            Some((name, default)) => (name.trim(), Some(default.trim().trim_matches('\'').into())),
            None => (inside.trim(), None),
        };
        Self {
            name: name.into(),
            key: name.to_ascii_lowercase().into(),
            default,
        }
    }
}

/// Compares the colon-separated parts of a filled ARN pattern with those of an ARN.
fn parts_match(glob: &[u8], text: &str, fold: bool) -> Tri {
    if glob == [STAR] {
        return Tri::True;
    }
    let parts = || glob.splitn(6, |byte| *byte == b':');
    if parts().count() < 6 {
        // AWS's own page asks for six parts; what a shorter pattern does is not documented.
        return if glob::matches(glob, text.as_bytes(), fold) {
            Tri::Maybe
        } else {
            Tri::False
        };
    }
    parts()
        .zip(text.splitn(6, ':'))
        .all(|(glob, text)| glob::matches(glob, text.as_bytes(), fold))
        .into()
}

#[cfg(test)]
mod tests;
