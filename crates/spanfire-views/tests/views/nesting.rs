//! Spans in spans, on one lane.

use crate::check::{check, totals_agree};
use crate::program::Program;
use spanfire_recording::{CallsiteKind, Form, SpanId, Tick};
use spanfire_views::{CallTree, Replay, RequestChart, RequestId, Selection, Stacks, Summary};

#[test]
fn a_moment_belongs_to_the_innermost_segment() {
    check(
        "main |A( B( )B  )A",
        "
        thread A=7 A;B=3
        span A=7 A;B=3
        reversed A=7 B;A=3
        count A=1 A;B=1
        top A spans 1 segments 1 busy 10 self 7 once 10 idle 0 min 10 max 10
        top B spans 1 segments 1 busy 3 self 3 once 3 idle 0 min 3 max 3
        summary duration 10 spans 2 segments 2 threads 1
        ",
    );
}

/// [T6] B was inside A, and then on its own: it is split in two, and every moment is there once.
#[test]
fn a_segment_whose_outer_one_is_left_first_is_split_in_two() {
    check(
        "main |A( B(  )A  )B",
        "
        thread A=3 A;B=4 B=4
        span A=3 A;B=8
        reversed A=3 B=4 B;A=4
        top B spans 1 segments 1 busy 8 self 8 once 8 idle 0 min 8 max 8
        top A spans 1 segments 1 busy 7 self 3 once 7 idle 0 min 7 max 7
        lane main 0..11 A@0+7/0 B@3+8/1
        ",
    );
}

/// [T7] The current span is the innermost that is not entered twice, so C is a child of B.
#[test]
fn a_span_entered_again_inside_its_child_is_not_the_current_one() {
    check(
        "main |A( B( A[ C( )C ]A )B )A",
        "
        thread A=6 A;B=6 A;B;A=6 A;B;A;C=3
        span A=12 A;B=6 A;B;C=3
        top A spans 1 segments 2 busy 30 self 12 once 21 idle 0 min 30 max 30
        top B spans 1 segments 1 busy 15 self 6 once 15 idle 0 min 15 max 15
        top C spans 1 segments 1 busy 3 self 3 once 3 idle 0 min 3 max 3
        ",
    );
}

/// [T7]
#[test]
fn a_span_entered_twice_has_two_segments_and_one_frame_by_logic() {
    check(
        "main |A( A[ ]A )A",
        "
        thread A=6 A;A=3
        span A=9
        top A spans 1 segments 2 busy 12 self 9 once 9 idle 0 min 12 max 12
        request 1 A 0+9 busy 9 idle 0 work 9 spans 1 segments 2 threads 1
        ",
    );
}

/// A recursion whose outer call is left first is counted once for as long as either lasts.
#[test]
fn recursion_is_counted_once_also_when_left_out_of_order() {
    check(
        "main |A1( A2(  )A1  )A2",
        "
        thread A=9 A;A=5
        top A spans 2 segments 2 busy 19 self 14 once 14 idle 0 min 9 max 10
        ",
    );
}

#[test]
fn recursion_through_another_span_is_counted_once() {
    check(
        "main |A1( B( A2( )A2 )B )A1",
        "
        top A spans 2 segments 2 busy 22 self 11 once 18 idle 0 min 4 max 18
        top B spans 1 segments 1 busy 11 self 7 once 11 idle 0 min 11 max 11
        ",
    );
}

