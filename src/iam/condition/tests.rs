//! Operators against values, absence and open keys.

use super::*;

fn holds(operator: &str, key: &str, values: &[&str], context: &Context) -> Tri {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    Condition::new(operator.to_owned(), key.to_owned(), values, true).holds(context)
}

#[test]
fn values_are_ored_and_for_negated_operators_none_may_match() {
    let context = Context::closed().set("aws:PrincipalOrgID", ["o-b"]);
    assert_eq!(
        holds("StringEquals", "aws:principalorgid", &["o-a", "o-b"], &context),
        Tri::True
    );
    assert_eq!(
        holds("StringNotEquals", "aws:principalorgid", &["o-a", "o-b"], &context),
        Tri::False
    );
    assert_eq!(
        holds("StringNotEquals", "aws:principalorgid", &["o-a"], &context),
        Tri::True
    );
}

#[test]
fn wildcards_only_where_the_operator_has_them() {
    let context = Context::closed().set("k", ["team-red"]);
    assert_eq!(holds("StringEquals", "k", &["team-*"], &context), Tri::False);
    assert_eq!(holds("StringLike", "k", &["team-*"], &context), Tri::True);
    assert_eq!(holds("StringEqualsIgnoreCase", "k", &["TEAM-RED"], &context), Tri::True);
    assert_eq!(holds("StringLike", "k", &["Team-*"], &context), Tri::False);
}

#[test]
fn an_open_key_is_certain_where_absence_and_presence_agree() {
    let open = Context::open();
    assert_eq!(holds("StringLikeIfExists", "k", &["*"], &open), Tri::True);
    assert_eq!(holds("ForAllValues:StringLike", "k", &["*"], &open), Tri::True);
    assert_eq!(holds("StringLike", "k", &["*"], &open), Tri::Maybe);
    assert_eq!(holds("StringLike", "aws:PrincipalArn", &["*"], &open), Tri::True);
    assert_eq!(holds("Null", "aws:PrincipalArn", &["true"], &open), Tri::False);
    assert_eq!(holds("StringNotLike", "k", &["*"], &open), Tri::Maybe);
    assert_eq!(holds("StringEquals", "k", &[], &open), Tri::False);
    assert_eq!(
        holds("IpAddress", "aws:SourceIp", &["0.0.0.0/0", "::/0"], &Context::closed()),
        Tri::False
    );
}

#[test]
fn quantifiers() {
    let both = Context::closed().set("aws:TagKeys", ["a", "b"]);
    let none = Context::closed();
    assert_eq!(
        holds("ForAllValues:StringEquals", "aws:TagKeys", &["a", "b", "c"], &both),
        Tri::True
    );
    assert_eq!(
        holds("ForAllValues:StringEquals", "aws:TagKeys", &["a"], &both),
        Tri::False
    );
    assert_eq!(
        holds("ForAnyValue:StringEquals", "aws:TagKeys", &["a"], &both),
        Tri::True
    );
    assert_eq!(
        holds("ForAnyValue:StringNotEquals", "aws:TagKeys", &["a"], &both),
        Tri::True
    );
    assert_eq!(
        holds("ForAllValues:StringNotEquals", "aws:TagKeys", &["a"], &both),
        Tri::False
    );
    assert_eq!(
        holds("ForAllValues:StringEquals", "aws:TagKeys", &["a"], &none),
        Tri::True
    );
    assert_eq!(
        holds("ForAnyValue:StringNotEquals", "aws:TagKeys", &["a"], &none),
        Tri::False
    );
}

#[test]
fn variables_in_values() {
    let context = Context::closed().set("aws:username", ["ann"]).set("k", ["home/ann"]);
    assert_eq!(
        holds("StringEquals", "k", &["home/${aws:username}"], &context),
        Tri::True
    );
    let open = Context::open().set("k", ["home/ann"]);
    assert_eq!(holds("StringEquals", "k", &["home/${aws:username}"], &open), Tri::Maybe);
    assert_eq!(
        holds(
            "StringNotEquals",
            "k",
            &["home/${aws:username}"],
            &Context::closed().set("k", ["x"])
        ),
        Tri::True
    );
}

#[test]
fn an_operator_nobody_knows_is_left_open() {
    assert_eq!(holds("StringMatches", "k", &["a"], &Context::closed()), Tri::Maybe);
}
