//! Several lanes: the order of time over all of them.

use crate::check::check;

/// [T8]
#[test]
fn one_span_on_several_lanes_is_one_span_with_a_segment_on_each() {
    check(
        "
        one   |A(          ]A       -A
        two   |   A[    ]A
        three |      A[       ]A
        ",
        "
        thread A=27
        count A=1
        top A spans 1 segments 3 busy 27 self 27 once 27 idle 0 min 27 max 27
        request 1 A 0+21 busy 15 idle 6 work 27 spans 1 segments 3 threads 3
        lane one 0..21 A@0+12/0
        lane two 0..21 A@3+6/0
        lane three 0..21 A@6+9/0
        ",
    );
}

#[test]
fn every_lane_has_its_own_stack() {
    check(
        "
        one |A(       B( )B )A
        two |  C(  D(  )D  )C
        ",
        "
        thread A=12 A;B=3 C=8 C;D=4
        lane one 0..15 A@0+15/0 B@9+3/1
        lane two 0..15 C@2+12/0 D@6+4/1
        ",
    );
}

/// [T60]
#[test]
fn a_lane_born_late_has_nothing_before_and_nothing_after() {
    check(
        "
        one |A(                     )A
        two |          B( )B
        ",
        "
        idle
        lane one 0..23 A@0+23/0
        lane two 0..23 B@10+3/0
        ",
    );
}

/// [T53] Its last event is long ago, and the span is still entered.
#[test]
fn a_silent_lane_keeps_running_to_the_end() {
    check(
        "
        one |A(
        two |    B( )B       C( )C
        ",
        "
        thread A=19 B=3 C=3
        lane one 0..19 A@0+19/0…
        lane two 0..19 B@4+3/0 C@16+3/0
        ",
    );
}

#[test]
fn chunks_of_a_lane_follow_one_another() {
    check(
        "
        one |A( B( /    )B  C( )C  /  )A
        two |  / D( /   / )D E(   /)E
        ",
        "
        thread A=14 A;B=8 A;C=3 D=9 E=5
        summary duration 25 spans 5 segments 5 threads 2
        ",
    );
}

#[test]
fn a_chunk_may_begin_at_the_moment_another_ends() {
    check(
        "one |A(/B()B/B2()B2/)A C(/)C",
        "
        count A=1 A;B=2 C=1
        ",
    );
}
