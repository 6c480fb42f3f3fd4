//! What recording cost, and what remains without it. In sketches a plain span costs 1 ns inside and 2
//! outside, one with fields 3 outside, and a further enter 1 outside.

use crate::check::check;
use crate::program::{Program, probe};
use spanfire_recording::{CallsiteKind, Form, ProbeCost, Recording, Tick};
use spanfire_views::{
    Bar, ChartSegment, Ledger, Replay, RequestChart, RequestId, RequestTable, Selection, Stacks,
    Timeline,
};

/// [T65] What a span costs outside is its parent's self time.
#[test]
fn a_span_costs_itself_inside_and_its_parent_outside() {
    check(
        "
        main |A(      B(      )B     C(   )C    )A
        ",
        "
        ledger A 21 = 16 (14..18) + 5 ours, cost 1+2
        ledger A;B 8 = 7 (6..8) + 1 ours, cost 1+2
        ledger A;C 5 = 4 (3..5) + 1 ours, cost 1+2
        ledger beyond 2
        ",
    );
}

#[test]
fn fields_and_further_enters_cost_what_they_cost() {
    check(
        "
        main |A(   B(B=5   ]B     B[   ]B    B[  )B   )A
        ",
        "
        ledger A 23 = 17 (15..19) + 6 ours, cost 1+2
        ledger A;B 17 = 14 (13..15) + 3 ours, cost 3+5
        ledger beyond 2
        ",
    );
}

/// Costs are rounded once per stack, and nothing below nothing remains.
#[test]
fn what_would_be_taken_beyond_all_there_is_is_counted() {
    check(
        "
        main |A( B( )B C( )C)A
        ",
        "
        ledger A 6 = 1 (0..3) + 5 ours, cost 1+2
        ledger A;B 3 = 2 (1..3) + 1 ours, cost 1+2
        ledger A;C 3 = 2 (1..3) + 1 ours, cost 1+2
        ledger beyond 2
        ",
    );
    check(
        "
        main |A(B(C()C)B)A
        ",
        "
        ledger A 0 = 0 (0..0) + 0 ours - 3 over 1 below, cost 1+2
        ledger A;B 0 = 0 (0..0) + 0 ours - 3 over 1 below, cost 1+2
        ledger A;B;C 0 = 0 (0..0) + 0 ours - 1 over 1 below, cost 1+2
        ledger beyond 2
        ",
    );
}

#[test]
fn a_stall_is_neither_the_programs_nor_a_probes() {
    check(
        "
        main |A(      B(      )B     C(   )C    )A
        stalled main 8..12
        ",
        "
        ledger A 21 = 16 (14..18) + 5 ours, cost 1+2
        ledger A;B 8 = 3 (2..4) + 1 ours + 4 stalled, cost 1+2
        ledger A;C 5 = 4 (3..5) + 1 ours, cost 1+2
        ledger beyond 2
        ",
    );
}

/// Where time goes to another frame, what recording took of it goes there, too.
#[test]
fn what_hidden_spans_cost_is_taken_from_the_frame_around() {
    check(
        "
        main |A(      B(      )B     C(   )C    )A
        --hide B
        ",
        "
        ledger A 29 = 23 (21..25) + 6 ours, cost 2+4
        ledger A;C 5 = 4 (3..5) + 1 ours, cost 1+2
        ledger beyond 2
        ",
    );
}

#[test]
fn a_parent_by_logic_pays_for_nothing_on_another_thread() {
    check(
        "
        main   |A(                      )A
        worker |      B(    C(  )C  )B
        B < A
        ",
        "
        ledger A 24 = 23 (22..24) + 1 ours, cost 1+2
        ledger B 10 = 7 (6..8) + 3 ours, cost 1+2
        ledger B;C 4 = 3 (2..4) + 1 ours, cost 1+2
        ledger beyond 4
        ledger-span A 24 = 23 (22..24) + 1 ours, cost 1+2
        ledger-span A;B 10 = 7 (6..8) + 3 ours, cost 1+2
        ledger-span A;B;C 4 = 3 (2..4) + 1 ours, cost 1+2
        ledger-span beyond 4
        ",
    );
}

