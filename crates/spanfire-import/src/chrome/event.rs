//! One event of a trace, with what is used of it; everything else is passed over.

use super::scalar::Scalar;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;
use std::marker::PhantomData;

/// An event. Of a key that comes twice the last one counts.
#[derive(Debug, Default)]
pub(super) struct Event {
    pub phase: Scalar,
    pub name: Scalar,
    pub category: Scalar,
    pub start: Scalar,
    pub duration: Scalar,
    pub process: Scalar,
    pub thread: Scalar,
    pub id: Scalar,
    pub id2: Id2,
    pub arguments: Arguments,
}

/// An id that says whether others may have the same.
#[derive(Debug, Default)]
pub(super) struct Id2 {
    /// Of this process.
    pub local: Scalar,
    pub global: Scalar,
}

/// The arguments that mean something here: the name in metadata, and what our own export writes.
#[derive(Debug, Default)]
pub(super) struct Arguments {
    pub name: Scalar,
    pub span: Scalar,
    pub parent: Scalar,
    pub open: Scalar,
    pub cut: Scalar,
    pub continued: Scalar,
}

/// What holds values by their keys.
trait Keyed: Default {
    /// Takes the value of a key, or passes over it.
    fn take<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error>;
}

impl Keyed for Event {
    fn take<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "ph" => self.phase = map.next_value()?,
            "name" => self.name = map.next_value()?,
            "cat" => self.category = map.next_value()?,
            "ts" => self.start = map.next_value()?,
            "dur" => self.duration = map.next_value()?,
            "pid" => self.process = map.next_value()?,
            "tid" => self.thread = map.next_value()?,
            "id" => self.id = map.next_value()?,
            "id2" => self.id2 = lenient(map)?,
            "args" => self.arguments = lenient(map)?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

impl Keyed for Id2 {
    fn take<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "local" => self.local = map.next_value()?,
            "global" => self.global = map.next_value()?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

impl Keyed for Arguments {
    fn take<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "name" => self.name = map.next_value()?,
            "span" => self.span = map.next_value()?,
            "parent" => self.parent = map.next_value()?,
            "open" => self.open = map.next_value()?,
            "cut" => self.cut = map.next_value()?,
            "continued" => self.continued = map.next_value()?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

fn lenient<'de, K: Keyed, A: MapAccess<'de>>(map: &mut A) -> Result<K, A::Error> {
    Ok(map.next_value::<Lenient<K>>()?.0)
}

/// An object, or something else, which is as good as an empty one.
struct Lenient<K>(K);

impl<'de, K: Keyed> Deserialize<'de> for Lenient<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LenientVisitor(PhantomData)).map(Lenient)
    }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Event, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<K>(PhantomData<K>);

impl<'de, K: Keyed> Visitor<'de> for ObjectVisitor<K> {
    type Value = K;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event, which is an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<K, A::Error> {
        keyed(map)
    }
}

struct LenientVisitor<K>(PhantomData<K>);

impl<'de, K: Keyed> Visitor<'de> for LenientVisitor<K> {
    type Value = K;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<K, A::Error> {
        keyed(map)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<K, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(K::default())
    }

    fn visit_bool<E>(self, _: bool) -> Result<K, E> {
        Ok(K::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<K, E> {
        Ok(K::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<K, E> {
        Ok(K::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<K, E> {
        Ok(K::default())
    }

    fn visit_str<E>(self, _: &str) -> Result<K, E> {
        Ok(K::default())
    }

    fn visit_unit<E>(self) -> Result<K, E> {
        Ok(K::default())
    }
}

fn keyed<'de, K: Keyed, A: MapAccess<'de>>(mut map: A) -> Result<K, A::Error> {
    let mut keyed = K::default();
    while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
        keyed.take(&key, &mut map)?;
    }
    Ok(keyed)
}
