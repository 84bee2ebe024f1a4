//! JSON: the report as it is, and one finding a line.
//!
//! The types of [`crate::model::report`] are the contract, so there is nothing to translate. `serde_json` escapes
//! control characters; whatever else acts on a terminal or a build log is written as an escape too, which a parser
//! reads back as the very same text.

use super::text;
use crate::model::report::Report;
use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};
use std::io::{self, Write};

/// The whole report, indented.
pub(super) fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    write_pretty(report, out)
}

/// One finding a line; nothing where there is none.
pub(super) fn render_lines(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for finding in &report.findings {
        write(finding, CompactFormatter, out)?;
        writeln!(out)?;
    }
    Ok(())
}

/// Indented JSON and a line break.
pub(super) fn write_pretty(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    write(value, PrettyFormatter::new(), out)?;
    writeln!(out)
}

/// Indented JSON as text.
pub(super) fn pretty(value: &impl Serialize) -> io::Result<String> {
    let mut json = Vec::new();
    write(value, PrettyFormatter::new(), &mut json)?;
    String::from_utf8(json).map_err(io::Error::other)
}

fn write(value: &impl Serialize, formatter: impl Formatter, out: &mut dyn Write) -> io::Result<()> {
    Ok(value.serialize(&mut Serializer::with_formatter(out, Inert(formatter)))?)
}

/// JSON as another formatter writes it, with every character that acts on its reader as an escape.
///
/// None of these characters is part of JSON's own notation, line breaks aside, so it is enough to look at texts.
struct Inert<F>(F);

impl<F: Formatter> Formatter for Inert<F> {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        if fragment.bytes().all(|byte| byte < 0x7f && byte != b'#') {
            return out.write_all(fragment.as_bytes());
        }
        let mut written = 0;
        let mut after_hash = false;
        for (at, c) in fragment.char_indices() {
            // Two in a row start a command in the logs of some build services, wherever they stand in a line.
            if text::acts(c) || (c == '#' && after_hash) {
                out.write_all(fragment.as_bytes().get(written..at).unwrap_or_default())?;
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}")?;
                }
                written = at + c.len_utf8();
            }
            after_hash = c == '#';
        }
        out.write_all(fragment.as_bytes().get(written..).unwrap_or_default())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }
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
