//! Trace events, read by the viewer of `chrome://tracing` and by Perfetto's trace processor.

use crate::reader::{exported, query, read};
use crate::reading::{self, Reading};
use crate::recordings::{self, Case};
use serde_json::Value;
use spanfire_render::export::chrome;

/// A nanosecond after a hundred days is more than a double of microseconds has.
const TOO_LONG: &str = "a second before its end";

/// The viewer of chrome://tracing computes in doubles of milliseconds: of two slices where one ends as the
/// next begins, it may take the second for a part of the first.
const TOUCHING: [&str; 2] = ["an exit out of order", "a part"];

const QUERIES: [(&str, &str); 4] = [
    (
        "slices",
        "select slice.id, slice.parent_id, slice.name, slice.dur,
             ifnull(extract_arg(slice.arg_set_id, 'args.continued'), 0) as continued
         from slice join thread_track on slice.track_id = thread_track.id
         where slice.dur >= 0 and extract_arg(slice.arg_set_id, 'args.span') is not null",
    ),
    (
        "spans",
        "select slice.name from slice join process_track on slice.track_id = process_track.id
         where extract_arg(slice.arg_set_id, 'args.span') is not null",
    ),
    ("threads", "select name from thread"),
    ("flows", "select count(*) as flows from flow"),
];

/// What both can hold, and the files of it.
fn cases(but: &[&str]) -> (Vec<Case>, Vec<Vec<u8>>) {
    let known = |case: &Case| case.name != TOO_LONG && !but.contains(&case.name);
    let cases: Vec<Case> = recordings::all().into_iter().filter(known).collect();
    let files = cases.iter().map(|case| exported(chrome, &case.recording, &case.selection));
    let files = files.collect();
    (cases, files)
}

fn rows<'a>(read: &'a Value, name: &str) -> &'a [Value] {
    read[name].as_array().expect("rows")
}

fn name(of: &Value) -> &str {
    of["name"].as_str().expect("a name")
}

fn ns(ms: &Value) -> u64 {
    (ms.as_f64().expect("a time") * 1e6).round() as u64
}

fn in_catapult(read: &Value) -> Reading {
    let mut reading = Reading::default();
    for thread in rows(read, "threads") {
        for slice in rows(thread, "slices").iter().filter(|slice| slice["args"]["span"].is_u64()) {
            reading.own(name(slice), ns(&slice["self"]));
            if slice["args"]["continued"] != true {
                reading.segment(name(slice));
            }
        }
        rows(thread, "spans").iter().for_each(|span| reading.span(name(span)));
    }
    reading
}

/// [T59]
#[test]
fn the_viewer_of_chrome_tracing_finds_every_span_segment_and_nanosecond() {
    let (cases, files) = cases(&TOUCHING);
    for (case, read) in cases.iter().zip(read("catapult", "json", &files)) {
        println!("{}", case.name);
        let read = read.unwrap_or_else(|why| panic!("it refuses the file: {why}"));
        reading::check(&in_catapult(&read), &case.recording, &case.selection);
    }
}

fn in_perfetto(read: &Value) -> Reading {
    let mut reading = Reading::default();
    // What it calls a slice whose name is empty; and it leaves escapes as they are where one of them
    // is of a character it cannot hold.
    let name = |slice| match name(slice) {
        "[No name]" => String::new(),
        text => serde_json::from_str(&format!("\"{text}\"")).unwrap_or_else(|_| text.to_owned()),
    };
    let slices = rows(read, "slices");
    for slice in slices {
        let inside = slices.iter().filter(|inner| inner["parent_id"] == slice["id"]);
        let inside: u64 = inside.filter_map(|inner| inner["dur"].as_u64()).sum();
        reading.own(&name(slice), slice["dur"].as_u64().expect("a duration") - inside);
        if slice["continued"] == 0 {
            reading.segment(&name(slice));
        }
    }
    rows(read, "spans").iter().for_each(|span| reading.span(&name(span)));
    reading
}

/// [T59]
#[test]
fn perfetto_finds_every_span_segment_and_nanosecond() {
    let (cases, files) = cases(&[]);
    for (case, read) in cases.iter().zip(query("json", &files, &QUERIES)) {
        println!("{}", case.name);
        let read = read.unwrap_or_else(|why| panic!("it refuses the file: {why}"));
        reading::check(&in_perfetto(&read), &case.recording, &case.selection);
    }
}

#[test]
fn both_draw_the_arrows_of_a_service() {
    let case = recordings::named("a service");
    let file = [exported(chrome, &case.recording, &case.selection)];
    let catapult = read("catapult", "json", &file).remove(0).expect("a trace");
    let flow = &rows(&catapult, "flows")[0];
    assert_eq!((&flow["from"], &flow["to"]), (&"B".into(), &"E".into()));
    let perfetto = query("json", &file, &QUERIES).remove(0).expect("a trace");
    assert_eq!(perfetto["flows"][0]["flows"], rows(&catapult, "flows").len());
}

#[test]
fn both_refuse_a_damaged_file() {
    let case = recordings::named("a service");
    let whole = exported(chrome, &case.recording, &case.selection);
    let cut = [whole[..whole.len() / 2].to_vec()];
    assert!(read("catapult", "json", &cut)[0].is_err());
    // Perfetto reads as far as it can, and then has other numbers than the recording.
    match query("json", &cut, &QUERIES).remove(0) {
        Ok(read) => assert_ne!(rows(&read, "spans").len(), 9),
        Err(why) => assert!(!why.is_empty()),
    }
}
