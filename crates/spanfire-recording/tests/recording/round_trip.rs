//! Whatever is written comes back: random records of both forms, over several lanes and calls.

use crate::{
    contents::{Moment, What, bits, moments},
    sample::{self, FORMS},
};
use proptest::{collection::vec, prelude::*, sample::select};
use spanfire_recording::{
    Anchor, CallsiteId, CallsiteKind, ChunkInfo, EventKind, Field, Form, Header, Lacks, LaneId,
    Loss, LossCause, Origin, Parent, Recording, SpanId, Tick, Value, Writer,
    raw::{self, Buffer, extended, kind},
};

const CALLSITES: u32 = 3;
const LANES: u32 = 3;

/// One thing that happens on a lane, as the recorder would write it down.
#[derive(Clone, Debug)]
struct Step {
    /// Ticks after the recording's first anchor; may be before those of the steps before.
    tick: i64,
    span: SpanId,
    callsite: CallsiteId,
    what: Action,
}

#[derive(Clone, Debug)]
enum Action {
    Birth { kind: u64, parent: Parent, fields: Option<Vec<Field>> },
    Enter,
    Exit,
    ExitDrop,
    Drop,
    Clone,
    Late(Vec<Field>),
    Follows(SpanId),
    Instant(Parent, Vec<Field>),
    Lost(u64, u64, u64),
    Stalled(u64, u64),
}

fn names() -> Vec<String> {
    sample::callsite("", CallsiteKind::Span).fields
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::I64),
        any::<u64>().prop_map(Value::U64),
        any::<u64>().prop_map(|bits| Value::F64(f64::from_bits(bits))),
        "\\PC{0,12}|[\u{0}-\u{1f}\u{202e}\u{300}-\u{36f}\u{fffd}😀]{0,8}|[ab;]{60,90}"
            .prop_map(Value::Text),
    ]
}

fn fields() -> impl Strategy<Value = Vec<Field>> {
    vec((select(names()), value()), 0..5)
        .prop_map(|fields| fields.into_iter().map(|(name, value)| Field { name, value }).collect())
}

/// Few ids near one another, so that some are implied, and extreme ones.
fn span(form: Form) -> impl Strategy<Value = SpanId> {
    let last = match form {
        Form::Subscriber => (1 << raw::SEQUENCE_BITS) - 1,
        Form::Layer => u64::MAX,
    };
    let number = prop_oneof![4 => 1u64..9, 1 => last - 2..=last, 1 => 1..=last];
    (number, 0..CALLSITES).prop_map(move |(number, callsite)| match form {
        Form::Subscriber => raw::subscriber_span_id(CallsiteId(callsite), number),
        Form::Layer => SpanId(number),
    })
}

fn parent(form: Form) -> impl Strategy<Value = Parent> {
    prop_oneof![Just(Parent::Current), Just(Parent::Root), span(form).prop_map(Parent::Span)]
}

fn action(form: Form) -> impl Strategy<Value = Action> {
    let births = select(vec![kind::NEW, kind::NEW_ENTER, kind::NEW_BOUND]);
    prop_oneof![
        3 => (births, parent(form), prop::option::of(fields()))
            .prop_map(|(kind, parent, fields)| Action::Birth { kind, parent, fields }),
        5 => select(vec![Action::Enter, Action::Exit, Action::ExitDrop, Action::Drop]),
        1 => Just(Action::Clone),
        1 => fields().prop_map(Action::Late),
        1 => span(form).prop_map(Action::Follows),
        1 => (parent(form), fields()).prop_map(|(parent, fields)| Action::Instant(parent, fields)),
        1 => any::<(u64, u64, u64)>().prop_map(|(a, b, c)| Action::Lost(a, b, c)),
        1 => any::<(u64, u64)>().prop_map(|(a, b)| Action::Stalled(a, b)),
    ]
}

fn step(form: Form) -> impl Strategy<Value = Step> {
    const FAR: i64 = (1 << 60) - 1;
    let tick = prop_oneof![6 => 0i64..2_000, 1 => -50i64..0, 1 => -FAR..=FAR];
    (tick, span(form), 0..CALLSITES, action(form)).prop_map(move |(tick, span, callsite, what)| {
        let callsite = match form {
            Form::Subscriber => raw::callsite_of(span),
            Form::Layer => CallsiteId(callsite),
        };
        Step { tick, span, callsite, what }
    })
}

/// What one call of `events` is given.
type Batch = (u32, Vec<Step>);

fn program() -> impl Strategy<Value = (Form, u64, Vec<Batch>)> {
    select(FORMS.to_vec()).prop_flat_map(|form| {
        let base = prop_oneof![Just(0), Just(1 << 61), Just((1 << 63) + 5), any::<u64>()];
        (Just(form), base, vec((0..LANES, vec(step(form), 0..20)), 0..8))
    })
}

