//! Laws that hold for any policies: what a Deny, an Allow, a bound or a change of order can and cannot do.

use bedrock_audit::iam::access::{Level, PolicyRef, PolicySet, Scps, Source, Verdict, decide};
use bedrock_audit::iam::context::{Context, Request};
use bedrock_audit::iam::document::Document;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::Arc;

fn policy(source: Source, statement: &Value) -> PolicyRef {
    let text = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
    PolicyRef {
        source,
        id: Arc::from("p"),
        version: None,
        document: Arc::new(Document::parse(&text).unwrap()),
    }
}

fn set(statements: &[Value]) -> PolicySet {
    PolicySet {
        identity: statements.iter().map(|one| policy(Source::Identity, one)).collect(),
        ..PolicySet::default()
    }
}

/// Statements over a small world, so that they meet often.
fn statement(effect: &'static str) -> impl Strategy<Value = Value> {
    let action = prop_oneof![
        Just("*"),
        Just("bedrock:*"),
        Just("bedrock:Invoke*"),
        Just("Bedrock:invokemodel"),
        Just("s3:*"),
        Just("bedrock:GetAgent")
    ];
    let resource = prop_oneof![
        Just("*"),
        Just("arn:aws:bedrock:*::foundation-model/*"),
        Just("arn:aws:bedrock:*::foundation-model/a.*"),
        Just("arn:aws:s3:::b")
    ];
    let operator = prop_oneof![
        Just("StringEquals"),
        Just("StringNotEquals"),
        Just("StringLikeIfExists"),
        Just("ForAnyValue:StringEquals"),
        Just("Null")
    ];
    let condition = prop_oneof![
        3 => Just(Value::Null),
        2 => (operator, prop_oneof![Just("k:one"), Just("k:two")], prop_oneof![Just("x"), Just("true"), Just("*")])
            .prop_map(|(operator, key, value)| json!({operator: {key: value}})),
    ];
    let negated: (BoxedStrategy<bool>, BoxedStrategy<bool>) =
        (prop::bool::weighted(0.2).boxed(), prop::bool::weighted(0.2).boxed());
    (action, resource, condition, negated).prop_map(move |(action, resource, condition, (not_action, not_resource))| {
        let mut out = json!({"Effect": effect});
        out[if not_action { "NotAction" } else { "Action" }] = json!(action);
        out[if not_resource { "NotResource" } else { "Resource" }] = json!(resource);
        if !condition.is_null() {
            out["Condition"] = condition;
        }
        out
    })
}

fn statements() -> impl Strategy<Value = Vec<Value>> {
    prop::collection::vec(prop_oneof![3 => statement("Allow"), 1 => statement("Deny")], 0..5)
}

fn request() -> impl Strategy<Value = Request> {
    let value = || prop_oneof![Just(None), Just(Some("x")), Just(Some("y"))];
    let model = prop_oneof![Just("a.one"), Just("b.two")];
    (model, any::<bool>(), value(), value()).prop_map(|(model, closed, one, two)| {
        let mut context = if closed { Context::closed() } else { Context::open() };
        for (key, value) in [("k:one", one), ("k:two", two)] {
            if let Some(value) = value {
                context = context.set(key, [value]);
            }
        }
        Request::new(
            "bedrock:InvokeModel",
            format!("arn:aws:bedrock:eu-west-1::foundation-model/{model}"),
            context,
        )
    })
}

/// How much an answer lets through.
fn access(policies: &PolicySet, request: &Request) -> u8 {
    match decide(policies, request).verdict {
        Verdict::Allowed => 2,
        Verdict::Conditional | Verdict::Unknown => 1,
        Verdict::ExplicitDeny | Verdict::ImplicitDeny => 0,
    }
}

const DENY_ALL: &str = r#"{"Effect":"Deny","Action":"*","Resource":"*"}"#;

