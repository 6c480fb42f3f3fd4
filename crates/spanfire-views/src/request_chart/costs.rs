//! Segments with what recording took of each.

use super::gather::Gatherer;
use crate::overhead::SegmentCosts;
use crate::replay::{Closing, Life, Missing, Observer, Probed, Segment, Slice};
use spanfire_recording::{Field, LaneId};

/// Gathers the spans of a request, each segment with what remains of it. What is in a segment's time on
/// its thread is taken out of it, whatever request that belongs to.
pub(super) struct CostGatherer {
    pub gatherer: Gatherer,
    pub costs: SegmentCosts,
}

impl Observer for CostGatherer {
    const FIELDS: bool = true;
    const PROBES: bool = true;

    fn born(&mut self, life: &Life) {
        self.gatherer.born(life);
    }

    fn fields(&mut self, life: &Life, fields: &[Field]) {
        self.gatherer.fields(life, fields);
    }

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
        self.gatherer.gather(segment, life, Some(remains));
    }

    fn left(&mut self, lane: LaneId, _: u64, life: &Life) {
        self.costs.left(lane, life);
    }

    fn closed(&mut self, closing: &Closing, life: &Life) {
        self.gatherer.closed(closing, life);
    }

    fn lost(&mut self, loss: &Missing) {
        self.costs.lost(loss);
    }
}