impl Step {
    fn put(&self, form: Form, tick: u64, words: &mut Vec<u64>) {
        let Step { span, callsite, .. } = *self;
        let (at, names) = (Tick(tick), names());
        let mut lane = Buffer::new(form);
        match &self.what {
            Action::Birth { kind, parent, fields } => {
                if let Some(fields) = fields {
                    lane.birth_fields(at, span, callsite, &names, fields);
                }
                match parent {
                    Parent::Current => {}
                    Parent::Root => lane.explicit_parent(at, span, None),
                    Parent::Span(parent) => lane.explicit_parent(at, span, Some(*parent)),
                }
                words.extend(lane.words());
                words.extend([raw::head(tick, *kind), span.0]);
                words.extend((form == Form::Layer).then_some(u64::from(callsite.0)));
                return;
            }
            Action::Enter => lane.enter(at, span),
            Action::Exit => lane.exit(at, span),
            Action::ExitDrop => lane.exit_drop(at, span),
            Action::Drop => lane.drop_handle(at, span),
            Action::Clone => lane.clone_handle(at, span),
            Action::Late(fields) => lane.late_fields(at, span, callsite, &names, fields),
            Action::Follows(cause) => lane.follows(at, span, *cause),
            Action::Instant(parent, fields) => lane.instant(at, callsite, *parent, &names, fields),
            Action::Lost(first, last, events) => {
                raw::put_extended(words, tick, extended::LOSS, &[*first, *last, *events], &[]);
            }
            Action::Stalled(first, last) => {
                raw::put_extended(words, tick, extended::STALL, &[*first, *last], &[]);
            }
        }
        words.extend(lane.words());
    }

    /// What is read of it, and how many records it takes.
    fn expected(&self, lane: u32) -> (Vec<What>, u64) {
        use EventKind::{
            Clone, Drop, Enter, Exit, ExitDrop, Fields, Follows, Instant, New, NewEnter,
        };
        let Step { span, callsite, .. } = *self;
        let lost = |first: &u64, last: &u64, events, cause| {
            let (first, last) = (Tick(*first), Tick(*last));
            What::Lost(Loss { lane: LaneId(lane), first, last, events, cause })
        };
        let what = match &self.what {
            Action::Birth { kind, parent, fields } => {
                let parent = *parent;
                let records =
                    1 + u64::from(fields.is_some()) + u64::from(parent != Parent::Current);
                let created = match *kind {
                    kind::NEW_ENTER => NewEnter { span, callsite, parent },
                    kind => New { span, callsite, parent, exact: kind == kind::NEW },
                };
                let mut read = vec![What::Plain(created)];
                read.extend(
                    fields.iter().map(|of| What::With(Fields { span, fields: 0 }, bits(of))),
                );
                return (read, records);
            }
            Action::Enter => What::Plain(Enter { span }),
            Action::Exit => What::Plain(Exit { span }),
            Action::ExitDrop => What::Plain(ExitDrop { span }),
            Action::Drop => What::Plain(Drop { span }),
            Action::Clone => What::Plain(Clone { span }),
            Action::Late(fields) => What::With(Fields { span, fields: 0 }, bits(fields)),
            Action::Follows(cause) => What::Plain(Follows { span, cause: *cause }),
            Action::Instant(parent, fields) => {
                What::With(Instant { callsite, parent: *parent, fields: 0 }, bits(fields))
            }
            Action::Lost(first, last, events) => lost(first, last, *events, LossCause::Overflow),
            Action::Stalled(first, last) => lost(first, last, 0, LossCause::Stall),
        };
        (vec![what], 1)
    }
}

/// What should be read of the batches, and what their chunks should say.
#[derive(Default)]
struct Expected {
    chunks: Vec<(ChunkInfo, Vec<Moment>)>,
    clamped: u64,
}

