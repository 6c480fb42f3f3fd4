//! Where chunks come from.

use super::{Chunk, TailFile, region::Region, tail_file::Pages};
use crate::primitives::{
    Mutex, MutexGuard,
    atomic::{AtomicUsize, Ordering::*},
};
use spanfire_recording::tail::SLOT_BYTES;
use std::sync::PoisonError;

/// How many chunks a mapped region has: 1 MiB of the disk is taken at once.
const MAPPED_CHUNKS: usize = 16;

/// With fewer chunks left the collector has the next region mapped.
const READY_CHUNKS: usize = 16;

/// How many chunks a region has that is added for lanes beyond the budget.
const EXTRA_CHUNKS: usize = 16;

/// Chunks of the first region beyond the budget, for what is no lane's.
const UNCOUNTED_CHUNKS: usize = 2;

/// A quarter of the address space: more is taken as a mistake.
const MAX_CHUNKS: usize = isize::MAX as usize / SLOT_BYTES / 2;

/// Where chunks come from: regions, freed together.
///
/// The pool must outlive every use of its chunks. The recorder owns it beside the lanes and the
/// collector's state, which hold the only handles.
pub(crate) struct Pool {
    budget: usize,
    /// Lanes' chunks handed out so far, so that the budget is checked without the lock.
    allocated: AtomicUsize,
    /// How many chunks [`Memory::spare`] has.
    spare: AtomicUsize,
    memory: Mutex<Memory>,
}

struct Memory {
    regions: Vec<Region>,
    /// Chunks that came back. The last one is used first, since its pages are warm.
    spare: Vec<Chunk>,
    tail: Option<TailFile>,
    /// Whether all regions so far lie in the tail file.
    mapped: bool,
}

impl Pool {
    /// A pool of `bytes`, at least four chunks; in `tail` as long as there is room for that file.
    pub fn new(bytes: usize, tail: Option<TailFile>) -> Pool {
        let budget = (bytes / SLOT_BYTES).clamp(4, MAX_CHUNKS);
        let mapped = tail.is_some();
        let mut memory = Memory { regions: Vec::new(), spare: Vec::new(), tail, mapped };
        memory.grow(budget + UNCOUNTED_CHUNKS, Pages::Now);
        Pool {
            budget,
            allocated: AtomicUsize::new(0),
            spare: AtomicUsize::new(0),
            memory: Mutex::new(memory),
        }
    }

    /// How many chunks the budget allows.
    pub fn budget(&self) -> usize {
        self.budget
    }

    /// A chunk for a lane: one that came back, or a new one. `None` when the budget is used up,
    /// unless it is the lane's `first`: every lane has one, or a few parked threads could starve all
    /// others.
    pub fn allocate(&self, first: bool) -> Option<Chunk> {
        if let Some(chunk) = self.take_spare() {
            return Some(chunk);
        }
        if !first && self.allocated.load(Relaxed) >= self.budget {
            return None;
        }
        self.allocated.fetch_add(1, Relaxed);
        self.allocate_uncounted()
    }

    /// Takes a chunk back that [`allocate`](Self::allocate) gave.
    pub fn give_back(&self, chunk: Chunk) {
        let mut memory = self.memory();
        memory.spare.push(chunk);
        self.spare.store(memory.spare.len(), Release);
    }

    fn take_spare(&self) -> Option<Chunk> {
        if self.spare.load(Acquire) == 0 {
            return None;
        }
        let mut memory = self.memory();
        let chunk = memory.spare.pop();
        self.spare.store(memory.spare.len(), Release);
        chunk
    }

    /// A chunk never used before, for what is no lane's. There is one, or the process ends, as it
    /// does when the allocator has no memory.
    pub fn allocate_uncounted(&self) -> Option<Chunk> {
        let mut memory = self.memory();
        if let Some(chunk) = memory.next() {
            return Some(chunk);
        }
        let counted = self.allocated.load(Relaxed);
        memory.grow(self.budget.saturating_sub(counted).max(EXTRA_CHUNKS), Pages::WhenUsed);
        memory.next()
    }

    /// Maps chunks ahead, so that no thread has to take the page faults of memory that it is the first
    /// to write to. For the collector, from time to time; takes up to some tenths of a millisecond.
    pub fn prepare(&self) {
        let mut memory = self.memory();
        let left = memory.regions.last().map_or(0, Region::left);
        let wanted = self.budget.saturating_sub(self.allocated.load(Relaxed));
        if memory.mapped && left < READY_CHUNKS.min(wanted) {
            memory.grow(wanted, Pages::Now);
        }
    }

    /// Whether everything recorded outlives the process, however that ends.
    pub fn survives_kill(&self) -> bool {
        self.memory().mapped
    }

    /// Removes the tail file, which nobody needs beside a finished recording. Its memory stays.
    pub fn remove_tail(&self) {
        if let Some(tail) = &self.memory().tail {
            tail.remove();
        }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    /// A chunk never handed out. Of a mapped pool the last two regions may have some.
    fn next(&mut self) -> Option<Chunk> {
        let first = self.regions.len().saturating_sub(2);
        self.regions.iter_mut().skip(first).find_map(Region::next)
    }

    /// Adds a region of at most `chunks` chunks.
    fn grow(&mut self, chunks: usize, pages: Pages) {
        let mapped = self.tail.as_mut().filter(|_| self.mapped).and_then(|tail| {
            let map = tail.extend(chunks.min(MAPPED_CHUNKS), pages).ok()?;
            Region::mapped(map)
        });
        self.mapped = mapped.is_some();
        self.regions.push(mapped.unwrap_or_else(|| Region::heap(chunks)));
    }
}
