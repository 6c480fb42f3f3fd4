//! Two clock reads and nothing else: what no recorder of beginnings and ends can go below.

use std::hint::black_box;

/// Reads the clock twice for each span that the other bodies would make.
pub fn run(spans: u64) {
    let clock = quanta::Clock::new();
    for _ in 0..spans {
        black_box(clock.raw());
        black_box(clock.raw());
    }
}
