//! Profiles for the Firefox Profiler, read by a JSON parser and by the rules of the format: columns of a
//! table are equally long, what they point at is there, and samples are in the order of time.
//! `tests/consumers` shows them to the profiler itself.

use crate::reading::Reading;
use crate::{check_whole, exported, recordings};
use serde_json::Value;
use spanfire_recording::Recording;
use spanfire_render::export::firefox;
use spanfire_views::Selection;

/// A column of a table whose length is said beside it.
fn column<'a>(table: &'a Value, name: &str) -> Result<&'a [Value], String> {
    let column = table[name].as_array().ok_or_else(|| format!("no column {name}"))?;
    match table["length"].as_u64() {
        Some(length) if length == column.len() as u64 => Ok(column),
        length => Err(format!("{name} has {} rows, not {length:?}", column.len())),
    }
}

/// What a column points at.
fn at<T>(values: &[T], index: &Value) -> Result<usize, String> {
    let found = index.as_u64().map(|index| index as usize).filter(|&index| index < values.len());
    found.ok_or_else(|| format!("points nowhere: {index}"))
}

fn ns(ms: &Value) -> u64 {
    (ms.as_f64().expect("a time") * 1e6).round() as u64
}

fn read(bytes: &[u8]) -> Result<Reading, String> {
    let file: Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let shared = &file["shared"];
    let strings = shared["stringArray"].as_array().ok_or("no strings")?;
    let text = |index: &Value| -> Result<&str, String> {
        strings[at(strings, index)?].as_str().ok_or("no text".to_owned())
    };
    let functions = column(&shared["funcTable"], "name")?;
    for name in ["isJS", "relevantForJS", "resource", "source", "lineNumber", "columnNumber"] {
        column(&shared["funcTable"], name)?;
    }
    let frames = column(&shared["frameTable"], "func")?;
    let categories = file["meta"]["categories"].as_array().ok_or("no categories")?;
    for category in column(&shared["frameTable"], "category")? {
        at(categories, category)?;
    }
    let stacks = column(&shared["stackTable"], "frame")?;
    for (index, around) in column(&shared["stackTable"], "prefix")?.iter().enumerate() {
        if !around.is_null() && at(stacks, around)? >= index {
            return Err("a stack before the one around it".to_owned());
        }
    }
    let mut reading = Reading { instants: Some(0), ..Reading::default() };
    for thread in file["threads"].as_array().ok_or("no threads")? {
        let samples = &thread["samples"];
        let mut reached = 0.0;
        let rows = column(samples, "time")?.iter().zip(column(samples, "weight")?);
        for ((time, weight), stack) in rows.zip(column(samples, "stack")?) {
            let time = time.as_f64().ok_or("no time")?;
            if time < reached {
                return Err(format!("out of order: {time}"));
            }
            reached = time;
            if !stack.is_null() {
                let frame = &stacks[at(stacks, stack)?];
                let function = &frames[at(frames, frame)?];
                reading.own(text(&functions[at(functions, function)?])?, ns(weight));
            }
        }
        let markers = &thread["markers"];
        for name in ["startTime", "endTime", "phase", "category"] {
            column(markers, name)?;
        }
        for (name, data) in column(markers, "name")?.iter().zip(column(markers, "data")?) {
            match data["type"].as_str() {
                Some("span") => reading.span(text(name)?),
                Some("instant") => *reading.instants.get_or_insert(0) += 1,
                Some("loss") => {}
                _ => return Err(format!("a marker without a schema: {data}")),
            }
        }
    }
    Ok(reading)
}

#[track_caller]
pub fn check(recording: &Recording, selection: &Selection) {
    check_whole(firefox, read, recording, selection);
}

#[test]
fn a_damaged_file_is_refused() {
    let case = recordings::named("a service");
    let (bytes, _) = exported(firefox, &case.recording, &case.selection);
    assert!(read(&bytes[..bytes.len() - 2]).is_err());
    let text = String::from_utf8(bytes).expect("JSON is text");
    assert!(read(text.replacen("\"stack\":[0", "\"stack\":[99", 1).as_bytes()).is_err());
    assert!(read(text.replacen("\"weight\":[", "\"weight\":[0,", 1).as_bytes()).is_err());
}

/// The whole of a small file.
#[test]
fn a_file_is_meta_shared_tables_and_threads() {
    let case = recordings::named("fields, links and instants");
    let (bytes, _) = exported(firefox, &case.recording, &case.selection);
    insta::assert_snapshot!(String::from_utf8(bytes).expect("JSON is text"));
}
