//! One small recording of a server, with every number known. Times in µs:
//!
//! ```text
//! main      0 [startup 100] 150 [hostile 10]
//! worker-1  200 [request GET  250 [db 200]          ] 700
//!          1000 [request POST 1100 [render 800]     ] 2000 … 2500 [request] 3000
//!          3500 [request (open) 3600 [db 400] 4000
//! ```

use spanfire_recording::raw::{Buffer, subscriber_span_id};
use spanfire_recording::{
    Anchor, Batch, Callsite, CallsiteId, CallsiteKind, ClockInfo, ClockSource, Field, Form, Header,
    Lane, Level, ProbeCost, ProbeSample, Sample, Sampling, SpanId, Switch, Tick, Value, Writer,
};

/// A name that breaks every format that does not escape it.
pub const HOSTILE: &str = "a;b\n\u{1b}[31m\"<script>,";
/// Σ self of everything.
pub const TOTAL_NS: u64 = 2_610_000;

const STARTUP: CallsiteId = CallsiteId(0);
const REQUEST: CallsiteId = CallsiteId(1);
const DB: CallsiteId = CallsiteId(2);
const RENDER: CallsiteId = CallsiteId(3);
const NASTY: CallsiteId = CallsiteId(4);

/// The recording's bytes.
pub fn recording() -> Vec<u8> {
    observed(&Batch::default())
}

/// The same with context switches of `worker-1`, which does not run while it is in `db` the first
/// time, and runs otherwise.
pub fn switched() -> Vec<u8> {
    let switches = [(200, true), (250, false), (450, true)].map(switch_of(101)).to_vec();
    observed(&Batch { switches, ..Batch::default() })
}

/// The same, which was asked for samples and has none.
pub fn sampled(sampling: &Sampling) -> Vec<u8> {
    written(|writer| writer.sampling(sampling).unwrap())
}

/// The same with samples of `render` that have no callers.
pub fn sampled_without_callers() -> Vec<u8> {
    let sample = |number: u64| Sample {
        thread: 101,
        cpu: Some(0),
        time: (1_150 + 50 * number) * 1_000,
        frames: vec![0x1000 + number],
    };
    observed(&Batch { samples: (0..8).map(sample).collect(), ..Batch::default() })
}

/// Of a program that ended before its first span.
pub fn empty() -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), &header()).unwrap();
    writer.probe_cost(&probe_cost()).unwrap();
    writer.finish().unwrap()
}

fn observed(batch: &Batch) -> Vec<u8> {
    written(|writer| writer.batch(batch).unwrap())
}

fn written(more: impl FnOnce(&mut Writer<Vec<u8>>)) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), &header()).unwrap();
    for (name, target, line) in [
        ("startup", "app", 3),
        ("request", "app::server", 10),
        ("db", "app::db", 20),
        ("render", "app::view", 30),
        (HOSTILE, "app::view", 40),
    ] {
        writer.callsite(&callsite(name, target, line)).unwrap();
    }
    writer
        .anchor(&Anchor {
            tick: 0,
            monotonic_ns: 0,
            unix_ns: 1_700_000_000_000_000_000,
            uncertainty_ticks: 40,
            raw_ns: Some(7),
        })
        .unwrap();
    writer.probe_cost(&probe_cost()).unwrap();
    let main = lane("main", 100);
    let main = writer.lane(&main).unwrap();
    writer.events(main, main_lane().words()).unwrap();
    let worker = writer.lane(&lane("worker-1", 101)).unwrap();
    writer.events(worker, worker_lane().words()).unwrap();
    more(&mut writer);
    writer.finish().unwrap()
}

/// The recording of a service that answers 200 requests, each with a `db` that takes `db_us` and a
/// little more, and then does what `last` is called.
pub fn service(db_us: u64, last: &str) -> Vec<u8> {
    serving(db_us, last, None)
}

/// The same with context switches: each `db` waits `waited_us` of its time.
pub fn waiting_service(db_us: u64, waited_us: u64) -> Vec<u8> {
    serving(db_us, "log", Some(waited_us))
}

