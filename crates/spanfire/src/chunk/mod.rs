//! The memory that travels: chunks of words, and the pool they come from.
//!
//! A chunk is filled by one thread and read by the collector at the same time. All of it is atomic,
//! so that no access can race; the publication order is what [`Chunk::publish`] says. Its layout is
//! that of `spanfire_recording::tail`, because the pool of a file recording lies in a file that is
//! read after the process was killed: between any two stores to a chunk's header that file says
//! what is true.

mod pool;
mod region;
mod tail_file;

pub(crate) use pool::Pool;
pub(crate) use tail_file::TailFile;

#[cfg(not(spanfire_loom))]
pub(crate) use spanfire_recording::tail::CHUNK_WORDS;

/// A model's chunk: room for a loss, a stall and one record, or for the losses of three lanes.
#[cfg(spanfire_loom)]
pub(crate) const CHUNK_WORDS: usize = 12;

use crate::primitives::atomic::{AtomicU64, Ordering::*};
use spanfire_recording::tail::{Taken, owner};
use std::{ops::Range, ptr::NonNull};

/// A chunk's memory.
#[repr(C, align(64))]
struct ChunkMemory {
    length: AtomicU64,
    sequence: AtomicU64,
    owner: AtomicU64,
    taken: AtomicU64,
    taken_next: AtomicU64,
    at_byte: AtomicU64,
    #[cfg(not(spanfire_loom))]
    reserved: [AtomicU64; 2],
    words: [AtomicU64; CHUNK_WORDS],
}

#[cfg(not(spanfire_loom))]
const _: () = {
    use spanfire_recording::tail::{HEADER_WORDS, SLOT_BYTES, word};
    use std::mem::offset_of;
    assert!(size_of::<ChunkMemory>() == SLOT_BYTES);
    assert!(offset_of!(ChunkMemory, length) == word::LENGTH * 8);
    assert!(offset_of!(ChunkMemory, sequence) == word::SEQUENCE * 8);
    assert!(offset_of!(ChunkMemory, owner) == word::OWNER * 8);
    assert!(offset_of!(ChunkMemory, taken) == word::TAKEN * 8);
    assert!(offset_of!(ChunkMemory, taken_next) == word::TAKEN_NEXT * 8);
    assert!(offset_of!(ChunkMemory, at_byte) == word::AT_BYTE * 8);
    assert!(offset_of!(ChunkMemory, words) == HEADER_WORDS * 8);
};

#[cfg(spanfire_loom)]
impl ChunkMemory {
    /// Loom's atomics are made; zeroed memory is none.
    fn modelled() -> ChunkMemory {
        let word = || AtomicU64::new(0);
        ChunkMemory {
            length: word(),
            sequence: word(),
            owner: word(),
            taken: word(),
            taken_next: word(),
            at_byte: word(),
            words: [(); CHUNK_WORDS].map(|()| word()),
        }
    }
}

/// When [`word::TAKEN_NEXT`] never counts.
const NEVER: u64 = u64::MAX;

/// A handle of a chunk. Whoever holds one keeps the pool alive: see [`Pool`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Chunk(NonNull<ChunkMemory>);

// SAFETY: the memory behind the handle is atomic throughout.
unsafe impl Send for Chunk {}

// SAFETY: as for `Send`.
unsafe impl Sync for Chunk {}

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

    /// Writes a word by which a reader knows that what was written before it is there.
    pub fn put_published(&self, position: usize, word: u64) {
        if let Some(slot) = self.memory().words.get(position) {
            slot.store(word, Release);
        }
    }

    /// A word that [`put_published`](Self::put_published) wrote; 0 beyond the chunk.
    pub fn published_word(&self, position: usize) -> u64 {
        self.memory().words.get(position).map_or(0, |slot| slot.load(Acquire))
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

    /// Whether the chunk is now the one for which `owner` has filled `sequence` before. Then what it
    /// says of itself is of this use of it, and not of one before.
    pub fn is_the(&self, sequence: u64, owner: u64) -> bool {
        let memory = self.memory();
        memory.sequence.load(Acquire) == sequence && memory.owner.load(Relaxed) == owner
    }

    /// Makes the chunk an empty one, the `sequence`th of its next `owner`. The length comes first:
    /// from then on nothing of the one before is left, whatever the rest of the header says. The
    /// sequence comes last: who sees it sees the rest, which [`is_the`](Self::is_the) relies on.
    pub fn reset(&self, owner: u64, sequence: u64) {
        let memory = self.memory();
        memory.length.store(0, Release);
        memory.at_byte.store(NEVER, Release);
        memory.taken.store(Taken::default().to_word(), Release);
        memory.taken_next.store(Taken::default().to_word(), Release);
        memory.owner.store(owner, Release);
        memory.sequence.store(sequence, Release);
    }

    /// Says how far the chunk will have been taken once the recording has `at_byte` bytes. What it
    /// said before must count by now.
    pub fn set_taken(&self, taken: Taken, at_byte: u64) {
        let memory = self.memory();
        memory.taken.store(memory.taken_next.load(Relaxed), Release);
        memory.at_byte.store(NEVER, Release);
        memory.taken_next.store(taken.to_word(), Release);
        memory.at_byte.store(at_byte, Release);
    }

    pub fn as_ptr(self) -> *mut () {
        self.0.as_ptr().cast()
    }

    /// The handle behind a pointer that [`as_ptr`](Self::as_ptr) gave.
    pub fn from_ptr(pointer: *mut ()) -> Option<Chunk> {
        NonNull::new(pointer.cast()).map(Chunk)
    }
}

/// A chunk that its lane has filled and given away: nobody writes its words until it is reset.
pub(crate) struct Full(Chunk);

impl Full {
    /// `chunk`, which the calling thread's lane filled and will not touch again, unless it takes it
    /// back by [`into_chunk`](Self::into_chunk).
    pub fn new(chunk: Chunk) -> Full {
        Full(chunk)
    }

    /// All its words.
    #[cfg(not(spanfire_loom))]
    #[allow(clippy::indexing_slicing, reason = "called by the collector")]
    pub fn words(&self) -> &[u64] {
        let words = &self.0.memory().words[..self.0.published()];
        // SAFETY: `AtomicU64` has the layout of `u64`, and no thread writes the words while `self`
        // is there: its owner gave the chunk away, and only the chunk taken out of `self` is reset.
        // Another process that wrote to the tail file would break this, as it could break any
        // memory that the program maps.
        unsafe { std::slice::from_raw_parts(words.as_ptr().cast(), words.len()) }
    }

    /// All its words, read as plain memory: a model fails if a thread may write them meanwhile.
    /// Leaks the copy, which is as long as a model's chunk.
    #[cfg(spanfire_loom)]
    pub fn words(&self) -> &[u64] {
        let words = &self.0.memory().words[..self.0.published()];
        // SAFETY: as above, and loom checks it.
        let copies = words.iter().map(|word| unsafe { word.unsync_load() });
        copies.collect::<Vec<_>>().leak()
    }

    pub fn chunk(&self) -> Chunk {
        self.0
    }

    pub fn into_chunk(self) -> Chunk {
        self.0
    }
}

/// The owner word of lane `number`.
pub(crate) fn lane_owner(number: u32) -> u64 {
    owner::lane(number)
}
