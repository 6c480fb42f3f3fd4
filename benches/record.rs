//! What a span costs the thread that makes it.
//!
//! Five bodies on one and two threads under every [`Arm`]; each in its own process, see
//! `spanfire_benches`. A process warms up (a thread's first spans, page faults, the branch
//! predictor), then measures one stretch of about a tenth of a second. With two threads both cores
//! of a two-core machine are busy, and a collector takes its time from them.

#[path = "record/costs.rs"]
mod costs;
#[path = "record/ratios.rs"]
mod ratios;

use costs::{Case, Costs, Figure};
use spanfire_benches::{
    arm::Arm,
    bodies::Body,
    child::{self, Figures},
    command_line::CommandLine,
    rounds::interleave,
    usage,
};
use std::{sync::Barrier, thread, time::Instant};

fn main() {
    match child::words() {
        Some(words) => measure(&Case::from_words(&words)),
        None => compare(&CommandLine::of_process()),
    }
}

/// Spans of the cold stretch: a program's first ones.
const COLD: u64 = 100_000;

/// In the child: a cold stretch, the warm-up, the measured stretch.
fn measure(case: &Case) {
    let installed = case.arm.install();
    let spans = case.arm.spans() / case.part;
    let barrier = Barrier::new(case.threads);
    let stretches = thread::scope(|scope| {
        let workers: Vec<_> = (0..case.threads)
            .map(|_| {
                scope.spawn(|| {
                    let cold = stretch(case, COLD, &barrier);
                    let _warm = stretch(case, spans / 3, &barrier);
                    [cold, stretch(case, spans, &barrier)]
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().expect("a worker")).collect::<Vec<_>>()
    });
    let mean = |figure: fn(&[Stretch; 2]) -> f64| {
        stretches.iter().map(figure).sum::<f64>() / case.threads as f64
    };
    let mut figures = Figures::default();
    figures.set("cold", mean(|[cold, _]| cold.ns));
    figures.set("wall", mean(|[_, steady]| steady.ns));
    figures.set("cpu", mean(|[_, steady]| steady.cpu_ns));
    figures.print();
    installed.exit();
}

/// Per span.
struct Stretch {
    ns: f64,
    cpu_ns: f64,
}

fn stretch(case: &Case, spans: u64, barrier: &Barrier) -> Stretch {
    barrier.wait();
    let (start, cpu) = (Instant::now(), usage::thread_cpu_ns());
    case.arm.run(case.body, spans);
    let cpu = usage::thread_cpu_ns() - cpu;
    let spans = spans as f64;
    Stretch { ns: start.elapsed().as_nanos() as f64 / spans, cpu_ns: cpu as f64 / spans }
}

/// In the parent.
fn compare(line: &CommandLine) {
    let arms = line.chosen(Arm::ALL, Arm::name);
    let bodies = line.chosen(Body::ALL, Body::name);
    let part = if line.quick { 4 } else { 1 };
    let mut cases = Vec::new();
    for (&body, threads) in bodies.iter().flat_map(|body| [(body, 1), (body, 2)]) {
        cases.extend(arms.iter().map(|&arm| Case { arm, body, threads, part }));
    }
    let rounds = line.rounds.unwrap_or(if line.quick { 3 } else { 9 });
    let results =
        interleave(&cases, rounds, |case| child::run(&case.words().each_ref().map(String::as_str)));
    let costs = Costs { arms, bodies, cases, results };
    let figure = if line.cpu { Figure::Cpu } else { Figure::Wall };
    costs.print(figure, 1);
    costs.print(figure, 2);
    costs.print(Figure::Cold, 1);
    ratios::print(&costs, figure);
}
