//! `exceptions check`: which exceptions take findings off, which do nothing, and which have ended.

use super::judge;
use super::known;
use super::print;
use super::settings::Settings;
use crate::audit;
use crate::cli::ExceptionsCommand;
use crate::cli::options::{GlobalArgs, lay_controls};
use crate::config::exception::{Exception, Usage, WARN_DAYS, usage};
use crate::exit::ExitStatus;
use crate::ingest::{self, Input};
use crate::model::report::Finding;
use crate::report::count;
use std::fmt::Write as _;

/// Runs the command.
pub(super) fn run(command: &ExceptionsCommand, global: &GlobalArgs) -> anyhow::Result<ExitStatus> {
    let ExceptionsCommand::Check { files, controls } = command;
    let settings = Settings::load(global, |layer| lay_controls(layer, &[], controls.as_ref()))?;
    let catalog = known::catalog(&settings)?;
    let judgement = settings.judgement(&catalog)?;
    let now = jiff::Timestamp::now();
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let mut findings: Option<Vec<Finding>> = None;
    if !files.is_empty() {
        let inputs: Vec<Input> = files.iter().map(|file| Input::of(file)).collect();
        let snapshot = ingest::load(&inputs)?;
        let audit = audit::Settings {
            params: judge::params(&catalog, &judgement),
            show_passed: true,
            ..audit::Settings::default()
        };
        findings = Some(audit::run(&catalog, &snapshot, &audit, now)?.findings);
    }
    let usages = usage(findings.as_deref().unwrap_or_default(), &judgement.exceptions, today);
    let mut text = String::new();
    let mut bad = 0;
    for (exception, usage) in judgement.exceptions.iter().zip(usages) {
        let (state, wrong) = state(usage, findings.is_some());
        bad += usize::from(wrong);
        line(&mut text, exception, state)?;
    }
    let count = judgement.exceptions.len();
    writeln!(
        text,
        "{count} {}, {bad} to look after",
        if count == 1 { "exception" } else { "exceptions" }
    )?;
    print(&text)?;
    Ok(if bad == 0 {
        ExitStatus::Clean
    } else {
        ExitStatus::Findings
    })
}

/// What to say of an exception, and whether somebody has to do something.
fn state(usage: Usage, matched: bool) -> (String, bool) {
    let findings = |matched| count(matched, "finding");
    if usage.expired {
        let counted = if matched {
            format!(", {} counted again", findings(usage.matched))
        } else {
            String::new()
        };
        return (format!("expired{counted}"), true);
    }
    if matched && usage.matched == 0 {
        let why = if usage.passing > 0 {
            "unused: everything it names passes"
        } else {
            "unused: matches nothing"
        };
        return (why.to_owned(), true);
    }
    let ends = match usage.days_left {
        Some(days) if days <= WARN_DAYS => format!(", ends in {days} days"),
        _ => String::new(),
    };
    let taken = if matched {
        format!("takes off {}", findings(usage.matched))
    } else {
        "in date".to_owned()
    };
    (format!("{taken}{ends}"), false)
}

fn line(text: &mut String, exception: &Exception, state: String) -> std::fmt::Result {
    let Exception {
        rule,
        resource,
        reason,
        expires,
    } = exception;
    let until = expires.map_or_else(|| "for ever".to_owned(), |last| format!("until {last}"));
    writeln!(
        text,
        "{rule} on {resource}\n  {state}; {until}; {}",
        reason.replace('\n', " ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unused_and_expired_ones_need_somebody() {
        let usage = |matched, passing, expired, days_left| Usage {
            matched,
            passing,
            expired,
            days_left,
        };
        let rows = [
            (usage(2, 0, false, None), true, "takes off 2 findings", false),
            (
                usage(1, 0, false, Some(3)),
                true,
                "takes off 1 finding, ends in 3 days",
                false,
            ),
            (
                usage(0, 1, false, None),
                true,
                "unused: everything it names passes",
                true,
            ),
            (usage(0, 0, false, None), true, "unused: matches nothing", true),
            (usage(0, 0, false, None), false, "in date", false),
            (
                usage(1, 0, true, Some(-1)),
                true,
                "expired, 1 finding counted again",
                true,
            ),
            (usage(0, 0, true, Some(-1)), false, "expired", true),
        ];
        for (usage, matched, expected, bad) in rows {
            assert_eq!(state(usage, matched), (expected.to_owned(), bad));
        }
    }
}
