//! Statistics per span name.

use crate::replay::{Closing, Life, Observer, Segment, Slice};
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
    /// How many segments they have: of an instrumented future one more than its polls, in which it is
    /// dropped.
    pub segments: u64,
    /// Sum of all segments, with children, recursion counted as often as it occurs.
    pub busy_ns: u64,
    /// Time in which a span of this callsite was the innermost open segment.
    pub self_ns: u64,
    /// Sum of the segments that are not inside another segment of this callsite on the same lane.
    pub nonreentrant_ns: u64,
    /// Sum of lifetime − busy.
    pub idle_ns: u64,
    /// The part of `busy_ns` in which their threads ran on a processor, as far as is known.
    pub cpu_ns: u64,
    /// The part of `busy_ns` in which they did not, as far as is known: they waited or were preempted.
    /// `cpu_ns + blocked_ns` is `busy_ns` where everything is known, and 0 where nothing is.
    pub blocked_ns: u64,
    /// The shortest busy time of a span; 0 if there is none.
    pub min_ns: u64,
    /// The longest busy time of a span.
    pub max_ns: u64,
    /// Busy time of each span.
    pub busy: Histogram,
}

impl SpanStatistics {
    fn new(id: CallsiteId, callsite: &Callsite) -> SpanStatistics {
        SpanStatistics {
            id,
            callsite: callsite.clone(),
            spans: 0,
            segments: 0,
            busy_ns: 0,
            self_ns: 0,
            nonreentrant_ns: 0,
            idle_ns: 0,
            cpu_ns: 0,
            blocked_ns: 0,
            min_ns: 0,
            max_ns: 0,
            busy: Histogram::default(),
        }
    }

    /// Adds the spans of another callsite, or of the same in another recording.
    pub(crate) fn merge(&mut self, other: &SpanStatistics) {
        self.min_ns = match (self.spans, other.spans) {
            (0, _) => other.min_ns,
            (_, 0) => self.min_ns,
            _ => self.min_ns.min(other.min_ns),
        };
        self.max_ns = self.max_ns.max(other.max_ns);
        self.spans += other.spans;
        self.segments += other.segments;
        self.busy_ns = self.busy_ns.saturating_add(other.busy_ns);
        self.self_ns = self.self_ns.saturating_add(other.self_ns);
        self.nonreentrant_ns = self.nonreentrant_ns.saturating_add(other.nonreentrant_ns);
        self.idle_ns = self.idle_ns.saturating_add(other.idle_ns);
        self.cpu_ns = self.cpu_ns.saturating_add(other.cpu_ns);
        self.blocked_ns = self.blocked_ns.saturating_add(other.blocked_ns);
        self.busy.merge(&other.busy);
    }

    /// Mean busy time of a span, rounded down.
    pub fn mean_ns(&self) -> u64 {
        self.busy_ns.checked_div(self.spans).unwrap_or(0)
    }

    /// The busy time that the share `q` of the spans does not exceed, to within 1/256, and never
    /// outside `min_ns..=max_ns`.
    pub fn quantile_ns(&self, q: f64) -> u64 {
        // An empty row has min = max = 0.
        self.busy.quantile(q).clamp(self.min_ns, self.max_ns.max(self.min_ns))
    }
}

impl Statistics {
    /// Statistics of the selected spans. A segment counts with its selected moments; a span is
    /// idle while it is entered on no lane, selected or not.
    pub fn of(replay: &Replay<'_>) -> Result<Statistics, Error> {
        Ok(replay.run(Rows::new(replay.recording().callsites()))?.observer.finish())
    }
}

/// A row for each callsite, by its number.
pub(crate) struct Rows(Vec<SpanStatistics>);

impl Rows {
    pub(crate) fn new(callsites: &[Callsite]) -> Rows {
        let numbered = (0..).map(CallsiteId).zip(callsites);
        Rows(numbered.map(|(id, callsite)| SpanStatistics::new(id, callsite)).collect())
    }

    pub(crate) fn finish(self) -> Statistics {
        let Rows(mut rows) = self;
        rows.retain(|row| row.spans > 0);
        rows.sort_by_key(|row| std::cmp::Reverse(row.self_ns));
        let total_self_ns =
            rows.iter().fold(0, |total: u64, row| total.saturating_add(row.self_ns));
        Statistics { rows, total_self_ns }
    }
}

impl Observer for Rows {
    fn slice(&mut self, slice: &Slice, life: &Life) {
        let row = &mut self.0[life.callsite.index()];
        row.self_ns = row.self_ns.saturating_add(slice.length_ns);
    }

    fn segment(&mut self, segment: &Segment, life: &Life) {
        let row = &mut self.0[life.callsite.index()];
        row.segments += 1;
        row.busy_ns = row.busy_ns.saturating_add(segment.busy_ns);
        row.nonreentrant_ns = row.nonreentrant_ns.saturating_add(segment.nonreentrant_ns);
        row.cpu_ns = row.cpu_ns.saturating_add(segment.split.cpu_ns);
        row.blocked_ns = row.blocked_ns.saturating_add(segment.split.blocked_ns);
    }

    fn closed(&mut self, closing: &Closing, life: &Life) {
        if !closing.counts {
            return;
        }
        let row = &mut self.0[life.callsite.index()];
        row.min_ns = if row.spans == 0 { life.busy_ns } else { row.min_ns.min(life.busy_ns) };
        row.max_ns = row.max_ns.max(life.busy_ns);
        row.spans += 1;
        let idle_ns = closing.lifetime_ns().saturating_sub(life.ran_ns);
        row.idle_ns = row.idle_ns.saturating_add(idle_ns);
        row.busy.record(life.busy_ns);
    }
}
