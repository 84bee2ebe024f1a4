//! What is read, what is refused, and with which words.

use super::*;
use proptest::prelude::*;

fn parse(text: &str) -> Document {
    Document::parse(text).unwrap()
}

fn error(text: &str) -> String {
    Document::parse(text).unwrap_err().to_string()
}

#[test]
fn one_or_many_everywhere() {
    let one = parse(r#"{"Statement": {"Effect": "Allow", "Action": "a:b", "Resource": "*"}}"#);
    let many = parse(r#"{"Statement": [{"Effect": "Allow", "Action": ["a:b"], "Resource": ["*"]}]}"#);
    assert_eq!(one.statements.len(), 1);
    assert_eq!(one.version, Version::V2008);
    assert_eq!(
        format!("{:?}", one.statements[0].actions),
        format!("{:?}", many.statements[0].actions)
    );
    assert!(one.warnings.is_empty());
}

#[test]
fn percent_encoding_keeps_plus_signs() {
    let document = parse(
        "%7B%22Statement%22%3A%7B%22Sid%22%3A%22a+b%22%2C%22Effect%22%3A%22Deny%22%2C%22Action%22%3A%22%2A%22%7D%7D",
    );
    assert_eq!(document.statements[0].label(), "a+b");
    assert!(error("%FF%FE").contains("UTF-8"));
}

#[test]
fn booleans_and_numbers_are_text() {
    let document = parse(
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*",
            "Condition":{"Bool":{"aws:SecureTransport":false},"NumericLessThan":{"aws:MultiFactorAuthAge":3600}}}]}"#,
    );
    let values: Vec<_> = document.statements[0]
        .conditions
        .iter()
        .flat_map(|condition| condition.values.clone())
        .collect();
    assert_eq!(values, ["false", "3600"]);
}

#[test]
fn errors_name_the_place() {
    assert_eq!(error("[]"), "document: not an object");
    assert_eq!(error("{}"), "document: no `Statement`");
    assert_eq!(
        error(r#"{"Statement":[{"Effect":"Maybe","Action":"*"}]}"#),
        "Statement[0].Effect: `Maybe` is neither `Allow` nor `Deny`"
    );
    assert_eq!(
        error(r#"{"Statement":[{"Effect":"Allow"}]}"#),
        "Statement[0]: no `Action`"
    );
    assert_eq!(
        error(r#"{"Statement":[{"Effect":"Allow","Action":[{}]}]}"#),
        "Statement[0].Action[0]: neither text nor a list of texts"
    );
    assert!(error(r#"{"Statement":"#).starts_with("document: not JSON: "));
    let both = r#"{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","NotResource":"*"}]}"#;
    assert!(error(both).contains("both `Resource` and `NotResource`"));
}

#[test]
fn odd_documents_are_read_and_reported() {
    let document = parse(
        r#"{"version":"2012-10-17","Statement":[{"effect":"allow","Action":"bedrock*:Invoke","Resource":"*","Conditions":{},
            "Sid":"s"},{"Sid":"s","Effect":"Allow","Effect":"Deny","Action":"InvokeModel","Condition":{"StringMatches":{"k":"v"}}}]}"#,
    );
    let all = document.warnings.join("\n");
    for part in [
        "`version`",
        "unknown element `Conditions`",
        "`Effect` stands more than once",
        "`allow`",
        "service prefix",
        "StringMatches",
        "`InvokeModel`",
        "Sid `s`",
    ] {
        assert!(all.contains(part), "{part} in {all}");
    }
    assert_eq!(document.version, Version::V2012);
    assert_eq!(document.statements[1].effect, Effect::Deny);
}

#[test]
fn hostile_documents_are_refused_quickly() {
    assert!(Document::parse(&"[".repeat(500_000)).is_err());
    assert!(Document::parse(&"x".repeat(2_000_000)).is_err());
    let long = "*a".repeat(20_000);
    assert!(
        error(&format!(
            r#"{{"Statement":{{"Effect":"Allow","Action":"*","Resource":"{long}"}}}}"#
        ))
        .contains("longer")
    );
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in ".{0,200}") {
        let _ = Document::parse(&text);
    }

    #[test]
    fn no_json_makes_it_panic(sid in ".{0,8}", effect in "(Allow|Deny|x)", action in ".{0,12}", resource in ".{0,20}", operator in ".{0,12}") {
        let value = serde_json::json!({"Version": "2012-10-17", "Statement": [{"Sid": sid, "Effect": effect, "Action": action,
            "Resource": resource, "Condition": {operator: {resource.clone(): [action.clone(), true, 1]}}}]});
        let _ = Document::parse(&value.to_string());
    }

    #[test]
    fn printing_a_statement_and_parsing_it_again_changes_nothing(action in "[a-z*?:]{1,9}", resource in "[a-z:/*?]{0,12}", deny: bool) {
        let effect = if deny { "Deny" } else { "Allow" };
        let text = serde_json::json!({"Version": "2012-10-17", "Statement": [{"Effect": effect, "Action": action, "Resource": [resource],
            "Condition": {"StringNotLike": {"aws:PrincipalArn": "*x"}}}]}).to_string();
        let first = parse(&text);
        let printed = serde_json::json!({"Version": "2012-10-17", "Statement": [first.statements[0].as_written()]}).to_string();
        let second = parse(&printed);
        prop_assert_eq!(format!("{:?}", first.statements), format!("{:?}", second.statements));
    }
}
