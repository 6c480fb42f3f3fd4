//! Perfetto's own format, read by Perfetto's trace processor.

use crate::reader::{exported, query};
use crate::reading::{self, Reading};
use crate::recordings::{self, Case};
use serde_json::Value;
use spanfire_render::export::perfetto;

const QUERIES: [(&str, &str); 6] = [
    (
        "slices",
        "select slice.id, slice.parent_id, slice.name, slice.dur,
             ifnull(extract_arg(slice.arg_set_id, 'debug.continued'), 0) as continued
         from slice join thread_track on slice.track_id = thread_track.id
         where extract_arg(slice.arg_set_id, 'debug.span') is not null
             and slice.category = 'sketch' and slice.name != 'e'",
    ),
    (
        "spans",
        "select slice.name, extract_arg(slice.arg_set_id, 'debug.request') as request,
             ifnull(extract_arg(slice.arg_set_id, 'debug.continued'), 0) as continued,
             ifnull(extract_arg(slice.arg_set_id, 'debug.self_ns'), 0) as self_ns
         from slice
         where slice.track_id not in (select id from thread_track)
             and extract_arg(slice.arg_set_id, 'debug.span') is not null
             and slice.category = 'sketch'",
    ),
    ("threads", "select name, tid from thread where name is not null order by tid"),
    (
        "flows",
        "select src.name as source, dst.name as target from flow
         join slice src on flow.slice_out = src.id join slice dst on flow.slice_in = dst.id",
    ),
    ("counts", "select cast(value as int) as value from counter order by ts, id"),
    (
        "errors",
        "select name, value from stats where severity in ('error', 'data_loss') and value > 0",
    ),
];

fn rows<'a>(read: &'a Value, name: &str) -> &'a [Value] {
    read[name].as_array().expect("rows")
}

fn found(read: &Value) -> Reading {
    let mut reading = Reading::default();
    // What it calls a slice whose name is empty.
    let name = |slice: &Value| match slice["name"].as_str() {
        None | Some("[No name]") => String::new(),
        Some(name) => name.replace('␀', "\0"),
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
    let spans = rows(read, "spans");
    let whole = spans.iter().filter(|span| span["continued"] == 0);
    whole.for_each(|span| reading.span(&name(span)));
    let requests = spans.iter().filter_map(|span| span["request"].as_u64());
    reading.requests = Some(requests.collect::<std::collections::BTreeSet<_>>().len() as u64);
    assert_eq!(
        rows(read, "errors"),
        [0; 0].map(Value::from),
        "it has something to say of the file"
    );
    reading
}

/// [T59]
#[test]
fn perfetto_finds_every_span_segment_and_nanosecond_in_its_own_format() {
    let cases: Vec<Case> = recordings::all();
    let files = cases.iter().map(|case| exported(perfetto, &case.recording, &case.selection));
    let files: Vec<_> = files.collect();
    for (case, read) in cases.iter().zip(query("pftrace", &files, &QUERIES)) {
        println!("{}", case.name);
        let read = read.unwrap_or_else(|why| panic!("it refuses the file: {why}"));
        let found = found(&read);
        reading::check(&found, &case.recording, &case.selection);
        let told: u64 = rows(&read, "spans").iter().filter_map(|of| of["self_ns"].as_u64()).sum();
        assert_eq!(told, found.self_ns(), "what the spans say of themselves");
    }
}

#[test]
fn perfetto_has_threads_arrows_and_open_requests() {
    let case = recordings::named("a service");
    let file = [exported(perfetto, &case.recording, &case.selection)];
    let read = query("pftrace", &file, &QUERIES).remove(0).expect("a trace");
    let words = |name: &str, keys: &[&str]| -> Vec<String> {
        let word = |row: &Value| keys.iter().map(|key| row[key].to_string()).collect::<Vec<_>>();
        rows(&read, name).iter().map(|row| word(row).join(" ")).collect()
    };
    assert_eq!(words("flows", &["source", "target"]), ["\"parent\" \"E\""]);
    assert_eq!(words("counts", &["value"]), ["1", "0", "1", "0", "1", "0"]);
    assert!(words("threads", &["name"]).contains(&"\"worker\"".to_owned()));
}

#[test]
fn perfetto_does_not_take_damaged_packets_for_whole_ones() {
    let case = recordings::named("a service");
    let whole = exported(perfetto, &case.recording, &case.selection);
    let cut = [whole[..whole.len() / 2].to_vec()];
    // It reads as far as it can, and then has other numbers than the recording.
    match query("pftrace", &cut, &QUERIES).remove(0) {
        Ok(read) => assert_ne!(rows(&read, "spans").len(), 9),
        Err(why) => assert!(!why.is_empty()),
    }
}
