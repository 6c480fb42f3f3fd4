//! The chart of every thread.

use super::fixture::{HOSTILE, callsite, hostile_callsites};
use super::{Full, drawing, parsed, texts, written};
use spanfire_recording::{Callsite, CallsiteId, LaneId};
use spanfire_render::{ChartOptions, thread_chart};
use spanfire_views::{Bar, LaneTimeline, Mark, Timeline};

fn drawn(timeline: &Timeline, callsites: &[Callsite]) -> String {
    written(|sink| thread_chart(timeline, callsites, &ChartOptions::default(), sink))
}

fn bar(start_ns: u64, end_ns: u64, depth: usize, callsite: u32) -> Bar {
    let (callsite, busy_ns) = (CallsiteId(callsite), end_ns - start_ns);
    Bar { start_ns, end_ns, depth, callsite, segments: 1, busy_ns, open: false, compensated: None }
}

fn lane(number: u32, label: &str, bars: Vec<Bar>) -> LaneTimeline {
    let depth = bars.iter().map(|bar| bar.depth + 1).max().unwrap_or(0);
    let (lane, label) = (LaneId(number), label.to_owned());
    LaneTimeline { lane, label, bars, marks: Vec::new(), depth }
}

#[test]
fn tooltips_carry_the_timeline_s_numbers() {
    let run = Bar { segments: 1_234, busy_ns: 40_001, open: true, ..bar(700_000, 900_000, 1, 1) };
    let mut worker = lane(0, "worker", vec![bar(100_000, 1_000_000, 0, 0), run]);
    worker.marks = vec![Mark { at_ns: 5_500, callsite: CallsiteId(1) }];
    let timeline = Timeline { range_ns: 0..1_000_000, lanes: vec![worker] };
    let callsites = [callsite("request", "app::web", 7), callsite("query", "sqlx", 9)];
    let svg = drawn(&timeline, &callsites);
    let document = parsed(&svg);
    assert_eq!(
        texts(&document, "title")[2..],
        [
            "query\nsqlx · src/app.rs:9\nat 5.500 µs (5,500 ns)",
            "request\napp::web · src/app.rs:7\nran for 900.0 µs (900,000 ns)\n\
             from 100.0 µs (100,000 ns) on worker",
            "1,234 × query\nsqlx · src/app.rs:9\n\
             1,234 segments ran for 40.00 µs (40,001 ns) within 200.0 µs (200,000 ns)\n\
             from 700.0 µs (700,000 ns) on worker\nstill open when the recording ended",
        ]
    );
    assert!(texts(&document, "text").contains(&"1.000 ms · 1 thread · 1,235 segments"));
}

#[test]
fn bars_lie_where_their_time_is_and_gaps_stay_empty() {
    let bars = vec![bar(0, 250, 0, 0), bar(750, 1_000, 0, 0)];
    let timeline = Timeline { range_ns: 0..1_000, lanes: vec![lane(0, "main", bars)] };
    let svg = drawn(&timeline, &[callsite("step", "app", 1)]);
    let document = parsed(&svg);
    let edges: Vec<(f64, f64)> = document
        .descendants()
        .filter(|node| node.attribute("class") == Some("c0"))
        .map(|node| ["x", "width"].map(|name| node.attribute(name).unwrap().parse().unwrap()))
        .map(|[x, width]: [f64; 2]| (x, x + width))
        .collect();
    let (left, right) = (80.0, 1_380.0);
    let quarter = (right - left) / 4.0;
    assert_eq!(edges, [(left, left + quarter - 0.5), (right - quarter, right - 0.5)]);
}

#[test]
fn lanes_lie_under_one_another_with_their_names_beside_them() {
    let open = Bar { open: true, ..bar(100, 900, 1, 1) };
    let mut main = lane(0, "main", vec![bar(0, 900, 0, 0), open]);
    main.marks = vec![Mark { at_ns: 40, callsite: CallsiteId(1) }];
    let worker = lane(1, "worker", vec![Bar { segments: 12, ..bar(300, 600, 0, 1) }]);
    let timeline = Timeline { range_ns: 0..1_000, lanes: vec![main, worker] };
    let callsites = [callsite("request", "web", 7), callsite("query", "sqlx", 9)];
    insta::assert_snapshot!(drawing(&drawn(&timeline, &callsites)));
}

/// [T59]
#[test]
fn hostile_names_leave_the_picture_whole() {
    let callsites = hostile_callsites();
    let lanes = HOSTILE.iter().zip(0..).map(|(name, number)| {
        let marks = vec![Mark { at_ns: 50, callsite: CallsiteId(number) }];
        LaneTimeline { marks, ..lane(number, name, vec![bar(0, 100, 0, number)]) }
    });
    let timeline = Timeline { range_ns: 0..100, lanes: lanes.collect() };
    let options = ChartOptions { title: Some("<&\u{1}".to_owned()), ..ChartOptions::default() };
    let svg = written(|sink| thread_chart(&timeline, &callsites, &options, sink));
    let scripts = parsed(&svg);
    assert!(scripts.descendants().filter(|node| node.tag_name().name() == "script").count() <= 1);
    assert!(texts(&scripts, "text").contains(&"a;b"));
}

#[test]
fn a_picture_stays_small_however_many_bars_lanes_and_rows_there_are() {
    let callsites = [callsite("a_name_of_some_length", "some_crate::some_module", 123)];
    let dense = (0..200_000u64).map(|at| bar(at * 10, at * 10 + 6, 0, 0)).collect();
    let deep = (0..5_000).map(|depth| bar(depth, 2_000_000 - depth, depth as usize, 0)).collect();
    let mut lanes = vec![lane(0, "dense", dense), lane(1, "deep", deep)];
    for number in 2..2_000 {
        let bars = (0..40).map(|at| bar(at * 50_000, at * 50_000 + 40_000, 0, 0)).collect();
        let marks =
            (0..500).map(|at| Mark { at_ns: at * 4_000, callsite: CallsiteId(0) }).collect();
        lanes.push(LaneTimeline { marks, ..lane(number, "worker", bars) });
    }
    let svg = drawn(&Timeline { range_ns: 0..2_000_000, lanes }, &callsites);
    assert!(svg.len() < 6_000_000, "{} bytes", svg.len());
    let document = parsed(&svg);
    let notes = texts(&document, "text");
    assert!(notes.iter().any(|note| note.contains("with less time in spans not shown")));
    assert!(notes.iter().any(|note| note.contains("only the outermost 1000 rows")));
}

#[test]
fn a_timeline_without_lanes_gives_a_picture_that_says_so() {
    let svg = drawn(&Timeline { range_ns: 0..0, lanes: Vec::new() }, &[]);
    assert!(texts(&parsed(&svg), "text").contains(&"nothing recorded in this selection"));
}

#[test]
fn a_span_without_length_leaves_a_hairline() {
    let lanes = vec![lane(0, "main", vec![bar(0, 0, 0, 0)])];
    let svg = drawn(&Timeline { range_ns: 0..0, lanes }, &[callsite("instantly", "app", 1)]);
    assert!(svg.contains("width=\"0.6\""));
    parsed(&svg);
}

#[test]
fn a_sink_that_fails_gives_an_error() {
    let timeline = Timeline { range_ns: 0..0, lanes: Vec::new() };
    assert!(thread_chart(&timeline, &[], &ChartOptions::default(), &mut Full).is_err());
}
