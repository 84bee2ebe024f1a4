//! A boxed grid of cells with fixed column widths, drawn in box characters or in ASCII.

use super::paint::{Line, Paint};

/// A cell: its lines before wrapping.
pub(super) type Cell = Vec<Line>;

/// The characters that draw a box.
#[derive(Debug, Clone, Copy)]
pub(super) struct Box {
    pub(super) top: [char; 4],
    pub(super) middle: [char; 4],
    pub(super) bottom: [char; 4],
    pub(super) side: char,
}

/// Rounded corners.
pub(super) const ROUNDED: Box = Box {
    top: ['╭', '─', '┬', '╮'],
    middle: ['├', '─', '┼', '┤'],
    bottom: ['╰', '─', '┴', '╯'],
    side: '│',
};

/// For terminals that show ASCII alone.
pub(super) const ASCII: Box = Box {
    top: ['+', '-', '+', '+'],
    middle: ['+', '-', '+', '+'],
    bottom: ['+', '-', '+', '+'],
    side: '|',
};

/// The rows with a box around every cell.
pub(super) fn boxed(rows: &[Vec<Cell>], widths: &[usize], with: Box) -> Vec<Line> {
    let mut lines = vec![edge(widths, with.top)];
    for (index, row) in rows.iter().enumerate() {
        if index > 0 {
            lines.push(edge(widths, with.middle));
        }
        lines.extend(row_lines(row, widths, with));
    }
    lines.push(edge(widths, with.bottom));
    lines
}

/// The rows side by side with `gap` blanks between the columns and nothing else.
pub(super) fn plain(rows: &[Vec<Cell>], widths: &[usize], indent: usize, gap: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    for row in rows {
        for cells in beside(row, widths) {
            let mut line = Line::new().with(Paint::Plain, &" ".repeat(indent));
            for (index, cell) in cells.into_iter().enumerate() {
                if index > 0 {
                    line = line.with(Paint::Plain, &" ".repeat(gap));
                }
                line = line.append(cell);
            }
            lines.push(line);
        }
    }
    lines
}

fn row_lines(row: &[Cell], widths: &[usize], with: Box) -> Vec<Line> {
    let side = with.side.to_string();
    let mut lines = Vec::new();
    for cells in beside(row, widths) {
        let mut line = Line::new().with(Paint::Dim, &side);
        for cell in cells {
            line = line
                .with(Paint::Plain, " ")
                .append(cell)
                .with(Paint::Plain, " ")
                .with(Paint::Dim, &side);
        }
        lines.push(line);
    }
    lines
}

/// Wraps every cell to its column and pads them to one height and width.
fn beside(row: &[Cell], widths: &[usize]) -> Vec<Vec<Line>> {
    let wrapped: Vec<Vec<Line>> = row
        .iter()
        .zip(widths)
        .map(|(cell, width)| cell.iter().flat_map(|line| line.wrap(*width)).collect())
        .collect();
    let height = wrapped.iter().map(Vec::len).max().unwrap_or(0);
    (0..height)
        .map(|at| {
            let cells = wrapped.iter().zip(widths);
            cells
                .map(|(cell, width)| cell.get(at).cloned().unwrap_or_default().padded(*width))
                .collect()
        })
        .collect()
}

fn edge(widths: &[usize], [left, fill, junction, right]: [char; 4]) -> Line {
    let parts: Vec<String> = widths.iter().map(|width| fill.to_string().repeat(width + 2)).collect();
    Line::new().with(
        Paint::Dim,
        &format!("{left}{}{right}", parts.join(&junction.to_string())),
    )
}
