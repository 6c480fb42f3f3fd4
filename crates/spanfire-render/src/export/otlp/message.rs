//! Spans as OTLP has them, and their two encodings.
//!
//! Field names are those of the JSON encoding (lower camel case, ids in hexadecimal, 64-bit integers as
//! text); field numbers those of opentelemetry/proto/trace/v1/trace.proto.

use super::context::Context;
use crate::export::protobuf::Message;
use serde::{Serialize, Serializer};
use spanfire_recording::{Field, Value};
use std::borrow::Cow;

/// A span.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Span<'a> {
    #[serde(flatten)]
    pub context: Context,
    #[serde(serialize_with = "parent", skip_serializing_if = "Option::is_none")]
    pub parent_span_id: Option<u64>,
    pub flags: u32,
    pub name: &'a str,
    pub kind: u64,
    #[serde(serialize_with = "text")]
    pub start_time_unix_nano: u64,
    #[serde(serialize_with = "text")]
    pub end_time_unix_nano: u64,
    pub attributes: Vec<KeyValue<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub events: &'a [Event<'a>],
    #[serde(skip_serializing_if = "is_zero")]
    pub dropped_events_count: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
}

/// Something that happened in a span.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Event<'a> {
    #[serde(serialize_with = "text")]
    pub time_unix_nano: u64,
    pub name: Cow<'a, str>,
    pub attributes: Vec<KeyValue<'a>>,
}

/// A span that another follows from.
#[derive(Serialize)]
pub(super) struct Link {
    #[serde(flatten)]
    pub context: Context,
}

/// An attribute.
#[derive(Clone, Serialize)]
pub(super) struct KeyValue<'a> {
    pub key: Cow<'a, str>,
    pub value: AnyValue<'a>,
}

/// The value of an attribute.
#[derive(Clone, Serialize)]
pub(super) enum AnyValue<'a> {
    #[serde(rename = "stringValue")]
    Text(Cow<'a, str>),
    #[serde(rename = "boolValue")]
    Bool(bool),
    #[serde(rename = "intValue", serialize_with = "text")]
    Int(i64),
    #[serde(rename = "doubleValue", serialize_with = "double")]
    Double(f64),
}

/// What all spans of a file are of.
#[derive(Serialize)]
pub(super) struct Resource<'a> {
    pub attributes: Vec<KeyValue<'a>>,
}

impl Serialize for Context {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("traceId", &format_args!("{:032x}", self.trace))?;
        map.serialize_entry("spanId", &format_args!("{:016x}", self.span))?;
        map.end()
    }
}

fn parent<S: Serializer>(id: &Option<u64>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{:016x}", id.unwrap_or(0)))
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

fn text<T: std::fmt::Display, S: Serializer>(number: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}

/// What JSON has no number for is a word, as in the JSON mapping of Protocol Buffers.
fn double<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    match *number {
        number if number.is_finite() => serializer.serialize_f64(number),
        number if number.is_nan() => serializer.serialize_str("NaN"),
        number if number > 0.0 => serializer.serialize_str("Infinity"),
        _ => serializer.serialize_str("-Infinity"),
    }
}

impl Span<'_> {
    /// Writes the fields of the message.
    pub fn encode(&self, message: &mut Message) {
        self.context.encode(message);
        if let Some(parent) = self.parent_span_id {
            message.raw(4, &parent.to_be_bytes());
        }
        message.text(5, self.name);
        message.uint(6, self.kind);
        message.fixed(7, self.start_time_unix_nano);
        message.fixed(8, self.end_time_unix_nano);
        encode_all(message, 9, &self.attributes);
        for event in self.events {
            message.message(11, |message| {
                message.fixed(1, event.time_unix_nano);
                message.text(2, &event.name);
                encode_all(message, 3, &event.attributes);
            });
        }
        if self.dropped_events_count > 0 {
            message.uint(12, u64::from(self.dropped_events_count));
        }
        for link in &self.links {
            message.message(13, |message| link.context.encode(message));
        }
        message.fixed32(16, self.flags);
    }
}

impl Context {
    fn encode(&self, message: &mut Message) {
        message.raw(1, &self.trace.to_be_bytes());
        message.raw(2, &self.span.to_be_bytes());
    }
}

impl Resource<'_> {
    /// Writes the fields of the message.
    pub fn encode(&self, message: &mut Message) {
        encode_all(message, 1, &self.attributes);
    }
}

fn encode_all(message: &mut Message, field: u32, attributes: &[KeyValue<'_>]) {
    for KeyValue { key, value } in attributes {
        message.message(field, |message| {
            message.text(1, key);
            message.message(2, |message| match value {
                AnyValue::Text(value) => message.text(1, value),
                AnyValue::Bool(value) => message.bool(2, *value),
                AnyValue::Int(value) => message.int(3, *value),
                AnyValue::Double(value) => message.double(4, *value),
            });
        });
    }
}

impl<'a> KeyValue<'a> {
    /// An attribute.
    pub fn new(key: &'a str, value: impl Into<AnyValue<'a>>) -> KeyValue<'a> {
        KeyValue { key: key.into(), value: value.into() }
    }

    /// The same, of nothing that it was made from.
    pub fn owned(self) -> KeyValue<'static> {
        let value = match self.value {
            AnyValue::Text(value) => AnyValue::Text(value.into_owned().into()),
            AnyValue::Bool(value) => AnyValue::Bool(value),
            AnyValue::Int(value) => AnyValue::Int(value),
            AnyValue::Double(value) => AnyValue::Double(value),
        };
        KeyValue { key: self.key.into_owned().into(), value }
    }
}

impl<'a> From<&'a Field> for KeyValue<'a> {
    fn from(field: &'a Field) -> KeyValue<'a> {
        let value = match &field.value {
            Value::Bool(value) => AnyValue::Bool(*value),
            Value::I64(value) => AnyValue::Int(*value),
            Value::U64(value) => (*value).into(),
            Value::F64(value) => AnyValue::Double(*value),
            Value::Text(value) => AnyValue::Text(value.into()),
        };
        KeyValue { key: (&*field.name).into(), value }
    }
}

impl From<u64> for AnyValue<'_> {
    /// As text where it is too large for a signed integer.
    fn from(value: u64) -> Self {
        i64::try_from(value)
            .map_or_else(|_| AnyValue::Text(value.to_string().into()), AnyValue::Int)
    }
}

impl<'a> From<&'a str> for AnyValue<'a> {
    fn from(value: &'a str) -> Self {
        AnyValue::Text(value.into())
    }
}

impl From<bool> for AnyValue<'_> {
    fn from(value: bool) -> Self {
        AnyValue::Bool(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_json_has_no_number_for_is_a_word() {
        let written = [0.5, f64::NAN, f64::INFINITY, f64::NEG_INFINITY]
            .map(|value| serde_json::to_string(&AnyValue::Double(value)).unwrap());
        let words = ["0.5", "\"NaN\"", "\"Infinity\"", "\"-Infinity\""];
        assert_eq!(written, words.map(|word| format!("{{\"doubleValue\":{word}}}")));
    }
}
