//! Profiles for the Firefox Profiler, read by a JSON parser and by the rules of the format: columns of a
//! table are equally long, what they point at is there, and samples are in the order of time.
//! `tests/consumers` shows them to the profiler itself.

use crate::reading::Reading;
use crate::seen::Seen;
use crate::sketch;
use crate::{check_whole, exported, recordings};
use proptest::prelude::*;
use serde_json::Value;
use spanfire_recording::Recording;
use spanfire_render::Error;
use spanfire_render::export::{self, Carried, Source};
use spanfire_views::{CallTree, Replay, Selection, Stacks, Weight};
use std::io::Write;

/// Without native samples.
fn firefox(source: &Source<'_>, sink: &mut dyn Write) -> Result<Carried, Error> {
    export::firefox(source, None, sink)
}

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
    let categories_of = column(&shared["frameTable"], "category")?;
    let subcategories_of = column(&shared["frameTable"], "subcategory")?;
    for (category, subcategory) in categories_of.iter().zip(subcategories_of) {
        let category = &categories[at(categories, category)?];
        at(category["subcategories"].as_array().ok_or("no subcategories")?, subcategory)?;
    }
    let below = categories.iter().position(|category| category["name"] == "Functions");
    let of_span = |frame: &usize| {
        below.is_none_or(|below| categories_of[*frame].as_u64() < Some(below as u64))
    };
    let stacks = column(&shared["stackTable"], "frame")?;
    let prefixes = column(&shared["stackTable"], "prefix")?;
    for (index, around) in prefixes.iter().enumerate() {
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
                // What is below a span is the span's own time.
                let mut stack = at(stacks, stack)?;
                let mut frame = at(frames, &stacks[stack])?;
                while !of_span(&frame) {
                    stack = at(stacks, &prefixes[stack])?;
                    frame = at(frames, &stacks[stack])?;
                }
                reading.own(text(&functions[at(functions, &frames[frame])?])?, ns(weight));
            }
        }
        ran_ns(thread)?;
        let markers = &thread["markers"];
        for name in ["startTime", "endTime", "phase", "category"] {
            column(markers, name)?;
        }
        for (name, data) in column(markers, "name")?.iter().zip(column(markers, "data")?) {
            match data["type"].as_str() {
                Some("span") => {
                    reading.span(text(name)?);
                    reading.ran(["cpu", "blocked"].map(|key| data.get(key).map(ns)));
                }
                Some("instant") => *reading.instants.get_or_insert(0) += 1,
                Some("loss") => {}
                _ => return Err(format!("a marker without a schema: {data}")),
            }
        }
    }
    Ok(reading)
}

/// How long a thread ran, if that is known: the first number is of no time, and none is longer than the
/// time it is of.
fn ran_ns(thread: &Value) -> Result<Option<u64>, String> {
    let samples = &thread["samples"];
    if samples["threadCPUDelta"].is_null() {
        return Ok(None);
    }
    let times: Vec<u64> = column(samples, "time")?.iter().map(ns).collect();
    let mut sum = 0;
    for (index, ran) in column(samples, "threadCPUDelta")?.iter().enumerate() {
        let since = index.checked_sub(1).map_or(times[index], |before| times[before]);
        let ran = ran.as_u64().unwrap_or(0);
        if ran > times[index] - since {
            return Err(format!("ran {ran} ns of {}", times[index] - since));
        }
        sum += ran;
    }
    Ok(Some(sum))
}

/// How long all threads ran, as far as that is known.
fn all_ran_ns(bytes: &[u8]) -> u64 {
    let file: Value = serde_json::from_slice(bytes).expect("JSON");
    let threads = file["threads"].as_array().expect("threads").iter();
    threads.filter_map(|thread| ran_ns(thread).expect("columns")).sum()
}

#[track_caller]
pub fn check(recording: &Recording, selection: &Selection) {
    check_whole(firefox, read, recording, selection);
    let replay = Replay::new(recording, selection.clone());
    let ran_ns = CallTree::of(&replay, Stacks::Thread).expect("a graph").total(Weight::Cpu);
    assert_eq!(all_ran_ns(&exported(firefox, recording, selection).0), ran_ns);
    if let Some(seen) = Seen::of(recording) {
        let native = |source: &Source<'_>, sink: &mut dyn Write| {
            export::firefox(source, Some(seen.native()), sink)
        };
        check_whole(native, read, recording, selection);
        assert_eq!(all_ran_ns(&exported(native, recording, selection).0), ran_ns);
    }
}

