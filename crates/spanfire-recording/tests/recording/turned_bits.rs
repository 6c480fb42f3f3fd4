//! A single wrong bit is found wherever it stands.
//!
//! Every byte of a block is covered by its checksum, and the preamble is compared. What an index
//! and trailer say is said by the blocks themselves too: where they are wrong, nothing is lost.

use crate::{
    contents::Contents,
    sample::{self, FORMS, PREAMBLE_BYTES, TRAILER_BYTES},
};
use spanfire_recording::{Error, ErrorKind, Form, Recording};

#[test]
fn a_bit_turned_in_a_finished_recording_is_found_and_changes_nothing_that_is_read() {
    for form in FORMS {
        let whole = sample::finished(form);
        let expected = Contents::of_bytes(&whole);
        let blocks = blocks(form);
        for bit in 0..whole.len() * 8 {
            let opened = Recording::from_bytes(turned(&whole, bit));
            match blocks.iter().find(|block| block.contains(bit / 8)) {
                None if bit / 8 < PREAMBLE_BYTES => check_preamble(opened, bit),
                Some(Block { chunk: Some(chunk), .. }) => {
                    check_only_chunk_fails(&opened.unwrap(), &expected, *chunk, bit);
                }
                Some(Block { start, .. }) if *start < index_start(form) => {
                    let error = opened.expect_err("a table is damaged");
                    assert_eq!(error.place(), Some(*start as u64), "bit {bit}: {error}");
                }
                // The index or the trailer.
                _ => {
                    let recording = opened.unwrap();
                    assert!(recording.cut().is_some(), "bit {bit} was not noticed");
                    assert_eq!(Contents::of(&recording), expected, "bit {bit}");
                }
            }
        }
    }
}

#[test]
fn a_bit_turned_in_an_unfinished_recording_ends_it_there() {
    for form in FORMS {
        let beginnings = sample::beginnings(form);
        let whole = beginnings.last().unwrap();
        for bit in 0..whole.len() * 8 {
            let opened = Recording::from_bytes(turned(whole, bit));
            // The last beginning without the bit is what must be left.
            match beginnings.iter().rfind(|beginning| beginning.len() <= bit / 8) {
                None => {
                    opened.map(drop).expect_err("preamble or header is damaged");
                }
                Some(before) => {
                    let recording = opened.unwrap();
                    let cut = recording.cut().expect("the damage is noticed");
                    assert_eq!(cut.at_byte, before.len() as u64, "bit {bit}: {}", cut.reason);
                    assert_eq!(Contents::of(&recording), Contents::of_bytes(before), "bit {bit}");
                }
            }
        }
    }
}

struct Block {
    start: usize,
    end: usize,
    /// The chunk it holds.
    chunk: Option<usize>,
}

impl Block {
    fn contains(&self, byte: usize) -> bool {
        (self.start..self.end).contains(&byte)
    }
}

/// The blocks of the finished sample, the index last.
fn blocks(form: Form) -> Vec<Block> {
    let mut ends: Vec<usize> = sample::beginnings(form).iter().map(Vec::len).collect();
    let finished = sample::finished(form);
    ends.push(finished.len() - TRAILER_BYTES);
    let starts = [PREAMBLE_BYTES].into_iter().chain(ends.iter().copied());
    let mut chunks = 0..;
    let blocks = starts.zip(&ends).map(|(start, &end)| {
        let chunk = (finished[start] == EVENTS).then(|| chunks.next()).flatten();
        Block { start, end, chunk }
    });
    blocks.collect()
}

const EVENTS: u8 = 4;

fn index_start(form: Form) -> usize {
    sample::beginnings(form).last().unwrap().len()
}

fn turned(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[bit / 8] ^= 1 << (bit % 8);
    bytes
}

#[track_caller]
fn check_preamble(opened: Result<Recording, Error>, bit: usize) {
    let error = opened.expect_err("the preamble is damaged");
    let expected = if bit < 64 { ErrorKind::Foreign } else { ErrorKind::Version };
    assert_eq!(error.kind(), expected, "bit {bit}: {error}");
}

#[track_caller]
fn check_only_chunk_fails(recording: &Recording, expected: &Contents, chunk: usize, bit: usize) {
    let mut expected = expected.clone();
    expected.chunks[chunk] = None;
    assert_eq!(Contents::of(recording), expected, "bit {bit}");
}
