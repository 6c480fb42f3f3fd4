//! What holds for every program.

use crate::check::totals_agree;
use crate::program::Program;
use proptest::prelude::*;
use regex::Regex;
use spanfire_recording::{CallsiteId, CallsiteKind, Form, LaneId, Recording, SpanId, Tick};
use spanfire_views::{
    CallTree, Replay, RequestChart, RequestTable, Selection, Stacks, Statistics, Timeline, Weight,
};

/// One thing a thread does: on which lane, after which time, what, and to which span.
type Step = (usize, u64, u8, usize);

const LANES: usize = 3;

/// A program that runs steps, and what it did by its own account.
struct Machine {
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
    spans: u64,
    segments: u64,
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

    fn finish(mut self) -> (Recording, u64) {
        self.program.end = self.now;
        for lane in 0..LANES {
            if !self.stacks[lane].is_empty() {
                self.entered_ns += self.now - self.since[lane];
            }
        }
        (self.program.recording(), self.entered_ns)
    }
}

fn run(form: Form, steps: &[Step]) -> Machine {
    let mut machine = Machine::new(form);
    steps.iter().for_each(|&step| machine.step(step));
    machine
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    proptest::collection::vec((0..LANES, 0u64..6, any::<u8>(), 0usize..50), 0..120)
}

fn form() -> impl Strategy<Value = Form> {
    prop_oneof![Just(Form::Subscriber), Just(Form::Layer)]
}

fn pattern() -> impl Strategy<Value = Option<Regex>> {
    let names = prop_oneof![Just("^a$"), Just("[bc]"), Just("^d$")];
    proptest::option::weighted(0.3, names.prop_map(|name| Regex::new(name).expect("a pattern")))
}

prop_compose! {
    fn selection()(
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

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]

    /// [T61] Every moment in which a lane has anything entered is in every total, once.
    #[test]
    fn all_views_share_the_time_in_which_anything_was_entered(form in form(), steps in steps()) {
        let machine = run(form, &steps);
        let (spans, segments) = (machine.spans, machine.segments);
        let (recording, entered_ns) = machine.finish();
        prop_assert_eq!(totals_agree(&recording, &Selection::default()), entered_ns);
        let replay = Replay::new(&recording, Selection::default());
        let rows = Statistics::of(&replay).expect("statistics").rows;
        prop_assert_eq!(rows.iter().map(|row| row.spans).sum::<u64>(), spans);
        prop_assert_eq!(rows.iter().map(|row| row.segments).sum::<u64>(), segments);
    }

    #[test]
    fn every_selection_means_the_same_in_all_views(
        form in form(),
        steps in steps(),
        selection in selection(),
    ) {
        let (recording, entered_ns) = run(form, &steps).finish();
        prop_assert!(totals_agree(&recording, &selection) <= entered_ns);
    }

    #[test]
    fn a_range_cut_in_two_adds_up(steps in steps(), at in 0u64..300) {
        let (recording, entered_ns) = run(Form::Subscriber, &steps).finish();
        let before = Selection { to_ns: Some(at), ..Selection::default() };
        let after = Selection { from_ns: Some(at), ..Selection::default() };
        let parts = totals_agree(&recording, &before) + totals_agree(&recording, &after);
        prop_assert_eq!(parts, entered_ns);
    }

    #[test]
    fn focus_and_ignore_share_the_time(steps in steps()) {
        let (recording, entered_ns) = run(Form::Subscriber, &steps).finish();
        let pattern = Regex::new("^a$").ok();
        let focus = Selection { focus: pattern.clone(), ..Selection::default() };
        let ignore = Selection { ignore: pattern, ..Selection::default() };
        let parts = totals_agree(&recording, &focus) + totals_agree(&recording, &ignore);
        prop_assert_eq!(parts, entered_ns);
    }

    #[test]
    fn a_request_is_its_chart(form in form(), steps in steps(), selection in selection()) {
        let (recording, _) = run(form, &steps).finish();
        let replay = Replay::new(&recording, selection);
        let requests = RequestTable::of(&replay).expect("requests");
        for request in requests.requests() {
            let chart = RequestChart::of(&replay, request.id, usize::MAX).expect("a chart");
            let chart = chart.expect("a request that is in the table");
            prop_assert_eq!(&chart.request, request);
            prop_assert_eq!(chart.left_out, 0);
            prop_assert_eq!(chart.spans.iter().map(|span| span.self_ns).sum::<u64>(), request.work_ns);
            prop_assert!(request.busy_ns + request.idle_ns == request.lifetime_ns);
            for (index, span) in chart.spans.iter().enumerate() {
                prop_assert!(span.row < chart.rows);
                let under = |parent: usize| parent < index && chart.spans[parent].row < span.row;
                prop_assert!(span.parent.map_or(index == 0, under));
                for other in &chart.spans[index + 1..] {
                    let overlap = span.start_ns < other.end_ns && other.start_ns < span.end_ns;
                    prop_assert!(!overlap || span.row != other.row);
                }
            }
        }
    }

    #[test]
    fn bars_of_one_depth_do_not_overlap(steps in steps(), resolution_ns in 0u64..20) {
        let (recording, entered_ns) = run(Form::Subscriber, &steps).finish();
        let replay = Replay::new(&recording, Selection::default());
        let timeline = Timeline::of(&replay, resolution_ns).expect("a timeline");
        let mut covered_ns = 0;
        for lane in &timeline.lanes {
            let mut ends = vec![0; lane.depth];
            for bar in &lane.bars {
                prop_assert!(bar.start_ns >= ends[bar.depth] && bar.end_ns >= bar.start_ns);
                prop_assert!(bar.busy_ns <= bar.end_ns - bar.start_ns);
                ends[bar.depth] = bar.end_ns;
            }
            // What is entered is covered by the bars, however they are merged.
            covered_ns += union_ns(lane.bars.iter().map(|bar| (bar.start_ns, bar.end_ns)));
        }
        prop_assert!(covered_ns >= entered_ns);
        prop_assert!(resolution_ns > 0 || covered_ns == entered_ns);
    }

    #[test]
    fn the_same_recording_gives_the_same_tree(steps in steps()) {
        let (recording, _) = run(Form::Subscriber, &steps).finish();
        let replay = Replay::new(&recording, Selection::default());
        let [one, two] = [0, 1].map(|_| CallTree::of(&replay, Stacks::Span).expect("a call tree"));
        prop_assert_eq!(one.nodes(), two.nodes());
        let totals = one.totals(Weight::Busy);
        for (index, node) in one.nodes().iter().enumerate().skip(1) {
            prop_assert!(node.parent < index && totals[node.parent] >= totals[index]);
        }
    }
}

/// The length of overlapping times, in the order of their start.
fn union_ns(times: impl Iterator<Item = (u64, u64)>) -> u64 {
    let mut reached = 0;
    times.fold(0, |total, (start, end)| {
        let new_ns = end.saturating_sub(reached.max(start));
        reached = reached.max(end);
        total + new_ns
    })
}
