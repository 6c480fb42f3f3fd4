//! Callsites and lanes, put where a killed process does not take them along.
//!
//! The collector writes both to the recording before the first event that names them. Up to then
//! they stand in chunks of their own: whoever reads the tail file finds in it the names of all
//! events in it.

use crate::chunk::{CHUNK_WORDS, Chunk, Pool};
use spanfire_recording::tail::owner;

/// The chunks that hold names, as long as the collector has not written what they hold.
#[derive(Default)]
pub(crate) struct Names {
    open: Option<Page>,
    full: Vec<Page>,
    sequence: u64,
}

/// A chunk of names, and the numbers behind the last ones it holds.
struct Page {
    chunk: Chunk,
    ends: Ends,
}

/// The numbers that the next callsite and the next lane get.
#[derive(Clone, Copy, Default)]
pub(crate) struct Ends {
    pub callsites: u32,
    pub lanes: u32,
}

impl Ends {
    fn reach(self, other: Ends) -> bool {
        self.callsites >= other.callsites && self.lanes >= other.lanes
    }
}

/// The longest block there is room for, in bytes.
pub(crate) const LONGEST: usize = CHUNK_WORDS * 8;

impl Names {
    /// Adds a block of whole words, after which numbers go on with `ends`. Costs a copy, and from
    /// time to time a chunk of `pool`.
    pub fn add(&mut self, pool: &Pool, block: &[u8], ends: impl FnOnce(&mut Ends)) {
        let words = block.len() / 8;
        let fits = |page: &&mut Page| page.chunk.position() + words <= CHUNK_WORDS;
        if self.open.as_mut().filter(fits).is_none() && !self.turn(pool) {
            return;
        }
        let Some(page) = &mut self.open else { return };
        let start = page.chunk.position();
        for (offset, bytes) in block.chunks_exact(8).enumerate() {
            let word = bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
            page.chunk.put(start + offset, word);
        }
        page.chunk.publish(start + words);
        ends(&mut page.ends);
    }

    /// Opens the next page.
    fn turn(&mut self, pool: &Pool) -> bool {
        let Some(chunk) = pool.allocate_uncounted() else { return false };
        let ends = self.open.as_ref().map_or_else(Ends::default, |page| page.ends);
        self.full.extend(self.open.take());
        chunk.reset(owner::NAMES, self.sequence);
        self.sequence += 1;
        self.open = Some(Page { chunk, ends });
        true
    }

    /// The chunks that are not needed once the recording holds what `written` says.
    pub fn release(&mut self, written: Ends) -> impl Iterator<Item = Chunk> {
        let done = self.full.extract_if(.., move |page| written.reach(page.ends));
        done.map(|page| page.chunk)
    }
}
