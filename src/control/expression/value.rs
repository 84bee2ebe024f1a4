//! JSON to CEL and back, and JSON for people.
//!
//! Values borrow the JSON that they stand for: texts and tables are looked at where they lie, and only lists are built.

use super::budget;
use super::row::{self, Row};
use crate::model::reason::{Reason, UNREAD};
use cel::common::types::{CelBool, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString, CelUInt};
use cel::common::value::{CowVal, Val};
use serde_json::Value;

/// Why a JSON value is none for CEL.
#[derive(Debug)]
pub(super) enum Unusable {
    /// Something unread hides in it.
    Unread(Vec<Reason>),
    /// The budget did not suffice to look at it.
    TooLarge,
}

/// A CEL value of a JSON value.
pub(super) fn from_json(value: &Value) -> Result<CowVal<'_, '_>, Unusable> {
    look_over(value)?;
    Ok(CowVal::Owned(lend(value)))
}

/// Pays for a value with all that it holds, unless something unread hides in it.
fn look_over(value: &Value) -> Result<(), Unusable> {
    let price = match value {
        Value::String(text) => budget::of_text(text),
        _ => budget::of_scalar(),
    };
    if !budget::pay(price) {
        return Err(Unusable::TooLarge);
    }
    match value {
        Value::Array(list) => list.iter().try_for_each(look_over),
        Value::Object(members) => {
            if let Some(reasons) = reasons(value) {
                return Err(Unusable::Unread(reasons));
            }
            members.iter().try_for_each(|(name, member)| {
                if !budget::pay(budget::of_text(name)) {
                    return Err(Unusable::TooLarge);
                }
                look_over(member)
            })
        }
        _ => Ok(()),
    }
}

/// A value that was looked over, as CEL sees it.
pub(super) fn lend(value: &Value) -> Box<dyn Val + '_> {
    match value {
        Value::Null => Box::new(CelNull),
        Value::Bool(flag) => Box::new(CelBool::from(*flag)),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => Box::new(CelInt::from(whole)),
            None => Box::new(CelDouble::from(number.as_f64().unwrap_or(f64::NAN))),
        },
        Value::String(text) => Box::new(CelString::from(text.as_str())),
        Value::Array(list) => Box::new(CelList::from(list.iter().map(lend).collect::<Vec<_>>())),
        Value::Object(members) => Box::new(Row::of(members)),
    }
}

/// The reasons of an unread fact, or `None` where the value is no such fact.
fn reasons(value: &Value) -> Option<Vec<Reason>> {
    let mark = value.as_object()?.get(UNREAD)?;
    let reasons: Vec<Reason> = serde_json::from_value(mark.clone()).unwrap_or_default();
    Some(if reasons.is_empty() {
        vec![Reason::text("it was not read")]
    } else {
        reasons
    })
}

/// Whether something unread hides in a value.
pub(super) fn holds_unread(value: &Value) -> bool {
    match value {
        Value::Array(list) => list.iter().any(holds_unread),
        Value::Object(members) => members.contains_key(UNREAD) || members.values().any(holds_unread),
        _ => false,
    }
}

/// The value as it would come out of an expression that does nothing with it.
pub(super) fn passed_through(value: &Value) -> Value {
    match value {
        Value::Array(list) => Value::Array(list.iter().map(passed_through).collect()),
        Value::Object(members) => sorted(
            members
                .iter()
                .map(|(name, member)| (name.clone(), passed_through(member)))
                .collect(),
        ),
        Value::Number(number) if number.as_i64().is_none() => Value::from(number.as_f64().unwrap_or(f64::NAN)),
        other => other.clone(),
    }
}

/// A JSON value of a CEL value.
pub(super) fn to_json(value: &dyn Val) -> Result<Value, String> {
    if let Some(text) = value.downcast_ref::<CelString<'_>>() {
        return Ok(Value::from(text.inner()));
    }
    if let Some(flag) = value.downcast_ref::<CelBool>() {
        return Ok(Value::from(*flag.inner()));
    }
    if let Some(list) = value.downcast_ref::<CelList<'_>>() {
        let items = list.inner().iter().map(|item| to_json(item.as_ref()));
        return items.collect::<Result<_, _>>().map(Value::Array);
    }
    if let Some(map) = value.downcast_ref::<CelMap<'_>>() {
        let mut members: Vec<(String, Value)> = Vec::with_capacity(map.inner().len());
        #[expect(clippy::iter_over_hash_type, reason = "sorted below, before anybody sees the order")]
        for (key, member) in map.inner() {
            let CelMapKey::String(name) = key else {
                return Err("a table with a key that is no text".to_owned());
            };
            members.push((name.inner().to_owned(), to_json(member.as_ref())?));
        }
        return Ok(sorted(members));
    }
    if row::is_row(value) {
        let members = row::members(value).map_err(|error| error.to_string())?;
        let members = members
            .into_iter()
            .map(|(name, member)| Ok((name.to_owned(), to_json(member.as_ref())?)));
        return members.collect::<Result<_, String>>().map(sorted);
    }
    if let Some(whole) = value.downcast_ref::<CelInt>() {
        return Ok(Value::from(*whole.inner()));
    }
    if let Some(whole) = value.downcast_ref::<CelUInt>() {
        return Ok(Value::from(*whole.inner()));
    }
    if let Some(number) = value.downcast_ref::<CelDouble>() {
        return Ok(Value::from(*number.inner()));
    }
    if value.downcast_ref::<CelNull>().is_some() {
        return Ok(Value::Null);
    }
    Err(format!(
        "a value of type {} cannot leave an expression",
        value.get_type().name()
    ))
}

fn sorted(mut members: Vec<(String, Value)>) -> Value {
    members.sort_by(|a, b| a.0.cmp(&b.0));
    Value::Object(members.into_iter().collect())
}

/// A value as a sentence can hold it.
pub(super) fn for_people(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(for_people).collect::<Vec<_>>().join(", "),
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| format!("{key}: {}", for_people(value)))
            .collect::<Vec<_>>()
            .join(", "),
        other => other.to_string(),
    }
}
