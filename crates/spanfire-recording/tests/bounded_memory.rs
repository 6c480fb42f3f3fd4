//! What a hostile recording can make a reader take: opening in proportion to the file, reading a
//! chunk a fixed amount.
//!
//! The peak is that of the whole process, so these tests take turns.

#[allow(dead_code, reason = "the rest is what the tests of recordings use")]
#[path = "recording/frames.rs"]
mod frames;
#[allow(dead_code, reason = "the rest is what the tests of recordings use")]
#[path = "recording/sample.rs"]
mod sample;

use frames::{EVENTS, Frames, chunk_header, varint};
use peak_alloc::PeakAlloc;
use proptest::{collection::vec, prelude::*};
use spanfire_recording::{Form, Recording};
use std::sync::{Mutex, MutexGuard, PoisonError};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// The shortest thing that decodes to something is an empty text of one byte; a vector of them
/// grows by copying.
const OPENING_PER_BYTE: usize = 100;
const OPENING: usize = 1 << 20;
const CHUNK: usize = 192 << 20;
const MEGABYTE: usize = 1 << 20;

const CALLSITE: u8 = 2;
const LANE: u8 = 3;

/// While a test has it, no other takes memory.
type Turn = MutexGuard<'static, ()>;

fn turn() -> Turn {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What `work` takes at most, beyond what was taken before.
fn peak<T>(work: impl FnOnce() -> T) -> (usize, T) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let result = work();
    // The harness may free something meanwhile.
    (MEMORY.peak_usage().saturating_sub(before), result)
}

/// Opens `bytes` and reads all chunks, and says what each part took.
#[track_caller]
fn check(_turn: &Turn, bytes: Vec<u8>) -> (usize, usize) {
    let size = bytes.len();
    let (opening, recording) = peak(|| Recording::from_bytes(bytes));
    assert!(opening <= OPENING + OPENING_PER_BYTE * size, "opening {size} bytes took {opening}");
    let Ok(recording) = recording else { return (opening, 0) };
    let chunks = (0..recording.chunks().len()).map(|index| {
        let (taken, _) = peak(|| recording.chunk(index));
        assert!(taken <= CHUNK, "a chunk in {size} bytes took {taken}");
        taken
    });
    let chunks = chunks.max().unwrap_or(0);
    let batches = (0..recording.batches()).map(|index| {
        let (taken, _) = peak(|| recording.batch(index));
        assert!(taken <= CHUNK, "a batch in {size} bytes took {taken}");
        taken
    });
    (opening, batches.max().unwrap_or(0).max(chunks))
}

/// A chunk of `records` at one tick, whose tags and args are compressed: stored bytes, plain length.
fn packed(records: u32, tags_and_args: &[u8]) -> (Vec<u8>, u32) {
    let ticks = vec![0; records as usize];
    let start = [chunk_header(records), varint(u64::from(records)), ticks].concat();
    let stored = [&start[..], &lz4_flex::block::compress(tags_and_args)].concat();
    (stored, (start.len() + tags_and_args.len()) as u32)
}

#[test]
fn a_block_that_says_it_is_long_takes_nothing() {
    let turn = turn();
    for length in [u32::MAX, 16 << 20, 1 << 20] {
        let mut bytes = Frames::with_tables(Form::Layer).bytes;
        bytes.extend([EVENTS, 0, 0, 0]);
        bytes.extend(length.to_le_bytes().repeat(2));
        bytes.extend([0; 64]);
        let (opening, _) = check(&turn, bytes);
        assert!(opening < MEGABYTE / 16);
    }
}

#[test]
fn a_chunk_that_says_it_is_long_when_unpacked_takes_nothing() {
    let turn = turn();
    for plain in [u32::MAX, 16 << 20, 1 << 20] {
        let stored = [chunk_header(1 << 17), vec![0; 64]].concat();
        let (_, chunk) =
            check(&turn, Frames::with_tables(Form::Layer).block(EVENTS, &stored, plain).bytes);
        assert!(chunk < MEGABYTE / 16);
    }
}

#[test]
fn a_chunk_that_says_it_has_many_records_takes_nothing() {
    let turn = turn();
    for records in [u32::MAX, 1 << 20, 1 << 17] {
        for ticks in [0, 64, u64::MAX] {
            let stored = [chunk_header(records), varint(ticks), vec![0x11; 128]].concat();
            let (_, chunk) =
                check(&turn, Frames::with_tables(Form::Layer).plain(EVENTS, &stored).bytes);
            assert!(chunk < MEGABYTE / 16);
        }
    }
}

