//! The chart of one request.

use crate::check::check;

#[test]
fn children_stand_under_their_parent_and_under_one_another_where_they_overlap() {
    check(
        "
        one |A( B:C:  ]A            A[ D( )D )A
        two |      B[ E( )E )B
        ten |        C[          )C
        ",
        "
        chart#1 A row 0 0+32 busy 18 self 15 one@0+9 one@23+9
        chart#1 B in A row 1 3+12 busy 9 self 6 two@6+9
        chart#1 C in A row 3 3+17 busy 12 self 12 ten@8+12
        chart#1 E in B row 2 9+3 busy 3 self 3 two@9+3
        chart#1 D in A row 1 26+3 busy 3 self 3 one@26+3
        chart#1 rows 4 left out 0
        ",
    );
}

#[test]
fn the_longest_lived_are_kept_with_their_ancestors() {
    check(
        "main |A( B( C( D( E( F( )F )E )D )C )B G( )G H(    )H )A",
        "
        chart#1 A row 0 0+48 busy 48 self 12 main@0+48
        chart#1 B in A row 1 3+27 busy 27 self 6 main@3+27
        chart#1 C in B row 2 6+21 busy 21 self 6 main@6+21
        chart#1 D in C row 3 9+15 busy 15 self 6 main@9+15
        chart#1 E in D row 4 12+9 busy 9 self 6 main@12+9
        chart#1 rows 5 left out 3
        ",
    );
}

#[test]
fn there_is_no_chart_of_a_span_that_is_no_root() {
    check("main |A( B( )B )A", "chart#2 none");
}

#[test]
fn a_span_still_open_is_drawn_to_the_end() {
    check(
        "main |A(A=4 B( )B",
        "
        chart#1 A row 0 0+9 busy 9 self 6 n=4 open main@0+9
        chart#1 B in A row 1 6+3 busy 3 self 3 main@6+3
        chart#1 rows 2 left out 0
        ",
    );
}
