//! Puts meters into a compiled expression: wherever its work or its values can grow beyond what was paid for.
//!
//! The CEL crate has no limits of its own, but its syntax tree is open. Whatever a call looks at is paid before the
//! call, by wrapping its arguments; loops pay for the list that they go through, each time they do. What a call makes
//! is no larger than what it looked at, but for a few functions: those are told apart in [`growth`], and pay before
//! they run for the product of their arguments. Facts and params are paid when they are looked up.

use super::budget;
use super::functions::{FUNCTIONS, Gives};
use super::row;
use cel::common::ast::{
    CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedExpr, ListExpr, LiteralValue, MapExpr, SelectExpr,
};
use cel::common::types::{CelString, DYN_TYPE};
use cel::common::value::CowVal;
use cel::{Env, ExecutionError};

/// An expression that is longer than this is no rule but an attack.
pub(super) const MAX_LENGTH: usize = 16 * 1024;
/// Deeper ones could use up the stack.
pub(super) const MAX_DEPTH: usize = 60;

/// Enough for the deepest tree that an expression of the greatest length can have.
pub(super) const STACK: usize = 64 << 20;

const PAY: &str = "@pay";
const PAY_EACH: &str = "@payEach";
const PLAIN: &str = "@plain";
/// What going through one item costs, whatever it holds: the steps of a loop are slow beside bytes.
const STEP: u64 = 64;

/// Whether a text might make so deep a tree that a small stack does not hold it.
pub(super) fn may_nest(source: &str) -> bool {
    const FEW: usize = 40;
    let opens = source.bytes().filter(|byte| b"([{!-?".contains(byte)).count();
    source.len() > 1024 || opens > FEW
}

/// Functions whose work or result is no sum but a product of what they are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Growth {
    Replace,
    Join,
    Find,
    Distinct,
    Split,
    Format,
    Matches,
}

fn growth(function: &str) -> Option<(Growth, &'static str)> {
    Some(match function {
        "replace" => (Growth::Replace, "@payReplace"),
        "join" => (Growth::Join, "@payJoin"),
        "indexOf" => (Growth::Find, "@payFind"),
        "distinct" => (Growth::Distinct, "@payDistinct"),
        "split" => (Growth::Split, "@paySplit"),
        "format" => (Growth::Format, "@payFormat"),
        "matches" => (Growth::Matches, "@payMatches"),
        _ => return None,
    })
}

/// Registers what metered expressions call; no expression can spell these names.
pub(super) fn register(env: &mut Env) {
    let any = |count: usize| (0..count).map(|_| DYN_TYPE).collect();
    // A fresh environment knows none of these names, so that adding them cannot fail.
    let _ = env.add_overload(PAY, "@pay(dyn)", any(1), pay);
    let _ = env.add_overload(PAY_EACH, "@payEach(dyn)", any(1), pay_each);
    let _ = env.add_overload(PLAIN, "@plain(dyn)", any(1), plain);
    let mut add = |name: &str, most: usize, function| {
        for count in 1..=most {
            let _ = env.add_overload(name, &format!("{name}{count}"), any(count), function);
        }
    };
    add("@payReplace", 4, pay_replace);
    add("@payJoin", 2, pay_join);
    add("@payFind", 3, pay_product);
    add("@payDistinct", 1, pay_distinct);
    add("@paySplit", 3, pay_many);
    add("@payFormat", 2, pay_many);
    add("@payMatches", 2, pay_matches);
}

type Paid<'b, 'v> = Result<CowVal<'b, 'v>, ExecutionError>;

/// Hands the first argument on, once it is paid for.
fn settle<'b, 'v>(args: Vec<CowVal<'b, 'v>>, price: impl FnOnce(&[CowVal<'b, 'v>]) -> u64) -> Paid<'b, 'v> {
    let enough = budget::pay(price(&args));
    args.into_iter().next().filter(|_| enough).ok_or_else(budget::used_up)
}

fn cost(value: &CowVal<'_, '_>) -> u64 {
    budget::of_value(value.as_ref())
}

fn text<'a>(args: &'a [CowVal<'_, '_>], at: usize) -> &'a str {
    args.get(at)
        .and_then(|value| value.as_ref().downcast_ref::<CelString<'_>>())
        .map_or("", |text| text.inner())
}

