//! One line of JSONL.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::Reason;

/// A JSON object whose values are as they were written.
#[derive(Debug)]
pub(crate) struct Object<'a> {
    pub(crate) values: BTreeMap<String, &'a RawValue>,
    /// The keys that stand twice, in the order in which they came again.
    pub(crate) duplicates: Vec<String>,
}

impl<'a> Object<'a> {
    /// Returns the object that `line` is.
    pub(crate) fn parse(line: &'a str) -> Result<Self, Reason> {
        serde_json::from_str(line).map_err(|error| Reason::InvalidJson { byte: before(&error) })
    }
}

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;

        impl<'de> Visitor<'de> for Entries {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
                let mut object = Object { values: BTreeMap::new(), duplicates: Vec::new() };
                while let Some((key, value)) = map.next_entry::<String, &RawValue>()? {
                    match object.values.entry(key) {
                        Entry::Occupied(entry) => object.duplicates.push(entry.key().clone()),
                        Entry::Vacant(entry) => {
                            entry.insert(value);
                        }
                    }
                }
                Ok(object)
            }
        }

        deserializer.deserialize_map(Entries)
    }
}

/// What a value is to a column.
#[derive(Debug, PartialEq)]
pub(crate) enum Value<'a> {
    /// `null`.
    Nothing,
    /// A string's text, or a number, `true` or `false` as it was written.
    Text(Cow<'a, str>),
    /// An array or object, without blanks between its parts.
    Nested(String),
}

/// Returns what `raw`, a value of `line`, is to a column.
pub(crate) fn value<'a>(raw: &'a RawValue, line: &str) -> Result<Value<'a>, Reason> {
    let json = raw.get();
    match json.as_bytes().first() {
        Some(b'n') => Ok(Value::Nothing),
        Some(b'[' | b'{') => Ok(Value::Nested(compact(json))),
        Some(b'"') => match serde_json::from_str::<Text<'a>>(json) {
            Ok(text) => Ok(Value::Text(text.0)),
            Err(error) => {
                let start = (json.as_ptr() as usize).saturating_sub(line.as_ptr() as usize);
                Err(Reason::InvalidJson { byte: start as u64 + before(&error) })
            }
        },
        _ => Ok(Value::Text(json.into())),
    }
}

/// A string that is borrowed where nothing in it is escaped.
#[derive(serde::Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// Returns how many bytes stand before the fault. serde_json counts columns from 1, and 0 at the start.
fn before(error: &serde_json::Error) -> u64 {
    error.column().saturating_sub(1) as u64
}

/// Returns valid JSON without the blanks outside its strings.
fn compact(json: &str) -> String {
    let (mut quoted, mut escaped) = (false, false);
    json.chars()
        .filter(|&character| {
            if quoted {
                quoted = escaped || character != '"';
                escaped = !escaped && character == '\\';
                return true;
            }
            quoted = character == '"';
            !character.is_ascii_whitespace()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(line: &str) -> Result<Value<'static>, Reason> {
        let object = Object::parse(line)?;
        match value(object.values["a"], line)? {
            Value::Text(text) => Ok(Value::Text(text.into_owned().into())),
            Value::Nested(json) => Ok(Value::Nested(json)),
            Value::Nothing => Ok(Value::Nothing),
        }
    }

    #[test]
    fn values_are_as_they_were_written() {
        for (line, expected) in [
            (r#"{"a": "x\n\"\u00e9\ud83d\ude00"}"#, "x\n\"é😀"),
            (r#"{"a": 1.10}"#, "1.10"),
            (r#"{"a":123456789012345678901234567890}"#, "123456789012345678901234567890"),
            (r#"{"a": true , "b": 1}"#, "true"),
        ] {
            assert_eq!(of(line).unwrap(), Value::Text(expected.into()));
        }
        assert_eq!(of(r#"{"a":null}"#).unwrap(), Value::Nothing);
        let nested = r#"{"a": [ 1, {"b c": "d \" e", "f": "\\"} ] }"#;
        assert_eq!(of(nested).unwrap(), Value::Nested(r#"[1,{"b c":"d \" e","f":"\\"}]"#.into()));
    }

    #[test]
    fn faults_are_placed() {
        for (line, byte) in [
            ("", 0),
            ("[1]", 0),
            ("\"text\"", 5),
            (r#"{"a" 1}"#, 5),
            (r#"{"a":1} {"a":2}"#, 8),
            (r#"{"a":01}"#, 6),
            (r#"{"a":"\ud800"}"#, 12), // half a pair: noticed where the other half is missing
        ] {
            assert_eq!(of(line).unwrap_err(), Reason::InvalidJson { byte }, "{line}");
        }
        assert_eq!(Object::parse(r#"{"a":1,"b":2,"\u0061":3,"b":4}"#).unwrap().duplicates, ["a", "b"]);
    }

    #[test]
    fn depth_and_width_are_survived() {
        let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(500_000), "]".repeat(500_000));
        assert!(matches!(of(&deep), Ok(Value::Nested(_)) | Err(Reason::InvalidJson { .. })));
        let wide: Vec<String> = (0..100_000).map(|key| format!("\"{key}\":0")).collect();
        assert_eq!(Object::parse(&format!("{{{}}}", wide.join(","))).unwrap().values.len(), 100_000);
    }

    proptest! {
        #[test]
        fn compact_json_means_the_same(text in "\\PC{0,9}[\"\\\\ ]{0,5}", number in -1000i64..1000) {
            let json = serde_json::json!({ "a": [text, number, { " b ": null }], " ": [[], " "] });
            let pretty = serde_json::to_string_pretty(&json).unwrap();
            prop_assert_eq!(compact(&pretty), serde_json::to_string(&json).unwrap());
        }
    }
}