/// A parent that works for 10 µs beside a thousand children of `child_ns`, as a recorder would have
/// seen it whose probes cost 20.4 ns inside and 209.6 ns outside, in whole nanoseconds.
fn parent_of_a_thousand(child_ns: u64) -> Recording {
    let mut program = Program::new(Form::Layer);
    program.cost =
        Some(ProbeCost { plain: probe(20.4, 209.6), samples: 1, fields: None, reenter: None });
    let lane = program.lane("main");
    let sites = ["parent", "child"].map(|name| program.site(name, CallsiteKind::Span));
    let parent = program.id(sites[0]);
    program.on(lane, |buffer| buffer.new_enter(Tick(0), parent, sites[0]));
    let mut now = 10;
    for _ in 0..1_000 {
        let child = program.id(sites[1]);
        program.on(lane, |buffer| {
            buffer.new_enter(Tick(now + 110), child, sites[1]);
            buffer.exit_drop(Tick(now + 130 + child_ns), child);
        });
        now += 110 + 20 + child_ns + 100 + 10;
    }
    program.on(lane, |buffer| buffer.exit_drop(Tick(now + 10), parent));
    program.recording()
}

/// [T65]
#[test]
fn a_parent_is_not_inflated_by_its_children_once_compensated() {
    let recording = parent_of_a_thousand(300);
    let replay = Replay::new(&recording, Selection::default());
    let ledger = Ledger::of(&replay).expect("a ledger").expect("a probe cost");
    let tree = ledger.stacks(Stacks::Thread);
    let [parent, child] = [tree.nodes()[1].account, tree.nodes()[2].account];
    assert_eq!(parent.self_time.raw_ns, 220_020);
    assert_eq!(parent.self_time.ns, 220_020 - 209_620);
    let (low, high) = (parent.self_time.low_ns, parent.self_time.high_ns);
    assert!((low..=high).contains(&10_000), "{parent:?}");
    assert_eq!(child.self_time.ns, 320_000 - 20_400);
    assert_eq!(parent.busy.ns, parent.self_time.ns + child.self_time.ns);
    assert_eq!(parent.busy.low_ns, low + child.self_time.low_ns);
    assert_eq!((child.inside_ns, child.outside_ns), (20_400, 209_600));
    assert_eq!(ledger.names[0].callsite.name, "child");
}

#[test]
fn spans_too_short_to_be_told_from_their_cost_are_marked() {
    for (child_ns, below) in [(0, 1_000), (5, 1_000), (6, 0), (300, 0)] {
        let recording = parent_of_a_thousand(child_ns);
        let replay = Replay::new(&recording, Selection::default());
        let ledger = Ledger::of(&replay).expect("a ledger").expect("a probe cost");
        let child = ledger.names[0].account;
        assert_eq!(child.below_resolution, below, "{child_ns}");
        assert_eq!(child.is_below_resolution(), below > 0);
    }
}

#[test]
fn a_stall_among_the_events_of_a_lane_is_taken_from_where_it_was() {
    let mut program = Program::new(Form::Subscriber);
    let lane = program.lane("main");
    let sites = ["a", "b"].map(|name| program.site(name, CallsiteKind::Span));
    let [a, b] = sites.map(|site| program.id(site));
    program.on(lane, |buffer| buffer.new_enter(Tick(10), a, sites[0]));
    program.cut(lane);
    program.stalled(lane, 20, 21, 71);
    program.on(lane, |buffer| {
        buffer.new_enter(Tick(20), b, sites[1]);
        buffer.exit_drop(Tick(100), b);
        buffer.exit_drop(Tick(120), a);
    });
    let recording = program.recording();
    let replay = Replay::new(&recording, Selection::default());
    let ledger = Ledger::of(&replay).expect("a ledger").expect("a probe cost");
    let stalled =
        ledger.names.iter().map(|name| (name.callsite.name.as_str(), name.account.stalled_ns));
    let mut stalled: Vec<_> = stalled.collect();
    stalled.sort();
    assert_eq!(stalled, [("a", 0), ("b", 50)]);
}

#[test]
fn a_recording_that_does_not_say_what_recording_cost_has_no_ledger() {
    let mut program = Program::new(Form::Subscriber);
    program.cost = None;
    let recording = program.recording();
    let replay = Replay::new(&recording, Selection::default());
    assert!(Ledger::of(&replay).expect("a recording").is_none());
}

