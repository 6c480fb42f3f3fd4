//! Builds recordings byte by byte, so that they can lie: every checksum is right, nothing else need
//! be.

use super::sample;
use spanfire_recording::Form;

pub const EVENTS: u8 = 4;
pub const INDEX: u8 = 8;

/// A recording in the making.
pub struct Frames {
    pub bytes: Vec<u8>,
}

impl Frames {
    /// Magic and version.
    pub fn new() -> Frames {
        Frames { bytes: [&b"SPANFIRE"[..], &1u32.to_le_bytes()].concat() }
    }

    /// A true header, one callsite and one lane.
    pub fn with_tables(form: Form) -> Frames {
        Frames { bytes: sample::beginnings(form)[3].clone() }
    }

    /// A block with a right checksum.
    pub fn block(mut self, kind: u8, stored: &[u8], plain: u32) -> Frames {
        let mut start = [0; 12];
        start[0] = kind;
        start[4..8].copy_from_slice(&(stored.len() as u32).to_le_bytes());
        start[8..].copy_from_slice(&plain.to_le_bytes());
        self.bytes.extend_from_slice(&start);
        self.bytes.extend_from_slice(&checksum(&start, stored).to_le_bytes());
        self.bytes.extend_from_slice(stored);
        self
    }

    /// An uncompressed block.
    pub fn plain(self, kind: u8, stored: &[u8]) -> Frames {
        self.block(kind, stored, stored.len() as u32)
    }

    /// An index that says `entries`, and the trailer.
    pub fn index(mut self, entries: &[u8]) -> Frames {
        let place = self.bytes.len() as u64;
        self = self.plain(INDEX, entries);
        self.trailer(place)
    }

    pub fn trailer(mut self, place: u64) -> Frames {
        self.bytes.extend_from_slice(&place.to_le_bytes());
        self.bytes.extend_from_slice(b"SPANFIRE");
        self
    }
}

/// What stands behind the first 12 bytes of a block's header.
pub fn checksum(start: &[u8], stored: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(start);
    hasher.update(stored);
    hasher.finalize()
}

/// A chunk's first 28 bytes, of lane 0 and tick 0.
pub fn chunk_header(records: u32) -> Vec<u8> {
    let mut bytes = vec![0; 28];
    bytes[4..8].copy_from_slice(&records.to_le_bytes());
    bytes
}

pub fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// Where the blocks of a whole recording stand: kind, and the range of what is stored.
pub fn blocks_of(bytes: &[u8]) -> Vec<(u8, std::ops::Range<usize>)> {
    let mut blocks = Vec::new();
    let mut at = sample::PREAMBLE_BYTES;
    while at + sample::TRAILER_BYTES < bytes.len() {
        let stored = u32::from_le_bytes(bytes[at + 4..at + 8].try_into().unwrap()) as usize;
        blocks.push((bytes[at], at + 16..at + 16 + stored));
        at += 16 + stored;
    }
    blocks
}
