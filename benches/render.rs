//! Recording to SVG, against the way of `tracing-flame` and `inferno-flamegraph`, on the same spans.
//!
//! One process runs a program through both layers at once, so that both files hold the same spans.
//! Then each way draws its file, in a process of its own.

use inferno::flamegraph::{Options, from_reader};
use spanfire_benches::{
    child::{self, Figures},
    command_line::CommandLine,
    program::Program,
    rounds::{Rounds, interleave},
    scratch,
    table::{Table, figure},
    usage,
};
use spanfire_recording::Recording;
use spanfire_render::{FlamegraphOptions, flamegraph};
use spanfire_views::{CallTree, Replay, Selection, Stacks};
use std::{
    fs::{self, File},
    io::{BufReader, BufWriter, Write},
    time::Instant,
};
use tracing_subscriber::prelude::*;

fn main() {
    let words = child::words();
    let words: Option<Vec<&str>> =
        words.as_ref().map(|words| words.iter().map(String::as_str).collect());
    match words.as_deref() {
        Some(["record", program, recording, folded, spans]) => {
            let program = Program::named(program).expect("a program");
            record(program, recording, folded, spans.parse().expect("a number"));
        }
        Some([OURS, file, svg]) => measure(svg, |svg| draw_recording(file, svg)),
        Some([THEIRS, file, svg]) => measure(svg, |svg| draw_folded(file, svg)),
        _ => compare(&CommandLine::of_process()),
    }
}

const OURS: &str = "spanfire";
const THEIRS: &str = "tracing-flame, inferno";

/// In a child: makes both files.
fn record(program: Program, recording: &str, folded: &str, spans: u64) {
    let (layer, guard) =
        spanfire::Recorder::builder().output(recording).layer().expect("a recorder");
    let (flame, flame_guard) = tracing_flame::FlameLayer::with_file(folded).expect("a file");
    tracing_subscriber::registry().with(layer).with(flame).init();
    let spans = program.run(spans);
    guard.finish().expect("a recording");
    flame_guard.flush().expect("a whole file");
    let mut figures = Figures::default();
    figures.set("spans", spans as f64);
    figures.print();
}

/// In a child: draws one file.
fn measure(svg: &str, draw: impl FnOnce(&mut dyn Write)) {
    let start = Instant::now();
    let mut sink = BufWriter::new(File::create(svg).expect("a file"));
    draw(&mut sink);
    sink.flush().expect("a whole picture");
    let mut figures = Figures::default();
    figures.set("seconds", start.elapsed().as_secs_f64());
    figures.set("memory", usage::peak_memory_bytes().unwrap_or(0) as f64 / 1e6);
    figures.print();
}

fn draw_recording(file: &str, svg: &mut dyn Write) {
    let recording = Recording::open(file).expect("a recording");
    let replay = Replay::new(&recording, Selection::default());
    let tree = CallTree::of(&replay, Stacks::Thread).expect("a sound recording");
    flamegraph(&tree, &FlamegraphOptions::default(), svg).expect("a picture");
}

fn draw_folded(file: &str, svg: &mut dyn Write) {
    let lines = BufReader::new(File::open(file).expect("a folded file"));
    from_reader(&mut Options::default(), lines, svg).expect("a picture");
}

/// In the parent.
fn compare(line: &CommandLine) {
    for program in line.chosen([Program::Nested, Program::Service], Program::name) {
        compare_on(program, line);
    }
}

fn compare_on(program: Program, line: &CommandLine) {
    let files = ["recording", "folded", "svg"].map(scratch::file);
    let [recording, folded, svg] =
        files.each_ref().map(|file| file.to_str().expect("a path in UTF-8"));
    let spans = if line.quick { "750000" } else { "7500000" };
    let spans = child::run(&["record", program.name(), recording, folded, spans]).get("spans");
    let ways = [(OURS, recording), (THEIRS, folded)];
    let rounds = line.rounds.unwrap_or(3);
    let results = interleave(&ways, rounds, |(way, file)| child::run(&[way, file, svg]));
    print(&format!("{}: {spans} spans", program.name()), &ways, &results);
    for file in files {
        let _ = fs::remove_file(file);
    }
}

fn print(what: &str, ways: &[(&str, &str)], results: &[Rounds]) {
    let mut table = Table::new("way", ["file, MB", "s", "peak memory, MB"]);
    for ((way, file), rounds) in ways.iter().zip(results) {
        let megabytes = fs::metadata(file).map_or(0.0, |file| file.len() as f64 / 1e6);
        let seconds = format!("{:.3}", rounds.least("seconds"));
        table.row(way, [figure(megabytes), seconds, figure(rounds.median("memory"))]);
    }
    if let [ours, theirs] = results {
        let ratio = |key| figure(theirs.least(key) / ours.least(key));
        table.row("theirs ÷ ours", [String::new(), ratio("seconds"), ratio("memory")]);
    }
    table.print(&format!("{what} to SVG, least of the rounds"));
}
