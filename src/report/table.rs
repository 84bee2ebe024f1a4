//! The table for people: what matters first, on one screen.
//!
//! In this order: what was looked at, the gate's answer and the counts, the findings worst first, what could not be
//! read with what would fix it, and each control in one line. Something that nobody could judge has its own sign and
//! colour and never looks like a pass. Wide terminals get a grid, narrow ones a list; both say the same.

pub(super) mod access;
mod findings;
mod grid;
mod paint;
mod sections;

use super::{Style, text};
use crate::model::report::Report;
use crate::model::severity::Severity;
use paint::{Line, Paint};
use std::io::{self, Write};

/// Narrower than this there is no room for columns.
const NARROW: usize = 72;

/// How to draw on this terminal.
#[derive(Debug, Clone, Copy)]
struct Canvas {
    width: usize,
    color: bool,
    unicode: bool,
}

impl Canvas {
    fn of(style: &Style) -> Self {
        Self {
            // A line of more than this many columns is hard to read however wide the window is.
            width: style.width.clamp(32, 132),
            color: style.color,
            unicode: style.unicode,
        }
    }

    const fn narrow(self) -> bool {
        self.width < NARROW
    }

    const fn boxes(self) -> grid::Box {
        if self.unicode { grid::ROUNDED } else { grid::ASCII }
    }

    /// Untrusted text made safe for this terminal.
    fn safe(self, untrusted: &str) -> String {
        if self.unicode {
            text::line(untrusted)
        } else {
            text::ascii(untrusted)
        }
    }

    /// The first where the terminal can show it.
    const fn sign(self, unicode: &'static str, ascii: &'static str) -> &'static str {
        if self.unicode { unicode } else { ascii }
    }

    const fn dot(self) -> &'static str {
        self.sign(" · ", " - ")
    }

    fn rule(self, title: &str, paint: Paint, right: &str) -> Line {
        let used = title.chars().count() + right.chars().count() + 2;
        // A narrow terminal keeps the title and loses the counts, which the rows below repeat.
        let (used, right) = if used + 2 > self.width {
            (title.chars().count() + 2, "")
        } else {
            (used, right)
        };
        let fill = self.sign("─", "-").repeat(self.width.saturating_sub(used));
        Line::new()
            .with(paint, title)
            .with(Paint::Dim, &format!(" {fill} "))
            .with(Paint::Dim, right)
    }
}

/// Writes the table.
pub(super) fn render(report: &Report, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let canvas = Canvas::of(style);
    let mut lines = sections::header(report, canvas);
    lines.extend(findings::section(report, canvas));
    lines.extend(sections::gaps(report, canvas));
    lines.extend(sections::controls(report, canvas));
    lines.extend(sections::notes(report, canvas));
    write(&lines, canvas, out)
}

fn write(lines: &[Line], canvas: Canvas, out: &mut dyn Write) -> io::Result<()> {
    for line in lines {
        let text = line.to_text(canvas.color);
        // Only a wrapped piece of somebody's text can start like this; the width matters less than the build log.
        let text = if text::commands(&text) {
            text.replacen(':', "\\u{3a}", 1)
        } else {
            text
        };
        writeln!(out, "{text}")?;
    }
    Ok(())
}

const fn paint_of(severity: Severity) -> Paint {
    match severity {
        Severity::Critical => Paint::Alarm,
        Severity::High => Paint::Red,
        Severity::Medium => Paint::Yellow,
        Severity::Low => Paint::Cyan,
        Severity::Info => Paint::Blue,
    }
}
