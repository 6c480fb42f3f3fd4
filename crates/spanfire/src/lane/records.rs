//! How a lane writes records: into its open chunk, or after a change of chunks.

use super::{Lane, Slot};
use crate::{
    chunk::{CHUNK_WORDS, Chunk, lane_owner},
    core::Core,
};
use spanfire_recording::raw::{self, extended, head, kind};

#[cfg(not(spanfire_loom))]
/// The longest record fits a chunk that begins with a loss and a stall.
const _: () = assert!(2 * raw::MAX_PAYLOAD / 8 + 32 <= CHUNK_WORDS);

impl Lane {
    /// Writes and publishes one record; with `NUMBER` a third word.
    #[inline(always)]
    pub(super) fn write<const NUMBER: bool>(
        &self,
        core: &Core,
        tick: u64,
        kind: u64,
        id: u64,
        number: u32,
    ) {
        let words = if NUMBER { 3 } else { 2 };
        if let Some(chunk) = self.own.chunk.get() {
            let position = chunk.position();
            if position <= CHUNK_WORDS - words {
                return self.write_at::<NUMBER>(chunk, position, tick, kind, id, number);
            }
        }
        self.write_to_next::<NUMBER>(core, tick, kind, id, number);
    }

    #[inline(always)]
    fn write_at<const NUMBER: bool>(
        &self,
        chunk: Chunk,
        position: usize,
        tick: u64,
        kind: u64,
        id: u64,
        number: u32,
    ) {
        chunk.put(position, head(tick, kind));
        chunk.put(position + 1, id);
        if NUMBER {
            chunk.put(position + 2, u64::from(number));
        }
        chunk.publish(position + if NUMBER { 3 } else { 2 });
        self.own.last_tick.set(tick);
        self.own.set_changeable(match kind {
            kind::NEW_BOUND => id,
            kind::EXIT => !id,
            _ => 0,
        });
    }

    #[cold]
    #[inline(never)]
    fn write_to_next<const NUMBER: bool>(
        &self,
        core: &Core,
        tick: u64,
        kind: u64,
        id: u64,
        number: u32,
    ) {
        if let Some((chunk, position)) = self.next_chunk(core, tick) {
            self.write_at::<NUMBER>(chunk, position, tick, kind, id, number);
        }
    }

    /// Writes and publishes records of any length that stay together.
    pub(super) fn write_extended(&self, core: &Core, fill: impl FnOnce(&mut Vec<u64>, u64)) {
        let mut words = self.own.words.take();
        words.clear();
        let tick = core.clock.raw();
        fill(&mut words, tick);
        if let Some((chunk, position)) = self.room(core, tick, words.len()) {
            for (offset, word) in words.iter().enumerate() {
                chunk.put(position + offset, *word);
            }
            chunk.publish(position + words.len());
            self.own.last_tick.set(tick);
            self.own.set_changeable(0);
        }
        self.own.words.set(words);
    }

    /// Changes the first word of the last record, `words` long, if it is of kind `from`.
    #[inline(always)]
    pub(super) fn change(&self, words: usize, from: u64, to: impl FnOnce(u64) -> u64) -> bool {
        self.own.set_changeable(0);
        let Some(chunk) = self.own.chunk.get() else { return false };
        let start = chunk.position().wrapping_sub(words);
        let word = chunk.word(start);
        let matches = word & raw::KIND_MASK == from;
        if matches {
            chunk.put(start, to(word));
        }
        matches
    }

    /// The number of words written to the open chunk.
    pub(super) fn position(&self) -> usize {
        self.own.chunk.get().map_or(0, |chunk| chunk.position())
    }

    /// The open chunk and where to write in it, with room for `words`; `None` where the event is
    /// lost, which is counted.
    fn room(&self, core: &Core, tick: u64, words: usize) -> Option<(Chunk, usize)> {
        if let Some(chunk) = self.own.chunk.get() {
            let position = chunk.position();
            if words <= CHUNK_WORDS && position <= CHUNK_WORDS - words {
                return Some((chunk, position));
            }
        }
        self.next_chunk(core, tick)
    }

    #[cold]
    #[inline(never)]
    fn next_chunk(&self, core: &Core, tick: u64) -> Option<(Chunk, usize)> {
        self.own.set_changeable(0);
        let next = Slot::closed(|| {
            if let Some(full) = self.own.chunk.get() {
                if !core.send_full(self.published.number, full) {
                    return None;
                }
                // Not before: the collector must find it open or in the channel at any moment. That
                // it may find it open when it is another's already, it sees by `Chunk::is_the`.
                self.published.set_open(None);
                self.own.chunk.set(None);
                self.published.count_sent();
            }
            core.empty_chunk(self.published.sent() == 0)
        });
        let Some(next) = next else {
            let teller = self.published.sent() + u64::from(self.own.chunk.get().is_some());
            self.published.lose(tick, teller);
            // What is recorded next without a clock read of its own was no earlier than this.
            self.own.last_tick.set(tick);
            if core.finished() {
                // Callbacks then go the way on which they find that out first.
                Slot::leave();
            }
            return None;
        };
        let chunk = next.chunk;
        chunk.reset(lane_owner(self.published.number), self.published.sent());
        let mut position = 0;
        let lost = self.published.lost();
        if let Some([count, first, last]) = lost {
            position = put_record(chunk, position, tick, extended::LOSS, &[first, last, count]);
        }
        if let Some((from, to)) = next.stall {
            position = put_record(chunk, position, tick, extended::STALL, &[from, to]);
        }
        chunk.publish(position);
        self.own.chunk.set(Some(chunk));
        self.published.set_open(Some(chunk));
        if lost.is_some() {
            self.published.told();
        }
        Some((chunk, position))
    }
}

fn put_record(chunk: Chunk, position: usize, tick: u64, extended: u32, payload: &[u64]) -> usize {
    chunk.put(position, head(tick, kind::EXTENDED));
    chunk.put(position + 1, (payload.len() as u64 * 8) << 32 | u64::from(extended));
    for (offset, word) in payload.iter().enumerate() {
        chunk.put(position + 2 + offset, *word);
    }
    position + 2 + payload.len()
}
