//! When threads were on a processor, and when they were not.

use crate::check::check;

#[test]
fn each_stack_has_the_part_of_its_time_in_which_the_thread_ran() {
    check(
        "
        main  |A(    B(    )B   )A
        on cpu main 0..7 10..30
        ",
        "
        thread A=11 A;B=6
        cpu A=11 A;B=3
        blocked A;B=3
        split A 14+3 of 17
        split B 3+3 of 6
        ",
    );
}

/// A task that waits on one thread and goes on on another.
#[test]
fn requests_have_what_their_threads_ran_and_waited() {
    check(
        "
        main   |A(   ]A
        worker |        A[      )A
        on cpu main 0..3
        on cpu worker 5..10 14..99
        ",
        "
        cpu A=7
        blocked A=6
        split A 7+6 of 13
        ",
    );
}

#[test]
fn a_lane_without_switches_is_neither_on_nor_off_a_processor() {
    check(
        "
        main   |A(   )A
        worker |     B(   )B
        on cpu main 0..30
        ",
        "
        cpu A=5
        blocked
        split A 5+0 of 5
        split B 0+0 of 5
        ",
    );
}

#[test]
fn a_selection_takes_its_part_of_the_time_on_a_processor() {
    check(
        "
        main  |A(    B(    )B   )A
        on cpu main 0..7 10..30
        --from 8
        --focus B
        ",
        "
        thread A;B=4
        cpu A;B=2
        blocked A;B=2
        split B 2+2 of 4
        split A 2+2 of 4
        ",
    );
}
