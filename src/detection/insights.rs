//! The queries of the guides, each under its name and the kind of log group it runs on.

use super::template::placeholders;
use crate::control::catalog::Entry;
use std::fmt::Write as _;

/// The queries; `#` starts a comment in CloudWatch Logs Insights.
pub(super) fn text(entries: &[&Entry]) -> String {
    let mut out =
        String::from("# Queries for CloudWatch Logs Insights: run one at a time, on the log group named above it.\n");
    for entry in entries {
        for query in entry.guide.iter().flat_map(|guide| &guide.queries) {
            let _ = writeln!(
                out,
                "\n# {}/{}: {}\n# Runs on: {}",
                entry.control.id,
                query.id,
                query.title,
                query.log_group.title()
            );
            let names = placeholders(&query.query);
            if !names.is_empty() {
                let _ = writeln!(out, "# Put your own values in: {}", names.join(", "));
            }
            let _ = writeln!(out, "{}", query.query.trim());
        }
    }
    out
}
