//! One lane at one moment of a replay.

use super::life::{Kin, RequestNumber, Slot};
use super::on_cpu::Split;
use crate::paths::PathId;
use spanfire_recording::{CallsiteId, Parent, SpanId};

/// A lane and what is entered on it.
#[derive(Default)]
pub(crate) struct Lane {
    /// The open segments, the innermost last.
    pub stack: Vec<Open>,
    /// Up to when time has been handed out.
    pub since_ns: u64,
    /// How much selected time has been handed out. Differences of it are a segment's busy time.
    pub clock_ns: u64,
    /// How much of that its thread ran, as far as is known.
    pub split: Split,
    /// Whether its moments count.
    pub selected: bool,
    /// Whether it has an event in the selected time.
    pub seen: bool,
    /// Whether events of it are missing, so that exits without enter are to be expected.
    pub lossy: bool,
    /// The request that its innermost segment belongs to.
    pub running: RequestNumber,
    /// How many segments from the bottom belong to spans that can be found by id.
    pub mapped: usize,
    /// Whether it is among the lanes that may have others.
    pub listed: bool,
    /// The span that it left last, and when.
    pub left: Option<(SpanId, u64)>,
    /// The span that its next event creates.
    pub coming: Option<Coming>,
    /// The span that its last event left and dropped.
    pub going: Option<Kin>,
}

/// A span that a lane's next event creates. It may exist already, if when it was created was not
/// recorded exactly.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Coming {
    /// What the program calls it.
    pub id: SpanId,
    /// Its callsite.
    pub callsite: CallsiteId,
    /// What it was created under.
    pub parent: Parent,
    /// Whether it can be found by its id.
    pub mapped: bool,
    /// The span, if another lane has used it already.
    pub made: Option<Kin>,
}

/// An open segment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Open {
    /// Whose it is.
    pub id: SpanId,
    /// Whose it is.
    pub slot: Slot,
    /// Whether the same span is entered further out on this lane.
    pub duplicate: bool,
    /// When it was entered.
    pub entered_ns: u64,
    /// The lane's clock at that time.
    pub entered_clock_ns: u64,
    /// How much of that the lane's thread had run.
    pub entered_split: Split,
    /// The lane's clock when it became the outermost of its callsite.
    pub outermost_clock_ns: u64,
    /// How many visible segments are around it.
    pub depth: u32,
    /// Where moments in which it is the innermost belong.
    pub place: Place,
}

/// Where a moment belongs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// The span it belongs to: the innermost visible one.
    pub owner: Option<Slot>,
    /// The physical stack.
    pub path: PathId,
    /// Whether it is selected.
    pub counts: bool,
    /// The owner's request.
    pub request: RequestNumber,
    /// Whether no other frame of the innermost one's callsite is around it.
    pub outermost: bool,
}

impl Place {
    /// Outside every span.
    pub const NOWHERE: Place = Place {
        owner: None,
        path: PathId::EMPTY,
        counts: false,
        request: RequestNumber(0),
        outermost: false,
    };

    /// The request that runs here, as far as selected.
    pub fn running(&self) -> RequestNumber {
        if self.counts { self.request } else { RequestNumber(0) }
    }
}

impl Lane {
    /// Where the present moment belongs.
    pub fn place(&self) -> Place {
        self.stack.last().map_or(Place::NOWHERE, |open| open.place)
    }

    /// The span that the program's `Span::current()` is: the innermost that is not entered twice.
    pub fn current(&self) -> Option<Slot> {
        self.stack.iter().rev().find(|open| !open.duplicate).map(|open| open.slot)
    }

    /// The innermost open segment of a span.
    pub fn position(&self, slot: Slot) -> Option<usize> {
        self.stack.iter().rposition(|open| open.slot == slot)
    }
}
