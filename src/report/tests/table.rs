//! The table on terminals of every kind.

use super::{example, hostile, rendered};
use crate::model::report::Status;
use crate::report::text::acts;
use crate::report::{Format, Style};

fn table(width: usize) -> Style {
    Style {
        width,
        show_passed: true,
        ..Style::default()
    }
}

#[test]
fn the_example_as_people_see_it() {
    insta::assert_snapshot!("table_100", rendered(Format::Table, &example(), &table(100)));
    insta::assert_snapshot!("table_40", rendered(Format::Table, &example(), &table(40)));
    let ascii = Style {
        unicode: false,
        ..table(80)
    };
    insta::assert_snapshot!("table_80_ascii", rendered(Format::Table, &example(), &ascii));
    let color = Style {
        color: true,
        ..table(80)
    };
    let escaped = rendered(Format::Table, &example(), &color).replace('\u{1b}', "ESC");
    insta::assert_snapshot!("table_80_color", escaped);
}

#[test]
fn an_empty_report_promises_nothing() {
    insta::assert_snapshot!("table_empty", rendered(Format::Table, &hostile::empty(), &table(80)));
    let mut blind = example();
    blind.findings.clear();
    for control in &mut blind.summary.controls {
        (control.pass, control.fail, control.unknown) = (0, 0, 3);
        control.status = Status::Unknown;
    }
    let text = rendered(Format::Table, &blind, &table(80));
    assert!(text.contains("? No findings."), "{text}");
    assert!(text.contains("Nothing could be judged"), "{text}");
    assert!(!text.contains('✓'), "{text}");
}

#[test]
fn hostile_text_neither_acts_nor_breaks_the_lines() {
    for width in [1, 32, 40, 71, 72, 80, 100, 132, 400] {
        for unicode in [true, false] {
            let style = Style {
                unicode,
                ..table(width)
            };
            let text = rendered(Format::Table, &hostile::report(), &style);
            assert!(!text.replace('\n', "").chars().any(acts), "width {width}");
            assert!(unicode || text.is_ascii(), "width {width}");
            let widest = text
                .lines()
                .map(unicode_width::UnicodeWidthStr::width)
                .max()
                .unwrap_or(0);
            assert!(widest <= width.clamp(32, 132), "{widest} of {width}");
        }
    }
}

#[test]
fn only_the_table_s_own_escapes_reach_a_colour_terminal() {
    let style = Style {
        color: true,
        ..table(100)
    };
    let text = rendered(Format::Table, &hostile::report(), &style);
    let own = ["0", "1", "2", "1;97;41", "1;31", "33", "36", "34", "1;35", "32"];
    for part in text.split('\u{1b}').skip(1) {
        let sgr = part
            .strip_prefix('[')
            .and_then(|rest| rest.split_once('m'))
            .map(|(sgr, _)| sgr);
        assert!(sgr.is_some_and(|sgr| own.contains(&sgr)), "{part:?}");
    }
}

#[test]
fn what_nobody_could_judge_is_no_pass() {
    let text = rendered(Format::Table, &example(), &table(100));
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("internal-tools (DRAFT)"))
        .collect();
    assert!(!lines.is_empty());
    assert!(lines.iter().all(|line| line.contains("? UNKNOWN")), "{lines:?}");
}

#[test]
fn a_long_list_ends_with_how_many_are_left() {
    let mut report = example();
    let first = report.findings[0].clone();
    report.findings = vec![first; 130];
    let text = rendered(Format::Table, &report, &table(100));
    assert!(text.contains("… and 30 more"), "{text}");
}
