//! When a sampler looks.
//!
//! Takes a rate, a seed and the busy slices of one lane in the order of time; gives how many samples fall into each.
//! The same seed gives the same samples. A slice between two samples costs a comparison, a long
//! one no more than the samples in it, and a gap nothing.
//!
//! | timer | samples |
//! |---|---|
//! | `Phases` | at every multiple of the period, from [`PHASES`] different starts at once |
//! | `Jittered` | one in each period, anywhere in it |
//! | `Poisson` | at independent random moments |
//!
//! ```text
//! period    |---------|---------|---------|
//! phase 0     x         x         x
//! phase 1        x         x         x         … up to PHASES
//! jittered  |   x     |x        |      x  |
//! ```

use crate::random::Random;

const NANOS: u128 = 1_000_000_000;

/// From how many starts, evenly spaced over a period, a periodic sampler is tried. Enough for a
/// frame that takes a tenth of the period to be hit from one start and missed from another.
pub(super) const PHASES: usize = 16;

/// The first of `moments`, which rise with their number, that is not before `from_ns`; `guess` is
/// the number of one that is near.
fn first_from(from_ns: u64, guess: u64, moment_ns: impl Fn(u64) -> u64) -> u64 {
    let mut number = guess;
    while number > 0 && moment_ns(number - 1) >= from_ns {
        number -= 1;
    }
    while moment_ns(number) < from_ns {
        number += 1;
    }
    number
}

/// A periodic sampler, from all its starts.
pub(super) struct Phases {
    /// Samples per second of all phases together.
    rate: u128,
    /// The start of phase 0 in 2⁻³² of the distance between two phases.
    offset: u128,
    next: u64,
    pub next_ns: u64,
}

impl Phases {
    pub fn new(hz: u32, seed: u64) -> Phases {
        let offset = u128::from(Random::nth(seed, 0) >> 32)
            + ((u128::from(Random::nth(seed, 1)) % PHASES as u128) << 32);
        let rate = u128::from(hz) * PHASES as u128;
        let mut phases = Phases { rate, offset, next: 0, next_ns: 0 };
        phases.next_ns = phases.moment_ns(0);
        phases
    }

    fn moment_ns(&self, number: u64) -> u64 {
        ((((u128::from(number) << 32) + self.offset) * NANOS / self.rate) >> 32) as u64
    }

    fn first_from(&self, from_ns: u64) -> u64 {
        let guess = (u128::from(from_ns) * self.rate / NANOS) as u64;
        let before = (self.offset >> 32) as u64;
        first_from(from_ns, guess.saturating_sub(before), |number| self.moment_ns(number))
    }

    /// Adds the samples of each phase in `start_ns..end_ns`, which is not before the last call's.
    pub fn count(&mut self, start_ns: u64, end_ns: u64, phases: &mut [u64; PHASES]) {
        if end_ns <= self.next_ns {
            return;
        }
        let first = if start_ns > self.next_ns { self.first_from(start_ns) } else { self.next };
        self.next = self.first_from(end_ns);
        self.next_ns = self.moment_ns(self.next);
        let samples = self.next - first;
        let each = samples / PHASES as u64;
        for phase in phases.iter_mut().filter(|_| each > 0) {
            *phase += each;
        }
        for number in 0..samples % PHASES as u64 {
            let phase = &mut phases[((first + number) % PHASES as u64) as usize];
            *phase += 1;
        }
    }
}

/// A sampler whose period varies so much that a sample may fall anywhere in it.
pub(super) struct Jittered {
    rate: u128,
    seed: u64,
    next: u64,
    pub next_ns: u64,
}

impl Jittered {
    pub fn new(hz: u32, seed: u64) -> Jittered {
        let mut timer = Jittered { rate: u128::from(hz), seed, next: 0, next_ns: 0 };
        timer.next_ns = timer.moment_ns(0);
        timer
    }

    fn moment_ns(&self, number: u64) -> u64 {
        let place = u128::from(Random::nth(self.seed, number) >> 32);
        ((((u128::from(number) << 32) + place) * NANOS / self.rate) >> 32) as u64
    }

    fn first_from(&self, from_ns: u64) -> u64 {
        let guess = (u128::from(from_ns) * self.rate / NANOS) as u64;
        first_from(from_ns, guess, |number| self.moment_ns(number))
    }

    /// How many samples are in `start_ns..end_ns`, which is not before the last call's.
    pub fn count(&mut self, start_ns: u64, end_ns: u64) -> u64 {
        if end_ns <= self.next_ns {
            return 0;
        }
        let first = if start_ns > self.next_ns { self.first_from(start_ns) } else { self.next };
        self.next = self.first_from(end_ns);
        self.next_ns = self.moment_ns(self.next);
        self.next - first
    }
}

/// A sampler without memory. Its time runs while the lane is busy, which for it is all the same.
pub(super) struct Poisson {
    mean_ns: f64,
    seed: u64,
    drawn: u64,
    /// Busy time until the next sample.
    left_ns: f64,
}

impl Poisson {
    pub fn new(hz: u32, seed: u64) -> Poisson {
        let mut timer = Poisson { mean_ns: 1e9 / f64::from(hz), seed, drawn: 0, left_ns: 0.0 };
        timer.left_ns = timer.draw();
        timer
    }

    /// An exponentially distributed time.
    fn draw(&mut self) -> f64 {
        let uniform =
            ((Random::nth(self.seed, self.drawn) >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
        self.drawn += 1;
        -uniform.ln() * self.mean_ns
    }

    /// How many samples are in the next `length_ns` of busy time.
    pub fn count(&mut self, length_ns: u64) -> u64 {
        self.left_ns -= length_ns as f64;
        let mut samples = 0;
        while self.left_ns < 0.0 {
            samples += 1;
            self.left_ns += self.draw();
        }
        samples
    }
}
