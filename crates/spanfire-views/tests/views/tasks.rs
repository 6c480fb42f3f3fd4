//! Spans that are entered at times, by whatever thread: tasks.

use crate::check::check;

/// [T16]
#[test]
fn polls_on_several_lanes_are_segments_of_one_life() {
    check(
        "
        one |A: A[ ]A          A[ ]A -A
        two |          A[ ]A
        ",
        "
        thread A=9
        idle A=15
        idle-thread A=15
        top A spans 1 segments 3 busy 9 self 9 once 9 idle 15 min 9 max 9
        lane one 0..24 A@3+3/0 A@18+3/0
        lane two 0..24 A@10+3/0
        request 1 A 0+24 busy 9 idle 15 work 9 spans 1 segments 3 threads 2
        ",
    );
}

/// [T19] [T21] Two tasks take turns on one lane.
#[test]
fn interleaved_tasks_do_not_nest() {
    check(
        "main |A: B: A[ ]A B[ ]B A[ ]A B[ ]B -A -B",
        "
        thread A=6 B=6
        ",
    );
}

/// [T22]
#[test]
fn a_task_may_outlive_its_parent() {
    check(
        "
        one |A( B: )A
        two |          B[ ]B  -B
        ",
        "
        thread A=6 B=3
        span A=6 A;B=3
        request 1 A 0+6 busy 6 idle 0 work 9 spans 2 segments 2 threads 2
        ",
    );
}

/// [T23]
#[test]
fn a_span_may_be_made_here_entered_there_and_dropped_elsewhere() {
    check(
        "
        one   |A( B: )A
        two   |          B[ ]B
        three |                  -B
        ",
        "
        span A=6 A;B=3
        idle A;B=12
        ",
    );
}

#[test]
fn waiting_belongs_to_the_innermost_waiting_span() {
    check(
        "main |A: A[ B: ]A     A[ B[ ]B -B ]A     -A",
        "
        span A=15 A;B=3
        idle A=10 A;B=16
        count A=1 A;B=1
        ",
    );
}

/// [T18] Dropped between two polls.
#[test]
fn a_span_closes_with_its_last_handle() {
    check(
        "
        one |A: +A    -A
        two |    A[ ]A     -A
        ",
        "
        top A spans 1 segments 1 busy 3 self 3 once 3 idle 11 min 3 max 3
        summary duration 14 spans 1 segments 1 threads 2
        ",
    );
}
