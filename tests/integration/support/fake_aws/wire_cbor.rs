//! The part of CBOR that Smithy's RPC protocol uses, which is what CloudWatch speaks: definite maps and lists out,
//! indefinite ones accepted.
//!
//! See RFC 8949 and <https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html>.

use serde_json::{Map, Number, Value, json};

use super::wire::ApiError;
use super::wire_json::time;

/// Members that the API declares as doubles; a client refuses an integer there.
const DOUBLES: &[&str] = &["Threshold", "EvaluationThreshold"];

/// The stop code that ends an indefinite map, list or string.
const BREAK: u8 = 0xff;

pub(crate) fn write(result: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    put(&mut out, "", result);
    out
}

pub(super) fn error(error: &ApiError) -> Vec<u8> {
    write(&json!({ "__type": error.code, "message": error.message }))
}

/// The members of a request; an empty body has none. `None` for anything that is not a map.
pub(crate) fn read(bytes: &[u8]) -> Option<Map<String, Value>> {
    if bytes.is_empty() {
        return Some(Map::new());
    }
    match (Reader { bytes, at: 0 }).item(0)? {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

fn put(out: &mut Vec<u8>, name: &str, value: &Value) {
    if let Some(at) = time(name, value) {
        out.push(0xc1);
        return double(out, at.as_duration().as_secs_f64());
    }
    match value {
        Value::Null => out.push(0xf6),
        Value::Bool(flag) => out.push(if *flag { 0xf5 } else { 0xf4 }),
        Value::Number(number) => match (number.as_u64(), number.as_i64()) {
            _ if DOUBLES.contains(&name) => double(out, number.as_f64().unwrap_or_default()),
            (Some(natural), _) => head(out, 0, natural),
            (None, Some(negative)) => head(out, 1, (-1 - negative).unsigned_abs()),
            (None, None) => double(out, number.as_f64().unwrap_or_default()),
        },
        Value::String(text) => {
            head(out, 3, text.len() as u64);
            out.extend_from_slice(text.as_bytes());
        }
        Value::Array(rows) => {
            head(out, 4, rows.len() as u64);
            for row in rows {
                put(out, name, row);
            }
        }
        Value::Object(members) => {
            let members: Vec<_> = members.iter().filter(|(_, value)| !value.is_null()).collect();
            head(out, 5, members.len() as u64);
            for (name, value) in members {
                put(out, "", &Value::String(name.clone()));
                put(out, name, value);
            }
        }
    }
}

fn double(out: &mut Vec<u8>, number: f64) {
    out.push(0xfb);
    out.extend_from_slice(&number.to_be_bytes());
}

/// A type and its length or value, in the shortest form.
fn head(out: &mut Vec<u8>, major: u8, number: u64) {
    let major = major << 5;
    let bytes = number.to_be_bytes();
    let (info, width) = match number {
        0..24 => return out.push(major | number as u8),
        24..0x100 => (24, 1),
        0x100..0x1_0000 => (25, 2),
        0x1_0000..0x1_0000_0000 => (26, 4),
        _ => (27, 8),
    };
    out.push(major | info);
    out.extend(bytes.iter().skip(8 - width));
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn take(&mut self, count: usize) -> Option<&[u8]> {
        let end = self.at.checked_add(count)?;
        let taken = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(taken)
    }

    fn number(&mut self, width: usize) -> Option<u64> {
        Some(
            self.take(width)?
                .iter()
                .fold(0, |number, byte| number << 8 | u64::from(*byte)),
        )
    }

    /// Whether another entry follows, in a container of known (`left`) or unknown length.
    fn more(&mut self, left: &mut Option<u64>) -> bool {
        match left {
            Some(0) => false,
            Some(count) => {
                *count -= 1;
                true
            }
            None if self.bytes.get(self.at) == Some(&BREAK) => {
                self.at += 1;
                false
            }
            None => true,
        }
    }

    fn item(&mut self, depth: usize) -> Option<Value> {
        let first = *self.take(1)?.first()?;
        let (major, info) = (first >> 5, first & 31);
        if major == 7 {
            return Some(match info {
                20 => json!(false),
                21 => json!(true),
                26 => json!(f32::from_bits(self.number(4)? as u32)),
                27 => json!(f64::from_bits(self.number(8)?)),
                _ => Value::Null,
            });
        }
        let mut number = match info {
            0..24 => Some(u64::from(info)),
            24..28 => Some(self.number(1 << (info - 24))?),
            31 => None,
            _ => return None,
        };
        if depth > 32 {
            return None;
        }
        Some(match major {
            0 => Value::Number(Number::from(number?)),
            1 => json!(-1 - i64::try_from(number?).ok()?),
            2 | 3 => {
                if let Some(length) = number {
                    let bytes = self.take(usize::try_from(length).ok()?)?;
                    return Some(Value::String(String::from_utf8_lossy(bytes).into_owned()));
                }
                let mut text = String::new();
                while self.more(&mut number) {
                    text.push_str(self.item(depth + 1)?.as_str()?);
                }
                Value::String(text)
            }
            4 => {
                let mut rows = Vec::new();
                while self.more(&mut number) {
                    rows.push(self.item(depth + 1)?);
                }
                Value::Array(rows)
            }
            5 => {
                let mut members = Map::new();
                while self.more(&mut number) {
                    let Value::String(name) = self.item(depth + 1)? else {
                        return None;
                    };
                    members.insert(name, self.item(depth + 1)?);
                }
                Value::Object(members)
            }
            // A tag says what the next item means; its value is all that is needed here.
            _ => self.item(depth + 1)?,
        })
    }
}
