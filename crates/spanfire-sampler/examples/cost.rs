//! What a sample costs the thread that it is taken of: the gaps that it tears into a loop which does
//! nothing but read the clock, at some depths of the stack. As times, and in readings of the clock,
//! which compare better between machines. On a machine that does other things too, other gaps are longer:
//! the tenth of a hundred is a sample even then.
//!
//! Deep stacks show only in a program with frame pointers:
//!
//!     RUSTFLAGS=-Cforce-frame-pointers=yes cargo run --release -p spanfire-sampler --example cost

use spanfire_recording::Batch;
use spanfire_sampler::{Choice, Options, Sampler};
use std::{
    error::Error,
    hint::black_box,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

/// So often that most long gaps are samples.
const HZ: u32 = 4_999;
const TIME: Duration = Duration::from_secs(2);

/// No sample is shorter, and no reading of the clock this long.
const LONG: Duration = Duration::from_nanos(1_000);

fn main() -> Result<(), Box<dyn Error>> {
    println!(
        "{:8} {:>6} {:>7} {:>8} {:>8} {:>12} {:>11} {:>9}",
        "by", "depth", "frames", "samples", "gaps", "10th of 100", "50th of 100", "in reads"
    );
    for choice in [None, Some(Choice::Perf), Some(Choice::Signal)] {
        for depth in [1, 51, 101] {
            row(choice, depth)?;
        }
    }
    Ok(())
}

/// Gaps of one thread.
struct Gaps {
    long: Vec<Duration>,
    /// The usual distance of two readings.
    reading: Duration,
}

fn row(choice: Option<Choice>, depth: u32) -> Result<(), Box<dyn Error>> {
    let (gaps, frames) = match choice {
        None => (spin_on_a_thread(depth)?, Vec::new()),
        Some(choice) => sampled(choice, depth)?,
    };
    let mut long = gaps.long;
    long.sort();
    let quantile =
        |part: usize| long.get(long.len() * part / 100).copied().unwrap_or_default().as_nanos();
    println!(
        "{:8} {depth:>6} {:>7.1} {:>8} {:>8} {:>9} ns {:>8} ns {:>9.0}",
        choice.map_or("nothing".into(), |choice| format!("{choice:?}").to_lowercase()),
        frames.iter().sum::<usize>() as f64 / frames.len().max(1) as f64,
        frames.len(),
        long.len(),
        quantile(10),
        quantile(50),
        quantile(10) as f64 / gaps.reading.as_nanos().max(1) as f64,
    );
    Ok(())
}

/// The gaps of a thread that is sampled, and the frames of each sample.
fn sampled(choice: Choice, depth: u32) -> Result<(Gaps, Vec<usize>), Box<dyn Error>> {
    let (started, wait) = mpsc::channel();
    let (end, ended) = mpsc::channel::<()>();
    let collector = thread::spawn(move || {
        let mut options = Options::new(HZ);
        options.choice = choice;
        let sampler = Sampler::start(options);
        let refused = sampler.as_ref().err().map(ToString::to_string);
        let _ = started.send(refused);
        let mut batch = Batch::default();
        if let Ok(mut sampler) = sampler {
            while ended.recv_timeout(Duration::from_millis(50)).is_err() {
                sampler.drain(&mut batch);
            }
            sampler.stop(&mut batch);
        }
        batch.samples.iter().map(|sample| sample.frames.len()).collect()
    });
    if let Some(refused) = wait.recv()? {
        return Err(refused.into());
    }
    let gaps = spin_on_a_thread(depth)?;
    let _ = end.send(());
    Ok((gaps, collector.join().map_err(|_| "the collector panicked")?))
}

fn spin_on_a_thread(depth: u32) -> Result<Gaps, Box<dyn Error>> {
    thread::spawn(move || at_depth(depth)).join().map_err(|_| "the thread panicked".into())
}

#[inline(never)]
fn at_depth(depth: u32) -> Gaps {
    if depth == 0 { spin() } else { black_box(at_depth(black_box(depth - 1))) }
}

fn spin() -> Gaps {
    // By then a thread that just began has its timer.
    thread::sleep(Duration::from_millis(100));
    let start = Instant::now();
    let (mut last, mut readings) = (start, 0u32);
    let mut long = Vec::with_capacity(1 << 16);
    while last - start < TIME {
        let now = Instant::now();
        if now - last >= LONG {
            long.push(now - last);
        }
        readings += 1;
        last = now;
    }
    let undisturbed = TIME.saturating_sub(long.iter().sum());
    Gaps { long, reading: undisturbed / readings.max(1) }
}
