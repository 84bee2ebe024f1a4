//! The fake against itself: what a client would read off the wire, byte for byte where the protocol is particular.

mod json;
mod pages;
mod trouble;
mod xml;

use serde_json::json;

use super::fake_aws::{FakeAws, Fault, On, World};
use super::raw::{Answer, Raw};

const ACCOUNT: &str = "111122223333";

/// Three guardrails, to be cut into pages.
fn three() -> World {
    World::new(ACCOUNT).on(
        "bedrock",
        "ListGuardrails",
        json!({"guardrails": [{"id": "a"}, {"id": "b"}, {"id": "c"}]}),
    )
}

fn guardrails(aws: &FakeAws, query: &str) -> Answer {
    Raw::new("GET", &format!("/guardrails{query}"))
        .sign("bedrock", "us-east-1")
        .send(aws.url())
        .expect("an answer")
}

/// Reads a whole list of ids by following its tokens.
fn walk(aws: &FakeAws) -> (Vec<String>, usize) {
    let (mut ids, mut pages, mut query) = (Vec::new(), 0, String::new());
    while pages < 20 {
        let page = guardrails(aws, &query).json();
        pages += 1;
        let rows = page["guardrails"].as_array().expect("a list");
        ids.extend(rows.iter().map(|row| row["id"].as_str().unwrap_or_default().to_owned()));
        let Some(token) = page["nextToken"].as_str() else { break };
        let token = percent_encoding::utf8_percent_encode(token, percent_encoding::NON_ALPHANUMERIC);
        query = format!("?nextToken={token}");
    }
    (ids, pages)
}
