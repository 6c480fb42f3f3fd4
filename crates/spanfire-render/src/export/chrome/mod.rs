//! Trace events, the JSON of `chrome://tracing`, which Perfetto, speedscope and others also read.
//!
//! ```text
//! thread tracks   X  one for each piece of a segment, nested
//! span tracks     b…e  one pair for each span, from creation to close, its number the id
//! arrows          s…f  to a span from its parent on another thread, and from what it follows from
//! instants        i  events of tracing, and losses
//! ```
//!
//! Each event is written when it is over, so the file is not in the order of time, which the format
//! allows; memory is bounded by the spans alive. About 650 bytes a span of a service.

mod arrows;
mod writer;

use super::{Carried, Source};
use crate::error::Error;
use crate::tables::counted;
use arrows::Arrows;
use spanfire_recording::LaneId;
use spanfire_views::{
    Born, FollowsFrom, Piece, VisitedInstant, VisitedLoss, VisitedSegment, VisitedSpan, Visitor,
};
use std::io::Write;
use writer::Writer;

/// Writes the selected spans as trace events.
///
/// Times are microseconds with three decimals since the recording's start; a reader that computes
/// in doubles may be off by a nanosecond after 50 days. Integers in fields that a double cannot
/// hold are text. Arrows are drawn between slices of threads, so one from a span that has closed, or from
/// or to one that was never entered there, is left out and counted; parents and causes stand in the arguments as well.
///
/// The format has no place for the time a span waited or its threads were on a processor, for whether its
/// times are inexact, or for probe cost; all but the last stand in the arguments. Native samples are
/// left out.
///
/// # Errors
/// Where `sink` does, and where the recording cannot be read.
pub fn chrome(source: &Source<'_>, sink: &mut dyn Write) -> Result<Carried, Error> {
    let mut told = Teller {
        writer: Writer::begin(source, sink),
        lanes: source.recording().lanes().iter().map(|_| Vec::new()).collect(),
        arrows: Arrows::default(),
        open_segment: false,
    };
    let visited = source.replay.visit(&mut told)?;
    for lane in &visited.lanes {
        told.writer.name(*lane);
    }
    told.writer.finish()?;
    let undrawn = told.arrows.undrawn;
    let note = (undrawn > 0).then(|| {
        format!("{} not drawn, since nothing was open at one end", counted(undrawn, "arrow"))
    });
    let unknown = Carried::unknown_causes(&visited);
    Ok(Carried {
        spans: visited.spans,
        split: visited.cuts,
        left_out: 0,
        notes: note.into_iter().chain(unknown).collect(),
    })
}

struct Teller<'a> {
    writer: Writer<'a>,
    /// The open pieces of each lane, the innermost last.
    lanes: Vec<Vec<Piece>>,
    arrows: Arrows,
    /// Whether the segment that is about to be left was cut off by the recording's end.
    open_segment: bool,
}

impl Teller<'_> {
    fn innermost(&self, lane: LaneId) -> Option<&Piece> {
        self.lanes[lane.index()].last()
    }
}

impl Visitor for Teller<'_> {
    fn born(&mut self, born: &Born) {
        let inside = self.innermost(born.lane).is_some();
        self.arrows.born(born, inside);
    }

    fn follows(&mut self, follows: &FollowsFrom) {
        let inside = self.innermost(follows.lane).is_some_and(|piece| piece.span == follows.span);
        if let Some(arrow) = self.arrows.follows(follows, inside) {
            self.writer.arrow(&arrow);
        }
    }

    fn entered(&mut self, piece: &Piece) {
        self.lanes[piece.lane.index()].push(*piece);
        for arrow in self.arrows.entered(piece) {
            self.writer.arrow(&arrow);
        }
    }

    fn segment(&mut self, segment: &VisitedSegment) {
        self.open_segment = segment.open;
    }

    fn left(&mut self, piece: &Piece) {
        let open = std::mem::take(&mut self.open_segment);
        if let Some(entered) = self.lanes[piece.lane.index()].pop() {
            self.writer.piece(&entered, piece, open);
        }
    }

    fn closed(&mut self, span: &VisitedSpan<'_>) {
        self.arrows.closed(span.born.number);
        self.writer.span(span);
    }

    fn instant(&mut self, instant: &VisitedInstant<'_>) {
        self.writer.instant(instant);
    }

    fn lost(&mut self, loss: &VisitedLoss) {
        self.writer.loss(loss);
    }
}
