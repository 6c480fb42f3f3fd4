//! Profiles for the Firefox Profiler, loaded by its own code.

use crate::reader::{exported, read};
use crate::reading::{self, Reading};
use crate::recordings;
use crate::seen::Seen;
use serde_json::Value;
use spanfire_render::Error;
use spanfire_render::export::{self, Carried, Source};
use spanfire_views::{CallTree, Replay, Stacks, Statistics, Weight};
use std::io::Write;

/// Without native samples.
fn firefox(source: &Source<'_>, sink: &mut dyn Write) -> Result<Carried, Error> {
    export::firefox(source, None, sink)
}

/// How long all threads ran.
fn ran_ns(read: &Value) -> u64 {
    let threads = read["threads"].as_array().expect("threads").iter();
    threads.map(|thread| (thread["cpuMs"].as_f64().expect("a time") * 1e6).round() as u64).sum()
}

/// Every stack below a node with time of its own, and that in ns.
fn stacks(node: &Value, around: &str, found: &mut Vec<String>) {
    for inner in node["children"].as_array().expect("children") {
        let stack = format!("{around}{}", inner["name"].as_str().expect("a name"));
        let own_ns = (inner["selfSamples"].as_f64().expect("milliseconds") * 1e6).round() as u64;
        if own_ns > 0 {
            found.push(format!("{stack} {own_ns}"));
        }
        stacks(inner, &format!("{stack};"), found);
    }
}

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
        let tree = CallTree::of(&replay, Stacks::Thread).expect("a graph");
        assert_eq!(ran_ns(&read), tree.total(Weight::Cpu));
    }
}

#[test]
fn the_firefox_profiler_finds_native_functions_below_their_spans() {
    let case = recordings::named("a program that was sampled");
    let seen = Seen::of(&case.recording).expect("samples");
    let native = |source: &Source<'_>, sink: &mut dyn Write| {
        export::firefox(source, Some(seen.native()), sink)
    };
    let file = exported(native, &case.recording, &case.selection);
    let read = read("firefox", "json", &[file]).remove(0).expect("it loads");
    let mut found = Vec::new();
    stacks(&read["threads"][0]["tree"], "", &mut found);
    found.sort();
    assert_eq!(
        found,
        [
            "A;B();f 4",
            "A;B;[blocked] 2",
            "A;B;[not sampled] 1",
            "A;B;f;[profiler] 5",
            "A;B;f;g 1",
            "A;f 7",
            "C;A() 5",
        ]
    );
    let replay = Replay::new(&case.recording, case.selection.clone());
    let tree = CallTree::of(&replay, Stacks::Thread).expect("a graph");
    assert_eq!(ran_ns(&read), tree.total(Weight::Cpu));
}

#[test]
fn the_firefox_profiler_refuses_a_damaged_file() {
    let case = recordings::named("a service");
    let whole = exported(firefox, &case.recording, &case.selection);
    let cut = whole[..whole.len() / 2].to_vec();
    let read = read("firefox", "json", &[cut]);
    assert!(read[0].is_err(), "{read:?}");
}
