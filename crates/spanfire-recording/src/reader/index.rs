//! The index at a recording's end.

use crate::{
    block::{HEADER_BYTES, PREAMBLE_BYTES, block_kind},
    chunk::ChunkHeader,
    varint::{Input, put},
};

/// Where a block stands; for a chunk of events also what its header says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IndexEntry {
    pub at_byte: u64,
    /// Where the block ends. Not stored: blocks follow one another without a gap.
    pub end: u64,
    pub kind: u8,
    pub chunk: Option<ChunkHeader>,
}

impl IndexEntry {
    pub fn put(&self, out: &mut Vec<u8>) {
        out.push(self.kind);
        put(out, self.at_byte);
        if let Some(chunk) = &self.chunk {
            chunk.put(out);
        }
    }

    fn parse(input: &mut Input<'_>) -> Option<IndexEntry> {
        let kind = input.byte()?;
        let at_byte = input.varint()?;
        let chunk = match kind {
            block_kind::EVENTS => Some(ChunkHeader::parse(input)?),
            _ => None,
        };
        Some(IndexEntry { at_byte, end: 0, kind, chunk })
    }
}

/// Takes the index that stands at `end` apart; `None` if it contradicts itself. Its entries lie one
/// behind the other from the preamble to `end`, so that no byte is read for two of them.
pub(crate) fn parse(payload: &[u8], end: u64) -> Option<Vec<IndexEntry>> {
    let mut input = Input(payload);
    let count = input.size()?;
    let mut entries: Vec<IndexEntry> = Vec::new();
    for _ in 0..count {
        let entry = IndexEntry::parse(&mut input)?;
        let possible = match entries.last_mut() {
            Some(before) => {
                before.end = entry.at_byte;
                entry.at_byte >= before.at_byte.checked_add(HEADER_BYTES as u64)?
            }
            None => entry.at_byte == PREAMBLE_BYTES,
        };
        if !possible || entry.at_byte >= end {
            return None;
        }
        entries.push(entry);
    }
    entries.last_mut()?.end = end;
    input.is_empty().then_some(entries)
}
