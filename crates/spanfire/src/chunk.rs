//! The memory that travels: chunks of words, and the pool they come from.
//!
//! A chunk is filled by one thread and read by the collector at the same time. All of it is atomic,
//! so that no access can race; the publication order is what [`Chunk::publish`] says. Chunks live in
//! regions that are allocated zeroed, so that a page never written takes no memory, and are freed
//! with the pool.

use std::{
    alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error},
    ops::Range,
    ptr::NonNull,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering::*},
    },
};

/// Words of one chunk. With its header a chunk takes exactly 64 KiB.
pub(crate) const CHUNK_WORDS: usize = 8 * 1024 - HEADER_WORDS;
const HEADER_WORDS: usize = 8;

/// What a chunk takes of memory.
pub(crate) const CHUNK_BYTES: usize = 64 * 1024;

/// How many chunks a region has that is added for lanes beyond the budget.
const EXTRA_REGION_CHUNKS: usize = 16;

/// A quarter of the address space: more is taken as a mistake.
const MAX_CHUNKS: usize = isize::MAX as usize / CHUNK_BYTES / 2;

/// A chunk's memory. The layout is fixed, so that a shared mapping could hold it.
#[repr(C, align(64))]
pub(crate) struct ChunkMemory {
    /// How many words are published.
    length: AtomicU64,
    /// How many chunks the lane had sent before this one.
    sequence: AtomicU64,
    reserved: [AtomicU64; HEADER_WORDS - 2],
    words: [AtomicU64; CHUNK_WORDS],
}

const _: () = assert!(size_of::<ChunkMemory>() == CHUNK_BYTES);

/// A handle of a chunk. Whoever holds one keeps the pool alive: see [`Pool`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Chunk(NonNull<ChunkMemory>);

// SAFETY: the memory behind the handle is atomic throughout.
unsafe impl Send for Chunk {}

impl Chunk {
    #[inline(always)]
    fn memory(&self) -> &ChunkMemory {
        // SAFETY: a handle points into a region of a pool, made by `Pool::allocate`. Lanes,
        // collector and channels, which hold all handles, belong to the recorder that owns the
        // pool, and are dropped before it or never use their handles after it.
        unsafe { self.0.as_ref() }
    }

    /// Writes one word that is not published yet. Words beyond the chunk are ignored.
    #[inline(always)]
    pub fn put(&self, position: usize, word: u64) {
        if let Some(slot) = self.memory().words.get(position) {
            slot.store(word, Relaxed);
        }
    }

    /// A word; 0 beyond the chunk.
    #[inline(always)]
    pub fn word(&self, position: usize) -> u64 {
        self.memory().words.get(position).map_or(0, |slot| slot.load(Relaxed))
    }

    /// Appends the words of `range` to `out`.
    pub fn copy_to(&self, out: &mut Vec<u64>, range: Range<usize>) {
        let words = self.memory().words.get(range).unwrap_or_default();
        out.extend(words.iter().map(|word| word.load(Relaxed)));
    }

    /// How many words the owner has published: where it writes next.
    #[inline(always)]
    pub fn position(&self) -> usize {
        self.memory().length.load(Relaxed) as usize
    }

    /// Makes all words before `length` visible to whoever sees the new length: one release store,
    /// which is a plain one on x86.
    #[inline(always)]
    pub fn publish(&self, length: usize) {
        self.memory().length.store(length as u64, Release);
    }

    /// How many words may be read.
    pub fn published(&self) -> usize {
        (self.memory().length.load(Acquire) as usize).min(CHUNK_WORDS)
    }

    /// How many chunks the lane had sent before this one.
    pub fn sequence(&self) -> u64 {
        self.memory().sequence.load(Relaxed)
    }

    /// Makes the chunk an empty one, the `sequence`th of its next lane.
    pub fn reset(&self, sequence: u64) {
        self.memory().sequence.store(sequence, Relaxed);
        self.memory().length.store(0, Release);
    }

    pub fn as_ptr(self) -> *mut () {
        self.0.as_ptr().cast()
    }

    /// The handle behind a pointer that [`as_ptr`](Self::as_ptr) gave.
    pub fn from_ptr(pointer: *mut ()) -> Option<Chunk> {
        NonNull::new(pointer.cast()).map(Chunk)
    }
}

