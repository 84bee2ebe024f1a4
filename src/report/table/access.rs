//! Who can invoke what, for a terminal: those who can, those who may, those nobody can tell of, then the refused.
//!
//! Within each group the order is that of the ARNs. What could not be listed comes first, because it concerns whatever
//! is read below.

use super::grid;
use super::paint::{Line, Paint};
use super::{Canvas, write};
use crate::access::{Answer, Because, Extent, PointAnswer, ReachAnswer, Reached};
use crate::iam::access::Verdict;
use crate::report::Style;
use crate::report::text::{count, some};
use std::io::{self, Write};

/// The groups, in their order.
const ORDER: [Verdict; 5] = [
    Verdict::Allowed,
    Verdict::Conditional,
    Verdict::Unknown,
    Verdict::ExplicitDeny,
    Verdict::ImplicitDeny,
];
/// Room for the longest decision.
const DECISION: usize = 13;
/// Names of models that are spelled out on a terminal; the other formats have all.
const SHOWN: usize = 6;

/// Writes the answer.
pub(in crate::report) fn render(answer: &Answer, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let canvas = Canvas::of(style);
    let lines = match answer {
        Answer::Point(answer) => point(answer, canvas),
        Answer::Reach(answer) => reach(answer, canvas),
    };
    write(&lines, canvas, out)
}

fn point(answer: &PointAnswer, canvas: Canvas) -> Vec<Line> {
    let title = format!("{} on {}", answer.action, answer.resource);
    let decisions: Vec<Verdict> = answer.principals.iter().map(|entry| entry.decision).collect();
    let mut lines = header(&title, &decisions, &answer.unread, canvas);
    for verdict in ORDER {
        for entry in answer.principals.iter().filter(|entry| entry.decision == verdict) {
            let mut cell = vec![principal(entry.kind, &entry.arn, canvas)];
            why(&mut cell, &entry.because, &entry.conditions, canvas);
            if verdict == Verdict::ImplicitDeny && entry.because.is_empty() {
                cell.push(Line::new().with(Paint::Dim, "no statement allows it"));
            }
            unread(&mut cell, &entry.unread, canvas);
            lines.extend(row(verdict, cell, canvas));
        }
    }
    lines
}

fn reach(answer: &ReachAnswer, canvas: Canvas) -> Vec<Line> {
    let mut lines = Vec::new();
    for action in &answer.actions {
        let of_action: Vec<_> = answer
            .principals
            .iter()
            .flat_map(|entry| {
                let same = entry.actions.iter().filter(|reach| reach.action == *action);
                same.map(move |reach| (entry, reach))
            })
            .collect();
        let decisions: Vec<Verdict> = of_action.iter().map(|(_, reach)| reach.decision).collect();
        if !lines.is_empty() {
            lines.push(Line::new());
        }
        lines.extend(header(
            &format!("{action} on models"),
            &decisions,
            &answer.unread,
            canvas,
        ));
        for verdict in ORDER {
            for (entry, reach) in of_action.iter().filter(|(_, reach)| reach.decision == verdict) {
                let mut cell = vec![principal(entry.kind, &entry.arn, canvas)];
                for reached in &reach.reaches {
                    let mut line = Line::new().with(Paint::Bold, &canvas.safe(&models(reached)));
                    if reached.decision != verdict {
                        line = line.with(paint(reached.decision), &format!(" ({})", words(reached.decision)));
                    }
                    cell.push(line);
                    why(&mut cell, &reached.because, &reached.conditions, canvas);
                }
                if reach.reaches.is_empty() && reach.blocked_by.is_empty() && verdict == Verdict::ImplicitDeny {
                    cell.push(Line::new().with(Paint::Dim, "no statement allows it"));
                }
                for because in &reach.blocked_by {
                    let text = canvas.safe(&because_text(because));
                    cell.push(Line::new().with(Paint::Dim, &format!("taken away: {text}")));
                }
                unread(&mut cell, &reach.unread, canvas);
                lines.extend(row(verdict, cell, canvas));
            }
        }
    }
    lines
}

