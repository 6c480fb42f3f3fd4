//! Programs of spans out of choices: the words that a recorder would write, and what is read of them.

use crate::choices::Choices;
use spanfire_recording::{
    Anchor, Callsite, CallsiteId, CallsiteKind, Chunk, ClockInfo, ClockSource, Event, EventKind,
    Field, Form, Header, Lane, LaneId, Level, Parent, Recording, SpanId, Tick, Value, Writer,
    raw::{self, Buffer, extended, kind},
};

const CALLSITES: u64 = 3;
const LANES: u64 = 3;
/// Ticks of a recording lie within 60 bits of one another: words have 61 of them, for both directions.
const FAR: u64 = (1 << 59) - 1;

/// The names of every callsite's fields.
pub(crate) fn names() -> Vec<String> {
    ["path", "size", "späť", "ratio", "ok"].map(String::from).to_vec()
}

/// A callsite whose number is in its name.
pub(crate) fn callsite(number: u64) -> Callsite {
    Callsite {
        name: ["request", "query", "event"][number as usize % 3].into(),
        target: "app::db".into(),
        file: Some("src/db.rs".into()),
        line: Some(number as u32),
        level: Level::Info,
        kind: if number == 2 { CallsiteKind::Event } else { CallsiteKind::Span },
        fields: names(),
    }
}

/// An event with its fields, or for a loss `first, last, events`, in words that can be compared.
type Told = (Tick, EventKind, Option<String>);

/// A recording in the making, and what it will say of each lane.
pub(crate) struct Program {
    form: Form,
    base: u64,
    lanes: Vec<Story>,
    /// What each call of the writer is given.
    batches: Vec<(LaneId, Vec<u64>)>,
}

#[derive(Clone, Default)]
struct Story {
    /// The tick of the last step, as the clock gave it and as it is read: never decreasing.
    at: u64,
    tick: u64,
    told: Vec<Told>,
}

impl Program {
    pub fn of(choices: &mut Choices<'_>) -> Program {
        let form = [Form::Subscriber, Form::Layer][choices.below(2) as usize];
        // Words have room for 61 bits of a tick, whatever the upper three are.
        let base = choices.number() << [0, 56][choices.below(2) as usize];
        let story = Story { at: base, tick: 0, told: Vec::new() };
        let lanes = vec![story; LANES as usize];
        let mut program = Program { form, base, lanes, batches: Vec::new() };
        while !choices.is_empty() {
            let lane = LaneId(choices.below(LANES) as u32);
            let mut words = Vec::new();
            for _ in 0..=choices.below(24) {
                program.step(lane, &mut words, choices);
            }
            program.batches.push((lane, words));
        }
        program
    }

    /// The bytes of the whole recording.
    pub fn recording(&self) -> Vec<u8> {
        let mut writer = Writer::new(Vec::new(), &header(self.form)).expect("memory takes all");
        let anchor = Anchor {
            tick: self.base,
            monotonic_ns: 7,
            unix_ns: 8,
            uncertainty_ticks: 9,
            raw_ns: None,
        };
        writer.anchor(&anchor).expect("memory takes all");
        for number in 0..CALLSITES {
            writer.callsite(&callsite(number)).expect("memory takes all");
        }
        for number in 0..LANES {
            let lane = Lane { thread_name: None, os_thread_id: Some(number) };
            writer.lane(&lane).expect("memory takes all");
        }
        for (lane, words) in &self.batches {
            writer.events(*lane, words).expect("memory takes all");
        }
        writer.finish().expect("memory takes all")
    }

    /// Panics unless the recording says what was written into it.
    #[track_caller]
    pub fn check(&self, recording: &Recording) {
        assert_eq!(recording.cut(), None);
        let mut read = vec![Vec::new(); self.lanes.len()];
        for index in 0..recording.chunks().len() {
            let chunk = recording.chunk(index).expect("what was written can be read");
            read[chunk.lane.index()].extend(chunk.events.iter().map(|event| told(&chunk, event)));
        }
        for (story, read) in self.lanes.iter().zip(read) {
            assert_eq!(read, story.told);
        }
    }

