//! Counts of lost events that no record tells yet, put where a killed process does not take them
//! along.

use crate::chunk::{CHUNK_WORDS, Chunk, Pool};
use spanfire_recording::tail::{LOSS_WORDS, owner};

/// Entries for lanes, in chunks of their own.
#[derive(Default)]
pub(crate) struct Losses {
    chunk: Option<Chunk>,
    sequence: u64,
    free: Vec<Loss>,
}

/// A lane's entry: events lost since they were told last, first and last tick. Only the lane's owner
/// writes it, or the collector after the lane's end.
#[derive(Clone, Copy)]
pub(crate) struct Loss {
    chunk: Chunk,
    /// Where the entry starts.
    place: usize,
}

impl Losses {
    /// An entry for a lane; `None` without memory.
    pub fn entry(&mut self, pool: &Pool, lane: u64) -> Option<Loss> {
        let loss = match self.free.pop() {
            Some(loss) => loss,
            None => self.next(pool)?,
        };
        loss.chunk.put(loss.place, lane);
        loss.chunk.put(loss.place + 1, 0);
        let end = loss.place + LOSS_WORDS;
        loss.chunk.publish(loss.chunk.position().max(end));
        Some(loss)
    }

    /// Takes back the entry of a lane that has ended and told its losses.
    pub fn give_back(&mut self, loss: Loss) {
        self.free.push(loss);
    }

    fn next(&mut self, pool: &Pool) -> Option<Loss> {
        let room = |chunk: &Chunk| chunk.position() + LOSS_WORDS <= CHUNK_WORDS;
        let chunk = match self.chunk.filter(room) {
            Some(chunk) => chunk,
            None => {
                let chunk = pool.allocate_uncounted()?;
                chunk.reset(owner::LOSSES, self.sequence);
                self.sequence += 1;
                chunk
            }
        };
        self.chunk = Some(chunk);
        Some(Loss { chunk, place: chunk.position() })
    }
}

impl Loss {
    /// Counts an event lost at `tick`.
    pub fn add(&self, tick: u64) {
        let count = self.chunk.word(self.place + 1);
        if count == 0 {
            self.chunk.put(self.place + 2, tick);
        }
        self.chunk.put(self.place + 3, tick);
        self.chunk.put_published(self.place + 1, count + 1);
    }

    /// `[count, first tick, last tick]`, unless nothing was lost.
    pub fn get(&self) -> Option<[u64; 3]> {
        let count = self.chunk.published_word(self.place + 1);
        let [first, last] = self.ticks();
        (count > 0).then_some([count, first, last])
    }

    /// First and last tick of what was counted last.
    pub fn ticks(&self) -> [u64; 2] {
        [2, 3].map(|offset| self.chunk.word(self.place + offset))
    }

    /// What was counted is told elsewhere.
    pub fn clear(&self) {
        self.chunk.put_published(self.place + 1, 0);
    }
}
