//! JSON to CEL and back, and JSON for people.

use crate::model::reason::{Reason, UNREAD};
use cel::common::value::{CowVal, Val};
use cel::objects::{Key, Map};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;

/// A CEL value of a JSON value; the reasons where something unread hides in it.
pub(super) fn from_json<'a>(value: &Value) -> Result<CowVal<'a, 'a>, Vec<Reason>> {
    let value = convert(value)?;
    let boxed: Box<dyn Val> = value
        .try_into()
        .map_err(|error| vec![Reason::text(format!("{error}"))])?;
    Ok(CowVal::Owned(boxed))
}

fn convert(value: &Value) -> Result<cel::Value, Vec<Reason>> {
    Ok(match value {
        Value::Null => cel::Value::Null,
        Value::Bool(flag) => cel::Value::Bool(*flag),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => cel::Value::Int(whole),
            None => cel::Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => cel::Value::String(Arc::new(text.clone())),
        Value::Array(list) => cel::Value::List(list.iter().map(convert).collect::<Result<Vec<_>, _>>()?.into()),
        Value::Object(members) => {
            if let Some(reasons) = reasons(value) {
                return Err(reasons);
            }
            let mut map = HashMap::with_capacity(members.len());
            for (name, member) in members {
                map.insert(Key::String(Arc::new(name.clone())), convert(member)?);
            }
            cel::Value::Map(Map { map: Arc::new(map) })
        }
    })
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

/// A JSON value of a CEL value.
pub(super) fn to_json(value: &cel::Value) -> Result<Value, String> {
    Ok(match value {
        cel::Value::Null => Value::Null,
        cel::Value::Bool(flag) => Value::from(*flag),
        cel::Value::Int(whole) => Value::from(*whole),
        cel::Value::UInt(whole) => Value::from(*whole),
        cel::Value::Float(number) => Value::from(*number),
        cel::Value::String(text) => Value::from(text.as_str()),
        cel::Value::List(list) => Value::Array(list.iter().map(to_json).collect::<Result<Vec<_>, _>>()?),
        cel::Value::Map(map) => {
            let mut members: Vec<(String, Value)> = Vec::with_capacity(map.map.len());
            #[expect(clippy::iter_over_hash_type, reason = "sorted below, before anybody sees the order")]
            for (key, member) in map.map.iter() {
                let Key::String(name) = key else {
                    return Err("a table with a key that is no text".to_owned());
                };
                members.push((name.to_string(), to_json(member)?));
            }
            members.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(members.into_iter().collect())
        }
        other => {
            return Err(format!(
                "a value of type {} cannot leave an expression",
                other.type_of()
            ));
        }
    })
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
