//! Time in proportion to the recording, for shapes that tempt a reader to look through everything it
//! knows for each event.
//!
//! Each shape is read at one size and at four times that: what is linear takes four times as long, what
//! is quadratic sixteen. Times are the processor's, of this process, so the shapes take turns.

use spanfire_fuzz::processor_time;
use spanfire_recording::raw::{Buffer, subscriber_span_id};
use spanfire_recording::{
    Anchor, Callsite, CallsiteId, CallsiteKind, ClockInfo, ClockSource, Form, Header, Lane, LaneId,
    Level, Loss, LossCause, Recording, SpanId, Tick, Writer,
};
use spanfire_views::{CallTree, Replay, RequestTable, Selection, Spans, Stacks, Statistics};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

type Memory = Writer<Vec<u8>>;

/// Less than this is the noise of a clock.
const NOISE: Duration = Duration::from_millis(20);

/// Held by the shape that is measured.
static TURN: Mutex<()> = Mutex::new(());

#[track_caller]
fn check(size: u64, form: Form, shape: fn(&mut Memory, u64)) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let times = [size, 4 * size].map(|size| {
        let bytes = write(form, size, shape);
        let tries = (0..3).map(|_| read(&bytes));
        tries.min().unwrap_or_default()
    });
    assert!(times[1] < 9 * times[0] + NOISE, "{times:?}");
}

fn write(form: Form, size: u64, shape: fn(&mut Memory, u64)) -> Vec<u8> {
    let clock = ClockInfo {
        source: ClockSource::Manual,
        nanos_per_tick: 1.0,
        kernel_source: None,
        warning: None,
    };
    let header = Header {
        form,
        clock,
        process_id: 1,
        executable: String::new(),
        arguments: Vec::new(),
        os: String::new(),
        arch: String::new(),
        parallelism: None,
        recorder_version: String::new(),
        origin: None,
    };
    let mut writer = Writer::new(Vec::new(), &header).expect("memory takes all");
    anchor(&mut writer, 0);
    shape(&mut writer, size);
    writer.finish().expect("memory takes all")
}

/// Reads all there is, and makes the views that look spans up.
fn read(bytes: &[u8]) -> Duration {
    let start = processor_time();
    let recording = Recording::from_bytes(bytes.to_vec()).expect("a recording");
    let replay = Replay::new(&recording, Selection::default());
    CallTree::of(&replay, Stacks::Span).expect("a view");
    Statistics::of(&replay).expect("a view");
    RequestTable::of(&replay).expect("a view");
    Spans::of(&replay, usize::MAX).expect("a view");
    processor_time() - start
}

fn anchor(writer: &mut Memory, tick: u64) {
    let anchor =
        Anchor { tick, monotonic_ns: tick, unix_ns: 0, uncertainty_ticks: 0, raw_ns: None };
    writer.anchor(&anchor).expect("memory takes all");
}

fn callsite(writer: &mut Memory, name: String) -> CallsiteId {
    let callsite = Callsite {
        name,
        target: "app".into(),
        file: None,
        line: None,
        level: Level::Info,
        kind: CallsiteKind::Span,
        fields: Vec::new(),
    };
    writer.callsite(&callsite).expect("memory takes all")
}

fn lane(writer: &mut Memory) -> LaneId {
    let lane = Lane { thread_name: None, os_thread_id: None };
    writer.lane(&lane).expect("memory takes all")
}

fn on(writer: &mut Memory, lane: LaneId, draw: impl FnOnce(&mut Buffer)) {
    let mut buffer = Buffer::new(writer.form());
    draw(&mut buffer);
    writer.events(lane, buffer.words()).expect("memory takes all");
}

#[test]
fn many_callsites_lanes_anchors_and_losses() {
    check(4_000, Form::Layer, |writer, size| {
        for number in 0..size {
            callsite(writer, format!("a{number}"));
            let lane = lane(writer);
            anchor(writer, 1_000_000_000 * number);
            let (first, last) = (Tick(number), Tick(number + 1));
            let cause = LossCause::Sink;
            writer.loss(&Loss { lane, first, last, events: 1, cause }).expect("memory takes all");
        }
    });
}

#[test]
fn spans_that_are_not_known_beside_many_lanes() {
    check(4_000, Form::Layer, |writer, size| {
        let site = callsite(writer, "a".into());
        for number in 0..size {
            let lane = lane(writer);
            on(writer, lane, |words| {
                words.new_enter(Tick(number), SpanId(2 * number + 2), site);
                words.drop_handle(Tick(number), SpanId(u64::MAX - number));
                words.enter(Tick(number), SpanId(u64::MAX - number));
            });
        }
    });
}

#[test]
fn many_chunks_of_one_record() {
    check(4_000, Form::Subscriber, |writer, size| {
        let site = callsite(writer, "a".into());
        let lane = lane(writer);
        for number in 1..size {
            let span = subscriber_span_id(site, number);
            on(writer, lane, |words| words.new_enter(Tick(2 * number), span, site));
            on(writer, lane, |words| words.exit_drop(Tick(2 * number + 1), span));
        }
    });
}

#[test]
fn a_request_on_many_lanes() {
    check(2_000, Form::Layer, |writer, size| {
        let site = callsite(writer, "a".into());
        let lanes: Vec<LaneId> = (0..size).map(|_| lane(writer)).collect();
        on(writer, lanes[0], |words| words.new_enter(Tick(0), SpanId(1), site));
        for round in 1..4 {
            for (at, lane) in (round * size..).zip(&lanes[1..]) {
                on(writer, *lane, |words| {
                    words.enter(Tick(2 * at), SpanId(1));
                    words.exit(Tick(2 * at + 1), SpanId(1));
                });
            }
        }
    });
}

#[test]
fn a_stack_of_different_spans_each_deeper_than_the_last() {
    check(2_000, Form::Subscriber, |writer, size| {
        let (outer, leaf) = (callsite(writer, "a".into()), callsite(writer, "b".into()));
        let lane = lane(writer);
        on(writer, lane, |words| {
            for number in 1..size {
                let [span, inside] = [outer, leaf].map(|site| subscriber_span_id(site, number));
                words.new_enter(Tick(3 * number), span, outer);
                words.new_enter(Tick(3 * number + 1), inside, leaf);
                words.exit_drop(Tick(3 * number + 2), inside);
            }
        });
    });
}
