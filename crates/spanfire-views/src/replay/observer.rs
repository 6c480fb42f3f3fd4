//! What a view is told during a replay.

use super::departed::Cause;
use super::life::{Life, RequestNumber};
use super::on_cpu::Split;
use crate::paths::PathId;
use spanfire_recording::{CallsiteId, Field, LaneId, LossCause};

/// A view under construction. It is told of visible spans and selected moments only, in the order
/// of time; times are cut to the selected range.
pub(crate) trait Observer {
    /// Whether [`fields`](Self::fields) is of interest.
    const FIELDS: bool = false;

    /// Whether [`follows`](Self::follows) is told of causes that have closed.
    const CAUSES: bool = false;

    /// Whether [`probed`](Self::probed) is of interest.
    const PROBES: bool = false;

    /// A span was created.
    fn born(&mut self, _life: &Life) {}

    /// Field values of a span.
    fn fields(&mut self, _life: &Life, _fields: &[Field]) {}

    /// A span was the innermost of a lane for some time. Every selected moment of a lane comes
    /// exactly once.
    fn slice(&mut self, _slice: &Slice, _life: &Life) {}

    /// A lane turned from one request to another.
    fn switched(&mut self, _at_ns: u64, _from: RequestNumber, _to: RequestNumber) {}

    /// A segment of a visible span began, whether or not it is selected.
    fn entered(&mut self, _lane: LaneId, _at_ns: u64, _life: &Life) {}

    /// A segment was recorded, which cost something; told before the segment itself, and of hidden
    /// spans too.
    fn probed(&mut self, _probed: &Probed) {}

    /// A segment ended.
    fn segment(&mut self, _segment: &Segment, _life: &Life) {}

    /// A segment of a visible span ended; told after the segment itself, if that is selected.
    fn left(&mut self, _lane: LaneId, _at_ns: u64, _life: &Life) {}

    /// What is entered on a lane changed. The present moment of it is selected if `counts`; the
    /// time is not cut to the selected range.
    fn restacked(&mut self, _lane: LaneId, _at_ns: u64, _counts: bool) {}

    /// A span came to its end, unless it is [`revived`](Self::revived).
    fn ended(&mut self, _at_ns: u64, _life: &Life) {}

    /// A span that had ended turns out not to have: another lane used it. It will end again.
    fn revived(&mut self, _at_ns: u64, _life: &Life) {}

    /// A span closed, when it ended last. Told when that is sure, which may be later than it was.
    fn closed(&mut self, _closing: &Closing, _life: &Life) {}

    /// A span follows from another, which is visible and alive, or has closed and is remembered, or
    /// else not known.
    fn follows(&mut self, _follows: Follows, _life: &Life, _cause: Option<Cause>) {}

    /// Something happened at a moment, in a visible span or in none.
    fn instant(&mut self, _instant: &Instant<'_>, _life: Option<&Life>) {}

    /// Events of a selected lane are missing, or it waited for the collector. Told when it becomes
    /// known, which may be later than it was.
    fn lost(&mut self, _loss: &Missing) {}
}

/// A [`Loss`](spanfire_recording::Loss), in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Missing {
    /// On which lane.
    pub lane: LaneId,
    /// From.
    pub start_ns: u64,
    /// To.
    pub end_ns: u64,
    /// How many events.
    pub events: u64,
    /// Why.
    pub cause: LossCause,
}

/// A `follows_from`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Follows {
    /// On which lane the program said so.
    pub lane: LaneId,
    /// When.
    pub at_ns: u64,
}

/// An event of `tracing`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Instant<'a> {
    /// On which lane.
    pub lane: LaneId,
    /// When.
    pub at_ns: u64,
    /// Its callsite.
    pub callsite: CallsiteId,
    /// Its fields.
    pub fields: &'a [Field],
}

/// A time in which one span was the innermost of a lane.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slice {
    /// On which lane.
    pub lane: LaneId,
    /// From.
    pub start_ns: u64,
    /// How long.
    pub length_ns: u64,
    /// How much of it the lane's thread ran, as far as is known.
    pub split: Split,
    /// The physical stack; the logical one is the span's.
    pub path: PathId,
}

/// A segment that was recorded, and where its costs fell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Probed {
    /// On which lane.
    pub lane: LaneId,
    /// Of which kind.
    pub probe: Probe,
    /// Where what it cost inside fell; `None` if that is not selected.
    pub within: Option<Spot>,
    /// Where what it cost outside fell; `None` if that is not selected, or nothing was entered there.
    pub around: Option<Spot>,
    /// Which requests these places belong to.
    pub requests: ProbedRequests,
    /// Selected time of it.
    pub busy_ns: u64,
    /// Whether the segment is of a visible span.
    pub visible: bool,
}

