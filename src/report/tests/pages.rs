//! The formats that people read outside a terminal: Markdown and HTML.

use super::{example, hostile, rendered};
use crate::report::text::acts;
use crate::report::{Format, Style};

fn all() -> Style {
    Style {
        show_passed: true,
        ..Style::default()
    }
}

#[test]
fn golden() {
    insta::assert_snapshot!("markdown", rendered(Format::Markdown, &example(), &all()));
    insta::assert_snapshot!("html", rendered(Format::Html, &example(), &all()));
}

#[test]
fn html_has_only_its_own_elements() {
    let clean = rendered(Format::Html, &example(), &all());
    let hostile = rendered(Format::Html, &hostile::report(), &all());
    for tag in [
        "<script", "<style", "<img", "<iframe", "<link", "<meta", "<base", "<form",
    ] {
        assert_eq!(hostile.matches(tag).count(), clean.matches(tag).count(), "{tag}");
    }
    assert!(!hostile.replace('\n', "").chars().any(acts));
    assert!(!hostile.contains("onload=\"") && !hostile.contains("href=\"http"));
    assert!(hostile.contains("&lt;script&gt;alert(1)"));
}

#[test]
fn html_says_what_was_not_judged() {
    let text = rendered(Format::Html, &hostile::empty(), &all());
    assert!(
        text.contains("this says nothing about how safe the account is"),
        "{text}"
    );
    assert!(text.contains("No control was evaluated."));
}

#[test]
fn markdown_tables_keep_their_columns() {
    let text = rendered(Format::Markdown, &hostile::report(), &all());
    assert!(!text.replace(['\n', '\u{2060}'], "").chars().any(acts));
    let bars = |line: &str| line.replace("\\|", "").matches('|').count();
    let mut columns = 0;
    for line in text.lines() {
        match (line.starts_with('|'), columns) {
            (false, _) => columns = 0,
            (true, 0) => columns = bars(line),
            (true, n) => assert_eq!(bars(line), n, "{line}"),
        }
    }
}

#[test]
fn markdown_holds_no_link_and_no_foreign_html() {
    let text = rendered(Format::Markdown, &hostile::report(), &all());
    // Inside a code span or block anything may stand, so look only at the lines without one.
    let mut fenced = false;
    for line in text.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
        }
        if fenced || line.contains('`') {
            continue;
        }
        assert!(!line.replace("\\]", "").contains("]("), "{line}");
        let ours = ["<details>", "</details>", "<summary>", "</summary>", "<br>"];
        let rest = ours.iter().fold(line.to_owned(), |line, tag| line.replace(tag, ""));
        assert!(!rest.contains('<'), "{line}");
    }
}
