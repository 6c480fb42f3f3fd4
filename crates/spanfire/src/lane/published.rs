//! The part of a lane that the collector sees. All of it is atomic or never changes.

use crate::{
    chunk::Chunk,
    losses::Loss,
    primitives::atomic::{AtomicBool, AtomicPtr, AtomicU64, Ordering::*},
};
use std::ptr;

/// What the collector sees of a lane.
pub(crate) struct Published {
    /// The recorder the lane belongs to.
    pub recorder: u64,
    pub number: u32,
    pub thread: spanfire_recording::Lane,
    /// The open chunk, or null: see [`Chunk::as_ptr`].
    open: AtomicPtr<()>,
    /// How many full chunks were sent. The collector reads it when it has seen the end, which orders
    /// it.
    sent: AtomicU64,
    /// The thread is gone, and the lane's owner will not touch it again.
    ended: AtomicBool,
    /// Events lost since the last loss record.
    lost: Loss,
    /// The same count for the collector, with the chunk that will tell it: see [`Untold`].
    untold: AtomicU64,
}

impl Published {
    pub fn new(
        recorder: u64,
        number: u32,
        thread: spanfire_recording::Lane,
        lost: Loss,
    ) -> Published {
        Published {
            recorder,
            number,
            thread,
            open: AtomicPtr::new(ptr::null_mut()),
            sent: AtomicU64::new(0),
            ended: AtomicBool::new(false),
            lost,
            untold: AtomicU64::new(0),
        }
    }

    /// Counts an event lost at `tick`, which the lane's chunk number `teller` will tell.
    pub fn lose(&self, tick: u64, teller: u64) {
        self.lost.add(tick);
        let events = (self.untold.load(Relaxed) >> TELLER_BITS) + 1;
        let teller = teller & ((1 << TELLER_BITS) - 1);
        self.untold.store(events << TELLER_BITS | teller, Release);
    }

    /// `[count, first tick, last tick]` of what was lost and not yet told, unless nothing was.
    pub fn lost(&self) -> Option<[u64; 3]> {
        self.lost.get()
    }

    /// The losses stand in a record. Called when the collector can see it; by the collector, only
    /// for a lane that has ended.
    pub fn told(&self) {
        self.lost.clear();
        self.untold.store(0, Release);
    }

    /// What was lost and, when this was read, stood in no record that the collector could see.
    pub fn untold(&self) -> Untold {
        let word = self.untold.load(Acquire);
        Untold { events: word >> TELLER_BITS, teller: word, ticks: self.lost.ticks() }
    }

    /// The lane's place among those that count losses, for the next one.
    pub fn loss_entry(&self) -> Loss {
        self.lost
    }

    /// Shows the collector the chunk that is written from now on.
    pub fn set_open(&self, chunk: Option<Chunk>) {
        self.open.store(chunk.map_or(ptr::null_mut(), Chunk::as_ptr), Release);
    }

    /// Counts a full chunk that was sent.
    pub fn count_sent(&self) {
        self.sent.store(self.sent() + 1, Relaxed);
    }

    /// The owner will not touch the lane again.
    pub fn end(&self) {
        self.ended.store(true, Release);
    }

    /// The open chunk.
    pub fn open(&self) -> Option<Chunk> {
        Chunk::from_ptr(self.open.load(Acquire))
    }

    /// How many full chunks were sent.
    pub fn sent(&self) -> u64 {
        self.sent.load(Relaxed)
    }

    pub fn has_ended(&self) -> bool {
        self.ended.load(Acquire)
    }
}

/// Events lost, and the number of the chunk whose first record will tell it. Both come from one word,
/// so that who sees a count also knows whether it has seen its record.
#[derive(Clone, Copy, Default)]
pub(crate) struct Untold {
    pub events: u64,
    /// Its lower [`TELLER_BITS`] count.
    teller: u64,
    /// The first and the last.
    pub ticks: [u64; 2],
}

/// Bits of the chunk's number in [`Published::untold`].
const TELLER_BITS: u32 = 24;

impl Untold {
    /// Whether the teller comes before the lane's chunk number `chunk`.
    pub fn is_before(&self, chunk: u64) -> bool {
        let behind = chunk.wrapping_sub(self.teller) << (64 - TELLER_BITS);
        behind as i64 > 0
    }
}
