//! Spans recorded as created and entered, or left and dropped, at once, that another lane used in
//! between. That lane has them by reference; the one that made them had nothing else to do.

use crate::check::check;

#[track_caller]
fn check_in_both_forms(sketch: &str, expected: &str) {
    check(sketch, expected);
    check(&format!("layer\n{sketch}"), expected);
}

/// When it was created, after 6 and before 14, is not known.
#[test]
fn a_span_entered_elsewhere_before_it_is_seen_to_be_created_is_one_span() {
    check_in_both_forms(
        "
        one |P( B( ]B-B              A( )A )P
        two |              A[  ]A
        ",
        "
        span P=24 P;A=7 P;B=3
        top P spans 1 segments 1 busy 30 self 24 once 30 idle 0 min 30 max 30
        top A spans 1 segments 2 busy 7 self 7 once 7 idle 6 min 7 max 7
        top B spans 1 segments 1 busy 3 self 3 once 3 idle 0 min 3 max 3
        summary duration 30 spans 3 segments 4 threads 2 inexact 1
        ",
    );
}

/// The clocks of two processors may be a little apart.
#[test]
fn a_span_entered_just_before_it_is_created_is_one_span() {
    check_in_both_forms(
        "
        one |P(  A: )P
        two |   A[ ]A -A
        ",
        "
        span P=7 P;A=3
        summary duration 9 spans 2 segments 2 threads 2 inexact 1
        ",
    );
}

/// Lane two used it, and dropped it, before the lane that made it was seen to: what it is dropped of is
/// the same span.
#[test]
fn a_span_may_be_dropped_elsewhere_before_it_is_seen_to_be_created() {
    check_in_both_forms(
        "
        one |B( )B               A( ]A
        two |        A[ )A
        ",
        "
        span A=6 B=3
        top A spans 1 segments 2 busy 6 self 6 once 6 idle 9 min 6 max 6
        top B spans 1 segments 1 busy 3 self 3 once 3 idle 0 min 3 max 3
        ",
    );
}

/// What comes next on a lane may stand in its next chunk.
#[test]
fn a_lanes_next_chunk_is_looked_into() {
    check_in_both_forms(
        "
        one |P( B( )B       / A( )A )P
        two |           A[ ]A
        ",
        "
        span P=17 P;A=6 P;B=3
        ",
    );
}

/// Each of them is used before its lane is seen to create it: B's parent A, and C's parent B.
#[test]
fn parents_that_are_not_seen_to_be_created_yet_are_created_first() {
    check_in_both_forms(
        "
        one   |P( )P            A( )A
        two   |P2( )P2       B( )B
        three |P3( )P3    C( )C
        four  |        C[ ]C
        B < A
        C < B
        ",
        "
        span A=3 A;B=3 A;B;C=6 P=11
        ",
    );
}

/// Lane two has it from 6 to 9 and from 12 to 15.
#[test]
fn a_span_entered_elsewhere_after_it_is_seen_to_be_dropped_is_one_span() {
    check_in_both_forms(
        "
        one |A( )A                 B( )B
        two |      A[ ]A A[ ]A
        ",
        "
        span A=9 B=3
        top A spans 1 segments 3 busy 9 self 9 once 9 idle 6 min 9 max 9
        top B spans 1 segments 1 busy 3 self 3 once 3 idle 0 min 3 max 3
        ",
    );
}

/// Lane one went on no earlier than at 6, which says nothing: when it created B is not known.
#[test]
fn a_lane_goes_on_when_it_is_known_to() {
    check_in_both_forms(
        "
        one |A( )A B?              B[ ]B-B
        two |        A[ ]A A[ ]A
        ",
        "
        span A=9 B=3
        ",
    );
}

/// So is one whose exit had been told when its drop became known: a drop at the moment of an exit.
#[test]
fn a_drop_that_was_told_after_its_exit_is_no_different() {
    check_in_both_forms(
        "
        one |A( ]A-A               B( )B
        two |      A[ ]A A[ ]A
        ",
        "
        span A=9 B=3
        ",
    );
}

/// Until then lane one may still have a handle; lane two has only a reference, and uses it no more.
#[test]
fn a_span_that_nobody_uses_again_closed_when_it_was_left() {
    check_in_both_forms(
        "
        one |A( C: )A                                 B( )B
        two |          C[         ]C
        two |                        -C
        ",
        "
        span A=6 A;C=11 B=3
        idle A;C=10
        request 1 A 0+6 busy 6 idle 0 work 17 spans 2 segments 2 threads 2
        request 3 B 41+3 busy 3 idle 0 work 3 spans 1 segments 1 threads 1
        ",
    );
}

/// The request lasts to 17, so what ran from 20 on is not in its busy time.
#[test]
fn a_request_lasts_until_its_root_is_used_last() {
    check_in_both_forms(
        "
        one   |A( C: )A                                 B( )B
        two   |               A[ ]A
        three |          C[ ]C       C[     ]C -C
        ",
        "
        request 1 A 0+18 busy 12 idle 6 work 19 spans 2 segments 4 threads 3
        request 3 B 41+3 busy 3 idle 0 work 3 spans 1 segments 1 threads 1
        ",
    );
}

/// A waits from 12 to 18, since B seems to be over; and it does not from 21 on, since B is found not
/// to be, until it is left at 26.
#[test]
fn what_is_above_a_span_waits_from_its_end_until_it_is_used_again() {
    check_in_both_forms(
        "
        one   |A: A[ ]A          A[ ]A     A[ ]A -A
        two   |        B(  )B
        three |                       B[ ]B
        B < A
        ",
        "
        idle A=16 A;B=11
        ",
    );
}

/// Both lanes drop a handle at once; the span is there until both have gone on.
#[test]
fn handles_dropped_at_once_on_two_lanes_are_both_waited_for() {
    check(
        "
        one   |A( +A )A                  B( )B
        two   |         A[ )A                       C( )C
        three |                A[ ]A          A[ ]A
        ",
        "
        span A=15 B=3 C=3
        ",
    );
}
