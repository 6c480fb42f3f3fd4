//! What a bar says when it is pointed at.

use crate::duration;
use crate::tables::{count, printable};
use spanfire_recording::{Callsite, Field};
use spanfire_views::Names;

/// A time as it is read, and exactly: `1.234 ms (1,234,500 ns)`.
pub(crate) fn exact(ns: u64) -> String {
    match ns {
        0..1_000 => duration(ns),
        _ => format!("{} ({} ns)", duration(ns), count(ns)),
    }
}

/// The label of a bar, and on a second line the target and place of its callsite.
pub(crate) fn heading(label: &str, callsite: &Callsite) -> String {
    let place = match (&callsite.file, callsite.line) {
        (Some(file), Some(line)) => format!(" · {file}:{line}"),
        (Some(file), None) => format!(" · {file}"),
        _ => String::new(),
    };
    format!("{label}\n{}", printable(&format!("{}{place}", callsite.target)))
}

/// What is written on a bar: the callsite's label, after how many it stands for.
pub(crate) fn label(count_of_many: u64, names: Names, callsite: &Callsite) -> String {
    let name = printable(&names.label(callsite));
    match count_of_many {
        1 => name,
        number => format!("{} × {name}", count(number)),
    }
}

/// `name=value` for each field, with `between` in between.
pub(crate) fn fields(fields: &[Field], between: &str) -> String {
    let words: Vec<String> = fields
        .iter()
        .map(|field| format!("{}={}", printable(&field.name), printable(&field.value.to_string())))
        .collect();
    words.join(between)
}

/// `1 segment`, `2 segments`.
pub(crate) fn counted(number: u64, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ => format!("{} {noun}s", count(number)),
    }
}
