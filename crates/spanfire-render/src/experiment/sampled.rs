//! Whether a sampler did what it was asked for.

use crate::tables::count;
use spanfire_recording::Sampling;

/// A sampler that reaches less of its rate did not cost what the rate does.
const REACHED_MIN: f64 = 0.9;

/// Fewer samples say nothing of a rate.
const SAMPLES_MIN: u64 = 100;

/// What the sampler of one arm did, over all its runs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sampled {
    samples: u64,
    lost: u64,
    cpu_ns: u64,
}

impl Sampled {
    /// Adds a run.
    pub fn add(&mut self, sampling: &Sampling) {
        self.samples += sampling.samples;
        self.lost += sampling.lost_samples;
        // Nothing is sampled inside the kernel.
        self.cpu_ns += sampling.user_ns.or(sampling.cpu_ns).unwrap_or(0);
    }

    /// What is to be said of it, if it fell short of `hz`.
    pub fn shortfall(&self, hz: u32) -> Option<String> {
        let taken = self.samples + self.lost;
        let reached_hz = taken as f64 * 1e9 / self.cpu_ns as f64;
        if self.lost > 0 {
            return Some(format!(
                "at {hz} Hz {} of {} samples were lost",
                count(self.lost),
                count(taken)
            ));
        }
        let fell_short = taken >= SAMPLES_MIN && reached_hz < f64::from(hz) * REACHED_MIN;
        fell_short.then(|| format!("at {hz} Hz {reached_hz:.0} samples a second were taken"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Sampled, Sampling};

    /// A program that is in the kernel half of its time is sampled half as often.
    #[test]
    fn what_a_thread_does_in_the_kernel_is_not_held_against_the_sampler() {
        let sampling = Sampling {
            samples: 1_000,
            cpu_ns: Some(2_000_000_000),
            user_ns: Some(1_000_000_000),
            ..Sampling::asked(999)
        };
        let mut sampled = Sampled::default();
        sampled.add(&sampling);
        assert_eq!(sampled.shortfall(999), None);
        sampled.add(&Sampling { user_ns: None, ..sampling });
        assert!(sampled.shortfall(999).unwrap().contains("667 samples a second"));
    }

    #[test]
    fn a_sampler_that_falls_short_is_said_and_one_that_does_not_is_not() {
        let said = |samples, lost, cpu_ns| Sampled { samples, lost, cpu_ns }.shortfall(999);
        assert_eq!(said(1_990, 0, 2_000_000_000), None);
        assert_eq!(said(0, 0, 0), None);
        assert_eq!(said(50, 0, 2_000_000_000), None);
        assert_eq!(
            said(1_000, 0, 4_000_000_000).unwrap(),
            "at 999 Hz 250 samples a second were taken"
        );
        assert_eq!(said(1_000, 500, 0).unwrap(), "at 999 Hz 500 of 1,500 samples were lost");
    }
}
