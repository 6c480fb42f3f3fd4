//! One event of a trace, with what is used of it; everything else is passed over.

use super::scalar::Scalar;
use crate::callsites::cut;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value as Json};
use spanfire_recording::Value;
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
    pub scope: Scalar,
    pub arguments: Arguments,
}

/// An id that says whether others may have the same.
#[derive(Debug, Default)]
pub(super) struct Id2 {
    /// Of this process.
    pub local: Scalar,
    pub global: Scalar,
}

/// Everything that a tool says of an event, in its order.
#[derive(Debug, Default)]
pub(super) struct Arguments(Vec<(Box<str>, Json)>);

impl Arguments {
    fn get(&self, key: &str) -> Option<&Json> {
        self.0.iter().rev().find(|(known, _)| **known == *key).map(|(_, value)| value)
    }

    /// The name that metadata gives.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_str()
    }

    pub fn number(&self, key: &str) -> Option<u64> {
        let value = self.get(key)?;
        value.as_u64().or_else(|| value.as_str()?.parse().ok())
    }

    /// The numbers in a list.
    pub fn numbers(&self, key: &str) -> impl Iterator<Item = u64> {
        let list = self.get(key).and_then(Json::as_array);
        list.into_iter().flatten().filter_map(Json::as_u64)
    }

    pub fn is_true(&self, key: &str) -> bool {
        self.get(key) == Some(&Json::Bool(true))
    }

    /// All of them as fields.
    pub fn fields(&mut self) -> impl Iterator<Item = (Box<str>, Value)> {
        self.0.drain(..).filter_map(|(name, value)| Some((cut(&name).into(), field(value)?)))
    }

    /// The members of one as fields.
    pub fn fields_in(&mut self, key: &str) -> impl Iterator<Item = (Box<str>, Value)> {
        let at = self.0.iter().rposition(|(known, _)| **known == *key);
        let members = match at.map(|at| self.0.swap_remove(at).1) {
            Some(Json::Object(members)) => members,
            _ => Map::new(),
        };
        let members = members.into_iter();
        members.filter_map(|(name, value)| Some((cut(&name).into(), field(value)?)))
    }
}

/// What is neither number, text nor truth is the text of its JSON; `null` is no value.
fn field(value: Json) -> Option<Value> {
    Some(match value {
        Json::Null => return None,
        Json::Bool(value) => Value::Bool(value),
        Json::String(text) => Value::Text(cut(&text).to_owned()),
        Json::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => Value::U64(number),
            (None, Some(number)) => Value::I64(number),
            _ => Value::F64(number.as_f64()?),
        },
        nested => Value::Text(cut(&nested.to_string()).to_owned()),
    })
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
            "s" => self.scope = map.next_value()?,
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
        self.0.push((key.into(), map.next_value()?));
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
