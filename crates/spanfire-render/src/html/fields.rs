//! The fields of spans, and of instants: a column for each name.

use super::numbers::{varint, zigzag};
use serde::Serialize;
use spanfire_recording::{Field, Value};
use std::collections::HashMap;

/// What a column's values are.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    /// Whole numbers that a double holds exactly, as distances from the one before.
    Number,
    /// Everything else, as places in the list of texts.
    Text,
}

/// A column, as the page's head has it; its numbers are in the block.
#[derive(Serialize)]
pub(super) struct FieldColumn {
    name: String,
    kind: Kind,
    rows: usize,
    /// The texts that values of a [`Kind::Text`] column are places in.
    texts: Vec<String>,
}

/// Beyond this a double does not tell whole numbers apart.
const EXACT: u64 = 1 << 53;

#[derive(Default)]
struct Writing {
    rows: usize,
    owners: Vec<u8>,
    values: Vec<u8>,
    last_owner: u64,
    last_number: i64,
    texts: Vec<String>,
    places: HashMap<String, u64>,
}

/// The columns, and their numbers: two streams for each. What has fields comes in the order of its
/// number.
pub(super) fn encode<'a>(
    owners: impl Iterator<Item = (u64, &'a [Field])>,
) -> (Vec<FieldColumn>, Vec<Vec<u8>>) {
    let mut order: Vec<(String, Kind)> = Vec::new();
    let mut columns: HashMap<(String, Kind), Writing> = HashMap::new();
    for (index, fields) in owners {
        for field in fields {
            let value = Held::of(&field.value);
            let key = (field.name.clone(), value.kind());
            let column = columns.entry(key.clone()).or_insert_with(|| {
                order.push(key);
                Writing::default()
            });
            column.push(index, value);
        }
    }
    let mut streams = Vec::new();
    let heads = order.into_iter().map(|key| {
        let column = columns.remove(&key).unwrap_or_default();
        streams.extend([column.owners, column.values]);
        FieldColumn { name: key.0, kind: key.1, rows: column.rows, texts: column.texts }
    });
    let heads = heads.collect();
    (heads, streams)
}

enum Held {
    Number(i64),
    Text(String),
}

impl Held {
    fn of(value: &Value) -> Held {
        match *value {
            Value::I64(number) if number.unsigned_abs() < EXACT => Held::Number(number),
            Value::U64(number) if number < EXACT => Held::Number(number as i64),
            _ => Held::Text(value.to_string()),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Held::Number(_) => Kind::Number,
            Held::Text(_) => Kind::Text,
        }
    }
}

impl Writing {
    fn push(&mut self, owner: u64, value: Held) {
        self.rows += 1;
        varint(&mut self.owners, owner - self.last_owner);
        self.last_owner = owner;
        match value {
            Held::Number(number) => {
                varint(&mut self.values, zigzag(number - self.last_number));
                self.last_number = number;
            }
            Held::Text(text) => {
                let next = self.texts.len() as u64;
                let place = *self.places.entry(text).or_insert_with_key(|text| {
                    self.texts.push(text.clone());
                    next
                });
                varint(&mut self.values, place);
            }
        }
    }
}
