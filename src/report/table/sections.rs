//! What stands around the findings: the header, the gaps, the controls and the notes.

use super::findings::signed;
use super::grid::{self, Cell};
use super::paint::{Line, Paint};
use super::{Canvas, paint_of};
use crate::model::report::{ControlSummary, Report, Status};
use crate::model::severity::Severity;
use crate::report::digest::{self, Verdict};
use crate::report::gaps::{self, GapGroup};
use crate::report::rows::State;
use crate::report::text::{count, some};

/// Scope, gate and counts.
pub(super) fn header(report: &Report, canvas: Canvas) -> Vec<Line> {
    let dot = canvas.dot();
    let title = format!("{} {}", report.tool.name, report.tool.version);
    let about = format!(
        "{}{dot}{}{dot}{}",
        digest::accounts(&report.scope),
        report.scope.source,
        report.generated_at
    );
    let mut lines = Line::new()
        .with(Paint::Bold, &canvas.safe(&title))
        .with(Paint::Dim, &format!("{dot}{}", canvas.safe(&about)))
        .wrap(canvas.width);
    let regions = Line::new().with(Paint::Plain, &canvas.safe(&digest::regions(&report.scope)));
    lines.extend(regions.wrap(canvas.width));
    let (verdict, sentence) = digest::gate(report);
    let paint = match verdict {
        Verdict::Passed => Paint::Green,
        Verdict::Failed => Paint::Alarm,
        Verdict::Undecided => Paint::Magenta,
        Verdict::Off => Paint::Bold,
    };
    let exit = format!(" (exit code {})", report.summary.gate.exit_code);
    let gate = Line::new()
        .with(paint, &format!(" {} ", verdict.title()))
        .with(Paint::Plain, &format!(" {}", canvas.safe(&sentence)))
        .with(Paint::Dim, &exit);
    let width = canvas.width.saturating_sub(4);
    let mut cell = vec![gate, Line::new()];
    cell.extend(Line::flow(tally(report), 1, width));
    lines.push(Line::new());
    lines.extend(grid::boxed(&[vec![cell]], &[width], canvas.boxes()));
    lines
}

fn tally(report: &Report) -> Vec<Line> {
    let summary = &report.summary;
    let badge = |n: usize, name: &str, paint| {
        let paint = if n == 0 { Paint::Dim } else { paint };
        Line::new().with(paint, &format!(" {n} {name} "))
    };
    let mut pieces: Vec<Line> = Severity::ALL
        .into_iter()
        .map(|severity| {
            let n = summary.findings.get(&severity).copied().unwrap_or(0);
            badge(n, severity.as_str(), paint_of(severity))
        })
        .collect();
    pieces.push(badge(summary.unknown, "UNKNOWN", Paint::Magenta));
    if summary.excepted > 0 {
        pieces.push(badge(summary.excepted, "EXCEPTED", Paint::Dim));
    }
    pieces
}

/// What could not be read, which controls that blinds, and what would fix it.
pub(super) fn gaps(report: &Report, canvas: Canvas) -> Vec<Line> {
    let groups = gaps::blinding(report);
    let mut lines = Vec::new();
    if !groups.is_empty() {
        let reads = count(groups.iter().map(|group| group.reads).sum(), "read");
        lines.push(Line::new());
        lines.push(canvas.rule(" COULD NOT BE READ ", Paint::Magenta, &reads));
        if canvas.narrow() {
            for group in &groups {
                let [what, about] = gap(group, canvas);
                let all = what.into_iter().chain(about);
                lines.extend(all.flat_map(|line| line.wrap(canvas.width)));
                lines.push(Line::new());
            }
            lines.pop();
        } else {
            let room = canvas.width.saturating_sub(7);
            let what = (room * 4 / 10).clamp(30, 46);
            let grid: Vec<Vec<Cell>> = groups.iter().map(|group| gap(group, canvas).into()).collect();
            lines.extend(grid::boxed(&grid, &[what, room.saturating_sub(what)], canvas.boxes()));
        }
    }
    let unsupported = gaps::unsupported(report);
    if unsupported > 0 {
        let text = format!(
            "{} that AWS does not offer there: nothing can be there, so nothing is missing.",
            count(unsupported, "read")
        );
        lines.push(Line::new());
        lines.extend(Line::new().with(Paint::Dim, &text).wrap(canvas.width));
    }
    lines
}

