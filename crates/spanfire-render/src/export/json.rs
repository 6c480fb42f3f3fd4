//! The pieces of JSON that formats made of it share.

use serde::ser::{Serialize, SerializeMap, Serializer};
use spanfire_recording::{Field, Value};
use std::fmt;

/// Above this, a reader that computes in doubles no longer tells neighbours apart.
pub(super) const EXACT_IN_DOUBLES: u64 = 1 << 53;

/// `text` as a JSON string.
pub(super) fn string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Nanoseconds as a number of microseconds, exactly.
pub(super) struct Micros(pub u64);

impl fmt::Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03}", self.0 / 1_000, self.0 % 1_000)
    }
}

/// Fields as the entries of an object, in recorded order. What JSON or a double cannot hold is text.
pub(super) struct Entries<'a>(pub &'a [Field]);

impl Entries<'_> {
    /// Adds them to an object that may have others.
    pub fn add_to<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        for field in self.0 {
            let name = field.name.as_str();
            match &field.value {
                Value::Bool(value) => map.serialize_entry(name, value)?,
                Value::I64(value) if value.unsigned_abs() <= EXACT_IN_DOUBLES => {
                    map.serialize_entry(name, value)?;
                }
                Value::U64(value) if *value <= EXACT_IN_DOUBLES => {
                    map.serialize_entry(name, value)?;
                }
                Value::F64(value) if value.is_finite() => map.serialize_entry(name, value)?,
                other => map.serialize_entry(name, &other.to_string())?,
            }
        }
        Ok(())
    }
}

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        self.add_to(&mut map)?;
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nanoseconds_are_microseconds_with_three_decimals() {
        let written = [0, 1, 1_000, 1_234_567, u64::MAX].map(|ns| Micros(ns).to_string());
        assert_eq!(written, ["0.000", "0.001", "1.000", "1234.567", "18446744073709551.615"]);
    }

    #[test]
    fn what_a_double_cannot_hold_is_text() {
        let field = |value| Field { name: "n".to_owned(), value };
        let written = [
            Value::U64(1 << 53),
            Value::U64(u64::MAX),
            Value::I64(i64::MIN),
            Value::F64(f64::NAN),
            Value::F64(0.5),
        ]
        .map(|value| serde_json::to_string(&Entries(&[field(value)])).unwrap());
        assert_eq!(
            written,
            [
                r#"{"n":9007199254740992}"#,
                r#"{"n":"18446744073709551615"}"#,
                r#"{"n":"-9223372036854775808"}"#,
                r#"{"n":"NaN"}"#,
                r#"{"n":0.5}"#,
            ]
        );
    }
}
