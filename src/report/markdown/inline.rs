//! Untrusted text inside Markdown: escaped, as a code span, as a fenced block, or inside raw HTML.

use crate::report::text;
use std::fmt::Write as _;

/// Text in which no sign is notation.
pub(super) fn escape(untrusted: &str) -> String {
    let safe = text::line(untrusted);
    let mut escaped = String::with_capacity(safe.len());
    let mut before = ' ';
    for c in safe.chars() {
        // Mentions and issue numbers are found after the notation is gone, so a backslash would not stop them.
        if matches!(before, '@' | '#') && c.is_alphanumeric() {
            escaped.push('\u{2060}');
        }
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // A blank is no notation here, but a line of blanks or an indent could be.
            c if c.is_ascii_punctuation() && !matches!(c, ',' | ';' | '\'' | '"' | '?' | '/' | '%' | '=' | '^') => {
                escaped.push('\\');
                escaped.push(c);
            }
            c => escaped.push(c),
        }
        before = c;
    }
    escaped
}

/// A sentence of ours, in which backticks quote names: the names become code spans, the rest is escaped.
pub(super) fn prose(untrusted: &str) -> String {
    let parts: Vec<&str> = untrusted.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return escape(untrusted);
    }
    let parts = parts.into_iter().enumerate();
    parts
        .map(|(at, part)| if at.is_multiple_of(2) { escape(part) } else { cell(part) })
        .collect()
}

/// A code span: the fence is longer than any run of backticks inside.
pub(super) fn code(untrusted: &str) -> String {
    let safe = text::line(untrusted);
    if safe.trim().is_empty() {
        return String::new();
    }
    let fence = "`".repeat(longest_run(&safe) + 1);
    let blank = if safe.starts_with(['`', ' ']) || safe.ends_with(['`', ' ']) {
        " "
    } else {
        ""
    };
    format!("{fence}{blank}{safe}{blank}{fence}")
}

/// A code span inside a table, where a bar would end the cell even within a span.
pub(super) fn cell(untrusted: &str) -> String {
    code(untrusted).replace('|', "\\|")
}

pub(super) fn fenced(language: &str, safe: &str) -> String {
    let fence = "`".repeat(longest_run(safe).max(2) + 1);
    format!("{fence}{language}\n{safe}\n{fence}")
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// Text inside a line of raw HTML, in which some renderers look for notation all the same.
pub(super) fn html(untrusted: &str) -> String {
    let mut safe = String::new();
    for c in text::line(untrusted).chars() {
        if c.is_ascii_punctuation() && !matches!(c, '-' | '.' | ',' | '/') {
            let _ = write!(safe, "&#{};", u32::from(c));
            if matches!(c, '@' | '#') {
                safe.push('\u{2060}');
            }
        } else {
            safe.push(c);
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_text() {
        assert_eq!(
            escape("[a](b) <i> `c` | @me #1"),
            "\\[a\\]\\(b\\) &lt;i&gt; \\`c\\` \\| \\@\u{2060}me \\#\u{2060}1"
        );
        assert_eq!(prose("role `a|b` may"), "role `a\\|b` may");
        assert_eq!(prose("an odd ` tick"), "an odd \\` tick");
    }

    #[test]
    fn no_text_closes_its_own_span_or_fence() {
        assert_eq!(code("a``b"), "```a``b```");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(fenced("text", "```\nx"), "````text\n```\nx\n````");
    }
}
