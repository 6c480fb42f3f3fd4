//! A recording read by the simplest rules: every event of every lane in the order of ticks,
//! with what comes at once [taken apart](crate::at_once).
//!
//! All is held in memory and paired by linear search, so that the rules can be seen to be right;
//! the views, which must be fast, are compared with it.

use crate::at_once::steps;
use spanfire_recording::{Chunk, EventKind, Field, LaneId, Parent, Recording, SpanId, Tick};
use std::collections::HashMap;

/// What a recording says happened.
#[derive(Debug, Default)]
pub struct Transcript {
    /// Every span, in the order of creation.
    pub spans: Vec<Span>,
    /// Every instant, in the order of time.
    pub instants: Vec<Instant>,
    /// Per lane, what happened in words: `new a`, `enter a`, `exit a`, `close a`.
    pub lanes: Vec<Vec<String>>,
    /// Events that no span could be found for, in words.
    pub strays: Vec<String>,
}

/// One span's life.
#[derive(Debug)]
pub struct Span {
    /// The callsite's name.
    pub name: String,
    /// Where it was created.
    pub lane: LaneId,
    /// When it was created, as far as that was recorded.
    pub new: Tick,
    /// When the last handle was dropped, as far as that was recorded.
    pub close: Option<Tick>,
    /// The span above it, as an index into [`Transcript::spans`].
    pub parent: Option<usize>,
    /// `name=value`, in the order they were recorded.
    pub fields: Vec<String>,
    /// The spans it follows from.
    pub follows: Vec<usize>,
    /// In the order of their start.
    pub segments: Vec<Segment>,
    /// Whether the last handle was dropped.
    pub closed: bool,
    handles: u64,
}

/// A time in which a span was entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Where.
    pub lane: LaneId,
    /// From.
    pub enter: Tick,
    /// To, unless it was still entered when the recording ended.
    pub exit: Option<Tick>,
}

/// An event of `tracing`.
#[derive(Debug)]
pub struct Instant {
    /// Where it happened.
    pub lane: LaneId,
    /// The span it happened in.
    pub parent: Option<usize>,
    /// `name=value`.
    pub fields: Vec<String>,
}

impl Transcript {
    /// Reads the whole recording.
    pub fn of(recording: &Recording) -> Transcript {
        let chunks: Vec<Chunk> =
            (0..recording.chunks().len()).map(|at| recording.chunk(at).expect("a chunk")).collect();
        let mut reader = Reader::new(recording);
        for step in steps(recording.form(), &chunks) {
            reader.read(&chunks[step.chunk], step.tick, step.kind);
        }
        reader.transcript
    }

    /// The one span of this name.
    #[track_caller]
    pub fn span<'a>(&'a self, name: &'a str) -> &'a Span {
        let mut found = self.named(name);
        let span = found.next().unwrap_or_else(|| panic!("no span {name} in {self:#?}"));
        assert!(found.next().is_none(), "more than one span {name}");
        span
    }

    /// All spans of this name.
    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Span> {
        self.spans.iter().filter(move |span| span.name == name)
    }

    /// The name of the span above the one span of this name.
    #[track_caller]
    pub fn parent_of<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.span(name).parent.map(|parent| self.spans[parent].name.as_str())
    }

    /// What the one lane with events did.
    #[track_caller]
    pub fn only_lane(&self) -> &[String] {
        let mut lanes = self.lanes.iter().filter(|lane| !lane.is_empty());
        let lane = lanes.next().expect("a lane");
        assert!(lanes.next().is_none(), "more than one lane: {:#?}", self.lanes);
        lane
    }
}

struct Reader<'a> {
    recording: &'a Recording,
    transcript: Transcript,
    /// The life an id means now.
    lives: HashMap<SpanId, usize>,
    /// What is entered on each lane: the span, and whether it was entered there before.
    entered: Vec<Vec<(usize, bool)>>,
}