    fn step(&mut self, lane: LaneId, words: &mut Vec<u64>, choices: &mut Choices<'_>) {
        let Program { form, base, .. } = *self;
        let story = &mut self.lanes[lane.index()];
        let wanted = match choices.byte() {
            near @ 0..=0xef => {
                story.at.wrapping_sub(base).wrapping_add_signed(i64::from(near) - 16)
            }
            _ => choices.u64(),
        };
        // Signed, as the encoder takes it: half of them lie before the first anchor. No counter
        // runs over.
        let at = base.saturating_add_signed((wanted as i64).clamp(-(FAR as i64), FAR as i64));
        story.at = at;
        story.tick = story.tick.max(at);
        let (callsite, span) = span(form, choices);
        let tick = Tick(at);
        let mut buffer = Buffer::new(form);
        let said = match choices.below(14) {
            0..=3 => {
                let births = [kind::NEW, kind::NEW_ENTER, kind::NEW_BOUND, kind::NEW_ENTER];
                let birth = births[choices.below(4) as usize];
                let fields = (choices.byte() & 1 == 1).then(|| fields(choices));
                if let Some(fields) = &fields {
                    buffer.birth_fields(tick, span, callsite, &names(), fields);
                }
                let parent = parent(form, choices);
                match parent {
                    Parent::Current => {}
                    Parent::Root => buffer.explicit_parent(tick, span, None),
                    Parent::Span(parent) => buffer.explicit_parent(tick, span, Some(parent)),
                }
                words.extend(buffer.words());
                words.extend([raw::head(at, birth), span.0]);
                words.extend((form == Form::Layer).then_some(u64::from(callsite.0)));
                let kind = match birth {
                    kind::NEW_ENTER => EventKind::NewEnter { span, callsite, parent },
                    _ => EventKind::New { span, callsite, parent, exact: birth == kind::NEW },
                };
                story.told.push((Tick(story.tick), kind, None));
                if let Some(fields) = fields {
                    let kind = EventKind::Fields { span, fields: 0 };
                    story.told.push((Tick(story.tick), kind, Some(format!("{fields:?}"))));
                }
                return;
            }
            4 | 5 => (buffer.enter(tick, span), EventKind::Enter { span }, None),
            6 | 7 => (buffer.exit(tick, span), EventKind::Exit { span }, None),
            8 => (buffer.exit_drop(tick, span), EventKind::ExitDrop { span }, None),
            9 => (buffer.drop_handle(tick, span), EventKind::Drop { span }, None),
            10 => (buffer.clone_handle(tick, span), EventKind::Clone { span }, None),
            11 => {
                let fields = fields(choices);
                buffer.late_fields(tick, span, callsite, &names(), &fields);
                ((), EventKind::Fields { span, fields: 0 }, Some(format!("{fields:?}")))
            }
            12 => {
                let (parent, fields) = (parent(form, choices), fields(choices));
                buffer.instant(tick, callsite, parent, &names(), &fields);
                let kind = EventKind::Instant { callsite, parent, fields: 0 };
                ((), kind, Some(format!("{fields:?}")))
            }
            _ if choices.byte() & 1 == 0 => {
                let (_, cause) = self::span(form, choices);
                (buffer.follows(tick, span, cause), EventKind::Follows { span, cause }, None)
            }
            _ => {
                let lost = [choices.number(), choices.number(), choices.number()];
                raw::put_extended(words, at, extended::LOSS, &lost, &[]);
                let lost = format!("{} {} {}", lost[0], lost[1], lost[2]);
                ((), EventKind::Lost { loss: 0 }, Some(lost))
            }
        };
        words.extend(buffer.words());
        story.told.push((Tick(story.tick), said.1, said.2));
    }
}

pub(crate) fn told(chunk: &Chunk, event: &Event) -> Told {
    let fields = |index| Some(format!("{:?}", chunk.fields(index)));
    let (kind, detail) = match event.kind {
        EventKind::Fields { span, fields: of } => {
            (EventKind::Fields { span, fields: 0 }, fields(of))
        }
        EventKind::Instant { callsite, parent, fields: of } => {
            (EventKind::Instant { callsite, parent, fields: 0 }, fields(of))
        }
        EventKind::Lost { loss } => {
            let lost = chunk.loss(loss).expect("the loss is there");
            let detail = format!("{} {} {}", lost.first.0, lost.last.0, lost.events);
            (EventKind::Lost { loss: 0 }, Some(detail))
        }
        kind => (kind, None),
    };
    (event.tick, kind, detail)
}

/// Few ids near one another, so that some are implied, and extreme ones; never 0.
fn span(form: Form, choices: &mut Choices<'_>) -> (CallsiteId, SpanId) {
    let callsite = CallsiteId(choices.below(CALLSITES) as u32);
    let number = choices.number();
    let span = match form {
        Form::Subscriber => {
            let sequence = number & ((1 << raw::SEQUENCE_BITS) - 1);
            raw::subscriber_span_id(callsite, sequence.max(1))
        }
        Form::Layer => SpanId(number.max(1)),
    };
    (callsite, span)
}

fn parent(form: Form, choices: &mut Choices<'_>) -> Parent {
    match choices.below(4) {
        0 | 1 => Parent::Current,
        2 => Parent::Root,
        _ => Parent::Span(span(form, choices).1),
    }
}

fn fields(choices: &mut Choices<'_>) -> Vec<Field> {
    let names = names();
    let count = choices.below(4);
    let fields = (0..count).map(|_| {
        let name = names[choices.below(names.len() as u64) as usize].clone();
        let value = match choices.below(5) {
            0 => Value::Bool(choices.byte() & 1 == 1),
            1 => Value::I64(choices.u64() as i64),
            2 => Value::U64(choices.number()),
            3 => Value::F64(f64::from_bits(choices.u64())),
            _ => Value::Text(String::from_utf8_lossy(choices.bytes(40)).into_owned()),
        };
        Field { name, value }
    });
    fields.collect()
}

pub(crate) fn header(form: Form) -> Header {
    Header {
        form,
        clock: ClockInfo {
            source: ClockSource::Counter,
            nanos_per_tick: 0.5,
            kernel_source: None,
            warning: None,
        },
        process_id: 1,
        executable: String::new(),
        arguments: Vec::new(),
        os: "linux".into(),
        arch: "x86_64".into(),
        parallelism: None,
        recorder_version: String::new(),
        origin: None,
    }
}
