//! Bars drawn as segments end, many short ones as one.

use super::{Bar, LaneTimeline, Mark};
use crate::Compensated;
use crate::replay::{Instant, Life, Observer, Segment};
use rustc_hash::FxHashMap;
use spanfire_recording::{CallsiteId, Lane, LaneId};
use std::cmp::Reverse;

/// A run of different callsites ends after this many times the resolution, so that a change of what
/// runs stays visible in a row of short segments.
const MIXED_RUN: u64 = 4;

/// Draws every lane.
pub(super) struct Drawer {
    resolution_ns: u64,
    lanes: Vec<LaneBars>,
}

#[derive(Default)]
struct LaneBars {
    bars: Vec<Bar>,
    marks: Vec<Mark>,
    /// The run being drawn at each depth. Segments of one depth never overlap, so they end in the
    /// order in which they start.
    runs: Vec<Option<Run>>,
    last_marks: FxHashMap<CallsiteId, u64>,
}

/// Segments that become one bar.
struct Run {
    bar: Bar,
    /// The time of each callsite in it; empty while it is one segment.
    shares: FxHashMap<CallsiteId, u64>,
}

impl Drawer {
    pub fn new(lanes: usize, resolution_ns: u64) -> Drawer {
        Drawer { resolution_ns, lanes: (0..lanes).map(|_| LaneBars::default()).collect() }
    }

    /// A timeline for each lane of the recording, by its number.
    pub fn finish(self, lanes: &[Lane]) -> Vec<LaneTimeline> {
        let numbered = (0..).map(LaneId).zip(self.lanes).zip(lanes);
        numbered.map(|((id, bars), lane)| bars.finish(id, lane.label(id))).collect()
    }
}

impl Observer for Drawer {
    fn segment(&mut self, segment: &Segment, life: &Life) {
        self.draw(segment, life, None);
    }

    fn instant(&mut self, instant: &Instant<'_>, _: Option<&Life>) {
        let &Instant { lane, at_ns, callsite, .. } = instant;
        self.lanes[lane.index()].mark(Mark { at_ns, callsite }, self.resolution_ns);
    }
}

impl Drawer {
    /// A segment, with what remains of it without what recording took.
    pub fn draw(&mut self, segment: &Segment, life: &Life, compensated: Option<Compensated>) {
        let bar = Bar {
            start_ns: segment.start_ns,
            end_ns: segment.end_ns,
            depth: segment.depth,
            callsite: life.callsite,
            segments: 1,
            busy_ns: segment.end_ns - segment.start_ns,
            open: segment.open,
            compensated,
        };
        self.lanes[segment.lane.index()].draw(bar, self.resolution_ns);
    }
}

impl LaneBars {
    fn draw(&mut self, bar: Bar, resolution_ns: u64) {
        if bar.depth >= self.runs.len() {
            self.runs.resize_with(bar.depth + 1, || None);
        }
        let run = &mut self.runs[bar.depth];
        let long = bar.busy_ns >= resolution_ns;
        match run {
            Some(run) if !long && run.takes(&bar, resolution_ns) => run.add(bar),
            _ if long => {
                self.bars.extend(run.take().map(Run::finish));
                self.bars.push(bar);
            }
            _ => {
                let new = Run { bar, shares: FxHashMap::default() };
                self.bars.extend(run.replace(new).map(Run::finish));
            }
        }
    }

    fn mark(&mut self, mark: Mark, resolution_ns: u64) {
        let last = self.last_marks.get(&mark.callsite);
        if last.is_none_or(|last_ns| mark.at_ns.saturating_sub(*last_ns) >= resolution_ns) {
            self.last_marks.insert(mark.callsite, mark.at_ns);
            self.marks.push(mark);
        }
    }

    fn finish(mut self, lane: LaneId, label: String) -> LaneTimeline {
        self.bars.extend(self.runs.into_iter().flatten().map(Run::finish));
        self.bars.sort_by_key(|bar| (bar.start_ns, bar.depth, bar.end_ns));
        let depth = self.bars.iter().map(|bar| bar.depth + 1).max().unwrap_or(0);
        LaneTimeline { lane, label, bars: self.bars, marks: self.marks, depth }
    }
}

impl Run {
    /// Whether a short bar continues the run.
    fn takes(&self, next: &Bar, resolution_ns: u64) -> bool {
        let near = next.start_ns.saturating_sub(self.bar.end_ns) <= resolution_ns;
        let alike = self.shares.len() <= 1 && self.bar.callsite == next.callsite;
        let short = next.end_ns.saturating_sub(self.bar.start_ns) / MIXED_RUN < resolution_ns;
        near && (alike || short)
    }

    fn add(&mut self, bar: Bar) {
        if self.shares.is_empty() {
            self.shares.insert(self.bar.callsite, self.bar.busy_ns);
        }
        let share = self.shares.entry(bar.callsite).or_default();
        *share = share.saturating_add(bar.busy_ns);
        self.bar.end_ns = self.bar.end_ns.max(bar.end_ns);
        self.bar.segments += bar.segments;
        self.bar.busy_ns = self.bar.busy_ns.saturating_add(bar.busy_ns);
        self.bar.open |= bar.open;
        let both = self.bar.compensated.zip(bar.compensated);
        self.bar.compensated = both.map(|(sum, more)| sum.plus(more));
    }

    fn finish(self) -> Bar {
        let most = self.shares.iter().max_by_key(|&(&callsite, &ns)| (ns, Reverse(callsite)));
        let callsite = most.map_or(self.bar.callsite, |(&callsite, _)| callsite);
        Bar { callsite, ..self.bar }
    }
}
