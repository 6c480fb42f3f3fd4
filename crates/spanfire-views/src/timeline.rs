//! What ran when on every thread.

use crate::Replay;
use spanfire_recording::{CallsiteId, Error, LaneId};
use std::ops::Range;

/// What ran when, per lane, with the gaps that were there.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// The time shown: the selection's range, or from the first event to the last.
    pub range_ns: Range<u64>,
    /// The selected lanes that have events, in the order of their first one.
    pub lanes: Vec<LaneTimeline>,
}

/// One lane of a [`Timeline`].
#[derive(Clone, Debug)]
pub struct LaneTimeline {
    /// The lane.
    pub lane: LaneId,
    /// Its label.
    pub label: String,
    /// Segments in the order of their start; at equal starts the outer one first.
    pub bars: Vec<Bar>,
    /// Instants in the order of time.
    pub marks: Vec<Mark>,
    /// The deepest bar's depth plus one.
    pub depth: usize,
}

/// A segment on a lane, or a run of segments each shorter than the timeline's resolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Where it starts.
    pub start_ns: u64,
    /// Where it ends.
    pub end_ns: u64,
    /// How many segments were open around it.
    pub depth: usize,
    /// The callsite; of a run, the one with the most time in it.
    pub callsite: CallsiteId,
    /// 1, or how many segments this bar stands for.
    pub segments: u64,
    /// Time covered by the segments, smaller than the bar's length only in a run.
    pub busy_ns: u64,
    /// Whether the span was still entered when the recording ended.
    pub open: bool,
}

/// An instant on a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// When.
    pub at_ns: u64,
    /// The event's callsite.
    pub callsite: CallsiteId,
}

impl Timeline {
    /// The timeline of the selected moments. Successive segments of one depth that are each shorter
    /// than `resolution_ns` and lie no further apart are merged into one bar, so that the result
    /// is bounded by lanes × depth × (range / resolution); 0 keeps every segment.
    pub fn of(replay: &Replay<'_>, resolution_ns: u64) -> Result<Timeline, Error> {
        let _ = (replay, resolution_ns);
        unimplemented!()
    }

    /// The time that [`of`](Self::of) will show: what a caller divides by the picture's width.
    pub fn range_of(replay: &Replay<'_>) -> Range<u64> {
        let _ = replay;
        unimplemented!()
    }
}