/// What was asked, how the answers spread, and what could not be listed.
fn header(title: &str, decisions: &[Verdict], unlisted: &[String], canvas: Canvas) -> Vec<Line> {
    let mut lines = Line::new().with(Paint::Bold, &canvas.safe(title)).wrap(canvas.width);
    let counts: Vec<String> = ORDER
        .iter()
        .map(|verdict| {
            (
                verdict,
                decisions.iter().filter(|decision| *decision == verdict).count(),
            )
        })
        .filter(|(_, count)| *count > 0)
        .map(|(verdict, count)| format!("{count} {}", words(*verdict)))
        .collect();
    if !counts.is_empty() {
        let of = count(decisions.len(), "principal");
        let text = format!("{of}: {}", counts.join(", "));
        lines.extend(Line::new().with(Paint::Dim, &text).wrap(canvas.width));
    } else if unlisted.is_empty() {
        lines.push(Line::new().with(Paint::Plain, "no user or role is asked about"));
    }
    if !unlisted.is_empty() {
        let fix = canvas.safe(&unlisted.join(", "));
        let text = format!("not every user and role could be listed, there may be more; to settle it: {fix}");
        lines.extend(Line::new().with(Paint::Magenta, &text).wrap(canvas.width));
    }
    lines
}

fn row(verdict: Verdict, cell: Vec<Line>, canvas: Canvas) -> Vec<Line> {
    let decision = vec![Line::new().with(paint(verdict), words(verdict))];
    let widths = [DECISION, canvas.width.saturating_sub(DECISION + 2)];
    grid::plain(&[vec![decision, cell]], &widths, 0, 2)
}

fn principal(kind: &str, arn: &str, canvas: Canvas) -> Line {
    Line::new()
        .with(Paint::Dim, &format!("{kind} "))
        .with(Paint::Plain, &canvas.safe(arn))
}

fn why(cell: &mut Vec<Line>, because: &[Because], conditions: &[String], canvas: Canvas) {
    for because in because {
        cell.push(Line::new().with(Paint::Dim, &canvas.safe(&because_text(because))));
    }
    if !conditions.is_empty() {
        let keys = canvas.safe(&conditions.join(", "));
        cell.push(Line::new().with(Paint::Yellow, &format!("depends on {keys}")));
    }
}

fn unread(cell: &mut Vec<Line>, unread: &[String], canvas: Canvas) {
    if !unread.is_empty() {
        let what = canvas.safe(&unread.join(", "));
        cell.push(Line::new().with(Paint::Magenta, &format!("to settle it: {what}")));
    }
}

fn because_text(because: &Because) -> String {
    let Because {
        source,
        policy,
        statement,
        effect,
    } = because;
    if because.is_lack() {
        format!("nothing in {policy} allows it ({source})")
    } else {
        format!("{effect} {statement} in {policy} ({source})")
    }
}

fn models(reached: &Reached) -> String {
    let names = some(reached.models.iter().map(String::as_str), SHOWN);
    match reached.extent {
        Extent::Any => "any model".to_owned(),
        Extent::Family => format!("every {names}"),
        Extent::Versions => format!("every version {names}"),
        Extent::Named => names,
    }
}

const fn words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allowed => "allowed",
        Verdict::Conditional => "conditional",
        Verdict::Unknown => "unknown",
        Verdict::ExplicitDeny => "explicit deny",
        Verdict::ImplicitDeny => "implicit deny",
    }
}

const fn paint(verdict: Verdict) -> Paint {
    match verdict {
        Verdict::Allowed => Paint::Red,
        Verdict::Conditional => Paint::Yellow,
        Verdict::Unknown => Paint::Magenta,
        Verdict::ExplicitDeny | Verdict::ImplicitDeny => Paint::Green,
    }
}
