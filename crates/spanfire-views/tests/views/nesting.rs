//! Spans in spans, on one lane.

use crate::check::check;

#[test]
fn a_moment_belongs_to_the_innermost_segment() {
    check(
        "main |A( B( )B  )A",
        "
        thread A=7 A;B=3
        span A=7 A;B=3
        reversed A=7 B;A=3
        count A=1 A;B=1
        top A spans 1 segments 1 busy 10 self 7 once 10 idle 0 min 10 max 10
        top B spans 1 segments 1 busy 3 self 3 once 3 idle 0 min 3 max 3
        summary duration 10 spans 2 segments 2 threads 1
        ",
    );
}
