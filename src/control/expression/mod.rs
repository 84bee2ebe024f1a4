//! Expressions: the only module that knows the CEL crate, so that its frequent changes stop here.
//!
//! An expression is compiled once, checked against the types it may speak of, and evaluated against a [`Scope`].
//! Touching something unread answers [`Problem::Unread`], unless the rest of the expression decides without it (CEL's
//! `||` and `&&` absorb errors as three-valued logic wants). Any other error is a fault of the rule, never a verdict.
//! So is an expression that costs too much: each evaluation has a [`budget`].

mod budget;
pub mod functions;
mod meter;
mod row;
mod types;
mod value;

use super::schema::Type;
use crate::model::reason::Reason;
use cel::common::ast::IdedExpr;
use cel::common::value::CowVal;
use cel::context::VariableResolver;
use cel::{Context, Env};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
pub use types::{Checked, Names};

/// A compiled expression.
#[derive(Debug)]
pub struct Expression {
    source: String,
    metered: IdedExpr,
    /// The path that it consists of, where it is nothing but a name.
    path: Option<String>,
    /// Facts that it mentions, as paths below `subject`.
    pub facts: Vec<String>,
}

/// Why an expression gave no value.
#[derive(Debug, Clone, PartialEq)]
pub enum Problem {
    /// It needed something that was not read.
    Unread(Vec<Reason>),
    /// It is wrong; the text says how.
    Broken(String),
}

/// A fault found when compiling, at a byte offset of the expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompileFault {
    /// Byte offset into the expression.
    pub offset: usize,
    /// What is wrong.
    pub message: String,
}

/// Where an expression's names get their values from.
pub trait Lookup: Sync {
    /// The value at a path such as `subject.filters`.
    fn get(&self, path: &str) -> Found<'_>;
}

/// What a look-up found.
#[derive(Debug)]
pub enum Found<'a> {
    /// A value.
    Value(&'a Value),
    /// Nothing readable.
    Unread(Vec<Reason>),
    /// An expression behind the name is wrong.
    Broken(String),
    /// No such name.
    Missing,
}

static ENV: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(functions::environment()));

/// A context that can be made once a thread and used for many evaluations.
pub struct Root(Context<'static, 'static>);

impl std::fmt::Debug for Root {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Root")
    }
}

impl Default for Root {
    fn default() -> Self {
        Self(Context::with_env(Arc::clone(&ENV)))
    }
}

impl Expression {
    /// Compiles and checks a text. `names` says what it may speak of, `wanted` what it must give.
    pub fn compile(source: &str, names: &Names<'_>, wanted: &Type) -> Result<Self, Vec<CompileFault>> {
        let refused = |message: String| vec![CompileFault { offset: 0, message }];
        if source.len() > meter::MAX_LENGTH {
            let most = meter::MAX_LENGTH;
            return Err(refused(format!(
                "the expression is longer than {most} bytes; split it with `variables`"
            )));
        }
        if !meter::may_nest(source) {
            return Self::compile_here(source, names, wanted);
        }
        // The parser and the syntax tree recurse; how deep is known only afterwards.
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new()
                .stack_size(meter::STACK)
                .spawn_scoped(scope, || Self::compile_here(source, names, wanted));
            let compiled = thread.ok().and_then(|thread| thread.join().ok());
            compiled.unwrap_or_else(|| Err(refused("the expression cannot be compiled".to_owned())))
        })
    }

    fn compile_here(source: &str, names: &Names<'_>, wanted: &Type) -> Result<Self, Vec<CompileFault>> {
        let program = ENV.compile(source).map_err(|errors| {
            errors
                .errors
                .iter()
                .map(|error| CompileFault {
                    offset: offset_of(source, error.pos.0, error.pos.1),
                    message: format!("not a CEL expression: {}", error.msg.lines().next().unwrap_or_default()),
                })
                .collect::<Vec<_>>()
        })?;
        if meter::depth(program.expression()) > meter::MAX_DEPTH {
            let most = meter::MAX_DEPTH;
            return Err(vec![CompileFault {
                offset: 0,
                message: format!("the expression is nested more than {most} levels deep; split it with `variables`"),
            }]);
        }
        let checked = types::check(&program, names, wanted);
        if checked.faults.is_empty() {
            Ok(Self {
                source: source.to_owned(),
                metered: meter::metered(program.expression()),
                path: meter::path(program.expression()),
                facts: checked.facts,
            })
        } else {
            Err(checked.faults)
        }
    }

    /// The text.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Evaluates to a JSON value.
    pub fn evaluate(&self, root: &Root, lookup: &dyn Lookup) -> Result<Value, Problem> {
        if let Some(value) = self.plain(lookup) {
            return Ok(value::passed_through(value));
        }
        let resolver = Resolver {
            lookup,
            seen: Mutex::default(),
        };
        let result = budget::within(|| {
            let mut scope: Context<'_, '_> = shorten(&root.0).new_inner_scope();
            scope.set_variable_resolver(&resolver);
            cel::Value::resolve_val(&self.metered, &scope).map(|value| value::to_json(value.as_ref()))
        });
        match result {
            None => Err(Problem::Broken(format!(
                "`{}` takes more work or memory than an expression may",
                self.beginning()
            ))),
            Some(Ok(value)) => value.map_err(Problem::Broken),
            Some(Err(error)) => {
                let seen = resolver.seen.into_inner().unwrap_or_else(PoisonError::into_inner);
                if let Some(broken) = seen.broken {
                    return Err(Problem::Broken(broken));
                }
                if seen.unread.is_empty() {
                    return Err(Problem::Broken(format!("{error}, in `{}`", self.beginning())));
                }
                let mut reasons = seen.unread;
                reasons.sort();
                reasons.dedup();
                Err(Problem::Unread(reasons))
            }
        }
    }

    /// The value of an expression that is nothing but a name, where it was read: most evidence and many conditions
    /// are such, and CEL would only copy them.
    fn plain<'l>(&self, lookup: &'l dyn Lookup) -> Option<&'l Value> {
        match lookup.get(self.path.as_deref()?) {
            Found::Value(value) if !value::holds_unread(value) => Some(value),
            _ => None,
        }
    }

    /// Evaluates to true or false.
    pub fn holds(&self, root: &Root, lookup: &dyn Lookup) -> Result<bool, Problem> {
        match self.evaluate(root, lookup)? {
            Value::Bool(flag) => Ok(flag),
            other => Err(Problem::Broken(format!(
                "`{}` gave {other} where true or false was due",
                self.beginning()
            ))),
        }
    }

    /// As much of the text, on one line, as a sentence can hold.
    fn beginning(&self) -> String {
        const ENOUGH: usize = 120;
        let line = self.source.split_whitespace().collect::<Vec<_>>().join(" ");
        match line.char_indices().nth(ENOUGH) {
            Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
            None => line,
        }
    }

    /// Evaluates to a text; numbers, lists and tables are written out for people.
    pub fn text(&self, root: &Root, lookup: &dyn Lookup) -> Result<String, Problem> {
        Ok(value::for_people(&self.evaluate(root, lookup)?))
    }
}

