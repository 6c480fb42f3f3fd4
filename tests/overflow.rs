//! A collector that falls behind: waiting loses nothing, dropping counts what it loses.

use spanfire::Overflow;
use spanfire_recording::{LossCause, Recording};
use spanfire_tests::{FORMS, Pipe, Session, Transcript, counts_of, losses_of, recorded_and_lost};
use std::thread;
use tracing::info_span;

/// Small enough to be full all the time.
const BUFFER: usize = 64 << 10;

/// What the recorder hears of one leaf span: new, enter, exit, drop.
const CALLBACKS: u64 = 4;

fn leaf_spans(count: u64) {
    (0..count).for_each(|_| info_span!("leaf").in_scope(|| ()));
}

/// [T50]
#[test]
fn threads_that_wait_for_the_collector_lose_nothing() {
    const SPANS: u64 = 100_000;
    for form in FORMS {
        let session =
            Session::with(form, |builder| builder.buffer(BUFFER).on_overflow(Overflow::Block));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| session.run(|| leaf_spans(SPANS)));
            }
        });
        let recording = session.finish();
        let counts = counts_of(&recording);
        assert_eq!((counts.spans, counts.enters, counts.exits), (4 * SPANS, 4 * SPANS, 4 * SPANS));
        let (_, lost) = recorded_and_lost(&recording);
        assert_eq!(lost, 0, "{form:?}");
        let only_stalls = losses_of(&recording).iter().all(|loss| loss.cause == LossCause::Stall);
        assert!(only_stalls, "{form:?}");
    }
}

/// [T50]
#[test]
fn threads_that_do_not_wait_count_what_they_lose() {
    const SPANS: u64 = 100_000;
    for form in FORMS {
        let session =
            Session::with(form, |builder| builder.buffer(BUFFER).on_overflow(Overflow::Drop));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| session.run(|| leaf_spans(SPANS)));
            }
        });
        let (recorded, lost) = recorded_and_lost(&session.finish());
        assert_eq!(recorded + lost, 4 * SPANS * CALLBACKS, "{form:?}");
    }
}

/// [T50] A pipe that nobody reads holds the collector in the middle of a write. The program goes on:
/// callbacks take no lock that the collector holds.
#[test]
fn a_collector_stuck_in_a_write_neither_stops_the_program_nor_hides_a_loss() {
    const SPANS: u64 = 400_000;
    for form in FORMS {
        let folder = tempfile::tempdir().expect("a folder");
        let pipe = Pipe::create(&folder.path().join("pipe"));
        let session = Session::with(form, |builder| {
            builder.output(pipe.path()).buffer(BUFFER).on_overflow(Overflow::Drop)
        });
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| session.run(|| leaf_spans(SPANS)));
            }
        });
        // Only now is there a reader.
        let reader = pipe.read();
        drop(session.into_guard());
        let recording = Recording::from_bytes(reader.bytes()).expect("a recording");
        let (recorded, lost) = recorded_and_lost(&recording);
        assert_eq!(recorded + lost, 2 * SPANS * CALLBACKS, "{form:?}");
        assert!(lost > 0, "{form:?}: a pipe holds 64 KiB, two threads made far more");
    }
}

/// [T50] A callback whose event was lost leaves the events before it as they were.
#[test]
fn losses_do_not_touch_the_span_that_was_left_before_them() {
    for form in FORMS {
        let folder = tempfile::tempdir().expect("a folder");
        let pipe = Pipe::create(&folder.path().join("pipe"));
        let session = Session::with(form, |builder| {
            builder.output(pipe.path()).buffer(BUFFER).on_overflow(Overflow::Drop)
        });
        let held = session.run(|| {
            let held = info_span!("held");
            for round in 0..100_000 {
                held.in_scope(|| ());
                leaf_spans(round % 3);
            }
            held
        });
        let reader = pipe.read();
        drop(session.into_guard());
        let recording = Recording::from_bytes(reader.bytes());
        let transcript = Transcript::of(&recording.expect("a recording"));
        assert!(!transcript.span("held").closed, "{form:?}: its handle was still there");
        drop(held);
    }
}
