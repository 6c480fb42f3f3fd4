//! Programs that do anything, and what they did by their own account.

use crate::program::Program;
use proptest::prelude::*;
use regex::Regex;
use spanfire_recording::{CallsiteId, CallsiteKind, Form, LaneId, Recording, SpanId, Tick};
use spanfire_views::Selection;

/// One thing a thread does: on which lane, after which time, what, and to which span.
pub type Step = (usize, u64, u8, usize);

const LANES: usize = 3;

/// A program that runs steps, and what it did by its own account.
pub struct Machine {
    program: Program,
    lanes: Vec<LaneId>,
    sites: Vec<CallsiteId>,
    now: u64,
    last_lane: usize,
    live: Vec<Span>,
    stacks: Vec<Vec<usize>>,
    /// Since when each lane has something entered.
    since: Vec<u64>,
    /// How long each lane had anything entered.
    entered_ns: u64,
    pub spans: u64,
    pub segments: u64,
}

struct Span {
    id: SpanId,
    handle: bool,
}

impl Machine {
    fn new(form: Form) -> Machine {
        let mut program = Program::new(form);
        let lanes = (0..LANES).map(|lane| program.lane(&format!("lane{lane}"))).collect();
        let sites = ["a", "b", "c", "d"].map(|name| program.site(name, CallsiteKind::Span));
        Machine {
            program,
            lanes,
            sites: sites.to_vec(),
            now: 0,
            last_lane: 0,
            live: Vec::new(),
            stacks: vec![Vec::new(); LANES],
            since: vec![0; LANES],
            entered_ns: 0,
            spans: 0,
            segments: 0,
        }
    }

    fn step(&mut self, (lane, wait, what, which): Step) {
        // Moments of different lanes stay apart: their order at one tick is not the program's.
        self.now += wait.max(u64::from(lane != self.last_lane));
        self.last_lane = lane;
        match what % 8 {
            0..=2 => self.create(lane, which, true),
            3 => self.create(lane, which, false),
            4 => self.enter(lane, which),
            5 | 6 => self.exit(lane, self.stacks[lane].len().wrapping_sub(1)),
            _ if which % 3 == 0 => self.exit(lane, which % self.stacks[lane].len().max(1)),
            _ if which % 3 == 1 => self.drop_handle(lane, which),
            _ => self.program.cut(self.lanes[lane]),
        }
    }

    fn create(&mut self, lane: usize, which: usize, enter: bool) {
        let site = self.sites[which % self.sites.len()];
        let id = self.program.id(site);
        let parent = self.live.get(which % 7).filter(|span| span.handle).map(|span| span.id);
        let at = Tick(self.now);
        self.program.on(self.lanes[lane], |buffer| {
            if which.is_multiple_of(5) {
                buffer.explicit_parent(at, id, parent);
            }
            match enter {
                true => buffer.new_enter(at, id, site),
                false => buffer.new_span(at, id, site),
            }
        });
        self.spans += 1;
        self.live.push(Span { id, handle: true });
        if enter {
            self.push(lane, self.live.len() - 1);
        }
    }

    fn enter(&mut self, lane: usize, which: usize) {
        let with_handle: Vec<usize> =
            (0..self.live.len()).filter(|&span| self.live[span].handle).collect();
        if let Some(&span) = with_handle.get(which % with_handle.len().max(1)) {
            let (id, at) = (self.live[span].id, Tick(self.now));
            self.program.on(self.lanes[lane], |buffer| buffer.enter(at, id));
            self.push(lane, span);
        }
    }

    fn push(&mut self, lane: usize, span: usize) {
        if self.stacks[lane].is_empty() {
            self.since[lane] = self.now;
        }
        self.stacks[lane].push(span);
        self.segments += 1;
    }

    fn exit(&mut self, lane: usize, index: usize) {
        let Some(&span) = self.stacks[lane].get(index) else { return };
        // Of a span entered twice, the innermost segment ends.
        let index = self.stacks[lane].iter().rposition(|&open| open == span).unwrap_or(index);
        self.stacks[lane].remove(index);
        if self.stacks[lane].is_empty() {
            self.entered_ns += self.now - self.since[lane];
        }
        let (id, at) = (self.live[span].id, Tick(self.now));
        self.program.on(self.lanes[lane], |buffer| buffer.exit(at, id));
    }

    fn drop_handle(&mut self, lane: usize, which: usize) {
        let entered = |span: usize| self.stacks.iter().any(|stack| stack.contains(&span));
        let idle: Vec<usize> =
            (0..self.live.len()).filter(|&span| self.live[span].handle && !entered(span)).collect();
        if let Some(&span) = idle.get(which % idle.len().max(1)) {
            self.live[span].handle = false;
            let (id, at) = (self.live[span].id, Tick(self.now));
            self.program.on(self.lanes[lane], |buffer| buffer.drop_handle(at, id));
        }
    }

    /// The recording, and how long its lanes had anything entered.
    pub fn finish(mut self) -> (Recording, u64) {
        self.program.end = self.now;
        for lane in 0..LANES {
            if !self.stacks[lane].is_empty() {
                self.entered_ns += self.now - self.since[lane];
            }
        }
        (self.program.recording(), self.entered_ns)
    }
}

/// The machine after these steps.
pub fn run(form: Form, steps: &[Step]) -> Machine {
    let mut machine = Machine::new(form);
    steps.iter().for_each(|&step| machine.step(step));
    machine
}

/// Any program.
pub fn steps() -> impl Strategy<Value = Vec<Step>> {
    proptest::collection::vec((0..LANES, 0u64..6, any::<u8>(), 0usize..50), 0..120)
}

/// Either form.
pub fn form() -> impl Strategy<Value = Form> {
    prop_oneof![Just(Form::Subscriber), Just(Form::Layer)]
}

fn pattern() -> impl Strategy<Value = Option<Regex>> {
    let names = prop_oneof![Just("^a$"), Just("[bc]"), Just("^d$")];
    proptest::option::weighted(0.3, names.prop_map(|name| Regex::new(name).expect("a pattern")))
}

prop_compose! {
    /// Any selection that the machine's names and times allow.
    pub fn selection()(
        from_ns in proptest::option::weighted(0.3, 0u64..100),
        to_ns in proptest::option::weighted(0.3, 100u64..300),
        lane in proptest::option::weighted(0.2, 0..LANES),
        root in proptest::option::weighted(0.3, Just("b".to_string())),
        focus in pattern(),
        ignore in pattern(),
        hide in pattern(),
        min_duration_ns in prop_oneof![Just(0u64), 0u64..40],
    ) -> Selection {
        let thread = lane.map(|lane| Regex::new(&format!("lane{lane}")).expect("a pattern"));
        Selection { from_ns, to_ns, thread, root, focus, ignore, hide, min_duration_ns }
    }
}