/// The rows of a thread: from when, for how long, how long it ran in that, and the stack.
fn rows(bytes: &[u8], thread: usize) -> Vec<String> {
    let file: Value = serde_json::from_slice(bytes).expect("JSON");
    let (shared, samples) = (&file["shared"], &file["threads"][thread]["samples"]);
    let index = |value: &Value| value.as_u64().expect("an index") as usize;
    let stack_of = |stack: &Value| {
        let (mut stack, mut names) = (stack.clone(), Vec::new());
        while !stack.is_null() {
            let frame = index(&shared["stackTable"]["frame"][index(&stack)]);
            let name = index(&shared["funcTable"]["name"][frame]);
            names.insert(0, shared["stringArray"][name].as_str().expect("a name").to_owned());
            stack = shared["stackTable"]["prefix"][index(&stack)].clone();
        }
        names.join(";")
    };
    let row = |row: usize| {
        let (time, length) = (ns(&samples["time"][row]), ns(&samples["weight"][row]));
        let ran = match samples["threadCPUDelta"].get(row + 1) {
            Some(ran) if !ran.is_null() => format!(" {ran}"),
            _ => String::new(),
        };
        format!("{time}+{length}{ran} {}", stack_of(&samples["stack"][row]))
    };
    (0..index(&samples["length"])).map(row).collect()
}

#[test]
fn a_sample_says_how_long_its_thread_ran_where_that_is_known() {
    let case = recordings::named("threads that wait");
    let (bytes, _) = exported(firefox, &case.recording, &case.selection);
    assert_eq!(
        rows(&bytes, 0),
        [
            "0+6 6 A",
            "6+1 1 A;B",
            "7+3 0 A;B",
            "10+2 2 A;B",
            "12+5 5 A",
            "17+0 0 ",
            "24+4 4 C",
            "28+0 "
        ]
    );
    assert_eq!(rows(&bytes, 1), ["3+1 0 D", "4+3 3 D", "7+1 0 D", "8+1 1 D", "9+1 0 D", "10+0 "]);
    assert_eq!(rows(&bytes, 2), ["2+4 E", "6+0 "]);
}

#[test]
fn native_functions_stand_below_their_span_where_they_were_seen() {
    let case = recordings::named("a program that was sampled");
    let seen = Seen::of(&case.recording).expect("samples");
    let native = |source: &Source<'_>, sink: &mut dyn Write| {
        export::firefox(source, Some(seen.native()), sink)
    };
    let (bytes, carried) = exported(native, &case.recording, &case.selection);
    assert_eq!(
        rows(&bytes, 0),
        [
            "0+7 7 A;f",
            "7+1 1 A;B;f;g",
            "8+5 5 A;B;f;[profiler]",
            "13+2 0 A;B;[blocked]",
            "15+1 1 A;B;[not sampled]",
            "16+4 4 A;B();f",
            "20+0 0 ",
            "26+5 5 C;A()",
            "31+0 "
        ]
    );
    assert_eq!(rows(&bytes, 1), ["2+6 6 D;h", "8+11 0 D;[blocked]", "19+0 "]);
    assert_eq!(rows(&bytes, 2), ["4+2 E;h", "6+5 E;x;h", "11+0 "]);
    assert_eq!(
        carried.to_string(),
        "2 native samples outside of selected spans left out; \
         2 native samples at a moment off the processor left out; \
         2 native samples without the function of a span, and with the whole stack"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(60) })]

    /// Whatever was seen and whenever threads ran.
    #[test]
    fn switches_and_samples_take_nothing_from_spans_and_add_nothing(
        seen in prop::collection::vec((0..60u64, "[ABCDfgmt]{0,6}"), 0..40),
        ran in prop::collection::btree_set(0..60u64, 0..8),
        part in prop::option::of((0..30u64, 30..60u64)),
    ) {
        let seen: String = seen.iter().map(|(at, stack)| format!(" {at} z{stack}")).collect();
        let ran: Vec<u64> = ran.into_iter().collect();
        let ran: String = ran.chunks_exact(2).map(|pair| format!(" {}..{}", pair[0], pair[1])).collect();
        let part = part.map_or(String::new(), |(from, to)| format!("--from {from}\n--to {to}"));
        let (recording, selection) = sketch::parse(&format!(
            "main   |A1(  B1(    )B1  C1(  D1(   )C1   )D1  )A1  B2(   )B2\n\
             worker |   D2(    A2(     )A2 B3(  )B3     )D2\n\
             seen main{seen}\nseen worker{seen}\non cpu main{ran}\n{part}"
        ));
        check(&recording, &selection);
    }
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
