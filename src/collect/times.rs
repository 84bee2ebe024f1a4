//! Times as snapshots write them: RFC 3339 in UTC.

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

/// The time as text; absent where it lies outside what the format can say.
pub(super) fn rfc3339(time: DateTime) -> Option<String> {
    time.fmt(Format::DateTime).ok()
}