/// [T9] [T62]
#[test]
fn a_forgotten_guard_runs_to_the_end_and_is_marked_open() {
    check(
        "
        main |A( B( )B
        end 20
        ",
        "
        thread A=17 A;B=3
        lane main 0..20 A@0+20/0… B@3+3/1
        request 1 A 0+20 busy 20 idle 0 work 20 spans 2 segments 2 threads 1 open
        summary duration 6 spans 2 segments 2 threads 1 open 1
        ",
    );
}

/// [T9] The guard is forgotten, the handle is not.
#[test]
fn a_span_dropped_while_entered_is_open() {
    check(
        "
        main |A( -A
        end 10
        ",
        "
        thread A=10
        summary duration 3 spans 1 segments 1 threads 1 open 1
        ",
    );
}

/// [T10]
#[test]
fn an_exit_without_enter_is_counted_and_changes_nothing() {
    check(
        "main |A: B( ]A )B )B -A",
        "
        thread B=6
        idle A=15
        summary duration 15 spans 2 segments 1 threads 1 unmatched 2
        ",
    );
}

/// [T11]
#[test]
fn an_explicit_parent_need_not_be_entered() {
    check(
        "
        main  |A:           -A
        other |   B( )B
        B < A
        ",
        "
        thread B=3
        span A;B=3
        idle A=10
        request 1 A 0+13 busy 3 idle 10 work 3 spans 2 segments 1 threads 1
        ",
    );
}

/// [T12]
#[test]
fn an_explicit_root_inside_a_span_is_a_physical_child_and_a_logical_root() {
    check(
        "
        main |A( B( )B )A
        B < -
        ",
        "
        thread A=6 A;B=3
        span A=6 B=3
        request 1 A 0+9 busy 6 idle 3 work 6 spans 1 segments 1 threads 1
        request 2 B 3+3 busy 3 idle 0 work 3 spans 1 segments 1 threads 1
        ",
    );
}

/// [T37] The parent was filtered out: the nearest recorded span stands in for it.
#[test]
fn an_unknown_parent_is_taken_for_the_current_span() {
    check(
        "
        main |A( B( )B )A
        B < X
        ",
        "span A=6 A;B=3",
    );
}

/// [T14]
#[test]
fn spans_without_length_are_counted() {
    check(
        "main |A( B1()B1 B2()B2 )A",
        "
        thread A=17
        count A=1 A;B=2
        top A spans 1 segments 1 busy 17 self 17 once 17 idle 0 min 17 max 17
        top B spans 2 segments 2 busy 0 self 0 once 0 idle 0 min 0 max 0
        ",
    );
}

#[test]
fn two_callsites_of_one_name_stay_two_rows_of_their_own_parents() {
    check(
        "main |A( C1( )C1 )A B( C2( )C2 )B",
        "
        thread A=7 A;C=4 B=7 B;C=4
        reversed A=7 B=7 C;A=4 C;B=4
        ",
    );
}

/// [T13]
#[test]
fn ten_thousand_spans_deep_is_no_deeper_for_us() {
    let mut program = Program::new(Form::Subscriber);
    let lane = program.lane("main");
    let sites = ["a", "b"].map(|name| program.site(name, CallsiteKind::Span));
    let ids: Vec<SpanId> = (0..10_000).map(|depth| program.id(sites[depth % 2])).collect();
    for (depth, &id) in ids.iter().enumerate() {
        program.on(lane, |buffer| buffer.new_enter(Tick(depth as u64), id, sites[depth % 2]));
    }
    for (index, &id) in ids.iter().rev().enumerate() {
        program.on(lane, |buffer| buffer.exit_drop(Tick(10_000 + index as u64), id));
    }
    let recording = program.recording();
    assert_eq!(totals_agree(&recording, &Selection::default()), 19_999);
    let replay = Replay::new(&recording, Selection::default());
    let tree = CallTree::of(&replay, Stacks::Thread).expect("a call tree");
    assert_eq!(tree.nodes().iter().map(|node| node.depth).max(), Some(10_000));
    let chart = RequestChart::of(&replay, RequestId(1), 20_000).expect("a chart");
    assert_eq!(chart.map(|chart| (chart.rows, chart.left_out)), Some((10_000, 0)));
}

/// [T13]
#[test]
fn a_chain_of_open_parents_may_end_at_once() {
    let mut program = Program::new(Form::Subscriber);
    let lane = program.lane("main");
    let site = program.site("a", CallsiteKind::Span);
    let ids: Vec<SpanId> = (0..100_000).map(|_| program.id(site)).collect();
    for pair in ids.windows(2) {
        program.on(lane, |buffer| {
            buffer.explicit_parent(Tick(1), pair[1], Some(pair[0]));
            buffer.new_span(Tick(1), pair[1], site);
        });
    }
    for &id in &ids[1..] {
        program.on(lane, |buffer| buffer.drop_handle(Tick(2), id));
    }
    let recording = program.recording();
    let replay = Replay::new(&recording, Selection::default());
    assert_eq!(Summary::of(&replay).expect("a summary").spans, 99_999);
}
