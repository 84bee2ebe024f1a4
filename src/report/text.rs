//! Making untrusted text visible: nothing that a reader's eye or terminal would obey goes out as it came.
//!
//! A name in AWS may hold escape sequences, line breaks, or marks that turn the reading direction round. Each such
//! character comes out as an escape such as `\u{1b}`, so that the text stays readable and the trick shows.

use std::fmt::Write as _;

/// Whether a character acts on the reader's screen rather than being seen on it.
///
/// Controls (C0, DEL, C1), the bidirectional marks of [UAX #9](https://www.unicode.org/reports/tr9/), line and
/// paragraph separators, and the invisible characters that can hide text or make two names look the same.
pub(super) const fn acts(c: char) -> bool {
    matches!(c,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e0fff}'
        | '\u{e000}'..='\u{f8ff}')
}

/// One line in which every acting character shows as an escape.
pub(super) fn line(text: &str) -> String {
    escape(text, acts)
}

/// The same in ASCII alone, for terminals that show nothing else.
pub(super) fn ascii(text: &str) -> String {
    escape(text, |c| acts(c) || !c.is_ascii())
}

/// Whether a build service would take the line for a command.
///
/// [GitHub](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands) reads whatever a
/// step prints, and obeys a line that starts with two colons however far it is indented.
pub(super) fn commands(line: &str) -> bool {
    line.trim_start().starts_with("::")
}

/// Several lines: line breaks stay, everything else is as in [`line`].
pub(super) fn lines(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let inert = |text: &str| {
        let safe = line(text);
        if commands(&safe) {
            safe.replacen(':', "\\u{3a}", 1)
        } else {
            safe
        }
    };
    text.trim_end_matches('\n')
        .split('\n')
        .map(inert)
        .collect::<Vec<_>>()
        .join("\n")
}

/// At most `limit` characters, with an ellipsis where something was cut.
pub(super) fn cut(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(limit.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// `1 thing`, `2 things`.
pub(crate) fn count(n: usize, noun: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{n} {noun}{plural}")
}

/// The first few of a list, and how many were left out.
pub(super) fn some<'a>(items: impl IntoIterator<Item = &'a str>, limit: usize) -> String {
    let items: Vec<&str> = items.into_iter().collect();
    let shown: Vec<&str> = items.iter().take(limit).copied().collect();
    let rest = items.len().saturating_sub(limit);
    let mut text = shown.join(", ");
    if rest > 0 {
        let _ = write!(text, " and {rest} more");
    }
    text
}

fn escape(text: &str, wanted: impl Fn(char) -> bool) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => safe.push_str("\\n"),
            '\r' => safe.push_str("\\r"),
            '\t' => safe.push_str("\\t"),
            c if wanted(c) => {
                let _ = write!(safe, "\\u{{{:x}}}", u32::from(c));
            }
            c => safe.push(c),
        }
    }
    // `##[` and `##vso[` start a command in the logs of some build services, wherever they stand in a line.
    safe.replace("##[", "#\\u{23}[").replace("##vso[", "#\\u{23}vso[")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_acts_survives() {
        let every: String = ('\0'..=char::MAX).collect();
        assert!(!line(&every).chars().any(acts));
        assert!(ascii(&every).is_ascii());
        assert_eq!(line("a\u{1b}[31mb\u{202e}c\nd"), "a\\u{1b}[31mb\\u{202e}c\\nd");
        assert_eq!(line("Zürich 東京"), "Zürich 東京");
    }

    #[test]
    fn line_breaks_stay_where_several_lines_are_wanted() {
        assert_eq!(lines("a\r\nb\u{7}\n"), "a\nb\\u{7}");
    }

    #[test]
    fn a_build_service_finds_no_command() {
        assert_eq!(lines("x\n ::error::y\ns3:::b"), "x\n \\u{3a}:error::y\ns3:::b");
        assert_eq!(line("a ##[group]b ##vso[task]"), "a #\\u{23}[group]b #\\u{23}vso[task]");
    }

    #[test]
    fn a_cut_text_says_so() {
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("äöüß", 3), "äö…");
        assert_eq!(some(["a", "b", "c"], 2), "a, b and 1 more");
    }
}
