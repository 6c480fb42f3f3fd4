//! Profiles for the Firefox Profiler, loaded by its own code.

use crate::reader::{exported, read};
use crate::reading::{self, Reading};
use crate::recordings;
use serde_json::Value;
use spanfire_render::export::firefox;
use spanfire_views::{Replay, Statistics};

const LOSSES: [&str; 2] = ["events lost", "waited for the collector"];

/// What the profiler has in the call trees and the markers of all threads.
fn reading_of(read: &Value) -> Reading {
    let mut reading = Reading::default();
    for thread in read["threads"].as_array().expect("threads") {
        for function in thread["functions"].as_array().expect("functions") {
            let own = function["selfSamples"].as_f64().expect("milliseconds");
            reading.own(function["name"].as_str().expect("a name"), (own * 1e6).round() as u64);
        }
        for marker in thread["markers"].as_array().expect("markers") {
            let name = marker["markerName"].as_str().expect("a name");
            if marker["isInterval"] == true && !LOSSES.contains(&name) {
                let count = marker["count"].as_u64().expect("a count");
                (0..count).for_each(|_| reading.span(name));
            }
        }
    }
    reading
}

/// [T59]
#[test]
fn the_firefox_profiler_finds_every_span_and_nanosecond() {
    let cases = recordings::all();
    let files: Vec<Vec<u8>> =
        cases.iter().map(|case| exported(firefox, &case.recording, &case.selection)).collect();
    for (case, read) in cases.iter().zip(read("firefox", "json", &files)) {
        println!("{}", case.name);
        let read = read.unwrap_or_else(|why| panic!("the profiler refuses it: {why}"));
        let mut reading = reading_of(&read);
        // Its lists of functions leave out what took no time.
        let replay = Replay::new(&case.recording, case.selection.clone());
        for row in Statistics::of(&replay).expect("statistics").rows {
            reading.own(&row.callsite.name, 0);
        }
        reading::check(&reading, &case.recording, &case.selection);
    }
}

#[test]
fn the_firefox_profiler_refuses_a_damaged_file() {
    let case = recordings::named("a service");
    let whole = exported(firefox, &case.recording, &case.selection);
    let cut = whole[..whole.len() / 2].to_vec();
    let read = read("firefox", "json", &[cut]);
    assert!(read[0].is_err(), "{read:?}");
}
