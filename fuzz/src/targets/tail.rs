//! A recording that was not finished, with a tail file beside it that anyone may have written.

use crate::choices::Choices;
use crate::fixtures::unfinished;
use crate::limits::{PerByte, bounded};
use crate::program;
use spanfire_recording::tail::{self, CHUNK_WORDS, HEADER_WORDS, Head, SLOT_BYTES, owner, word};
use spanfire_recording::{Callsite, Chunk, ErrorKind, Recording, raw, tail::TailState};

/// A tail file has room for all that the choices fill, and this many chunks at most.
const CHUNKS: u64 = 5;

/// Builds a tail file and opens the recording with it.
pub(super) fn tail(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let start = unfinished(choices.below(2));
    let file = tail_file(&mut choices, &start.recording, start.bytes.len() as u64);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.spanfire");
    std::fs::write(&path, &start.bytes).expect("a file");
    std::fs::write(tail::path_beside(&path), &file).expect("a file");
    let size = start.bytes.len() + file.len();
    let opened = bounded(size, PerByte::OPENING, || Recording::open(&path));
    let recording = opened.expect("the recording is whole, whatever its tail is");
    check(&recording, &start.recording, &start.chunks, size);
}

/// What was in the recording is there; what the tail has follows, and is sound.
fn check(recording: &Recording, before: &Recording, chunks: &[Chunk], size: usize) {
    assert_eq!(recording.header(), before.header());
    assert!(recording.callsites().starts_with(before.callsites()));
    assert!(recording.lanes().len() >= before.lanes().len());
    assert!(recording.losses().starts_with(before.losses()));
    assert!(recording.chunks().starts_with(before.chunks()));
    for (index, chunk) in chunks.iter().enumerate() {
        assert_eq!(recording.chunk(index).expect("a chunk of the recording"), *chunk);
    }
    let after = &recording.chunks()[before.chunks().len()..];
    match recording.tail() {
        TailState::Taken(summary) | TailState::Damaged(summary) => {
            let records: u64 = after.iter().map(|chunk| u64::from(chunk.events)).sum();
            assert_eq!(records, summary.records);
        }
        TailState::Refused(error) => assert_ne!(error.kind(), ErrorKind::Version, "{error}"),
        TailState::Missing | TailState::Growing => panic!("the tail is there and still"),
    }
    for index in before.chunks().len()..recording.chunks().len() {
        let chunk = bounded(size, PerByte::CHUNK, || recording.chunk(index));
        let chunk = chunk.expect("what was taken can be read");
        crate::examine::sound(recording.form(), recording.callsites().len(), &chunk);
    }
}

fn tail_file(choices: &mut Choices<'_>, recording: &Recording, end: u64) -> Vec<u8> {
    let head = Head::new(recording.header().process_id, &recording.anchors()[0]).to_bytes();
    let mut file = head.to_vec();
    if choices.byte() == 0xff {
        let at = choices.below(head.len() as u64) as usize;
        file[at] ^= 1 << choices.below(8);
    }
    for _ in 0..=choices.below(CHUNKS) {
        file.resize(file.len().next_multiple_of(SLOT_BYTES), 0);
        let words = chunk(choices, recording, end);
        file.extend(words.iter().flat_map(|word| word.to_le_bytes()));
    }
    let whole = file.len().next_multiple_of(SLOT_BYTES);
    // Sometimes the file ends within a chunk.
    file.resize(if choices.byte() == 0xff { file.len() } else { whole }, 0);
    file
}

/// A chunk's header and words.
fn chunk(choices: &mut Choices<'_>, recording: &Recording, end: u64) -> Vec<u64> {
    let lanes = recording.lanes().len() as u64;
    let kind = choices.below(8);
    let body = match kind {
        0 => names(choices, recording),
        1 => (0..choices.below(12)).map(|_| choices.number()).collect(),
        _ => records(choices, recording),
    };
    let mut words = vec![0; HEADER_WORDS];
    words[word::OWNER] = match kind {
        0 => owner::NAMES,
        1 => owner::LOSSES,
        7 => choices.number(),
        _ => owner::lane(choices.below(lanes + 1) as u32),
    };
    words[word::LENGTH] = match choices.byte() {
        0..=0xef => body.len() as u64,
        0xf0..=0xf7 => CHUNK_WORDS as u64,
        _ => choices.number(),
    };
    words[word::SEQUENCE] = choices.below(4);
    for place in [word::TAKEN, word::TAKEN_NEXT] {
        words[place] = if choices.byte() & 3 == 3 { choices.number() } else { 0 };
    }
    words[word::AT_BYTE] = end.wrapping_add(choices.below(5)).wrapping_sub(2);
    words.extend(body);
    words.truncate(HEADER_WORDS + CHUNK_WORDS);
    words
}

/// Blocks of callsites and lanes, numbered on, some with a wrong byte.
fn names(choices: &mut Choices<'_>, recording: &Recording) -> Vec<u64> {
    let mut bytes = Vec::new();
    let (mut callsites, mut lanes) = (recording.callsites().len() as u32, recording.lanes().len());
    for _ in 0..choices.below(4) {
        let block = if choices.byte() & 1 == 0 {
            let fields = vec![String::from_utf8_lossy(choices.bytes(20)).into_owned()];
            let callsite = Callsite { fields, ..program::callsite(choices.below(3)) };
            callsites += 1;
            tail::callsite_block(callsites - 1, &callsite, 4_000)
        } else {
            lanes += 1;
            tail::lane_block(lanes as u32 - 1, &recording.lanes()[0], 4_000)
        };
        bytes.extend(block);
    }
    if choices.byte() == 0xff && !bytes.is_empty() {
        let at = choices.below(bytes.len() as u64) as usize;
        bytes[at] ^= 1;
    }
    bytes.as_chunks().0.iter().map(|word| u64::from_le_bytes(*word)).collect()
}

/// Words that are mostly records.
fn records(choices: &mut Choices<'_>, recording: &Recording) -> Vec<u64> {
    let base = recording.anchors()[0].tick;
    let mut words = Vec::new();
    for _ in 0..choices.below(20) {
        let kind = choices.byte();
        let tick = base.wrapping_add(choices.number());
        words.push(raw::head(tick, u64::from(kind) & raw::KIND_MASK));
        if u64::from(kind) & raw::KIND_MASK == raw::kind::EXTENDED {
            let payload = choices.below(5);
            words.push((payload << 35) | (u64::from(kind >> 3) % 9));
            words.extend((0..payload).map(|_| choices.number()));
        } else {
            words.push(choices.number());
            if kind >= 0x40 {
                words.push(choices.number());
            }
        }
    }
    words
}
