//! A small recording with every kind of block and record, written a block at a time.

use spanfire_recording::{
    Anchor, Batch, Callsite, CallsiteId, CallsiteKind, ClockInfo, ClockSource, Error, Field, Form,
    Header, Image, Lane, LaneId, Level, Loss, LossCause, Parent, ProbeCost, ProbeSample, Sample,
    SampleClock, Sampling, SamplingMethod, SpanId, Switch, Tick, Value, Writer,
    raw::{self, Buffer, extended, kind, subscriber_span_id},
};
use std::io::Write;

pub const FORMS: [Form; 2] = [Form::Subscriber, Form::Layer];
pub const PREAMBLE_BYTES: usize = 12;
pub const TRAILER_BYTES: usize = 16;

/// How many blocks follow the header.
const BLOCKS: usize = 12;

/// A finished recording.
pub fn finished(form: Form) -> Vec<u8> {
    write(form, Vec::new()).unwrap()
}

/// Writes the whole sample into `sink`, up to the first error.
pub fn write<W: Write>(form: Form, sink: W) -> Result<W, Error> {
    let mut writer = Writer::new(sink, &header(form))?;
    for number in 0..BLOCKS {
        block(&mut writer, number)?;
    }
    writer.finish()
}

/// What stands in the sink after the header, and after every block behind it.
pub fn beginnings(form: Form) -> Vec<Vec<u8>> {
    let mut writer = Writer::new(Vec::new(), &header(form)).unwrap();
    let mut beginnings = vec![writer.get_ref().clone()];
    for number in 0..BLOCKS {
        block(&mut writer, number).unwrap();
        beginnings.push(writer.get_ref().clone());
    }
    beginnings
}

fn block<W: Write>(writer: &mut Writer<W>, number: usize) -> Result<(), Error> {
    let form = writer.form();
    match number {
        0 => writer.anchor(&anchor(1_000, 5_000)),
        1 => writer.callsite(&callsite("request", CallsiteKind::Span)).map(drop),
        2 => writer.lane(&lane("main", 7)).map(drop),
        3 => writer.events(LaneId(0), &nesting(form)).map(drop),
        4 => writer.callsite(&callsite("event", CallsiteKind::Event)).map(drop),
        5 => writer.lane(&Lane { thread_name: None, os_thread_id: None }).map(drop),
        6 => writer.events(LaneId(1), &rarities(form)).map(drop),
        7 => writer.probe_cost(&probe_cost()),
        8 => writer.anchor(&anchor(2_000_001_000, 1_000_005_000)),
        9 => writer.loss(&loss()),
        10 => writer.events(LaneId(0), &afterwards(form)).map(drop),
        _ => writer.events(LaneId(1), &waiting()).map(drop),
    }
}

/// A finished recording of the layer form with samples of a thread in a span, from both clocks.
pub fn sampled() -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), &header(Form::Layer)).unwrap();
    let raw_ns = Some(70_000_000_000);
    writer.anchor(&Anchor { raw_ns, ..anchor(1_000, 5_000) }).unwrap();
    let asked = Sampling { method: SamplingMethod::PerfEvents, ..Sampling::asked(999) };
    writer.sampling(&asked).unwrap();
    writer.images(&images()[..2]).unwrap();
    for number in 1..=3 {
        block(&mut writer, number).unwrap();
    }
    writer.batch(&batch(SampleClock::MonotonicRaw, 70_000_000_000)).unwrap();
    writer.batch(&batch(SampleClock::Tick, 1_000)).unwrap();
    writer.images(&images()[2..]).unwrap();
    let raw_ns = Some(71_000_000_000);
    writer.anchor(&Anchor { raw_ns, ..anchor(2_000_001_000, 1_000_005_000) }).unwrap();
    let why = Some("a reason".into());
    let cpu_ns = Some(1_000_000_000);
    let (samples, lost_samples) = (990, 10);
    let ended = Sampling { why, samples, lost_samples, cpu_ns, ended: true, ..asked };
    writer.sampling(&ended).unwrap();
    writer.finish().unwrap()
}

fn batch(clock: SampleClock, start: u64) -> Batch {
    let samples = (0..40).map(|number| Sample {
        thread: 7 + number % 2,
        cpu: (number % 5 > 0).then_some(number as u32 % 2),
        time: start + 110 + number * 2,
        frames: [vec![0x5555_5556_0000 + number % 7], vec![0x5555_5557_1234; 9]].concat(),
    });
    let switches = (0..4).map(|number| Switch {
        thread: 7,
        time: start + 190 + number,
        runs: number % 2 == 1,
        preempted: number == 2,
    });
    Batch { clock, samples: samples.collect(), switches: switches.collect() }
}

fn images() -> [Image; 3] {
    let image = |path: &str, build_id: &[u8], start, end| Image {
        path: path.into(),
        build_id: build_id.into(),
        start,
        end,
        file_offset: 0x1000,
    };
    [
        image("/bin/app", &[0xde, 0xad, 0, 1], 0x5555_5555_4000, 0x5555_5566_0000),
        image("[vdso]", &[], 0x7fff_f7fc_1000, 0x7fff_f7fc_3000),
        image("/lib/late.so", &[1; 20], 0x7fff_f000_0000, 0x7fff_f010_0000),
    ]
}

