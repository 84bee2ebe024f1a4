//! Renderings of the answer to "who can invoke what": a table for people, JSON as the contract has it, and CSV.
//!
//! All three say what could not be listed, so that no reader takes an unread account for one without principals.

use super::csv::cell;
use super::{Style, json, table};
use crate::access::{Answer, Because, Extent};
use crate::iam::access::Verdict;
use std::io::{self, Write};

/// The formats of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum AccessFormat {
    /// For a terminal
    Table,
    /// For programs
    Json,
    /// For spreadsheets: one answer a row
    Csv,
}

/// Writes the answer.
pub fn render_access(format: AccessFormat, answer: &Answer, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    match (format, answer) {
        (AccessFormat::Table, _) => table::access::render(answer, style, out),
        (AccessFormat::Json, Answer::Point(answer)) => json::write_pretty(answer, out),
        (AccessFormat::Json, Answer::Reach(answer)) => json::write_pretty(answer, out),
        (AccessFormat::Csv, _) => csv(answer, out),
    }
}

/// A decision as the JSON spells it.
pub(super) const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allowed => "allowed",
        Verdict::Conditional => "conditional",
        Verdict::ExplicitDeny => "explicit_deny",
        Verdict::ImplicitDeny => "implicit_deny",
        Verdict::Unknown => "unknown",
    }
}

const HEADER: [&str; 9] = [
    "arn",
    "type",
    "action",
    "resource",
    "extent",
    "decision",
    "because",
    "conditions",
    "unread",
];

/// A row for each answer; what could not be listed has rows of the type `unread`.
fn csv(answer: &Answer, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new()
        .quote_style(csv::QuoteStyle::Always)
        .terminator(csv::Terminator::CRLF)
        .from_writer(out);
    writer.write_record(HEADER)?;
    let mut row = |cells: [&str; 9]| writer.write_record(cells.map(cell));
    match answer {
        Answer::Point(answer) => {
            for entry in &answer.principals {
                row([
                    &entry.arn,
                    entry.kind,
                    &answer.action,
                    &answer.resource,
                    "",
                    word(entry.decision),
                    &statements(&entry.because),
                    &entry.conditions.join(" "),
                    &entry.unread.join("; "),
                ])?;
            }
        }
        Answer::Reach(answer) => {
            for entry in &answer.principals {
                for reach in &entry.actions {
                    let unread = reach.unread.join("; ");
                    for reached in &reach.reaches {
                        row([
                            &entry.arn,
                            entry.kind,
                            &reach.action,
                            &reached.models.join(" "),
                            extent(reached.extent),
                            word(reached.decision),
                            &statements(&reached.because),
                            &reached.conditions.join(" "),
                            &unread,
                        ])?;
                    }
                    if reach.reaches.is_empty() {
                        let why = statements(&reach.blocked_by);
                        let decision = word(reach.decision);
                        row([
                            &entry.arn,
                            entry.kind,
                            &reach.action,
                            "",
                            "",
                            decision,
                            &why,
                            "",
                            &unread,
                        ])?;
                    }
                }
            }
        }
    }
    for unread in answer.unread() {
        row(["", "unread", "", "", "", "unknown", "", "", unread])?;
    }
    writer.flush()
}

fn statements(because: &[Because]) -> String {
    let one = |because: &Because| {
        let Because {
            source,
            policy,
            statement,
            effect,
        } = because;
        if because.is_lack() {
            format!("{source}: nothing in {policy} allows it")
        } else {
            format!("{source}: {effect} {statement} in {policy}")
        }
    };
    because.iter().map(one).collect::<Vec<_>>().join("; ")
}

const fn extent(extent: Extent) -> &'static str {
    match extent {
        Extent::Any => "any",
        Extent::Family => "family",
        Extent::Versions => "versions",
        Extent::Named => "named",
    }
}

#[cfg(test)]
mod tests;
