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
        &["chart", "service.spanfire", "--compensated", "--request", "slowest", "-o", "-"],
        &["requests", "service.spanfire", "--compensated"],
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

/// [`TOTAL_NS`] less what recording took of it, and the first request's 500 µs less a probe with
/// fields inside, one of `db` outside, and one inside that.
#[test]
fn requests_have_what_remains_of_their_work() {
    let desk = Desk::new();
    let raw = desk.json(&["requests", "run.spanfire", "--format", "json"]);
    let mut rows = desk.json(&["requests", "run.spanfire", "--format", "json", "--compensated"]);
    let mut sum_ns = 0;
    for row in rows.as_array_mut().unwrap() {
        let row = row.as_object_mut().unwrap();
        let [left, low, high] = ["", "_low", "_high"]
            .map(|end| row.remove(&format!("compensated_work{end}_ns")).unwrap().as_u64().unwrap());
        assert!(low < left && left < high && high < row["work_ns"].as_u64().unwrap());
        sum_ns += left;
    }
    assert_eq!(rows, raw);
    assert!(sum_ns.abs_diff(TOTAL_NS - 239) <= raw.as_array().unwrap().len() as u64);
    let csv = desk.stdout(&["requests", "run.spanfire", "--format", "csv", "--compensated"]);
    let keys = ",compensated_work_ns,compensated_work_low_ns,compensated_work_high_ns";
    assert!(csv.lines().next().unwrap().ends_with(keys), "{csv}");
    let table = desk.stdout(&["requests", "run.spanfire", "--compensated"]);
    let all = "of all 2.610 ms (2.610 ms to 2.610 ms) remain without what recording took";
    assert!(table.contains("compensated work") && table.contains(all), "{table}");
}

#[test]
fn a_request_s_chart_stays_in_place_and_dots_what_recording_took() {
    let desk = Desk::new();
    let flags = ["chart", "run.spanfire", "--request", "slowest", "-o", "-"];
    let raw = desk.stdout(&flags);
    let svg = desk.stdout(&[&flags[..], &["--compensated"]].concat());
    let bars = |svg: &str| -> Vec<String> {
        let rects = svg.split("<rect class=\"c").skip(1);
        let times = rects.map(|rect| rect.split_once('>').unwrap().0.split(' '));
        times.map(|parts| parts.filter(|part| !part.starts_with("y=")).collect()).collect()
    };
    assert_eq!(bars(&raw), bars(&svg));
    assert!(svg.contains(" without what recording took, from ") && svg.contains("id=\"taken\""));
    assert!(svg.contains("dotted: recording took 0.0 % of its work; "), "{svg}");
    assert!(!raw.contains("recording took") && !raw.contains("taken"));
}

#[test]
fn compensated_times_are_not_tested_for_a_difference() {
    let flags = ["diff", "run.spanfire", "run.spanfire", "--compensated"];
    Desk::new().fails(&flags, 2, &["top --compensated"]);
}
