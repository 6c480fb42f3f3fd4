//! `--compensated`: never without an interval, and nothing else differs.

use crate::command::Desk;
use crate::fixture::{TOTAL_NS, service};
use std::fs;

const KEYS: [&str; 6] = [
    "compensated_self_ns",
    "compensated_self_low_ns",
    "compensated_self_high_ns",
    "compensated_busy_ns",
    "compensated_busy_low_ns",
    "compensated_busy_high_ns",
];

const UNKNOWN: &str = "the recording does not say what recording a span cost";

#[test]
fn rows_have_what_remains_beside_what_was_recorded() {
    let desk = Desk::new();
    let raw = desk.json(&["top", "run.spanfire", "--format", "json"]);
    let mut rows = desk.json(&["top", "run.spanfire", "--format", "json", "--compensated"]);
    for row in rows.as_array_mut().unwrap() {
        let row = row.as_object_mut().unwrap();
        let [own, own_low, own_high, busy, busy_low, busy_high] =
            KEYS.map(|key| row.remove(key).unwrap().as_u64().unwrap());
        assert!(own_low < own && own < own_high && own_high < row["self_ns"].as_u64().unwrap());
        assert!(
            busy_low < busy && busy < busy_high && busy_high < row["busy_ns"].as_u64().unwrap()
        );
        assert!(own <= busy);
    }
    assert_eq!(rows, raw);
    let csv = desk.stdout(&["top", "run.spanfire", "--format", "csv", "--compensated"]);
    assert!(csv.lines().next().unwrap().ends_with(&KEYS.join(",")), "{csv}");
    let table = desk.stdout(&["top", "run.spanfire", "--compensated"]);
    let remains = "of which 239 ns was recording; 2.610 ms without it (2.610 ms to 2.610 ms)";
    assert!(table.contains(remains), "{table}");
}

#[test]
fn a_graph_says_what_was_taken_out_and_each_frame_its_interval() {
    let desk = Desk::new();
    for (flags, from) in [(&[][..], "request"), (&["--reverse"], "render"), (&["--icicle"], "db")] {
        let arguments =
            [&["flamegraph", "run.spanfire", "--compensated", "-o", "-"], flags].concat();
        let svg = desk.stdout(&arguments);
        assert!(svg.contains("compensated: 2.610 ms (2.610 ms to 2.610 ms)"), "{svg}");
        let frames: Vec<&str> = svg.split("<title>").skip(1).collect();
        let titles = frames.iter().filter_map(|frame| frame.split_once("</title>"));
        let titles: Vec<&str> = titles.map(|(title, _)| title).collect();
        let (all, frames): (Vec<&str>, Vec<&str>) =
            titles.iter().partition(|title| title.starts_with("all "));
        assert_eq!(all.len(), 1);
        assert!(frames.iter().any(|title| title.starts_with(from)), "{frames:?}");
        for title in frames {
            assert!(title.contains("%; from ") && title.ends_with(" as recorded)"), "{title}");
        }
    }
    let svg = desk.stdout(&["flamegraph", "run.spanfire", "--compensated", "-o", "-"]);
    assert!(svg.contains("; from 800.0 µs to 800.0 µs; 800.0 µs as recorded)"), "{svg}");
    assert_eq!(TOTAL_NS - 239, 2_609_761);
    assert!(svg.contains("all (2,609,761 ns, 100%)"), "{svg}");
}

#[test]
fn without_a_probe_cost_nothing_is_taken_out() {
    let desk = Desk::new();
    fs::write(desk.path("service.spanfire"), service(100, "last")).unwrap();
    for command in [
        &["overhead", "service.spanfire", "--only", "ledger"][..],
        &["top", "service.spanfire", "--compensated"],
        &["flamegraph", "service.spanfire", "--compensated", "-o", "-"],
    ] {
        desk.fails(command, 1, &["service.spanfire", UNKNOWN]);
    }
    let text = desk.stdout(&["overhead", "service.spanfire"]);
    assert!(text.starts_with(UNKNOWN), "{text}");
    let json = desk.json(&["overhead", "service.spanfire", "--format", "json"]);
    assert!(json["ledger"].is_null() && json["sampling"].is_object(), "{json}");
}

#[test]
fn only_busy_time_is_compensated() {
    let desk = Desk::new();
    let arguments = ["flamegraph", "run.spanfire", "--compensated", "--weight", "idle"];
    desk.fails(&arguments, 2, &["--weight"]);
}

#[test]
fn a_chart_stays_in_place_and_hatches_what_recording_took() {
    let desk = Desk::new();
    let raw = desk.stdout(&["chart", "run.spanfire", "-o", "-"]);
    let svg = desk.stdout(&["chart", "run.spanfire", "--compensated", "-o", "-"]);
    let bars = |svg: &str| -> Vec<String> {
        let rects = svg.split("<rect class=\"c").skip(1);
        rects.map(|rect| rect.split_once('>').unwrap().0.to_owned()).collect()
    };
    assert_eq!(bars(&raw), bars(&svg));
    let render = "800.0 µs (799,984 ns) without what recording took, from 800.0 µs to 800.0 µs";
    assert!(svg.contains(render), "{svg}");
    assert!(svg.contains("hatched: recording took 0.0 % of what was entered"), "{svg}");
    assert!(!raw.contains("recording took"));
}
