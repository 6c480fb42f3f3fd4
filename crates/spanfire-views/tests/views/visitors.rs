//! Visitors: one that puts what it is told into words, and one that holds it against itself.

use spanfire_recording::{CallsiteId, Error, Field, Recording};
use spanfire_views::{
    Born, FollowsFrom, Piece, Replay, RequestId, Selection, SpanNumber, TrackPiece, Visited,
    VisitedInstant, VisitedLoss, VisitedSegment, VisitedSpan, Visitor,
};
use std::collections::{HashMap, HashSet};

/// What a visitor is told, as words.
pub struct Words<'a> {
    recording: &'a Recording,
    /// The pieces of each lane, and the instants on it.
    pub lanes: Vec<String>,
    /// The pieces of each request's tracks, in the order of their first one.
    pub tracks: Vec<(RequestId, usize, String)>,
    /// Everything else, a line each.
    pub lines: Vec<String>,
}

impl<'a> Words<'a> {
    pub fn of(replay: &Replay<'a>) -> Result<(Words<'a>, Visited), Error> {
        let recording = replay.recording();
        let lanes = recording.lanes().iter().zip(0..);
        let lanes = lanes.map(|(lane, id)| lane.label(spanfire_recording::LaneId(id)));
        let mut words =
            Words { recording, lanes: lanes.collect(), tracks: Vec::new(), lines: Vec::new() };
        let visited = replay.visit(&mut words)?;
        Ok((words, visited))
    }

    fn track(&mut self, piece: &TrackPiece) -> &mut String {
        let key = (piece.request, piece.track);
        let known = self.tracks.iter().position(|(request, track, _)| (*request, *track) == key);
        let index = known.unwrap_or_else(|| {
            self.tracks.push((key.0, key.1, String::new()));
            self.tracks.len() - 1
        });
        &mut self.tracks[index].2
    }

    /// A line for each track.
    pub fn track_lines(self) -> Vec<String> {
        let lines = self.tracks.into_iter();
        lines.map(|(request, track, words)| format!("{request}.{track}{words}")).collect()
    }

    fn name(&self, callsite: CallsiteId) -> &'a str {
        &self.recording.callsites()[callsite.index()].name
    }
}

fn fields(fields: &[Field]) -> String {
    fields.iter().map(|field| format!(" {}={}", field.name, field.value)).collect()
}

impl Visitor for Words<'_> {
    fn born(&mut self, born: &Born) {
        let name = self.name(born.callsite);
        let parent = match born.parent {
            Some(parent) => format!("under {} in {}", parent.0, born.request),
            None => "root".to_string(),
        };
        self.lines.push(format!("{}: {name} born {} {parent}", born.number.0, born.at_ns));
    }

    fn fields(&mut self, span: SpanNumber, told: &[Field]) {
        self.lines.push(format!("{}:{}", span.0, fields(told)));
    }

    fn follows(&mut self, follows: &FollowsFrom) {
        let cause = follows.cause.map_or("?".to_string(), |cause| cause.0.to_string());
        self.lines.push(format!("{}: follows {cause} at {}", follows.span.0, follows.at_ns));
    }

    fn entered(&mut self, piece: &Piece) {
        let split = if piece.split { "~" } else { "" };
        let word = format!(" {split}{}@{}", self.name(piece.callsite), piece.at_ns);
        self.lanes[piece.lane.index()].push_str(&word);
    }

    fn left(&mut self, piece: &Piece) {
        let split = if piece.split { "~" } else { "" };
        let word = format!(" {}){split}@{}", self.name(piece.callsite), piece.at_ns);
        self.lanes[piece.lane.index()].push_str(&word);
    }

    fn wants_tracks(&self) -> bool {
        true
    }

    fn began(&mut self, piece: &TrackPiece) {
        let split = if piece.split { "~" } else { "" };
        let word = format!(" {split}{}@{}", self.name(piece.callsite), piece.at_ns);
        self.track(piece).push_str(&word);
    }

    fn ended(&mut self, piece: &TrackPiece) {
        let split = if piece.split { "~" } else { "" };
        let word = format!(" {}){split}@{}", self.name(piece.callsite), piece.at_ns);
        self.track(piece).push_str(&word);
    }

    fn segment(&mut self, segment: &VisitedSegment) {
        let VisitedSegment { span, lane, start_ns, end_ns, depth, busy_ns, open, .. } = *segment;
        let open = if open { " open" } else { "" };
        self.lines.push(format!(
            "{}: lane {} {start_ns}..{end_ns}/{depth} busy {busy_ns}{open}",
            span.0, lane.0
        ));
    }

    fn closed(&mut self, span: &VisitedSpan<'_>) {
        let marks = [(span.open, " open"), (span.inexact, " inexact"), (span.unknown, " unknown")];
        let marks: String = marks.iter().filter(|mark| mark.0).map(|mark| mark.1).collect();
        let follows: String =
            span.follows.iter().map(|cause| format!(" follows {}", cause.0)).collect();
        self.lines.push(format!(
            "{}: {}..{} busy {} self {} waited {} segments {}{}{follows}{marks}",
            span.born.number.0,
            span.start_ns,
            span.end_ns,
            span.busy_ns,
            span.self_ns,
            span.waited_ns,
            span.segments,
            fields(span.fields),
        ));
    }

    fn instant(&mut self, instant: &VisitedInstant<'_>) {
        let span = instant.span.map_or(String::new(), |span| format!(" in {}", span.0));
        let name = self.name(instant.callsite);
        let fields = fields(instant.fields);
        self.lines.push(format!("!{name} at {}{span}{fields}", instant.at_ns));
    }

    fn lost(&mut self, loss: &VisitedLoss) {
        let VisitedLoss { lane, start_ns, end_ns, events, cause } = loss;
        self.lines.push(format!("lost {events} on {} {start_ns}..{end_ns} {cause:?}", lane.0));
    }
}

