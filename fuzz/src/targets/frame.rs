//! What everything in a file is framed by: numbers, blocks, the index.

use crate::limits::{PerByte, bounded};
use crate::sealing::{HEADER_BYTES, PREAMBLE_BYTES};
use spanfire_recording::fuzzing;

/// Varints up to the first that is none; the shortest form of each says the same.
pub(super) fn varint(bytes: &[u8]) {
    let mut rest = bytes;
    while let Some((value, taken)) = fuzzing::varint(rest) {
        assert!((1..=10).contains(&taken), "{taken} bytes of a varint");
        let shortest = fuzzing::put_varint(value);
        assert!(shortest.len() <= taken);
        assert_eq!(fuzzing::varint(&shortest), Some((value, shortest.len())));
        let (signed, also_taken) = fuzzing::signed(rest).expect("every varint is a signed one");
        assert_eq!(((signed << 1) ^ (signed >> 63)) as u64, value, "zigzag");
        assert_eq!(also_taken, taken);
        rest = &rest[taken..];
    }
    assert_eq!(fuzzing::signed(rest), None);
}

/// A header that any writer wrote comes back; its checksum holds for its own bytes alone.
pub(super) fn block(bytes: &[u8]) {
    let Some((header, stored)) = bytes.split_first_chunk::<HEADER_BYTES>() else { return };
    let Some((kind, length, plain, _)) = fuzzing::block_header(header, stored) else { return };
    let stored = &stored[..stored.len().min(length as usize)];
    let written = fuzzing::block(kind, stored, plain as usize).expect("no length is too long");
    let (start, after) = written.split_first_chunk::<HEADER_BYTES>().expect("a header");
    let expected = (kind, stored.len() as u32, plain, true);
    assert_eq!(fuzzing::block_header(start, after), Some(expected));
    assert_eq!(after, stored);
    if let Some((last, before)) = stored.split_last() {
        let turned = [before, &[last ^ 1]].concat();
        let (.., whole) = fuzzing::block_header(start, &turned).expect("the same header");
        assert!(!whole, "a wrong bit and a right checksum");
    }
}

/// Where the index stands, then its entries: one behind the other, without gaps.
pub(super) fn index(bytes: &[u8]) {
    let Some((end, payload)) = bytes.split_first_chunk::<4>() else { return };
    let end = u64::from(u32::from_le_bytes(*end));
    let parsed = bounded(payload.len(), PerByte::OPENING, || fuzzing::index(payload, end));
    let Some(entries) = parsed else { return };
    let mut at = PREAMBLE_BYTES as u64;
    for (_, start, stop) in entries {
        assert_eq!(start, at, "a gap in the index");
        assert!(stop > start && stop <= end, "an entry that ends where it should not");
        at = stop;
    }
    assert_eq!(at, end, "a gap before the index");
}
