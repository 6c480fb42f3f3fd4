//! The pieces of one lane.
//!
//! Takes what is entered and left, in any order, and whether moments count; gives pieces that nest.
//! Costs nothing but a push or a pop while segments nest and everything is selected.

use super::{Piece, SpanNumber};
use spanfire_recording::{CallsiteId, LaneId};

/// What is entered on a lane, and how much of it has been told.
#[derive(Default)]
pub(super) struct LanePieces {
    /// The open segments of visible spans, the innermost last.
    open: Vec<OpenSegment>,
    /// The told pieces, the innermost last.
    told: Vec<Told>,
    /// How many of the told pieces are where the open segments are.
    valid: usize,
    /// Whether the present moment is selected.
    counts: bool,
}

struct OpenSegment {
    span: SpanNumber,
    callsite: CallsiteId,
    /// Whether a piece of it was told before.
    cut: bool,
}

struct Told {
    span: SpanNumber,
    callsite: CallsiteId,
    /// Whether its segment has been left.
    ended: bool,
}

/// What a piece does.
pub(super) enum Change {
    Begins(Piece),
    Ends(Piece),
}

impl LanePieces {
    /// A segment begins.
    pub fn enter(&mut self, span: SpanNumber, callsite: CallsiteId) {
        self.open.push(OpenSegment { span, callsite, cut: false });
    }

    /// The innermost segment of this span ends.
    pub fn leave(&mut self, span: SpanNumber) {
        let Some(index) = self.open.iter().rposition(|open| open.span == span) else { return };
        self.open.remove(index);
        if index < self.valid {
            self.told[index].ended = true;
            self.valid = index;
        }
    }

    /// Whether moments count from now on.
    pub fn select(&mut self, counts: bool) {
        self.counts = counts;
    }

    /// Tells what changes at this moment.
    pub fn tell(&mut self, lane: LaneId, at_ns: u64, change: impl FnMut(Change)) {
        let wanted = if self.counts { self.open.len() } else { 0 };
        self.tell_up_to(wanted, lane, at_ns, change);
    }

    /// Ends what is open: nothing more is selected.
    pub fn end(&mut self, lane: LaneId, at_ns: u64, change: impl FnMut(Change)) {
        self.tell_up_to(0, lane, at_ns, change);
    }

    fn tell_up_to(
        &mut self,
        wanted: usize,
        lane: LaneId,
        at_ns: u64,
        mut change: impl FnMut(Change),
    ) {
        let stays = self.valid.min(wanted);
        while self.told.len() > stays {
            let depth = self.told.len() - 1;
            let Some(Told { span, callsite, ended }) = self.told.pop() else { break };
            change(Change::Ends(Piece { lane, at_ns, span, callsite, depth, split: !ended }));
        }
        for (depth, open) in self.open.iter_mut().enumerate().take(wanted).skip(stays) {
            let &mut OpenSegment { span, callsite, cut } = open;
            open.cut = true;
            self.told.push(Told { span, callsite, ended: false });
            change(Change::Begins(Piece { lane, at_ns, span, callsite, depth, split: cut }));
        }
        self.valid = self.told.len();
    }
}
