//! Patterns against texts, against each other, and against a slow reference.

use super::*;
use crate::iam::context::Context;
use proptest::prelude::*;

fn variable(text: &str) -> Pattern {
    Pattern::new(
        text,
        Syntax {
            wildcards: true,
            variables: true,
            fold: false,
        },
    )
}

fn match_with(pattern: &Pattern, text: &str, context: &Context) -> Tri {
    pattern.matches_in(text, &View::of(context))
}

#[test]
fn stars_cross_separators_and_question_marks_take_one_character() {
    assert!(
        Pattern::glob("arn:aws:bedrock:*:foundation-model/x").matches("arn:aws:bedrock:eu-west-1::foundation-model/x")
    );
    assert!(Pattern::glob("a?c").matches("aüc"));
    assert!(!Pattern::glob("a?c").matches("ac"));
    assert!(Pattern::glob("*b*").matches("abab"));
    assert!(!Pattern::glob("").matches("a"));
    assert!(Pattern::glob("**").is_universal());
}

#[test]
fn case_counts_unless_folded() {
    assert!(!Pattern::glob("arn:aws:s3:::Bucket").matches("arn:aws:s3:::bucket"));
    assert!(Pattern::new("Bedrock:Inv?keMODEL*", Syntax::ACTION).matches("bedrock:InvokeModelWithResponseStream"));
}

#[test]
fn variables_are_filled_defaulted_open_or_void() {
    let pattern = variable("arn:aws:bedrock:*::foundation-model/${aws:PrincipalTag/Model}");
    let arn = "arn:aws:bedrock:eu-west-1::foundation-model/m";
    assert_eq!(match_with(&pattern, arn, &Context::open()), Tri::Maybe);
    assert_eq!(match_with(&pattern, "arn:aws:s3:::b", &Context::open()), Tri::False);
    assert_eq!(match_with(&pattern, arn, &Context::closed()), Tri::False);
    assert_eq!(
        match_with(&pattern, arn, &Context::closed().set("AWS:principaltag/model", ["m"])),
        Tri::True
    );
    let defaulted = variable("x/${aws:PrincipalTag/team, 'none'}");
    assert_eq!(match_with(&defaulted, "x/none", &Context::closed()), Tri::True);
}

#[test]
fn a_value_is_no_wildcard_and_an_escaped_star_is_a_star() {
    let pattern = variable("x/${aws:username}");
    assert_eq!(
        match_with(&pattern, "x/anyone", &Context::closed().set("aws:username", ["*"])),
        Tri::False
    );
    assert!(variable("a${*}b").matches("a*b"));
    assert!(!variable("a${*}b").matches("axb"));
    assert!(variable("${$}{a}").matches("${a}"));
    assert!(Pattern::glob("${aws:username}").matches("${aws:username}"));
}

#[test]
fn arn_operators_keep_wildcards_inside_their_part() {
    let view_context = Context::closed();
    let view = View::of(&view_context);
    let arn = "arn:aws:iam::111122223333:role/path/name";
    assert_eq!(
        Pattern::glob("arn:aws:iam::*:role/*").matches_arn_in(arn, &view),
        Tri::True
    );
    assert_eq!(
        Pattern::glob("arn:aws:*:role/*:x").matches_arn_in(arn, &view),
        Tri::False
    );
    assert_eq!(Pattern::glob("arn:*:name").matches_arn_in(arn, &view), Tri::False);
    assert_eq!(Pattern::glob("arn:*").matches_arn_in(arn, &view), Tri::Maybe);
    assert_eq!(Pattern::glob("*").matches_arn_in(arn, &view), Tri::True);
    assert_eq!(Pattern::glob("*").matches_arn_in("not-an-arn", &view), Tri::False);
}

#[test]
fn covering_and_meeting() {
    let covers = |a: &str, b: &str| Pattern::glob(a).covers(&Pattern::glob(b));
    assert!(covers("bucket*", "bucket/prefix/*"));
    assert!(!covers("bucket/*", "bucket*"));
    assert!(covers("*?", "?*"));
    assert!(!covers("?*", "*"));
    assert!(covers("a*b*c", "aXbYc"));
    assert!(variable("*/${aws:username}").covers(&variable("x/${aws:username}")));
    assert!(!variable("x/${aws:username}").covers(&variable("x/${aws:userid}")));
    let meets = |a: &str, b: &str| Pattern::glob(a).intersects(&Pattern::glob(b));
    assert!(meets("a*c", "*bc"));
    assert!(!meets("a*", "b*"));
    assert!(meets("?", "*"));
    assert!(!meets("?", ""));
}

#[test]
fn hostile_patterns_end() {
    let pattern = Pattern::glob(&"*a?".repeat(2_000));
    assert!(!pattern.matches(&"a".repeat(3_000)));
}

/// The meaning of a glob, straight from its definition.
fn reference(glob: &[char], text: &[char]) -> bool {
    match glob.split_first() {
        None => text.is_empty(),
        Some(('*', rest)) => (0..=text.len()).any(|skip| reference(rest, &text[skip..])),
        Some(('?', rest)) => !text.is_empty() && reference(rest, &text[1..]),
        Some((char, rest)) => text.first() == Some(char) && reference(rest, &text[1..]),
    }
}

fn chars(text: &str) -> Vec<char> {
    text.chars().collect()
}

proptest! {
    #[test]
    fn agrees_with_the_reference(glob in "[ab:*?ü]{0,8}", text in "[ab:ü]{0,8}") {
        prop_assert_eq!(Pattern::glob(&glob).matches(&text), reference(&chars(&glob), &chars(&text)));
    }

    #[test]
    fn what_a_pattern_covers_it_matches(outer in "[ab*?]{0,6}", inner in "[ab*?]{0,6}", text in "[abc]{0,7}") {
        let (outer, inner) = (Pattern::glob(&outer), Pattern::glob(&inner));
        if outer.covers(&inner) && inner.matches(&text) {
            prop_assert!(outer.matches(&text));
        }
        if outer.matches(&text) && inner.matches(&text) {
            prop_assert!(outer.intersects(&inner));
        }
    }

    #[test]
    fn covering_is_exact_where_fresh_letters_exist(outer in "[ab*?]{0,6}", inner in "[ab*?]{0,6}") {
        // A cover that is denied has a counterexample: letters that `outer` cannot name, in runs longer than it is.
        let (outer, inner) = (Pattern::glob(&outer), Pattern::glob(&inner));
        if !outer.covers(&inner) {
            let found = ["", "z", "zzzzzzzzz"].iter().any(|filler| {
                let text = inner.text().replace('*', filler).replace('?', "y");
                !outer.matches(&text)
            }) || inner.text().matches('*').count() > 1;
            prop_assert!(found);
        }
    }

    #[test]
    fn an_instance_matches_its_pattern(glob in "[ab:/*?]{0,12}", filler in "[a-z]{1,4}") {
        let pattern = Pattern::glob(&glob);
        prop_assert!(pattern.matches(&pattern.instantiate(&filler)));
    }

    #[test]
    fn folding_ignores_case(glob in "[aB:*?]{0,8}", text in "[aB:]{0,8}") {
        let upper = Pattern::new(&glob.to_ascii_uppercase(), Syntax::ACTION).matches(&text.to_ascii_lowercase());
        prop_assert_eq!(upper, Pattern::new(&glob, Syntax::ACTION).matches(&text));
    }
}
