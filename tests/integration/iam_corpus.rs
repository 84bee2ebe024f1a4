//! The decision corpus: every case of `fixtures/iam/*.json`, decision and deciding statements.
//!
//! Each file names the page of AWS's documentation that its expectations come from. In `because`, `SOURCE:SID` is a
//! statement and `SOURCE:-NAME` a bound that as a whole does not allow.

use bedrock_audit::iam::access::{Bound, Level, PolicyRef, PolicySet, Scps, Source, decide};
use bedrock_audit::iam::context::{Context, Request};
use bedrock_audit::iam::document::Document;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    title: String,
    source: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    identity: Vec<Value>,
    #[serde(default)]
    identity_unread: Vec<String>,
    boundary: Option<Vec<Value>>,
    boundary_unread: Option<String>,
    scps: Option<Vec<Vec<Value>>>,
    scps_unread: Option<String>,
    version: Option<String>,
    request: Ask,
    expect: String,
    because: Option<BTreeSet<String>>,
    conditions: Option<Vec<String>>,
    unread: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ask {
    action: String,
    resource: String,
    context: BTreeMap<String, Vec<String>>,
    closed: bool,
}

impl Case {
    fn policy(&self, source: Source, id: &str, statements: &[Value]) -> PolicyRef {
        let version = self.version.as_deref().unwrap_or("2012-10-17");
        let text = json!({"Version": version, "Statement": statements}).to_string();
        let document = Document::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", self.name));
        PolicyRef {
            source,
            id: Arc::from(id),
            version: None,
            document: Arc::new(document),
        }
    }

    fn policies(&self) -> PolicySet {
        let boundary = match (&self.boundary, &self.boundary_unread) {
            (Some(statements), _) => Bound::Policy(self.policy(Source::Boundary, "boundary", statements)),
            (None, Some(what)) => Bound::Unread(what.clone()),
            (None, None) => Bound::None,
        };
        let level = |(at, statements): (usize, &Vec<Value>)| Level {
            target: format!("level{at}"),
            policies: vec![self.policy(Source::Scp, &format!("scp{at}"), statements)],
            unread: vec![],
        };
        let scps = match (&self.scps, &self.scps_unread) {
            (Some(levels), _) => Scps::Levels(levels.iter().enumerate().map(level).collect()),
            (None, Some(what)) => Scps::Unread(what.clone()),
            (None, None) => Scps::None,
        };
        // Each statement in a policy of its own, to show that it does not matter where it stands.
        let identity = self.identity.iter().enumerate();
        let identity = identity
            .map(|(at, one)| self.policy(Source::Identity, &format!("identity{at}"), std::slice::from_ref(one)));
        PolicySet {
            identity: identity.collect(),
            identity_unread: self.identity_unread.clone(),
            boundary,
            scps,
        }
    }

    /// What is wrong with the engine's answer.
    fn complaints(&self) -> Vec<String> {
        let mut context = if self.request.closed {
            Context::closed()
        } else {
            Context::open()
        };
        for (key, values) in &self.request.context {
            context = context.set(key, values.iter().cloned());
        }
        let decision = decide(
            &self.policies(),
            &Request::new(&self.request.action, &self.request.resource, context),
        );
        let verdict = json!(decision.verdict);
        let because: BTreeSet<String> = decision
            .because
            .iter()
            .map(|reason| {
                let source = json!(reason.source);
                let source = source.as_str().unwrap();
                if reason.index.is_none() {
                    format!("{source}:-{}", reason.policy)
                } else {
                    format!("{source}:{}", reason.statement)
                }
            })
            .collect();
        let mut out = Vec::new();
        if verdict != json!(self.expect) {
            out.push(format!("{verdict} instead of {}", self.expect));
        }
        if self.because.as_ref().is_some_and(|want| *want != because) {
            out.push(format!("because {because:?} instead of {:?}", self.because));
        }
        if self
            .conditions
            .as_ref()
            .is_some_and(|want| *want != decision.conditions)
        {
            out.push(format!(
                "conditions {:?} instead of {:?}",
                decision.conditions, self.conditions
            ));
        }
        if self.unread.as_ref().is_some_and(|want| *want != decision.unread) {
            out.push(format!("unread {:?} instead of {:?}", decision.unread, self.unread));
        }
        out
    }
}

#[test]
fn every_case_of_the_corpus_is_decided_as_documented() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/iam");
    let (mut count, mut wrong) = (0, Vec::new());
    let mut paths: Vec<_> = std::fs::read_dir(&directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    for path in paths
        .iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
    {
        let file: File = serde_json::from_str(&std::fs::read_to_string(path).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(
            file.source.starts_with("https://docs.aws.amazon.com/"),
            "{}",
            path.display()
        );
        for case in &file.cases {
            count += 1;
            wrong.extend(
                case.complaints()
                    .into_iter()
                    .map(|complaint| format!("{} / {}: {complaint}", file.title, case.name)),
            );
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {count} cases:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(count >= 300, "{count} cases");
}
