//! What was not recorded.

use crate::check::check;

#[test]
fn what_was_open_ends_where_events_are_missing() {
    check(
        "
        main |A( B(      )B )A C( )C
        lost main 5..8 3
        ",
        "
        thread A=3 A;B=2 C=3
        summary duration 20 spans 3 segments 3 threads 1 lost 3
        ",
    );
}

#[test]
fn a_loss_outside_the_events_ends_what_was_open_too() {
    check(
        "
        main |A( B(   /  )B )A C( )C
        lost outside main 8..10 7
        ",
        "
        thread A=3 A;B=5 C=3
        summary duration 20 spans 3 segments 3 threads 1 lost 7
        ",
    );
}

#[test]
fn a_loss_at_the_end_ends_what_was_open() {
    check(
        "
        main  |A( B(
        other |              C( )C
        lost outside main 8..10 7
        ",
        "
        thread A=3 A;B=5 C=3
        summary duration 17 spans 3 segments 3 threads 2 lost 7 open 2
        ",
    );
}

#[test]
fn a_stall_is_counted_and_changes_nothing() {
    check(
        "
        main |A(   B( )B )A
        stalled main 3..5
        ",
        "
        thread A=8 A;B=3
        summary duration 11 spans 2 segments 2 threads 1 stalled 2
        ",
    );
}

#[test]
fn a_request_is_not_busy_twice_where_a_loss_is_known_late() {
    check(
        "
        one   |A( B: ]A A[                   ]A   -A
        two   |          B[              ]B
        three |            C(  )C
        C < A
        lost two 11..22 1
        ",
        "
        request 1 A 0+35 busy 27 idle 8 work 32 spans 3 segments 4 threads 3
        ",
    );
}
