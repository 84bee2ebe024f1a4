//! Comparisons of condition values that are not plain text: numbers, dates, addresses.
//!
//! A value that cannot be read compares with nothing: the test fails, and a negated operator holds, as in IAM.

use super::operator::Order;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use std::cmp::Ordering;
use std::net::IpAddr;

/// Compares two numbers written as text.
pub(super) fn numbers(order: Order, request: &str, policy: &str) -> bool {
    match (request.trim().parse::<f64>(), policy.trim().parse::<f64>()) {
        (Ok(request), Ok(policy)) => request
            .partial_cmp(&policy)
            .is_some_and(|ordering| holds(order, ordering)),
        _ => false,
    }
}

/// Compares two points in time, each an ISO 8601 date or date-time, or seconds since 1970.
///
/// <https://www.w3.org/TR/NOTE-datetime>
pub(super) fn dates(order: Order, request: &str, policy: &str) -> bool {
    match (instant(request), instant(policy)) {
        (Some(request), Some(policy)) => holds(order, request.cmp(&policy)),
        _ => false,
    }
}

fn holds(order: Order, ordering: Ordering) -> bool {
    match order {
        Order::Equal => ordering.is_eq(),
        Order::Less => ordering.is_lt(),
        Order::LessOrEqual => ordering.is_le(),
        Order::Greater => ordering.is_gt(),
        Order::GreaterOrEqual => ordering.is_ge(),
    }
}

fn instant(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(timestamp);
    }
    // Four digits are a year, more are seconds.
    if text.len() > 4
        && let Ok(seconds) = text.parse::<i64>()
    {
        return Timestamp::from_second(seconds).ok();
    }
    let day = match text.len() {
        4 => format!("{text}-01-01"),
        7 => format!("{text}-01"),
        _ => text.to_owned(),
    };
    let civil = match day.parse::<DateTime>() {
        Ok(time) => time,
        Err(_) => day.parse::<Date>().ok()?.at(0, 0, 0, 0),
    };
    civil.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

/// Is `address` inside `block`, an address or a CIDR block of version 4 or 6?
///
/// <https://www.rfc-editor.org/rfc/rfc4632>
pub(super) fn in_block(address: &str, block: &str) -> bool {
    let Ok(address) = address.trim().parse::<IpAddr>() else {
        return false;
    };
    let (base, length) = match block.trim().split_once('/') {
        Some((base, length)) => (base, Some(length)),
        None => (block.trim(), None),
    };
    let Ok(base) = base.parse::<IpAddr>() else { return false };
    let (address, base, width) = match (address, base) {
        (IpAddr::V4(a), IpAddr::V4(b)) => (u128::from(a.to_bits()), u128::from(b.to_bits()), 32),
        (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits(), b.to_bits(), 128),
        _ => return false,
    };
    let length: u32 = match length.map(str::parse) {
        None => width,
        Some(Ok(length)) if length <= width => length,
        Some(_) => return false,
    };
    let drop = width - length;
    // Shifting by the whole width of the type is not defined; a block of length zero holds everything.
    address.checked_shr(drop).unwrap_or(0) == base.checked_shr(drop).unwrap_or(0)
}

/// Does `block` hold every address of its version, and which version is it?
pub(super) fn is_everything(block: &str) -> Option<u8> {
    let (base, length) = block.trim().split_once('/')?;
    if length.parse::<u32>() != Ok(0) {
        return None;
    }
    match base.parse::<IpAddr>().ok()? {
        IpAddr::V4(_) => Some(4),
        IpAddr::V6(_) => Some(6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        assert!(in_block("203.0.113.9", "203.0.113.0/24"));
        assert!(!in_block("203.0.114.9", "203.0.113.0/24"));
        assert!(in_block("203.0.113.9", "203.0.113.9"));
        assert!(in_block("198.51.100.1", "0.0.0.0/0"));
        assert!(in_block("2001:db8::1", "2001:db8::/32"));
        assert!(in_block("2001:db8::1", "::/0"));
        assert!(!in_block("2001:db8::1", "0.0.0.0/0"));
        assert!(!in_block("203.0.113.9", "203.0.113.0/33"));
        assert!(!in_block("here", "0.0.0.0/0"));
    }

    #[test]
    fn points_in_time() {
        assert!(dates(Order::Less, "2026-01-01T00:00:00Z", "2026-01-02"));
        assert!(dates(Order::Equal, "1767225600", "2026-01-01T00:00:00Z"));
        assert!(dates(Order::Equal, "2026", "2026-01-01"));
        assert!(dates(
            Order::GreaterOrEqual,
            "2026-01-01T01:00:00+01:00",
            "2026-01-01T00:00:00Z"
        ));
        assert!(!dates(Order::Less, "soon", "2026-01-02"));
    }

    #[test]
    fn numbers_compare_by_value() {
        assert!(numbers(Order::Equal, "10", "10.0"));
        assert!(numbers(Order::LessOrEqual, "3", "10"));
        assert!(!numbers(Order::Equal, "ten", "10"));
        assert!(!numbers(Order::Equal, "NaN", "NaN"));
    }
}
