//! Each maker against the same signals: what it says of them, and that nothing is lost.

use super::*;
use crate::control::catalog::Catalog;
use crate::control::source::SourceFile;
use serde_json::{Value, json};

fn catalog() -> Catalog {
    Catalog::builtin(&crate::audit::subjects()).unwrap_or_else(|error| panic!("{error}"))
}

fn made(format: Format) -> String {
    let catalog = catalog();
    render(format, &catalog.entries().iter().collect::<Vec<_>>())
}

/// A control whose guide has one signal with these conditions.
fn entry(conditions: &str) -> Entry {
    let guide = format!(
        "id = 'x'\nrationale = ''\n[[signals]]\nid = 's'\ntitle = 'It is gone'\nmeaning = 'm'\nstatic = true\n\
         event_source = 'bedrock.amazonaws.com'\nevent_names = ['InvokeModel']\nwhere = [{conditions}]\n\
         [[alerts]]\nsignal = 's'\nthreshold = 3\nwithin = '15m'\nurgency = 'page'\nreason = 'r'\n"
    );
    let text = "schema = 1\nid = 'x'\ntitle = 't'\nseverity = 'LOW'\n".to_owned();
    let file = SourceFile { name: "x".into(), text };
    let mut entries = Catalog::of(vec![file], &crate::audit::subjects())
        .unwrap()
        .into_entries();
    let mut entry = entries.remove(0);
    let file = SourceFile {
        name: "guide.toml".into(),
        text: guide,
    };
    let folder = std::iter::once(("guide.toml".to_owned(), file)).collect();
    entry.guide = Some(Guide::load("x", &folder).unwrap());
    entry
}

fn bridged(conditions: &str) -> (Value, Value) {
    let entry = entry(conditions);
    let template: Value = serde_json::from_str(&render(Format::Eventbridge, &[&entry])).unwrap();
    (
        template["Resources"]["XS"]["Properties"]["EventPattern"]["detail"].clone(),
        template,
    )
}

#[test]
fn every_event_signal_is_in_every_format_and_the_others_are_named() {
    let catalog = catalog();
    let entries: Vec<&Entry> = catalog.entries().iter().collect();
    let events = events(&entries);
    assert!(events.len() > 20);
    let bridge: Value = serde_json::from_str(&made(Format::Eventbridge)).unwrap();
    let watch: Value = serde_json::from_str(&made(Format::Cloudwatch)).unwrap();
    let sigma = made(Format::Sigma);
    for found in &events {
        let id = found.logical_id();
        assert_eq!(bridge["Resources"][&id]["Type"], "AWS::Events::Rule", "{id}");
        assert_eq!(
            watch["Resources"][format!("{id}Alarm")]["Type"],
            "AWS::CloudWatch::Alarm"
        );
        assert!(sigma.contains(&format!("{}: ", found.id())), "{}", found.id());
    }
    assert_eq!(sigma.matches("logsource:").count(), events.len());
    for found in measured(&entries) {
        assert_eq!(
            bridge["Metadata"]["BedrockAudit"]["NotHere"][found.id()],
            json!(found.signal.title)
        );
    }
    let queries = made(Format::Insights);
    assert!(queries.contains("# aws-genai-06/prompt-attacks: "));
}

#[test]
fn templates_fit_into_a_call() {
    for format in [Format::Eventbridge, Format::Cloudwatch] {
        // <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>: by way of a bucket
        // all of them, without one each control alone.
        assert!(made(format).len() < 1_000_000, "{format:?}");
        for entry in catalog().entries() {
            assert!(render(format, &[entry]).len() <= 51_200, "{}", entry.control.id);
        }
    }
}

#[test]
fn negations_hold_for_records_without_the_field() {
    let condition = "{ field = 'a.b', op = 'not-equals', values = ['${ROLE_NAME}', 'c'] }";
    let (detail, template) = bridged(condition);
    let wanted = json!([{"anything-but": [{"Ref": "RoleName"}, "c"]}, {"exists": false}]);
    assert_eq!(detail["a"]["b"], wanted);
    assert_eq!(template["Parameters"]["RoleName"]["Type"], "String");
    let entry = entry(condition);
    let found = events(&[&entry])[0];
    assert_eq!(
        cloudwatch::pattern_of(&found),
        "{ ($.recipientAccountId = \"${WatchedAccount}\") && ($.eventSource = \"bedrock.amazonaws.com\") && \
         ($.eventName = \"InvokeModel\") && (($.a.b NOT EXISTS) || (($.a.b != \"${RoleName}\") && ($.a.b != \"c\"))) }"
    );
    let sigma = render(Format::Sigma, &[&entry]);
    assert!(
        sigma.contains("    filter:\n        a.b|expand:\n            - \"%role_name%\"\n            - c\n"),
        "{sigma}"
    );
    assert!(sigma.contains("    condition: selection and not filter\n"), "{sigma}");
}

#[test]
fn one_field_with_two_conditions() {
    let conditions = "{ field = 'm', op = 'not-prefix', values = ['${P}'] }, { field = 'm', op = 'prefix', values = ['eu.', 'us.'] }";
    let (detail, template) = bridged(conditions);
    assert_eq!(
        detail["m"][1],
        json!({"Fn::If": ["XSNot1x0", {"prefix": "us."}, {"Ref": "AWS::NoValue"}]})
    );
    assert_eq!(
        template["Conditions"]["XSNot0x0"],
        json!({"Fn::Not": [{"Fn::Equals": [{"Ref": "P"}, "eu."]}]})
    );
    let twice = "{ field = 'm', op = 'prefix', values = ['a'] }, { field = 'm', op = 'suffix', values = ['b'] }";
    let (detail, template) = bridged(twice);
    assert_eq!(detail["m"], json!([{"prefix": "a"}]));
    let description = &template["Resources"]["XS"]["Properties"]["Description"];
    assert!(description.as_str().unwrap().contains("not all conditions on m"));
    let same = "{ field = 'm', op = 'prefix', values = ['a'] }, { field = 'm', op = 'prefix', values = ['ab'] }";
    let sigma = render(Format::Sigma, &[&entry(same)]);
    assert!(sigma.contains("condition: selection_1 and selection_2\n"), "{sigma}");
}

#[test]
fn reads_reach_a_rule_and_counts_are_kept() {
    let (_, template) = bridged("");
    let rule = &template["Resources"]["XS"]["Properties"];
    assert_eq!(rule["State"], "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS");
    assert!(rule["Description"].as_str().unwrap().contains("at 3 within 15m"));
    let watch: Value = serde_json::from_str(&render(Format::Cloudwatch, &[&entry("")])).unwrap();
    let alarm = &watch["Resources"]["XSAlarm"]["Properties"];
    assert_eq!((&alarm["Threshold"], &alarm["Period"]), (&json!(3), &json!(900)));
}

#[test]
fn wildcards_of_a_value_are_none() {
    let sigma = render(
        Format::Sigma,
        &[&entry("{ field = 'a', op = 'contains', values = ['b*\\\\c'] }")],
    );
    assert!(!sigma.contains("b*"), "{sigma}");
    let (detail, _) = bridged("{ field = 'a', op = 'contains', values = ['b*c'] }");
    assert_eq!(detail["a"], json!([{"wildcard": "*b\\*c*"}]));
}
