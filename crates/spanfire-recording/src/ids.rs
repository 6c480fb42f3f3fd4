//! Typed handles, so that a lane is never taken for a callsite.

/// A callsite's number in one recording: its index in [`Recording::callsites`](crate::Recording::callsites).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallsiteId(pub u32);

/// A lane's number in one recording: its index in [`Recording::lanes`](crate::Recording::lanes).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LaneId(pub u32);

/// The id `tracing` knew a span by.
///
/// Whether two spans of one recording may have the same id, one after the other, is said by
/// [`Form`](crate::Form).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpanId(pub u64);

/// A raw reading of the recording's clock; [`Timebase`](crate::Timebase) turns it into nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tick(pub u64);

impl CallsiteId {
    /// The number as an index.
    #[inline]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl LaneId {
    /// The number as an index.
    #[inline]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}
