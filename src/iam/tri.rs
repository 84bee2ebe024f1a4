//! Truth in three values: a static audit does not see the request, so some answers depend on it.
//!
//! The tables are Kleene's: a `Maybe` only survives where the certain parts leave the result open.

use std::ops::Not;

/// True, false, or dependent on what the request will carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tri {
    /// Holds for every request of the kind asked about.
    True,
    /// Holds for none.
    False,
    /// Holds for some requests, or it cannot be known for which.
    Maybe,
}

impl Tri {
    /// Both hold.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::False, _) | (_, Self::False) => Self::False,
            (Self::True, Self::True) => Self::True,
            _ => Self::Maybe,
        }
    }

    /// One of them holds.
    pub fn or(self, other: Self) -> Self {
        !((!self).and(!other))
    }

    /// It holds for every request.
    pub fn is_true(self) -> bool {
        self == Self::True
    }

    /// It holds for no request.
    pub fn is_false(self) -> bool {
        self == Self::False
    }

    /// It holds for some request at least, as far as can be told.
    pub fn is_possible(self) -> bool {
        self != Self::False
    }
}

impl From<bool> for Tri {
    fn from(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }
}

impl Not for Tri {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Maybe => Self::Maybe,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Tri::{False, Maybe, True};

    #[test]
    fn certain_parts_decide_where_they_can() {
        assert_eq!(False.and(Maybe), False);
        assert_eq!(True.and(Maybe), Maybe);
        assert_eq!(True.or(Maybe), True);
        assert_eq!(False.or(Maybe), Maybe);
        assert_eq!(!Maybe, Maybe);
    }
}
