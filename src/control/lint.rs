//! The checks of a control file that need more than its grammar, and the compiled form of its rules.

use super::expression::{CompileFault, Expression, Names, Template, Variables};
use super::schema::Type;
use super::source::{Fault, SourceFile, did_you_mean};
use super::{Control, Rule, SCHEMA_VERSION};
use crate::model::severity::Severity;
use std::collections::{BTreeMap, BTreeSet};
use toml::Spanned;

/// The types of the facts of every kind of subject, by name.
pub type Subjects = BTreeMap<String, Type>;

/// A rule ready to run.
#[derive(Debug)]
pub struct CompiledRule {
    /// `CONTROL.SLUG`.
    pub id: String,
    /// The control's id.
    pub control_id: String,
    /// Where it is written, as `FILE:LINE:COLUMN`.
    pub place: String,
    /// The fault.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// The kind of subject.
    pub subject: String,
    /// When the rule applies.
    pub matches: Option<Expression>,
    /// Named parts.
    pub variables: Variables,
    /// What must hold.
    pub assert: Expression,
    /// What to say where it does not.
    pub message: Expression,
    /// What to show: a name and where its value comes from.
    pub evidence: Vec<(String, Expression)>,
    /// What to do.
    pub remediation: Template,
}

/// Checks a control and compiles its rules.
pub fn compile(control: &Control, file: &SourceFile, subjects: &Subjects) -> Result<Vec<CompiledRule>, Vec<Fault>> {
    let mut faults = Vec::new();
    if control.schema != SCHEMA_VERSION {
        faults.push(file.fault_at_key(
            "schema",
            format!(
                "format {} is not known to this version, which reads {SCHEMA_VERSION}",
                control.schema
            ),
        ));
    }
    for (name, param) in &control.params {
        if let Some(default) = &param.default
            && let Err(wrong) = param.check(default)
        {
            faults.push(file.fault(format!("the default of param `{name}`: {wrong}")));
        }
    }
    let mut seen = BTreeSet::new();
    let mut rules = Vec::new();
    for rule in &control.rules {
        if !seen.insert(rule.id.get_ref().clone()) {
            faults.push(at(
                file,
                &rule.id,
                format!("a second rule is called `{}`", rule.id.get_ref()),
            ));
        }
        if !is_slug(rule.id.get_ref()) {
            faults.push(at(
                file,
                &rule.id,
                "a rule's id is made of lower-case letters, digits and hyphens".to_owned(),
            ));
        }
        if rule.severity < control.severity {
            let message = format!("{} is worse than the control's own {}", rule.severity, control.severity);
            faults.push(at(file, &rule.id, message));
        }
        match compile_rule(control, rule, file, subjects) {
            Ok(compiled) => rules.push(compiled),
            Err(wrong) => faults.extend(wrong),
        }
    }
    if faults.is_empty() { Ok(rules) } else { Err(faults) }
}

fn compile_rule(
    control: &Control,
    rule: &Rule,
    file: &SourceFile,
    subjects: &Subjects,
) -> Result<CompiledRule, Vec<Fault>> {
    let Some(subject) = subjects.get(rule.subject.get_ref()) else {
        let hint = did_you_mean(rule.subject.get_ref(), subjects.keys().map(String::as_str));
        return Err(vec![at(
            file,
            &rule.subject,
            format!("there is no subject `{}`{hint}", rule.subject.get_ref()),
        )]);
    };
    let params = control
        .params
        .iter()
        .map(|(name, def)| (name.clone(), Type::of_param(def.kind, def.default.is_some())))
        .collect();
    let mut roots = BTreeMap::from([
        ("subject".to_owned(), subject.clone()),
        ("params".to_owned(), Type::Object(params)),
    ]);
    let mut faults = Vec::new();
    let mut variables = Variables::new();
    for (name, source) in &rule.variables {
        if let Some(expression) = keep(
            file,
            source,
            Expression::compile(source.get_ref(), &Names { roots: &roots }, &Type::Any),
            &mut faults,
        ) {
            variables.insert(name.clone(), expression);
        }
    }
    let known = rule.variables.keys().map(|name| (name.clone(), Type::Any)).collect();
    roots.insert("variables".to_owned(), Type::Object(known));
    let names = Names { roots: &roots };
    let text = Type::Text(Vec::new());
    let matches = rule.matches.as_ref().and_then(|source| {
        keep(
            file,
            source,
            Expression::compile(source.get_ref(), &names, &Type::Bool),
            &mut faults,
        )
    });
    let assert = keep(
        file,
        &rule.assert,
        Expression::compile(rule.assert.get_ref(), &names, &Type::Bool),
        &mut faults,
    );
    let message = keep(
        file,
        &rule.message,
        Expression::compile(rule.message.get_ref(), &names, &text),
        &mut faults,
    );
    let remediation = keep(
        file,
        &rule.remediation,
        Template::compile(rule.remediation.get_ref(), &names),
        &mut faults,
    );
    let mut evidence = Vec::new();
    for path in &rule.evidence {
        let source = match path.get_ref().as_str() {
            qualified if qualified.starts_with("variables.") || qualified.starts_with("params.") => {
                qualified.to_owned()
            }
            fact => format!("subject.{fact}"),
        };
        let name = path.get_ref().rsplit('.').next().unwrap_or_default().to_owned();
        match Expression::compile(&source, &names, &Type::Any) {
            Ok(expression) => evidence.push((name, expression)),
            Err(wrong) => faults.extend(wrong.into_iter().map(|fault| at(file, path, fault.message))),
        }
    }
    match (assert, message, remediation) {
        (Some(assert), Some(message), Some(remediation)) if faults.is_empty() => Ok(CompiledRule {
            id: format!("{}.{}", control.id, rule.id.get_ref()),
            control_id: control.id.clone(),
            place: at(file, &rule.id, String::new()).place(),
            title: rule.title.clone(),
            severity: rule.severity,
            subject: rule.subject.get_ref().clone(),
            matches,
            variables,
            assert,
            message,
            evidence,
            remediation,
        }),
        _ => Err(faults),
    }
}

/// Keeps what compiled; turns the faults of what did not into faults of the file.
fn keep<T>(
    file: &SourceFile,
    source: &Spanned<String>,
    result: Result<T, Vec<CompileFault>>,
    faults: &mut Vec<Fault>,
) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(wrong) => {
            let start = file.text_start(&source.span());
            faults.extend(
                wrong
                    .into_iter()
                    .map(|fault| file.fault_at(start + fault.offset, fault.message)),
            );
            None
        }
    }
}

fn at(file: &SourceFile, place: &Spanned<String>, message: String) -> Fault {
    file.fault_at(place.span().start, message)
}

fn is_slug(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}
