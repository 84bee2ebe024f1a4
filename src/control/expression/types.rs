//! The checks that CEL itself does not make: names, members, enumeration values and the type of the result.
//!
//! Known types are followed through selections, comprehensions and calls; where a type is not known, anything goes.

use super::CompileFault;
use super::functions::{FUNCTIONS, Gives};
use crate::control::schema::Type;
use crate::control::source::did_you_mean;
use cel::Program;
use cel::common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedExpr, LiteralValue};
use std::collections::BTreeMap;

/// What an expression may speak of: the roots `subject`, `params` and `variables`.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    /// The roots and their types.
    pub roots: &'a BTreeMap<String, Type>,
}

/// What the checks found.
#[derive(Debug, Default)]
pub struct Checked {
    /// Faults, in the order in which they stand.
    pub faults: Vec<CompileFault>,
    /// Facts that the expression mentions, as paths below `subject`.
    pub facts: Vec<String>,
}

/// Checks a program.
pub(super) fn check(program: &Program, names: &Names<'_>, wanted: &Type) -> Checked {
    let mut walk = Walk {
        program,
        names,
        locals: Vec::new(),
        found: Checked::default(),
    };
    let root = program.expression();
    let given = walk.of(root);
    let fits = match (wanted, given.solid()) {
        (Type::Any, _) | (_, Type::Any) | (Type::Bool, Type::Bool) | (Type::Text(_), Type::Text(_)) => true,
        (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b),
    };
    if !fits && walk.found.faults.is_empty() {
        walk.fault(
            root,
            format!("gives {} where {} is due", given.describe(), wanted.describe()),
        );
    }
    walk.found.facts.sort();
    walk.found.facts.dedup();
    walk.found.faults.sort_by_key(|fault| fault.offset);
    walk.found
}

struct Walk<'a> {
    program: &'a Program,
    names: &'a Names<'a>,
    locals: Vec<(String, Type)>,
    found: Checked,
}

