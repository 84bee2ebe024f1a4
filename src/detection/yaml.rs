//! YAML for what Sigma needs: nested tables and lists of texts, numbers and switches.
//!
//! Texts stand in double quotes with JSON's escapes, which YAML shares (<https://yaml.org/spec/1.2.2/#57-escaped-characters>),
//! unless they could be nothing but a text.

use serde_json::Value;
use std::fmt::Write as _;

/// A document.
pub(super) fn text(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value, 0);
    out
}

fn write(out: &mut String, value: &Value, depth: usize) {
    let indent = "    ".repeat(depth);
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if nested(member) {
                    let _ = writeln!(out, "{indent}{}:", scalar(name));
                    write(out, member, depth + 1);
                } else {
                    let _ = writeln!(out, "{indent}{}: {}", scalar(name), leaf(member));
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                if nested(item) {
                    let _ = writeln!(out, "{indent}-");
                    write(out, item, depth + 1);
                } else {
                    let _ = writeln!(out, "{indent}- {}", leaf(item));
                }
            }
        }
        other => {
            let _ = writeln!(out, "{indent}{}", leaf(other));
        }
    }
}

fn nested(value: &Value) -> bool {
    match value {
        Value::Object(members) => !members.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    }
}

fn leaf(value: &Value) -> String {
    match value {
        Value::String(text) => scalar(text),
        other => other.to_string(),
    }
}

/// A text, plain only where no reader of YAML 1.1 or 1.2 can take it for anything else.
fn scalar(text: &str) -> String {
    const WORDS: &[&str] = &["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.ends_with(|c: char| c.is_ascii_alphanumeric())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.' | '/' | '|'))
        && !WORDS.contains(&text.to_lowercase().as_str());
    if plain {
        text.to_owned()
    } else {
        Value::from(text).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_could_be_something_else_is_quoted() {
        for odd in [
            "yes", "No", "1.0", "a: b", "a #b", "- a", "*a", "%a%", "", " a", "a ", "é", "a\nb", "[a", "1e3",
        ] {
            let quoted = scalar(odd);
            assert!(quoted.starts_with('"') && quoted.ends_with('"'), "{quoted}");
        }
        assert_eq!(scalar("userIdentity.arn|exists"), "userIdentity.arn|exists");
        assert_eq!(scalar("a\"\\\u{7}"), "\"a\\\"\\\\\\u0007\"");
    }

    #[test]
    fn tables_and_lists_nest() {
        let value = json!({"a": {"b": ["c", true]}, "d": [], "e": 1});
        assert_eq!(text(&value), "a:\n    b:\n        - c\n        - true\nd: []\ne: 1\n");
    }
}
