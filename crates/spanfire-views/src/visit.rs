//! Every selected span, told while it happens.
//!
//! Takes a replay and a [`Visitor`]; tells it, in the order of time, what exports of single spans
//! need: births, fields, segments, closes, instants, losses. Keeps the lanes and the spans that are
//! alive, so memory does not grow with the recording. One replay; a visitor that needs another order
//! visits again, or keeps what it needs itself.
//!
//! Segments are told twice, for two kinds of reader. [`Visitor::segment`] tells each one as it was,
//! when it ends; two of a lane may overlap without one being inside the other. [`Visitor::entered`]
//! and [`Visitor::left`] tell *pieces*: what every moment of a lane is, as a stack. Pieces of a lane
//! nest strictly:
//!
//! ```text
//! A ├───────────────┤             A ├───────────────┤
//! B       ├────────────────┤      B       ├─────────┤├──────┤    two pieces of one segment
//! ```
//!
//! A moment that is not selected has no piece, so a selection can cut a segment into pieces as well. A
//! piece without length may be of a segment that is not selected: one around a selected one, or one
//! that ends where the range begins.
//! The lengths of the innermost pieces add up to Σ self, to the nanosecond.

mod nesting;
mod tracks;
mod teller;

use crate::{Replay, RequestId, Selection, Timeline};
use spanfire_recording::{CallsiteId, Error, Field, LaneId, LossCause};
use std::ops::Range;
use teller::{Selected, Teller};

/// What is told of a recording. Every method does nothing unless it is written.
///
/// Times are in nanoseconds since the recording's start, cut to the selected range. Of a span,
/// `born` comes first and `closed` last. Only selected spans are told of. Which ones those are may
/// turn out when they close, so a selection by time, thread, focus or ignore takes a first reading
/// of the recording, and one bit for each span in it.
pub trait Visitor {
    /// A span was created.
    fn born(&mut self, _born: &Born) {}

    /// Field values of a span: all together directly after its birth, later ones when they were
    /// recorded.
    fn fields(&mut self, _span: SpanNumber, _fields: &[Field]) {}

    /// A span follows from another.
    fn follows(&mut self, _follows: &FollowsFrom) {}

    /// A piece of a segment begins. `split` says that an earlier piece of this segment was told.
    fn entered(&mut self, _piece: &Piece) {}

    /// The innermost piece of a lane ends. `split` says that the segment may have another.
    fn left(&mut self, _piece: &Piece) {}

    /// A segment ended.
    fn segment(&mut self, _segment: &VisitedSegment) {}

    /// Whether [`began`](Self::began) and [`ended`](Self::ended) are wanted, which cost a look-up each.
    fn wants_tracks(&self) -> bool {
        false
    }

    /// A piece of a span's life begins on a track of its request, directly after the span's birth or
    /// where it is cut. Pieces of a track nest strictly; a span stands on its parent's track, inside it,
    /// unless something else does at that time. A span that ended and turns out to have been used since
    /// begins another piece.
    fn began(&mut self, _piece: &TrackPiece) {}

    /// The innermost piece of a track ends.
    fn ended(&mut self, _piece: &TrackPiece) {}

    /// A span closed. Told when that is sure, which may be after what happened later: until a thread
    /// goes on, it may have dropped a span that another one still uses.
    fn closed(&mut self, _span: &VisitedSpan<'_>) {}

    /// An event of `tracing`.
    fn instant(&mut self, _instant: &VisitedInstant<'_>) {}

    /// Events are missing, or a thread waited for the collector. Told when the recording says so,
    /// which may be after what happened later.
    fn lost(&mut self, _loss: &VisitedLoss) {}
}

/// The how-manieth span created it is, from 1; of a root, the number of its request. It does not
/// depend on the selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpanNumber(pub u64);

/// A span that was created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Born {
    /// The span.
    pub number: SpanNumber,
    /// Its callsite.
    pub callsite: CallsiteId,
    /// The nearest selected span above it, told of before and perhaps closed by now. A root has none,
    /// nor has a span above which none is selected.
    pub parent: Option<SpanNumber>,
    /// The request it belongs to.
    pub request: RequestId,
    /// Whether the request starts with it.
    pub is_root: bool,
    /// The lane it was created on.
    pub lane: LaneId,
    /// When.
    pub at_ns: u64,
}

/// A `follows_from`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FollowsFrom {
    /// The span that follows.
    pub span: SpanNumber,
    /// The span it follows from, which may have closed; `None` if that is not selected, or closed before
    /// the last 65,536 that did.
    pub cause: Option<SpanNumber>,
    /// The request that the cause belongs to.
    pub cause_request: Option<RequestId>,
    /// On which lane the program said so.
    pub lane: LaneId,
    /// When.
    pub at_ns: u64,
}

/// The beginning or the end of a stay on a lane; pieces of a lane nest strictly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// On which lane.
    pub lane: LaneId,
    /// When.
    pub at_ns: u64,
    /// Whose it is.
    pub span: SpanNumber,
    /// The span's callsite.
    pub callsite: CallsiteId,
    /// How many pieces are around it.
    pub depth: usize,
    /// Whether the segment was cut here, instead of entered or left.
    pub split: bool,
}

