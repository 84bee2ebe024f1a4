//! The functions that expressions may call: CEL's own, its strings and lists extensions, and ours.

use crate::control::param::STRENGTHS;
use cel::Env;
use cel::common::types::{CelInt, CelString};

/// A function that expressions may call.
#[derive(Debug, Clone, Copy)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// How it is written and what it gives.
    pub about: &'static str,
    /// What it gives, for the checks.
    pub gives: Gives,
}

/// The type of a function's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gives {
    /// true or false.
    Bool,
    /// A number.
    Number,
    /// A text.
    Text,
    /// A list of texts.
    Texts,
    /// The same list in another order or size.
    Same,
    /// Something else.
    Any,
}

/// Every function, by name.
pub const FUNCTIONS: &[Function] = &[
    f("contains", "`text.contains(part)`", Gives::Bool),
    f("distinct", "`list.distinct()`: each value once", Gives::Same),
    f("endsWith", "`text.endsWith(part)`", Gives::Bool),
    f("flatten", "`list.flatten()`: lists of lists as one list", Gives::Any),
    f("format", "`'%s of %d'.format([a, b])`", Gives::Text),
    f("indexOf", "`text.indexOf(part)`, -1 where absent", Gives::Number),
    f("int", "`int(value)`", Gives::Number),
    f("join", "`list.join(', ')`", Gives::Text),
    f("lowerAscii", "`text.lowerAscii()`", Gives::Text),
    f("matches", "`text.matches(regular_expression)`", Gives::Bool),
    f("replace", "`text.replace(old, new)`", Gives::Text),
    f("reverse", "`list.reverse()`", Gives::Same),
    f("size", "`list.size()`, `text.size()`, `map.size()`", Gives::Number),
    f("slice", "`list.slice(from, to)`", Gives::Same),
    f("sort", "`list.sort()`", Gives::Same),
    f("split", "`text.split(separator)`", Gives::Texts),
    f("startsWith", "`text.startsWith(part)`", Gives::Bool),
    f(
        "strength",
        "`strength(text)`: NONE 0, LOW 1, MEDIUM 2, HIGH 3, anything else 0",
        Gives::Number,
    ),
    f("string", "`string(value)`", Gives::Text),
    f("substring", "`text.substring(from, to)`", Gives::Text),
    f("trim", "`text.trim()`", Gives::Text),
    f("upperAscii", "`text.upperAscii()`", Gives::Text),
];

const fn f(name: &'static str, about: &'static str, gives: Gives) -> Function {
    Function { name, about, gives }
}

/// CEL with its standard library, the strings and lists extensions, and our functions.
pub(super) fn environment() -> Env {
    let mut env = Env::stdlib();
    // The names are registered once, on a fresh environment: a clash is a fault of this very function, which its test
    // would show, so there is nothing to tell a user.
    let _ = env.add_extension(cel::extensions::strings);
    let _ = env.add_extension(cel::extensions::lists);
    let _ = cel::add_overload!(env, fn strength: (CelString) -> CelInt);
    super::meter::register(&mut env);
    env
}

fn strength(name: &CelString<'_>) -> CelInt {
    let rank = STRENGTHS.iter().position(|known| *known == name.inner()).unwrap_or(0);
    CelInt::from(i64::try_from(rank).unwrap_or(0))
}
