//! Spans in spans on one thread, to the nanosecond: the test drives the clock.

use spanfire_recording::Recording;
use spanfire_tests::{FORMS, Figures, Session, Time, figures, stacks};
use spanfire_views::{Replay, RequestTable, Selection, Stacks, Summary};
use tracing::{info_span, span};

/// Records `program` in both forms and hands each recording to `look`.
#[track_caller]
fn check(program: impl Fn(&Session, &Time), look: impl Fn(&Recording)) {
    for form in FORMS {
        let (session, time) = Session::timed(form);
        session.run(|| program(&session, &time));
        look(&session.finish());
    }
}

#[track_caller]
fn check_stacks(recording: &Recording, by_thread: &[&str], by_span: &[&str]) {
    let form = recording.header().form;
    assert_eq!(stacks(recording, Stacks::Thread), by_thread, "{form:?}");
    assert_eq!(stacks(recording, Stacks::Span), by_span, "{form:?}");
}

fn one(segments: u64, busy_ns: u64, self_ns: u64, idle_ns: u64) -> Figures {
    Figures { spans: 1, segments, busy_ns, self_ns, idle_ns }
}

fn summary(recording: &Recording) -> Summary {
    Summary::of(&Replay::new(recording, Selection::default())).expect("a summary")
}

/// [T6]
#[test]
fn a_span_that_outlasts_the_one_around_it_is_split_in_two_and_every_nanosecond_is_there_once() {
    let program = |_: &Session, time: &Time| {
        let (a, b) = (info_span!("a"), info_span!("b"));
        let entered_a = a.enter();
        time.pass(3);
        let entered_b = b.enter();
        time.pass(4);
        drop(entered_a);
        time.pass(5);
        drop(entered_b);
    };
    check(program, |recording| {
        check_stacks(recording, &["a;b=4", "a=3", "b=5"], &["a=3", "b=9"]);
        assert_eq!(figures(recording, "a"), one(1, 7, 3, 5));
        assert_eq!(figures(recording, "b"), one(1, 9, 9, 3));
    });
}

/// [T7]
#[test]
fn a_span_entered_again_through_another_and_directly_runs_once_at_a_time() {
    let program = |_: &Session, time: &Time| {
        let (a, b) = (info_span!("a"), info_span!("b"));
        let _a = a.enter();
        time.pass(1);
        let _b = b.enter();
        time.pass(2);
        let _again = a.enter();
        time.pass(4);
        let _directly = a.enter();
        time.pass(8);
    };
    check(program, |recording| {
        let by_thread = ["a;b;a;a=8", "a;b;a=4", "a;b=2", "a=1"];
        check_stacks(recording, &by_thread, &["a=13", "b=2"]);
        let a = figures(recording, "a");
        assert_eq!((a.spans, a.segments, a.self_ns), (1, 3, 13));
    });
}

/// [T9] [T62]
#[test]
fn a_span_whose_guard_is_forgotten_runs_to_the_last_moment_and_is_marked_open() {
    let program = |_: &Session, time: &Time| {
        std::mem::forget(info_span!("forgotten").entered());
        time.pass(10);
        info_span!("last").in_scope(|| time.pass(1));
    };
    check(program, |recording| {
        let both = ["forgotten;last=1", "forgotten=10"];
        check_stacks(recording, &both, &both);
        assert_eq!(summary(recording).open_spans, 1);
        let replay = Replay::new(recording, Selection::default());
        let table = RequestTable::of(&replay).expect("requests");
        let open: Vec<_> = table.requests().iter().map(|request| request.open).collect();
        assert_eq!(open, [true]);
    });
}

/// [T10]
#[test]
fn an_exit_without_an_enter_is_counted_and_takes_no_time_from_anybody() {
    let program = |session: &Session, time: &Time| {
        let stray = info_span!("stray");
        let _outer = info_span!("outer").entered();
        time.pass(1);
        session.dispatch().exit(&stray.id().expect("an enabled span"));
        time.pass(2);
        info_span!("inner").in_scope(|| time.pass(4));
    };
    check(program, |recording| {
        let both = ["outer;inner=4", "outer=3"];
        check_stacks(recording, &both, &both);
        assert_eq!(summary(recording).unmatched_exits, 1);
    });
}

/// [T11] [T12]
#[test]
fn parents_by_name_make_another_stack_than_the_thread_does() {
    let program = |_: &Session, time: &Time| {
        let never_entered = info_span!("never entered");
        let _outer = info_span!("outer").entered();
        time.pass(1);
        info_span!(parent: &never_entered, "elsewhere").in_scope(|| time.pass(2));
        info_span!(parent: None, "nowhere").in_scope(|| time.pass(4));
    };
    check(program, |recording| {
        let by_thread = ["outer;elsewhere=2", "outer;nowhere=4", "outer=1"];
        check_stacks(recording, &by_thread, &["never entered;elsewhere=2", "nowhere=4", "outer=1"]);
    });
}

/// [T14]
#[test]
fn a_million_spans_without_length_are_counted_and_take_no_time() {
    const SPANS: u64 = 1_000_000;
    let program = |_: &Session, time: &Time| {
        let _outer = info_span!("outer").entered();
        time.pass(1);
        (0..SPANS).for_each(|_| info_span!("short").in_scope(|| ()));
        time.pass(2);
    };
    check(program, |recording| {
        check_stacks(recording, &["outer=3"], &["outer=3"]);
        let expected = Figures { spans: SPANS, segments: SPANS, ..Figures::default() };
        assert_eq!(figures(recording, "short"), expected);
    });
}

/// [T55]
#[test]
fn spans_of_one_name_are_one_frame_only_where_they_are_of_one_callsite() {
    let program = |_: &Session, time: &Time| {
        for _ in 0..2 {
            info_span!("same").in_scope(|| time.pass(1));
            span!(tracing::Level::INFO, "same").in_scope(|| time.pass(2));
        }
    };
    check(program, |recording| {
        assert_eq!(stacks(recording, Stacks::Thread), ["same=2", "same=4"]);
    });
}
