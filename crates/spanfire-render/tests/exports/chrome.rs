//! Trace events, read by a JSON parser and by the rules of the format.

use crate::reading::Reading;
use crate::{check_whole, exported, recordings};
use serde_json::Value;
use spanfire_recording::Recording;
use spanfire_render::export::chrome;
use spanfire_views::Selection;
use std::collections::{BTreeMap, BTreeSet};

fn parsed(bytes: &[u8]) -> Result<Vec<Value>, String> {
    let file: Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    file["traceEvents"].as_array().cloned().ok_or_else(|| "no trace events".to_owned())
}

fn text<'a>(event: &'a Value, key: &str) -> &'a str {
    event[key].as_str().unwrap_or_else(|| panic!("no {key}: {event}"))
}

/// A time in µs, as it is written, in ns.
fn ns(event: &Value, key: &str) -> u64 {
    let written = event[key].to_string();
    let (micros, rest) = written.split_once('.').expect("decimals");
    // A parser that keeps doubles drops zeros at the end, and digits beyond the seventeenth.
    let nanos: u64 = format!("{rest:0<3}")[..3].parse().expect("digits");
    micros.parse::<u64>().expect("digits") * 1_000 + nanos
}

/// What a viewer would make of the events: slices of a thread nest by their times.
fn read(bytes: &[u8]) -> Result<Reading, String> {
    let events = parsed(bytes)?;
    let phase = |phase: &'static str| events.iter().filter(move |event| event["ph"] == phase);
    let mut reading = Reading { requests: None, instants: Some(0), ..Reading::default() };
    for span in phase("b") {
        reading.span(text(span, "name"));
    }
    for span in phase("b").chain(phase("e")) {
        reading.ran(["cpu_ns", "blocked_ns"].map(|key| span["args"][key].as_u64()));
    }
    let ids: BTreeSet<&str> = phase("b").map(|event| text(&event["id2"], "local")).collect();
    let ends: BTreeSet<&str> = phase("e").map(|event| text(&event["id2"], "local")).collect();
    if ids != ends || ids.len() != phase("b").count() {
        return Err("spans that begin and do not end".to_owned());
    }
    let mut threads: BTreeMap<u64, Vec<&Value>> = BTreeMap::new();
    for slice in phase("X") {
        threads.entry(slice["tid"].as_u64().expect("a thread")).or_default().push(slice);
        if slice["args"]["continued"] != true {
            reading.segment(text(slice, "name"));
        }
    }
    for slices in threads.values_mut() {
        // The file has inner slices first; the format says that times decide, the longer one outside.
        slices.reverse();
        slices.sort_by_key(|slice| (ns(slice, "ts"), std::cmp::Reverse(ns(slice, "dur"))));
        own(&mut reading, slices)?;
    }
    Ok(reading)
}

/// Adds the time of each slice that no slice inside it has.
fn own(reading: &mut Reading, slices: &[&Value]) -> Result<(), String> {
    let mut open: Vec<(u64, &str)> = Vec::new();
    let mut inside: Vec<i128> = Vec::new();
    let mut add = |name: &str, ns: i128| reading.own(name, u64::try_from(ns).expect("no overlap"));
    for slice in slices {
        let (start, end) = (ns(slice, "ts"), ns(slice, "ts") + ns(slice, "dur"));
        while let Some(&(until, name)) = open.last()
            && until <= start
        {
            add(name, inside.pop().expect("as many"));
            open.pop();
        }
        if let Some(&(until, _)) = open.last() {
            if end > until {
                return Err(format!("{slice} ends after the slice around it"));
            }
            *inside.last_mut().expect("as many") -= i128::from(end - start);
        }
        open.push((end, text(slice, "name")));
        inside.push(i128::from(end - start));
    }
    open.iter().zip(inside).rev().for_each(|(&(_, name), ns)| add(name, ns));
    Ok(())
}

#[track_caller]
pub fn check(recording: &Recording, selection: &Selection) {
    check_whole(chrome, read, recording, selection);
}

#[test]
fn a_damaged_file_is_refused() {
    let case = recordings::named("a service");
    let (bytes, _) = exported(chrome, &case.recording, &case.selection);
    assert!(read(&bytes[..bytes.len() - 2]).is_err());
    let text = String::from_utf8(bytes).expect("JSON is text");
    assert!(read(text.replacen("\"ph\":\"e\"", "\"ph\":\"n\"", 1).as_bytes()).is_err());
}

/// The whole of a small file.
#[test]
fn a_file_is_process_threads_slices_spans_arrows_and_instants() {
    let case = recordings::named("fields, links and instants");
    let (bytes, carried) = exported(chrome, &case.recording, &case.selection);
    insta::assert_snapshot!(String::from_utf8(bytes).expect("JSON is text"));
    assert_eq!(carried.to_string(), "1 arrow not drawn, since nothing was open at one end");
}

#[test]
fn an_arrow_leads_from_a_span_to_its_child_on_another_thread() {
    let case = recordings::named("a service");
    let (bytes, _) = exported(chrome, &case.recording, &case.selection);
    let events = parsed(&bytes).expect("events");
    let end = |phase: &str| {
        let end = events.iter().find(|event| event["ph"] == phase).expect("an arrow");
        (text(end, "name").to_owned(), end["tid"].clone(), ns(end, "ts"))
    };
    let thread = |name: &str| {
        let named = |event: &&Value| event["args"]["name"] == name;
        events.iter().find(named).expect("a thread")["tid"].clone()
    };
    assert_eq!(end("s"), ("parent".to_owned(), thread("main"), 4));
    assert_eq!(end("f"), ("parent".to_owned(), thread("worker"), 6));
}
