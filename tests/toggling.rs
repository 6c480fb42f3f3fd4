//! [T40] A pause leaves out what begins in it, and nothing of what began before.

use spanfire_tests::{FORMS, Session, Transcript, counts_of, sync_program};
use std::sync::atomic::{AtomicBool, Ordering};
use tracing::{info, info_span};

#[test]
fn nothing_that_begins_during_a_pause_is_recorded() {
    for form in FORMS {
        let session = Session::with(form, |builder| builder.events(true));
        session.run(|| {
            info_span!("before").in_scope(|| ());
            session.guard().pause();
            info_span!("during").in_scope(|| info!("during"));
            let kept = info_span!("kept from the pause");
            session.guard().resume();
            kept.in_scope(|| ());
            info_span!("after").in_scope(|| info!("after"));
        });
        let transcript = Transcript::of(&session.finish());
        let names: Vec<_> = transcript.spans.iter().map(|span| span.name.as_str()).collect();
        assert_eq!(names, ["before", "after"], "{form:?}");
        assert_eq!(transcript.instants.len(), 1, "{form:?}");
        assert_eq!(transcript.strays, [""; 0], "{form:?}");
    }
}

#[test]
fn a_span_that_lives_across_a_pause_stays_whole() {
    for form in FORMS {
        let session = Session::start(form);
        session.run(|| {
            let alive = info_span!("alive");
            let entered = alive.enter();
            session.guard().pause();
            info_span!("during").in_scope(|| ());
            drop(entered);
            alive.in_scope(|| ());
            let entered = alive.enter();
            session.guard().resume();
            drop(entered);
            drop(alive);
        });
        let transcript = Transcript::of(&session.finish());
        assert_eq!(
            transcript.only_lane(),
            [
                "new alive",
                "enter alive",
                "exit alive",
                "enter alive",
                "exit alive",
                "enter alive",
                "exit alive",
                "close alive"
            ],
            "{form:?}"
        );
        assert_eq!(transcript.strays, [""; 0], "{form:?}");
    }
}

/// A switch that is thrown all the time leaves whole spans, nested ones too, on every thread.
#[test]
fn toggling_while_spans_are_entered_leaves_no_half_pairs() {
    for form in FORMS {
        let session = Session::start(form);
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let programs: Vec<_> =
                (0..3).map(|_| scope.spawn(|| session.run(|| sync_program(2_000)))).collect();
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    session.guard().pause();
                    std::thread::yield_now();
                    session.guard().resume();
                    std::thread::yield_now();
                }
            });
            for program in programs {
                program.join().expect("a program that ends");
            }
            done.store(true, Ordering::Relaxed);
        });
        let transcript = Transcript::of(&session.finish());
        assert_eq!(transcript.strays, [""; 0], "{form:?}");
        for span in &transcript.spans {
            assert!(span.closed, "{form:?}: {span:?}");
            assert!(span.segments.iter().all(|segment| segment.exit.is_some()), "{form:?}");
        }
    }
}

/// A plain layer that switches a callsite off does so for every layer; ours must not.
#[test]
fn a_pause_takes_nothing_from_the_layers_beside() {
    let session = Session::start(spanfire_recording::Form::Layer);
    session.run(|| {
        sync_program(10);
        session.guard().pause();
        sync_program(10);
        session.guard().resume();
        sync_program(10);
    });
    let counted = session.counts();
    assert_eq!((counted.spans, counted.instants), (360, 30), "the counter beside");
    assert_eq!(counts_of(&session.finish()).spans, 240);
}
