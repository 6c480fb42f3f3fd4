//! Pure functions from a recording to what can be looked at.
//!
//! A [`Replay`] is a recording and a [`Selection`]. From it come the [`CallTree`] (merged graph,
//! forward and [reversed](CallTree::reversed)), the [`Timeline`] of every thread, the
//! [`RequestTable`] and the [`RequestChart`] of one request, all [`Spans`] one by one, or told to a [`Visitor`] as they happen, the
//! [`SegmentIndex`] to look at any of them, the
//! [`Statistics`] per callsite and the [`Summary`], or these sums [at once](Overall), and what a sampler would
//! have said of it all, the [`SamplingEstimate`]; from the replays of two programs, or of one
//! before and after a change, the [`Diff`]; and from runs of one program with and without a recorder, the
//! [`Findings`] of an [`Experiment`]. All of them replay the same moments: each moment of a
//! lane belongs to the innermost open segment there, a tick is turned into nanoseconds once, and so
//! every view of one selection has the same total, to the nanosecond.
//!
//! Views read chunks through the recording and hold what they aggregate, never the whole file.
//! They write nothing. All times are nanoseconds since the recording's start.

#![forbid(unsafe_code)]

mod selection;
mod names;
mod paths;
mod replay;
mod growth;
mod call_tree;
mod timeline;
mod spans;
mod visit;
mod segment_index;
mod rows;
mod request_table;
mod request_chart;
mod histogram;
mod statistics;
mod summary;
mod overall;
mod distributions;
mod random;
mod overhead;
mod sampling;
mod native;
mod diff;
mod experiment;

pub use call_tree::{CallTree, Frame, Node, Spent, Weight};
pub use diff::{
    CONFIDENCE, Change, Diff, DiffNode, DiffSide, Evidence, FALSE_DISCOVERY_RATE, Measure,
    NameDiff, Shift, Standing, Verdict,
};
pub use experiment::{
    Additivity, Arm, Claim, Comparison, Effect, Experiment, Findings, Measured, Ratio, Recorded,
    Run, Sampler,
};
pub use histogram::Histogram;
pub use names::Names;
pub use native::{
    Compared, FrameKind, Function, FunctionId, Hybrid, Joined, Marker, NativeSamples,
    NativeSymbols, SHIFTS_NS, Sighting, Sightings, Skew, SkewPoint, SkewVerdict,
};
pub use overall::Overall;
pub use overhead::{Account, COST_DOUBT, Compensated, Ledger, LedgerNode, LedgerTree, NameAccount};
pub use replay::{OnCpu, Probe, Progress, Replay, Stacks, Stretch};
pub use request_chart::{ChartSegment, ChartSpan, RequestChart};
pub use request_table::{Request, RequestId, RequestTable};
pub use rows::assign_rows;
pub use sampling::{
    Belief, Crossing, FrameGroup, FramePart, GOOD_ENOUGH, GroupReading, LOCKSTEP_DISPERSION,
    LOCKSTEP_ERROR, Lockstep, Reading, SAMPLE_COST_NS, SAMPLED_FRAME_COST_NS, SAMPLED_FRAMES,
    SampleTimer, Sampled, SampledFrame, SamplingEstimate, SamplingOptions, Taken,
    relative_standard_error, sampling_cost, wilson,
};
pub use segment_index::{IndexedLane, SegmentIndex, Shown};
pub use selection::Selection;
pub use spans::{LaneSpans, LeftOut, LifeIndex, LifeParent, SpanLife, SpanSegment, Spans};
pub use statistics::{SpanStatistics, Statistics};
pub use summary::Summary;
pub use timeline::{Bar, LaneTimeline, Mark, Timeline};
pub use visit::{
    Born, FollowsFrom, Piece, Ran, SpanNumber, TrackPiece, Visited, VisitedInstant, VisitedLoss,
    VisitedSegment, VisitedSpan, Visitor,
};
