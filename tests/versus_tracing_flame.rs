//! tracing-flame beside us in the same process: the same where it is right, and shown where not.

use spanfire::Recorder;
use spanfire_recording::Recording;
use spanfire_views::{CallTree, Names, Replay, Selection, Stacks, Statistics, Weight};
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tracing::{Dispatch, Subscriber, info_span, span};
use tracing_flame::FlameLayer;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

/// Self time in ns by stack, frames joined by `;`.
type Stacked = BTreeMap<String, u64>;

/// What both tools made of one run.
struct Compared {
    flame: Stacked,
    ours: Stacked,
    recording: Recording,
    /// No reading of one tool's clock is further from the other's than these add up to.
    noise_ns: u64,
}

/// Runs `program` under both, ours with the stacks tracing-flame has: by parent.
fn compare(program: impl FnOnce()) -> Compared {
    let lines = Lines::default();
    let bracket = Bracket::default();
    let flame = FlameLayer::new(lines.clone())
        .with_threads_collapsed(true)
        .with_module_path(false)
        .with_file_and_line(false);
    let (layer, guard) = Recorder::builder().in_memory().layer().expect("a recorder");
    let subscriber = tracing_subscriber::registry()
        .with(Opening(bracket.clone()))
        .with(flame)
        .with(layer)
        .with(Closing(bracket.clone()));
    tracing::dispatcher::with_default(&Dispatch::new(subscriber), program);
    let recording = guard.finish().expect("a recording");
    let noise_ns = bracket.0.lock().expect("a bracket").width.as_nanos() as u64;
    Compared { flame: lines.stacked(), ours: stacked(&recording), recording, noise_ns }
}

fn stacked(recording: &Recording) -> Stacked {
    let replay = Replay::new(recording, Selection::default());
    let tree = CallTree::of(&replay, Stacks::Span).expect("a tree");
    let mut labels: Vec<String> = Vec::new();
    let mut stacked = Stacked::new();
    for node in tree.nodes() {
        let above = labels.get(node.parent).map_or("", String::as_str);
        let frame = node.frame.map(|frame| tree.label(frame, Names::Name)).unwrap_or_default();
        let label = if above.is_empty() { frame } else { format!("{above};{frame}") };
        if !label.is_empty() {
            *stacked.entry(label.clone()).or_default() += node.own(Weight::Busy);
        }
        labels.push(label);
    }
    stacked
}

/// What tracing-flame writes: `all-threads; a; b 1234`.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("lines").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Lines {
    /// The lines added up by stack, without the time outside every span.
    fn stacked(&self) -> Stacked {
        let bytes = self.0.lock().expect("lines").clone();
        let mut stacked = Stacked::new();
        for line in String::from_utf8(bytes).expect("text").lines() {
            let (stack, ns) = line.rsplit_once(' ').expect("a stack and a number");
            let Some(stack) = stack.strip_prefix("all-threads; ") else { continue };
            let ns: u64 = ns.parse().expect("a number");
            *stacked.entry(stack.replace("; ", ";")).or_default() += ns;
        }
        stacked
    }
}

/// Two layers around the compared ones: between a callback of the first and the same callback of
/// the second, both tools read their clocks.
#[derive(Clone, Default)]
struct Bracket(Arc<Mutex<Width>>);

#[derive(Default)]
struct Width {
    opened: Option<Instant>,
    width: Duration,
}

impl Bracket {
    fn open(&self) {
        self.0.lock().expect("a bracket").opened = Some(Instant::now());
    }

    fn close(&self) {
        let now = Instant::now();
        let mut state = self.0.lock().expect("a bracket");
        if let Some(opened) = state.opened.take() {
            state.width += now - opened;
        }
    }
}

struct Opening(Bracket);
struct Closing(Bracket);

impl<S: Subscriber> Layer<S> for Opening {
    fn on_enter(&self, _: &span::Id, _: Context<'_, S>) {
        self.0.open();
    }

    fn on_exit(&self, _: &span::Id, _: Context<'_, S>) {
        self.0.open();
    }
}

impl<S: Subscriber> Layer<S> for Closing {
    fn on_enter(&self, _: &span::Id, _: Context<'_, S>) {
        self.0.close();
    }

    fn on_exit(&self, _: &span::Id, _: Context<'_, S>) {
        self.0.close();
    }
}

/// Keeps the thread busy for at least `time`.
fn busy(time: Duration) {
    let start = Instant::now();
    while start.elapsed() < time {
        std::hint::spin_loop();
    }
}

const LONG: Duration = Duration::from_millis(20);
const SHORT: Duration = Duration::from_micros(500);

