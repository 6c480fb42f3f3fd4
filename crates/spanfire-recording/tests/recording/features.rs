//! Small recordings of one feature each, for the frozen files.

use crate::{
    frames::{self, Frames, blocks_of},
    sample::{self, anchor, callsite, header, lane, span},
};
use spanfire_recording::{
    CallsiteId, CallsiteKind, ClockInfo, ClockSource, Field, Form, Header, Lane, LaneId, Loss,
    LossCause, Parent, ProbeCost, ProbeSample, SpanId, Tick, Value, Writer,
    raw::{self, Buffer, extended, kind},
};

/// A file's name, behind its version, and what writes it.
pub type Feature = (&'static str, fn() -> Vec<u8>);

/// Every feature that has a frozen file.
pub const FEATURES: [Feature; 15] = [
    ("subscriber", || sample::finished(Form::Subscriber)),
    ("layer", || sample::finished(Form::Layer)),
    ("empty", || finish(writer(Form::Subscriber))),
    ("unfinished", || sample::beginnings(Form::Subscriber).pop().unwrap_or_default()),
    ("torn", torn),
    ("without-index", without_index),
    ("fields", fields),
    ("parents", parents),
    ("losses", losses),
    ("clock", clock),
    ("packed-subscriber", || packed(Form::Subscriber)),
    ("packed-layer", || packed(Form::Layer)),
    ("blocks-to-come", blocks_to_come),
    ("sampled", sample::sampled),
    ("probe-kinds", probe_kinds),
];

type Memory = Writer<Vec<u8>>;

/// A recording of one span callsite, one event callsite and two lanes.
fn writer(form: Form) -> Memory {
    writer_of(&header(form), 1_000)
}

/// The same, whose first anchor is at tick `base`.
fn writer_of(header: &Header, base: u64) -> Memory {
    let mut writer = Writer::new(Vec::new(), header).unwrap();
    writer.anchor(&anchor(base, 5_000)).unwrap();
    writer.callsite(&callsite("request", CallsiteKind::Span)).unwrap();
    writer.callsite(&callsite("event", CallsiteKind::Event)).unwrap();
    writer.lane(&lane("main", 7)).unwrap();
    writer.lane(&Lane { thread_name: None, os_thread_id: None }).unwrap();
    writer
}

fn finish(writer: Memory) -> Vec<u8> {
    writer.finish().unwrap()
}

/// Ends within its last block.
fn torn() -> Vec<u8> {
    let mut bytes = sample::beginnings(Form::Layer).pop().unwrap();
    bytes.truncate(bytes.len() - 7);
    bytes
}

/// What a writer leaves whose index is too long for a block.
fn without_index() -> Vec<u8> {
    let bytes = sample::beginnings(Form::Layer).pop().unwrap();
    let place = bytes.len() as u64;
    Frames { bytes }.trailer(place).bytes
}

/// What every kind of probe cost.
fn probe_kinds() -> Vec<u8> {
    let mut writer = writer(Form::Layer);
    let plain = ProbeSample {
        inside_min_ns: 20.0,
        inside_median_ns: 21.5,
        outside_min_ns: 200.0,
        outside_median_ns: 208.25,
        inside_spread_ns: Some(0.5),
        outside_spread_ns: Some(4.0),
    };
    let fields = Some(ProbeSample { outside_median_ns: 330.0, ..plain });
    let reenter = Some(ProbeSample { outside_min_ns: 30.0, outside_median_ns: 31.0, ..plain });
    writer.probe_cost(&ProbeCost { plain, samples: 384, fields, reenter }).unwrap();
    finish(writer)
}

/// Values of each type: at creation, recorded late, and of an instant.
fn fields() -> Vec<u8> {
    let form = Form::Subscriber;
    let (mut writer, names) = (writer(form), callsite("", CallsiteKind::Span).fields);
    let values = [
        Value::Bool(false),
        Value::I64(i64::MIN),
        Value::U64(u64::MAX),
        Value::F64(f64::NEG_INFINITY),
        Value::Text("a\u{0}b\n<é> 😀".into()),
        Value::Bool(true),
        Value::I64(-1),
        Value::F64(-0.0),
        Value::F64(f64::from_bits(0x7ff8_dead_beef_0001)),
        Value::Text(String::new()),
    ];
    let all: Vec<Field> = (0..)
        .map(|at: usize| names[at % names.len()].clone())
        .zip(values)
        .map(|(name, value)| Field { name, value })
        .collect();
    let mut words = Buffer::new(form);
    let only = span(form, 1);
    words.birth_fields(Tick(1_100), only, CallsiteId(0), &names, &all);
    words.new_enter(Tick(1_100), only, CallsiteId(0));
    words.late_fields(Tick(1_110), only, CallsiteId(0), &names, &all[5..]);
    words.instant(Tick(1_120), CallsiteId(1), Parent::Current, &names, &all);
    words.instant(Tick(1_130), CallsiteId(1), Parent::Root, &names, &[]);
    words.exit_drop(Tick(1_140), only);
    writer.events(LaneId(0), words.words()).unwrap();
    finish(writer)
}

/// Parents of each kind, handles, and spans that two lanes enter, in ids that are far apart.
fn parents() -> Vec<u8> {
    let form = Form::Layer;
    let mut writer = writer(form);
    let [a, b, c, d] = [SpanId(1), SpanId(2 << 51 | 1), SpanId(u64::MAX), SpanId(9)];
    let site = CallsiteId(0);
    let mut one = Buffer::new(form);
    one.new_enter(Tick(1_100), a, site);
    one.explicit_parent(Tick(1_110), b, Some(a));
    one.new_span(Tick(1_110), b, site);
    one.explicit_parent(Tick(1_120), c, None);
    one.new_enter(Tick(1_120), c, site);
    one.clone_handle(Tick(1_130), b);
    one.follows(Tick(1_140), b, c);
    one.exit(Tick(1_150), a);
    one.exit_drop(Tick(1_160), c);
    one.drop_handle(Tick(1_170), b);
    let mut other = Buffer::new(form);
    other.enter(Tick(1_180), b);
    other.enter(Tick(1_190), b);
    other.exit(Tick(1_200), b);
    other.exit_drop(Tick(1_210), b);
    let mut bound = other.words().to_vec();
    bound.extend([raw::head(1_220, kind::NEW_BOUND), d.0, 0]);
    bound.extend([raw::head(1_230, kind::DROP), d.0]);
    writer.events(LaneId(0), one.words()).unwrap();
    writer.events(LaneId(1), &bound).unwrap();
    finish(writer)
}

/// Losses and stalls, between events and outside, of each cause.
fn losses() -> Vec<u8> {
    let mut writer = writer(Form::Subscriber);
    let mut words = Vec::new();
    raw::put_extended(&mut words, 1_200, extended::LOSS, &[1_100, 1_200, u64::MAX], &[]);
    raw::put_extended(&mut words, 1_300, extended::STALL, &[1_250, 1_300], &[]);
    writer.events(LaneId(0), &words).unwrap();
    let causes = [LossCause::Overflow, LossCause::Stall, LossCause::Sink];
    for (number, cause) in (0..).zip(causes) {
        let [first, last] = [1_400, 1_450].map(|tick| Tick(tick + 100 * number));
        let events = if cause == LossCause::Stall { 0 } else { 3 + number };
        writer.loss(&Loss { lane: LaneId(1), first, last, events, cause }).unwrap();
    }
    finish(writer)
}

/// A clock that drifts, goes back, and whose ticks need all of 64 bits.
fn clock() -> Vec<u8> {
    let base = 3 << 61;
    let source = ClockSource::Monotonic;
    let clock = ClockInfo { source, nanos_per_tick: 1.0, kernel_source: None, warning: None };
    let header = Header { clock, parallelism: None, ..header(Form::Layer) };
    let mut writer = writer_of(&header, base);
    let mut words = Buffer::new(Form::Layer);
    words.new_enter(Tick(base + 500), SpanId(5), CallsiteId(0));
    words.exit(Tick(base + 400), SpanId(5));
    words.exit_drop(Tick(base + 600), SpanId(5));
    writer.events(LaneId(0), words.words()).unwrap();
    writer.events(LaneId(0), words.words()).unwrap();
    for second in 1..4 {
        writer.anchor(&anchor(base + 1_000_000_100 * second, 1_000_000_000 * second)).unwrap();
    }
    finish(writer)
}

/// Enough spans alike that LZ4 makes them smaller.
fn packed(form: Form) -> Vec<u8> {
    let mut writer = writer(form);
    let mut words = Buffer::new(form);
    for number in 1..60 {
        let span = match form {
            Form::Subscriber => raw::subscriber_span_id(CallsiteId(0), 2 * number),
            Form::Layer => SpanId(number << 51 | 1),
        };
        words.new_enter(Tick(1_000 + 10 * number), span, CallsiteId(0));
        words.exit_drop(Tick(1_003 + 10 * number), span);
    }
    writer.events(LaneId(0), words.words()).unwrap();
    finish(writer)
}

/// Kinds of block that nobody knows yet, and a lane that is told of twice.
fn blocks_to_come() -> Vec<u8> {
    let bytes = sample::finished(Form::Layer);
    let mut frames = Frames::new();
    for (kind, stored) in blocks_of(&bytes) {
        let plain = u32::from_le_bytes(bytes[stored.start - 8..][..4].try_into().unwrap());
        if kind != frames::INDEX {
            frames = frames.block(kind, &bytes[stored], plain).plain(200, b"later");
        }
    }
    frames.plain(3, &[0x82, 0x00, 0xa1, 0x00, 0x63, b'n', b'e', b'w']).bytes
}