pub fn header(form: Form) -> Header {
    Header {
        form,
        clock: ClockInfo {
            source: ClockSource::Counter,
            nanos_per_tick: 0.5,
            kernel_source: Some("tsc".into()),
            warning: Some("one core lags".into()),
        },
        process_id: 42,
        executable: "/bin/app".into(),
        arguments: vec!["app".into(), "--fast".into()],
        os: "linux".into(),
        arch: "x86_64".into(),
        parallelism: Some(2),
        recorder_version: "0.1.0".into(),
        origin: None,
    }
}

pub fn callsite(name: &str, kind: CallsiteKind) -> Callsite {
    Callsite {
        name: name.into(),
        target: "app::db".into(),
        file: Some("src/db.rs".into()),
        line: Some(17),
        level: Level::Info,
        kind,
        fields: ["path", "size", "späť", "ratio", "ok"].map(String::from).to_vec(),
    }
}

pub fn lane(name: &str, id: u64) -> Lane {
    Lane { thread_name: Some(name.into()), os_thread_id: Some(id) }
}

pub fn anchor(tick: u64, monotonic_ns: u64) -> Anchor {
    Anchor {
        tick,
        monotonic_ns,
        unix_ns: 1_700_000_000_000_000_000,
        uncertainty_ticks: 9,
        raw_ns: None,
    }
}

/// An id as the form would give it.
pub fn span(form: Form, number: u64) -> SpanId {
    match form {
        Form::Subscriber => subscriber_span_id(CallsiteId(0), number),
        Form::Layer => SpanId(number << 51 | 3),
    }
}

fn probe_cost() -> ProbeCost {
    let plain = ProbeSample {
        inside_min_ns: 20.0,
        inside_median_ns: 21.5,
        outside_min_ns: 25.0,
        outside_median_ns: 26.0,
        ..ProbeSample::default()
    };
    ProbeCost { plain, samples: 1_000, fields: None, reenter: None }
}

fn loss() -> Loss {
    let [first, last] = [Tick(1_300), Tick(1_400)];
    Loss { lane: LaneId(1), first, last, events: 12, cause: LossCause::Sink }
}

fn field(name: &str, value: Value) -> Field {
    Field { name: name.into(), value }
}

fn nesting(form: Form) -> Vec<u64> {
    let names = callsite("", CallsiteKind::Span).fields;
    let [outer, inner] = [1, 2].map(|number| span(form, number));
    let path = [field("path", Value::Text("/a;b\n<é>".into()))];
    let mut lane = Buffer::new(form);
    lane.birth_fields(Tick(1_100), outer, CallsiteId(0), &names, &path);
    lane.new_enter(Tick(1_100), outer, CallsiteId(0));
    lane.explicit_parent(Tick(1_110), inner, Some(outer));
    lane.new_enter(Tick(1_110), inner, CallsiteId(0));
    lane.exit(Tick(1_150), inner);
    lane.enter(Tick(1_140), inner);
    lane.exit_drop(Tick(1_190), inner);
    lane.exit(Tick(1_200), outer);
    lane.words().to_vec()
}

fn rarities(form: Form) -> Vec<u64> {
    let names = callsite("", CallsiteKind::Span).fields;
    let [outer, other] = [1, 900].map(|number| span(form, number));
    let late = [
        field("size", Value::U64(u64::MAX)),
        field("späť", Value::I64(-1)),
        field("ratio", Value::F64(0.25)),
        field("ok", Value::Bool(true)),
    ];
    let mut lane = Buffer::new(form);
    lane.explicit_parent(Tick(1_120), other, None);
    lane.new_span(Tick(1_120), other, CallsiteId(0));
    lane.clone_handle(Tick(1_121), other);
    lane.late_fields(Tick(1_122), other, CallsiteId(0), &names, &late);
    lane.follows(Tick(1_123), other, outer);
    lane.instant(Tick(1_124), CallsiteId(1), Parent::Span(outer), &names, &late[..1]);
    lane.drop_handle(Tick(1_125), other);
    lane.words().to_vec()
}

fn afterwards(form: Form) -> Vec<u64> {
    let [outer, next] = [1, 3].map(|number| span(form, number));
    let mut lane = Buffer::new(form);
    lane.drop_handle(Tick(1_500), outer);
    let mut words = lane.words().to_vec();
    words.extend([raw::head(1_510, kind::NEW_BOUND), next.0]);
    words.extend((form == Form::Layer).then_some(0));
    words
}

fn waiting() -> Vec<u64> {
    let mut words = Vec::new();
    raw::put_extended(&mut words, 1_600, extended::LOSS, &[1_510, 1_520, 3], &[]);
    raw::put_extended(&mut words, 1_600, extended::STALL, &[1_530, 1_600], &[]);
    words
}
