//! A first walk over a JSON file that looks at nothing but its outline: what kind of file it is, which version, and
//! whether any object says the same thing twice.
//!
//! JSON lets a name stand twice in an object and readers take one of the two, so that two programs can read two
//! different accounts from one file. A file that does so is refused. The depth is limited by the JSON reader.

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

/// What the top of a file says.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Outline {
    /// Names at the top.
    pub keys: BTreeSet<String>,
    /// `schema_version`, where it is a whole number.
    pub schema_version: Option<u64>,
}

/// Walks over `text`.
pub(super) fn outline(text: &str) -> serde_json::Result<Outline> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let mut outline = Outline::default();
    Walk(Some(&mut outline)).deserialize(&mut reader)?;
    reader.end()?;
    Ok(outline)
}

/// Walks over one value; at the top it notes the outline.
struct Walk<'o>(Option<&'o mut Outline>);

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = Option<u64>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    /// The number, where the value is one.
    type Value = Option<u64>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(number))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        while items.next_element_seed(Walk(None))?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut seen: BTreeSet<Cow<'de, str>> = BTreeSet::new();
        while let Some(key) = entries.next_key_seed(Key)? {
            if seen.contains(&key) {
                return Err(A::Error::custom(format!("`{key}` stands twice in one object")));
            }
            let number = entries.next_value_seed(Walk(None))?;
            if let Some(outline) = self.0.as_deref_mut() {
                if key == "schema_version" {
                    outline.schema_version = number;
                }
                outline.keys.insert(key.clone().into_owned());
            }
            seen.insert(key);
        }
        Ok(None)
    }
}

/// A name, borrowed from the text wherever it holds no escapes.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_the_top_alone() {
        let found =
            outline(r#"{"schema_version": 3, "accounts": {"schema_version": 9, "x": [1.5, null, "s"]}}"#).unwrap();
        assert_eq!(found.schema_version, Some(3));
        assert_eq!(
            found.keys.into_iter().collect::<Vec<_>>(),
            ["accounts", "schema_version"]
        );
    }

    #[test]
    fn a_name_twice_is_an_error_at_any_depth() {
        for text in [r#"{"a":1,"a":1}"#, r#"{"x":[{"a":1,"\u0061":2}]}"#] {
            let error = outline(text).unwrap_err().to_string();
            assert!(error.starts_with("`a` stands twice in one object at line 1"), "{error}");
        }
    }

    #[test]
    fn depth_is_an_error_and_no_crash() {
        for open in ["[", "{\"a\":"] {
            let error = outline(&open.repeat(200_000)).unwrap_err().to_string();
            assert!(error.starts_with("recursion limit exceeded"), "{error}");
        }
    }
}
