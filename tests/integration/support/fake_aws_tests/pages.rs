//! Pages and their tokens, good and spoiled.

use serde_json::json;

use super::*;

#[test]
fn pages_are_cut_and_tokens_survive_encoding() {
    let aws = FakeAws::start(three().page(2));
    assert_eq!(walk(&aws), (vec!["a".into(), "b".into(), "c".into()], 2));
    assert_eq!(
        guardrails(&aws, "?maxResults=1").json()["guardrails"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    let foreign = guardrails(&aws, "?nextToken=2");
    assert_eq!(
        (foreign.status, foreign.headers["x-amzn-errortype"].as_str()),
        (400, "ValidationException")
    );

    let aws = FakeAws::start(three().page(3).empty_first_page("bedrock", "ListGuardrails"));
    assert_eq!(walk(&aws), (vec!["a".into(), "b".into(), "c".into()], 2));
    assert_eq!(guardrails(&aws, "").json()["guardrails"], json!([]));
}

#[test]
fn a_page_may_end_inside_any_of_several_lists() {
    let aws = FakeAws::start(World::new(ACCOUNT).page(2).on(
        "iam",
        "GetAccountAuthorizationDetails",
        json!({"UserDetailList": [{"UserName": "u"}], "RoleDetailList": [{"RoleName": "r"}, {"RoleName": "s"}], "Policies": []}),
    ));
    let page = |rest: &str| {
        Raw::form("GetAccountAuthorizationDetails", rest)
            .sign("iam", "us-east-1")
            .send(aws.url())
            .unwrap()
            .text()
    };
    let first = page("");
    assert!(
        first.contains("<UserName>u</UserName>") && first.contains("<RoleName>r</RoleName>"),
        "{first}"
    );
    assert!(
        first.contains("<Policies></Policies>") && first.contains("<IsTruncated>true</IsTruncated>"),
        "{first}"
    );
    let marker = first
        .split("<Marker>")
        .nth(1)
        .and_then(|rest| rest.split('<').next())
        .expect("a marker");
    let marker = marker.replace("&amp;", "&");
    let marker = percent_encoding::utf8_percent_encode(&marker, percent_encoding::NON_ALPHANUMERIC);
    let second = page(&format!("&Marker={marker}"));
    assert!(
        second.contains("<RoleName>s</RoleName>") && !second.contains("<RoleName>r</RoleName>"),
        "{second}"
    );
    assert!(second.contains("<IsTruncated>false</IsTruncated>"), "{second}");
}

#[test]
fn spoiled_tokens() {
    let aws = FakeAws::start(three().fault("bedrock", "ListGuardrails", Fault::RepeatToken));
    let first = guardrails(&aws, "").json();
    let token = first["nextToken"].as_str().expect("a token").to_owned();
    let encoded = percent_encoding::utf8_percent_encode(&token, percent_encoding::NON_ALPHANUMERIC).to_string();
    assert_eq!(
        guardrails(&aws, &format!("?nextToken={encoded}")).json()["nextToken"],
        json!(token)
    );

    let aws = FakeAws::start(three().fault("bedrock", "ListGuardrails", Fault::StaleToken));
    let first = guardrails(&aws, "");
    assert_eq!(
        (first.status, first.json()["guardrails"].as_array().map(Vec::len)),
        (200, Some(1))
    );
    assert_eq!(guardrails(&aws, &format!("?nextToken={encoded}")).status, 400);
}
