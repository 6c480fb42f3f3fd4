//! What collecting costs beside the threads that make spans, and what a span takes on disk.
//!
//! One thread makes spans at full speed; the collector has the other core. Its CPU time is the
//! process's without that of the thread, from the first span until the file is finished. Sizes are
//! those of the finished files.

use spanfire_benches::{
    arm::Arm,
    child::{self, Figures},
    command_line::CommandLine,
    program::Program,
    rounds::{Rounds, interleave},
    table::{Table, figure},
    usage,
};
use spanfire_recording::Recording;
use spanfire_views::{Replay, Selection, Summary};
use std::fs;

const ARMS: [Arm; 4] = [Arm::Subscriber, Arm::Layer, Arm::Flame, Arm::Chrome];

fn main() {
    match child::words() {
        Some(words) => measure(&words),
        None => compare(&CommandLine::of_process()),
    }
}

/// In the child.
fn measure(words: &[String]) {
    let [arm, program, part] = words else { panic!("arm, program, part") };
    let arm = Arm::named(arm).expect("an arm");
    let part: u64 = part.parse().expect("a number");
    let program = Program::named(program).expect("a program");
    let ours = matches!(arm, Arm::Subscriber | Arm::Layer);
    let installed = arm.install();
    let (process, thread) = (usage::process_cpu_ns(), usage::thread_cpu_ns());
    let spans = program.run(if ours { 8_000_000 } else { 800_000 } / part);
    let producer = usage::thread_cpu_ns() - thread;
    let file = installed.finish();
    let collector = (usage::process_cpu_ns() - process) - (usage::thread_cpu_ns() - thread);
    let bytes = fs::metadata(&file).expect("the arm's file").len();
    if ours {
        check(&Recording::open(&file).expect("a recording"), spans);
    }
    let _ = fs::remove_file(&file);
    let spans = spans as f64;
    let mut figures = Figures::default();
    figures.set("producer", producer as f64 / spans);
    figures.set("collector", collector as f64 / spans);
    figures.set("share", 100.0 * collector as f64 / producer as f64);
    figures.set("bytes", bytes as f64 / spans);
    figures.print();
}

/// Bytes per span mean nothing if spans are missing.
fn check(recording: &Recording, spans: u64) {
    let replay = Replay::new(recording, Selection::default());
    let summary = Summary::of(&replay).expect("a sound recording");
    assert_eq!((summary.spans, summary.lost_events), (spans, 0));
}

/// In the parent.
fn compare(line: &CommandLine) {
    let part = if line.quick { "8" } else { "1" };
    let arms = line.chosen(ARMS, Arm::name);
    let programs = line.chosen(Program::ALL, Program::name);
    let cases: Vec<(Program, Arm)> =
        programs.iter().flat_map(|&of| arms.iter().map(move |&arm| (of, arm))).collect();
    let rounds = line.rounds.unwrap_or(if line.quick { 3 } else { 5 });
    let results = interleave(&cases, rounds, |(program, arm)| {
        child::run(&[arm.name(), program.name(), part])
    });
    for program in programs {
        let of = cases.iter().zip(&results).filter(|((of, _), _)| *of == program);
        print(program, of.map(|((_, arm), rounds)| (*arm, rounds)));
    }
}

fn print<'a>(program: Program, results: impl Iterator<Item = (Arm, &'a Rounds)>) {
    let columns = ["producer, CPU ns", "collector, CPU ns", "share, %", "bytes"];
    let mut table = Table::new("per span", columns);
    for (arm, rounds) in results {
        let cells = ["producer", "collector", "share", "bytes"];
        table.row(arm.name(), cells.map(|key| figure(rounds.least(key))));
    }
    table.print(&format!("Collecting, {}: least of the rounds", program.name()));
}
