//! The part of a lane that the collector sees. All of it is atomic or never changes.

use crate::chunk::Chunk;
use std::{
    ptr,
    sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, Ordering::*},
};

/// What the collector sees of a lane.
pub(crate) struct Published {
    /// The recorder the lane belongs to.
    pub recorder: u64,
    pub number: u32,
    pub thread: spanfire_recording::Lane,
    /// The open chunk, or null: see [`Chunk::as_ptr`].
    open: AtomicPtr<()>,
    /// How many full chunks were sent.
    sent: AtomicU64,
    /// The thread is gone, and the lane's owner will not touch it again.
    ended: AtomicBool,
    /// Events lost since the last loss record: count, first and last tick.
    lost: [AtomicU64; 3],
}

impl Published {
    pub fn new(recorder: u64, number: u32, thread: spanfire_recording::Lane) -> Published {
        Published {
            recorder,
            number,
            thread,
            open: AtomicPtr::new(ptr::null_mut()),
            sent: AtomicU64::new(0),
            ended: AtomicBool::new(false),
            lost: Default::default(),
        }
    }

    /// Shows the collector the chunk that is written from now on.
    pub fn set_open(&self, chunk: Option<Chunk>) {
        self.open.store(chunk.map_or(ptr::null_mut(), Chunk::as_ptr), Release);
    }

    /// Counts a full chunk that was sent.
    pub fn count_sent(&self) {
        self.sent.store(self.sent() + 1, Release);
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
        self.sent.load(Acquire)
    }

    pub fn has_ended(&self) -> bool {
        self.ended.load(Acquire)
    }

    /// Counts losses not yet in a record; only the owner, or the collector after the end, calls it.
    pub fn lose(&self, tick: u64) {
        let [count, first, last] = &self.lost;
        if count.load(Relaxed) == 0 {
            first.store(tick, Relaxed);
        }
        last.store(tick, Relaxed);
        count.store(count.load(Relaxed) + 1, Release);
    }

    /// `[count, first tick, last tick]` of what was lost and not yet told.
    pub fn take_lost(&self) -> Option<[u64; 3]> {
        let [count, first, last] = &self.lost;
        let lost = [count.load(Acquire), first.load(Relaxed), last.load(Relaxed)];
        if lost[0] == 0 {
            return None;
        }
        count.store(0, Relaxed);
        Some(lost)
    }
}
