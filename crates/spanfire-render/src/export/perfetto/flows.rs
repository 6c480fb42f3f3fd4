//! Which thread a span came to from where.
//!
//! A span that is first entered on another thread than the one it was created on, or than the one
//! its parent ran on last, came from there. Memory: the spans alive.

use rustc_hash::FxHashMap;
use spanfire_recording::LaneId;
use spanfire_views::{Born, Piece, SpanNumber};

/// Where the spans alive were seen on threads.
#[derive(Default)]
pub(super) struct Flows {
    alive: FxHashMap<SpanNumber, Alive>,
}

struct Alive {
    /// Where it comes from, if it has a parent and was not entered so far.
    from: Option<Place>,
    /// Where it was entered last.
    entered: Option<Place>,
}

/// A moment of a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub lane: LaneId,
    pub at_ns: u64,
}

impl Flows {
    /// A span was created.
    pub fn born(&mut self, born: &Born) {
        let here = Place { lane: born.lane, at_ns: born.at_ns };
        let parent = born.parent.and_then(|parent| self.alive.get(&parent));
        let elsewhere =
            parent.and_then(|parent| parent.entered).filter(|place| place.lane != born.lane);
        let from = born.parent.map(|_| elsewhere.unwrap_or(here));
        self.alive.insert(born.number, Alive { from, entered: None });
    }

    /// A span is entered: where it came from, if that is another thread.
    pub fn entered(&mut self, piece: &Piece) -> Option<Place> {
        let alive = self.alive.get_mut(&piece.span)?;
        alive.entered = Some(Place { lane: piece.lane, at_ns: piece.at_ns });
        alive.from.take().filter(|from| from.lane != piece.lane)
    }

    /// A span closed.
    pub fn closed(&mut self, span: SpanNumber) {
        self.alive.remove(&span);
    }
}
