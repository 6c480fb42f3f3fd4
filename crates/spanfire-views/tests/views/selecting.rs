//! Selections: the same on every view.

use crate::check::check;

const NESTED: &str = "main |A( B( C( )C )B D( )D )A C2( )C2\n";

#[track_caller]
fn check_nested(selection: &str, expected: &str) {
    check(&format!("{NESTED}{selection}"), expected);
}

#[test]
fn focus_keeps_a_frame_with_its_callers_and_callees() {
    check_nested(
        "--focus ^B$",
        "
        thread A;B=6 A;B;C=3
        count A=1 A;B=1 A;B;C=1
        top B spans 1 segments 1 busy 9 self 6 once 9 idle 0 min 9 max 9
        top C spans 1 segments 1 busy 3 self 3 once 3 idle 0 min 3 max 3
        top A spans 1 segments 1 busy 9 self 0 once 9 idle 0 min 9 max 9
        request 1 A 0+21 busy 9 idle 12 work 9 spans 3 segments 3 threads 1
        lane main 0..28 A@0+21/0 B@3+9/1 C@6+3/2
        ",
    );
}

#[test]
fn a_pattern_may_name_the_path() {
    check_nested("--focus ^sketch::B$", "thread A;B=6 A;B;C=3");
}

#[test]
fn ignore_drops_moments_with_a_frame() {
    check_nested(
        "--ignore C",
        "
        thread A=9 A;B=6 A;D=3
        span A=9 A;B=6 A;D=3
        lane main 0..28 A@0+21/0 B@3+9/1 D@15+3/1
        ",
    );
}

#[test]
fn hide_gives_a_frames_time_to_the_one_around() {
    check_nested(
        "--hide [BC]",
        "
        thread A=18 A;D=3
        span A=18 A;D=3
        request 1 A 0+21 busy 21 idle 0 work 21 spans 2 segments 2 threads 1
        lane main 0..28 A@0+21/0 D@15+3/1
        ",
    );
}

#[test]
fn a_range_cuts_everything_outside() {
    check_nested(
        "
        --from 4
        --to 8
        ",
        "
        thread A;B=2 A;B;C=2
        top B spans 1 segments 1 busy 4 self 2 once 4 idle 0 min 4 max 4
        top C spans 1 segments 1 busy 2 self 2 once 2 idle 0 min 2 max 2
        top A spans 1 segments 1 busy 4 self 0 once 4 idle 0 min 4 max 4
        request 1 A 4+4 busy 4 idle 0 work 4 spans 3 segments 3 threads 1
        lane main 4..8 A@4+4/0 B@4+4/1 C@6+2/2
        chart#1 A row 0 4+4 busy 4 self 0 main@4+4
        chart#1 B in A row 1 4+4 busy 4 self 2 main@4+4
        chart#1 C in B row 2 6+2 busy 2 self 2 main@6+2
        chart#1 rows 3 left out 0
        summary duration 4 spans 3 segments 3 threads 1
        ",
    );
}

#[test]
fn a_root_is_where_stacks_and_requests_start() {
    check(
        "
        main  |A( R( B( )B ]R )A
        other |               C( )C R[ ]R  -R
        C < R
        --root R
        ",
        "
        thread C=3 R=9 R;B=3
        span R=9 R;B=3 R;C=3
        request 2 R 3+25 busy 15 idle 10 work 15 spans 3 segments 4 threads 2
        lane main 0..28 R@3+9/0 B@6+3/1
        lane other 0..28 C@15+3/0 R@21+3/0
        ",
    );
}

#[test]
fn what_does_not_descend_from_the_root_is_not_in_its_stacks() {
    check(
        "
        main |R( X( B( )B )X )R
        X < -
        B < R
        --root R
        ",
        "
        thread R=6 R;B=3
        span R=6 R;B=3
        top R spans 1 segments 1 busy 9 self 6 once 9 idle 0 min 9 max 9
        top B spans 1 segments 1 busy 3 self 3 once 3 idle 0 min 3 max 3
        lane main 0..15 R@0+15/0 B@6+3/1
        ",
    );
}

#[test]
fn a_thread_selects_moments_not_lives() {
    check(
        "
        one |A: A[ ]A       A[ ]A -A B( )B
        two |         A[ ]A
        --thread ^two$
        ",
        "
        thread A=3
        top A spans 1 segments 1 busy 3 self 3 once 3 idle 12 min 3 max 3
        request 1 A 0+21 busy 3 idle 18 work 3 spans 1 segments 1 threads 1
        lane two 0..27 A@9+3/0
        summary duration 27 spans 1 segments 1 threads 1
        ",
    );
}

#[test]
fn short_spans_give_their_time_to_the_frame_around() {
    check(
        "
        main |A( B1( )B1 B2(    )B2 )A C( )C
        --min-duration 5
        ",
        "
        thread A=15 A;B=7
        count A=1 A;B=1
        top A spans 1 segments 1 busy 22 self 15 once 22 idle 0 min 22 max 22
        top B spans 1 segments 1 busy 7 self 7 once 7 idle 0 min 7 max 7
        request 1 A 0+22 busy 22 idle 0 work 22 spans 2 segments 2 threads 1
        ",
    );
}

/// A moment at the very edge is inside, and so is the span it is of.
#[test]
fn a_span_entered_at_the_moment_at_which_the_range_begins_and_the_recording_ends_counts() {
    check(
        "
        one |A( ]A
        two |        A[
        --from 8
        ",
        "
        top A spans 1 segments 1 busy 0 self 0 once 0 idle 0 min 0 max 0
        ",
    );
}
