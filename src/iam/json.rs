//! JSON as policies use it: read once, with the names that stand twice in one object reported.
//!
//! A parser that silently keeps the last of two equal names would judge another policy than AWS does. Depth is bounded
//! by `serde_json`, which refuses more than 128 levels instead of running out of stack. Texts are borrowed from the
//! document, because an account holds many thousands of them and most are looked at once.

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Number;
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;

/// A part of a document.
#[derive(Debug, PartialEq)]
pub(super) enum Node<'t> {
    /// A text.
    Text(Cow<'t, str>),
    /// A number or a boolean, as JSON writes it.
    Plain(String),
    /// A list.
    List(Vec<Node<'t>>),
    /// An object; each name once, where it stood first, with the value that stood last.
    Object(Vec<(Cow<'t, str>, Node<'t>)>),
    /// Nothing.
    Null,
}

/// Reads `text`, and the names that occur more than once in their object.
pub(super) fn read(text: &str) -> Result<(Node<'_>, Vec<String>), serde_json::Error> {
    let repeated = RefCell::new(Vec::new());
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Reader { repeated: &repeated }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok((value, repeated.into_inner()))
}

#[derive(Clone, Copy)]
struct Reader<'r> {
    repeated: &'r RefCell<Vec<String>>,
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Node<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Node<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Node<'de>, E> {
        Ok(Node::Plain(value.to_string()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Node<'de>, E> {
        Ok(Node::Plain(value.to_string()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Node<'de>, E> {
        Ok(Node::Plain(value.to_string()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Node<'de>, E> {
        Ok(Number::from_f64(value).map_or(Node::Null, |number| Node::Plain(number.to_string())))
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_unit<E: Error>(self) -> Result<Node<'de>, E> {
        Ok(Node::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node<'de>, A::Error> {
        let mut out = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            out.push(item);
        }
        Ok(Node::List(out))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node<'de>, A::Error> {
        /// Up to here looking at every name is quicker than keeping an index of them.
        const FEW: usize = 16;
        let mut out: Vec<(Cow<'de, str>, Node<'de>)> = Vec::new();
        let mut index: HashMap<Cow<'de, str>, usize> = HashMap::new();
        while let Some(name) = entries.next_key_seed(Name)? {
            let value = entries.next_value_seed(self)?;
            let known = if out.len() <= FEW {
                out.iter().position(|(known, _)| *known == name)
            } else {
                if index.is_empty() {
                    index.extend(out.iter().enumerate().map(|(at, (known, _))| (known.clone(), at)));
                }
                index.get(&name).copied()
            };
            if let Some(slot) = known.and_then(|at| out.get_mut(at)) {
                self.repeated.borrow_mut().push(name.into_owned());
                slot.1 = value;
                continue;
            }
            if !index.is_empty() {
                index.insert(name.clone(), out.len());
            }
            out.push((name, value));
        }
        Ok(Node::Object(out))
    }
}

/// The name of a member, borrowed wherever it holds no escapes.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_repeated_names_and_keeps_the_last() {
        let (value, repeated) = read(r#"{"a": {"b": 1, "c": 2, "b": [true, null, 1.5]}}"#).unwrap();
        assert_eq!(repeated, ["b"]);
        let Node::Object(top) = value else { panic!() };
        let Node::Object(inner) = &top[0].1 else { panic!() };
        let plain = |text: &str| Node::Plain(text.to_owned());
        assert_eq!(inner[0].1, Node::List(vec![plain("true"), Node::Null, plain("1.5")]));
        assert_eq!(inner[1].0, "c");
    }

    #[test]
    fn names_stay_apart_in_large_objects_too() {
        let members: Vec<String> = (0..100)
            .map(|number| format!("\"n{}\": {number}", number % 60))
            .collect();
        let text = format!("{{{}}}", members.join(","));
        let (Node::Object(members), repeated) = read(&text).unwrap() else {
            panic!()
        };
        assert_eq!((members.len(), repeated.len()), (60, 40));
        assert_eq!(members[3].1, Node::Plain("63".to_owned()));
    }

    #[test]
    fn refuses_depth_and_rests() {
        assert!(read(&"[".repeat(100_000)).is_err());
        assert!(read("{} x").is_err());
    }
}
