//! AWS-managed policies, in the text that AWS publishes: how far does each reach?

use bedrock_audit::iam::access::{PolicyRef, PolicySet, Source};
use bedrock_audit::iam::actions::INVOKE;
use bedrock_audit::iam::context::Context;
use bedrock_audit::iam::document::Document;
use bedrock_audit::iam::managed;
use bedrock_audit::iam::models::Models;
use bedrock_audit::iam::reach::{Breadth, Grant, Scope, is_administrator, model_reach};
use std::sync::Arc;

/// The widest statement of a policy, and whether it makes an administrator.
fn widest(name: &str, actions: &[&str]) -> (Breadth, bool) {
    let path = format!("{}/fixtures/iam/aws-managed/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let file: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let document = Document::parse(&file["document"].to_string()).unwrap();
    assert!(document.warnings.is_empty(), "{name}: {:?}", document.warnings);
    let arn = format!("arn:aws:iam::aws:policy/{name}");
    assert!(managed::find(&arn).is_some(), "{name}");
    let policy = PolicyRef {
        source: Source::Identity,
        id: Arc::from(arn.as_str()),
        version: None,
        document: Arc::new(document),
    };
    let policies = PolicySet {
        identity: vec![policy],
        ..PolicySet::default()
    };
    let context = Context::open().set("aws:PrincipalAccount", ["111122223333"]);
    let (models, regions) = (Models::built_in(), ["eu-central-1".to_owned()]);
    let scope = Scope {
        partition: "aws",
        account: "111122223333",
        regions: &regions,
        models: &models,
        context: &context,
    };
    let reach = |grant| model_reach(&scope, &policies, Some(grant), actions).breadth;
    Grant::all(&policies)
        .map(|grant| (reach(grant), is_administrator(grant.statement)))
        .max()
        .unwrap()
}

#[test]
fn administrators_reach_everything_and_are_told_apart() {
    for name in ["AdministratorAccess", "PowerUserAccess"] {
        assert_eq!(widest(name, &INVOKE), (Breadth::AnyModel, true), "{name}");
    }
}

#[test]
fn bedrock_policies_reach_any_model() {
    for name in ["AmazonBedrockFullAccess", "AmazonBedrockLimitedAccess"] {
        assert_eq!(widest(name, &INVOKE), (Breadth::AnyModel, false), "{name}");
        assert_eq!(
            widest(name, &["bedrock:CreateModelInvocationJob"]),
            (Breadth::AnyModel, false),
            "{name}"
        );
        assert_eq!(
            widest(name, &["bedrock-mantle:CreateInference"]),
            (Breadth::AnyModel, false),
            "{name}"
        );
    }
}

#[test]
fn elastic_beanstalk_reaches_families() {
    for name in [
        "AWSElasticBeanstalkWebTier",
        "AWSElasticBeanstalkWorkerTier",
        "AWSElasticBeanstalkMulticontainerDocker",
    ] {
        assert_eq!(widest(name, &INVOKE), (Breadth::Family, false), "{name}");
        assert_eq!(
            widest(name, &["bedrock:CreateModelInvocationJob"]).0,
            Breadth::Nothing,
            "{name}"
        );
    }
}
