//! Spends known shares of its time in functions of known names, each in a span of its own: what
//! native samples of it have to find.
//!
//! `sampled ROUNDS`. A round enters `alpha` once and `beta` three times, for as many turns each; turns
//! are counted, not timed. Then `nap` waits 60 ms, and a thread without spans spins.

use std::hint::black_box;
use std::time::Duration;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let rounds: u64 = std::env::args().nth(1).ok_or("a number")?.parse()?;
    let guard = spanfire::init()?;
    outer(rounds);
    nap();
    let unspanned = std::thread::spawn(|| black_box(spin(10_000_000)));
    unspanned.join().map_err(|_| "a thread that spins does not panic")?;
    drop(guard);
    Ok(())
}

#[inline(never)]
fn outer(rounds: u64) {
    let _span = tracing::info_span!("outer").entered();
    for _ in 0..rounds {
        black_box(alpha());
        for _ in 0..3 {
            black_box(beta());
        }
    }
}

#[inline(never)]
fn alpha() -> u64 {
    let _span = tracing::info_span!("alpha").entered();
    alpha_inner()
}

#[inline(never)]
fn alpha_inner() -> u64 {
    black_box(spin(100_000))
}

#[inline(never)]
fn beta() -> u64 {
    let _span = tracing::info_span!("beta").entered();
    black_box(spin(100_000))
}

#[inline(never)]
fn nap() {
    let _span = tracing::info_span!("nap").entered();
    spanfire_tests::let_pass(Duration::from_millis(60));
}

/// Calls nothing: a function that a library was compiled with would hide who called this one.
#[inline(never)]
fn spin(turns: u64) -> u64 {
    let (mut sum, mut turn) = (turns, 0);
    while turn < turns {
        sum ^= sum << 13;
        sum ^= sum >> 7;
        sum ^= (sum << 17) ^ turn;
        turn += 1;
    }
    sum
}
