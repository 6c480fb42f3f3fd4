//! A file that ends early is read up to its last whole block.

use crate::{
    contents::Contents,
    sample::{self, FORMS, TRAILER_BYTES},
};
use spanfire_recording::{ErrorKind, Form, Recording};

const UNFINISHED: &str = "the recorder had not finished";

#[test]
fn a_finished_recording_is_whole() {
    for form in FORMS {
        let recording = Recording::from_bytes(sample::finished(form)).unwrap();
        assert_eq!(recording.cut(), None);
        assert!(Contents::of(&recording).chunks.iter().all(Option::is_some));
    }
}

#[test]
fn an_unfinished_recording_holds_every_block_written() {
    for form in FORMS {
        let beginnings = sample::beginnings(form);
        for bytes in &beginnings {
            let recording = Recording::from_bytes(bytes.clone()).unwrap();
            let cut = recording.cut().expect("it was not finished");
            assert_eq!((cut.at_byte, cut.reason.as_str()), (bytes.len() as u64, UNFINISHED));
        }
        let last = beginnings.last().unwrap();
        assert_eq!(Contents::of_bytes(last), Contents::of_bytes(&sample::finished(form)));
    }
}

#[test]
fn a_recording_cut_at_any_byte_is_an_error_or_all_whole_blocks_before_the_cut() {
    for form in FORMS {
        let bytes = sample::finished(form);
        let ends = block_ends(form);
        for length in 0..bytes.len() {
            let cut = bytes[..length].to_vec();
            match ends.iter().rposition(|(end, _)| *end <= length) {
                None => check_error(cut),
                Some(last) => {
                    let (end, contents) = &ends[last];
                    check_cut(cut, *end, contents);
                }
            }
        }
    }
}

/// Where every block ends, the index too, and what the recording says up to there.
fn block_ends(form: Form) -> Vec<(usize, Contents)> {
    let finished = sample::finished(form);
    let mut ends: Vec<_> = sample::beginnings(form)
        .iter()
        .map(|bytes| (bytes.len(), Contents::of_bytes(bytes)))
        .collect();
    ends.push((finished.len() - TRAILER_BYTES, Contents::of_bytes(&finished)));
    ends
}

#[track_caller]
fn check_error(bytes: Vec<u8>) {
    let length = bytes.len();
    let error = Recording::from_bytes(bytes).expect_err("there is not even a header");
    let expected =
        if length < sample::PREAMBLE_BYTES { ErrorKind::Foreign } else { ErrorKind::Damaged };
    assert_eq!(error.kind(), expected, "cut to {length} bytes: {error}");
}

#[track_caller]
fn check_cut(bytes: Vec<u8>, end: usize, expected: &Contents) {
    let length = bytes.len();
    let recording = Recording::from_bytes(bytes).unwrap_or_else(|error| {
        panic!("cut to {length} bytes: {error}");
    });
    let cut = recording.cut().unwrap_or_else(|| panic!("cut to {length} bytes and not noticed"));
    assert_eq!(cut.at_byte, end as u64, "cut to {length} bytes: {}", cut.reason);
    assert_eq!(cut.reason == UNFINISHED, length == end, "cut to {length} bytes: {}", cut.reason);
    assert!(!cut.reason.contains("at byte"), "the place is told twice: {}", cut.reason);
    assert_eq!(&Contents::of(&recording), expected, "cut to {length} bytes");
}
