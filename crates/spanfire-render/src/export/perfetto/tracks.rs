//! The tracks a trace has, and the tracks of requests that are open.
//!
//! ```text
//! process ─┬─ threads                  one each, with its number of the operating system
//!          ├─ open requests            a counter
//!          └─ a request, by its kind   the root and what nests in it
//!               └─ concurrent 2        one for each more that runs at once
//! ```
//!
//! Tracks of requests of one kind have one name, so that a viewer draws them together.

use super::packets::Said;
use crate::export::ids::Ids;
use spanfire_recording::LaneId;
use spanfire_views::{RequestId, SpanNumber, TrackPiece};
use std::collections::VecDeque;

/// A track.
#[derive(Clone, Copy)]
pub(super) enum Track {
    Process,
    OpenRequests,
    Thread(LaneId),
    Request(RequestId, usize),
}

impl Track {
    /// Its number.
    pub fn id(self, ids: Ids) -> u64 {
        match self {
            Track::Process => ids.id(1, 0),
            Track::OpenRequests => ids.id(2, 0),
            Track::Thread(lane) => ids.id(3, u64::from(lane.0)),
            Track::Request(request, track) => ids.id(4 + ((track as u64) << 8), request.0),
        }
    }
}

/// A request of which a span is alive.
#[derive(Default)]
pub(super) struct Request {
    /// How many of its spans are alive.
    pub spans: u64,
    /// How many pieces are open on its tracks.
    pub open: u64,
    tracks: Vec<RequestTrack>,
}

/// A track of a request.
#[derive(Default)]
pub(super) struct RequestTrack {
    /// Whether something was on it.
    pub described: bool,
    waiting: VecDeque<Happened>,
}

/// What happened on a track.
pub(super) struct Happened {
    pub piece: TrackPiece,
    pub begins: bool,
    /// What is said of a span where its last piece ends, once that is known.
    pub said: Option<Said>,
}

/// How much may wait: a thread that does not go on must not hold up all others for ever.
const WAITING: usize = 64;

impl RequestTrack {
    /// Something happened.
    pub fn happened(&mut self, piece: &TrackPiece, begins: bool) {
        self.waiting.push_back(Happened { piece: *piece, begins, said: None });
    }

    /// The end of this span, if nobody stopped waiting for what is said of it.
    pub fn end_of(&mut self, span: SpanNumber) -> Option<&mut Happened> {
        let is = |happened: &&mut Happened| happened.awaits() && happened.piece.span == span;
        self.waiting.iter_mut().find(is)
    }

    /// What is next to be written, unless more is awaited of it.
    pub fn next(&mut self) -> Option<Happened> {
        let full = self.waiting.len() > WAITING;
        match self.waiting.front() {
            Some(first) if full || !first.awaits() => self.waiting.pop_front(),
            _ => None,
        }
    }
}

impl Happened {
    fn awaits(&self) -> bool {
        !self.begins && !self.piece.split && self.said.is_none()
    }
}

impl Request {
    /// Its track of this number.
    pub fn track(&mut self, number: usize) -> &mut RequestTrack {
        if number >= self.tracks.len() {
            self.tracks.resize_with(number + 1, RequestTrack::default);
        }
        &mut self.tracks[number]
    }
}
