//! The expression layer: three-valued answers, and faults found before anything runs.

use super::*;
use crate::control::catalog::{Catalog, CatalogError};
use crate::control::source::SourceFile;
use crate::evaluate::{cases, workers};
use serde_json::json;

struct Facts(Value);

impl Lookup for Facts {
    fn get(&self, path: &str) -> Found<'_> {
        match path.strip_prefix("subject.") {
            Some("secret") => Found::Unread(vec![Reason::text("denied")]),
            Some(name) => self.0.get(name).map_or(Found::Missing, Found::Value),
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
    let expression = Expression::compile(source, &Names { roots: &roots }, &Type::Any).unwrap();
    workers::with_room(|| expression.evaluate(&Root::default(), &facts))
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

/// What an attacker would write to make the audit hang, fill the memory, or pass.
const BOMBS: &[&str] = &[
    // Loops in loops.
    "[0,1,2,3,4,5,6,7,8,9].all(a, [0,1,2,3,4,5,6,7,8,9].all(b, [0,1,2,3,4,5,6,7,8,9].all(c, \
     [0,1,2,3,4,5,6,7,8,9].all(d, [0,1,2,3,4,5,6,7,8,9].all(e, [0,1,2,3,4,5,6,7,8,9].all(f, \
     [0,1,2,3,4,5,6,7,8,9].all(g, [0,1,2,3,4,5,6,7,8,9].all(h, a + b + c + d + e + f + g + h >= 0))))))))",
    // A text that doubles.
    "['xxxxxxxxxxxxxxxx'].map(a, a+a+a+a).map(a, a+a+a+a).map(a, a+a+a+a).map(a, a+a+a+a).map(a, a+a+a+a)\
     .map(a, a+a+a+a).map(a, a+a+a+a).map(a, a+a+a+a).map(a, a+a+a+a).map(a, a+a+a+a).map(a, a+a+a+a)\
     .map(a, a+a+a+a).map(a, a+a+a+a).map(a, a+a+a+a).map(a, a+a+a+a).map(a, a+a+a+a).size() > 0",
    // A list that doubles, and tables of tables.
    "[[1]].map(a, a+a+a+a).map(a, a+a+a+a).map(a, a+a+a+a).map(a, a+a+a+a).map(a, a+a+a+a).map(a, a+a+a+a)\
     .map(a, a+a+a+a).map(a, a+a+a+a).map(a, a+a+a+a).map(a, a+a+a+a).map(a, a+a+a+a).map(a, a+a+a+a).size() > 0",
    "[0].map(a, [a,a,a,a]).map(a, [a,a,a,a]).map(a, [a,a,a,a]).map(a, [a,a,a,a]).map(a, [a,a,a,a])\
     .map(a, [a,a,a,a]).map(a, [a,a,a,a]).map(a, [a,a,a,a]).map(a, [a,a,a,a]).map(a, [a,a,a,a])\
     .map(a, [a,a,a,a]).map(a, {'k': a, 'l': a}).map(a, {'k': a, 'l': a}).size() > 0",
    // Functions that multiply.
    "['aaaaaaaaaaaaaaaa'].map(a, a.replace('a', a)).map(a, a.replace('a', a)).map(a, a.replace('a', a))\
     .map(a, a.replace('a', a)).map(a, a.replace('a', a)).size() > 0",
    "['aaaaaaaaaaaaaaaa'].map(a, a.split('').join(a)).map(a, a.split('').join(a)).map(a, a.split('').join(a))\
     .map(a, a.split('').join(a)).size() > 0",
    "['xxxxxxxxxxxxxxxx'].map(a, '%s%s%s%s'.format([a,a,a,a])).map(a, '%s%s%s%s'.format([a,a,a,a]))\
     .map(a, '%s%s%s%s'.format([a,a,a,a])).map(a, '%s%s%s%s'.format([a,a,a,a])).map(a, '%s%s%s%s'.format([a,a,a,a]))\
     .map(a, '%s%s%s%s'.format([a,a,a,a])).map(a, '%s%s%s%s'.format([a,a,a,a])).map(a, '%s%s%s%s'.format([a,a,a,a]))\
     .map(a, '%s%s%s%s'.format([a,a,a,a])).map(a, '%s%s%s%s'.format([a,a,a,a])).size() > 0",
    "['aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'].all(a, a.split('').map(b, a.split('').map(c, a.split('').map(d, a + b)))\
     .flatten().flatten().distinct().sort().size() > 0)",
    "['aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'].all(a, a.split('').all(b, a.split('').all(c, a.matches('((a{90}){90}){90}'))))",
    // A table of the facts, again and again: in a list, in a text, in a comparison.
    "[subject.items].all(l, l.map(a, l.map(b, l.map(c, l.map(d, l.map(e, l.map(f, l.map(g, l.map(h, l.map(i, l)))))))))\
     == [])",
    "[subject.items[0]].map(a, [a,a,a,a,a,a,a,a]).map(a, [a,a,a,a,a,a,a,a]).map(a, [a,a,a,a,a,a,a,a])\
     .map(a, '%s%s%s%s'.format([a,a,a,a])).map(a, '%s%s%s%s'.format([a,a,a,a])).size() > 0",
    "[[subject.items[0]]].map(a, a+a+a+a+a+a+a+a).map(a, a+a+a+a+a+a+a+a).map(a, a+a+a+a+a+a+a+a)\
     .all(a, a.all(i, a == a && i in a))",
    // What hides the error from CEL: the other side decides.
    "['x'].map(a, a.replace('x', 'xxxxxxxxxxxxxxxx')).map(a, a.replace('x', a)).map(a, a.replace('x', a))\
     .map(a, a.replace('x', a)).map(a, a.replace('x', a)).map(a, a.replace('x', a)).size() < 0 || true",
];

#[test]
fn what_costs_too_much_is_an_error_and_no_hang() {
    for bomb in BOMBS {
        let result = eval(bomb);
        let short: String = bomb.chars().take(60).collect();
        assert!(
            matches!(&result, Err(Problem::Broken(text)) if text.contains("more work or memory")),
            "{short}: {result:?}"
        );
    }
    assert_eq!(
        eval("subject.open"),
        Ok(json!(true)),
        "the next expression has a budget of its own"
    );
}

#[test]
fn meters_change_no_answer() {
    let rows = [
        (
            "'a-b-c'.replace('-', '+').split('+').join(subject.tier)",
            json!("aCLASSICbCLASSICc"),
        ),
        ("'x%sy%d'.format([subject.tier, 3])", json!("xCLASSICy3")),
        ("[3, 1, 3, 2].distinct().sort()", json!([1, 2, 3])),
        ("'abcabc'.indexOf('ca') + 'abc'.size()", json!(5)),
        ("subject.tier.matches('^C.*C$') && matches('b', '[a-c]')", json!(true)),
        (
            "subject.items.map(i, subject.items.filter(j, j.name != i.name).map(j, j.name + i.name))",
            json!([["ba"], ["ab"]]),
        ),
        (
            "subject.items.exists_one(i, i.on) ? {'k': [subject.tier]} : {'k': ['none']}",
            json!({"k": ["CLASSIC"]}),
        ),
        ("'aXbX'.replace(['X'][0], subject.tier).size()", json!(16)),
        ("[[1, 2], [3]].map(l, l.map(n, n * 2)).flatten()", json!([2, 4, 6])),
        ("subject.items.filter(i, i.on || i.name in ['b']).size()", json!(2)),
    ];
    for (source, expected) in rows {
        assert_eq!(eval(source), Ok(expected), "{source}");
    }
}

#[test]
fn a_table_of_the_facts_is_like_any_other() {
    // Written so that its type is not known beforehand: an object is never compared with a literal table.
    let same = "[[{'name': 'a', 'on': true}]].flatten()[0]";
    let other = "[[{'name': 'a', 'on': false}]].flatten()[0]";
    for (source, expected) in [
        (format!("subject.items[0] == {same}"), json!(true)),
        (format!("{same} == subject.items[0]"), json!(true)),
        (format!("{other} == subject.items[0]"), json!(false)),
        (format!("{other} != subject.items[0]"), json!(true)),
        (format!("[{same}] == subject.items.filter(i, i.on)"), json!(true)),
        ("subject.items == subject.items".to_owned(), json!(true)),
        ("subject.items[0] == subject.items[1]".to_owned(), json!(false)),
        (
            format!("{same} in subject.items && !({other} in subject.items)"),
            json!(true),
        ),
        (format!("subject.items.exists(i, i in [{same}])"), json!(true)),
        (format!("subject.items.exists(i, i in [{other}])"), json!(false)),
        (format!("(subject.items + [{same}]).distinct().size()"), json!(2)),
        (
            "subject.items.map(i, i.map(k, k + string(i.size())))".to_owned(),
            json!([["name2", "on2"], ["name2", "on2"]]),
        ),
        (
            "subject.items.map(i, has(i.name) && 'on' in i && !('off' in i))".to_owned(),
            json!([true, true]),
        ),
        ("subject.items.map(i, i['name'])".to_owned(), json!(["a", "b"])),
        (
            "subject.items.map(i, [i, {'of': i}])[1]".to_owned(),
            json!([{"name": "b", "on": false}, {"of": {"name": "b", "on": false}}]),
        ),
        (
            "'%s'.format([subject.items[0]])".to_owned(),
            json!("{name: a, on: true}"),
        ),
    ] {
        assert_eq!(eval(&source), Ok(expected), "{source}");
    }
    assert!(matches!(eval("subject.items[0]['off'] == 1"), Err(Problem::Broken(_))));
}

#[test]
fn length_and_depth_are_bounded_before_anything_runs() {
    let long = faults(&format!("'{}' == ''", "x".repeat(20_000)));
    assert!(long[0].contains("longer than"), "{long:?}");
    let sum = faults(&format!("{}1 > 0", "1 + ".repeat(1_000)));
    assert!(sum[0].contains("levels deep"), "{sum:?}");
    for open in ["(", "[", "!", "-", "{'a':", "[1].all(x, ", "f("] {
        assert!(!faults(&open.repeat(16_000 / open.len())).is_empty(), "{open}");
    }
    assert!(faults("[1].all(subject, subject > 0)")[0].contains("`subject` is taken"));
    let deep = format!("{}1 > 0", "1 + ".repeat(50));
    assert_eq!(eval(&deep), Ok(json!(true)), "as deep as it may be");
}