proptest! {
    #[test]
    fn a_deny_of_everything_wins(mut list in statements(), request in request()) {
        list.push(serde_json::from_str(DENY_ALL).unwrap());
        prop_assert_eq!(decide(&set(&list), &request).verdict, Verdict::ExplicitDeny);
    }

    #[test]
    fn an_allow_never_takes_away(list in statements(), more in statement("Allow"), request in request()) {
        let before = access(&set(&list), &request);
        let after = access(&set(&[list, vec![more]].concat()), &request);
        prop_assert!(after >= before);
    }

    #[test]
    fn a_deny_never_gives(list in statements(), more in statement("Deny"), request in request()) {
        let before = access(&set(&list), &request);
        let after = access(&set(&[list, vec![more]].concat()), &request);
        prop_assert!(after <= before);
    }

    #[test]
    fn a_level_of_scps_never_gives(list in statements(), scp in statements(), request in request()) {
        let mut policies = set(&list);
        let before = access(&policies, &request);
        let policies_there = scp.iter().map(|one| policy(Source::Scp, one)).collect();
        policies.scps = Scps::Levels(Arc::from([Level { target: "ou".to_owned(), policies: policies_there, unread: vec![] }]));
        prop_assert!(access(&policies, &request) <= before);
    }

    #[test]
    fn order_does_not_matter(list in statements(), request in request()) {
        let mut reversed = list.clone();
        reversed.reverse();
        let (one, other) = (decide(&set(&list), &request), decide(&set(&reversed), &request));
        prop_assert_eq!(one.verdict, other.verdict);
        prop_assert_eq!(one.conditions, other.conditions);
    }

    #[test]
    fn the_case_of_actions_and_keys_does_not_matter(list in statements(), request in request()) {
        let folded: Vec<Value> = list.iter().map(|one| {
            let mut one = one.clone();
            for name in ["Action", "NotAction"] {
                if let Some(action) = one.get(name).and_then(Value::as_str).map(str::to_ascii_uppercase) {
                    one[name] = json!(action);
                }
            }
            if let Some(condition) = one.get("Condition").map(|condition| condition.to_string().replace("k:", "K:")) {
                one["Condition"] = serde_json::from_str(&condition).unwrap();
            }
            one
        }).collect();
        prop_assert_eq!(decide(&set(&list), &request).verdict, decide(&set(&folded), &request).verdict);
    }

    #[test]
    fn knowing_more_only_settles_what_was_open(list in statements(), request in request(), value in prop_oneof![Just("x"), Just("y")]) {
        // Whatever an open key turns out to be, a certain answer stands.
        let open = decide(&set(&list), &request).verdict;
        let mut known = request;
        if known.context.explicit("k:one").is_none() {
            known.context = known.context.set("k:one", [value]);
        }
        if !known.context.is_closed() && matches!(open, Verdict::Allowed | Verdict::ExplicitDeny | Verdict::ImplicitDeny) {
            let settled = access(&set(&list), &known);
            prop_assert_eq!(settled, if open == Verdict::Allowed { 2 } else { 0 });
        }
    }
}

#[test]
fn any_bytes_can_be_put_to_parser_and_matcher() {
    // What the fuzz targets do, on a fixed stream of pseudo-random documents made of policy-like pieces.
    let pieces = [
        "{",
        "}",
        "[",
        "]",
        "\"Statement\":",
        "\"Effect\":\"Allow\"",
        "\"Action\":",
        "\"bedrock:*\"",
        "\"*\"",
        ",",
        ":",
        "\"Condition\":",
        "{\"StringLike\":{\"aws:PrincipalArn\":[\"*\",\"${aws:username}\",\"${\"]}}",
        "%7B",
        "\u{feff}",
        "\"Resource\":\"arn:*?*\"",
        "null",
        "1e999",
    ];
    let mut seed: u64 = 7;
    for _ in 0..3_000 {
        let mut text = String::new();
        for _ in 0..12 {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            text.push_str(pieces[usize::try_from(seed >> 33).unwrap() % pieces.len()]);
        }
        if let Ok(document) = Document::parse(&text) {
            for statement in &document.statements {
                let _ = statement.applies(&Request::new(
                    "bedrock:InvokeModel",
                    "arn:aws:bedrock:::foundation-model/ü",
                    Context::open(),
                ));
            }
        }
    }
}
