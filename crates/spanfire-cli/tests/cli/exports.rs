//! `export`: one format after another, from the flags to the file.

use crate::command::Desk;
use crate::fixture::HOSTILE;
use serde_json::Value;
use std::fs;

#[test]
fn trace_events_have_every_span_of_the_recording() {
    let desk = Desk::new();
    let arguments = ["export", "run.spanfire", "--to", "chrome", "-o", "out.json"];
    assert_eq!(desk.stdout(&arguments), "out.json\n");
    let trace: Value = serde_json::from_str(&desk.read("out.json")).unwrap();
    let events = trace["traceEvents"].as_array().unwrap();
    let spans: Vec<&Value> = events.iter().filter(|event| event["ph"] == "b").collect();
    assert_eq!(spans.len(), 8);
    assert!(spans.iter().any(|span| span["name"] == HOSTILE));
    assert!(spans.iter().any(|span| span["args"]["fields"]["uri"] == "/a b"));
}

#[test]
fn a_selection_selects_what_is_exported() {
    let desk = Desk::new();
    let arguments = ["export", "run.spanfire", "--to", "chrome", "--thread", "main"];
    let trace: Value = serde_json::from_str(&desk.stdout(&arguments)).unwrap();
    let events = trace["traceEvents"].as_array().unwrap();
    assert_eq!(events.iter().filter(|event| event["ph"] == "b").count(), 2);
}

#[test]
fn flags_of_merged_stacks_are_refused_where_there_are_none() {
    let desk = Desk::new();
    for flag in [&["--reverse"][..], &["--stacks", "span"], &["--weight", "count"]] {
        let arguments = [&["export", "run.spanfire", "--to", "chrome"], flag].concat();
        desk.fails(&arguments, 2, &[flag[0], "merged stacks"]);
    }
}

#[test]
fn only_a_format_with_labels_takes_fields_as_labels() {
    let desk = Desk::new();
    let export = |format| ["export", "run.spanfire", "--to", format, "--label", "uri", "-o", "out"];
    assert_eq!(desk.stdout(&export("pprof")), "out\n");
    desk.fails(&export("chrome"), 2, &["--label", "has not"]);
}

#[test]
fn speedscope_and_the_firefox_profiler_get_every_name() {
    let desk = Desk::new();
    for format in ["speedscope", "firefox"] {
        let arguments = ["export", "run.spanfire", "--to", format, "-o", "out.json"];
        assert_eq!(desk.stdout(&arguments), "out.json\n");
        let file: Value = serde_json::from_str(&desk.read("out.json")).unwrap();
        assert!(file.to_string().contains("render"), "{format}");
    }
}

const TABLES: [&str; 5] = [
    "callsites.parquet",
    "processes.parquet",
    "rollups.parquet",
    "segments.parquet",
    "spans.parquet",
];

fn entries(desk: &Desk, directory: &str) -> Vec<String> {
    let entries = fs::read_dir(desk.path(directory)).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn tables_are_a_directory_that_replaces_an_empty_one_or_an_earlier_export() {
    let desk = Desk::new();
    let export = |part: &[&'static str]| {
        [&["export", "run.spanfire", "--to", "parquet", "-o", "out"], part].concat()
    };
    assert_eq!(desk.stdout(&export(&[])), "out\n");
    assert_eq!(entries(&desk, "out"), TABLES);
    let whole = fs::read(desk.path("out/spans.parquet")).unwrap();
    assert_eq!(desk.stdout(&export(&["--thread", "main"])), "out\n");
    assert_ne!(fs::read(desk.path("out/spans.parquet")).unwrap(), whole);
    fs::remove_dir_all(desk.path("out")).unwrap();
    fs::create_dir(desk.path("out")).unwrap();
    assert_eq!(desk.stdout(&export(&[])), "out\n");
    assert_eq!(fs::read(desk.path("out/spans.parquet")).unwrap(), whole);
    assert_eq!(desk.files(), ["out", "run.spanfire"]);
}

#[test]
fn tables_never_replace_what_is_something_else() {
    let desk = Desk::new();
    fs::create_dir(desk.path("dir")).unwrap();
    fs::write(desk.path("dir/mine"), "").unwrap();
    let export = |output| ["export", "run.spanfire", "--to", "parquet", "-o", output];
    desk.fails(&export("dir"), 1, &["dir: holds other files (mine)", "new or empty"]);
    desk.fails(&export("run.spanfire"), 1, &["run.spanfire: is a file", "directory"]);
    desk.fails(&export("no/such"), 1, &["no/such: cannot write", "-o"]);
    desk.fails(&export("-"), 2, &["directory of tables", "-o DIR"]);
    assert_eq!(entries(&desk, "dir"), ["mine"]);
}

#[test]
fn only_tables_say_whose_they_are_and_how_rollups_are_cut() {
    let desk = Desk::new();
    let flags = [["--service", "shop"], ["--service-version", "1.2"], ["--bucket", "10s"]];
    for [flag, value] in flags {
        let export = |format| ["export", "run.spanfire", "--to", format, flag, value, "-o", "out"];
        assert_eq!(desk.stdout(&export("parquet")), "out\n");
        desk.fails(&export("chrome"), 2, &[flag, "has not"]);
    }
    let bad = ["export", "run.spanfire", "--to", "parquet", "--bucket", "0s", "-o", "out"];
    desk.fails(&bad, 2, &["--bucket", "above zero"]);
}
