//! Requests: roots and what descends from them.

use crate::check::check;

#[test]
fn a_request_is_busy_while_any_of_its_spans_runs() {
    check(
        "
        one |A( B:   ]A             -A
        two |     B[    ]B   B[ )B
        ",
        "
        request 1 A 0+23 busy 14 idle 9 work 17 spans 2 segments 3 threads 2
        ",
    );
}

#[test]
fn two_requests_take_turns_on_one_lane() {
    check(
        "main |A1: A2: A1[ ]A1 A2[ ]A2 A1[ )A1 -A2",
        "
        request 1 A 0+28 busy 8 idle 20 work 8 spans 1 segments 2 threads 1
        request 2 A 4+28 busy 4 idle 24 work 4 spans 1 segments 1 threads 1
        ",
    );
}

/// [T63]
#[test]
fn a_later_value_takes_the_place_of_an_earlier_one() {
    check(
        "main |A(A=1 B(B=7 )B A=2 )A",
        "
        request 1 A 0+19 busy 19 idle 0 work 19 spans 2 segments 2 threads 1 n=2
        ",
    );
}

#[test]
fn the_id_of_a_request_does_not_depend_on_the_selection() {
    check(
        "
        main |A1( B1( )B1 )A1 A2( B2( )B2 )A2
        --root B
        ",
        "
        request 2 B 4+4 busy 4 idle 0 work 4 spans 1 segments 1 threads 1
        request 4 B 20+4 busy 4 idle 0 work 4 spans 1 segments 1 threads 1
        ",
    );
}
