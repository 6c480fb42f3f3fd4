//! Makes the frame of damaged bytes right again, and nothing else: magic, version, and the checksum
//! of every block. Past the checksums it is the decoders that have to cope.

/// Magic and version.
pub(crate) const PREAMBLE_BYTES: usize = 12;
/// A block's header.
pub(crate) const HEADER_BYTES: usize = 16;

/// The index's place and the magic.
pub(crate) const TRAILER_BYTES: usize = 16;

pub(crate) const MAGIC: &[u8; 8] = b"SPANFIRE";

/// The same bytes with a right preamble and right checksums, up to the first block that reaches
/// beyond the end.
pub(crate) fn sealed(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes.resize(bytes.len().max(PREAMBLE_BYTES), 0);
    bytes[..8].copy_from_slice(MAGIC);
    bytes[8..PREAMBLE_BYTES].copy_from_slice(&1u32.to_le_bytes());
    let mut at = PREAMBLE_BYTES;
    while let Some(end) = block_end(&bytes, at) {
        let (header, stored) = bytes[at..end].split_at_mut(HEADER_BYTES);
        let checksum = checksum(&header[..12], stored);
        header[12..].copy_from_slice(&checksum.to_le_bytes());
        at = end;
    }
    bytes
}

/// Where the block at `at` ends, if the bytes do not end before.
pub(crate) fn block_end(bytes: &[u8], at: usize) -> Option<usize> {
    let length = bytes.get(at + 4..at + 8)?;
    let length = u32::from_le_bytes(length.try_into().ok()?) as usize;
    let end = at + HEADER_BYTES + length;
    (end <= bytes.len()).then_some(end)
}

fn checksum(start: &[u8], stored: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(start);
    hasher.update(stored);
    hasher.finalize()
}
