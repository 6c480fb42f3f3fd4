//! A recorder without threads of its own, and what its recording says.

use crate::{
    Fields, Overflow,
    chunk::Pool,
    clock::RecordingClock,
    collector::Collector,
    core::{Core, Parts, State},
    lane::Lane,
    primitives::channel::bounded,
    sink::Sink,
};
use spanfire_recording::{
    ClockInfo, ClockSource, Event, EventKind, Form, Header, LaneId, Recording, Writer,
};
use std::sync::Arc;
use tracing_core::{Interest, Kind, Level, Metadata, callsite::Callsite, metadata};

/// The place where the models' spans are made.
struct Place;
static PLACE: Place = Place;
static METADATA: Metadata<'static> = metadata! {
    name: "modelled",
    target: "spanfire",
    level: Level::TRACE,
    fields: &[],
    callsite: &PLACE,
    kind: Kind::SPAN
};

impl Callsite for Place {
    fn set_interest(&self, _: Interest) {}

    fn metadata(&self) -> &Metadata<'_> {
        &METADATA
    }
}

/// A recorder and its collector, which the model drives.
pub struct Stage {
    pub core: Arc<Core>,
    pub collector: Collector,
}

/// What happened to the span of a number, whichever records say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    New(u64),
    Enter(u64),
    Exit(u64),
    Drop(u64),
}

/// What a recording says.
pub struct Told {
    recording: Recording,
}

impl Stage {
    /// Threads wait when there is no room.
    pub fn new() -> Stage {
        Stage::with(Overflow::Block, 4)
    }

    /// `room`: how many messages the channels hold.
    pub fn with(overflow: Overflow, room: usize) -> Stage {
        let (clock, _) = quanta::Clock::mock();
        let (full, full_end) = bounded(room);
        let (empty_end, empty) = bounded(8);
        let core = Arc::new(Core::new(Parts {
            form: Form::Subscriber,
            clock: RecordingClock::manual(clock),
            fields: Fields::None,
            events: false,
            filter: None,
            overflow,
            pool: Pool::new(0, None),
            full,
            empty,
        }));
        core.callsite_number(&METADATA).expect("there are few callsites");
        let writer = Writer::new(Sink::Memory(Vec::new()), &header()).expect("memory takes all");
        let collector =
            Collector::new(Arc::clone(&core), full_end, empty_end, writer, Default::default());
        Stage { core, collector }
    }

    /// A lane, for the thread that uses it next.
    pub fn lane(&self) -> Player {
        Player {
            lane: self.core.add_lane().expect("there is memory"),
            ids: self.core.take_sequence(0).expect("no id was taken"),
            core: Arc::clone(&self.core),
        }
    }

    /// Takes what there is, and reads it.
    pub fn finish(self) -> Told {
        self.core.set_state(State::Finished);
        let sink = self.collector.finish().expect("memory takes all");
        let Sink::Memory(bytes) = sink else { unreachable!("the stage records to memory") };
        Told { recording: Recording::from_bytes(bytes).expect("the recording is whole") }
    }
}

/// A thread that records. It calls spans by small numbers.
pub struct Player {
    core: Arc<Core>,
    lane: Arc<Lane>,
    /// What a span's id has besides its number.
    ids: u64,
}

/// The bits of an id that hold the number.
const NUMBER: u64 = 0xffff;

impl Player {
    /// Creates a span that is trusted to be entered at once: no clock is read.
    pub fn create(&self, span: u64) {
        let site = self.lane.site(&self.core, &METADATA).expect("there are few callsites");
        self.lane.born_trusted::<false>(&self.core, site, self.ids | span);
    }

    pub fn enter(&self, span: u64) {
        self.lane.enter::<false, false>(&self.core, self.ids | span);
    }

    pub fn exit(&self, span: u64) {
        self.lane.exit::<false>(&self.core, self.ids | span);
    }

    pub fn drop_handle(&self, span: u64) {
        self.lane.dropped_trusted(&self.core, self.ids | span);
    }

    /// What the thread's end does.
    pub fn end(&self) {
        self.lane.published.end();
    }

    /// Enters `spans`, one record each.
    pub fn enter_all(&self, spans: std::ops::Range<u64>) {
        spans.for_each(|span| self.enter(span));
    }
}

impl Told {
    /// All that happened on a lane.
    pub fn of(&self, lane: u32) -> Vec<What> {
        self.events(lane).into_iter().flat_map(what).collect()
    }

    /// The spans entered on a lane.
    pub fn entered(&self, lane: u32) -> Vec<u64> {
        let enters = self.of(lane).into_iter();
        enters
            .filter_map(|what| if let What::Enter(span) = what { Some(span) } else { None })
            .collect()
    }

    /// How many events are told as lost.
    pub fn lost(&self) -> u64 {
        let chunks = (0..self.recording.chunks().len()).map(|at| self.recording.chunk(at));
        let inside: u64 = chunks
            .map(|chunk| {
                let chunk = chunk.expect("every chunk is whole");
                let losses = chunk.events.iter().filter_map(|event| match event.kind {
                    EventKind::Lost { loss } => chunk.loss(loss),
                    _ => None,
                });
                losses.map(|loss| loss.events).sum::<u64>()
            })
            .sum();
        inside + self.recording.losses().iter().map(|loss| loss.events).sum::<u64>()
    }

    fn events(&self, lane: u32) -> Vec<Event> {
        let chunks = (0..self.recording.chunks().len()).map(|at| self.recording.chunk(at));
        let chunks = chunks.map(|chunk| chunk.expect("every chunk is whole"));
        let of_lane = chunks.filter(|chunk| chunk.lane == LaneId(lane));
        of_lane.flat_map(|chunk| chunk.events).collect()
    }
}

fn what(event: Event) -> Vec<What> {
    match event.kind {
        EventKind::New { span, .. } => vec![What::New(span.0 & NUMBER)],
        EventKind::NewEnter { span, .. } => {
            vec![What::New(span.0 & NUMBER), What::Enter(span.0 & NUMBER)]
        }
        EventKind::Enter { span } => vec![What::Enter(span.0 & NUMBER)],
        EventKind::Exit { span } => vec![What::Exit(span.0 & NUMBER)],
        EventKind::ExitDrop { span } => {
            vec![What::Exit(span.0 & NUMBER), What::Drop(span.0 & NUMBER)]
        }
        EventKind::Drop { span } => vec![What::Drop(span.0 & NUMBER)],
        EventKind::Lost { .. } => Vec::new(),
        other => panic!("no lane recorded {other:?}"),
    }
}

fn header() -> Header {
    Header {
        form: Form::Subscriber,
        clock: ClockInfo {
            source: ClockSource::Manual,
            nanos_per_tick: 1.0,
            kernel_source: None,
            warning: None,
        },
        process_id: 0,
        executable: String::new(),
        arguments: Vec::new(),
        os: String::new(),
        arch: String::new(),
        parallelism: None,
        recorder_version: String::new(),
        origin: None,
    }
}
