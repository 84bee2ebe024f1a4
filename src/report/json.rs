//! JSON: the report as it is, and one finding a line.
//!
//! The types of [`crate::model::report`] are the contract, so there is nothing to translate. `serde_json` escapes
//! control characters; whatever else acts on a terminal or a build log is written as an escape too, which a parser
//! reads back as the very same text.

use super::text;
use crate::model::report::Report;
use serde::Serialize;
use std::fmt::Write as _;
use std::io::{self, Write};

/// The whole report, indented.
pub(super) fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    write_pretty(report, out)
}

/// One finding a line; nothing where there is none.
pub(super) fn render_lines(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for finding in &report.findings {
        let line = serde_json::to_string(finding)?;
        writeln!(out, "{}", inert(&line))?;
    }
    Ok(())
}

/// Indented JSON and a line break.
pub(super) fn write_pretty(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", pretty(value)?)
}

/// Indented JSON as text.
pub(super) fn pretty(value: &impl Serialize) -> io::Result<String> {
    Ok(inert(&serde_json::to_string_pretty(value)?))
}

/// The same JSON, with every character that acts on its reader as an escape.
///
/// None of these characters is part of JSON's own notation, line breaks aside, so all of them stand inside strings.
fn inert(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    let mut units = [0; 2];
    let mut after_hash = false;
    for c in json.chars() {
        // Two in a row start a command in the logs of some build services, wherever they stand in a line.
        if (c != '\n' && text::acts(c)) || (c == '#' && after_hash) {
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(safe, "\\u{unit:04x}");
            }
        } else {
            safe.push(c);
        }
        after_hash = c == '#';
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_is_escaped_and_reads_back_the_same() {
        let text = "a\u{202e}b ##[error]c ###vso[x] \u{e0041} \u{7f} é \\#";
        let json = pretty(&[text]).expect("a string");
        assert!(!json.replace('\n', "").chars().any(text::acts), "{json}");
        assert!(!json.contains("##"), "{json}");
        assert!(json.contains('é'));
        assert_eq!(serde_json::from_str::<Vec<String>>(&json).expect("still JSON"), [text]);
    }
}
