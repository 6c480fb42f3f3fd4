//! Bars with what recording took of each.

use super::bars::Drawer;
use crate::overhead::SegmentCosts;
use crate::replay::{Instant, Life, Missing, Observer, Probed, Segment, Slice};
use spanfire_recording::LaneId;

/// Draws every lane, each bar with what remains of it.
pub(super) struct CostDrawer {
    pub drawer: Drawer,
    pub costs: SegmentCosts,
}

impl Observer for CostDrawer {
    const PROBES: bool = true;

    fn slice(&mut self, slice: &Slice, _: &Life) {
        self.costs.slice(slice);
    }

    fn entered(&mut self, lane: LaneId, _: u64, life: &Life) {
        self.costs.entered(lane, life);
    }

    fn probed(&mut self, probed: &Probed) {
        self.costs.probed(probed);
    }

    fn segment(&mut self, segment: &Segment, life: &Life) {
        let remains = self.costs.remains(segment, life);
        self.drawer.draw(segment, life, Some(remains));
    }

    fn left(&mut self, lane: LaneId, _: u64, life: &Life) {
        self.costs.left(lane, life);
    }

    fn instant(&mut self, instant: &Instant<'_>, life: Option<&Life>) {
        self.drawer.instant(instant, life);
    }

    fn lost(&mut self, loss: &Missing) {
        self.costs.lost(loss);
    }
}