fn items(args: &[CowVal<'_, '_>]) -> u64 {
    let Some(first) = args.first() else {
        return 0;
    };
    let first = first.as_ref();
    let size = first.as_sizer().map(|sizer| *sizer.size().inner());
    size.and_then(|size| u64::try_from(size).ok()).unwrap_or(0)
}

fn pay<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Paid<'b, 'v> {
    settle(args, |args| args.iter().map(cost).sum())
}

fn pay_each<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Paid<'b, 'v> {
    settle(args, |args| items(args).saturating_add(1).saturating_mul(STEP))
}

/// For an operand that CEL's own tables are asked to compare themselves with, or that is to be written out.
fn plain<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Paid<'b, 'v> {
    settle(args, |_| 0).and_then(row::plain)
}

fn pay_product<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Paid<'b, 'v> {
    settle(args, |args| args.iter().map(cost).fold(1, u64::saturating_mul))
}

/// The old text may stand at every character, and the new one be put there each time.
fn pay_replace<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Paid<'b, 'v> {
    settle(args, |args| {
        let (whole, old, new) = (text(args, 0), text(args, 1), text(args, 2));
        let places = whole.matches(old).count() as u64;
        budget::of_text(whole).saturating_add(places.saturating_mul(budget::of_text(new)))
    })
}

fn pay_join<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Paid<'b, 'v> {
    settle(args, |args| {
        let between = items(args).saturating_mul(text(args, 1).len() as u64);
        args.first().map_or(0, cost).saturating_add(between)
    })
}

/// Each item is compared with every one before it.
fn pay_distinct<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Paid<'b, 'v> {
    let plain = settle(args, |_| 0).and_then(row::plain)?;
    settle(vec![plain], |args| {
        args.first().map_or(0, cost).saturating_mul(items(args).max(1) / 64 + 1)
    })
}

/// Pieces cost more than the text they come from, and a clause of a format may ask for many digits.
fn pay_many<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Paid<'b, 'v> {
    settle(args, |args| args.first().map_or(0, cost).saturating_mul(128))
}

/// Counted repetition writes a pattern out, and each place of the text may meet all of it.
fn pay_matches<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Paid<'b, 'v> {
    settle(args, |args| {
        let (whole, pattern) = (text(args, 0), text(args, 1));
        let counts = pattern
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split_once('}'))
            .flat_map(|(counts, _)| counts.split(','))
            .filter_map(|count| count.trim().parse::<u64>().ok());
        let written_out = counts.fold(budget::of_text(pattern), |size, count| {
            size.saturating_mul(count.max(1))
        });
        written_out.saturating_mul(64 + whole.len() as u64)
    })
}

/// The depth of a syntax tree, found without recursion.
pub(super) fn depth(root: &IdedExpr) -> usize {
    let (mut deepest, mut open) = (0, vec![(root, 1)]);
    while let Some((node, level)) = open.pop() {
        deepest = deepest.max(level);
        children(node, |child| open.push((child, level + 1)));
    }
    deepest
}

fn children<'e>(node: &'e IdedExpr, mut visit: impl FnMut(&'e IdedExpr)) {
    match &node.expr {
        Expr::Call(call) => call.target.iter().map(AsRef::as_ref).chain(&call.args).for_each(visit),
        Expr::Comprehension(loops) => [
            &loops.iter_range,
            &loops.accu_init,
            &loops.loop_cond,
            &loops.loop_step,
            &loops.result,
        ]
        .into_iter()
        .for_each(visit),
        Expr::List(list) => list.elements.iter().for_each(visit),
        Expr::Map(map) => {
            for entry in &map.entries {
                match &entry.expr {
                    EntryExpr::MapEntry(entry) => {
                        visit(&entry.key);
                        visit(&entry.value);
                    }
                    EntryExpr::StructField(field) => visit(&field.value),
                }
            }
        }
        Expr::Select(select) => visit(&select.operand),
        Expr::Struct(made) => {
            for entry in &made.entries {
                match &entry.expr {
                    EntryExpr::MapEntry(entry) => visit(&entry.value),
                    EntryExpr::StructField(field) => visit(&field.value),
                }
            }
        }
        Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => {}
    }
}

