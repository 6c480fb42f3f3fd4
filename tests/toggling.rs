//! A pause leaves out what begins in it, and nothing of what began before.

use spanfire_recording::{Form, Recording};
use spanfire_tests::{FORMS, Session, Transcript, counts_of, sync_program, wait_until};
use spanfire_views::{Replay, Selection, Statistics, Summary};
use std::sync::atomic::{AtomicU64, Ordering};
use tracing::{info, info_span};

/// What a reader is shown: nothing of spans that were left out, and nothing that looks damaged.
///
/// The stand-alone form writes nothing of them. The layer, which keeps no state of spans, still
/// writes that they were entered and left; readers drop that.
#[track_caller]
fn check_shown(recording: &Recording, spans: u64, segments: u64) {
    let replay = Replay::new(recording, Selection::default());
    let summary = Summary::of(&replay).expect("a summary");
    assert_eq!((summary.spans, summary.segments), (spans, segments));
    assert_eq!((summary.unmatched_exits, summary.lost_events, summary.open_spans), (0, 0, 0));
    let rows = Statistics::of(&replay).expect("statistics").rows;
    assert_eq!(rows.iter().map(|row| row.segments).sum::<u64>(), segments);
    let strays = Transcript::of(recording).strays;
    assert!(recording.header().form == Form::Layer || strays.is_empty(), "{strays:?}");
}

/// [T40]
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
        let recording = session.finish();
        let transcript = Transcript::of(&recording);
        let names: Vec<_> = transcript.spans.iter().map(|span| span.name.as_str()).collect();
        assert_eq!(names, ["before", "after"], "{form:?}");
        assert_eq!(transcript.instants.len(), 1, "{form:?}");
        check_shown(&recording, 2, 2);
    }
}

/// [T40]
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
        let recording = session.finish();
        let transcript = Transcript::of(&recording);
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
        check_shown(&recording, 1, 3);
    }
}

/// [T40] A switch that is thrown all the time leaves whole spans, nested ones too, on every thread.
#[test]
fn toggling_while_spans_are_entered_leaves_no_half_pairs() {
    for form in FORMS {
        let session = Session::start(form);
        let toggles_left = AtomicU64::new(25);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while toggles_left.load(Ordering::Relaxed) > 0 {
                        session.run(|| sync_program(10));
                    }
                });
            }
            let wait_for_spans = || {
                let before = session.counts().spans;
                wait_until("more spans", || (session.counts().spans > before).then_some(()));
            };
            while toggles_left.fetch_sub(1, Ordering::Relaxed) > 1 {
                session.guard().pause();
                match form {
                    Form::Layer => wait_for_spans(),
                    // Its counter, which is above it, hears nothing either.
                    Form::Subscriber => std::thread::yield_now(),
                }
                session.guard().resume();
                wait_for_spans();
            }
        });
        let made = session.counts().spans;
        let recording = session.finish();
        let transcript = Transcript::of(&recording);
        for span in &transcript.spans {
            assert!(span.closed, "{form:?}: {span:?}");
            assert!(span.segments.iter().all(|segment| segment.exit.is_some()), "{form:?}");
        }
        let spans = transcript.spans.len() as u64;
        assert!(spans > 0, "{form:?}: nothing was recorded between two pauses");
        assert!(
            spans < made || form == Form::Subscriber,
            "{form:?}: of {made} spans no pause left any out, {spans}"
        );
        let segments = transcript.spans.iter().map(|span| span.segments.len() as u64).sum();
        check_shown(&recording, spans, segments);
    }
}

/// A plain layer that switches a callsite off does so for every layer; ours must not.
#[test]
fn a_pause_takes_nothing_from_the_layers_beside() {
    let session = Session::start(Form::Layer);
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
