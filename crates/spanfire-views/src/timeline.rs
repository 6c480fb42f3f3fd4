//! What ran when on every thread.

mod bars;
mod costs;

use crate::Replay;
use crate::overhead::{Compensated, Rates, SegmentCosts};
use bars::Drawer;
use costs::CostDrawer;
use spanfire_recording::{CallsiteId, Error, LaneId, Recording, Tick};
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
    /// What remains of `busy_ns` without what recording took, in a
    /// [compensated](Timeline::compensated) timeline.
    pub compensated: Option<Compensated>,
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
    /// than `resolution_ns` and lie no further apart are merged into one bar, and instants of one
    /// callsite that are closer into one mark, so that the result is bounded by lanes × depth ×
    /// (range / resolution); 0 keeps everything.
    pub fn of(replay: &Replay<'_>, resolution_ns: u64) -> Result<Timeline, Error> {
        let drawer = Drawer::new(replay.recording().lanes().len(), resolution_ns);
        let replayed = replay.run(drawer)?;
        Ok(Timeline::drawn(replay, replayed.observer, replayed.seen))
    }

    /// The same places with what remains of every bar; `None` if the recording does not hold its
    /// probe cost.
    pub fn compensated(replay: &Replay<'_>, resolution_ns: u64) -> Result<Option<Timeline>, Error> {
        let Some(cost) = replay.recording().probe_cost() else { return Ok(None) };
        let drawer = Drawer::new(replay.recording().lanes().len(), resolution_ns);
        let costs = SegmentCosts::new(replay, Rates::of(cost));
        let replayed = replay.run(CostDrawer { drawer, costs })?;
        Ok(Some(Timeline::drawn(replay, replayed.observer.drawer, replayed.seen)))
    }

    fn drawn(replay: &Replay<'_>, drawer: Drawer, seen: Vec<bool>) -> Timeline {
        let recording = replay.recording();
        let seen = drawer.finish(recording.lanes()).into_iter().zip(seen);
        let mut lanes: Vec<LaneTimeline> = seen
            .filter(|(lane, seen)| *seen || !lane.bars.is_empty())
            .map(|(lane, _)| lane)
            .collect();
        let first_ticks = first_ticks(recording);
        lanes.sort_by_key(|lane| first_ticks[lane.lane.index()]);
        Timeline { range_ns: Self::range_of(replay), lanes }
    }

    /// The time that [`of`](Self::of) will show: what a caller divides by the picture's width.
    /// It ends where spans that never closed end.
    pub fn range_of(replay: &Replay<'_>) -> Range<u64> {
        let recording = replay.recording();
        let first = recording.chunks().iter().map(|chunk| chunk.first).min();
        let start_ns = first.map_or(0, |tick| recording.timebase().ns(tick));
        let window = replay.rules().window;
        let selection = replay.selection();
        let end_ns = selection.to_ns.unwrap_or_else(|| replay.end_ns());
        let from_ns = window.clamp(selection.from_ns.unwrap_or(start_ns));
        from_ns..window.clamp(end_ns).max(from_ns)
    }
}

/// When each lane has its first event.
fn first_ticks(recording: &Recording) -> Vec<Tick> {
    let mut first = vec![Tick(u64::MAX); recording.lanes().len()];
    for chunk in recording.chunks() {
        let first = &mut first[chunk.lane.index()];
        *first = chunk.first.min(*first);
    }
    first
}
