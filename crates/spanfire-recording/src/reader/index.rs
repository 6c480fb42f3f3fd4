//! The index at a recording's end.

use crate::{
    block::block_kind,
    chunk::ChunkHeader,
    varint::{Input, put},
};

/// Where a block stands; for a chunk of events also what its header says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IndexEntry {
    pub at_byte: u64,
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
        Some(IndexEntry { at_byte, kind, chunk })
    }
}

/// Takes an index apart; `None` if it contradicts itself.
pub(crate) fn parse(payload: &[u8]) -> Option<Vec<IndexEntry>> {
    let mut input = Input(payload);
    let count = input.size()?;
    let mut entries = Vec::new();
    for _ in 0..count {
        entries.push(IndexEntry::parse(&mut input)?);
    }
    input.is_empty().then_some(entries)
}
