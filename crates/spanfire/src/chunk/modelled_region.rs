//! A model's memory for chunks. Loom's atomics have no layout that zeroed memory could have, so each
//! chunk is made by itself.

use super::{CHUNK_WORDS, Chunk, ChunkMemory};
use crate::primitives::atomic::AtomicU64;
use memmap2::MmapRaw;
use std::ptr::NonNull;

/// As `region.rs` has it.
pub(super) struct Region {
    /// Has room for all from the start, so that none moves.
    memory: Vec<ChunkMemory>,
}

impl Region {
    pub fn heap(chunks: usize) -> Region {
        Region { memory: Vec::with_capacity(chunks) }
    }

    pub fn mapped(_: MmapRaw) -> Option<Region> {
        None
    }

    pub fn next(&mut self) -> Option<Chunk> {
        if self.memory.len() == self.memory.capacity() {
            return None;
        }
        let word = || AtomicU64::new(0);
        self.memory.push(ChunkMemory {
            length: word(),
            sequence: word(),
            owner: word(),
            taken: word(),
            taken_next: word(),
            at_byte: word(),
            words: [(); CHUNK_WORDS].map(|()| word()),
        });
        self.memory.last().map(|memory| Chunk(NonNull::from(memory)))
    }
}
