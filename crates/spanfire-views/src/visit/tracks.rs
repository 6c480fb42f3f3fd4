//! The spans of every request on tracks that nest.
//!
//! A span stands on its parent's track, inside it, if nothing else runs inside the parent there;
//! otherwise it takes the first track of its request that is free. Costs a look-up for each birth and
//! each close; memory is bounded by the spans alive.
//!
//! ```text
//! track 0   request ├──────────────────────────────────┤
//!             query   ├──────────┤   ├──────┤
//! track 1     render        ├─────────────┤                 while a query runs
//! ```

use super::nesting::{Change, Nesting};
use super::{Born, SpanNumber};
use crate::RequestId;
use crate::rows::Rows;
use rustc_hash::FxHashMap;

/// The tracks of all requests that have a span alive.
#[derive(Default)]
pub(super) struct Tracks {
    requests: FxHashMap<RequestId, RequestTracks>,
}

#[derive(Default)]
struct RequestTracks {
    rows: Rows,
    tracks: Vec<Track>,
    /// The track of each span that is alive.
    places: FxHashMap<SpanNumber, usize>,
}

#[derive(Default)]
struct Track {
    nesting: Nesting,
    reached_ns: u64,
}

/// What happens to a piece on a track.
#[derive(Clone, Copy)]
pub(super) struct TrackChange {
    pub track: usize,
    pub at_ns: u64,
    pub change: Change,
}

impl Tracks {
    /// A span is born.
    pub fn begin(&mut self, born: &Born, tell: impl FnMut(TrackChange)) {
        let (track, state) = self.place(born);
        state.nesting.begin(born.number, born.callsite);
        state.tell(track, born.at_ns, tell);
    }

    /// A span that ended did not.
    pub fn resume(&mut self, born: &Born, at_ns: u64, tell: impl FnMut(TrackChange)) {
        let (track, state) = self.place(born);
        state.nesting.resume(born.number, born.callsite);
        state.tell(track, at_ns, tell);
    }

    fn place(&mut self, born: &Born) -> (usize, &mut Track) {
        let request = self.requests.entry(born.request).or_default();
        let track = request.track_for(born.parent);
        request.places.insert(born.number, track);
        (track, &mut request.tracks[track])
    }

    /// A span ends.
    pub fn end(&mut self, born: &Born, at_ns: u64, tell: impl FnMut(TrackChange)) {
        let Some(request) = self.requests.get_mut(&born.request) else { return };
        let Some(track) = request.places.remove(&born.number) else { return };
        let state = &mut request.tracks[track];
        state.nesting.end(born.number);
        state.tell(track, at_ns, tell);
        if state.nesting.innermost().is_none() {
            request.rows.release(track);
        }
        if request.places.is_empty() {
            self.requests.remove(&born.request);
        }
    }
}

impl Track {
    fn tell(&mut self, track: usize, at_ns: u64, mut tell: impl FnMut(TrackChange)) {
        // What a loss ended is told late: what went on meanwhile is on the track already.
        let at_ns = at_ns.max(self.reached_ns);
        self.reached_ns = at_ns;
        self.nesting.tell(true, |change| tell(TrackChange { track, at_ns, change }));
    }
}

impl RequestTracks {
    fn track_for(&mut self, parent: Option<SpanNumber>) -> usize {
        let track = parent.and_then(|parent| self.places.get(&parent).copied());
        if let Some(track) = track
            && self.tracks[track].nesting.innermost() == parent
        {
            return track;
        }
        let track = self.rows.take();
        if track == self.tracks.len() {
            self.tracks.push(Track::default());
        }
        track
    }
}