/// A file may say anything.
#[test]
fn senseless_costs_take_out_no_more_than_there_is() {
    for ns in [f64::NAN, f64::INFINITY, -5.0, 1e300] {
        let mut program = Program::new(Form::Subscriber);
        let mut cost = probe(ns, ns);
        cost.inside_spread_ns = Some(ns);
        program.cost =
            Some(ProbeCost { plain: cost, samples: 1, fields: None, reenter: Some(cost) });
        let lane = program.lane("main");
        let site = program.site("a", CallsiteKind::Span);
        let id = program.id(site);
        program.on(lane, |buffer| {
            buffer.new_enter(Tick(0), id, site);
            buffer.exit_drop(Tick(100), id);
        });
        let recording = program.recording();
        let replay = Replay::new(&recording, Selection::default());
        let total = Ledger::of(&replay).expect("a ledger").expect("a probe cost").total;
        assert_eq!(total.self_time.ns + total.ours_ns, 100);
    }
}

/// Bars stay where they are; each has taken out what fell into it, and nothing twice.
#[test]
fn what_remains_of_a_bar_is_what_remains_of_its_stack() {
    let (recording, selection) = crate::sketch::parse(
        "
        main |A(      B(      C()C    )B     C(   )C    )A   A2(    )A2
        stalled main 9..11
        ",
    );
    let replay = Replay::new(&recording, selection);
    let timeline = Timeline::compensated(&replay, 0).expect("a timeline").expect("a probe cost");
    let bars = &timeline.lanes[0].bars;
    let left = |bar: &Bar| bar.compensated.map(|left| (left.raw_ns, left.ns));
    // 2 ns of stall and C's 3 ns are in B, and B's and both C's in A.
    let expected = [(42, 30), (16, 10), (0, 0), (5, 4), (7, 6)];
    assert_eq!(bars.iter().filter_map(left).collect::<Vec<_>>(), expected);
    let raw = Timeline::of(&replay, 0).expect("a timeline");
    let places = |bar: &Bar| Bar { compensated: None, ..*bar };
    assert_eq!(bars.iter().map(places).collect::<Vec<_>>(), raw.lanes[0].bars);
}

/// A request's segments stay where they are; each has what remains of the same bar, and the request what remains
/// of its work, on whatever threads.
#[test]
fn what_remains_of_a_request_is_what_its_own_spans_leave() {
    let (recording, selection) = crate::sketch::parse(
        "
        main   |A(      B(      C()C    )B   )A   A2(    )A2
        worker |     D(     )D
        D < A
        ",
    );
    let replay = Replay::new(&recording, selection);
    let table = RequestTable::compensated(&replay).expect("requests").expect("a probe cost");
    let of_request = |id: u64| {
        let request = table.requests().iter().find(|request| request.id == RequestId(id));
        request.and_then(|request| request.compensated_work).expect("what remains")
    };
    let charted = RequestChart::compensated(&replay, RequestId(1), 100).expect("a chart");
    let chart = charted.expect("a probe cost").expect("the request");
    assert_eq!(chart.request.compensated_work, Some(of_request(1)));

    let timeline = Timeline::compensated(&replay, 0).expect("a timeline").expect("a probe cost");
    for span in &chart.spans {
        let [segment] = span.segments[..] else { panic!("one segment each") };
        let lane = timeline.lanes.iter().find(|lane| lane.lane == segment.lane).expect("a lane");
        let bar = lane.bars.iter().find(|bar| bar.start_ns == segment.start_ns);
        assert_eq!(segment.compensated, bar.expect("the same bar").compensated);
        assert_eq!(span.compensated(), segment.compensated);
    }
    let raw = RequestChart::of(&replay, RequestId(1), 100).expect("a chart").expect("the request");
    for (span, exact) in chart.spans.iter().zip(&raw.spans) {
        let places = |segment: &ChartSegment| ChartSegment { compensated: None, ..*segment };
        assert_eq!(span.segments.iter().map(places).collect::<Vec<_>>(), exact.segments);
    }
    // Of A, B, C and D 1 ns each, and 2 in A for B and in B for C; nothing is around A and D.
    assert_eq!(of_request(1).raw_ns - of_request(1).ns, 4 + 2 + 2);
    assert_eq!(of_request(5).raw_ns - of_request(5).ns, 1);
}
