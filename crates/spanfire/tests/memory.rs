//! Programs that pass every `unsafe` block of the recorder, for tools that watch memory: `cargo
//! xtask miri` runs them in an interpreter, `cargo xtask sanitize` with instrumented code. Smaller
//! where the tool is slow; what is recorded is checked all the same.

#![forbid(unsafe_code)]

use spanfire::{Fields, Guard, Overflow, Recorder, Recording};
use spanfire_recording::EventKind;
use std::sync::{Arc, Barrier};
use tracing::{Dispatch, dispatcher::with_default, info, info_span};
use tracing_subscriber::prelude::*;

/// Threads that record at once.
const THREADS: usize = if cfg!(miri) { 2 } else { 4 };

/// Deeper than the room that a lane starts with.
const DEEP: usize = 200;

/// Spans of one thread: several chunks' worth.
fn many() -> usize {
    let slow = cfg!(miri) || std::env::var_os("SPANFIRE_SLOW_TOOL").is_some();
    if slow { 5_000 } else { 30_000 }
}

/// A recorder in each of its forms, with the smallest buffer there is.
fn both() -> [(Dispatch, Guard); 2] {
    let builder = || {
        let (clock, _) = quanta::Clock::mock();
        Recorder::builder().in_memory().buffer(0).events(true).fields(Fields::All).clock(clock)
    };
    let (subscriber, subscriber_guard) = builder().subscriber().unwrap();
    let (layer, layer_guard) = builder().layer().unwrap();
    let layered = tracing_subscriber::registry().with(layer);
    [(Dispatch::new(subscriber), subscriber_guard), (Dispatch::new(layered), layer_guard)]
}

/// How many spans were entered.
fn entered(recording: &Recording) -> usize {
    let chunks = (0..recording.chunks().len()).map(|at| recording.chunk(at).unwrap());
    let enters = |kind| matches!(kind, EventKind::NewEnter { .. } | EventKind::Enter { .. });
    chunks.flat_map(|chunk| chunk.events).filter(|event| enters(event.kind)).count()
}

/// Whether the recording says that events are missing.
fn tells_losses(recording: &Recording) -> bool {
    let chunks = (0..recording.chunks().len()).map(|at| recording.chunk(at).unwrap());
    let mut events = chunks.flat_map(|chunk| chunk.events);
    !recording.losses().is_empty()
        || events.any(|event| matches!(event.kind, EventKind::Lost { .. }))
}

fn record(spans: usize) {
    for _ in 0..spans {
        info_span!("span").in_scope(|| {});
    }
}

#[test]
fn chunks_travel_between_threads_and_come_back() {
    for (dispatch, guard) in both() {
        let start = Arc::new(Barrier::new(THREADS));
        let threads = [(); THREADS].map(|()| {
            let (dispatch, start) = (dispatch.clone(), Arc::clone(&start));
            std::thread::spawn(move || {
                start.wait();
                with_default(&dispatch, || record(many()));
            })
        });
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(entered(&guard.finish().unwrap()), THREADS * many());
    }
}

#[test]
fn what_finds_no_room_is_told() {
    let (clock, _) = quanta::Clock::mock();
    let builder = Recorder::builder().in_memory().buffer(0).clock(clock);
    let (subscriber, guard) = builder.on_overflow(Overflow::Drop).subscriber().unwrap();
    with_default(&Dispatch::new(subscriber), || record(many()));
    let recording = guard.finish().unwrap();
    assert_eq!(entered(&recording) < many(), tells_losses(&recording));
}

#[test]
fn a_thread_goes_from_recorder_to_recorder_and_back() {
    let [(first, first_guard), (second, second_guard)] = both();
    for _ in 0..10 {
        with_default(&first, || {
            let _outer = info_span!("outer").entered();
            with_default(&second, || record(3));
            record(2);
        });
    }
    assert_eq!(entered(&first_guard.finish().unwrap()), 30);
    assert_eq!(entered(&second_guard.finish().unwrap()), 30);
}

#[test]
fn recorders_follow_one_another_on_the_same_threads() {
    for _ in 0..3 {
        for (dispatch, guard) in both() {
            with_default(&dispatch, || record(5));
            drop(dispatch);
            assert_eq!(entered(&guard.finish().unwrap()), 5);
        }
    }
}

#[test]
fn a_thread_that_outlives_its_recording_goes_on_unharmed() {
    for (dispatch, guard) in both() {
        let barrier = Arc::new(Barrier::new(2));
        let thread = {
            let (dispatch, barrier) = (dispatch.clone(), Arc::clone(&barrier));
            std::thread::spawn(move || {
                with_default(&dispatch, || {
                    let _open = info_span!("open").entered();
                    barrier.wait();
                    barrier.wait();
                    record(10);
                });
                drop(dispatch);
            })
        };
        barrier.wait();
        drop(dispatch);
        let recording = guard.finish().unwrap();
        barrier.wait();
        thread.join().unwrap();
        assert_eq!(entered(&recording), 1);
    }
}

#[test]
fn spans_nest_deeper_than_the_lane_has_room_for_and_end_in_any_order() {
    for (dispatch, guard) in both() {
        with_default(&dispatch, || {
            let spans: Vec<_> = (0..DEEP).map(|_| info_span!("deep").entered()).collect();
            // The outermost is left first.
            spans.into_iter().for_each(drop);
        });
        assert_eq!(entered(&guard.finish().unwrap()), DEEP);
    }
}

#[test]
fn a_span_that_moves_between_threads_carries_its_fields_along() {
    for (dispatch, guard) in both() {
        let span = with_default(&dispatch, || info_span!("moved", number = 1, late = "no"));
        let moved = span.clone();
        std::thread::spawn(move || {
            moved.record("late", "a longer text than there was before");
            moved.in_scope(|| with_default(&dispatch, || info!(inside = true, "an instant")));
        })
        .join()
        .unwrap();
        drop(span);
        assert_eq!(entered(&guard.finish().unwrap()), 1);
    }
}
