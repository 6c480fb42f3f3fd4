//! What recording took of every single segment.

use super::bars::Drawer;
use crate::Replay;
use crate::overhead::{Compensated, Rate, Rates, Stalls};
use crate::replay::{Instant, Life, Missing, Observer, Probed, Segment, Slice};
use spanfire_recording::LaneId;

/// Draws every lane, each bar with what remains of it.
///
/// What recording costs a lane is added up as it goes on; a segment has what was added since it was
/// entered. What a segment cost outside is added when it has been left.
pub(super) struct CostDrawer {
    pub drawer: Drawer,
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

impl CostDrawer {
    pub fn new(replay: &Replay<'_>, rates: Rates, drawer: Drawer) -> CostDrawer {
        let lanes = vec![LaneCosts::default(); replay.recording().lanes().len()];
        CostDrawer { drawer, rates, stalls: Stalls::new(replay), lanes }
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

impl Observer for CostDrawer {
    const PROBES: bool = true;

    fn slice(&mut self, slice: &Slice, _: &Life) {
        let stalled_ns = self.stalls.within(slice);
        self.lane(slice.lane).so_far.stalled_ns += stalled_ns;
    }

    fn entered(&mut self, lane: LaneId, _: u64, life: &Life) {
        let lane = self.lane(lane);
        lane.entered.push((life.ordinal, lane.so_far));
    }

    fn probed(&mut self, probed: &Probed) {
        let inside = probed.within.map(|_| self.rates.inside(probed.probe)).unwrap_or_default();
        let outside = probed.around.map(|_| self.rates.outside(probed.probe)).unwrap_or_default();
        let lane = self.lane(probed.lane);
        lane.so_far.probes = lane.so_far.probes.plus(inside);
        match probed.visible {
            true => lane.outside = outside,
            false => lane.so_far.probes = lane.so_far.probes.plus(outside),
        }
    }

    fn segment(&mut self, segment: &Segment, life: &Life) {
        let lane = self.lane(segment.lane);
        let before = lane.place(life).map(|place| lane.entered[place].1).unwrap_or_default();
        let taken = lane.so_far.probes.minus(before.probes);
        let stalled_ns = lane.so_far.stalled_ns - before.stalled_ns;
        let length_ns = segment.end_ns - segment.start_ns;
        let remains = Compensated::of(length_ns, stalled_ns, taken);
        self.drawer.draw(segment, life, Some(remains));
    }

    fn left(&mut self, lane: LaneId, _: u64, life: &Life) {
        let lane = self.lane(lane);
        if let Some(place) = lane.place(life) {
            lane.entered.remove(place);
        }
        lane.so_far.probes = lane.so_far.probes.plus(std::mem::take(&mut lane.outside));
    }

    fn instant(&mut self, instant: &Instant<'_>, life: Option<&Life>) {
        self.drawer.instant(instant, life);
    }

    fn lost(&mut self, loss: &Missing) {
        self.stalls.lost(loss);
    }
}