impl Walk<'_> {
    fn fault(&mut self, at: &IdedExpr, message: String) {
        let offset = self
            .program
            .source_info()
            .offset_for(at.id)
            .map_or(0, |(start, _)| start as usize);
        self.found.faults.push(CompileFault { offset, message });
    }

    fn of(&mut self, node: &IdedExpr) -> Type {
        match &node.expr {
            Expr::Literal(literal) => match literal {
                LiteralValue::Boolean(_) => Type::Bool,
                LiteralValue::Double(_) | LiteralValue::Int(_) | LiteralValue::UInt(_) => Type::Number,
                LiteralValue::String(_) => Type::Text(Vec::new()),
                LiteralValue::Bytes(_) | LiteralValue::Null => Type::Any,
            },
            Expr::Ident(name) => self.ident(node, name),
            Expr::Select(select) => {
                if let Some(path) = fact_path(node) {
                    self.found.facts.push(path);
                }
                let operand = self.of(&select.operand);
                if let Some(kind) = operand.member(&select.field) {
                    if select.test { Type::Bool } else { kind }
                } else {
                    let hint = match operand.solid() {
                        Type::Object(members) => did_you_mean(&select.field, members.keys().map(String::as_str)),
                        other => format!(" of {}", other.describe()),
                    };
                    self.fault(node, format!("there is no `{}`{hint}", select.field));
                    Type::Any
                }
            }
            Expr::Call(call) => self.call(node, call),
            Expr::Comprehension(comprehension) => self.comprehension(comprehension),
            Expr::List(list) => {
                let kinds: Vec<Type> = list.elements.iter().map(|element| self.of(element)).collect();
                Type::List(Box::new(kinds.into_iter().next().unwrap_or(Type::Any)))
            }
            Expr::Map(map) => {
                for entry in &map.entries {
                    if let EntryExpr::MapEntry(entry) = &entry.expr {
                        self.of(&entry.key);
                        self.of(&entry.value);
                    }
                }
                Type::Map(Box::new(Type::Any))
            }
            Expr::Struct(_) => {
                self.fault(
                    node,
                    "there are no message types here; use a table `{'key': value}`".to_owned(),
                );
                Type::Any
            }
            Expr::Unspecified => Type::Any,
        }
    }

    fn ident(&mut self, node: &IdedExpr, name: &str) -> Type {
        if let Some((_, kind)) = self.locals.iter().rev().find(|(local, _)| local == name) {
            return kind.clone();
        }
        if let Some(kind) = self.names.roots.get(name) {
            return kind.clone();
        }
        if name.starts_with('@') {
            return Type::Any;
        }
        let hint = did_you_mean(name, self.names.roots.keys().map(String::as_str));
        self.fault(node, format!("there is no `{name}`{hint}"));
        Type::Any
    }

    fn call(&mut self, node: &IdedExpr, call: &CallExpr) -> Type {
        let target = call.target.as_ref().map(|target| self.of(target));
        let args: Vec<Type> = call.args.iter().map(|arg| self.of(arg)).collect();
        if let Some(kind) = self.operator(node, call, &args) {
            return kind;
        }
        let Some(function) = FUNCTIONS.iter().find(|function| function.name == call.func_name) else {
            let hint = did_you_mean(&call.func_name, FUNCTIONS.iter().map(|function| function.name));
            self.fault(node, format!("there is no function `{}`{hint}", call.func_name));
            return Type::Any;
        };
        match function.gives {
            Gives::Bool => Type::Bool,
            Gives::Number => Type::Number,
            Gives::Text => Type::Text(Vec::new()),
            Gives::Texts => Type::List(Box::new(Type::Text(Vec::new()))),
            Gives::Same => target.unwrap_or(Type::Any),
            Gives::Any => Type::Any,
        }
    }

    /// The type of an operator's value, or `None` where the call is no operator.
    fn operator(&mut self, node: &IdedExpr, call: &CallExpr, args: &[Type]) -> Option<Type> {
        let pair = || Some((args.first()?, args.get(1)?, call.args.first()?, call.args.get(1)?));
        Some(match call.func_name.as_str() {
            "_==_" | "_!=_" => {
                if let Some((left, right, left_node, right_node)) = pair() {
                    self.comparable(node, left, right);
                    self.known_value(left, right_node);
                    self.known_value(right, left_node);
                }
                Type::Bool
            }
            "@in" | "_in_" | "in" => {
                if let Some((left, _, _, list_node)) = pair()
                    && let Expr::List(list) = &list_node.expr
                {
                    let left = left.clone();
                    list.elements
                        .iter()
                        .for_each(|element| self.known_value(&left, element));
                }
                Type::Bool
            }
            "_&&_" | "_||_" | "!_" => {
                for (kind, arg) in args.iter().zip(&call.args) {
                    if !matches!(kind.solid(), Type::Bool | Type::Any) {
                        self.fault(arg, format!("{} stands where true or false is due", kind.describe()));
                    }
                }
                Type::Bool
            }
            "_<_" | "_<=_" | "_>_" | "_>=_" => Type::Bool,
            "_?_:_" => args.get(1).cloned().unwrap_or(Type::Any),
            "_[_]" => match args.first().map(Type::solid) {
                Some(Type::List(item) | Type::Map(item)) => (**item).clone(),
                _ => Type::Any,
            },
            "_+_" => args.first().cloned().unwrap_or(Type::Any),
            "_-_" | "_*_" | "_/_" | "_%_" | "-_" => Type::Number,
            "@not_strictly_false" | "__not_strictly_false__" => Type::Bool,
            "_?._" | "_[?_]" => Type::Any,
            _ => return None,
        })
    }

    fn comparable(&mut self, node: &IdedExpr, left: &Type, right: &Type) {
        let (left, right) = (left.solid(), right.solid());
        let any = matches!(left, Type::Any) || matches!(right, Type::Any);
        if !any && std::mem::discriminant(left) != std::mem::discriminant(right) {
            self.fault(
                node,
                format!(
                    "compares {} with {}, which is never equal",
                    left.describe(),
                    right.describe()
                ),
            );
        }
    }

    /// A text literal beside an enumeration must be one of its values.
    fn known_value(&mut self, kind: &Type, node: &IdedExpr) {
        let (Type::Text(values), Expr::Literal(LiteralValue::String(text))) = (kind.solid(), &node.expr) else {
            return;
        };
        let text = text.inner();
        if !values.is_empty() && !values.iter().any(|value| value == text) {
            let hint = did_you_mean(text, values.iter().map(String::as_str));
            self.fault(node, format!("`{text}` is none of {}{hint}", values.join(", ")));
        }
    }

    fn comprehension(&mut self, node: &ComprehensionExpr) -> Type {
        let range = self.of(&node.iter_range);
        let item = match range.solid() {
            Type::List(item) => (**item).clone(),
            Type::Map(_) | Type::Object(_) => Type::Text(Vec::new()),
            _ => Type::Any,
        };
        let start = self.of(&node.accu_init);
        // What the roots cost is counted where they are looked up: nothing else may have their names.
        if self.names.roots.contains_key(&node.iter_var) {
            self.fault(
                &node.iter_range,
                format!("`{}` is taken; call the item something else", node.iter_var),
            );
        }
        let depth = self.locals.len();
        self.locals.push((node.iter_var.clone(), item));
        if let Some(second) = &node.iter_var2 {
            self.locals.push((second.clone(), Type::Any));
        }
        self.locals.push((node.accu_var.clone(), Type::Any));
        self.of(&node.loop_cond);
        let step = self.of(&node.loop_step);
        let result = self.of(&node.result);
        self.locals.truncate(depth);
        match (&start, &node.loop_step.expr) {
            // `filter` keeps items behind a condition; `map` appends one made of each.
            (Type::List(_), Expr::Call(call)) if call.func_name == "_?_:_" => range,
            (Type::List(_), Expr::Call(call)) => Type::List(Box::new(match call.args.get(1).map(|arg| &arg.expr) {
                Some(Expr::List(list)) if list.elements.len() == 1 => {
                    list.elements.first().map_or(Type::Any, |_| match step {
                        Type::List(inner) => *inner,
                        _ => Type::Any,
                    })
                }
                _ => Type::Any,
            })),
            (Type::Bool, _) => Type::Bool,
            _ => result,
        }
    }
}

/// `subject.a.b` as `a.b`, or `None` where the node is something else.
fn fact_path(node: &IdedExpr) -> Option<String> {
    let mut names = Vec::new();
    let mut at = node;
    loop {
        match &at.expr {
            Expr::Select(select) => {
                names.push(select.field.as_str());
                at = &select.operand;
            }
            Expr::Ident(name) if name == "subject" => {
                names.reverse();
                return Some(names.join("."));
            }
            _ => return None,
        }
    }
}
