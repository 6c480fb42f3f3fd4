//! The part of a lane that the collector sees. All of it is atomic or never changes.

use crate::{chunk::Chunk, losses::Loss};
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
    /// Events lost since the last loss record.
    pub lost: Loss,
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
}
