//! Recorded field values.

use minicbor::{Decode, Encode};
use std::fmt;

/// One recorded field of a span or event.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(array)]
pub struct Field {
    /// The field's name.
    #[n(0)]
    pub name: String,
    /// The value it was given; a later `record` gives another [`Field`] of the same name.
    #[n(1)]
    pub value: Value,
}

/// The value of a field: a primitive by value, anything else as the text its formatter gave.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Value {
    /// A boolean.
    #[n(0)]
    Bool(#[n(0)] bool),
    /// A signed integer.
    #[n(1)]
    I64(#[n(0)] i64),
    /// An unsigned integer.
    #[n(2)]
    U64(#[n(0)] u64),
    /// A floating-point number.
    #[n(3)]
    F64(#[n(0)] f64),
    /// A string, or what `Debug` or `Display` wrote.
    #[n(4)]
    Text(#[n(0)] String),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Bool(value) => value.fmt(f),
            Value::I64(value) => value.fmt(f),
            Value::U64(value) => value.fmt(f),
            Value::F64(value) => value.fmt(f),
            Value::Text(value) => value.fmt(f),
        }
    }
}