#[test]
fn a_chunk_that_unpacks_to_much_takes_a_fixed_amount() {
    let turn = turn();
    for byte in [0, 0x11, 0xff] {
        for records in [0, 1 << 16, 1 << 17] {
            let columns = vec![byte; (16 << 20) - 64 - records as usize];
            let (stored, plain) = packed(records, &columns);
            check(&turn, Frames::with_tables(Form::Layer).block(EVENTS, &stored, plain).bytes);
        }
    }
}

#[test]
fn fields_that_ask_for_long_names_take_a_fixed_amount() {
    let turn = turn();
    let name = "n".repeat(2 * MEGABYTE);
    let mut callsite = vec![0x82, 0x01, 0xa5, 0x00, 0x61, b'a', 0x01, 0x61, b't'];
    callsite.extend([0x04, 0x02, 0x05, 0x00, 0x06, 0x81, 0x7a]);
    callsite.extend((name.len() as u32).to_be_bytes());
    callsite.extend(name.as_bytes());
    // One record of many booleans, of the callsite with the long name and of one with short ones.
    for number in [0u64, 1] {
        let fields = [0, 0, 1].repeat(MEGABYTE);
        let payload = [&1u64.to_le_bytes()[..], &number.to_le_bytes(), &fields].concat();
        let args = [varint(payload.len() as u64), payload].concat();
        let (stored, plain) = packed(1, &[vec![LATE_FIELDS << 4], args].concat());
        let frames = Frames::with_tables(Form::Layer).plain(CALLSITE, &callsite);
        let (_, chunk) = check(&turn, frames.block(EVENTS, &stored, plain).bytes);
        assert!(chunk > MEGABYTE, "the fields were not even looked at");
    }
}

const LATE_FIELDS: u8 = 3;

#[test]
fn tables_that_say_they_are_long_take_nothing() {
    let turn = turn();
    let array_of_many = [0x82, 0x01, 0xa1, 0x06, 0x9b, 0, 0, 0, 0xff, 0, 0, 0, 0];
    let long_text = [0x82, 0x01, 0xa1, 0x00, 0x7b, 0, 0, 0, 0xff, 0, 0, 0, 0];
    for payload in [array_of_many, long_text] {
        for kind in [CALLSITE, LANE] {
            let (opening, _) =
                check(&turn, Frames::with_tables(Form::Layer).plain(kind, &payload).bytes);
            assert!(opening < MEGABYTE / 16);
        }
    }
}

#[test]
fn a_callsite_of_many_empty_names_takes_no_more_than_in_proportion() {
    let turn = turn();
    let count: u32 = 4 << 20;
    let mut payload = vec![0x82, 0x01, 0xa1, 0x06, 0x9a];
    payload.extend(count.to_be_bytes());
    payload.extend(vec![0x60; count as usize]);
    check(&turn, Frames::with_tables(Form::Layer).plain(CALLSITE, &payload).bytes);
}

#[test]
fn an_index_of_many_entries_takes_no_more_than_in_proportion() {
    let turn = turn();
    // As many as there is room for, each a lane that lies a little further.
    let tables = Frames::with_tables(Form::Layer).bytes;
    let mut entries = varint(1 << 20);
    for number in 0..1u64 << 20 {
        entries.push(LANE);
        entries.extend(varint(12 + 16 * number));
    }
    check(&turn, Frames { bytes: tables }.index(&entries).bytes);
    let count_only = Frames::with_tables(Form::Layer).index(&varint(u64::MAX)).bytes;
    let (opening, _) = check(&turn, count_only);
    assert!(opening < MEGABYTE / 16);
}

/// What a count or length may be made to say: as CBOR an array, a map, a text and bytes of 2^40, as
/// a varint 2^63, as a number of any width its largest.
const CLAIMS: [&[u8]; 7] = [
    &[0x9b, 0, 0, 1, 0, 0, 0, 0, 0],
    &[0xbb, 0, 0, 1, 0, 0, 0, 0, 0],
    &[0x7b, 0, 0, 1, 0, 0, 0, 0, 0],
    &[0x5b, 0, 0, 1, 0, 0, 0, 0, 0],
    &[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1],
    &[0xff, 0xff, 0xff, 0x7f],
    &[0xff; 8],
];

/// [T54c] Every count and length of every kind of block is somewhere among its bytes: so each byte
/// is the start of a claim once, in its place and put in before it.
#[test]
fn no_claim_anywhere_in_a_block_takes_more_than_in_proportion() {
    let turn = turn();
    let sampled = [sample::sampled()];
    for bytes in sample::FORMS.map(sample::finished).into_iter().chain(sampled) {
        let blocks = frames::blocks_of(&bytes);
        for (at, claim) in blocks
            .iter()
            .flat_map(|(_, stored)| stored.clone())
            .flat_map(|at| CLAIMS.map(|claim| (at, claim)))
        {
            for replaced in [0, claim.len()] {
                let (opening, chunk) = check(&turn, claiming(&bytes, at, claim, replaced));
                assert!(opening.max(chunk) < MEGABYTE / 8, "{claim:?} at {at}: {opening}, {chunk}");
            }
        }
    }
}

