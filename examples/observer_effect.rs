//! Where each instrument fails: spans from 50 ns to 1 ms, often and rarely, against the truth.
//!
//! The program spins in spans of seven lengths, once for about 100 ms each and once for about
//! 0.2 ms, or a single one. First without a recorder, which gives the truth, then recorded. The recording holds raw times,
//! and what recording a span cost, so that it can be taken out again; and from its exact timeline
//! follows what samplers would have said.
//!
//! What to look at, in the table that it prints: raw spans are far too long where spans are short, however
//! much time is spent in them; samplers are wrong or blind where little time is spent, however long the
//! spans. Short and rare is what neither sees. `observer_effect.scatter.svg` shows the same as a picture.

use pictures::Failure;
use spanfire_render::duration;
use spanfire_views::{
    Belief, Reading, Replay, Sampled, SampledFrame, SamplingEstimate, SamplingOptions, Selection,
    Stacks,
};
use std::hint::black_box;
use std::time::Instant;
use tracing::info_span;

/// The rate of which the last column speaks: the second of the default ones.
const RATE: usize = 1;

fn main() -> Result<(), Failure> {
    let turns_per_us = turns_per_us();
    let truth = truth(turns_per_us);
    let guard = pictures::recorder("observer_effect")?.init()?;
    run(turns_per_us, |_, _| {});
    let Some(recording) = pictures::finished(guard)? else { return Ok(()) };

    let replay = Replay::new(&recording, Selection::default());
    let estimate = SamplingEstimate::of(&replay, &SamplingOptions::default())?;
    print(&estimate, &truth);
    pictures::draw(&recording, "observer_effect", Stacks::Thread)?;
    pictures::draw_scatter(&estimate, "observer_effect")
}

// The workload.

/// Runs a batch: a span around as many short spans as make up its time.
macro_rules! batch {
    ($measured:ident, $turns_per_us:ident, $name:literal, $length_ns:literal, $spans:literal) => {{
        let turns = $turns_per_us * $length_ns / 1_000;
        let start = Instant::now();
        info_span!($name).in_scope(|| {
            for _ in 0..$spans {
                info_span!("spin").in_scope(|| spin(turns));
            }
        });
        $measured($name, start.elapsed().as_nanos() as u64);
    }};
}

fn run(turns_per_us: u64, mut measured: impl FnMut(&'static str, u64)) {
    batch!(measured, turns_per_us, "50 ns, often", 50, 2_000_000);
    batch!(measured, turns_per_us, "200 ns, often", 200, 500_000);
    batch!(measured, turns_per_us, "1 µs, often", 1_000, 100_000);
    batch!(measured, turns_per_us, "5 µs, often", 5_000, 20_000);
    batch!(measured, turns_per_us, "20 µs, often", 20_000, 5_000);
    batch!(measured, turns_per_us, "100 µs, often", 100_000, 1_000);
    batch!(measured, turns_per_us, "1 ms, often", 1_000_000, 100);
    batch!(measured, turns_per_us, "50 ns, rarely", 50, 4_000);
    batch!(measured, turns_per_us, "200 ns, rarely", 200, 1_000);
    batch!(measured, turns_per_us, "1 µs, rarely", 1_000, 200);
    batch!(measured, turns_per_us, "5 µs, rarely", 5_000, 40);
    batch!(measured, turns_per_us, "20 µs, rarely", 20_000, 10);
    batch!(measured, turns_per_us, "100 µs, rarely", 100_000, 2);
    batch!(measured, turns_per_us, "1 ms, rarely", 1_000_000, 1);
}

/// Work whose length is known: each turn waits for the one before.
fn spin(turns: u64) {
    let mut state = black_box(turns);
    for _ in 0..turns {
        state = (state ^ (state >> 29)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    black_box(state);
}

/// What each batch takes without a recorder, the least disturbed of several times.
fn truth(turns_per_us: u64) -> Vec<(&'static str, u64)> {
    let mut truth: Vec<(&'static str, u64)> = Vec::new();
    for _ in 0..3 {
        run(turns_per_us, |name, ns| match truth.iter_mut().find(|(known, _)| *known == name) {
            Some((_, least)) => *least = ns.min(*least),
            None => truth.push((name, ns)),
        });
    }
    truth
}

/// The turns in a microsecond, of the least disturbed of several tries.
fn turns_per_us() -> u64 {
    let turns = 1_000_000;
    let tries = (0..20).map(|_| {
        let start = Instant::now();
        spin(turns);
        start.elapsed().as_nanos() as u64
    });
    turns * 1_000 / tries.min().unwrap_or(1).max(1)
}

// The table.

fn print(estimate: &SamplingEstimate, truth: &[(&str, u64)]) {
    let hz = estimate.rates_hz();
    println!(
        "How wrong each instrument is, and which to believe (the sampler at {} Hz):\n",
        hz[RATE]
    );
    print!("{:14} {:>9} {:>9} {:>14}", "spans", "truth", "raw", "compensated");
    hz.iter().for_each(|hz| print!(" {:>9}", format!("{hz} Hz")));
    println!("   believe");
    for &(label, true_ns) in truth {
        let label_of = |frame| estimate.callsite(frame).name.as_str();
        let named = |name: &&SampledFrame| name.frame.map(label_of) == Some(label);
        let Some(name) = estimate.names().iter().find(named) else { continue };
        print!("{label:14} {:>9}", duration(true_ns));
        let (raw, compensated) = spans(&name.total, true_ns);
        print!(" {raw:>9} {compensated:>14}");
        for rate in 0..hz.len() {
            print!(" {:>9}", sampler(&estimate.reading(&name.total, rate)));
        }
        println!("   {}", believe(estimate.belief(&name.total, RATE)));
    }
    println!();
}

/// The error of the raw time, and that of the compensated one with its uncertainty.
fn spans(time: &Sampled, true_ns: u64) -> (String, String) {
    let (raw_ns, true_ns) = (time.busy_ns as f64, true_ns as f64);
    let ours_ns = time.probe_ns.unwrap_or_default();
    let compensated_ns = (raw_ns - ours_ns).max(0.0);
    let uncertainty = 100.0 * time.probe_doubt_ns.unwrap_or_default() / true_ns;
    let compensated = format!("{} ±{uncertainty:.0} %", error(compensated_ns / true_ns - 1.0));
    (format!("{} %", error(raw_ns / true_ns - 1.0)), compensated)
}

fn sampler(reading: &Reading) -> String {
    match reading.error {
        Some(error) if !reading.is_missed() => format!("{} %", self::error(error)),
        _ => "missed".to_owned(),
    }
}

fn error(relative: f64) -> String {
    format!("{:+.0}", 100.0 * relative)
}

fn believe(belief: Option<Belief>) -> &'static str {
    match belief {
        Some(Belief::Sampler) => "the sampler",
        Some(Belief::Spans) => "the spans",
        Some(Belief::Either) => "either",
        None => "–",
    }
}
