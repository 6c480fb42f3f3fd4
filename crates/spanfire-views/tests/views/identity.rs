//! Which events are of one span.

use crate::check::{check, totals_agree};
use crate::program::Program;
use spanfire_recording::{CallsiteKind, Form, SpanId, Tick};
use spanfire_views::{Replay, Selection, Statistics};

/// [T24] One id for all, on two lanes by turns.
#[test]
fn an_id_used_again_is_another_span() {
    check(
        "
        layer
        one |A1( ]A1-A1            A3( ]A3-A3
        two |           B2( ]B2-B2
        B2 is A1
        A3 is A1
        ",
        "
        thread A=8 B=4
        count A=2 B=1
        ",
    );
}

/// [T24] The end of the first life was lost.
#[test]
fn an_id_created_again_ends_the_life_before() {
    check(
        "
        layer
        one |A1: A1[ ]A1  A2: A2[  ]A2 -A2
        A2 is A1
        ",
        "
        top A spans 2 segments 2 busy 9 self 9 once 9 idle 17 min 4 max 5
        ",
    );
}

/// [T24]
#[test]
fn a_hundred_thousand_lives_of_one_id_stay_apart() {
    let mut program = Program::new(Form::Layer);
    let lanes = [program.lane("one"), program.lane("two")];
    let sites = [program.site("even", CallsiteKind::Span), program.site("odd", CallsiteKind::Span)];
    for life in 0..100_000 {
        let (site, lane, begin) = (sites[life % 2], lanes[life % 2], 10 * life as u64);
        program.on(lane, |buffer| {
            buffer.new_enter(Tick(begin), SpanId(7), site);
            buffer.exit(Tick(begin + 3), SpanId(7));
            buffer.drop_handle(Tick(begin + 4), SpanId(7));
        });
    }
    let recording = program.recording();
    assert_eq!(totals_agree(&recording, &Selection::default()), 300_000);
    let statistics = Statistics::of(&Replay::new(&recording, Selection::default()));
    for row in statistics.expect("statistics").rows {
        assert_eq!((row.spans, row.min_ns, row.max_ns, row.idle_ns), (50_000, 3, 3, 50_000));
    }
}

/// Spans that a filter keeps from the layer are entered and left all the same.
#[test]
fn ids_the_layer_does_not_know_are_passed_over() {
    check(
        "
        layer
        one |A( X[ B( ]X )B X[ ]X -X ]A-A
        ",
        "
        thread A=18 A;B=6
        summary duration 24 spans 2 segments 2 threads 1
        ",
    );
}

/// [T25] The file holds lane two's chunks first.
#[test]
fn an_enter_read_before_its_new_is_of_that_span() {
    check(
        "
        one |P( A: )P
        two |      A[ ]A -A
        ",
        "
        span P=6 P;A=3
        summary duration 12 spans 2 segments 2 threads 2
        ",
    );
}

/// [T25] At one tick, what begins a life goes first.
#[test]
fn an_enter_at_the_moment_of_its_new_is_of_that_span() {
    check(
        "
        one |   A[   ]A
        two |P( A:  )P  -A
        ",
        "
        span P=7 P;A=5
        summary duration 11 spans 2 segments 2 threads 2
        ",
    );
}

/// [T26]
#[test]
fn a_close_read_before_the_last_exit_waits_for_it() {
    check(
        "
        one |A(     ]A
        two |    -A
        ",
        "
        thread A=7
        request 1 A 0+7 busy 7 idle 0 work 7 spans 1 segments 1 threads 1
        ",
    );
}

/// [T26]
#[test]
fn a_close_read_before_the_last_exit_waits_for_it_in_the_layer_form_too() {
    check(
        "
        layer
        one |A(     ]A
        two |    -A
        ",
        "
        request 1 A 0+7 busy 7 idle 0 work 7 spans 1 segments 1 threads 1
        ",
    );
}

/// Its creation was lost, or fell into a pause.
#[test]
fn a_span_never_seen_to_be_created_is_known_by_its_id() {
    check(
        "main |P( A[ ]A  A[ ]A -A )P",
        "
        thread P=13 P;A=6
        summary duration 19 spans 2 segments 3 threads 1 unknown 1
        ",
    );
}
