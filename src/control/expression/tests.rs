//! The expression layer: three-valued answers, and faults found before anything runs.

use super::*;
use crate::control::catalog::{Catalog, CatalogError};
use crate::control::source::SourceFile;
use crate::evaluate::cases;
use serde_json::json;
use std::borrow::Cow;

struct Facts(Value);

impl Lookup for Facts {
    fn get(&self, path: &str) -> Found<'_> {
        match path.strip_prefix("subject.") {
            Some("secret") => Found::Unread(vec![Reason::text("denied")]),
            Some(name) => self
                .0
                .get(name)
                .map_or(Found::Missing, |value| Found::Value(Cow::Borrowed(value))),
            None => Found::Missing,
        }
    }
}

fn roots() -> BTreeMap<String, Type> {
    let tier = Type::Text(vec!["CLASSIC".into(), "STANDARD".into()]);
    let item = Type::Object(BTreeMap::from([
        ("name".into(), Type::Text(vec![])),
        ("on".into(), Type::Bool),
    ]));
    let subject = Type::Object(BTreeMap::from([
        ("open".into(), Type::Bool),
        ("secret".into(), Type::Bool),
        ("tier".into(), tier),
        ("items".into(), Type::List(Box::new(item))),
    ]));
    BTreeMap::from([("subject".to_owned(), subject)])
}

fn eval(source: &str) -> Result<Value, Problem> {
    let roots = roots();
    let facts = Facts(
        json!({"open": true, "tier": "CLASSIC", "items": [{"name": "a", "on": true}, {"name": "b", "on": false}]}),
    );
    Expression::compile(source, &Names { roots: &roots }, &Type::Any)
        .unwrap()
        .evaluate(&Root::default(), &facts)
}

fn faults(source: &str) -> Vec<String> {
    let roots = roots();
    let result = Expression::compile(source, &Names { roots: &roots }, &Type::Bool);
    result.map_or_else(
        |faults| faults.into_iter().map(|fault| fault.message).collect(),
        |_| Vec::new(),
    )
}

#[test]
fn what_is_unread_counts_only_where_it_decides() {
    assert_eq!(eval("subject.open || subject.secret"), Ok(json!(true)));
    assert_eq!(eval("subject.secret || subject.open"), Ok(json!(true)));
    assert_eq!(eval("!subject.open && subject.secret"), Ok(json!(false)));
    assert!(matches!(eval("subject.open && subject.secret"), Err(Problem::Unread(r)) if r[0].text == "denied"));
    assert!(matches!(
        eval("subject.items.exists(i, i.on && subject.secret)"),
        Err(Problem::Unread(_))
    ));
}

#[test]
fn lists_and_texts_come_out_as_json() {
    assert_eq!(eval("subject.items.filter(i, i.on).map(i, i.name)"), Ok(json!(["a"])));
    assert_eq!(eval("subject.items.map(i, i.name).join(', ')"), Ok(json!("a, b")));
    assert_eq!(eval("strength('MEDIUM') >= strength('LOW')"), Ok(json!(true)));
}

#[test]
fn a_broken_expression_is_no_verdict() {
    assert!(matches!(eval("subject.items[7].on"), Err(Problem::Broken(_))));
}

#[test]
fn names_members_values_and_types_are_checked_before_anything_runs() {
    assert!(faults("subject.opne")[0].contains("did you mean `open`"));
    assert!(faults("subjct.open")[0].contains("did you mean `subject`"));
    assert!(faults("subject.tier == 'CLASIC'")[0].contains("did you mean `CLASSIC`"));
    assert!(faults("subject.tier in ['STANDARD', 'BASIC']")[0].contains("`BASIC` is none of"));
    assert!(faults("subject.items.exists(i, i.nam == 'a')")[0].contains("did you mean `name`"));
    assert!(faults("subject.items.filter(i, i.on).all(j, j.oon)")[0].contains("did you mean `on`"));
    assert!(faults("subject.items.sise() == 0")[0].contains("did you mean `size`"));
    assert!(faults("subject.tier")[0].contains("true or false"));
    assert!(faults("subject.open == 1")[0].contains("never equal"));
    assert!(faults("subject.open &&")[0].contains("not a CEL expression"));
    assert!(faults("subject.tier == 'STANDARD' && subject.open").is_empty());
}

const CONTROL: &str = r#"
schema = 1
id = "own-1"
title = "Regions are used"
severity = "LOW"

[[rules]]
id = "in-use"
title = "A region is not in use"
severity = "LOW"
subject = "region"
assert = "subject.in_use"
message = "'region ' + subject.name + ' is idle'"
evidence = ["in_use_because"]
remediation = "Use {{ subject.name }}."
cases = [
    { name = "used", expect = "pass", facts = { in_use = true } },
    { name = "idle", expect = "fail", facts = { name = "eu-west-1" }, message = "eu-west-1" },
    { name = "hidden", expect = "unknown", unread = ["in_use"] },
]
"#;

#[test]
fn a_control_runs_its_own_cases() {
    let subjects = crate::audit::subjects();
    let file = SourceFile {
        name: "own.toml".into(),
        text: CONTROL.into(),
    };
    let catalog = Catalog::of(vec![file], &subjects).unwrap();
    let results = cases::run(&catalog.entries()[0], &subjects);
    assert_eq!(
        results
            .iter()
            .filter_map(|result| result.wrong.clone())
            .collect::<Vec<_>>(),
        Vec::<String>::new()
    );
    assert_eq!(cases::missing(&results), ["near miss"]);
}

#[test]
fn a_fault_names_file_line_and_column() {
    let subjects = crate::audit::subjects();
    let text = CONTROL.replace("assert = \"subject.in_use\"", "assert = \"!subject.in_yse\"");
    let file = SourceFile {
        name: "own.toml".into(),
        text,
    };
    let Err(CatalogError::Faults(faults)) = Catalog::of(vec![file], &subjects) else {
        panic!("it loaded")
    };
    assert_eq!((faults[0].line, faults[0].column), (12, 19), "{}", faults[0]);
    assert!(faults[0].to_string().contains("did you mean `in_use`"), "{}", faults[0]);
}
