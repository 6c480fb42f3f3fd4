//! Memory for chunks, from the allocator or mapped from the tail file. Zeroed, freed as a whole.

use super::{Chunk, ChunkMemory};
use memmap2::MmapRaw;
use std::{
    alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error},
    ptr::NonNull,
};

/// A row of chunks, handed out one after the other.
pub(super) struct Region {
    /// The first chunk.
    start: NonNull<ChunkMemory>,
    chunks: usize,
    used: usize,
    /// What `start` points into.
    memory: Memory,
}

enum Memory {
    /// As the allocator gave it.
    Heap(NonNull<u8>),
    /// Unmapped when dropped.
    Mapped { _map: MmapRaw },
}

// SAFETY: a region is memory that only the pool frees.
unsafe impl Send for Region {}

impl Region {
    /// `chunks` chunks from the allocator. A page never written takes no memory.
    pub fn heap(chunks: usize) -> Region {
        let layout = layout(chunks);
        // SAFETY: the layout's size is not 0, as it has room for alignment.
        let allocation = unsafe { alloc_zeroed(layout) };
        let Some(allocation) = NonNull::new(allocation) else { handle_alloc_error(layout) };
        let padding = allocation.align_offset(align_of::<ChunkMemory>());
        // SAFETY: the padding is less than a chunk's alignment, which the layout has room for.
        // Zeroed memory is a valid `ChunkMemory`.
        let start = unsafe { allocation.add(padding) }.cast();
        Region { start, chunks, used: 0, memory: Memory::Heap(allocation) }
    }

    /// The chunks that `map` has room for; the mapped part of the file is zero. A mapping starts at
    /// a page, so it is aligned for chunks.
    pub fn mapped(map: MmapRaw) -> Option<Region> {
        let start = NonNull::new(map.as_mut_ptr().cast::<ChunkMemory>())?;
        let chunks = map.len() / size_of::<ChunkMemory>();
        let memory = Memory::Mapped { _map: map };
        start.is_aligned().then_some(Region { start, chunks, used: 0, memory })
    }

    /// How many chunks were never handed out.
    pub fn left(&self) -> usize {
        self.chunks - self.used
    }

    /// The next chunk never handed out, if there is one left.
    pub fn next(&mut self) -> Option<Chunk> {
        if self.used == self.chunks {
            return None;
        }
        // SAFETY: `used < chunks`, so the result lies within the region.
        let chunk = unsafe { self.start.add(self.used) };
        self.used += 1;
        // SAFETY: as above, and nobody has the chunk yet.
        #[cfg(spanfire_loom)]
        unsafe {
            chunk.write(ChunkMemory::modelled());
        }
        Some(Chunk(chunk))
    }
}

/// Asks for little alignment, so that `heap` makes its own: for more than `malloc` gives by itself,
/// the standard allocator would write the zeros, and so touch all pages.
#[allow(clippy::unreachable, reason = "called when a recorder is built")]
fn layout(chunks: usize) -> Layout {
    let bytes = chunks * size_of::<ChunkMemory>() + align_of::<ChunkMemory>();
    match Layout::from_size_align(bytes, 8) {
        Ok(layout) => layout,
        Err(_) => unreachable!("the pool's budget fits the address space"),
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        if let Memory::Heap(allocation) = self.memory {
            // SAFETY: allocated by `heap` with this layout; the pool is dropped last, see `Pool`.
            unsafe { dealloc(allocation.as_ptr(), layout(self.chunks)) }
        }
    }
}
