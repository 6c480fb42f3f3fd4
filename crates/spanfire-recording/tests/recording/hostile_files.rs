//! No bytes make reading panic, whoever chose them.
//!
//! How much memory they can make it take is asked in `bounded_memory.rs`.

use crate::{
    contents::Contents,
    frames::{self, Frames, blocks_of, chunk_header, varint},
    sample::{self, FORMS},
};
use proptest::{collection::vec, prelude::*, sample::select};
use spanfire_recording::{Form, Lane, Recording, raw};

const LANE: u8 = 3;

/// Opens and reads all there is; an error is as good as contents.
fn read(bytes: Vec<u8>) -> Option<Contents> {
    let recording = Recording::from_bytes(bytes).ok()?;
    for anchor in recording.anchors() {
        recording.timebase().ns(spanfire_recording::Tick(anchor.tick));
    }
    Some(Contents::of(&recording))
}

proptest! {
    #[test]
    fn random_bytes_are_an_error(bytes in vec(any::<u8>(), 0..2_000)) {
        prop_assert_eq!(read(bytes), None);
    }

    #[test]
    fn random_bytes_behind_a_preamble_are_an_error(bytes in vec(any::<u8>(), 0..2_000)) {
        let mut whole = Frames::new().bytes;
        whole.extend(bytes);
        prop_assert_eq!(read(whole), None);
    }

    #[test]
    fn random_bytes_behind_tables_end_the_recording(bytes in vec(any::<u8>(), 0..2_000)) {
        let tables = Frames::with_tables(Form::Layer).bytes;
        let expected = read(tables.clone());
        prop_assert_eq!(read([tables, bytes].concat()), expected);
    }

    #[test]
    fn blocks_of_random_bytes_with_right_checksums_are_read_or_refused(
        blocks in vec((0u8..10, vec(any::<u8>(), 0..200), any::<Option<u32>>()), 0..6),
        tables in any::<bool>(),
    ) {
        let mut frames = if tables { Frames::with_tables(Form::Subscriber) } else { Frames::new() };
        for (kind, stored, plain) in blocks {
            frames = frames.block(kind, &stored, plain.unwrap_or(stored.len() as u32));
        }
        read(frames.bytes);
    }

    #[test]
    fn chunks_of_random_columns_are_read_or_refused(
        form in select(FORMS.to_vec()),
        records in 0u32..40,
        columns in vec(prop_oneof![Just(0u8), 0u8..0x80, any::<u8>()], 0..400),
    ) {
        let stored = [chunk_header(records), columns].concat();
        let frames = Frames::with_tables(form).plain(frames::EVENTS, &stored);
        let contents = read(frames.bytes).expect("the chunk's header is right");
        prop_assert_eq!(contents.chunks.len(), 1);
    }

    #[test]
    fn a_whole_recording_with_bytes_changed_under_right_checksums_is_read_or_refused(
        form in select(FORMS.to_vec()),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = sample::finished(form);
        let places: Vec<usize> =
            blocks_of(&bytes).into_iter().flat_map(|(_, stored)| stored).collect();
        for (place, value) in changes {
            bytes[*place.get(&places)] = value;
        }
        let mut frames = Frames::new();
        for (kind, stored) in blocks_of(&bytes) {
            let plain = u32::from_le_bytes(bytes[stored.start - 8..][..4].try_into().unwrap());
            frames = frames.block(kind, &bytes[stored], plain);
        }
        frames.bytes.extend_from_slice(&bytes[bytes.len() - sample::TRAILER_BYTES..]);
        read(frames.bytes);
    }

    #[test]
    fn an_index_that_leaves_out_or_repeats_blocks_is_noticed(
        form in select(FORMS.to_vec()),
        picks in vec(any::<prop::sample::Index>(), 0..3),
        repeat in any::<bool>(),
    ) {
        let bytes = sample::finished(form);
        let mut blocks = blocks_of(&bytes);
        let (_, index) = blocks.pop().unwrap();
        for pick in picks {
            let at = pick.index(blocks.len());
            if repeat {
                blocks.insert(at, blocks[at].clone());
            } else {
                blocks.remove(at);
            }
        }
        let mut entries = varint(blocks.len() as u64);
        for (kind, stored) in blocks {
            entries.push(kind);
            entries.extend(varint(stored.start as u64 - 16));
            entries.extend(if kind == frames::EVENTS { &bytes[stored][..28] } else { &[] });
        }
        let frames = Frames { bytes: bytes[..index.start - 16].to_vec() }.index(&entries);
        let contents = read(frames.bytes);
        let whole = contents == Some(Contents::of_bytes(&bytes));
        // Out of order it is no index, and blocks are walked; with gaps it contradicts the blocks.
        let refused = contents.is_none_or(|contents| contents.chunks.contains(&None));
        prop_assert!(whole || (refused && !repeat));
    }

    #[test]
    fn an_index_that_points_anywhere_adds_nothing(
        form in select(FORMS.to_vec()),
        entries in vec((0u8..9, prop_oneof![0u64..900, any::<u64>()]), 0..12),
    ) {
        let unfinished = sample::beginnings(form).pop().unwrap();
        let expected = Contents::of_bytes(&unfinished);
        let mut index = varint(entries.len() as u64);
        for (kind, place) in entries {
            index.push(kind);
            index.extend(varint(place));
            index.extend((kind == frames::EVENTS).then(|| chunk_header(1)).into_iter().flatten());
        }
        let frames = Frames { bytes: unfinished }.index(&index);
        if let Some(contents) = read(frames.bytes) {
            prop_assert_eq!(contents, expected);
        }
    }
}

