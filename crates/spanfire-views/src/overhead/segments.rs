//! What recording took of every single segment.

use super::account::Compensated;
use super::rates::{Rate, Rates};
use super::stalls::Stalls;
use crate::Replay;
use crate::replay::{Life, Missing, Probed, Segment, Slice};
use spanfire_recording::LaneId;

/// The costs of all lanes, up to the present moment of a replay, which tells them as it tells an
/// observer.
///
/// What recording costs a lane is added up as it goes on; a segment has what was added since it was
/// entered. What a segment cost outside is added when it has been left.
pub(crate) struct SegmentCosts {
    rates: Rates,
    stalls: Stalls,
    lanes: Vec<LaneCosts>,
}

#[derive(Clone, Default)]
struct LaneCosts {
    so_far: Costs,
    /// What the segment that is being left cost outside.
    outside: Rate,
    /// The spans entered, and the costs so far when they were.
    entered: Vec<(u64, Costs)>,
}

#[derive(Clone, Copy, Default)]
struct Costs {
    probes: Rate,
    stalled_ns: u64,
}

impl SegmentCosts {
    /// Nothing has cost anything yet.
    pub fn new(replay: &Replay<'_>, rates: Rates) -> SegmentCosts {
        let lanes = vec![LaneCosts::default(); replay.recording().lanes().len()];
        SegmentCosts { rates, stalls: Stalls::new(replay), lanes }
    }

    /// What remains of a segment that has ended and is not yet left.
    pub fn remains(&self, segment: &Segment, life: &Life) -> Compensated {
        let lane = &self.lanes[segment.lane.index()];
        let before = lane.place(life).map(|place| lane.entered[place].1).unwrap_or_default();
        let taken = lane.so_far.probes.minus(before.probes);
        let stalled_ns = lane.so_far.stalled_ns - before.stalled_ns;
        Compensated::of(segment.end_ns - segment.start_ns, stalled_ns, taken)
    }

    pub fn slice(&mut self, slice: &Slice) {
        let stalled_ns = self.stalls.within(slice);
        self.lane(slice.lane).so_far.stalled_ns += stalled_ns;
    }

    pub fn entered(&mut self, lane: LaneId, life: &Life) {
        let lane = self.lane(lane);
        lane.entered.push((life.ordinal, lane.so_far));
    }

    pub fn probed(&mut self, probed: &Probed) {
        let inside = probed.within.map(|_| self.rates.inside(probed.probe)).unwrap_or_default();
        let outside = probed.around.map(|_| self.rates.outside(probed.probe)).unwrap_or_default();
        let lane = self.lane(probed.lane);
        lane.so_far.probes = lane.so_far.probes.plus(inside);
        match probed.visible {
            true => lane.outside = outside,
            false => lane.so_far.probes = lane.so_far.probes.plus(outside),
        }
    }

    pub fn left(&mut self, lane: LaneId, life: &Life) {
        let lane = self.lane(lane);
        if let Some(place) = lane.place(life) {
            lane.entered.remove(place);
        }
        lane.so_far.probes = lane.so_far.probes.plus(std::mem::take(&mut lane.outside));
    }

    pub fn lost(&mut self, loss: &Missing) {
        self.stalls.lost(loss);
    }

    fn lane(&mut self, lane: LaneId) -> &mut LaneCosts {
        &mut self.lanes[lane.index()]
    }
}

impl LaneCosts {
    /// Where a span was entered last.
    fn place(&self, life: &Life) -> Option<usize> {
        self.entered.iter().rposition(|(ordinal, _)| *ordinal == life.ordinal)
    }
}
