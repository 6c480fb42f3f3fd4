//! Every frozen file, cut at every byte and with every bit turned.
//!
//! The reader may refuse it or read less. It never says what was not written: each lane's events are
//! a beginning of the true ones, and of a finished file, whose index tells where blocks are, all true
//! ones but those of the damaged chunk.

use crate::{
    contents::{Contents, Moment},
    features::FEATURES,
    frozen_files::path,
    sample::{PREAMBLE_BYTES, TRAILER_BYTES},
};
use spanfire_recording::{ErrorKind, Recording};
use std::fs;

/// Up to this length every bit is turned; in longer files those around the blocks' ends.
const SHORT: usize = 700;

struct File {
    name: &'static str,
    bytes: Vec<u8>,
    contents: Contents,
}

fn files() -> impl Iterator<Item = File> {
    FEATURES.into_iter().map(|(name, _)| {
        let bytes = fs::read(path(1, name)).unwrap();
        File { name, contents: Contents::of_bytes(&bytes), bytes }
    })
}

/// [T54c]
#[test]
fn a_file_cut_at_any_byte_is_an_error_or_its_beginning() {
    for file in files() {
        for length in 0..file.bytes.len() {
            check(&file, &file.bytes[..length], &format!("{} cut to {length}", file.name));
        }
    }
}

/// [T54c]
#[test]
fn a_file_with_any_bit_turned_is_an_error_or_holds_nothing_else() {
    for file in files() {
        for bit in bits(&file.bytes) {
            let mut bytes = file.bytes.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            check(&file, &bytes, &format!("{} with bit {bit} turned", file.name));
        }
    }
}

/// [T54c]
#[test]
fn a_file_with_any_block_zeroed_is_an_error_or_holds_nothing_else() {
    for file in files() {
        for block in boundaries(&file.bytes).windows(2) {
            let mut bytes = file.bytes.clone();
            bytes[block[0]..block[1]].fill(0);
            check(&file, &bytes, &format!("{} without {block:?}", file.name));
        }
    }
}

fn bits(bytes: &[u8]) -> Vec<usize> {
    if bytes.len() <= SHORT {
        return (0..bytes.len() * 8).collect();
    }
    let near = |at: usize| at.saturating_sub(2)..(at + 18).min(bytes.len());
    let places = boundaries(bytes).into_iter().chain([bytes.len() - TRAILER_BYTES]).flat_map(near);
    places.flat_map(|place| place * 8..place * 8 + 8).collect()
}

/// Where blocks start, and where the last whole one ends.
fn boundaries(bytes: &[u8]) -> Vec<usize> {
    let end = |&at: &usize| {
        let stored = bytes.get(at + 4..at + 8)?;
        let end = at + 16 + u32::from_le_bytes(stored.try_into().ok()?) as usize;
        (end <= bytes.len()).then_some(end)
    };
    std::iter::successors(Some(PREAMBLE_BYTES), end).collect()
}

#[track_caller]
fn check(file: &File, bytes: &[u8], what: &str) {
    let recording = match Recording::from_bytes(bytes.to_vec()) {
        Ok(recording) => recording,
        Err(error) => {
            let place = error.place().filter(|place| *place <= bytes.len() as u64);
            assert_eq!(error.kind() == ErrorKind::Damaged, place.is_some(), "{what}: {error}");
            return;
        }
    };
    let (read, whole) = (Contents::of(&recording), &file.contents);
    assert_eq!(read.header, whole.header, "{what}");
    assert!(whole.callsites.starts_with(&read.callsites), "{what}");
    assert!(whole.anchors.starts_with(&read.anchors), "{what}");
    assert!(whole.losses.starts_with(&read.losses), "{what}");
    assert!(whole.images.starts_with(&read.images), "{what}");
    assert!(read.lanes.len() <= whole.lanes.len(), "{what}");
    assert!(read.batches.len() <= whole.batches.len(), "{what}");
    for (read, whole) in read.batches.iter().zip(&whole.batches) {
        assert!(read.is_none() || read == whole, "{what}");
    }
    for (read, whole) in read.chunks.iter().zip(&whole.chunks) {
        assert!(read.is_none() || read == whole, "{what}");
    }
    assert!(read.chunks.len() <= whole.chunks.len(), "{what}");
    for lane in 0..whole.lanes.len() as u32 {
        let (read, whole) = (events(&read, lane), events(whole, lane));
        assert!(whole.starts_with(&read), "{what}: lane {lane}");
    }
    let shorter = read.chunks.len() < whole.chunks.len();
    assert!(recording.cut().is_some() || !shorter, "{what}: nobody is told");
}

/// A lane's events up to the first chunk that cannot be read.
fn events(contents: &Contents, lane: u32) -> Vec<&Moment> {
    let chunks = contents.chunks.iter().map_while(Option::as_ref);
    chunks.filter(|chunk| chunk.0 == lane).flat_map(|chunk| &chunk.1).collect()
}
