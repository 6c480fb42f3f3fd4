//! Every span is itself: left out of order, entered on many threads, its id used again.

use spanfire_tests::{FORMS, Session, Transcript, work};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Barrier, mpsc};
use std::thread;
use tracing::{Span, info_span};

/// Records `program` in both forms; what happened on the one thread is `expected`.
#[track_caller]
fn check(program: impl Fn(), expected: &[&str]) {
    for form in FORMS {
        let transcript = Session::transcript_of(form, &program);
        assert_eq!(transcript.only_lane(), expected, "{form:?}");
        assert_eq!(transcript.strays, [""; 0], "{form:?}");
    }
}

/// [T6]
#[test]
fn spans_left_out_of_order_are_recorded_in_the_order_they_were_left() {
    let program = || {
        let (a, b) = (info_span!("a"), info_span!("b"));
        let (entered_a, entered_b) = (a.enter(), b.enter());
        drop(entered_a);
        drop(entered_b);
    };
    let expected =
        ["new a", "new b", "enter a", "enter b", "exit a", "exit b", "close b", "close a"];
    check(program, &expected);
}

/// [T7]
#[test]
fn a_span_may_be_entered_again_inside_itself() {
    let program = || {
        let (a, b) = (info_span!("a"), info_span!("b"));
        a.in_scope(|| b.in_scope(|| a.in_scope(|| a.in_scope(|| ()))));
    };
    let expected = [
        "new a", "new b", "enter a", "enter b", "enter a", "enter a", "exit a", "exit a", "exit b",
        "exit a", "close b", "close a",
    ];
    check(program, &expected);
}

#[test]
fn a_span_that_is_never_entered_is_recorded() {
    check(|| drop(info_span!("never")), &["new never", "close never"]);
}

#[test]
fn a_handle_dropped_inside_its_span_does_not_close_what_a_clone_holds() {
    let program = || {
        let span = info_span!("span");
        let clone = span.clone();
        let entered = span.entered();
        drop(entered);
        clone.in_scope(|| ());
    };
    let expected = ["new span", "enter span", "exit span", "enter span", "exit span", "close span"];
    check(program, &expected);
}

/// [T9]
#[test]
fn a_span_whose_guard_is_forgotten_is_open_to_the_end() {
    let program = || {
        std::mem::forget(info_span!("forgotten").entered());
        info_span!("next").in_scope(|| ());
    };
    check(
        program,
        &["new forgotten", "enter forgotten", "new next", "enter next", "exit next", "close next"],
    );
}

/// [T10] The dispatcher lets anyone say anything.
#[test]
fn an_exit_without_an_enter_leaves_the_stack_intact() {
    for form in FORMS {
        let session = Session::start(form);
        session.run(|| {
            let stray = info_span!("stray");
            let outer = info_span!("outer").entered();
            session.dispatch().exit(&stray.id().expect("an enabled span"));
            info_span!("inner").in_scope(|| ());
            drop(outer);
        });
        let transcript = Transcript::of(&session.finish());
        assert_eq!(transcript.parent_of("inner"), Some("outer"), "{form:?}");
        assert!(transcript.strays.len() <= 1, "{form:?}: {:?}", transcript.strays);
        assert!(transcript.spans.iter().all(|span| span.closed), "{form:?}");
    }
}

/// [T8]
#[test]
fn one_span_entered_on_eight_threads_at_once_is_one_span_of_eight_segments() {
    for form in FORMS {
        let session = Session::start(form);
        let barrier = Barrier::new(8);
        session.run(|| {
            let span = info_span!("everywhere");
            thread::scope(|scope| {
                for _ in 0..8 {
                    scope.spawn(|| {
                        let _entered = span.enter();
                        barrier.wait();
                        work(100);
                        barrier.wait();
                    });
                }
            });
        });
        let transcript = Transcript::of(&session.finish());
        let segments = &transcript.span("everywhere").segments;
        let mut lanes: Vec<_> = segments.iter().map(|segment| segment.lane).collect();
        lanes.sort();
        lanes.dedup();
        assert_eq!((segments.len(), lanes.len()), (8, 8), "{form:?}");
        let last_enter = segments.iter().map(|segment| segment.enter).max();
        let first_exit = segments.iter().map(|segment| segment.exit).min();
        assert!(first_exit.expect("segments") > last_enter, "{form:?}: they overlap");
    }
}

/// [T13]
#[test]
fn ten_thousand_levels_are_recorded() {
    const DEPTH: usize = 10_000;
    for form in FORMS {
        let transcript = Session::transcript_of(form, || {
            let mut entered: Vec<_> = (0..DEPTH).map(|_| info_span!("level").entered()).collect();
            while let Some(innermost) = entered.pop() {
                drop(innermost);
            }
        });
        assert_eq!(transcript.spans.len(), DEPTH, "{form:?}");
        let parents = transcript.spans.iter().map(|span| span.parent);
        assert!(parents.eq((0..DEPTH).map(|level| level.checked_sub(1))), "{form:?}");
        assert!(transcript.spans.iter().all(|span| span.closed), "{form:?}");
    }
}

