//! One request, span by span.

use crate::{Replay, Request, RequestId};
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
}

impl RequestChart {
    /// The chart of the request with this id, or `None` if the selection holds no such request.
    /// At most `limit` spans are kept: the longest-lived, with their ancestors.
    pub fn of(
        replay: &Replay<'_>,
        id: RequestId,
        limit: usize,
    ) -> Result<Option<RequestChart>, Error> {
        let _ = (replay, id, limit);
        unimplemented!()
    }
}
