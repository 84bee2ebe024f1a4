//! The page of a control in a terminal: headings, text broken at words and indented, code as it is.

use super::sections::{Block, Section};
use crate::control::catalog::Entry;
use crate::model::severity::Severity;
use crate::report::Style;
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr as _;

/// Lines longer than this tire the eye.
const WIDEST: usize = 100;

/// The page.
pub(super) fn page(entry: &Entry, sections: &[Section], style: Style) -> String {
    let control = &entry.control;
    let width = style.width.min(WIDEST);
    let paint = Paint(style.color);
    let color = match control.severity {
        Severity::Critical => "1;97;41",
        Severity::High => "1;31",
        Severity::Medium => "33",
        Severity::Low | Severity::Info => "36",
    };
    let mut out = format!(
        "{}  {}\n",
        paint.with("1", &control.id),
        paint.with(color, control.severity.as_str())
    );
    out.push_str(&wrap(&control.title, width, "", ""));
    if !control.services.is_empty() {
        let services = format!("services: {}", control.services.join(", "));
        let _ = writeln!(out, "{}", paint.with("2", &services));
    }
    for section in sections {
        let title = section.title.replace('`', "");
        let _ = writeln!(out, "\n{}  {}", paint.with("1", &title), paint.with("2", section.slug));
        let mut last = 0;
        for block in &section.blocks {
            let kind = kind(block);
            if last != 0 && last != kind {
                out.push('\n');
            }
            last = kind;
            write(&mut out, block, width, &paint);
        }
    }
    visible(&out, style.color)
}

/// Like follows like without a gap; text never does.
fn kind(block: &Block) -> u8 {
    match block {
        Block::Text(_) => 1,
        Block::Item(..) => 2,
        Block::Step(..) => 3,
        Block::Table(..) => 4,
        Block::Code(..) => 5,
    }
}

fn write(out: &mut String, block: &Block, width: usize, paint: &Paint) {
    match block {
        Block::Text(text) => out.push_str(&wrap(&text.replace('`', ""), width, "  ", "  ")),
        Block::Item(text, link) => {
            out.push_str(&wrap(&text.replace('`', ""), width, "  - ", "    "));
            if let Some(link) = link {
                let _ = writeln!(out, "    {}", paint.with("2", link));
            }
        }
        Block::Step(number, text) => {
            out.push_str(&wrap(&text.replace('`', ""), width, &format!("  {number}. "), "     "));
        }
        Block::Table(head, rows) => table(out, head, rows, width, paint),
        Block::Code(_, text) => {
            for line in text.trim_end().lines() {
                let indent = if line.is_empty() { "" } else { "    " };
                let _ = writeln!(out, "{indent}{}", paint.with("36", line));
            }
        }
    }
}

/// Columns as wide as they need to be; the last one takes what is left and goes on below itself.
fn table(out: &mut String, head: &[&str], rows: &[Vec<String>], width: usize, paint: &Paint) {
    let cell = |row: &[String], at: usize| row.get(at).map_or(0, |text| text.width());
    let widths: Vec<usize> = head
        .iter()
        .enumerate()
        .map(|(at, title)| {
            rows.iter()
                .map(|row| cell(row, at))
                .max()
                .unwrap_or(0)
                .max(title.width())
        })
        .collect();
    let fixed: usize = widths.iter().rev().skip(1).map(|width| width + 2).sum();
    if fixed + 24 > width {
        // Too narrow for columns: a line for each row, and what the last column says below it.
        for row in rows {
            let (last, first) = row
                .split_last()
                .map_or(("", &[][..]), |(last, first)| (last.as_str(), first));
            out.push_str(&wrap(&first.join("  "), width, "  ", "    "));
            out.push_str(&wrap(last, width, "    ", "    "));
        }
        return;
    }
    let titles: Vec<String> = head.iter().map(|title| title.to_uppercase()).collect();
    for (number, row) in std::iter::once(&titles).chain(rows).enumerate() {
        let mut line = "  ".to_owned();
        for (text, width) in row.iter().zip(&widths).take(head.len().saturating_sub(1)) {
            let gap = width.saturating_sub(text.width()) + 2;
            line.push_str(text);
            line.extend(std::iter::repeat_n(' ', gap));
        }
        let last = row.last().map_or("", String::as_str);
        let indent = " ".repeat(fixed + 2);
        let text = wrap(last, width, &line, &indent);
        if number == 0 {
            let _ = writeln!(out, "{}", paint.with("2", text.trim_end()));
        } else {
            out.push_str(&text);
        }
    }
}

/// Breaks text at spaces.
pub(super) fn wrap(text: &str, width: usize, first: &str, rest: &str) -> String {
    let mut out = first.to_owned();
    let (mut length, mut empty) = (first.width(), true);
    for word in text.split(' ') {
        let wide = word.width();
        if !empty && length + 1 + wide > width {
            out.push('\n');
            out.push_str(rest);
            length = rest.width();
        } else if !empty {
            out.push(' ');
            length += 1;
        }
        out.push_str(word);
        length += wide;
        empty = false;
    }
    out.push('\n');
    out
}

struct Paint(bool);

impl Paint {
    /// [ECMA-48](https://ecma-international.org/publications-and-standards/standards/ecma-48/) SGR around the text.
    fn with(&self, sgr: &str, text: &str) -> String {
        if self.0 && !text.is_empty() {
            format!("\u{1b}[{sgr}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

/// A control file may hold escape sequences that a terminal must not obey; where colours are on, the escape character
/// itself is ours and stays.
fn visible(text: &str, colored: bool) -> String {
    let plain = |c: char| !c.is_control() || c == '\n' || c == '\t' || (colored && c == '\u{1b}');
    text.chars().map(|c| if plain(c) { c } else { '\u{fffd}' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_under_their_item() {
        assert_eq!(wrap("aaa bbb ccc", 9, "- ", "  "), "- aaa bbb\n  ccc\n");
        assert_eq!(wrap("a-long-word", 4, "", ""), "a-long-word\n");
    }

    #[test]
    fn the_last_column_goes_on_below_itself() {
        let mut out = String::new();
        let rows = [vec!["a".to_owned(), "one two three four five six".to_owned()]];
        table(&mut out, &["x", "y"], &rows, 30, &Paint(false));
        assert_eq!(out, "  X  Y\n  a  one two three four five\n     six\n");
        let mut narrow = String::new();
        table(&mut narrow, &["x", "y"], &rows, 20, &Paint(false));
        assert_eq!(narrow, "  a\n    one two three\n    four five six\n");
    }

    #[test]
    fn escapes_of_a_file_are_not_obeyed() {
        assert_eq!(visible("a\u{1b}[31m\u{7}\n", false), "a\u{fffd}[31m\u{fffd}\n");
    }
}
