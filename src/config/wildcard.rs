//! Wildcards in what users write about resources: `*` for any run of characters, `?` for one.
//!
//! Where pattern and text are both full ARNs they are compared part by part, as IAM compares resources, so that a `*`
//! meant for a region cannot swallow the account. A pattern with fewer parts is compared as one piece of text.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A resource pattern.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Wildcard(String);

impl Wildcard {
    /// Takes the pattern as it was written.
    pub fn new(pattern: impl Into<String>) -> Self {
        Self(pattern.into())
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `text` is one of the resources meant.
    pub fn matches(&self, text: &str) -> bool {
        let (pattern, parts) = (six(&self.0), six(text));
        if let (Some(pattern), Some(parts)) = (pattern, parts) {
            return pattern.iter().zip(parts).all(|(pattern, part)| glob(pattern, part));
        }
        glob(&self.0, text)
    }
}

impl fmt::Display for Wildcard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The six parts of an ARN, or nothing where there are fewer.
fn six(text: &str) -> Option<[&str; 6]> {
    if !text.starts_with("arn:") {
        return None;
    }
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    parts.try_into().ok()
}

/// Matches with one remembered star, so that the time is bounded by the product of the lengths whatever the pattern.
fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while let Some(&c) = text.get(t) {
        match pattern.get(p) {
            Some('*') => {
                retry = Some((p + 1, t));
                p += 1;
            }
            Some(&wanted) if wanted == '?' || wanted == c => {
                p += 1;
                t += 1;
            }
            _ => match retry {
                Some((after, from)) => {
                    p = after;
                    t = from + 1;
                    retry = Some((after, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|&c| c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_as_iam_does() {
        let rows = [
            ("*", "arn:aws:bedrock:us-east-1:1:guardrail/a", true),
            (
                "arn:aws:bedrock:eu-*:*:guardrail/*",
                "arn:aws:bedrock:eu-west-1:1:guardrail/a:1",
                true,
            ),
            ("arn:aws:bedrock:*", "arn:aws:bedrock:eu-west-1:1:guardrail/a", true),
            (
                "arn:aws:bedrock:eu-?est-1:1:guardrail/a",
                "arn:aws:bedrock:eu-west-1:1:guardrail/a",
                true,
            ),
            // A part's star stays in its part.
            (
                "arn:aws:bedrock:*:2:guardrail/*",
                "arn:aws:bedrock:x:1:guardrail/2:guardrail/a",
                false,
            ),
            (
                "arn:aws:bedrock:eu-west-1:1:guardrail/A",
                "arn:aws:bedrock:eu-west-1:1:guardrail/a",
                false,
            ),
            ("", "arn:aws:iam::1:role/r", false),
            ("*r?le/*", "arn:aws:iam::1:role/é", true),
        ];
        for (pattern, text, expected) in rows {
            assert_eq!(Wildcard::new(pattern).matches(text), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn many_stars_take_no_exponential_time() {
        let pattern = "*a".repeat(200);
        assert!(!Wildcard::new(pattern).matches(&"a".repeat(150)));
    }
}
