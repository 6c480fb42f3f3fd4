//! What a recording costs to read: file to view, as the `spanfire` command does it.
//!
//! A child records the service program once; each view is then made in a process of its own, whose
//! peak memory counts.

use spanfire_benches::{
    child::{self, Figures},
    command_line::CommandLine,
    rounds::interleave,
    scratch,
    table::{Table, figure},
    usage,
};
use spanfire_recording::Recording;
use spanfire_views::{
    CallTree, Replay, RequestTable, Selection, Stacks, Statistics, Summary, Timeline,
};
use std::{fs, hint::black_box, time::Instant};

/// What is made of the recording.
#[derive(Clone, Copy, PartialEq)]
enum View {
    Open,
    Summary,
    TreeOfThreads,
    TreeOfSpans,
    Statistics,
    Requests,
    Timeline,
}

impl View {
    const ALL: [View; 7] = [
        View::Open,
        View::Summary,
        View::TreeOfThreads,
        View::TreeOfSpans,
        View::Statistics,
        View::Requests,
        View::Timeline,
    ];

    fn name(self) -> &'static str {
        match self {
            View::Open => "open",
            View::Summary => "summary",
            View::TreeOfThreads => "tree-thread",
            View::TreeOfSpans => "tree-span",
            View::Statistics => "statistics",
            View::Requests => "requests",
            View::Timeline => "timeline",
        }
    }

    fn make(self, replay: &Replay<'_>) -> Result<(), spanfire_recording::Error> {
        match self {
            View::Open => {}
            View::Summary => drop(black_box(Summary::of(replay)?)),
            View::TreeOfThreads => drop(black_box(CallTree::of(replay, Stacks::Thread)?)),
            View::TreeOfSpans => drop(black_box(CallTree::of(replay, Stacks::Span)?)),
            View::Statistics => drop(black_box(Statistics::of(replay)?)),
            View::Requests => drop(black_box(RequestTable::of(replay)?)),
            View::Timeline => {
                let range = Timeline::range_of(replay);
                let resolution_ns = spanfire_render::chart_resolution_ns(&range);
                drop(black_box(Timeline::of(replay, resolution_ns)?));
            }
        }
        Ok(())
    }
}

fn main() {
    let words = child::words();
    let words: Option<Vec<&str>> =
        words.as_ref().map(|words| words.iter().map(String::as_str).collect());
    match words.as_deref() {
        Some(["record", file, spans]) => child::record_service(file, spans),
        Some(["read", file, view]) => measure(file, view),
        _ => compare(&CommandLine::of_process()),
    }
}

/// In a child: makes one view.
fn measure(file: &str, view: &str) {
    let view = View::ALL.into_iter().find(|of| of.name() == view).expect("a view");
    let (start, cpu) = (Instant::now(), usage::process_cpu_ns());
    let recording = Recording::open(file).expect("a recording");
    view.make(&Replay::new(&recording, Selection::default())).expect("a sound recording");
    let mut figures = Figures::default();
    figures.set("seconds", start.elapsed().as_secs_f64());
    figures.set("cpu", (usage::process_cpu_ns() - cpu) as f64 / 1e9);
    figures.set("memory", usage::peak_memory_bytes().unwrap_or(0) as f64 / 1e6);
    figures.print();
}

/// In the parent.
fn compare(line: &CommandLine) {
    let file = scratch::file("read");
    let path = file.to_str().expect("a path in UTF-8");
    let spans = if line.quick { "750000" } else { "7500000" };
    let spans = child::run(&["record", path, spans]).get("spans");
    let bytes = fs::metadata(&file).expect("the recording").len();
    let views = line.chosen(View::ALL, View::name);
    let rounds = line.rounds.unwrap_or(if line.quick { 3 } else { 5 });
    let results = interleave(&views, rounds, |view| child::run(&["read", path, view.name()]));
    let _ = fs::remove_file(&file);
    let columns = ["s", "CPU s", "million spans per s", "peak memory, MB"];
    let mut table = Table::new("view", columns);
    for (view, rounds) in views.iter().zip(&results) {
        let seconds = rounds.least("seconds");
        let speed = match view {
            View::Open => String::new(),
            _ => figure(spans / seconds / 1e6),
        };
        let [cpu, memory] = [rounds.least("cpu"), rounds.median("memory")].map(figure);
        table.row(view.name(), [format!("{seconds:.3}"), cpu, speed, memory]);
    }
    let megabytes = bytes as f64 / 1e6;
    table.print(&format!("A recording of {spans} spans, {megabytes:.1} MB: least of the rounds"));
}
