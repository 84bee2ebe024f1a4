//! The page of a control as Markdown.

use super::sections::{Block, Section};
use crate::control::catalog::Entry;
use std::fmt::Write as _;

/// The page.
pub(super) fn page(entry: &Entry, sections: &[Section]) -> String {
    let control = &entry.control;
    let mut out = format!("# {} · {} · {}\n", control.id, control.severity, control.title);
    if !control.services.is_empty() {
        let _ = writeln!(out, "\nServices: {}.", control.services.join(", "));
    }
    for section in sections {
        let _ = writeln!(out, "\n## {}", section.title);
        let mut in_list = false;
        for block in &section.blocks {
            let item = matches!(block, Block::Item(..));
            // Items of one list follow each other without a gap.
            if !(item && in_list) {
                out.push('\n');
            }
            in_list = item;
            write(&mut out, block);
        }
    }
    out
}

fn write(out: &mut String, block: &Block) {
    let _ = match block {
        Block::Text(text) => writeln!(out, "{text}"),
        Block::Item(text, None) => writeln!(out, "- {text}"),
        Block::Item(text, Some(link)) => writeln!(out, "- {text} ([source]({link}))"),
        Block::Step(number, text) => writeln!(out, "{number}. {text}"),
        Block::Table(head, rows) => {
            out.push_str(&table(head, rows));
            Ok(())
        }
        Block::Code(language, text) => {
            let fence = fence(text);
            writeln!(out, "{fence}{language}\n{}\n{fence}", text.trim_end())
        }
    };
}

/// A table.
pub(super) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut out = row(head.iter().map(|&cell| cell.to_owned()).collect());
    out.push_str(&row(head.iter().map(|_| "---".to_owned()).collect()));
    for cells in rows {
        out.push_str(&row(cells.iter().map(|cell| cell.replace('|', "\\|")).collect()));
    }
    out
}

/// A fence longer than any in the text.
fn fence(text: &str) -> String {
    let mut fence = "```".to_owned();
    while text.contains(&fence) {
        fence.push('`');
    }
    fence
}
