//! One request, span by span.

mod gather;
mod costs;

use crate::overhead::{Compensated, Rates, RequestCosts, SegmentCosts};
use crate::request_table::Tracker;
use crate::rows::{Block, assign_blocks};
use crate::{Replay, Request, RequestId};
use costs::CostGatherer;
use gather::Gatherer;
use spanfire_recording::{CallsiteId, Error, Field, LaneId};

/// The flame chart of one request over all its threads and tasks.
#[derive(Clone, Debug)]
pub struct RequestChart {
    /// The request.
    pub request: Request,
    /// Its spans, the root first, every parent before its children.
    pub spans: Vec<ChartSpan>,
    /// How many rows they take.
    pub rows: usize,
    /// How many spans were left out because the request has more than the limit asked for.
    pub left_out: u64,
}

/// A span of a [`RequestChart`].
///
/// Children stand under their parent; children that overlap in time stand under one another, in
/// rows that no other subtree uses at that time.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartSpan {
    /// Its callsite.
    pub callsite: CallsiteId,
    /// The index of its parent in [`RequestChart::spans`]; `None` for the root.
    pub parent: Option<usize>,
    /// Its row; the root has 0.
    pub row: usize,
    /// When it was created.
    pub start_ns: u64,
    /// When it closed, or the recording ended.
    pub end_ns: u64,
    /// Sum of its segments.
    pub busy_ns: u64,
    /// Its segments minus what ran inside them.
    pub self_ns: u64,
    /// When it ran, and where.
    pub segments: Vec<ChartSegment>,
    /// Whether it was still open when the recording ended.
    pub open: bool,
    /// Its recorded fields.
    pub fields: Vec<Field>,
}

/// A time in which a span ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChartSegment {
    /// From.
    pub start_ns: u64,
    /// To.
    pub end_ns: u64,
    /// On which lane.
    pub lane: LaneId,
    /// What remains of it without what recording took, in a [compensated](RequestChart::compensated)
    /// chart.
    pub compensated: Option<Compensated>,
}

impl ChartSpan {
    /// What remains of its segments together, in a [compensated](RequestChart::compensated) chart.
    pub fn compensated(&self) -> Option<Compensated> {
        let segments = self.segments.iter();
        let left: Option<Vec<Compensated>> = segments.map(|segment| segment.compensated).collect();
        left?.into_iter().reduce(Compensated::plus)
    }
}

impl RequestChart {
    /// The chart of the request with this id, or `None` if the selection holds no such request.
    /// At most `limit` spans are kept: the longest-lived, with their ancestors.
    pub fn of(
        replay: &Replay<'_>,
        id: RequestId,
        limit: usize,
    ) -> Result<Option<RequestChart>, Error> {
        let (tracker, gatherer) =
            replay.run((Tracker::default(), Gatherer::new(id, limit)))?.observer;
        Ok(RequestChart::gathered(tracker, gatherer))
    }

    /// The same places with what remains of every segment, and of the request's work; `None` if the
    /// recording does not hold its probe cost.
    pub fn compensated(
        replay: &Replay<'_>,
        id: RequestId,
        limit: usize,
    ) -> Result<Option<Option<RequestChart>>, Error> {
        let Some(cost) = replay.recording().probe_cost() else { return Ok(None) };
        let rates = Rates::of(cost);
        let tracker = (Tracker::default(), RequestCosts::new(replay, rates));
        let costs = SegmentCosts::new(replay, rates);
        let gatherer = CostGatherer { gatherer: Gatherer::new(id, limit), costs };
        let ((tracker, costs), CostGatherer { gatherer, .. }) =
            replay.run((tracker, gatherer))?.observer;
        Ok(Some(RequestChart::gathered(tracker.without(&costs), gatherer)))
    }

    fn gathered(tracker: Tracker, gatherer: Gatherer) -> Option<RequestChart> {
        let request = gatherer.number().and_then(|number| tracker.take(number))?;
        let (mut spans, selected) = gatherer.finish();
        let rows = lay_out(&mut spans);
        let left_out = request.spans.saturating_sub(selected);
        Some(RequestChart { request, spans, rows, left_out })
    }
}

/// Gives every span a row; the result is how many there are. Parents stand before their children.
///
/// A span and all that descends from it is a block, which lasts as long as any of them. From the
/// last span to the first, the blocks of its children are arranged under it; then every block
/// knows where it stands.
fn lay_out(spans: &mut [ChartSpan]) -> usize {
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); spans.len()];
    for (index, span) in spans.iter().enumerate() {
        if let Some(parent) = span.parent {
            children[parent].push(index);
        }
    }
    let mut extents: Vec<(u64, usize)> = spans.iter().map(|span| (span.end_ns, 1)).collect();
    for index in (0..spans.len()).rev() {
        children[index].sort_by_key(|&child| spans[child].start_ns);
        let block = |&child: &usize| {
            let (end, height) = extents[child];
            Block { start: spans[child].start_ns, end, height }
        };
        let blocks: Vec<Block> = children[index].iter().map(block).collect();
        let (rows, height) = assign_blocks(&blocks);
        for (&child, row) in children[index].iter().zip(rows) {
            spans[child].row = row + 1;
        }
        let last_end = blocks.iter().map(|block| block.end).max().unwrap_or(0);
        extents[index] = (last_end.max(spans[index].end_ns), height + 1);
    }
    for index in 0..spans.len() {
        spans[index].row += spans[index].parent.map_or(0, |parent| spans[parent].row);
    }
    extents.first().map_or(0, |&(_, height)| height)
}