/// What of `time`, kept by the system's clock, ours must have at least: the two are calibrated
/// against each other and run apart by less than a thousandth.
fn calibrated(time: Duration) -> u64 {
    (time.as_nanos() as u64) / 1_000 * 999
}

/// Σ self in ns, and whether the views agree on it.
#[track_caller]
fn conserved_ns(compared: &Compared) -> u64 {
    let replay = Replay::new(&compared.recording, Selection::default());
    let top = Statistics::of(&replay).expect("statistics").total_self_ns;
    assert_eq!(compared.ours.values().sum::<u64>(), top);
    top
}

#[test]
fn on_a_synchronous_program_both_have_the_same_stacks_and_times() {
    let compared = compare(|| {
        for _ in 0..10 {
            let _outer = info_span!("outer").entered();
            busy(SHORT);
            for _ in 0..2 {
                let _inner = info_span!("inner").entered();
                busy(SHORT);
                info_span!("leaf").in_scope(|| busy(SHORT));
            }
            info_span!("leaf").in_scope(|| busy(SHORT));
            busy(SHORT);
        }
    });
    let ours: Vec<_> = compared.ours.keys().collect();
    let flame: Vec<_> = compared.flame.keys().collect();
    assert_eq!(ours, ["outer", "outer;inner", "outer;inner;leaf", "outer;leaf"]);
    assert_eq!(ours, flame);
    let total = conserved_ns(&compared);
    assert!(compared.noise_ns < total / 2, "too noisy to compare: {} ns", compared.noise_ns);
    for (stack, ns) in &compared.ours {
        // Two clocks, calibrated against each other, may also run apart by a thousandth.
        let allowed = compared.noise_ns + ns / 1_000;
        let theirs = compared.flame[stack];
        assert!(ns.abs_diff(theirs) <= allowed, "{stack}: {ns} and {theirs}, ± {allowed} ns");
    }
}

/// [T60] A thread's first event has no event before it; tracing-flame takes the time since the
/// program's start for work of the parent.
#[test]
fn a_thread_born_late_has_done_nothing_before() {
    let mut thread_time = Duration::ZERO;
    let compared = compare(|| {
        let parent = info_span!("parent");
        busy(LONG);
        let dispatch = tracing::dispatcher::get_default(Dispatch::clone);
        let late = std::thread::spawn(move || {
            let start = Instant::now();
            tracing::dispatcher::with_default(&dispatch, || {
                info_span!(parent: &parent, "late").in_scope(|| busy(SHORT));
            });
            start.elapsed()
        });
        thread_time = late.join().expect("the late thread");
    });
    assert!(u128::from(compared.flame["parent"]) >= LONG.as_nanos(), "{:?}", compared.flame);
    assert_eq!(compared.ours.get("parent").copied().unwrap_or(0), 0, "it was never entered");
    assert!(
        calibrated(Duration::from_nanos(conserved_ns(&compared))) <= thread_time.as_nanos() as u64
    );
}

/// [T6] While two spans are entered the inner one runs, whichever is left first; tracing-flame
/// gives the time to the one that is left.
#[test]
fn spans_left_out_of_order_keep_their_own_time() {
    let compared = compare(|| {
        let first = info_span!("first");
        let entered_first = first.enter();
        let second = info_span!("second");
        let entered_second = second.enter();
        busy(LONG);
        drop(entered_first);
        busy(SHORT);
        drop(entered_second);
    });
    let long = LONG.as_nanos() as u64;
    assert!(compared.flame["first"] >= long, "{:?}", compared.flame);
    assert!(compared.ours["first;second"] >= calibrated(LONG), "{:?}", compared.ours);
    assert!(compared.ours["first"] < calibrated(LONG), "{:?}", compared.ours);
    conserved_ns(&compared);
}

/// What lies between two polls of a child is work of nobody; tracing-flame gives it to the parent.
#[test]
fn the_gap_between_two_polls_is_nobodys_work() {
    let compared = compare(|| {
        let parent = info_span!("parent");
        let child = info_span!(parent: &parent, "child");
        child.in_scope(|| busy(SHORT));
        busy(LONG);
        child.in_scope(|| busy(SHORT));
    });
    assert!(u128::from(compared.flame["parent"]) >= LONG.as_nanos(), "{:?}", compared.flame);
    assert_eq!(compared.ours.get("parent").copied().unwrap_or(0), 0, "it was never entered");
    assert!(compared.ours["parent;child"] >= calibrated(2 * SHORT), "{:?}", compared.ours);
    conserved_ns(&compared);
}