/// The requests in which the costs of a segment fell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ProbedRequests {
    /// What it cost inside.
    pub within: RequestNumber,
    /// What it cost outside.
    pub around: RequestNumber,
}

/// What was done to record a segment: each costs its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probe {
    /// The first of a span without fields.
    Plain,
    /// The first of a span with fields.
    Fields,
    /// A further one.
    Reenter,
}

/// Where a moment is, by either kind of stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Spot {
    /// The physical stack.
    pub thread: PathId,
    /// The logical stack.
    pub span: PathId,
}

/// A selected segment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment {
    /// On which lane.
    pub lane: LaneId,
    /// From.
    pub start_ns: u64,
    /// To.
    pub end_ns: u64,
    /// How many visible segments are around it.
    pub depth: usize,
    /// Selected time of it.
    pub busy_ns: u64,
    /// How much of that the lane's thread ran, as far as is known.
    pub split: Split,
    /// The part in which no other segment of its callsite was around it.
    pub nonreentrant_ns: u64,
    /// Whether it was cut off by the end of the recording.
    pub open: bool,
}

/// The end of a span.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Closing {
    /// When it was created.
    pub start_ns: u64,
    /// When it closed.
    pub end_ns: u64,
    /// Whether the span is selected; if not, the observer only learns that it is gone.
    pub counts: bool,
    /// Time it waited as the innermost of its stack, if that stack is selected.
    pub waited_ns: u64,
    /// Whether it was cut off by the end of the recording.
    pub open: bool,
}

impl Closing {
    /// From creation to close.
    pub fn lifetime_ns(&self) -> u64 {
        self.end_ns.saturating_sub(self.start_ns)
    }
}

/// Two views from one replay.
impl<A: Observer, B: Observer> Observer for (A, B) {
    const FIELDS: bool = A::FIELDS || B::FIELDS;
    const CAUSES: bool = A::CAUSES || B::CAUSES;
    const PROBES: bool = A::PROBES || B::PROBES;

    fn born(&mut self, life: &Life) {
        self.0.born(life);
        self.1.born(life);
    }

    fn fields(&mut self, life: &Life, fields: &[Field]) {
        self.0.fields(life, fields);
        self.1.fields(life, fields);
    }

    fn slice(&mut self, slice: &Slice, life: &Life) {
        self.0.slice(slice, life);
        self.1.slice(slice, life);
    }

    fn switched(&mut self, at_ns: u64, from: RequestNumber, to: RequestNumber) {
        self.0.switched(at_ns, from, to);
        self.1.switched(at_ns, from, to);
    }

    fn entered(&mut self, lane: LaneId, at_ns: u64, life: &Life) {
        self.0.entered(lane, at_ns, life);
        self.1.entered(lane, at_ns, life);
    }

    fn probed(&mut self, probed: &Probed) {
        self.0.probed(probed);
        self.1.probed(probed);
    }

    fn segment(&mut self, segment: &Segment, life: &Life) {
        self.0.segment(segment, life);
        self.1.segment(segment, life);
    }

    fn left(&mut self, lane: LaneId, at_ns: u64, life: &Life) {
        self.0.left(lane, at_ns, life);
        self.1.left(lane, at_ns, life);
    }

    fn restacked(&mut self, lane: LaneId, at_ns: u64, counts: bool) {
        self.0.restacked(lane, at_ns, counts);
        self.1.restacked(lane, at_ns, counts);
    }

    fn ended(&mut self, at_ns: u64, life: &Life) {
        self.0.ended(at_ns, life);
        self.1.ended(at_ns, life);
    }

    fn revived(&mut self, at_ns: u64, life: &Life) {
        self.0.revived(at_ns, life);
        self.1.revived(at_ns, life);
    }

    fn closed(&mut self, closing: &Closing, life: &Life) {
        self.0.closed(closing, life);
        self.1.closed(closing, life);
    }

    fn follows(&mut self, follows: Follows, life: &Life, cause: Option<Cause>) {
        self.0.follows(follows, life, cause);
        self.1.follows(follows, life, cause);
    }

    fn instant(&mut self, instant: &Instant<'_>, life: Option<&Life>) {
        self.0.instant(instant, life);
        self.1.instant(instant, life);
    }

    fn lost(&mut self, loss: &Missing) {
        self.0.lost(loss);
        self.1.lost(loss);
    }
}
