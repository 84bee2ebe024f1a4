//! Statements and what bounds them, asked how far they reach.

use super::*;
use crate::iam::access::{Bound, Level, Scps, Source};
use crate::iam::actions::INVOKE;
use crate::iam::document::Document;
use crate::iam::pattern::Pattern;
use std::sync::Arc;

const OWN: &str = "111122223333";

fn policy(source: Source, statements: &str) -> PolicyRef {
    let document = Document::parse(&format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#)).unwrap();
    PolicyRef {
        source,
        id: Arc::from("p"),
        version: None,
        document: Arc::new(document),
    }
}

fn set(statements: &str) -> PolicySet {
    PolicySet {
        identity: vec![policy(Source::Identity, statements)],
        ..PolicySet::default()
    }
}

fn allow(resource: &str) -> String {
    format!(
        r#"{{"Sid":"A","Effect":"Allow","Action":["bedrock:InvokeModel","bedrock:InvokeModelWithResponseStream"],"Resource":{resource}}}"#
    )
}

fn deny(action: &str, element: &str, resource: &str) -> String {
    format!(r#"{{"Sid":"D","Effect":"Deny","Action":"{action}","{element}":{resource}}}"#)
}

fn with_scope<T>(ask: impl FnOnce(&Scope<'_>) -> T) -> T {
    let models = Models::built_in();
    let regions = ["eu-central-1".to_owned()];
    let context = Context::open();
    ask(&Scope {
        partition: "aws",
        account: OWN,
        regions: &regions,
        models: &models,
        context: &context,
    })
}

fn reach(policies: &PolicySet) -> Reach {
    with_scope(|scope| model_reach(scope, policies, Grant::all(policies).next(), &INVOKE))
}

fn breadth(statements: &str) -> Breadth {
    reach(&set(statements)).breadth
}

const ANY: &str = r#""arn:aws:bedrock:*::foundation-model/*""#;

#[test]
fn any_model_however_it_is_spelled() {
    for resource in [
        r#""*""#,
        ANY,
        r#""arn:aws:bedrock:*""#,
        r#""arn:*:bedrock:*:*:*""#,
        r#""arn:aws:bedrock:us-west-2::foundation-model/*""#,
        r#""arn:aws:bedrock:eu-*:*:foundation-model/*.*""#,
        r#"["arn:aws:s3:::b","arn:aws:bedrock:*::*/*"]"#,
        r#""arn:aws:bedrock:::foundation-model/*""#,
    ] {
        let reach = reach(&set(&allow(resource)));
        assert_eq!(reach.breadth, Breadth::AnyModel, "{resource}");
        assert_eq!(reach.witnesses[0].verdict, Verdict::Allowed, "{resource}");
    }
    let not =
        r#"{"Effect":"Allow","Action":"bedrock:*","NotResource":"arn:aws:bedrock:*::foundation-model/anthropic.*"}"#;
    assert_eq!(breadth(not), Breadth::AnyModel);
}

#[test]
fn families_versions_and_single_models() {
    let model = |id: &str| breadth(&allow(&format!(r#""arn:aws:bedrock:*::foundation-model/{id}""#)));
    assert_eq!(model("anthropic.*"), Breadth::Family);
    assert_eq!(model("*sonnet*"), Breadth::Family);
    assert_eq!(model("anthropic.claude-3-5-sonnet-*"), Breadth::VersionWildcard);
    assert_eq!(model("amazon.nova-pro-v1:?"), Breadth::VersionWildcard);
    assert_eq!(model("amazon.nova-pro-v1:0"), Breadth::Exact);
    assert_eq!(model("${aws:PrincipalTag/model}"), Breadth::Family);
    for kind in [
        "provisioned-model/*",
        "custom-model-deployment/*",
        "imported-model/*",
        "marketplace/model-endpoint/all-access",
        "prompt-router/*",
        "project/*",
    ] {
        assert_eq!(
            breadth(&allow(&format!(r#""arn:aws:bedrock:*:{OWN}:{kind}""#))),
            Breadth::Family,
            "{kind}"
        );
    }
    assert_eq!(
        breadth(&allow(&format!(
            r#""arn:aws:bedrock:us-west-2:{OWN}:provisioned-model/abc""#
        ))),
        Breadth::Exact
    );
    assert_eq!(
        breadth(&allow(r#""arn:aws:bedrock:*:*:inference-profile/*""#)),
        Breadth::Exact
    );
}

#[test]
fn what_takes_a_grant_away_is_named() {
    for (taker, left) in [
        (deny("bedrock:*", "Resource", r#""*""#), Breadth::Nothing),
        (deny("bedrock:InvokeModel*", "Resource", r#""*""#), Breadth::Nothing),
        (deny("bedrock:InvokeModel", "Resource", r#""*""#), Breadth::AnyModel),
        (deny("bedrock:*", "Resource", ANY), Breadth::Family),
        (
            deny(
                "bedrock:*",
                "NotResource",
                r#""arn:aws:bedrock:*::foundation-model/amazon.nova-pro-v1:0""#,
            ),
            Breadth::Exact,
        ),
        (
            deny(
                "bedrock:*",
                "NotResource",
                r#""arn:aws:bedrock:*::foundation-model/anthropic.*""#,
            ),
            Breadth::Family,
        ),
    ] {
        let reach = reach(&set(&format!("{},{taker}", allow(r#""*""#))));
        assert_eq!(reach.breadth, left, "{taker}");
        assert!(
            reach.taken_by.iter().any(|reason| reason.statement == "D") || left == Breadth::AnyModel,
            "{taker}"
        );
    }
}

#[test]
fn boundaries_and_scps_narrow() {
    let mut policies = set(&allow(r#""*""#));
    policies.boundary = Bound::Policy(policy(
        Source::Boundary,
        &allow(r#""arn:aws:bedrock:*::foundation-model/amazon.nova-pro-v1:0""#),
    ));
    let narrowed = reach(&policies);
    assert_eq!(narrowed.breadth, Breadth::Exact);
    assert!(narrowed.taken_by.iter().any(|reason| reason.source == Source::Boundary));
    policies.boundary = Bound::None;
    let other = r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#;
    policies.scps = Scps::Levels(Arc::from([Level {
        target: "ou".to_owned(),
        policies: vec![policy(Source::Scp, other)],
        unread: vec![],
    }]));
    assert_eq!(reach(&policies).breadth, Breadth::Nothing);
    policies.scps = Scps::Unread("organizations:ListPolicies".to_owned());
    let unread = reach(&policies);
    assert_eq!((unread.breadth, unread.unread.len()), (Breadth::AnyModel, 1));
}

#[test]
fn two_wildcards_that_bound_each_other() {
    let mut policies = set(&allow(r#""arn:aws:bedrock:*::foundation-model/anthropic.*""#));
    policies.boundary = Bound::Policy(policy(
        Source::Boundary,
        &allow(r#""arn:aws:bedrock:*::foundation-model/*haiku*""#),
    ));
    assert_eq!(reach(&policies).breadth, Breadth::Family);
    policies.boundary = Bound::Policy(policy(
        Source::Boundary,
        &allow(r#""arn:aws:bedrock:*::foundation-model/*claude-3-5-sonnet-*""#),
    ));
    assert_eq!(reach(&policies).breadth, Breadth::VersionWildcard);
}

fn conditioned(condition: &str) -> Reach {
    reach(&set(&format!(
        r#"{{"Effect":"Allow","Action":"bedrock:InvokeModel","Resource":"*","Condition":{condition}}}"#
    )))
}

#[test]
fn keys_that_narrow_and_keys_that_only_mitigate() {
    let profile = r#""arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.anthropic.claude-x""#;
    let narrow = conditioned(&format!(
        r#"{{"ArnEquals":{{"bedrock:InferenceProfileArn":{profile}}}}}"#
    ));
    assert_eq!(narrow.breadth, Breadth::Exact);
    assert_eq!(narrow.narrowed_by, ["bedrock:InferenceProfileArn"]);
    for condition in [
        r#"{"StringLike":{"bedrock:InferenceProfileArn":"*"}}"#.to_owned(),
        format!(r#"{{"ArnEqualsIfExists":{{"bedrock:InferenceProfileArn":{profile}}}}}"#),
        format!(r#"{{"ForAllValues:ArnEquals":{{"bedrock:InferenceProfileArn":{profile}}}}}"#),
        r#"{"Null":{"bedrock:InferenceProfileArn":"true"}}"#.to_owned(),
        r#"{"Null":{"bedrock:InferenceProfileArn":"false"}}"#.to_owned(),
        r#"{"ArnLike":{"bedrock:InferenceProfileArn":"arn:aws:bedrock:*:*:inference-profile/*"}}"#.to_owned(),
        r#"{"StringNotEquals":{"bedrock:ModelId":"x"}}"#.to_owned(),
    ] {
        assert_eq!(conditioned(&condition).breadth, Breadth::AnyModel, "{condition}");
    }
    let mitigated =
        conditioned(r#"{"StringEquals":{"aws:SourceVpc":"vpc-1"},"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#);
    assert_eq!(mitigated.breadth, Breadth::AnyModel);
    assert_eq!(mitigated.mitigations, ["aws:MultiFactorAuthPresent", "aws:SourceVpc"]);
    assert_eq!(
        conditioned(r#"{"StringEquals":{"bedrock:ModelId":"x"}}"#).breadth,
        Breadth::Nothing
    );
    assert_eq!(
        conditioned(r#"{"StringEquals":{"aws:ResourceTag/team":"red"}}"#).breadth,
        Breadth::Exact
    );
    // Whoever brings the tag brings one, not all of them.
    for condition in [
        r#"{"StringEquals":{"aws:ResourceTag/team":"${aws:PrincipalTag/team}"}}"#,
        r#"{"ArnLike":{"bedrock:InferenceProfileArn":"arn:aws:bedrock:*:*:inference-profile/${aws:PrincipalTag/team}"}}"#,
    ] {
        assert_eq!(conditioned(condition).breadth, Breadth::Exact, "{condition}");
    }
    let region = conditioned(r#"{"StringLike":{"aws:RequestedRegion":"ap-*"}}"#);
    assert_eq!(region.breadth, Breadth::AnyModel);
}

#[test]
fn batch_and_mantle() {
    let batch = |resource: &str| {
        let policies = set(&format!(
            r#"{{"Effect":"Allow","Action":"bedrock:CreateModelInvocationJob","Resource":"{resource}"}}"#
        ));
        with_scope(|scope| {
            model_reach(
                scope,
                &policies,
                Grant::all(&policies).next(),
                &["bedrock:CreateModelInvocationJob"],
            )
        })
        .breadth
    };
    assert_eq!(batch("*"), Breadth::AnyModel);
    assert_eq!(
        batch("arn:aws:bedrock:*::foundation-model/amazon.nova-pro-v1:0"),
        Breadth::Exact
    );
    let mantle = |rest: &str| {
        let policies = set(&format!(r#"{{"Effect":"Allow","Action":"bedrock-mantle:*",{rest}}}"#));
        with_scope(|scope| {
            model_reach(
                scope,
                &policies,
                Grant::all(&policies).next(),
                &["bedrock-mantle:CreateInference"],
            )
        })
        .breadth
    };
    assert_eq!(mantle(r#""Resource":"*""#), Breadth::AnyModel);
    assert_eq!(
        mantle(r#""Resource":"arn:aws:bedrock-mantle:eu-west-1:111122223333:project/p""#),
        Breadth::AnyModel
    );
    assert_eq!(
        mantle(r#""Resource":"*","Condition":{"StringEquals":{"bedrock-mantle:Model":"m"}}"#),
        Breadth::Exact
    );
    assert_eq!(
        mantle(r#""Resource":"*","Condition":{"StringLike":{"bedrock-mantle:Model":"*"}}"#),
        Breadth::AnyModel
    );
}

#[test]
fn outside_an_approved_list() {
    let outside = |resource: &str, approved: &[&str]| {
        let policies = set(&allow(resource));
        let approved: Vec<Pattern> = approved.iter().map(|text| Pattern::glob(text)).collect();
        with_scope(|scope| witness_outside(scope, &policies, None, &INVOKE, &approved)).map(|witness| witness.resource)
    };
    let nova = r#""arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0""#;
    assert_eq!(outside(nova, &["amazon.nova-*"]), None);
    assert_eq!(
        outside(nova, &["arn:aws:bedrock:*::foundation-model/amazon.nova-pro-v1:0"]),
        None
    );
    assert!(
        outside(nova, &["anthropic.*"])
            .unwrap()
            .ends_with("amazon.nova-pro-v1:0")
    );
    assert!(
        outside(r#""arn:aws:bedrock:*::foundation-model/amazon.*""#, &["amazon.nova-*"])
            .unwrap()
            .contains("amazon.")
    );
}

#[test]
fn objects_outside_their_place() {
    let reaches = |resource: &str, prefix: &str| {
        let policies = set(&format!(
            r#"{{"Effect":"Allow","Action":"s3:GetObject","Resource":"{resource}"}}"#
        ));
        let inside = [Place {
            bucket: "docs".to_owned(),
            prefix: prefix.to_owned(),
        }];
        with_scope(|scope| object_reach(scope, &policies, "s3:GetObject", &inside)).map(|witness| witness.resource)
    };
    assert_eq!(reaches("arn:aws:s3:::docs/in/*", "in/"), None);
    assert_eq!(reaches("arn:aws:s3:::docs/*", ""), None);
    for (resource, prefix) in [
        ("*", "in/"),
        ("arn:aws:s3:::docs/*", "in/"),
        ("arn:aws:s3:::docs*", ""),
        ("arn:aws:s3:::docs/in*", "in/"),
        ("arn:aws:s3:::other/x", "in/"),
        ("arn:aws:s3:::docs-2/*", ""),
        ("arn:aws:s3:::d?cs/*", ""),
    ] {
        assert!(reaches(resource, prefix).is_some(), "{resource} {prefix}");
    }
}

#[test]
fn any_function_bucket_api_or_role() {
    let reaches = |action: &str, resource: &str| {
        let policies = set(&format!(
            r#"{{"Effect":"Allow","Action":"{action}","Resource":"{resource}"}}"#
        ));
        with_scope(|scope| wildcard_reach(scope, &policies, action)).is_some()
    };
    assert!(reaches("lambda:InvokeFunction", "*"));
    assert!(reaches(
        "lambda:InvokeFunction",
        "arn:aws:lambda:ap-southeast-2:111122223333:function:*"
    ));
    assert!(!reaches("lambda:InvokeFunction", "arn:aws:lambda:*:*:function:agent-*"));
    assert!(reaches("s3:GetObject", "arn:aws:s3:::*"));
    assert!(!reaches("s3:GetObject", "arn:aws:s3:::bucket/*"));
    assert!(reaches("execute-api:Invoke", "arn:aws:execute-api:*:*:*"));
    assert!(!reaches(
        "execute-api:Invoke",
        "arn:aws:execute-api:eu-west-1:111122223333:abc/*"
    ));
    assert!(reaches("sts:AssumeRole", "arn:aws:iam::*:role/*"));
    assert!(!reaches("sts:AssumeRole", "arn:aws:iam::111122223333:role/app"));
}

#[test]
fn administrators() {
    let admin = |text: &str| is_administrator(&policy(Source::Identity, text).document.statements[0]);
    assert!(admin(r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#));
    assert!(admin(
        r#"{"Effect":"Allow","NotAction":["iam:*","organizations:*"],"Resource":"*"}"#
    ));
    assert!(!admin(r#"{"Effect":"Allow","NotAction":["bedrock:*"],"Resource":"*"}"#));
    assert!(!admin(r#"{"Effect":"Allow","Action":"bedrock:*","Resource":"*"}"#));
    assert!(!admin(r#"{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::*"}"#));
}