/// Adds up what it is told, and holds it against what it was told before.
#[derive(Default)]
struct Nesting {
    lanes: Vec<Vec<Piece>>,
    reached_ns: Vec<u64>,
    tracks: HashMap<(RequestId, usize), (u64, Vec<SpanNumber>)>,
    told: HashSet<SpanNumber>,
    alive: HashMap<SpanNumber, Born>,
    track_cuts: u64,
    self_ns: u64,
    spans: u64,
    span_self_ns: u64,
    segments: u64,
    cuts: u64,
}

/// Pieces nest, follow one another in time and add up; spans add up to the same. The result is Σ self.
#[track_caller]
pub fn visits_agree(recording: &Recording, selection: &Selection) -> Visited {
    let lanes = recording.lanes().len();
    let mut nesting = Nesting {
        lanes: vec![Vec::new(); lanes],
        reached_ns: vec![0; lanes],
        ..Nesting::default()
    };
    let visited = Replay::new(recording, selection.clone()).visit(&mut nesting).expect("a visit");
    assert!(nesting.lanes.iter().all(Vec::is_empty), "pieces are left open");
    assert_eq!(nesting.self_ns, visited.self_ns, "Σ self of pieces");
    assert_eq!(nesting.span_self_ns, visited.self_ns, "Σ self of spans");
    assert_eq!(
        (nesting.spans, nesting.segments, nesting.cuts, nesting.track_cuts),
        (visited.spans, visited.segments, visited.cuts, visited.track_cuts)
    );
    assert!(nesting.alive.is_empty(), "spans are born and never closed");
    assert!(nesting.tracks.values().all(|(_, open)| open.is_empty()), "tracks are left open");
    visited
}

impl Nesting {
    fn reach(&mut self, piece: &Piece) {
        let lane = piece.lane.index();
        assert!(self.reached_ns[lane] <= piece.at_ns, "time runs backwards: {piece:?}");
        if !self.lanes[lane].is_empty() {
            self.self_ns += piece.at_ns - self.reached_ns[lane];
        }
        self.reached_ns[lane] = piece.at_ns;
    }
}

impl Nesting {
    fn track(&mut self, piece: &TrackPiece) -> &mut Vec<SpanNumber> {
        let (reached_ns, open) = self.tracks.entry((piece.request, piece.track)).or_default();
        assert!(*reached_ns <= piece.at_ns, "time runs backwards: {piece:?}");
        *reached_ns = piece.at_ns;
        open
    }
}

impl Visitor for Nesting {
    fn born(&mut self, born: &Born) {
        assert!(self.alive.insert(born.number, *born).is_none(), "born twice: {born:?}");
        assert!(born.parent.is_none_or(|parent| self.told.contains(&parent)), "{born:?}");
        self.told.insert(born.number);
        assert!(!(born.is_root && born.parent.is_some()), "{born:?}");
    }

    fn wants_tracks(&self) -> bool {
        true
    }

    fn began(&mut self, piece: &TrackPiece) {
        let born = self.alive[&piece.span];
        assert_eq!((born.request, born.callsite), (piece.request, piece.callsite));
        let open = self.track(piece);
        assert_eq!(piece.depth, open.len(), "{piece:?}");
        let around = open.last().copied();
        open.push(piece.span);
        assert!(piece.split || around.is_none() || around == born.parent, "{piece:?}");
        self.track_cuts += u64::from(piece.split);
    }

    fn ended(&mut self, piece: &TrackPiece) {
        let open = self.track(piece);
        assert_eq!((open.pop(), piece.depth), (Some(piece.span), open.len()), "{piece:?}");
    }

    fn entered(&mut self, piece: &Piece) {
        self.reach(piece);
        let stack = &mut self.lanes[piece.lane.index()];
        assert_eq!(piece.depth, stack.len(), "{piece:?}");
        stack.push(*piece);
        self.cuts += u64::from(piece.split);
    }

    fn left(&mut self, piece: &Piece) {
        self.reach(piece);
        let stack = &mut self.lanes[piece.lane.index()];
        let entered = stack.pop().expect("an open piece");
        assert_eq!((piece.depth, piece.span), (stack.len(), entered.span), "{piece:?}");
    }

    fn segment(&mut self, _: &VisitedSegment) {
        self.segments += 1;
    }

    fn closed(&mut self, span: &VisitedSpan<'_>) {
        self.spans += 1;
        assert_eq!(self.alive.remove(&span.born.number), Some(span.born));
        self.span_self_ns += span.self_ns;
    }
}
