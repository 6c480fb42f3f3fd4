//! Pieces that nest, from spans that need not.
//!
//! Takes what begins and ends, in any order, and how much of it is shown; gives pieces of which the
//! innermost always ends first. Where something ends under what is still open, the pieces above it
//! are cut and go on at once. Costs a push or a pop while everything nests.

use super::SpanNumber;
use spanfire_recording::CallsiteId;

/// What is open in one place, and how much of it has been told.
#[derive(Default)]
pub(super) struct Nesting {
    /// The innermost last.
    open: Vec<Open>,
    /// The told pieces, the innermost last.
    told: Vec<Told>,
    /// How many of the told pieces are where the open ones are.
    valid: usize,
}

struct Open {
    span: SpanNumber,
    callsite: CallsiteId,
    /// Whether a piece of it was told before.
    cut: bool,
}

struct Told {
    span: SpanNumber,
    callsite: CallsiteId,
    ended: bool,
}

/// What happens to a piece.
#[derive(Clone, Copy)]
pub(super) struct Change {
    /// Whether it begins; otherwise it ends.
    pub begins: bool,
    pub span: SpanNumber,
    pub callsite: CallsiteId,
    /// How many pieces are around it.
    pub depth: usize,
    /// Whether it was cut here, instead of begun or ended.
    pub split: bool,
}

impl Nesting {
    /// A span begins, inside what is open.
    pub fn begin(&mut self, span: SpanNumber, callsite: CallsiteId) {
        self.open.push(Open { span, callsite, cut: false });
    }

    /// A span that ended begins again, inside what is open.
    pub fn resume(&mut self, span: SpanNumber, callsite: CallsiteId) {
        self.open.push(Open { span, callsite, cut: true });
    }

    /// The innermost of this span ends.
    pub fn end(&mut self, span: SpanNumber) {
        let Some(index) = self.open.iter().rposition(|open| open.span == span) else { return };
        self.open.remove(index);
        if index < self.valid {
            self.told[index].ended = true;
            self.valid = index;
        }
    }

    /// The innermost that is open.
    pub fn innermost(&self) -> Option<SpanNumber> {
        self.open.last().map(|open| open.span)
    }

    /// Tells what changed: afterwards everything open is told, or nothing if not `shown`.
    pub fn tell(&mut self, shown: bool, mut tell: impl FnMut(Change)) {
        let wanted = if shown { self.open.len() } else { 0 };
        let stays = self.valid.min(wanted);
        while self.told.len() > stays {
            let depth = self.told.len() - 1;
            let Some(Told { span, callsite, ended }) = self.told.pop() else { break };
            tell(Change { begins: false, span, callsite, depth, split: !ended });
        }
        for (depth, open) in self.open.iter_mut().enumerate().take(wanted).skip(stays) {
            let &mut Open { span, callsite, cut } = open;
            open.cut = true;
            self.told.push(Told { span, callsite, ended: false });
            tell(Change { begins: true, span, callsite, depth, split: cut });
        }
        self.valid = self.told.len();
    }
}
