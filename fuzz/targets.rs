//! What is done with each input that a fuzzer makes up: nothing may panic, hang, or contradict itself.
//!
//! The targets in `fuzz_targets/` hand their input to these functions, and so does a test that needs no fuzzer: it
//! goes through changed copies of the fixtures, the same ones every time.

use bedrock_audit::audit::{self, Settings};
use bedrock_audit::control::catalog::Catalog;
use bedrock_audit::control::expression::{Expression, Found, Lookup, Names, Root};
use bedrock_audit::control::schema::Type;
use bedrock_audit::control::source::SourceFile;
use bedrock_audit::evaluate::{cases, workers};
use bedrock_audit::iam::context::{Context, Request};
use bedrock_audit::iam::dead;
use bedrock_audit::iam::document::Document;
use bedrock_audit::iam::pattern::Pattern;
use bedrock_audit::ingest;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A file that may be a snapshot is read, and judged if it is one.
pub(crate) fn snapshot(bytes: &[u8]) {
    static CATALOG: LazyLock<Catalog> = LazyLock::new(|| Catalog::builtin(&audit::subjects()).unwrap_or_default());
    let Ok(snapshot) = ingest::parse("fuzz", bytes) else {
        return;
    };
    let settings = Settings {
        params: audit::default_params(&CATALOG),
        ..Settings::default()
    };
    let report = audit::run(&CATALOG, &snapshot, &settings, jiff::Timestamp::UNIX_EPOCH);
    assert!(report.is_ok(), "a built-in rule failed: {:?}", report.err());
}

/// A text that may be a control file is loaded, and its own cases are run if it is one.
pub(crate) fn control(text: &str) {
    let subjects = audit::subjects();
    let file = SourceFile {
        name: "fuzz.toml".to_owned(),
        text: text.to_owned(),
    };
    if let Ok(catalog) = Catalog::of(vec![file], &subjects) {
        for entry in catalog.entries() {
            let _ = cases::run(entry, &subjects);
        }
    }
}

struct Facts(Value);

impl Lookup for Facts {
    fn get(&self, path: &str) -> Found<'_> {
        let name = path.strip_prefix("subject.");
        name.and_then(|name| self.0.get(name))
            .map_or(Found::Missing, Found::Value)
    }
}

/// A text that may be an expression is compiled and evaluated.
pub(crate) fn expression(source: &str) {
    static FACTS: LazyLock<Facts> = LazyLock::new(|| {
        Facts(json!({"name": "a", "count": 3, "on": true, "list": ["a", "b", "c"], "table": {"k": "v"}}))
    });
    let members = [
        ("name", Type::Text(Vec::new())),
        ("count", Type::Number),
        ("on", Type::Bool),
        ("list", Type::List(Box::new(Type::Text(Vec::new())))),
        ("table", Type::Map(Box::new(Type::Text(Vec::new())))),
    ];
    let subject = Type::Object(
        members
            .into_iter()
            .map(|(name, kind)| (name.to_owned(), kind))
            .collect(),
    );
    let roots = BTreeMap::from([("subject".to_owned(), subject)]);
    if let Ok(expression) = Expression::compile(source, &Names { roots: &roots }, &Type::Any) {
        let _ = workers::with_room(|| expression.evaluate(&Root::default(), &*FACTS));
    }
}

/// A text that may be a policy is parsed, and asked anything if it is one.
pub(crate) fn policy(text: &str) {
    let Ok(document) = Document::parse(text) else { return };
    let resource = "arn:aws:bedrock:eu-west-1::foundation-model/vendor.model-v1:0";
    for context in [Context::open(), Context::closed().set("aws:username", ["x"])] {
        let request = Request::new("bedrock:InvokeModel", resource, context);
        for statement in &document.statements {
            let _ = statement.applies(&request);
            let _ = statement.condition(&request.context);
            let _ = dead::examine(statement, "aws");
            assert!(statement.as_written().is_object(), "a statement was lost");
        }
    }
}

/// Three lines, two patterns and a text: matching ends, and covering, meeting and instances agree with it.
pub(crate) fn pattern(input: &str) {
    let mut lines = input.splitn(3, '\n');
    let (Some(one), Some(other), Some(text)) = (lines.next(), lines.next(), lines.next()) else {
        return;
    };
    if one.len() + other.len() > 400 {
        return;
    }
    let (one, other) = (Pattern::glob(one), Pattern::glob(other));
    assert!(one.matches(&one.instantiate("filler")));
    if one.covers(&other) && other.matches(text) {
        assert!(one.matches(text));
    }
    if one.matches(text) && other.matches(text) {
        assert!(one.intersects(&other));
    }
}
