//! Statistics per span name.

use crate::{Histogram, Replay};
use spanfire_recording::{Callsite, CallsiteId, Error};

/// One row for each callsite that has selected spans, in the order of decreasing self time.
#[derive(Clone, Debug)]
pub struct Statistics {
    /// The rows.
    pub rows: Vec<SpanStatistics>,
    /// Σ self over all rows.
    pub total_self_ns: u64,
}

/// What the spans of one callsite cost.
#[derive(Clone, Debug)]
pub struct SpanStatistics {
    /// The callsite's number.
    pub id: CallsiteId,
    /// The callsite.
    pub callsite: Callsite,
    /// How many spans.
    pub spans: u64,
    /// How many segments they have.
    pub segments: u64,
    /// Sum of all segments, with children, recursion counted as often as it occurs.
    pub busy_ns: u64,
    /// Time in which a span of this callsite was the innermost open segment.
    pub self_ns: u64,
    /// Sum of the segments that are not inside another segment of this callsite on the same lane.
    pub nonreentrant_ns: u64,
    /// Sum of lifetime − busy.
    pub idle_ns: u64,
    /// The shortest busy time of a span; 0 if there is none.
    pub min_ns: u64,
    /// The longest busy time of a span.
    pub max_ns: u64,
    /// Busy time of each span.
    pub busy: Histogram,
}

impl SpanStatistics {
    /// Mean busy time of a span, rounded down.
    pub fn mean_ns(&self) -> u64 {
        self.busy_ns.checked_div(self.spans).unwrap_or(0)
    }

    /// The busy time that the share `q` of the spans does not exceed, to within 1/256, and never
    /// outside `min_ns..=max_ns`.
    pub fn quantile_ns(&self, q: f64) -> u64 {
        let _ = q;
        unimplemented!()
    }
}

impl Statistics {
    /// Statistics of the selected spans.
    pub fn of(replay: &Replay<'_>) -> Result<Statistics, Error> {
        let _ = replay;
        unimplemented!()
    }
}
