//! The condition operators of IAM, taken apart: test, negation, `IfExists`, and the quantifier over request values.
//!
//! Names are compared without case.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>

/// Which of two ordered values must be the larger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Both are equal.
    Equal,
    /// The request's value is smaller.
    Less,
    /// The request's value is smaller or equal.
    LessOrEqual,
    /// The request's value is larger.
    Greater,
    /// The request's value is larger or equal.
    GreaterOrEqual,
}

/// What is compared, before any negation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Test {
    /// Equal text, no wildcards.
    StringEquals,
    /// Equal text but for case.
    StringEqualsIgnoreCase,
    /// Text with wildcards.
    StringLike,
    /// Numbers.
    Numeric(Order),
    /// Points in time.
    Date(Order),
    /// `true` or `false`.
    Bool,
    /// Base64 text, byte for byte.
    BinaryEquals,
    /// An address inside a CIDR block.
    IpAddress,
    /// An ARN, part by part with wildcards (`ArnEquals` and `ArnLike` do the same).
    Arn,
    /// The key's absence.
    Null,
}

/// How the values of a multi-valued key are combined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantifier {
    /// No set operator.
    One,
    /// `ForAllValues:`; holds where the key is absent.
    All,
    /// `ForAnyValue:`; fails where the key is absent.
    Any,
}

/// A condition operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operator {
    /// The comparison.
    pub test: Test,
    /// It must fail for every value of the policy.
    pub negated: bool,
    /// An absent key satisfies it.
    pub if_exists: bool,
    /// The set operator.
    pub quantifier: Quantifier,
}

impl Operator {
    /// Reads an operator's name; `None` where IAM knows no such operator.
    pub fn parse(name: &str) -> Option<Self> {
        let lower = name.to_ascii_lowercase();
        let (quantifier, rest) = match lower.split_once(':') {
            Some(("forallvalues", rest)) => (Quantifier::All, rest),
            Some(("foranyvalue", rest)) => (Quantifier::Any, rest),
            Some(_) => return None,
            None => (Quantifier::One, lower.as_str()),
        };
        let (base, if_exists) = match rest.strip_suffix("ifexists") {
            Some(base) => (base, true),
            None => (rest, false),
        };
        let (test, negated) = base_test(base)?;
        if test == Test::Null && if_exists {
            return None;
        }
        Some(Self {
            test,
            negated,
            if_exists,
            quantifier,
        })
    }

    /// What the operator answers for a request without the key.
    pub fn on_absent(self) -> bool {
        match self.quantifier {
            Quantifier::All => true,
            Quantifier::Any => self.if_exists,
            Quantifier::One => self.if_exists || self.negated,
        }
    }
}

fn base_test(base: &str) -> Option<(Test, bool)> {
    Some(match base {
        "stringequals" => (Test::StringEquals, false),
        "stringnotequals" => (Test::StringEquals, true),
        "stringequalsignorecase" => (Test::StringEqualsIgnoreCase, false),
        "stringnotequalsignorecase" => (Test::StringEqualsIgnoreCase, true),
        "stringlike" => (Test::StringLike, false),
        "stringnotlike" => (Test::StringLike, true),
        "bool" => (Test::Bool, false),
        "binaryequals" => (Test::BinaryEquals, false),
        "ipaddress" => (Test::IpAddress, false),
        "notipaddress" => (Test::IpAddress, true),
        "arnequals" | "arnlike" => (Test::Arn, false),
        "arnnotequals" | "arnnotlike" => (Test::Arn, true),
        "null" => (Test::Null, false),
        "numericnotequals" => (Test::Numeric(Order::Equal), true),
        "datenotequals" => (Test::Date(Order::Equal), true),
        _ => {
            let (kind, rest): (fn(Order) -> Test, &str) = match base.strip_prefix("numeric") {
                Some(rest) => (Test::Numeric, rest),
                None => (Test::Date, base.strip_prefix("date")?),
            };
            let order = match rest {
                "equals" => Order::Equal,
                "lessthan" => Order::Less,
                "lessthanequals" => Order::LessOrEqual,
                "greaterthan" => Order::Greater,
                "greaterthanequals" => Order::GreaterOrEqual,
                _ => return None,
            };
            (kind(order), false)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_names_apart() {
        let operator = Operator::parse("ForAnyValue:StringNotLikeIfExists").unwrap();
        assert_eq!(operator.test, Test::StringLike);
        assert!(operator.negated && operator.if_exists);
        assert_eq!(operator.quantifier, Quantifier::Any);
        assert_eq!(
            Operator::parse("dateGreaterThanEquals").unwrap().test,
            Test::Date(Order::GreaterOrEqual)
        );
    }

    #[test]
    fn refuses_what_iam_does_not_know() {
        for name in [
            "",
            "Equals",
            "NullIfExists",
            "ForEachValue:StringEquals",
            "NumericLike",
            "DateBefore",
            "IfExists",
        ] {
            assert_eq!(Operator::parse(name), None, "{name}");
        }
    }

    #[test]
    fn absent_keys() {
        let absent = |name: &str| Operator::parse(name).unwrap().on_absent();
        assert!(!absent("StringEquals") && absent("StringNotEquals") && absent("StringEqualsIfExists"));
        assert!(absent("ForAllValues:StringEquals") && !absent("ForAnyValue:StringNotEquals"));
        assert!(!absent("NumericLessThan") && absent("NotIpAddress"));
    }
}
