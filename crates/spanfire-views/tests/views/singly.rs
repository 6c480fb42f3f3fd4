//! Every span and segment by itself.

use crate::check::check;

#[test]
fn a_span_that_is_one_segment_under_its_parent_has_no_life() {
    check("main |A( B( C( )C )B  B2( )B2 )A", "");
}

#[test]
fn a_span_with_fields_or_several_segments_or_waiting_has_a_life() {
    check(
        "main |A( B( B=7 )B C( ]C C[ )C D: D[ )D )A",
        "
        spans main A@0+34/0'0 B@3+7/1'1 C@13+3/1'2 C@19+3/1'2 D@28+3/1'3
        spans '0 A root 1 0+34
        spans '1 B around 3+7 n=7
        spans '2 C around 13+9
        spans '3 D around 25+6
        ",
    );
}

#[test]
fn a_segment_that_outlasts_the_one_around_it_keeps_its_place() {
    check(
        "main |A( B( )A C( )C )B D( )D",
        "
        spans main A@0+6/0'0 B@3+12/1 C@9+3/2 D@18+3/0'1
        spans '0 A root 1 0+6
        spans '1 D root 4 18+3
        ",
    );
}

#[test]
fn a_parent_that_is_named_from_elsewhere_has_a_life() {
    check(
        "
        main   |R( A(        )A )R
        worker |      C( )C
        C < A
        ",
        "
        spans main R@0+16/0'0 A@3+10/1'1
        spans worker C@6+3/0'2
        spans '0 R root 1 0+16
        spans '1 A around 3+10
        spans '2 C under '1 6+3
        ",
    );
}

#[test]
fn a_span_that_never_closed_is_open_and_one_that_never_ran_stands_alone() {
    check(
        "
        main |A( B: C(
        end 20
        ",
        "
        spans main A@0+20/0'0 C@6+14/1'2
        spans '0 A root 1 0+20 open
        spans '1 B under '0 3+17 open
        spans '2 C around 6+14 open
        ",
    );
}

#[test]
fn the_shortest_spans_are_left_out_with_what_is_inside_them() {
    check(
        "main |A( B( C( )C )B D(       )D E( F(  )F )E G( )G )A",
        "
        spans#3 main A@0+46/0'0 E@27+10/1
        spans#3 '0 A root 1 0+46
        spans#3 without 5 shorter than 10
        ",
    );
}

#[test]
fn a_parent_that_is_named_from_elsewhere_is_never_left_out() {
    check(
        "
        main   |A( B(    )B D( E( )E )D )A
        worker |      C(             )C
        C < B
        ",
        "
        spans#2 main A@0+24/0'0 B@3+6/1'1
        spans#2 worker C@6+15/0'2
        spans#2 '0 A root 1 0+24
        spans#2 '1 B around 3+6
        spans#2 '2 C under '1 6+15
        spans#2 without 2 shorter than 10
        ",
    );
}
