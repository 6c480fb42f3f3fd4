//! [T50] A collector that falls behind: waiting loses nothing, dropping counts what it loses.

use spanfire::Overflow;
use spanfire_recording::{EventKind, Form, LossCause, Recording};
use spanfire_tests::{FORMS, Session, counts_of};
use std::fs::{File, OpenOptions};
use std::io::Read;
use std::path::Path;
use std::process::Command;
use std::thread;
use tracing::info_span;

/// Small enough to be full all the time.
const BUFFER: usize = 64 << 10;

fn leaf_spans(count: u64) {
    (0..count).for_each(|_| info_span!("leaf").in_scope(|| ()));
}

/// Events in the recording, and events it says are missing.
fn recorded_and_lost(recording: &Recording) -> (u64, u64) {
    let chunks = (0..recording.chunks().len()).map(|at| recording.chunk(at).expect("a chunk"));
    let events = chunks.flat_map(|chunk| chunk.events);
    let recorded = events.filter(|event| !matches!(event.kind, EventKind::Lost { .. })).count();
    let lost = recording.losses().iter().map(|loss| loss.events).sum();
    (recorded as u64, lost)
}

/// How many events one leaf span is.
fn events_per_span(form: Form) -> u64 {
    let session = Session::start(form);
    session.run(|| leaf_spans(10));
    let (recorded, lost) = recorded_and_lost(&session.finish());
    assert_eq!((recorded % 10, lost), (0, 0), "{form:?}");
    recorded / 10
}

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
        let only_stalls = recording.losses().iter().all(|loss| loss.cause == LossCause::Stall);
        assert!(only_stalls, "{form:?}: {:?}", recording.losses());
    }
}

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
        assert_eq!(recorded + lost, 4 * SPANS * events_per_span(form), "{form:?}");
    }
}

/// A pipe that nobody reads holds the collector in the middle of a write. The program goes on:
/// callbacks take no lock that the collector holds.
#[test]
fn a_collector_stuck_in_a_write_neither_stops_the_program_nor_hides_a_loss() {
    const SPANS: u64 = 400_000;
    for form in FORMS {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("pipe");
        let mut pipe = open_pipe(&path);
        let session = Session::with(form, |builder| {
            builder.output(&path).buffer(BUFFER).on_overflow(Overflow::Drop)
        });
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| session.run(|| leaf_spans(SPANS)));
            }
        });
        // Only now is there a reader.
        let reader = thread::spawn(move || read_to_goodbye(&mut pipe));
        drop(session.into_guard());
        say_goodbye(&path);
        let bytes = reader.join().expect("a reader");
        let recording = Recording::from_bytes(bytes).expect("a recording");
        let (recorded, lost) = recorded_and_lost(&recording);
        assert_eq!(recorded + lost, 2 * SPANS * events_per_span(form), "{form:?}");
        assert!(lost > 0, "{form:?}: a pipe holds 64 KiB, two threads made far more");
    }
}

/// A named pipe, opened in the way that does not wait for the other side.
fn open_pipe(path: &Path) -> File {
    let made = Command::new("mkfifo").arg(path).status().expect("mkfifo");
    assert!(made.success());
    OpenOptions::new().read(true).write(true).open(path).expect("a pipe")
}

const GOODBYE: &[u8] = b"the test has written its last byte";

fn say_goodbye(path: &Path) {
    std::fs::write(path, GOODBYE).expect("a pipe");
}

/// The reader holds the pipe open for writing too, so that it has no end but the one that is said.
fn read_to_goodbye(pipe: &mut File) -> Vec<u8> {
    let (mut bytes, mut part) = (Vec::new(), [0; 4096]);
    while !bytes.ends_with(GOODBYE) {
        let count = pipe.read(&mut part).expect("a pipe");
        bytes.extend_from_slice(&part[..count]);
    }
    bytes.truncate(bytes.len() - GOODBYE.len());
    bytes
}
