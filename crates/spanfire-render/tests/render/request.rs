//! The chart of one request.

use super::fixture::{callsite, hostile_callsites};
use super::{drawing, parsed, texts, written};
use spanfire_recording::{Callsite, CallsiteId, Field, Lane, LaneId, Value};
use spanfire_render::{ChartOptions, request_chart};
use spanfire_views::{ChartSegment, ChartSpan, Request, RequestChart, RequestId};

/// When the request began, in ns.
const BEGAN: u64 = 2_000_000;

fn drawn(chart: &RequestChart, callsites: &[Callsite], lanes: &[Lane]) -> String {
    written(|sink| request_chart(chart, callsites, lanes, &ChartOptions::default(), sink))
}

fn workers(names: &[&str]) -> Vec<Lane> {
    let lane = |name: &&str| Lane { thread_name: Some(name.to_string()), os_thread_id: None };
    names.iter().map(lane).collect()
}

fn span(
    callsite: u32,
    row: usize,
    (start_ns, end_ns): (u64, u64),
    segments: &[(u64, u64, u32)],
) -> ChartSpan {
    let busy_ns = segments.iter().map(|(start, end, _)| end - start).sum();
    let segment = |&(start, end, lane): &(u64, u64, u32)| ChartSegment {
        start_ns: BEGAN + start,
        end_ns: BEGAN + end,
        lane: LaneId(lane),
        compensated: None,
    };
    ChartSpan {
        callsite: CallsiteId(callsite),
        parent: (row > 0).then_some(0),
        row,
        start_ns: BEGAN + start_ns,
        end_ns: BEGAN + end_ns,
        busy_ns,
        self_ns: busy_ns,
        segments: segments.iter().map(segment).collect(),
        open: false,
        fields: Vec::new(),
    }
}

fn chart(spans: Vec<ChartSpan>) -> RequestChart {
    let lifetime_ns = spans[0].end_ns - spans[0].start_ns;
    let request = Request {
        id: RequestId(17),
        callsite: spans[0].callsite,
        start_ns: BEGAN,
        lifetime_ns,
        busy_ns: 300_000,
        idle_ns: lifetime_ns - 300_000,
        work_ns: 400_000,
        cpu_ns: 0,
        blocked_ns: 0,
        compensated_work: None,
        spans: spans.len() as u64,
        segments: 3,
        threads: 2,
        open: false,
        fields: vec![Field { name: "uri".to_owned(), value: Value::Text("/a b".to_owned()) }],
    };
    RequestChart { request, rows: spans.len(), spans, left_out: 0 }
}

#[test]
fn header_and_tooltips_carry_the_chart_s_numbers() {
    let mut root = span(0, 0, (0, 1_000_000), &[(0, 100_000, 0), (900_000, 1_000_000, 1)]);
    root.self_ns = 150_000;
    let mut query = span(1, 1, (50_000, 750_000), &[(50_000, 150_500, 1)]);
    query.open = true;
    query.fields = vec![Field { name: "rows".to_owned(), value: Value::U64(3) }];
    let callsites = [callsite("request", "web", 7), callsite("query", "sqlx", 9)];
    let svg = drawn(&chart(vec![root, query]), &callsites, &workers(&["w-0", "w-1"]));
    let document = parsed(&svg);
    assert_eq!(
        texts(&document, "title"),
        [
            "request · request 17",
            "request\nweb · src/app.rs:7\nfrom 0 ns\nlifetime 1.000 ms (1,000,000 ns)\n\
             busy 200.0 µs (200,000 ns)\nidle 800.0 µs (800,000 ns)\nself 150.0 µs (150,000 ns)\n\
             2 segments on w-0, w-1",
            "request\nsegment 1 of 2, 100.0 µs (100,000 ns) on w-0\nfrom 0 ns",
            "request\nsegment 2 of 2, 100.0 µs (100,000 ns) on w-1\nfrom 900.0 µs (900,000 ns)",
            "query\nsqlx · src/app.rs:9\nfrom 50.00 µs (50,000 ns)\n\
             lifetime 700.0 µs (700,000 ns)\nbusy 100.5 µs (100,500 ns)\n\
             idle 599.5 µs (599,500 ns)\nself 100.5 µs (100,500 ns)\n1 segment on w-1\n\
             still open when the recording ended\nrows=3",
        ]
    );
    let text = texts(&document, "text");
    assert!(text.contains(&"uri=/a b"));
    assert!(text.contains(
        &"lifetime 1.000 ms · busy 300.0 µs · 400.0 µs of work · idle 700.0 µs · 2 spans · \
          3 segments · 2 threads · began 2.000 ms after the recording's start"
    ));
}

#[test]
fn a_span_is_hatched_where_it_waits_and_solid_where_it_runs() {
    let root = span(0, 0, (0, 1_000_000), &[(0, 250_000, 0), (750_000, 1_000_000, 1)]);
    let child = span(1, 1, (250_000, 500_000), &[(250_000, 500_000, 1)]);
    let callsites = [callsite("request", "web", 7), callsite("query", "sqlx", 9)];
    let svg = drawn(&chart(vec![root, child]), &callsites, &workers(&["w-0", "w-1"]));
    insta::assert_snapshot!(drawing(&svg));
}

/// [T59]
#[test]
fn hostile_names_and_values_leave_the_picture_whole() {
    let callsites = hostile_callsites();
    let mut spans = vec![span(0, 0, (0, 800_000), &[(0, 300_000, 0)])];
    for (number, callsite) in callsites.iter().enumerate().skip(1) {
        let mut child =
            span(number as u32, number, (0, 700_000), &[(0, 1_000, 1), (5_000, 9_000, 0)]);
        let value = Value::Text(callsite.name.clone());
        child.fields = vec![Field { name: callsite.name.clone(), value }];
        spans.push(child);
    }
    let mut chart = chart(spans);
    chart.request.fields = chart.spans[2].fields.clone();
    let svg = drawn(&chart, &callsites, &workers(&["<w>", "\u{0}"]));
    assert!(texts(&parsed(&svg), "text").contains(&"# comment_[k]"));
}

#[test]
fn spans_and_segments_too_short_to_draw_become_runs_that_count_them() {
    let polls: Vec<(u64, u64, u32)> =
        (0..100_000).map(|at| (at * 10, at * 10 + 4, (at / 50_000) as u32)).collect();
    let mut spans = vec![span(0, 0, (0, 1_000_000), &polls)];
    for at in 0..50_000 {
        let (start, end) = (at * 20, at * 20 + 10);
        spans.push(span(1, 1, (start, end), &[(start, end, 0)]));
    }
    let callsites = [callsite("request", "web", 7), callsite("query", "sqlx", 9)];
    let svg = drawn(&chart(spans), &callsites, &workers(&["w-0", "w-1"]));
    assert!(svg.len() < 25_000, "{} bytes", svg.len());
    assert!(svg.contains("50,000 segments, 200.0 µs (200,000 ns) within"));
    assert!(svg.contains(
        "50,000 × query\nsqlx · src/app.rs:9\n50,000 spans busy 500.0 µs (500,000 ns) within"
    ));
}

#[test]
fn numbers_without_callsite_or_lane_do_no_harm() {
    let svg = drawn(&chart(vec![span(9, 0, (0, 500_000), &[(0, 5_000, 7)])]), &[], &[]);
    parsed(&svg);
}
