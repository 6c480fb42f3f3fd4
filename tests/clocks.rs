//! Clocks that stand still, run backwards, jump under one thread, or are not there.

use spanfire_recording::{ClockSource, LaneId, Recording, Tick};
use spanfire_render::tables::{InfoFormat, info};
use spanfire_tests::{
    FORMS, Figures, Session, Time, counts_of, figures, stacks, sync_program, work,
};
use spanfire_views::{Replay, Selection, Stacks, Summary, Timeline};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};
use tracing::{Dispatch, Span, info_span};

const MS: u64 = 1_000_000;
const JUMP: u64 = 1_600 * MS;

/// What `spanfire info` says, as text and as JSON.
fn info_of(recording: &Recording) -> (String, serde_json::Value) {
    let replay = Replay::new(recording, Selection::default());
    let summary = Summary::of(&replay).expect("a summary");
    let written = |format| {
        let mut bytes = Vec::new();
        info(recording, &summary, format, &mut bytes).expect("a place to write to");
        String::from_utf8(bytes).expect("text")
    };
    let json = serde_json::from_str(&written(InfoFormat::Json)).expect("JSON");
    (written(InfoFormat::Text), json)
}

/// Every lane's ticks, in the order in which the recording holds them.
fn ticks(recording: &Recording, lane: LaneId) -> Vec<Tick> {
    let chunks = (0..recording.chunks().len()).map(|at| recording.chunk(at).expect("a chunk"));
    let of_lane = chunks.filter(|chunk| chunk.lane == lane);
    of_lane.flat_map(|chunk| chunk.events).map(|event| event.tick).collect()
}

/// No lane's time runs backwards, neither in the recording nor in what is drawn of it.
#[track_caller]
fn check_order(recording: &Recording) {
    for lane in 0..recording.lanes().len() as u32 {
        let ticks = ticks(recording, LaneId(lane));
        assert!(ticks.is_sorted(), "{ticks:?}");
    }
    let replay = Replay::new(recording, Selection::default());
    for lane in Timeline::of(&replay, 0).expect("a timeline").lanes {
        for depth in 0..lane.depth {
            let bars = lane.bars.iter().filter(|bar| bar.depth == depth);
            let edges: Vec<u64> = bars.flat_map(|bar| [bar.start_ns, bar.end_ns]).collect();
            assert!(edges.is_sorted(), "{edges:?}");
        }
    }
    stacks(recording, Stacks::Thread);
    stacks(recording, Stacks::Span);
}

/// [T1]
#[test]
fn a_clock_that_runs_backwards_moves_no_event_before_another_and_each_move_is_counted() {
    for form in FORMS {
        let (session, time) = Session::timed(form);
        session.run(|| {
            let span = info_span!("span");
            for _ in 0..10 {
                span.in_scope(|| time.go_back(7));
                time.go_back(3);
            }
        });
        let recording = session.finish();
        // In time are the *new* and the first enter; 9 enters, 10 exits and the close are not.
        assert_eq!(recording.clamped_ticks(), 20, "{form:?}");
        check_order(&recording);
        assert_eq!(figures(&recording, "span").segments, 10, "{form:?}");
        let (text, json) = info_of(&recording);
        assert!(text.contains("20 ticks moved to keep order"), "{form:?}: {text}");
        assert_eq!(json["clock"]["clamped_ticks"], 20, "{form:?}");
    }
}

/// [T1] A clock that does what it wants, over many chunks and everything a program does.
#[test]
fn whatever_a_clock_does_the_order_of_a_lane_is_kept() {
    for form in FORMS {
        let (session, time) = Session::timed(form);
        session.run(|| {
            for round in 0..3_000_u64 {
                time.pass(1_000 + round % 7);
                sync_program(1);
                time.go_back(1_000 + round % 11);
            }
        });
        let counted = session.counts();
        let recording = session.finish();
        assert!(recording.chunks().len() > 1, "{form:?}");
        assert!(recording.clamped_ticks() > 0, "{form:?}");
        check_order(&recording);
        assert_eq!(counts_of(&recording), counted, "{form:?}");
    }
}

/// A thread that does what it is told, a step after the other.
struct Told {
    steps: Option<mpsc::Sender<Box<dyn FnOnce() + Send>>>,
    done: mpsc::Receiver<()>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Told {
    fn start(dispatch: &Dispatch) -> Told {
        let dispatch = dispatch.clone();
        let (steps, to_do) = mpsc::channel::<Box<dyn FnOnce() + Send>>();
        let (tell_done, done) = mpsc::channel();
        let thread = thread::spawn(move || {
            tracing::dispatcher::with_default(&dispatch, || {
                for step in to_do {
                    step();
                    tell_done.send(()).expect("the test waits");
                }
            });
        });
        Told { steps: Some(steps), done, thread: Some(thread) }
    }

    fn step(&self, step: impl FnOnce() + Send + 'static) {
        let steps = self.steps.as_ref().expect("a thread that is told");
        steps.send(Box::new(step)).expect("a thread that listens");
        self.done.recv().expect("a thread that goes on");
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        self.steps = None;
        self.thread.take().map(thread::JoinHandle::join);
    }
}

fn one_ms(name: fn() -> Span, time: &Time) -> impl FnOnce() + Send + 'static {
    let time = time.clone();
    move || name().in_scope(|| time.pass(MS))
}

