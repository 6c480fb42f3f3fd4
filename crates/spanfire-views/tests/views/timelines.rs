//! Timelines: bars and marks.

use crate::check::check;

#[test]
fn short_segments_close_together_become_one_bar() {
    check(
        "main |A( B1( )B1 C( )C    B2(        )B2 B3( )B3 )A",
        "
        lane#6 main 0..43 A@0+43/0 B@3+11/1*2~7 B@20+11/1 B@35+4/1
        ",
    );
}

#[test]
fn instants_are_marks() {
    check(
        "main |A( !e B( )B )A  !f !e",
        "
        lane main 0..19 A@0+12/0 B@6+3/1 !e@3 !f@16 !e@19
        summary duration 19 spans 2 segments 2 instants 3 threads 1
        ",
    );
}

#[test]
fn instants_close_together_become_one_mark() {
    check("main |A( !e !f !e !e )A", "lane#6 main 0..15 A@0+15/0 !e@3 !f@6 !e@9");
}
