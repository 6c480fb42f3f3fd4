//! Which value of the samples is their weight.

use super::tables::{Kind, Tables};
use crate::error::Error;

/// A kind of value that was chosen.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Chosen {
    /// Which of a sample's values it is.
    pub index: usize,
    pub name: String,
    /// Nanoseconds in one, if it is a time.
    pub ns: Option<u64>,
    /// What one is, if it is not.
    pub unit: String,
    /// The other kinds.
    pub others: Vec<String>,
}

/// The kind that is asked for; otherwise the one that the profile prefers or the last, but a time
/// before all that is none.
pub(super) fn choose(tables: &Tables<'_>, wanted: Option<&str>) -> Result<Chosen, Error> {
    let names = tables.kinds.iter().map(|kind| tables.string(kind.name).into_owned());
    let names: Vec<String> = names.collect();
    if names.is_empty() {
        return Err(Error::input("no profile of pprof: it does not say what its samples count"));
    }
    let is_time = |index: &usize| nanoseconds(&tables.string(tables.kinds[*index].unit)).is_some();
    let preferred = tables
        .kinds
        .iter()
        .position(|kind| kind.name == tables.default_kind && tables.default_kind != 0);
    let index = match wanted {
        Some(wanted) => names.iter().position(|name| name == wanted).ok_or_else(|| {
            let kinds: Vec<String> = tables.kinds.iter().map(|kind| shown(tables, kind)).collect();
            let kinds = kinds.join(", ");
            Error::choice(format!("no values called {wanted}; samples have {kinds}"))
        })?,
        None => preferred
            .filter(is_time)
            .or_else(|| (0..names.len()).rev().find(is_time))
            .or(preferred)
            .unwrap_or(names.len() - 1),
    };
    let unit = tables.string(tables.kinds[index].unit).into_owned();
    let others = (0..names.len()).filter(|&other| other != index);
    Ok(Chosen {
        index,
        ns: nanoseconds(&unit),
        unit: if unit == "count" || unit.is_empty() { names[index].clone() } else { unit },
        others: others.map(|other| names[other].clone()).collect(),
        name: names[index].clone(),
    })
}

fn shown(tables: &Tables<'_>, kind: &Kind) -> String {
    format!("{} ({})", tables.string(kind.name), tables.string(kind.unit))
}

/// The nanoseconds of a unit of time.
pub(super) fn nanoseconds(unit: &str) -> Option<u64> {
    match unit {
        "nanoseconds" | "nanosecond" | "ns" => Some(1),
        "microseconds" | "microsecond" | "us" => Some(1_000),
        "milliseconds" | "millisecond" | "ms" => Some(1_000_000),
        "seconds" | "second" | "s" => Some(1_000_000_000),
        _ => None,
    }
}