/// [T13] In the registry's form the children hold their parents, and go with the last.
#[test]
fn a_chain_of_a_hundred_thousand_open_parents_may_be_dropped_at_once() {
    const LENGTH: usize = 100_000;
    // The registry closes a chain by recursion, which needs a stack of its size.
    let roomy = thread::Builder::new().stack_size(512 << 20);
    let chain = || {
        for form in FORMS {
            let transcript = Session::transcript_of(form, || {
                let mut link = info_span!(parent: None, "link");
                for _ in 1..LENGTH {
                    link = info_span!(parent: &link, "link");
                }
            });
            assert_eq!(transcript.spans.len(), LENGTH, "{form:?}");
            assert!(transcript.spans.iter().all(|span| span.closed), "{form:?}");
            let parents = transcript.spans.iter().map(|span| span.parent);
            assert!(parents.eq((0..LENGTH).map(|at| at.checked_sub(1))), "{form:?}");
        }
    };
    roomy.spawn(chain).expect("a thread").join().expect("a chain that closes");
}

/// [T24] The registry gives the id of a closed span to the next one, on whatever thread.
#[test]
fn short_spans_whose_ids_are_used_again_across_threads_never_merge() {
    const SPANS: usize = 50_000;
    for form in FORMS {
        let session = Session::start(form);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    session.run(|| {
                        for _ in 0..SPANS / 2 {
                            let _outer = info_span!("outer").entered();
                            info_span!("inner").in_scope(|| ());
                        }
                    });
                });
            }
        });
        let transcript = Transcript::of(&session.finish());
        assert_eq!(transcript.strays, [""; 0], "{form:?}");
        assert_eq!(transcript.spans.len(), 4 * SPANS, "{form:?}");
        for span in &transcript.spans {
            assert!(span.closed && span.segments.len() == 1, "{form:?}: {span:?}");
            let parent = span.parent.map(|parent| &transcript.spans[parent]);
            let expected = (span.name == "inner").then_some("outer");
            assert_eq!(parent.map(|parent| parent.name.as_str()), expected, "{form:?}");
            let lane = parent.map_or(span.segments[0].lane, |parent| parent.segments[0].lane);
            assert_eq!(lane, span.segments[0].lane, "{form:?}: a parent on another thread");
        }
    }
}

/// [T23] [T25] [T26]
#[test]
fn spans_made_in_one_thread_entered_in_another_and_dropped_in_a_third_are_whole() {
    const SPANS: usize = 20_000;
    for form in FORMS {
        let session = Session::start(form);
        let (made, to_enter) = mpsc::sync_channel::<Span>(64);
        let (entered, to_drop) = mpsc::sync_channel::<Span>(64);
        thread::scope(|scope| {
            let session = &session;
            scope.spawn(move || {
                session.run(|| {
                    (0..SPANS).for_each(|_| made.send(info_span!("walks")).expect("a receiver"))
                });
            });
            scope.spawn(move || {
                for span in to_enter {
                    span.in_scope(|| ());
                    entered.send(span).expect("a receiver");
                }
            });
            scope.spawn(move || to_drop.into_iter().for_each(drop));
        });
        let transcript = Transcript::of(&session.finish());
        assert_eq!(transcript.strays, [""; 0], "{form:?}");
        assert_eq!(transcript.spans.len(), SPANS, "{form:?}");
        assert!(transcript.spans.iter().all(|span| span.closed && span.segments.len() == 1));
    }
}

/// [T49]
#[test]
fn a_panic_that_is_caught_leaves_its_spans_closed() {
    let program = || {
        let outer = info_span!("outer").entered();
        let caught = catch_unwind(AssertUnwindSafe(|| {
            let _inner = info_span!("inner").entered();
            std::panic::resume_unwind(Box::new("on purpose"));
        }));
        assert!(caught.is_err());
        drop(outer);
    };
    let expected = [
        "new outer",
        "enter outer",
        "new inner",
        "enter inner",
        "exit inner",
        "close inner",
        "exit outer",
        "close outer",
    ];
    check(program, &expected);
}

/// [T55]
#[test]
fn spans_of_one_name_at_two_lines_have_two_callsites() {
    for form in FORMS {
        let session = Session::start(form);
        session.run(|| {
            info_span!("same").in_scope(|| ());
            info_span!("same").in_scope(|| ());
        });
        let recording = session.finish();
        let same = recording.callsites().iter().filter(|callsite| callsite.name == "same");
        let mut lines: Vec<_> = same.map(|callsite| callsite.line).collect();
        lines.dedup();
        assert_eq!(lines.len(), 2, "{form:?}: {:?}", recording.callsites());
    }
}

/// [T58]
#[test]
fn a_callsite_that_sixteen_threads_hit_first_at_once_has_one_number() {
    for form in FORMS {
        let session = Session::start(form);
        let barrier = Barrier::new(16);
        thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| {
                    session.run(|| {
                        barrier.wait();
                        info_span!("hit by all").in_scope(|| ());
                    });
                });
            }
        });
        let recording = session.finish();
        let found = recording.callsites().iter().filter(|callsite| callsite.name == "hit by all");
        assert_eq!(found.count(), 1, "{form:?}");
        assert_eq!(Transcript::of(&recording).named("hit by all").count(), 16, "{form:?}");
    }
}
