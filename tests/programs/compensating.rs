//! A program that does work of a known cost, with spans around it and without, and says what its
//! recording makes of it.
//!
//! Each run is work in leaves under a chain of spans under one parent. It takes turns: once without a
//! span, which is the truth, once with them, once without again. Of each the fastest round counts. A line
//! is `depth leaf-ns truth-ns other-truth-ns raw-ns low-ns high-ns slower-permille`; the last says how
//! much slower, or faster, the processor was than when the recorder measured its cost.

use spanfire::Recorder;
use spanfire_tests::work;
use spanfire_views::{Ledger, Replay, RequestTable, Selection};
use std::time::Instant;
use tracing::info_span;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

const USAGE: &str = "compensating subscriber|layer";
const DEPTHS: [u32; 4] = [1, 2, 3, 4];
const LEAVES_NS: [u64; 4] = [200, 600, 2_000, 10_000];
/// How long a round is about, without spans.
const ROUND_NS: u64 = 40_000;
const ROUNDS: usize = 12;
const REPEATS: usize = 2;

fn main() {
    let pace_before = Pace::measured();
    let recorder = Recorder::builder().in_memory();
    let guard = match std::env::args().nth(1).as_deref() {
        Some("subscriber") => {
            let (subscriber, guard) = recorder.subscriber().expect("a recorder");
            tracing::subscriber::set_global_default(subscriber).expect("no other");
            guard
        }
        Some("layer") => {
            let (layer, guard) = recorder.layer().expect("a recorder");
            tracing_subscriber::registry().with(layer).init();
            guard
        }
        _ => panic!("{USAGE}"),
    };
    let paces = [pace_before, Pace::measured()];
    let steps_in_1_us = paces[1].steps_in_1_us();
    let runs: Vec<Run> = (0..REPEATS)
        .flat_map(|_| DEPTHS)
        .flat_map(|depth| LEAVES_NS.map(|leaf_ns| (depth, leaf_ns)))
        .map(|(depth, leaf_ns)| run(depth, leaf_ns, leaf_ns * steps_in_1_us / 1_000))
        .collect();
    let recording = guard.finish().expect("a recording");
    let roots = RequestTable::of(&Replay::new(&recording, Selection::default())).expect("roots");
    for (run, rounds) in runs.iter().zip(roots.requests().chunks(ROUNDS)) {
        let fastest = rounds.iter().min_by_key(|round| round.lifetime_ns).expect("rounds");
        let (from, length) = (fastest.start_ns, fastest.lifetime_ns);
        let selection = Selection {
            from_ns: Some(from),
            to_ns: Some(from + length + 1),
            ..Selection::default()
        };
        let ledger = Ledger::of(&Replay::new(&recording, selection)).expect("a ledger");
        let busy = ledger.expect("a probe cost").total.busy;
        let Run { depth, leaf_ns, truth_ns: [one, other], pace } = run;
        let slower = paces.map(|then| pace.permille_slower_than(then)).into_iter().max();
        println!(
            "{depth} {leaf_ns} {one} {other} {} {} {} {}",
            busy.raw_ns,
            busy.low_ns,
            busy.high_ns,
            slower.unwrap_or_default()
        );
    }
}

struct Run {
    depth: u32,
    leaf_ns: u64,
    /// Measured twice.
    truth_ns: [u64; 2],
    pace: Pace,
}

fn run(depth: u32, leaf_ns: u64, steps: u64) -> Run {
    let leaves = ROUND_NS / leaf_ns;
    let mut truth_ns = [u64::MAX; 2];
    let mut pace = Pace { ns: u64::MAX };
    for _ in 0..ROUNDS {
        truth_ns[0] = truth_ns[0].min(time(|| round::<false>(leaves, depth, steps)));
        {
            let _parent = info_span!("parent").entered();
            round::<true>(leaves, depth, steps);
        }
        truth_ns[1] = truth_ns[1].min(time(|| round::<false>(leaves, depth, steps)));
        pace = pace.min(Pace::of_a_moment());
    }
    Run { depth, leaf_ns, truth_ns, pace }
}

#[inline(never)]
fn round<const SPANS: bool>(leaves: u64, depth: u32, steps: u64) {
    for _ in 0..leaves {
        level::<SPANS>(depth, steps);
    }
}

#[inline(never)]
fn level<const SPANS: bool>(depth: u32, steps: u64) {
    let _level = SPANS.then(|| info_span!("level").entered());
    match depth {
        1 => _ = work(steps),
        _ => level::<SPANS>(depth - 1, steps),
    }
}

fn time(body: impl FnOnce()) -> u64 {
    let before = Instant::now();
    body();
    before.elapsed().as_nanos() as u64
}

/// How fast the processor is: what the same work takes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Pace {
    ns: u64,
}

impl Pace {
    const STEPS: u64 = 20_000;

    fn of_a_moment() -> Self {
        Self { ns: time(|| _ = work(Self::STEPS)).max(1) }
    }

    fn measured() -> Self {
        (0..100).map(|_| Self::of_a_moment()).min().expect("a hundred")
    }

    fn steps_in_1_us(self) -> u64 {
        Self::STEPS * 1_000 / self.ns
    }

    /// In either direction.
    fn permille_slower_than(self, other: Self) -> u64 {
        self.ns.abs_diff(other.ns) * 1_000 / other.ns
    }
}
