//! What betrays the loss of a control, the queries that look for it, and when it tells somebody.

use serde::{Deserialize, Serialize};
use toml::Spanned;

/// Something in logs or metrics that betrays the loss of the control.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signal {
    /// Unique in the file.
    pub id: Spanned<String>,
    /// One line.
    pub title: String,
    /// What it tells, and its limits.
    pub meaning: String,
    /// Whether a single CloudTrail record decides.
    #[serde(default, rename = "static")]
    pub is_static: bool,
    /// The value of `eventSource`; `*` for any.
    #[serde(default)]
    pub event_source: Option<String>,
    /// Values of `eventName`; none for any.
    #[serde(default)]
    pub event_names: Vec<String>,
    /// Further predicates, all of which hold.
    #[serde(default, rename = "where")]
    pub predicates: Vec<Predicate>,
    /// The one region whose event bus sees these events.
    #[serde(default)]
    pub region: Option<String>,
    /// Otherwise: the kind of thing to measure.
    #[serde(default)]
    pub kind: Option<SignalKind>,
    /// Where to look.
    #[serde(default)]
    pub source: Option<String>,
    /// What to count there.
    #[serde(default)]
    pub measure: Option<String>,
    /// The side of the threshold that alerts.
    #[serde(default)]
    pub direction: Direction,
}

/// What is measured where no single event decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignalKind {
    /// A CloudWatch metric.
    Metric,
    /// Records of model invocations.
    InvocationLog,
    /// VPC flow logs.
    FlowLog,
}

/// A side of a threshold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// At or over it.
    #[default]
    Above,
    /// At or under it.
    Below,
}

/// What a field of a CloudTrail record must be.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Predicate {
    /// The path with dots.
    pub field: Spanned<String>,
    /// How to compare.
    pub op: Op,
    /// What with.
    #[serde(default)]
    pub values: Vec<String>,
}

/// A comparison. Positive ones hold if any value fits, negated ones if none does or the field is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Op {
    /// It is a value.
    Equals,
    /// It is none.
    NotEquals,
    /// It has a value in it.
    Contains,
    /// It has none in it.
    NotContains,
    /// It begins with a value.
    Prefix,
    /// It begins with none.
    NotPrefix,
    /// It ends with a value.
    Suffix,
    /// It is there.
    Exists,
    /// It is missing.
    Absent,
    /// It is true.
    IsTrue,
    /// It is false.
    IsFalse,
}

impl Op {
    /// Whether it compares with values.
    pub fn has_values(self) -> bool {
        !matches!(self, Self::Exists | Self::Absent | Self::IsTrue | Self::IsFalse)
    }
}

/// A CloudWatch Logs Insights query.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Query {
    /// Unique in the file.
    pub id: String,
    /// What it finds.
    pub title: String,
    /// What it runs on.
    pub log_group: LogGroup,
    /// The query.
    pub query: String,
}

/// A kind of log group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogGroup {
    /// Where a trail delivers to.
    Cloudtrail,
    /// Where Bedrock logs invocations.
    Invocation,
    /// Where VPC flow logs go.
    FlowLog,
}

impl LogGroup {
    /// In words.
    pub fn title(self) -> &'static str {
        match self {
            Self::Cloudtrail => "log group of the CloudTrail trail",
            Self::Invocation => "log group of Bedrock's invocation logs",
            Self::FlowLog => "log group of the VPC flow logs",
        }
    }
}

/// When a signal tells somebody.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alert {
    /// The signal's id.
    pub signal: Spanned<String>,
    /// The count, or the value in the signal's unit, at which it alerts.
    pub threshold: u64,
    /// The window: a number and `m`, `h` or `d`.
    pub within: Spanned<String>,
    /// How soon somebody must look.
    pub urgency: Urgency,
    /// Why so.
    pub reason: String,
}

impl Alert {
    /// The window in seconds; a guide whose windows cannot be read does not load.
    pub fn seconds(&self) -> u64 {
        self.window().unwrap_or_default()
    }

    pub(super) fn window(&self) -> Option<u64> {
        seconds(self.within.get_ref())
    }
}

/// How soon somebody must look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Urgency {
    /// Now.
    Page,
    /// In working hours.
    Ticket,
    /// When there is time.
    Info,
}

impl Urgency {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Ticket => "ticket",
            Self::Info => "info",
        }
    }
}

impl Signal {
    /// What its members contradict one another in.
    pub(super) fn wrong(&self) -> Option<&'static str> {
        let measured = self.kind.is_some() || self.source.is_some() || self.measure.is_some();
        match (self.is_static, &self.event_source) {
            (true, None) => Some("an event match needs `event_source`"),
            (true, Some(_)) if measured => Some("an event match has no `kind`, `source` or `measure`"),
            (false, Some(_)) => Some("events are matched with `static = true` alone"),
            (false, None) if self.kind.is_none() || self.source.is_none() || self.measure.is_none() => {
                Some("what is no event match needs `kind`, `source` and `measure`")
            }
            _ => None,
        }
    }
}

/// A window in seconds.
fn seconds(text: &str) -> Option<u64> {
    let unit = match text.chars().last()? {
        'm' => 60,
        'h' => 3600,
        'd' => 86400,
        _ => return None,
    };
    let number: u64 = text.get(..text.len() - 1)?.parse().ok()?;
    number.checked_mul(unit).filter(|seconds| *seconds > 0)
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn windows_are_numbers_with_units() {
        assert_eq!(
            (seconds("15m"), seconds("24h"), seconds("7d")),
            (Some(900), Some(86400), Some(604_800))
        );
        for odd in ["", "m", "5", "-1m", "0h", "5é"] {
            assert_eq!(seconds(odd), None, "{odd}");
        }
    }
}
