//! The first reading: how much each profile will have, and which requests get one.

use super::{Profile, Stream};
use crate::duration::duration;
use crate::tables::fields_line;
use rustc_hash::{FxHashMap, FxHashSet};
use spanfire_views::{Born, Piece, RequestId, TrackPiece, VisitedSpan, Visitor};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A field that is a whole document would hide the menu behind it.
const DESCRIPTION_CHARS: usize = 80;

/// Counts while it is told. Memory: the requests that are open, and those that get a profile.
pub(super) struct Survey {
    lanes: Vec<u64>,
    open: FxHashMap<RequestId, Growing>,
    /// The longest so far, the shortest of them on top.
    longest: BinaryHeap<Reverse<Ranked>>,
    limit: usize,
    requests: u64,
}

/// What a survey has found.
pub(super) struct Surveyed {
    /// Events of each lane.
    pub lanes: Vec<u64>,
    /// The requests that get a profile, the longest first.
    pub requests: Vec<Request>,
    /// How many get none.
    pub left_out: u64,
    /// How often a span of those that get one was cut on its track.
    pub track_cuts: u64,
}

#[derive(Default)]
struct Growing {
    request: Request,
    spans_open: u64,
}

/// A request with a profile.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Request {
    pub number: u64,
    callsite: u32,
    start_ns: u64,
    end_ns: u64,
    /// The root's, if that is selected.
    lifetime_ns: Option<u64>,
    description: String,
    cuts: u64,
    /// Events of each of its tracks.
    tracks: Vec<u64>,
}

/// Ordered by length; of equal ones the earlier is the longer.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Ranked {
    lifetime_ns: u64,
    earlier: Reverse<u64>,
    request: Request,
}

impl Survey {
    /// Nothing has been told; at most `limit` requests get a profile.
    pub fn new(lanes: usize, limit: usize) -> Survey {
        Survey {
            lanes: vec![0; lanes],
            open: FxHashMap::default(),
            longest: BinaryHeap::new(),
            limit,
            requests: 0,
        }
    }

    /// What was found.
    pub fn finish(self) -> Surveyed {
        let mut ranked: Vec<Ranked> =
            self.longest.into_iter().map(|Reverse(ranked)| ranked).collect();
        ranked.sort_unstable_by(|a, b| b.cmp(a));
        let mut requests: Vec<Request> = Vec::new();
        let mut places: FxHashMap<u64, usize> = FxHashMap::default();
        for Ranked { request, .. } in ranked {
            // A request whose root is not selected may end and begin again.
            match places.get(&request.number) {
                Some(&place) => requests[place].add(request),
                None => {
                    places.insert(request.number, requests.len());
                    requests.push(request);
                }
            }
        }
        let left_out = self.requests.saturating_sub(requests.len() as u64);
        let track_cuts = requests.iter().map(|request| request.cuts).sum();
        Surveyed { lanes: self.lanes, requests, left_out, track_cuts }
    }
}

impl Surveyed {
    /// The requests that get a profile.
    pub fn numbers(&self) -> FxHashSet<RequestId> {
        self.requests.iter().map(|request| RequestId(request.number)).collect()
    }
}

impl Request {
    fn add(&mut self, other: Request) {
        self.tracks.resize(self.tracks.len().max(other.tracks.len()), 0);
        self.tracks.iter_mut().zip(other.tracks).for_each(|(events, more)| *events += more);
        self.cuts += other.cuts;
    }

    fn lifetime_ns(&self) -> u64 {
        self.lifetime_ns.unwrap_or(self.end_ns.saturating_sub(self.start_ns))
    }

    /// A profile for each of its tracks.
    pub fn profiles(&self, labels: &[String]) -> impl Iterator<Item = Profile> {
        let label = labels.get(self.callsite as usize).map_or("", String::as_str);
        let length = duration(self.lifetime_ns());
        let name = format!("request {} {label} {length}{}", self.number, self.description);
        self.tracks.iter().enumerate().map(move |(track, &events)| Profile {
            stream: Stream::Track(RequestId(self.number), track),
            name: match track {
                0 => name.clone(),
                _ => format!("{name}, track {}", track + 1),
            },
            events,
        })
    }
}

impl Visitor for Survey {
    fn born(&mut self, born: &Born) {
        let growing = self.open.entry(born.request).or_insert_with(|| Growing {
            request: Request {
                number: born.request.0,
                callsite: born.callsite.0,
                start_ns: born.at_ns,
                ..Request::default()
            },
            spans_open: 0,
        });
        growing.spans_open += 1;
    }

    fn entered(&mut self, piece: &Piece) {
        self.lanes[piece.lane.index()] += 2;
    }

    fn wants_tracks(&self) -> bool {
        true
    }

    fn began(&mut self, piece: &TrackPiece) {
        let Some(Growing { request, .. }) = self.open.get_mut(&piece.request) else { return };
        if request.tracks.len() <= piece.track {
            request.tracks.resize(piece.track + 1, 0);
        }
        request.tracks[piece.track] += 2;
        request.cuts += u64::from(piece.split);
    }

    fn closed(&mut self, span: &VisitedSpan<'_>) {
        let id = span.born.request;
        let Some(growing) = self.open.get_mut(&id) else { return };
        growing.request.end_ns = growing.request.end_ns.max(span.end_ns);
        if span.born.is_root {
            growing.request.lifetime_ns = Some(span.end_ns.saturating_sub(span.start_ns));
            growing.request.description = description(&fields_line(span.fields));
        }
        growing.spans_open -= 1;
        if growing.spans_open > 0 {
            return;
        }
        if let Some(Growing { request, .. }) = self.open.remove(&id) {
            self.requests += 1;
            let (lifetime_ns, earlier) = (request.lifetime_ns(), Reverse(request.number));
            self.longest.push(Reverse(Ranked { lifetime_ns, earlier, request }));
            if self.longest.len() > self.limit {
                self.longest.pop();
            }
        }
    }
}

fn description(fields: &str) -> String {
    match fields.char_indices().nth(DESCRIPTION_CHARS) {
        _ if fields.is_empty() => String::new(),
        Some((end, _)) => format!(" {}…", &fields[..end]),
        None => format!(" {fields}"),
    }
}
