//! Chunks are read by several threads from one recording, in any order.

use crate::{contents::moments, sample};
use spanfire_recording::{
    CallsiteId, CallsiteKind, Form, LaneId, Recording, Tick, Writer, raw::Buffer,
};
use std::{fs, thread};

const CHUNKS: u64 = 64;
const THREADS: usize = 4;

#[test]
fn threads_that_read_one_file_get_each_chunk_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.spanfire");
    fs::write(&path, bytes()).unwrap();
    check(&Recording::open(&path).unwrap());
}

#[test]
fn threads_that_read_one_buffer_get_each_chunk_whole() {
    check(&Recording::from_bytes(bytes()).unwrap());
}

/// Chunks of different lengths and content.
fn bytes() -> Vec<u8> {
    let form = Form::Subscriber;
    let mut writer = Writer::new(Vec::new(), &sample::header(form)).unwrap();
    writer.callsite(&sample::callsite("request", CallsiteKind::Span)).unwrap();
    writer.lane(&sample::lane("main", 1)).unwrap();
    for chunk in 0..CHUNKS {
        let mut words = Buffer::new(form);
        for number in 0..=chunk * 7 % 40 {
            let (tick, span) =
                (chunk * 1_000 + number * 10, sample::span(form, number * chunk + 1));
            words.new_enter(Tick(tick), span, CallsiteId(0));
            words.exit_drop(Tick(tick + 5), span);
        }
        writer.events(LaneId(0), words.words()).unwrap();
    }
    writer.finish().unwrap()
}

fn check(recording: &Recording) {
    let count = recording.chunks().len();
    assert_eq!(count as u64, CHUNKS);
    let expected: Vec<_> =
        (0..count).map(|index| moments(&recording.chunk(index).unwrap())).collect();
    let expected = &expected;
    thread::scope(|scope| {
        for thread in 0..THREADS {
            scope.spawn(move || {
                for round in 0..20 {
                    for step in 0..count {
                        // An odd stride visits all of a power of two.
                        let index = (step * (2 * (thread + round) + 1) + thread) % count;
                        let chunk = recording.chunk(index).unwrap();
                        assert_eq!(moments(&chunk), expected[index]);
                    }
                }
            });
        }
    });
}