impl Expected {
    fn add(&mut self, base: u64, (lane, steps): &Batch, last: &mut u64) {
        let mut read = Vec::new();
        let mut events = 0;
        let mut first = None;
        for step in steps {
            let tick = base.saturating_add_signed(step.tick);
            let (what, records) = step.expected(*lane);
            self.clamped += if tick < *last { records } else { 0 };
            *last = tick.max(*last);
            first.get_or_insert(*last);
            read.extend(what.into_iter().map(|what| Moment { tick: Tick(*last), what }));
            events += records as u32;
        }
        if let Some(first) = first {
            let (lane, first, last) = (LaneId(*lane), Tick(first), Tick(*last));
            self.chunks.push((ChunkInfo { lane, first, last, events }, read));
        }
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read((form, base, batches) in program()) {
        let mut writer = Writer::new(Vec::new(), &sample::header(form)).unwrap();
        let anchor = Anchor { tick: base, monotonic_ns: 0, unix_ns: 0, uncertainty_ticks: 0, raw_ns: None };
        writer.anchor(&anchor).unwrap();
        for _ in 0..CALLSITES {
            writer.callsite(&sample::callsite("request", CallsiteKind::Span)).unwrap();
        }
        for number in 0..LANES {
            writer.lane(&sample::lane("worker", u64::from(number))).unwrap();
        }
        let mut expected = Expected::default();
        let mut last = [0; LANES as usize];
        for batch in &batches {
            let mut words = Vec::new();
            for step in &batch.1 {
                step.put(form, base.saturating_add_signed(step.tick), &mut words);
            }
            let written = writer.events(LaneId(batch.0), &words).unwrap();
            let before = expected.chunks.len();
            expected.add(base, batch, &mut last[batch.0 as usize]);
            let records = expected.chunks[before..].iter().map(|(info, _)| info.events);
            prop_assert_eq!(written, records.map(u64::from).sum::<u64>());
        }
        let recording = Recording::from_bytes(writer.finish().unwrap()).unwrap();
        prop_assert_eq!(recording.cut(), None);
        prop_assert_eq!(recording.clamped_ticks(), expected.clamped);
        prop_assert_eq!(recording.chunks().len(), expected.chunks.len());
        for (index, (info, read)) in expected.chunks.iter().enumerate() {
            prop_assert_eq!(recording.chunks()[index], *info);
            let chunk = recording.chunk(index).unwrap();
            prop_assert_eq!(chunk.lane, info.lane);
            prop_assert_eq!(&moments(&chunk), read);
        }
    }
}

#[test]
fn an_id_of_zero_is_never_an_implied_one() {
    for form in FORMS {
        let mut lane = Buffer::new(form);
        lane.drop_handle(Tick(1), SpanId(0));
        lane.exit(Tick(2), SpanId(0));
        lane.enter(Tick(3), SpanId(0));
        let mut writer = Writer::new(Vec::new(), &sample::header(form)).unwrap();
        writer.callsite(&sample::callsite("request", CallsiteKind::Span)).unwrap();
        writer.lane(&sample::lane("main", 1)).unwrap();
        writer.events(LaneId(0), lane.words()).unwrap();
        let recording = Recording::from_bytes(writer.finish().unwrap()).unwrap();
        let kinds = recording.chunk(0).unwrap().events.into_iter().map(|event| event.kind);
        let span = SpanId(0);
        assert_eq!(
            kinds.collect::<Vec<_>>(),
            [EventKind::Drop { span }, EventKind::Exit { span }, EventKind::Enter { span }]
        );
    }
}

#[test]
fn words_that_end_within_a_record_are_written_up_to_it() {
    for form in FORMS {
        let mut lane = Buffer::new(form);
        let span = sample::span(form, 1);
        lane.new_enter(Tick(5), span, CallsiteId(0));
        lane.exit(Tick(6), span);
        let whole = lane.words().len();
        lane.follows(Tick(7), span, span);
        for length in whole..lane.words().len() {
            let mut writer = Writer::new(Vec::new(), &sample::header(form)).unwrap();
            writer.callsite(&sample::callsite("request", CallsiteKind::Span)).unwrap();
            writer.lane(&sample::lane("main", 1)).unwrap();
            assert_eq!(writer.events(LaneId(0), &lane.words()[..length]).unwrap(), 2);
            assert_eq!(writer.events(LaneId(1), lane.words()).unwrap(), 0, "an unknown lane");
            let recording = Recording::from_bytes(writer.finish().unwrap()).unwrap();
            assert_eq!(recording.chunk(0).unwrap().events.len(), 2);
        }
    }
}

#[test]
fn what_a_recording_was_imported_from_comes_back() {
    let origin = Origin {
        format: "perf samples".to_owned(),
        tool: Some("perf 6.1".to_owned()),
        lacks: Lacks { order: true, calls: true, ..Lacks::default() },
        unit: Some("bytes".to_owned()),
        period_ns: Some(u64::MAX),
    };
    let header = Header { origin: Some(origin.clone()), ..sample::header(Form::Subscriber) };
    let bytes = Writer::new(Vec::new(), &header).unwrap().finish().unwrap();
    let recording = Recording::from_bytes(bytes).unwrap();
    assert_eq!(recording.header().origin, Some(origin.clone()));
    assert_eq!(
        origin.to_string(),
        "imported from perf samples (perf 6.1), without order or counts of calls; stacks lie side \
         by side, not in time; each ns stands for one of its bytes"
    );
}
