//! Which arrows go where.
//!
//! An arrow needs a slice of a thread at both ends, and to go forward in time. It starts in the last
//! slice of the cause, or where the span was created inside another; it ends at the first slice of
//! the span after that. Memory: the spans alive.

use rustc_hash::FxHashMap;
use spanfire_recording::LaneId;
use spanfire_views::{Born, FollowsFrom, Piece, SpanNumber};

/// The arrows that are known of.
#[derive(Default)]
pub(super) struct Arrows {
    alive: FxHashMap<SpanNumber, Alive>,
    /// How many had nowhere to start or to end.
    pub undrawn: u64,
}

#[derive(Default)]
struct Alive {
    /// Where an arrow from it may start: in its last slice.
    last: Option<Place>,
    /// What waits for its next slice.
    waiting: Vec<Arrow>,
    /// Where it was created inside a slice, until it is entered.
    created: Option<Place>,
    has_parent: bool,
}

/// A moment of a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub lane: LaneId,
    pub at_ns: u64,
}

/// What an arrow says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Parent,
    Follows,
}

/// An arrow from one slice to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Arrow {
    pub meaning: Meaning,
    pub from: Place,
    pub to: Place,
}

impl Arrows {
    /// A span was created, perhaps inside a slice of that lane.
    pub fn born(&mut self, born: &Born, inside: bool) {
        let here = Place { lane: born.lane, at_ns: born.at_ns };
        let parent = born.parent.and_then(|parent| self.alive.get(&parent));
        let parent = parent.and_then(|parent| parent.last);
        let created = match parent {
            // The parent runs elsewhere.
            Some(place) if place.lane != born.lane => Some(place),
            _ => inside.then_some(here),
        };
        let alive = Alive { created, has_parent: born.parent.is_some(), ..Alive::default() };
        self.alive.insert(born.number, alive);
    }

    /// A span follows from another; it may be the innermost of that lane. The arrow, if it can be
    /// drawn already.
    pub fn follows(&mut self, follows: &FollowsFrom, inside: bool) -> Option<Arrow> {
        let to = Place { lane: follows.lane, at_ns: follows.at_ns };
        let cause = self.alive.get(&follows.cause?);
        let Some(from) = cause.and_then(|cause| cause.last.or(cause.created)) else {
            self.undrawn += 1;
            return None;
        };
        let arrow = Arrow { meaning: Meaning::Follows, from, to };
        if inside {
            return Some(arrow);
        }
        self.alive.get_mut(&follows.span)?.waiting.push(arrow);
        None
    }

    /// A slice begins: the arrows that end there.
    pub fn entered(&mut self, piece: &Piece) -> Vec<Arrow> {
        let Some(alive) = self.alive.get_mut(&piece.span) else { return Vec::new() };
        let to = Place { lane: piece.lane, at_ns: piece.at_ns };
        let first = alive.last.replace(to).is_none();
        let mut arrows = std::mem::take(&mut alive.waiting);
        if first
            && alive.has_parent
            && let Some(from) = alive.created
            && from.lane != piece.lane
        {
            arrows.push(Arrow { meaning: Meaning::Parent, from, to });
        }
        arrows.iter_mut().for_each(|arrow| arrow.to = to);
        arrows
    }

    /// A span closed: what still waits for a slice of it waits in vain.
    pub fn closed(&mut self, span: SpanNumber) {
        if let Some(alive) = self.alive.remove(&span) {
            self.undrawn += alive.waiting.len() as u64;
        }
    }
}