/// The beginning or the end of a stay on a track of a request; pieces of a track nest strictly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrackPiece {
    /// The request.
    pub request: RequestId,
    /// Which of its tracks: 0 as long as nothing overlaps, and never more than run at once.
    pub track: usize,
    /// When.
    pub at_ns: u64,
    /// Whose life it is.
    pub span: SpanNumber,
    /// The span's callsite.
    pub callsite: CallsiteId,
    /// How many pieces are around it.
    pub depth: usize,
    /// Whether the span was cut here, instead of created or closed.
    pub split: bool,
}

/// A segment, as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VisitedSegment {
    /// Whose it is.
    pub span: SpanNumber,
    /// The span's callsite.
    pub callsite: CallsiteId,
    /// On which lane.
    pub lane: LaneId,
    /// From.
    pub start_ns: u64,
    /// To.
    pub end_ns: u64,
    /// How many segments were around it when it began.
    pub depth: usize,
    /// The selected time of it.
    pub busy_ns: u64,
    /// How much of that its thread ran, where context switches tell.
    pub ran: Option<Ran>,
    /// Whether it was cut off by the end of the recording.
    pub open: bool,
}

/// How much of a busy time threads ran, as far as is known; not all of it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ran {
    /// On a processor.
    pub cpu_ns: u64,
    /// Not on one: waiting, or preempted.
    pub blocked_ns: u64,
}

/// A span that has closed: all that is known of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VisitedSpan<'a> {
    /// What was said when it was created.
    pub born: Born,
    /// When it was created, cut to the selected range.
    pub start_ns: u64,
    /// When it closed, or the recording ended.
    pub end_ns: u64,
    /// Sum of its segments.
    pub busy_ns: u64,
    /// How much of that its threads ran, where context switches tell.
    pub ran: Option<Ran>,
    /// Time as the innermost of a lane.
    pub self_ns: u64,
    /// What its segments, selected or not, leave of its lifetime.
    pub idle_ns: u64,
    /// Time it waited: entered nowhere, and with nothing open below it.
    pub waited_ns: u64,
    /// Selected segments.
    pub segments: u64,
    /// Its fields, a later value in the place of an earlier one.
    pub fields: &'a [Field],
    /// The spans it follows from, in the order in which the program said so.
    pub follows: &'a [SpanNumber],
    /// Whether it was still open when the recording ended.
    pub open: bool,
    /// Whether `start_ns` is only a bound.
    pub inexact: bool,
    /// Whether its creation was never seen: it was when it was first entered.
    pub unknown: bool,
}

/// An event of `tracing`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VisitedInstant<'a> {
    /// On which lane.
    pub lane: LaneId,
    /// When.
    pub at_ns: u64,
    /// Its callsite.
    pub callsite: CallsiteId,
    /// Its fields.
    pub fields: &'a [Field],
    /// The span it belongs to by ancestry, if that is alive and selected.
    pub span: Option<SpanNumber>,
}

/// Something missing from a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VisitedLoss {
    /// On which lane.
    pub lane: LaneId,
    /// From.
    pub start_ns: u64,
    /// To.
    pub end_ns: u64,
    /// How many events; 0 where it only waited.
    pub events: u64,
    /// Why.
    pub cause: LossCause,
}

/// What was told in all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visited {
    /// The time shown: the selection's range, or from the first event to the last.
    pub range_ns: Range<u64>,
    /// The lanes that are selected and have an event in the selected time.
    pub lanes: Vec<LaneId>,
    /// Selected spans.
    pub spans: u64,
    /// Selected segments.
    pub segments: u64,
    /// How often a segment was cut, so that pieces nest and only selected moments have one.
    pub cuts: u64,
    /// How often a span was cut that outlived its parent on the same track; 0 without tracks.
    pub track_cuts: u64,
    /// Instants.
    pub instants: u64,
    /// Σ self, which is also the time in which any piece was open, over all lanes.
    pub self_ns: u64,
    /// How many times [`FollowsFrom::cause`] was not known.
    pub unknown_causes: u64,
    /// Spans still open at the end.
    pub open_spans: u64,
    /// Events that were not recorded.
    pub lost_events: u64,
    /// Whether the recording was cut before its end, by damage or because nothing finished it.
    pub cut: bool,
}

impl Replay<'_> {
    /// Tells `visitor` what is selected.
    ///
    /// # Errors
    /// If the recording cannot be read to its end.
    pub fn visit(&self, visitor: &mut dyn Visitor) -> Result<Visited, Error> {
        let Selection { from_ns, to_ns, thread, focus, ignore, .. } = self.selection();
        let in_part = from_ns.or(*to_ns).is_some();
        let parts =
            1 + usize::from(in_part || [thread, focus, ignore].iter().any(|re| re.is_some()));
        let selected = match parts {
            1 => None,
            _ => Some(self.run_as(0..parts, Selected::default())?.observer.0),
        };
        let lanes = self.recording().lanes().len();
        let teller = Teller::new(visitor, lanes, self.rules().window, selected);
        let replayed = self.run_as(parts - 1..parts, teller)?;
        let seen = (0..).map(LaneId).zip(replayed.seen);
        let told = replayed.observer.finish();
        Ok(Visited {
            range_ns: self.range_ns(),
            lanes: seen.filter(|(_, seen)| *seen).map(|(lane, _)| lane).collect(),
            lost_events: replayed.tally.lost_events,
            cut: self.recording().cut().is_some(),
            ..told
        })
    }

    /// The time that views of this replay show: the selection's range, or from the first event to
    /// where spans that never closed end.
    pub fn range_ns(&self) -> Range<u64> {
        Timeline::range_of(self)
    }
}