/// [T2]
#[test]
fn a_clock_that_jumps_back_under_one_thread_keeps_its_order_and_leaves_other_threads_exact() {
    for form in FORMS {
        let (session, time) = Session::timed(form);
        time.pass(10_000 * MS);
        let other = Told::start(session.dispatch());
        session.run(|| {
            let steady = info_span!("steady").entered();
            other.step(one_ms(|| info_span!("before"), &time));
            time.go_back(JUMP);
            other.step(one_ms(|| info_span!("during"), &time));
            other.step(one_ms(|| info_span!("during"), &time));
            time.pass(JUMP);
            other.step(one_ms(|| info_span!("after"), &time));
            drop(steady);
        });
        drop(other);
        let recording = session.finish();
        check_order(&recording);
        let replay = Replay::new(&recording, Selection::default());
        let lanes = Timeline::of(&replay, 0).expect("a timeline").lanes;
        let names = |lane: LaneId| {
            let bars = &lanes.iter().find(|found| found.lane == lane).expect("a lane").bars;
            let name =
                |bar: &spanfire_views::Bar| &recording.callsites()[bar.callsite.index()].name;
            bars.iter().map(name).collect::<Vec<_>>()
        };
        assert_eq!(names(LaneId(1)), ["before", "during", "during", "after"], "{form:?}");
        let busy_ns = |name| figures(&recording, name).busy_ns;
        assert_eq!(busy_ns("steady"), 4 * MS, "{form:?}");
        assert_eq!((busy_ns("before"), busy_ns("after")), (MS, MS), "{form:?}");
        assert_eq!(busy_ns("during"), 0, "{form:?}: their time is not known");
        let (text, json) = info_of(&recording);
        assert!(text.contains("warning: the clock ran backwards"), "{form:?}: {text}");
        assert!(json["clock"]["clamped_ticks"].as_u64() > Some(0), "{form:?}");
    }
}

/// [T4] The recorder's clock is then the one that `Instant` reads, so both can be compared exactly.
#[test]
fn without_a_counter_the_systems_clock_is_recorded_as_it_is() {
    for form in FORMS {
        let session = Session::with(form, |builder| builder.without_counter().events(true));
        let (mut outside, mut inside) = (Duration::ZERO, Duration::ZERO);
        session.run(|| {
            sync_program(2_000);
            let start = Instant::now();
            let entered = info_span!("measured").entered();
            let entered_at = Instant::now();
            work(10_000);
            inside = entered_at.elapsed();
            drop(entered);
            outside = start.elapsed();
        });
        let counted = session.counts();
        let recording = session.finish();
        let clock = &recording.header().clock;
        assert_eq!((clock.source, clock.nanos_per_tick), (ClockSource::Monotonic, 1.0), "{form:?}");
        assert_eq!(counts_of(&recording), counted, "{form:?}");
        assert_eq!(recording.clamped_ticks(), 0, "{form:?}");
        check_order(&recording);
        let busy = Duration::from_nanos(figures(&recording, "measured").busy_ns);
        assert!((inside..=outside).contains(&busy), "{form:?}: {inside:?} {busy:?} {outside:?}");
        let (text, json) = info_of(&recording);
        assert!(text.contains("warning: the clock: "), "{form:?}: {text}");
        assert_eq!(json["clock"]["source"], "monotonic", "{form:?}");
    }
}

/// [T5] What calibration finds out is in the file before there is a span.
#[test]
fn a_recording_without_spans_is_calibrated_already() {
    for form in FORMS {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("run.spanfire");
        let session = Session::with(form, |builder| builder.output(&path));
        let recording = Recording::open(&path).expect("a recording that has just begun");
        assert!(recording.header().clock.nanos_per_tick > 0.0, "{form:?}");
        assert_eq!(recording.anchors().len(), 1, "{form:?}");
        assert!(recording.probe_cost().is_some(), "{form:?}");
        assert!(recording.lanes().is_empty(), "{form:?}");
        session.finish();
    }
}

/// [T5] Calibration watches the clock for 5 ms, so whoever pays for it takes that long, always.
#[test]
fn the_first_span_is_short() {
    for form in FORMS {
        let first_ns = |_| {
            let session = Session::start(form);
            let start = Instant::now();
            session.run(|| info_span!("first").in_scope(|| ()));
            let outside = start.elapsed();
            let recorded = figures(&session.finish(), "first");
            assert_eq!((recorded.spans, recorded.segments), (1, 1));
            outside.as_nanos()
        };
        let shortest = (0..10).map(first_ns).min();
        assert!(shortest < Some(2_500_000), "{form:?}: {shortest:?} ns");
    }
}

#[test]
fn a_clock_that_stands_still_gives_spans_without_length() {
    for form in FORMS {
        let (session, _time) = Session::timed(form);
        session.run(|| sync_program(10));
        let recording = session.finish();
        let expected = Figures { spans: 10, segments: 10, ..Figures::default() };
        assert_eq!(figures(&recording, "outer"), expected, "{form:?}");
        assert_eq!(recording.clamped_ticks(), 0, "{form:?}");
    }
}