fn serving(db_us: u64, last: &str, waited_us: Option<u64>) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), &header()).unwrap();
    for (name, line) in [("request", 10), ("db", 20), (last, 30)] {
        writer.callsite(&callsite(name, "app::server", line)).unwrap();
    }
    let main = writer.lane(&lane("main", 100)).unwrap();
    let mut events = Buffer::new(Form::Subscriber);
    let mut now_us = 0;
    let mut switches = Vec::new();
    for number in 0..200 {
        let root = subscriber_span_id(CallsiteId(0), 3 * number + 1);
        events.new_enter(us(now_us), root, CallsiteId(0));
        let db_us = db_us + number * 7 % 10;
        span(&mut events, CallsiteId(1), 3 * number + 2, now_us + 10, now_us + 10 + db_us);
        if let Some(waited_us) = waited_us {
            switches.extend(
                [(now_us + 12, false), (now_us + 12 + waited_us, true)].map(switch_of(100)),
            );
        }
        now_us += 20 + db_us;
        span(&mut events, CallsiteId(2), 3 * number + 3, now_us, now_us + 50);
        now_us += 60;
        events.exit_drop(us(now_us), root);
    }
    writer.events(main, events.words()).unwrap();
    if !switches.is_empty() {
        writer.batch(&Batch { switches, ..Batch::default() }).unwrap();
    }
    writer.finish().unwrap()
}

/// When, in µs, a thread came to run or stopped.
fn switch_of(thread: u64) -> impl Fn((u64, bool)) -> Switch {
    move |(us, runs)| Switch { thread, time: us * 1_000, runs, preempted: false }
}

fn main_lane() -> Buffer {
    let mut lane = Buffer::new(Form::Subscriber);
    span(&mut lane, STARTUP, 1, 0, 100);
    span(&mut lane, NASTY, 2, 150, 160);
    lane
}

fn worker_lane() -> Buffer {
    let mut lane = Buffer::new(Form::Subscriber);
    let get = request(&mut lane, 3, 200, "GET", "/x");
    span(&mut lane, DB, 4, 250, 450);
    lane.exit_drop(us(700), get);
    let post = request(&mut lane, 5, 1_000, "POST", "/a b");
    span(&mut lane, RENDER, 6, 1_100, 1_900);
    lane.exit(us(2_000), post);
    lane.enter(us(2_500), post);
    lane.exit_drop(us(3_000), post);
    request(&mut lane, 7, 3_500, "GET", "/late");
    span(&mut lane, DB, 8, 3_600, 4_000);
    lane
}

fn span(lane: &mut Buffer, callsite: CallsiteId, sequence: u64, from_us: u64, to_us: u64) {
    let id = subscriber_span_id(callsite, sequence);
    lane.new_enter(us(from_us), id, callsite);
    lane.exit_drop(us(to_us), id);
}

fn request(lane: &mut Buffer, sequence: u64, from_us: u64, method: &str, uri: &str) -> SpanId {
    let id = subscriber_span_id(REQUEST, sequence);
    let fields = [field("method", method), field("uri", uri)];
    lane.birth_fields(us(from_us), id, REQUEST, &field_names(), &fields);
    lane.new_enter(us(from_us), id, REQUEST);
    id
}

fn us(us: u64) -> Tick {
    Tick(us * 1_000)
}

fn field(name: &str, value: &str) -> Field {
    Field { name: name.to_owned(), value: Value::Text(value.to_owned()) }
}

fn field_names() -> Vec<String> {
    vec!["method".to_owned(), "uri".to_owned()]
}

fn callsite(name: &str, target: &str, line: u32) -> Callsite {
    Callsite {
        name: name.to_owned(),
        target: target.to_owned(),
        file: Some("src/app.rs".to_owned()),
        line: Some(line),
        level: Level::Info,
        kind: CallsiteKind::Span,
        fields: field_names(),
    }
}

fn lane(name: &str, os_thread_id: u64) -> Lane {
    Lane { thread_name: Some(name.to_owned()), os_thread_id: Some(os_thread_id) }
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
        process_id: 4242,
        executable: "/opt/server".to_owned(),
        arguments: vec!["server".to_owned(), "--port".to_owned(), "8080".to_owned()],
        os: "linux".to_owned(),
        arch: "x86_64".to_owned(),
        parallelism: Some(2),
        recorder_version: "0.1.0".to_owned(),
        origin: None,
    }
}

fn probe_cost() -> ProbeCost {
    let plain = ProbeSample {
        inside_min_ns: 15.0,
        inside_median_ns: 16.0,
        outside_min_ns: 30.0,
        outside_median_ns: 31.5,
        inside_spread_ns: Some(1.0),
        outside_spread_ns: Some(2.0),
    };
    let fields = ProbeSample { outside_median_ns: 131.5, ..plain };
    let reenter = ProbeSample { outside_median_ns: 11.5, outside_min_ns: 10.0, ..plain };
    ProbeCost { plain, samples: 1_000, fields: Some(fields), reenter: Some(reenter) }
}
