//! Samplers at work during a replay.
//!
//! Takes the slices of a replay; gives, for each physical stack, its time, its entries and what each sampler counted
//! there. Holds one counter for each stack, rate and timer, and one timer of each kind for each
//! lane and rate, however long the recording is. Every lane has samplers of its own, which start
//! at moments of their own: so do those of a real program, whose threads start when they do.

use super::timer::{Jittered, PHASES, Phases, Poisson};
use crate::paths::PathId;
use crate::random::Random;
use crate::replay::{Life, Observer, Probed, Slice};

/// What a stack has by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Own {
    pub busy_ns: u64,
    /// Segments of it.
    pub segments: u64,
    /// What was recorded here, by kind of probe.
    pub within: [u64; 3],
    /// What was recorded directly under it.
    pub under: [u64; 3],
}

/// What the samplers of one rate counted at a stack itself.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub phases: [u64; PHASES],
    pub jittered: u64,
    pub poisson: u64,
}

impl Counts {
    /// Adds what was counted elsewhere.
    pub fn add(&mut self, other: &Counts) {
        for (phase, more) in self.phases.iter_mut().zip(other.phases) {
            *phase += more;
        }
        self.jittered += other.jittered;
        self.poisson += other.poisson;
    }
}

/// The samplers of all rates on all lanes.
pub(super) struct Tally {
    rates: usize,
    lanes: Vec<LaneSamplers>,
    /// By stack.
    pub own: Vec<Own>,
    /// By stack, then by rate.
    pub counts: Vec<Counts>,
}

/// The samplers of all rates on one lane.
struct LaneSamplers {
    rates: Vec<(Phases, Jittered, Poisson)>,
    /// Before this moment, no sampler but the Poisson one samples.
    next_ns: u64,
}

impl Tally {
    pub fn new(lanes: usize, rates: &[u32], seed: u64) -> Tally {
        let lanes = (0..lanes as u64).map(|lane| LaneSamplers::new(rates, Random::nth(seed, lane)));
        let (own, counts) = (Vec::new(), Vec::new());
        Tally { rates: rates.len(), lanes: lanes.collect(), own, counts }
    }

    /// Makes room for a stack.
    fn on(&mut self, path: PathId) -> usize {
        let index = path.index();
        if index >= self.own.len() {
            self.own.resize(index + 1, Own::default());
            self.counts.resize((index + 1) * self.rates, Counts::default());
        }
        index
    }
}

impl LaneSamplers {
    fn new(rates: &[u32], seed: u64) -> LaneSamplers {
        let samplers = |(index, &hz): (usize, &u32)| {
            let seed = |kind: u64| Random::nth(seed, 3 * index as u64 + kind);
            (Phases::new(hz, seed(0)), Jittered::new(hz, seed(1)), Poisson::new(hz, seed(2)))
        };
        let rates = rates.iter().enumerate().map(samplers).collect();
        LaneSamplers { rates, next_ns: 0 }
    }

    fn sample(&mut self, slice: &Slice, counts: &mut [Counts]) {
        let (start_ns, end_ns) = (slice.start_ns, slice.start_ns + slice.length_ns);
        for ((_, _, poisson), counts) in self.rates.iter_mut().zip(&mut *counts) {
            counts.poisson += poisson.count(slice.length_ns);
        }
        if end_ns <= self.next_ns {
            return;
        }
        self.next_ns = u64::MAX;
        for ((phases, jittered, _), counts) in self.rates.iter_mut().zip(counts) {
            phases.count(start_ns, end_ns, &mut counts.phases);
            counts.jittered += jittered.count(start_ns, end_ns);
            self.next_ns = self.next_ns.min(phases.next_ns).min(jittered.next_ns);
        }
    }
}

impl Observer for Tally {
    const PROBES: bool = true;

    fn slice(&mut self, slice: &Slice, _: &Life) {
        let index = self.on(slice.path);
        let own = &mut self.own[index];
        own.busy_ns = own.busy_ns.saturating_add(slice.length_ns);
        let counts = &mut self.counts[index * self.rates..][..self.rates];
        self.lanes[slice.lane.index()].sample(slice, counts);
    }

    fn probed(&mut self, probed: &Probed) {
        let kind = probed.probe as usize;
        if let Some(spot) = probed.within {
            let index = self.on(spot.thread);
            self.own[index].segments += u64::from(probed.visible);
            self.own[index].within[kind] += 1;
        }
        if let Some(spot) = probed.around {
            let index = self.on(spot.thread);
            self.own[index].under[kind] += 1;
        }
    }
}
