//! Visits: what is told of every span, and pieces that nest.

use crate::check::check;

#[test]
fn a_span_is_told_of_when_it_is_created_runs_and_closes() {
    check(
        "main |A( A=5 !e B( )B A=7 )A",
        "
        visit 1: A born 0 root
        visit 1: n=5
        visit !e at 7 in 1
        visit 2: B born 10 under 1 in 1
        visit 2: lane 0 10..13/1 busy 3
        visit 2: 10..13 busy 3 self 3 waited 0 segments 1
        visit 1: n=7
        visit 1: lane 0 0..20/0 busy 20
        visit 1: 0..20 busy 20 self 17 waited 0 segments 1 n=7
        pieces main A@0 B@10 B)@13 A)@20
        ",
    );
}

/// [T6]
#[test]
fn an_exit_out_of_order_cuts_what_was_inside() {
    check(
        "main |A( B( C( ]A )C )B",
        "
        pieces main A@0 B@3 C@6 C)~@9 B)~@9 A)@9 ~B@9 ~C@9 C)@12 B)@15
        thread A=3 A;B=3 A;B;C=3 B=3 B;C=3
        ",
    );
}

/// [T7]
#[test]
fn a_span_entered_again_inside_itself_has_two_pieces_open() {
    check("main |A( B( A[ ]A )B )A", "pieces main A@0 B@3 A@6 A)@9 B)@12 A)@15");
}

#[test]
fn moments_that_are_not_selected_have_no_piece() {
    check(
        "
        main |A( B( C( )C )B D( )D )A
        --ignore ^B$
        ",
        "pieces main A@0 A)~@3 ~A@12 D@15 D)@18 A)@21",
    );
    check(
        "
        main |A( B( C( )C )B D( )D )A
        --focus ^C$
        ",
        "pieces main A@6 B@6 C@6 C)@9 B)~@9 A)~@9",
    );
}

#[test]
fn a_range_cuts_pieces_on_all_lanes_at_its_ends() {
    check(
        "
        main   |A( B(        )B )A
        worker |  C(      )C   D( )D
        --from 5
        --to 14
        ",
        "
        pieces main A@5 B@5 B)@13 A)~@14
        pieces worker C@5 C)@10
        ",
    );
}

/// [T15]
#[test]
fn follows_from_names_spans_that_live_or_have_closed() {
    check(
        "
        main |A( B( A~B B~A )B A~B A~A )A
        ",
        "
        visit 1: A born 0 root
        visit 2: B born 3 under 1 in 1
        visit 1: follows 2 at 6
        visit 2: follows 1 at 10
        visit 2: lane 0 3..14/1 busy 11
        visit 2: 3..14 busy 11 self 11 waited 0 segments 1 follows 1
        visit 1: follows 2 at 17
        visit 1: follows 1 at 21
        visit 1: lane 0 0..25/0 busy 25
        visit 1: 0..25 busy 25 self 14 waited 0 segments 1 follows 2 follows 2 follows 1
        ",
    );
}

#[test]
fn what_is_not_selected_is_not_named_as_a_cause() {
    check(
        "
        main |A( B( )B A~B )A
        --ignore ^B$
        ",
        "
        visit 1: A born 0 root
        visit 1: follows ? at 9
        visit 1: lane 0 0..13/0 busy 10
        visit 1: 0..13 busy 10 self 10 waited 0 segments 1
        ",
    );
}

#[test]
fn losses_are_told_when_the_recording_tells_them() {
    check(
        "
        main |A( B( )B      !e
        lost main 9..12 3
        end 20
        ",
        "
        visit 1: A born 0 root
        visit 2: B born 3 under 1 in 1
        visit 2: lane 0 3..6/1 busy 3
        visit 2: 3..6 busy 3 self 3 waited 0 segments 1
        visit lost 3 on 0 9..12 Overflow
        visit 1: lane 0 0..9/0 busy 9
        visit !e at 14
        visit 1: 0..20 busy 9 self 6 waited 11 segments 1 open
        ",
    );
}

#[test]
fn children_that_overlap_stand_on_tracks_of_their_own() {
    check(
        "
        main  |A( B( ]B C( ]C B[ )B D( )D C[ )C )A
        ",
        "
        tracks 1.0 A@0 B@3 B)@18 D@21 D)@24 A)@33
        tracks 1.1 C@9 C)@30
        ",
    );
}

/// [T22]
#[test]
fn a_span_that_outlives_its_parent_is_cut_on_its_track() {
    check(
        "
        main   |A( B: )A
        worker |      B[  C( )C )B
        ",
        "tracks 1.0 A@0 B@3 B)~@6 A)@6 ~B@6 C@10 C)@13 B)@16",
    );
}

#[test]
fn tracks_are_free_again_when_what_was_on_them_has_closed() {
    check(
        "
        main |A( B( ]B C( ]C B[ )B C[ )C D( ]D E( )E D[ )D )A
        ",
        "
        tracks 1.0 A@0 B@3 B)@18 D@27 D)@42 A)@45
        tracks 1.1 C@9 C)@24 E@33 E)@36
        ",
    );
}

#[test]
fn a_span_whose_parent_is_not_selected_stands_under_the_nearest_that_is() {
    check(
        "
        main   |A(        )A
        worker |  B( C( )C )B
        B < A
        --thread worker
        ",
        "
        visit 2: B born 2 root
        visit 3: C born 5 under 2 in 1
        visit 3: lane 1 5..8/1 busy 3
        visit 3: 5..8 busy 3 self 3 waited 0 segments 1
        visit 2: lane 1 2..11/0 busy 9
        visit 2: 2..11 busy 9 self 6 waited 0 segments 1
        ",
    );
}
