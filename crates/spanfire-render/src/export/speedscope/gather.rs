//! A later reading: the events of some profiles.

use super::survey::Surveyed;
use super::writer::Writer;
use super::{Profile, Stream};
use rustc_hash::{FxHashMap, FxHashSet};
use spanfire_recording::CallsiteId;
use spanfire_views::{Piece, RequestId, TrackPiece, VisitedSpan, Visitor};

/// Keeps the events of its profiles, four to eight bytes each, or writes them at once if it has one
/// profile.
pub(super) struct Gather<'a, 'w> {
    profiles: &'a [Profile],
    places: FxHashMap<Stream, usize>,
    kept: Vec<Kept>,
    writer: &'a mut Writer<'w>,
    /// The requests that get a profile, now or later.
    requests: FxHashSet<RequestId>,
    tracks: bool,
    /// Spans that are in no profile at all.
    unseen: u64,
}

/// Events in the order of time: how long after the one before, and the frame with what happens to it.
#[derive(Default)]
struct Kept {
    bytes: Vec<u8>,
    at_ns: u64,
}

impl<'a, 'w> Gather<'a, 'w> {
    /// Nothing has been told.
    pub fn new(profiles: &'a [Profile], survey: &Surveyed, writer: &'a mut Writer<'w>) -> Self {
        let places = profiles.iter().zip(0..).map(|(profile, place)| (profile.stream, place));
        let alone = profiles.len() == 1;
        if let ([profile], true) = (profiles, alone) {
            writer.profile(&profile.name, None);
        }
        Gather {
            profiles,
            places: places.collect(),
            kept: if alone {
                Vec::new()
            } else {
                profiles.iter().map(|_| Kept::default()).collect()
            },
            writer,
            requests: survey.numbers(),
            tracks: profiles.iter().any(|profile| matches!(profile.stream, Stream::Track(..))),
            unseen: 0,
        }
    }

    /// Writes what was kept. Gives the number of spans that are in no profile at all.
    pub fn finish(self) -> u64 {
        if self.kept.is_empty() {
            self.writer.profile_done();
        }
        for (profile, kept) in self.profiles.iter().zip(&self.kept) {
            self.writer.profile(&profile.name, None);
            kept.each(|opens, frame, at_ns| self.writer.event(opens, frame, at_ns));
            self.writer.profile_done();
        }
        self.unseen
    }

    fn event(&mut self, stream: Stream, opens: bool, callsite: CallsiteId, at_ns: u64) {
        let Some(&place) = self.places.get(&stream) else { return };
        match self.kept.get_mut(place) {
            Some(kept) => kept.add(opens, callsite.0, at_ns),
            None => self.writer.event(opens, callsite.0, at_ns),
        }
    }
}

impl Kept {
    fn add(&mut self, opens: bool, frame: u32, at_ns: u64) {
        varint(&mut self.bytes, at_ns.saturating_sub(self.at_ns));
        varint(&mut self.bytes, u64::from(frame) << 1 | u64::from(opens));
        self.at_ns = at_ns.max(self.at_ns);
    }

    fn each(&self, mut event: impl FnMut(bool, u32, u64)) {
        let mut bytes = self.bytes.iter();
        let mut at_ns = 0;
        while let (Some(later_ns), Some(what)) = (read_varint(&mut bytes), read_varint(&mut bytes))
        {
            at_ns += later_ns;
            event(what & 1 == 1, (what >> 1) as u32, at_ns);
        }
    }
}

fn varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn read_varint(bytes: &mut std::slice::Iter<'_, u8>) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.next()?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
    }
    Some(value)
}

impl Visitor for Gather<'_, '_> {
    fn entered(&mut self, piece: &Piece) {
        self.event(Stream::Lane(piece.lane), true, piece.callsite, piece.at_ns);
    }

    fn left(&mut self, piece: &Piece) {
        self.event(Stream::Lane(piece.lane), false, piece.callsite, piece.at_ns);
    }

    fn wants_tracks(&self) -> bool {
        self.tracks
    }

    fn began(&mut self, piece: &TrackPiece) {
        let stream = Stream::Track(piece.request, piece.track);
        self.event(stream, true, piece.callsite, piece.at_ns);
    }

    fn ended(&mut self, piece: &TrackPiece) {
        let stream = Stream::Track(piece.request, piece.track);
        self.event(stream, false, piece.callsite, piece.at_ns);
    }

    fn closed(&mut self, span: &VisitedSpan<'_>) {
        let seen = span.segments > 0 || self.requests.contains(&span.born.request);
        self.unseen += u64::from(!seen);
    }
}
