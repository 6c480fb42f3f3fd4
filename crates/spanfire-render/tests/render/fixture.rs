//! Recordings and views to draw, on a clock that counts nanoseconds.

use spanfire_recording::raw::{Buffer, subscriber_span_id};
use spanfire_recording::{
    Anchor, Callsite, CallsiteId, CallsiteKind, ClockInfo, ClockSource, Form, Header, Lane, Level,
    ProbeCost, Recording, Tick, Writer,
};
use spanfire_views::{CallTree, Replay, Selection, Stacks};

/// Names that break careless formats.
pub const HOSTILE: [&str; 8] = [
    "a;b",
    "</title></text><script>alert(\"1\")</script>",
    "line\nbreak\r\u{0}\u{1b}[31m",
    "ends in 5",
    "\u{ffff}\u{202e}]]>&amp;&",
    "",
    " ",
    "# comment_[k]",
];

pub fn callsite(name: &str, target: &str, line: u32) -> Callsite {
    Callsite {
        name: name.to_owned(),
        target: target.to_owned(),
        file: Some("src/app.rs".to_owned()),
        line: Some(line),
        level: Level::Info,
        kind: CallsiteKind::Span,
        fields: Vec::new(),
    }
}

/// One thread that enters spans while a manual clock moves.
pub struct Thread {
    buffer: Buffer,
    now: u64,
    spans: u64,
}

impl Thread {
    /// Lets time pass.
    pub fn pass(&mut self, ns: u64) {
        self.now += ns;
    }

    /// A span from now until `body` has run.
    pub fn span(&mut self, callsite: u32, body: impl FnOnce(&mut Thread)) {
        self.spans += 1;
        let callsite = CallsiteId(callsite);
        let span = subscriber_span_id(callsite, self.spans);
        self.buffer.new_enter(Tick(self.now), span, callsite);
        body(self);
        self.buffer.exit_drop(Tick(self.now), span);
    }
}

/// The recording of one thread.
pub fn recording(callsites: &[Callsite], run: impl FnOnce(&mut Thread)) -> Recording {
    recording_that_cost(callsites, None, run)
}

/// The same, with what recording a span cost.
pub fn recording_that_cost(
    callsites: &[Callsite],
    cost: Option<ProbeCost>,
    run: impl FnOnce(&mut Thread),
) -> Recording {
    let header = Header {
        form: Form::Subscriber,
        clock: ClockInfo {
            source: ClockSource::Manual,
            nanos_per_tick: 1.0,
            kernel_source: None,
            warning: None,
        },
        process_id: 1,
        executable: "app".to_owned(),
        arguments: Vec::new(),
        os: "linux".to_owned(),
        arch: "x86_64".to_owned(),
        parallelism: None,
        recorder_version: "0".to_owned(),
        origin: None,
    };
    let mut thread = Thread { buffer: Buffer::new(Form::Subscriber), now: 0, spans: 0 };
    run(&mut thread);
    let mut writer = Writer::new(Vec::new(), &header).unwrap();
    writer.anchor(&anchor(0)).unwrap();
    if let Some(cost) = cost {
        writer.probe_cost(&cost).unwrap();
    }
    for callsite in callsites {
        writer.callsite(callsite).unwrap();
    }
    let lane = writer.lane(&Lane { thread_name: Some("main".to_owned()), os_thread_id: Some(1) });
    writer.events(lane.unwrap(), thread.buffer.words()).unwrap();
    writer.anchor(&anchor(thread.now)).unwrap();
    Recording::from_bytes(writer.finish().unwrap()).unwrap()
}

fn anchor(at_ns: u64) -> Anchor {
    Anchor { tick: at_ns, monotonic_ns: at_ns, unix_ns: at_ns, uncertainty_ticks: 0, raw_ns: None }
}

/// The merged graph of a recording by physical stacks.
pub fn call_tree(recording: &Recording) -> CallTree {
    CallTree::of(&Replay::new(recording, Selection::default()), Stacks::Thread).unwrap()
}

/// The tree of a span in which each callsite runs once, for 10 ns more than the one before.
pub fn tree_of(callsites: &[Callsite]) -> CallTree {
    call_tree(&recording(callsites, |thread| {
        for number in 0..callsites.len() as u32 {
            thread.span(number, |thread| {
                thread.pass(10 * u64::from(number + 1));
                thread.span(0, |thread| thread.pass(1));
            });
        }
    }))
}

/// Callsites with hostile names, all in one crate.
pub fn hostile_callsites() -> Vec<Callsite> {
    HOSTILE.iter().zip(1..).map(|(name, line)| callsite(name, "app\"<&>", line)).collect()
}
