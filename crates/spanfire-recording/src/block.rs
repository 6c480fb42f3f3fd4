//! The frame around everything in the file: kind, lengths, checksum.
//!
//! A file is `MAGIC`, the version, and blocks until its end:
//!
//! ```text
//!   0  kind  u8      4  stored length  u32      12  CRC-32 of bytes 0..12 and the stored bytes  u32
//!   1  0 0 0         8  plain length   u32      16  stored bytes
//! ```
//!
//! Stored and plain length differ where the end of the payload is compressed (LZ4 block format).

use crate::{Error, varint::Input};
use std::io::{self, Write};

/// The format version this build writes, and the newest it reads.
pub const VERSION: u32 = 1;

pub(crate) const MAGIC: &[u8; 8] = b"SPANFIRE";
/// The magic and the version.
pub(crate) const PREAMBLE_BYTES: u64 = 12;
pub(crate) const HEADER_BYTES: usize = 16;
/// No block is longer, whatever its header says.
pub(crate) const MAX_BLOCK_BYTES: u32 = 16 << 20;

/// Kinds of block. Readers pass over kinds they do not know.
pub(crate) mod block_kind {
    pub const HEADER: u8 = 1;
    pub const CALLSITE: u8 = 2;
    pub const LANE: u8 = 3;
    pub const EVENTS: u8 = 4;
    pub const ANCHOR: u8 = 5;
    pub const LOSS: u8 = 6;
    pub const PROBE_COST: u8 = 7;
    pub const INDEX: u8 = 8;
    pub const SAMPLES: u8 = 9;
    pub const IMAGES: u8 = 10;
    pub const SAMPLING: u8 = 11;
}

/// A block's header, as read and not yet verified.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BlockHeader {
    pub kind: u8,
    pub stored: u32,
    pub plain: u32,
    checksum: u32,
}

impl BlockHeader {
    /// Takes a header apart; `None` if no writer wrote it.
    pub fn parse(bytes: &[u8; HEADER_BYTES]) -> Option<BlockHeader> {
        let mut input = Input(bytes);
        let start = input.bytes(4)?;
        let (stored, plain, checksum) = (input.u32()?, input.u32()?, input.u32()?);
        let sane = start[1..] == [0; 3] && stored <= MAX_BLOCK_BYTES && plain <= MAX_BLOCK_BYTES;
        sane.then_some(BlockHeader { kind: start[0], stored, plain, checksum })
    }

    /// Whether `stored` is what the writer stored.
    pub fn verify(&self, stored: &[u8]) -> bool {
        checksum(&self.start(), stored) == self.checksum
    }

    /// The block's whole length.
    pub fn block_bytes(&self) -> u64 {
        HEADER_BYTES as u64 + u64::from(self.stored)
    }

    fn start(&self) -> [u8; 12] {
        let mut start = [0; 12];
        start[0] = self.kind;
        start[4..8].copy_from_slice(&self.stored.to_le_bytes());
        start[8..12].copy_from_slice(&self.plain.to_le_bytes());
        start
    }
}

/// Writes one block with a single call of `write_all`, so that a sink that fails leaves a whole
/// number of blocks or one cut one. A block that no reader would take is refused.
pub(crate) fn write_block(
    sink: &mut impl Write,
    scratch: &mut Vec<u8>,
    kind: u8,
    stored: &[u8],
    plain: usize,
) -> Result<u64, Error> {
    let longest = stored.len().max(plain);
    if longest > MAX_BLOCK_BYTES as usize {
        let message = format!("a block of {longest} bytes; the format allows {MAX_BLOCK_BYTES}");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message).into());
    }
    let header =
        BlockHeader { kind, stored: stored.len() as u32, plain: plain as u32, checksum: 0 };
    let start = header.start();
    scratch.clear();
    scratch.extend_from_slice(&start);
    scratch.extend_from_slice(&checksum(&start, stored).to_le_bytes());
    scratch.extend_from_slice(stored);
    sink.write_all(scratch)?;
    Ok(header.block_bytes())
}

fn checksum(start: &[u8], stored: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(start);
    hasher.update(stored);
    hasher.finalize()
}