/// The same expression with meters in it.
pub(super) fn metered(node: &IdedExpr) -> IdedExpr {
    let expr = match &node.expr {
        Expr::Call(call) => of_call(node.id, call),
        Expr::Comprehension(loops) => Expr::Comprehension(Box::new(of_loop(loops))),
        Expr::List(list) => Expr::List(ListExpr {
            elements: list.elements.iter().map(paid).collect(),
            optional_indices: list.optional_indices.clone(),
        }),
        Expr::Map(map) => {
            let mut entries = map.entries.clone();
            for entry in &mut entries {
                if let EntryExpr::MapEntry(entry) = &mut entry.expr {
                    entry.key = paid(&entry.key);
                    entry.value = paid(&entry.value);
                }
            }
            Expr::Map(MapExpr { entries })
        }
        Expr::Select(select) => Expr::Select(SelectExpr {
            operand: Box::new(metered(&select.operand)),
            ..select.clone()
        }),
        // Nothing of these grows; struct literals were refused.
        other @ (Expr::Ident(_) | Expr::Literal(_) | Expr::Struct(_) | Expr::Unspecified) => other.clone(),
    };
    IdedExpr { id: node.id, expr }
}

fn of_call(id: u64, call: &CallExpr) -> Expr {
    let logic = matches!(
        call.func_name.as_str(),
        "_&&_" | "_||_" | "!_" | "_?:_" | "@not_strictly_false"
    );
    let index = matches!(call.func_name.as_str(), "_[_]" | "_[?_]" | "_?._");
    let equality = matches!(call.func_name.as_str(), "_==_" | "_!=_");
    // What is compared with something short is not looked at any further.
    let short = equality && call.args.iter().any(is_literal);
    let writes_out = call.func_name == "format";
    let args = call.args.iter().enumerate().map(|(at, arg)| {
        let compared = match call.func_name.as_str() {
            "@in" => at == 0,
            _ => equality && at == 1,
        };
        if logic || short || (index && at == 0) {
            metered(arg)
        } else if (compared || writes_out) && !is_literal(arg) {
            called(PLAIN, paid(arg))
        } else {
            paid(arg)
        }
    });
    let args: Vec<IdedExpr> = args.collect();
    let Some(target) = &call.target else {
        return match growth(&call.func_name) {
            // `matches(text, pattern)` is the same as `text.matches(pattern)`.
            Some((grows, guard)) => guarded(id, call, args, grows, guard),
            None => Expr::Call(CallExpr {
                func_name: call.func_name.clone(),
                target: None,
                args,
            }),
        };
    };
    let mut all = vec![paid(target)];
    all.extend(args);
    if let Some((grows, guard)) = growth(&call.func_name) {
        return guarded(id, call, all, grows, guard);
    }
    let mut all = all.into_iter();
    Expr::Call(CallExpr {
        func_name: call.func_name.clone(),
        target: all.next().map(Box::new),
        args: all.collect(),
    })
}

/// `guard(first, rest…).function(rest…)`, with the rest evaluated once: what is no literal gets a name for it.
fn guarded(id: u64, call: &CallExpr, all: Vec<IdedExpr>, grows: Growth, guard: &str) -> Expr {
    let mut all = all.into_iter();
    let Some(first) = all.next() else {
        return Expr::Call(call.clone());
    };
    let (mut names, mut rest) = (Vec::new(), Vec::new());
    for (at, arg) in all.enumerate() {
        if is_literal(&arg) {
            rest.push(arg);
        } else {
            let name = format!("@arg{id}_{at}");
            rest.push(node(Expr::Ident(name.clone())));
            names.push((name, arg));
        }
    }
    let looks_at_all = !matches!(grows, Growth::Distinct | Growth::Split | Growth::Format);
    let mut looked_at = vec![first];
    if looks_at_all {
        looked_at.extend(rest.iter().cloned());
    }
    let first = node(Expr::Call(CallExpr {
        func_name: guard.to_owned(),
        target: None,
        args: looked_at,
    }));
    let mut expr = if call.target.is_some() {
        Expr::Call(CallExpr {
            func_name: call.func_name.clone(),
            target: Some(Box::new(first)),
            args: rest,
        })
    } else {
        let mut args = vec![first];
        args.extend(rest);
        Expr::Call(CallExpr {
            func_name: call.func_name.clone(),
            target: None,
            args,
        })
    };
    for (name, value) in names {
        expr = bound(name, value, node(expr));
    }
    expr
}

