//! A reason: why something is not known, in a form that a person and a ticket can both use.

use super::gap::{Gap, GapKind};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

/// The member that marks an unread fact in its serialised form.
pub const UNREAD: &str = "$unread";

/// Why something is not known.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reason {
    /// One clause for people, without a full stop.
    pub text: String,
    /// The operation that failed, as `service:Operation`.
    pub operation: Option<String>,
    /// The IAM action that would settle it.
    pub permission: Option<String>,
    /// What was asked about.
    pub resource: Option<String>,
    /// The region of the failed call.
    pub region: Option<String>,
}

impl Reason {
    /// A reason that no call explains, for example a document that cannot be parsed.
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            operation: None,
            permission: None,
            resource: None,
            region: None,
        }
    }

    /// The reason that a failed call gives.
    pub fn gap(gap: &Gap) -> Self {
        let code = gap
            .code
            .as_deref()
            .map_or_else(String::new, |code| format!(" ({code})"));
        let what = gap
            .resource
            .as_deref()
            .map_or_else(String::new, |resource| format!(" for {resource}"));
        let why = match gap.kind {
            GapKind::Denied => "was denied",
            GapKind::Unsupported => "is not offered here",
            GapKind::Throttled => "was throttled to the end",
            GapKind::Server => "met an error of AWS",
            GapKind::Network => "could not be reached",
            GapKind::Timeout => "did not answer in time",
            GapKind::Malformed => "gave an answer that cannot be understood",
            GapKind::NotFound => "found nothing of that name",
            GapKind::Credentials => "was refused because of the credentials",
        };
        Self {
            text: format!("{}:{}{what} {why}{code}", gap.service, gap.operation),
            operation: Some(format!("{}:{}", gap.service, gap.operation)),
            permission: gap.permission.clone(),
            resource: gap.resource.clone(),
            region: gap.region.clone(),
        }
    }

    /// What to say of a dataset that nobody asked for.
    pub fn not_collected(what: &str) -> Self {
        Self::text(format!("{what} were not collected"))
    }
}
