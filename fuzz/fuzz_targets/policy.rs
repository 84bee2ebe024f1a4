//! Any text may be put to the policy parser, and what it makes of it may be asked anything.
//!
//! Run with `cargo +nightly fuzz run policy -- -max_total_time=60`; `fixtures/iam` makes a good first corpus.

#![no_main]

use bedrock_audit::iam::context::{Context, Request};
use bedrock_audit::iam::dead;
use bedrock_audit::iam::document::Document;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(document) = Document::parse(text) else { return };
    let resource = "arn:aws:bedrock:eu-west-1::foundation-model/vendor.model-v1:0";
    for context in [Context::open(), Context::closed().set("aws:username", ["x"])] {
        let request = Request::new("bedrock:InvokeModel", resource, context);
        for statement in &document.statements {
            let _ = statement.applies(&request);
            let _ = statement.condition(&request.context);
            let _ = dead::examine(statement);
        }
    }
});