/// Lets a context that lives for ever serve a scope that does not.
fn shorten<'short>(root: &'short Context<'static, 'static>) -> &'short Context<'short, 'short> {
    root
}

#[derive(Default)]
struct Seen {
    unread: Vec<Reason>,
    broken: Option<String>,
}

struct Resolver<'a> {
    lookup: &'a dyn Lookup,
    seen: Mutex<Seen>,
}

impl VariableResolver for Resolver<'_> {
    fn resolve<'b>(&'b self, path: &str) -> Option<CowVal<'b, 'b>> {
        let found = match self.lookup.get(path) {
            Found::Missing => return None,
            Found::Value(value) => match value::from_json(value) {
                Ok(value) => return Some(value),
                Err(value::Unusable::Unread(reasons)) => Found::Unread(reasons),
                // Nothing is left of the budget now, and that is what the evaluation ends with.
                Err(value::Unusable::TooLarge) => return None,
            },
            other => other,
        };
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match found {
            Found::Unread(reasons) => seen.unread.extend(reasons),
            Found::Broken(text) => seen.broken = Some(text),
            Found::Value(_) | Found::Missing => {}
        }
        None
    }
}

/// The byte offset of a line and column, both from 1 and in characters, as the parser counts them.
fn offset_of(source: &str, line: isize, column: isize) -> usize {
    let line = usize::try_from(line).unwrap_or(1).max(1);
    let column = usize::try_from(column).unwrap_or(1).max(1);
    let start: usize = source.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let rest = source.get(start..).unwrap_or("");
    start + rest.char_indices().nth(column - 1).map_or(rest.len(), |(at, _)| at)
}

/// A text with `{{ expression }}` in it.
#[derive(Debug)]
pub struct Template(Vec<Part>);

#[derive(Debug)]
enum Part {
    Text(String),
    Value(Expression),
}

impl Template {
    /// Compiles a template.
    pub fn compile(source: &str, names: &Names<'_>) -> Result<Self, Vec<CompileFault>> {
        let (mut parts, mut faults, mut at) = (Vec::new(), Vec::new(), 0);
        while let Some(open) = source.get(at..).and_then(|rest| rest.find("{{")).map(|i| at + i) {
            let Some(close) = source.get(open..).and_then(|rest| rest.find("}}")).map(|i| open + i) else {
                faults.push(CompileFault {
                    offset: open,
                    message: "`{{` without `}}`".to_owned(),
                });
                break;
            };
            parts.push(Part::Text(source.get(at..open).unwrap_or_default().to_owned()));
            let inner = source.get(open + 2..close).unwrap_or_default();
            let lead = inner.len() - inner.trim_start().len();
            match Expression::compile(inner.trim(), names, &Type::Any) {
                Ok(expression) => parts.push(Part::Value(expression)),
                Err(errors) => faults.extend(errors.into_iter().map(|fault| CompileFault {
                    offset: open + 2 + lead + fault.offset,
                    message: fault.message,
                })),
            }
            at = close + 2;
        }
        parts.push(Part::Text(source.get(at..).unwrap_or_default().to_owned()));
        if faults.is_empty() {
            Ok(Self(parts))
        } else {
            Err(faults)
        }
    }

    /// Fills the template in; what is unread stands as `(not readable)`.
    pub fn fill(&self, root: &Root, lookup: &dyn Lookup) -> Result<String, String> {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Text(plain) => text.push_str(plain),
                Part::Value(expression) => match expression.text(root, lookup) {
                    Ok(value) => text.push_str(&value),
                    Err(Problem::Unread(_)) => text.push_str("(not readable)"),
                    Err(Problem::Broken(fault)) => return Err(fault),
                },
            }
        }
        Ok(text.trim().to_owned())
    }
}

/// The compiled `variables` of a rule, by name.
pub type Variables = BTreeMap<String, Expression>;

#[cfg(test)]
mod tests;