#[test]
fn an_index_that_says_other_chunks_than_there_are_is_refused_when_they_are_read() {
    for form in FORMS {
        let bytes = sample::finished(form);
        let (_, index) = blocks_of(&bytes).pop().unwrap();
        let mut lying = bytes[index.clone()].to_vec();
        // The last entry ends in a chunk's header: its count of records.
        let at = lying.len() - 24;
        lying[at] ^= 1;
        let unfinished = bytes[..index.start - 16].to_vec();
        let recording =
            Recording::from_bytes(Frames { bytes: unfinished }.index(&lying).bytes).unwrap();
        let last = recording.chunks().len() - 1;
        let error = recording.chunk(last).expect_err("it is another chunk");
        assert!(error.to_string().contains("not the chunk the index says"), "{error}");
    }
}

#[test]
fn a_recording_finished_without_an_index_is_whole() {
    for form in FORMS {
        let unfinished = sample::beginnings(form).pop().unwrap();
        let place = unfinished.len() as u64;
        let bytes = Frames { bytes: unfinished }.trailer(place).bytes;
        let recording = Recording::from_bytes(bytes).unwrap();
        assert_eq!(recording.cut(), None);
        assert_eq!(Contents::of(&recording), Contents::of_bytes(&sample::finished(form)));
    }
}

#[test]
fn what_is_said_of_a_lane_last_holds() {
    let again = [0x82, 0x00, 0xa1, 0x00, 0x63, b'n', b'e', b'w'];
    let recording = Frames::with_tables(Form::Layer).plain(LANE, &again);
    let lanes = Contents::of_bytes(&recording.bytes).lanes;
    assert_eq!(lanes, [Lane { thread_name: Some("new".into()), os_thread_id: None }]);
}

#[test]
fn a_chunk_of_more_records_than_allowed_is_refused() {
    for (records, readable) in [(1 << 17, true), ((1 << 17) + 1, false)] {
        // Each enters the span of key 0, at one tick.
        let zeros = vec![0; records as usize];
        let ticks = [varint(u64::from(records)), zeros.clone()].concat();
        let tags = vec![raw::kind::ENTER as u8; records as usize];
        let stored = [chunk_header(records), ticks, tags, zeros].concat();
        let contents = read(Frames::with_tables(Form::Layer).plain(frames::EVENTS, &stored).bytes);
        assert_eq!(contents.unwrap().chunks[0].is_some(), readable, "{records} records");
    }
}

#[test]
fn blocks_of_kinds_to_come_are_passed_over() {
    for form in FORMS {
        let bytes = sample::finished(form);
        let mut frames = Frames::new();
        for (kind, stored) in blocks_of(&bytes) {
            let plain = u32::from_le_bytes(bytes[stored.start - 8..][..4].try_into().unwrap());
            if kind != frames::INDEX {
                frames = frames.block(kind, &bytes[stored], plain).plain(200, b"from the future");
            }
        }
        assert_eq!(Contents::of_bytes(&frames.bytes), Contents::of_bytes(&bytes));
    }
}

#[test]
fn a_newer_version_is_refused_by_number() {
    let mut bytes = sample::finished(Form::Layer);
    bytes[8] = 2;
    let error = Recording::from_bytes(bytes).expect_err("it is newer");
    assert_eq!(error.kind(), spanfire_recording::ErrorKind::Version);
    assert!(error.to_string().contains("version 2"), "{error}");
}