impl Reader<'_> {
    fn new(recording: &Recording) -> Reader<'_> {
        let lanes = recording.lanes().len();
        let transcript = Transcript { lanes: vec![Vec::new(); lanes], ..Transcript::default() };
        Reader { recording, transcript, lives: HashMap::new(), entered: vec![Vec::new(); lanes] }
    }

    fn read(&mut self, chunk: &Chunk, tick: Tick, kind: EventKind) {
        let lane = chunk.lane;
        match kind {
            EventKind::New { span, callsite, parent, .. } => {
                self.new_span(lane, tick, span, callsite.index(), parent)
            }
            EventKind::Enter { span } => self.enter(lane, tick, span),
            EventKind::Exit { span } => self.exit(lane, tick, span),
            EventKind::Drop { span } => self.drop_handle(lane, tick, span),
            EventKind::Clone { span } => {
                if let Some(life) = self.life("clone", lane, span) {
                    self.transcript.spans[life].handles += 1;
                }
            }
            EventKind::Fields { span, fields } => {
                if let Some(life) = self.life("fields", lane, span) {
                    self.transcript.spans[life].fields.extend(in_words(chunk.fields(fields)));
                }
            }
            EventKind::Follows { span, cause } => {
                let both = (self.life("follows", lane, span), self.life("cause", lane, cause));
                if let (Some(life), Some(cause)) = both {
                    self.transcript.spans[life].follows.push(cause);
                }
            }
            EventKind::Instant { parent, fields, .. } => {
                let parent = self.parent(lane, parent);
                let fields = in_words(chunk.fields(fields));
                self.transcript.instants.push(Instant { lane, parent, fields });
            }
            EventKind::NewEnter { .. } | EventKind::ExitDrop { .. } => unreachable!("two steps"),
            EventKind::Lost { .. } => self.transcript.lanes[lane.index()].push("lost".into()),
        }
    }

    fn new_span(
        &mut self,
        lane: LaneId,
        tick: Tick,
        span: SpanId,
        callsite: usize,
        parent: Parent,
    ) {
        let parent = self.parent(lane, parent);
        let name = self.recording.callsites()[callsite].name.clone();
        self.say(lane, "new", &name);
        self.lives.insert(span, self.transcript.spans.len());
        self.transcript.spans.push(Span {
            name,
            lane,
            new: tick,
            close: None,
            parent,
            fields: Vec::new(),
            follows: Vec::new(),
            segments: Vec::new(),
            closed: false,
            handles: 1,
        });
    }

    fn enter(&mut self, lane: LaneId, tick: Tick, span: SpanId) {
        let Some(life) = self.life("enter", lane, span) else { return };
        let again = self.entered[lane.index()].iter().any(|&(entered, _)| entered == life);
        self.entered[lane.index()].push((life, again));
        self.transcript.spans[life].segments.push(Segment { lane, enter: tick, exit: None });
        self.say_of(lane, "enter", life);
    }

    fn exit(&mut self, lane: LaneId, tick: Tick, span: SpanId) {
        let Some(life) = self.life("exit", lane, span) else { return };
        let entered = &mut self.entered[lane.index()];
        let Some(at) = entered.iter().rposition(|&(entered, _)| entered == life) else {
            self.transcript.strays.push(format!("exit of {span:?} on {lane:?}, not entered"));
            return;
        };
        entered.remove(at);
        let segments = self.transcript.spans[life].segments.iter_mut();
        let open = |segment: &&mut Segment| segment.lane == lane && segment.exit.is_none();
        if let Some(segment) = segments.rev().find(open) {
            segment.exit = Some(tick);
        }
        self.say_of(lane, "exit", life);
    }

    fn drop_handle(&mut self, lane: LaneId, tick: Tick, span: SpanId) {
        let Some(life) = self.life("drop", lane, span) else { return };
        let open = &mut self.transcript.spans[life];
        open.handles -= 1;
        if open.handles == 0 {
            open.closed = true;
            open.close = Some(tick);
            self.lives.remove(&span);
            self.say_of(lane, "close", life);
        }
    }

    fn life(&mut self, what: &str, lane: LaneId, span: SpanId) -> Option<usize> {
        let life = self.lives.get(&span).copied();
        if life.is_none() {
            self.transcript.strays.push(format!("{what} of {span:?} on {lane:?}, not alive"));
        }
        life
    }

    /// A parent that is not known counts as none given. The current span is the innermost that was
    /// not entered twice, as for the registry.
    fn parent(&mut self, lane: LaneId, parent: Parent) -> Option<usize> {
        match parent {
            Parent::Root => None,
            Parent::Span(span) => {
                self.life("parent", lane, span).or_else(|| self.parent(lane, Parent::Current))
            }
            Parent::Current => {
                let entered = self.entered[lane.index()].iter().rev();
                entered.filter(|entered| !entered.1).map(|entered| entered.0).next()
            }
        }
    }

    fn say(&mut self, lane: LaneId, what: &str, name: &str) {
        self.transcript.lanes[lane.index()].push(format!("{what} {name}"));
    }

    fn say_of(&mut self, lane: LaneId, what: &str, life: usize) {
        let name = self.transcript.spans[life].name.clone();
        self.say(lane, what, &name);
    }
}

fn in_words(fields: &[Field]) -> Vec<String> {
    fields.iter().map(|field| format!("{}={}", field.name, field.value)).collect()
}
