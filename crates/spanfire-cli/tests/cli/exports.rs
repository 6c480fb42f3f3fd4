//! `export`: one format after another, from the flags to the file.

use crate::command::Desk;
use crate::fixture::HOSTILE;
use serde_json::Value;

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
