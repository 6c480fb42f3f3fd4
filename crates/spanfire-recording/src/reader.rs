//! Reads a recording.

use crate::*;
use std::path::Path;

/// A recording, opened: everything but its events, which are read chunk by chunk.
pub struct Recording {}

/// A chunk of events in a recording, not yet decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkInfo {
    /// The lane.
    pub lane: LaneId,
    /// The tick of its first event.
    pub first: Tick,
    /// The tick of its last event.
    pub last: Tick,
    /// How many events it holds.
    pub events: u32,
}

/// Where and why a recording ends before its writer finished it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The first byte that could not be read.
    pub at_byte: u64,
    /// What stands there.
    pub reason: String,
}

impl Recording {
    /// Opens the recording at `path`.
    pub fn open(path: impl AsRef<Path>) -> Result<Recording, Error> {
        let _ = path;
        unimplemented!()
    }

    /// Opens a recording held in memory.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Recording, Error> {
        let _ = bytes;
        unimplemented!()
    }

    /// The process, its clock, and the recorder's form.
    pub fn header(&self) -> &Header {
        unimplemented!()
    }

    /// The callsites, by [`CallsiteId`].
    pub fn callsites(&self) -> &[Callsite] {
        unimplemented!()
    }

    /// The lanes, by [`LaneId`].
    pub fn lanes(&self) -> &[Lane] {
        unimplemented!()
    }

    /// The clock anchors, in the order they were taken.
    pub fn anchors(&self) -> &[Anchor] {
        unimplemented!()
    }

    /// Ticks to nanoseconds.
    pub fn timebase(&self) -> &Timebase {
        unimplemented!()
    }

    /// Every loss and stall, in file order.
    pub fn losses(&self) -> &[Loss] {
        unimplemented!()
    }

    /// What recording cost, where it was measured.
    pub fn probe_cost(&self) -> Option<&ProbeCost> {
        unimplemented!()
    }

    /// How many ticks had to be raised to keep a lane's order.
    pub fn clamped_ticks(&self) -> u64 {
        unimplemented!()
    }

    /// Where the recording was cut, if its writer did not finish it or it was damaged.
    pub fn cut(&self) -> Option<&Cut> {
        unimplemented!()
    }

    /// The size of the recording, in bytes.
    pub fn size_bytes(&self) -> u64 {
        unimplemented!()
    }

    /// The chunks of events, in the order of each lane.
    pub fn chunks(&self) -> &[ChunkInfo] {
        unimplemented!()
    }

    /// Reads and decodes one of [`chunks`](Self::chunks).
    pub fn chunk(&self, index: usize) -> Result<Chunk, Error> {
        let _ = index;
        unimplemented!()
    }
}