/// A chunk that its lane has filled and given away: nobody writes it until it is reset.
pub(crate) struct Full(Chunk);

impl Full {
    /// `chunk`, which the calling thread's lane filled and will not touch again, unless it takes it
    /// back by [`into_chunk`](Self::into_chunk).
    pub fn new(chunk: Chunk) -> Full {
        Full(chunk)
    }

    /// All its words.
    pub fn words(&self) -> &[u64] {
        let words = &self.0.memory().words[..self.0.published()];
        // SAFETY: `AtomicU64` has the layout of `u64`, and no thread writes the words while `self`
        // is there: its owner gave the chunk away, and only the chunk taken out of `self` is reset.
        unsafe { std::slice::from_raw_parts(words.as_ptr().cast(), words.len()) }
    }

    pub fn chunk(&self) -> Chunk {
        self.0
    }

    pub fn into_chunk(self) -> Chunk {
        self.0
    }
}

/// Where chunks come from: regions of zeroed memory, freed together.
///
/// The pool must outlive every use of its chunks. The recorder owns it beside the lanes and the
/// collector's state, which hold the only handles.
pub(crate) struct Pool {
    budget: usize,
    /// Chunks handed out so far, so that the budget is checked without the lock.
    allocated: AtomicUsize,
    regions: Mutex<Vec<Region>>,
}

struct Region {
    /// As the allocator gave it.
    allocation: NonNull<u8>,
    /// The first chunk, aligned within the allocation.
    start: NonNull<ChunkMemory>,
    chunks: usize,
    used: usize,
}

// SAFETY: a region is memory that only the pool frees.
unsafe impl Send for Region {}

impl Pool {
    /// A pool of `bytes`, at least four chunks.
    pub fn new(bytes: usize) -> Pool {
        let budget = (bytes / CHUNK_BYTES).clamp(4, MAX_CHUNKS);
        let regions = Mutex::new(vec![Region::new(budget)]);
        Pool { budget, allocated: AtomicUsize::new(0), regions }
    }

    /// How many chunks the budget allows.
    pub fn budget(&self) -> usize {
        self.budget
    }

    /// A chunk never used before. `None` when the budget is used up, unless the chunk is a lane's
    /// `first`: every lane has one, or a few parked threads could starve all others.
    pub fn allocate(&self, first: bool) -> Option<Chunk> {
        if !first && self.allocated.load(Relaxed) >= self.budget {
            return None;
        }
        let mut regions = self.regions.lock().unwrap_or_else(PoisonError::into_inner);
        if regions.last().is_none_or(|region| region.used == region.chunks) {
            regions.push(Region::new(EXTRA_REGION_CHUNKS));
        }
        let region = regions.last_mut()?;
        // SAFETY: `used < chunks`, so the result lies within the region.
        let chunk = unsafe { region.start.add(region.used) };
        region.used += 1;
        self.allocated.fetch_add(1, Relaxed);
        Some(Chunk(chunk))
    }
}

impl Region {
    fn new(chunks: usize) -> Region {
        let layout = Region::layout(chunks);
        // SAFETY: the layout's size is not 0, as it has room for alignment.
        let allocation = unsafe { alloc_zeroed(layout) };
        let Some(allocation) = NonNull::new(allocation) else { handle_alloc_error(layout) };
        let padding = allocation.align_offset(align_of::<ChunkMemory>());
        // SAFETY: the padding is less than a chunk's alignment, which the layout has room for.
        // Zeroed memory is a valid `ChunkMemory`.
        let start = unsafe { allocation.add(padding) }.cast();
        Region { allocation, start, chunks, used: 0 }
    }

    /// Asks for little alignment and makes its own: for more than `malloc` gives by itself, the
    /// standard allocator would write the zeros, and so touch all pages.
    fn layout(chunks: usize) -> Layout {
        let bytes = chunks * CHUNK_BYTES + align_of::<ChunkMemory>();
        match Layout::from_size_align(bytes, 8) {
            Ok(layout) => layout,
            Err(_) => unreachable!("`MAX_CHUNKS` chunks fit the address space"),
        }
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        // SAFETY: allocated by `Region::new` with this layout; the pool is dropped last, see `Pool`.
        unsafe { dealloc(self.allocation.as_ptr(), Region::layout(self.chunks)) }
    }
}