/// [T54c]
#[test]
fn no_length_of_a_block_takes_more_than_in_proportion() {
    let turn = turn();
    for bytes in [sample::finished(Form::Subscriber), sample::sampled()] {
        no_length_in(&turn, &bytes);
    }
}

fn no_length_in(turn: &Turn, bytes: &[u8]) {
    for (_, stored) in frames::blocks_of(bytes) {
        let header = stored.start - 16;
        for length in [0, 1, 1 << 16, 1 << 24, (1 << 24) + 1, u32::MAX] {
            // The stored length, the plain one, and both; with the checksum made right and as it was.
            for fields in [4..8, 8..12, 4..12] {
                let mut lying = bytes.to_vec();
                for field in lying[header..][fields].as_chunks_mut::<4>().0 {
                    *field = u32::to_le_bytes(length);
                }
                let (opening, chunk) = check(turn, lying.clone());
                assert!(opening.max(chunk) < MEGABYTE / 8, "{length} at {header}");
                let sealed = frames::checksum(&lying[header..header + 12], &lying[stored.clone()]);
                lying[header + 12..header + 16].copy_from_slice(&sealed.to_le_bytes());
                let (opening, chunk) = check(turn, lying);
                assert!(opening.max(chunk) < MEGABYTE / 8, "{length} at {header}");
            }
        }
    }
}

#[test]
fn samples_that_share_deep_stacks_take_a_fixed_amount() {
    let turn = turn();
    let count: u64 = 60_000;
    // Of one thread, at one time; the first stack is 1,000 frames, and all others are the same.
    let zeros = |count| vec![0; count as usize];
    let head = [varint(count), vec![0], vec![1], vec![0]].concat();
    let first = [varint(0), varint(1_000), zeros(1_000)].concat();
    let others = [varint(1_000), varint(0)].concat().repeat(count as usize - 1);
    for (stacks, least) in [(others, 0), (vec![0; 2 * count as usize - 2], 2 * MEGABYTE)] {
        let columns = [head.clone(), zeros(3 * count), first.clone(), stacks].concat();
        let stored = [vec![0], lz4_flex::block::compress(&columns)].concat();
        let plain = columns.len() as u32 + 1;
        let (_, batch) =
            check(&turn, Frames::with_tables(Form::Layer).block(9, &stored, plain).bytes);
        assert!((least..8 * MEGABYTE).contains(&batch), "{batch}");
    }
}

#[test]
fn a_chunk_of_many_records_without_their_ticks_takes_nothing() {
    let turn = turn();
    let tags = lz4_flex::block::compress(&vec![0x13; 1 << 17]);
    let stored = [chunk_header(1 << 17), varint(0), tags].concat();
    let plain = 28 + 1 + (1 << 17);
    let (_, chunk) =
        check(&turn, Frames::with_tables(Form::Layer).block(EVENTS, &stored, plain).bytes);
    assert!(chunk < MEGABYTE / 2, "{chunk}");
}

/// The recording with `claim` at byte `at`, in the place of `replaced` bytes of the same block, and
/// right lengths and checksums.
fn claiming(bytes: &[u8], at: usize, claim: &[u8], replaced: usize) -> Vec<u8> {
    let mut frames = Frames::new();
    for (kind, stored) in frames::blocks_of(bytes) {
        let mut payload = bytes[stored.clone()].to_vec();
        let more = u32::from_le_bytes(bytes[stored.start - 8..][..4].try_into().unwrap());
        let more = more as usize - payload.len();
        if stored.contains(&at) {
            let place = at - stored.start;
            payload.splice(place..(place + replaced).min(payload.len()), claim.iter().copied());
        }
        let plain = payload.len() + more;
        frames = frames.block(kind, &payload, plain as u32);
    }
    frames.bytes
}

proptest! {
    #[test]
    fn changed_bytes_under_right_checksums_take_no_more(
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let turn = turn();
        let mut bytes = sample::finished(Form::Subscriber);
        let blocks = frames::blocks_of(&bytes);
        let places: Vec<usize> = blocks.iter().flat_map(|(_, stored)| stored.clone()).collect();
        for (place, value) in changes {
            bytes[*place.get(&places)] = value;
        }
        let mut frames = Frames::new();
        for (kind, stored) in blocks {
            let plain = u32::from_le_bytes(bytes[stored.start - 8..][..4].try_into().unwrap());
            frames = frames.block(kind, &bytes[stored], plain);
        }
        check(&turn, frames.bytes);
    }
}
