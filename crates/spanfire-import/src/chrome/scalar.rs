//! Values that writers of traces give in whatever type they like: a time as a number or a text, an id as either.

use crate::number::scaled;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// A number, a text, or neither.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Scalar {
    #[default]
    Other,
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Text(String),
    Bool(bool),
}

/// Times further from 0 than this are none: seventy years.
const MAX_NS: i64 = 1 << 61;

impl Scalar {
    /// A number of microseconds in nanoseconds. Decimals are exact as far as a double is.
    pub fn micros_as_ns(&self) -> Option<i64> {
        let ns = match self {
            Scalar::Unsigned(us) => i64::try_from(*us).ok()?.checked_mul(1_000)?,
            Scalar::Signed(us) => us.checked_mul(1_000)?,
            // A cast that does not fit gives the largest there is, which is too far.
            Scalar::Float(us) if us.is_finite() => (us * 1_000.0).round() as i64,
            Scalar::Text(text) => match text.strip_prefix('-') {
                Some(text) => -i64::try_from(scaled(text, 1_000)?.0).ok()?,
                None => i64::try_from(scaled(text, 1_000)?.0).ok()?,
            },
            _ => return None,
        };
        (-MAX_NS..=MAX_NS).contains(&ns).then_some(ns)
    }

    pub fn number(&self) -> Option<u64> {
        match self {
            Scalar::Unsigned(number) => Some(*number),
            Scalar::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    pub fn text(&self) -> Option<&str> {
        match self {
            Scalar::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scalar::Other => Ok(()),
            Scalar::Unsigned(value) => value.fmt(f),
            Scalar::Signed(value) => value.fmt(f),
            Scalar::Float(value) => value.fmt(f),
            Scalar::Text(value) => value.fmt(f),
            Scalar::Bool(value) => value.fmt(f),
        }
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Scalar, D::Error> {
        deserializer.deserialize_any(Any)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Scalar, E> {
        Ok(Scalar::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Scalar, E> {
        Ok(Scalar::Unsigned(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Scalar, E> {
        Ok(Scalar::Signed(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Scalar, E> {
        Ok(Scalar::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(value.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Scalar, E> {
        Ok(Scalar::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Scalar, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::Scalar;

    #[test]
    fn microseconds_in_any_type_are_nanoseconds() {
        let ns = |json: &str| serde_json::from_str::<Scalar>(json).unwrap().micros_as_ns();
        assert_eq!(ns("12"), Some(12_000));
        assert_eq!(ns("-1.5"), Some(-1_500));
        assert_eq!(ns("4503599627370.496"), Some(4_503_599_627_370_496));
        assert_eq!(ns(r#""1.001""#), Some(1_001));
        assert_eq!(ns(r#""-1.001""#), Some(-1_001));
        for none in ["1e300", "-1e18", "18446744073709551615", r#""soon""#, "null", "[1]", "{}"] {
            assert_eq!(ns(none), None, "{none}");
        }
    }
}
