//! The file around the events: an array of them, or an object that holds that array.
//!
//! Events are handed on one by one, so no more than one is in memory. An array may be cut off
//! anywhere, which the format allows, so that a program that crashed leaves a trace.

use super::event::Event;
use super::scalar::Scalar;
use crate::error::Error;
use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use std::fmt;
use std::io::{self, BufRead};

/// What takes the events, and what the file says of itself.
pub(super) trait Told {
    fn event(&mut self, event: &mut Event) -> Result<(), Error>;
    /// An entry of `otherData`.
    fn other(&mut self, key: &str, value: &Scalar);
}

/// How a file ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Whole,
    /// An array without its end.
    Cut,
}

/// Reads a file.
pub(super) fn read(source: impl BufRead, told: &mut dyn Told) -> Result<End, Error> {
    let mut document = Document { told, shape: Shape::Unknown, refused: None };
    let mut deserializer = serde_json::Deserializer::from_reader(source);
    let done = (&mut document).deserialize(&mut deserializer);
    let done = done.and_then(|()| deserializer.end());
    if let Some(refused) = document.refused {
        return Err(refused);
    }
    match (done, document.shape) {
        (Ok(()), Shape::Unknown) => Err(Error::input(
            "JSON without `traceEvents`; a trace is an object that has it, or an array of events",
        )),
        (Ok(()), _) => Ok(End::Whole),
        (Err(error), Shape::Array) if error.is_eof() || is_trailing_comma(&error) => Ok(End::Cut),
        (Err(error), _) if error.is_io() => Err(Error::from(io::Error::from(error))),
        (Err(error), _) if error.is_eof() => Err(Error::input(format!(
            "cut off: {error}; take a whole copy (only a trace that is an array may be cut)"
        ))),
        (Err(error), _) => Err(Error::input(format!("not the JSON of a trace: {error}"))),
    }
}

/// Some write `},` behind every event, also the last.
fn is_trailing_comma(error: &serde_json::Error) -> bool {
    error.is_syntax() && error.to_string().starts_with("trailing comma")
}

struct Document<'a> {
    told: &'a mut dyn Told,
    shape: Shape,
    /// What made `told` stop, which JSON's own error could not hold.
    refused: Option<Error>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Unknown,
    Array,
    Object,
}

impl<'de> DeserializeSeed<'de> for &mut Document<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Document<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with `traceEvents`, or an array of events")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        self.shape = Shape::Array;
        Events(self).visit_seq(seq)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "traceEvents" => {
                    self.shape = Shape::Object;
                    map.next_value_seed(Events(self))?;
                }
                "otherData" => map.next_value_seed(OtherData(self))?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// The array of events.
struct Events<'a, 'b>(&'a mut Document<'b>);

impl<'de> DeserializeSeed<'de> for Events<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Events<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of events")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(mut event) = seq.next_element::<Event>()? {
            if let Err(error) = self.0.told.event(&mut event) {
                self.0.refused = Some(error);
                return Err(A::Error::custom("refused"));
            }
        }
        Ok(())
    }
}

/// What the file says of itself.
struct OtherData<'a, 'b>(&'a mut Document<'b>);

impl<'de> DeserializeSeed<'de> for OtherData<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for OtherData<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some((key, value)) = map.next_entry::<String, Scalar>()? {
            self.0.told.other(&key, &value);
        }
        Ok(())
    }
}