/// `result`, in which `name` stands for `value`: a loop over nothing that begins with it.
fn bound(name: String, value: IdedExpr, result: IdedExpr) -> Expr {
    Expr::Comprehension(Box::new(ComprehensionExpr {
        iter_range: node(Expr::List(ListExpr::default())),
        iter_var: "@none".to_owned(),
        iter_var2: None,
        loop_step: node(Expr::Ident(name.clone())),
        accu_var: name,
        accu_init: value,
        loop_cond: node(Expr::Literal(LiteralValue::Boolean(false.into()))),
        result,
    }))
}

fn of_loop(loops: &ComprehensionExpr) -> ComprehensionExpr {
    ComprehensionExpr {
        iter_range: each_paid(&loops.iter_range),
        accu_init: metered(&loops.accu_init),
        loop_cond: metered(&loops.loop_cond),
        loop_step: of_step(&loops.loop_step, &loops.accu_var),
        result: metered(&loops.result),
        ..loops.clone()
    }
}

/// What a loop does each time. The crate appends in place where it sees `so far + [item]`, so that shape has to stay.
fn of_step(step: &IdedExpr, so_far: &str) -> IdedExpr {
    let is_so_far = |node: &IdedExpr| matches!(&node.expr, Expr::Ident(name) if name == so_far);
    let Expr::Call(call) = &step.expr else {
        return metered(step);
    };
    let args = match (call.func_name.as_str(), call.args.as_slice()) {
        ("_?:_", [guard, then, otherwise]) if is_so_far(otherwise) => {
            vec![metered(guard), of_step(then, so_far), otherwise.clone()]
        }
        ("_+_", [before, item]) if is_so_far(before) => vec![before.clone(), metered(item)],
        _ => return metered(step),
    };
    IdedExpr {
        id: step.id,
        expr: Expr::Call(CallExpr {
            func_name: call.func_name.clone(),
            target: None,
            args,
        }),
    }
}

/// The list of a loop with a meter around it, whatever it is: a loop in a loop goes through it again and again.
fn each_paid(range: &IdedExpr) -> IdedExpr {
    called(PAY_EACH, paid(range))
}

/// The expression with a meter around it, unless what it gives is small or was paid for already.
fn paid(argument: &IdedExpr) -> IdedExpr {
    let inner = metered(argument);
    if is_literal(argument) || is_path(argument) || is_small(argument) {
        return inner;
    }
    called(PAY, inner)
}

fn called(function: &str, argument: IdedExpr) -> IdedExpr {
    IdedExpr {
        id: argument.id,
        expr: Expr::Call(CallExpr {
            func_name: function.to_owned(),
            target: None,
            args: vec![argument],
        }),
    }
}

fn is_literal(node: &IdedExpr) -> bool {
    match &node.expr {
        Expr::Literal(_) => true,
        Expr::List(list) => list.elements.iter().all(is_literal),
        _ => false,
    }
}

/// A fact, a param or a variable of the rule: paid when it is looked up.
fn is_path(node: &IdedExpr) -> bool {
    path(node).is_some()
}

/// `subject.a.b` as one text, where the expression is nothing else.
pub(super) fn path(node: &IdedExpr) -> Option<String> {
    let mut names = Vec::new();
    let mut at = node;
    loop {
        match &at.expr {
            Expr::Select(select) if !select.test => {
                names.push(select.field.as_str());
                at = &select.operand;
            }
            Expr::Ident(root) if matches!(root.as_str(), "subject" | "params" | "variables") => {
                names.push(root);
                names.reverse();
                return Some(names.join("."));
            }
            _ => return None,
        }
    }
}

fn is_small(node: &IdedExpr) -> bool {
    let Expr::Call(call) = &node.expr else {
        return false;
    };
    let operator = matches!(
        call.func_name.as_str(),
        "_==_"
            | "_!=_"
            | "_<_"
            | "_<=_"
            | "_>_"
            | "_>=_"
            | "@in"
            | "_&&_"
            | "_||_"
            | "!_"
            | "-_"
            | "_-_"
            | "_*_"
            | "_/_"
            | "_%_"
            | "@not_strictly_false"
    );
    let gives = FUNCTIONS.iter().find(|function| function.name == call.func_name);
    operator || gives.is_some_and(|function| matches!(function.gives, Gives::Bool | Gives::Number))
}

fn node(expr: Expr) -> IdedExpr {
    IdedExpr { id: 0, expr }
}