fn gap(group: &GapGroup<'_>, canvas: Canvas) -> [Cell; 2] {
    let mut why = gaps::why(group.kind).to_owned();
    if !group.codes.is_empty() {
        why = format!("{why} ({})", some(group.codes.iter().copied(), 3));
    }
    let places = some(group.places.iter().map(String::as_str), 4);
    let reads = format!("{}: {}", count(group.reads, "read"), canvas.safe(&places));
    let what = vec![
        Line::new().with(Paint::Bold, &canvas.safe(&group.what)),
        Line::new().with(Paint::Magenta, &canvas.safe(&why)),
        Line::new().with(Paint::Dim, &reads),
    ];
    let blinds = if group.controls.is_empty() {
        "blinds no control".to_owned()
    } else {
        format!("blinds {}", some(group.controls.iter().copied(), 10))
    };
    let mut about = vec![
        Line::new().with(Paint::Plain, &canvas.safe(&blinds)),
        Line::new()
            .with(Paint::Dim, "fix: ")
            .with(Paint::Plain, &canvas.safe(&group.fix())),
    ];
    let resources = some(group.resources.iter().copied(), 3);
    if !resources.is_empty() {
        about.push(Line::new().with(Paint::Dim, &canvas.safe(&resources)));
    }
    [what, about]
}

/// Each control in one line.
pub(super) fn controls(report: &Report, canvas: Canvas) -> Vec<Line> {
    let controls = &report.summary.controls;
    if controls.is_empty() {
        return Vec::new();
    }
    let id = controls
        .iter()
        .map(|control| canvas.safe(&control.control_id).chars().count())
        .max()
        .unwrap_or(0)
        .min(24);
    let mut widths = vec![9, id];
    let rest = canvas.width.saturating_sub(9 + id + 4);
    if canvas.narrow() {
        widths.push(rest);
    } else {
        let numbers = COUNTS.iter().map(|(name, _)| name.len() + 2).sum::<usize>();
        widths.extend([8, rest.saturating_sub(1 + 8 + 2 + numbers)]);
        widths.extend(COUNTS.map(|(name, _)| name.len()));
    }
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    if !canvas.narrow() {
        let names = ["", "", "", ""].into_iter().chain(COUNTS.iter().map(|(name, _)| *name));
        rows.push(names.map(|name| vec![Line::new().with(Paint::Dim, name)]).collect());
    }
    rows.extend(controls.iter().map(|control| control_row(control, rest, canvas)));
    let mut lines = vec![Line::new(), canvas.rule(" CONTROLS ", Paint::Bold, "")];
    lines.extend(grid::plain(&rows, &widths, usize::from(!canvas.narrow()), 2));
    lines
}

/// The columns of numbers and their paint.
const COUNTS: [(&str, Paint); 4] = [
    ("fail", Paint::Red),
    ("unknown", Paint::Magenta),
    ("pass", Paint::Green),
    ("n/a", Paint::Dim),
];

fn control_row(control: &ControlSummary, rest: usize, canvas: Canvas) -> Vec<Cell> {
    let state = match control.status {
        Status::Fail => State::Fail,
        Status::Unknown => State::Unknown,
        Status::Pass => State::Pass,
        Status::NotApplicable => State::NotApplicable,
    };
    let (sign, paint) = signed(state, control.severity, canvas);
    let label = if state == State::NotApplicable {
        "n/a"
    } else {
        state.as_str()
    };
    let numbers = [control.fail, control.unknown, control.pass, control.not_applicable];
    let mut row = vec![
        vec![Line::new().with(paint, sign).with(paint, label)],
        vec![Line::new().with(Paint::Bold, &canvas.safe(&control.control_id))],
    ];
    if canvas.narrow() {
        let pieces = COUNTS.iter().zip(numbers).filter(|(_, n)| *n > 0);
        let pieces = pieces.map(|((name, paint), n)| Line::new().with(*paint, &format!("{n} {name}")));
        row.push(Line::flow(pieces.collect(), 2, rest));
        return row;
    }
    row.push(vec![Line::new().with(Paint::Dim, control.severity.as_str())]);
    row.push(vec![Line::new().with(Paint::Plain, &canvas.safe(&control.title))]);
    row.extend(COUNTS.iter().zip(numbers).map(|((name, paint), n)| {
        let number = if n == 0 { String::new() } else { n.to_string() };
        vec![Line::new().with(*paint, &format!("{number:>width$}", width = name.len()))]
    }));
    row
}

/// Remarks on the run.
pub(super) fn notes(report: &Report, canvas: Canvas) -> Vec<Line> {
    if report.notes.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![Line::new(), canvas.rule(" NOTES ", Paint::Bold, "")];
    let bullet = canvas.sign("• ", "* ");
    let width = canvas.width.saturating_sub(3);
    let rows: Vec<Vec<Cell>> = report
        .notes
        .iter()
        .map(|note| {
            let sign = vec![Line::new().with(Paint::Dim, bullet)];
            vec![sign, vec![Line::new().with(Paint::Plain, &canvas.safe(note))]]
        })
        .collect();
    lines.extend(grid::plain(&rows, &[2, width], 1, 0));
    lines
}
