//! What measuring costs a program, by trying it.
//!
//! Takes the times of a program's runs under several *arms* (without a recorder, with one, with a
//! sampler, without once more), which somebody else performs; gives, for each arm, how much longer
//! it takes and how well that is known. Holds some numbers for each run.
//!
//! ```text
//! round 1   on · off · 999 Hz · off again · to nowhere      every arm in every round,
//! round 2   off again · 999 Hz · on · to nowhere · off      in an order drawn for each
//!   …
//!           ln (on / off) of each round ─► typical ratio, interval ─┐
//!           ln (off again / off)        ─► A/A band ────────────────┴─► claim
//! ```
//!
//! # Why so
//!
//! A machine is faster and slower by the minute, so that only runs close in time are compared: as
//! pairs within a round. What stands next to what may matter as well, so that the order is drawn
//! anew for each round. And where a program lies in memory, or how large its environment is, may
//! matter more than what is being measured (T. Mytkowicz, A. Diwan, M. Hauswirth, P. F. Sweeney,
//! "Producing wrong data without doing anything obviously wrong!", ASPLOS 2009): every run of a
//! command is a process of its own, and the A/A arm, which differs from the first by chance alone,
//! shows what such things are worth here.
//!
//! The ratio and its interval are explained in `interval`. The *A/A band* is as wide as the farther
//! end of the interval of off again / off, to both sides. A cost is claimed if the whole interval of
//! an arm lies above it: so a cost must exceed the noise of this experiment twice, once in the arm
//! and once in the control. With five arms where nothing costs anything, a cost is claimed in fewer
//! than 5 % of experiments.
//!
//! # Whether compensation adds up
//!
//! A recording says what recording its spans cost. The recorded arm without that should take as long
//! as the arm without a recorder; how far it is off, is the [`Additivity`]'s residual. What it holds
//! is what no span pays for: starting the recorder, its collector's thread, and what recording does
//! to the program's caches. Costs of spans are CPU time; they are wall time too if all spans are of
//! one thread, so that only then is there a residual of wall time.

mod interval;
mod findings;
#[cfg(test)]
mod simulation;

pub use findings::{Additivity, Claim, Comparison, Effect, Findings, Measured};
pub use interval::Ratio;

use crate::random::Random;
use crate::{COST_DOUBT, Compensated, Ledger, Replay, Summary};
use spanfire_recording::Error;

/// The chance that an interval does not hold the true ratio.
const LEVEL: f64 = 0.05;

/// What a program runs under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arm {
    /// No recorder.
    Off,
    /// No recorder once more: what differs from [`Arm::Off`] is noise.
    OffAgain,
    /// Recorded into a file.
    On,
    /// Recorded, and what was recorded thrown away instead of written.
    Nowhere,
    /// No recorder, but a sampler.
    Sampled {
        /// Samples a second, of each processor or thread as the sampler has it.
        hz: u32,
        /// Who samples.
        by: Sampler,
    },
}

/// Who takes samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sampler {
    /// spanfire's own, in the process.
    Spanfire,
    /// An external `perf record`.
    Perf,
}

/// One run of a program.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Run {
    /// The round it belongs to.
    pub round: usize,
    /// What it ran under.
    pub arm: Arm,
    /// How long it took.
    pub wall_ns: u64,
    /// The processor time it took, over all its threads, where the system tells.
    pub cpu_ns: Option<u64>,
    /// What it recorded, where that was looked at.
    pub recorded: Option<Recorded>,
}

/// What a recording says of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// How many spans it holds.
    pub spans: u64,
    /// On how many threads they are.
    pub threads: usize,
    /// The time in which any span was entered, over all threads.
    pub recorded_ns: u64,
    /// What was spent on recording, in it and outside of every span.
    pub ours_ns: u64,
    /// The least that this may be.
    pub ours_low_ns: u64,
    /// The most.
    pub ours_high_ns: u64,
}

impl Recorded {
    /// What `replay` of a whole recording says; `None` if it does not hold its probe cost.
    pub fn of(replay: &Replay<'_>) -> Result<Option<Recorded>, Error> {
        let Some(ledger) = Ledger::of(replay)? else { return Ok(None) };
        let Compensated { raw_ns, low_ns, high_ns, .. } = ledger.total.self_time;
        let ran_ns = raw_ns - ledger.total.stalled_ns;
        let beyond_ns = ledger.beyond_ns;
        let scaled = |by: f64| (beyond_ns as f64 * by) as u64;
        Ok(Some(Recorded {
            spans: ledger.total.spans,
            threads: Summary::of(replay)?.threads,
            recorded_ns: raw_ns,
            ours_ns: ledger.total.ours_ns + beyond_ns,
            ours_low_ns: ran_ns - high_ns + scaled(1.0 - COST_DOUBT),
            ours_high_ns: ran_ns - low_ns + scaled(1.0 + COST_DOUBT),
        }))
    }
}

/// The runs of a program, as they come.
#[derive(Clone, Debug)]
pub struct Experiment {
    arms: Vec<Arm>,
    seed: u64,
    runs: Vec<Run>,
}

impl Experiment {
    /// An experiment with these arms; [`Arm::Off`] and [`Arm::OffAgain`], without which there is
    /// nothing to compare with, come first in any case, and each arm once.
    pub fn new(arms: &[Arm], seed: u64) -> Experiment {
        let mut all = vec![Arm::Off, Arm::OffAgain];
        for arm in arms {
            if !all.contains(arm) {
                all.push(*arm);
            }
        }
        Experiment { arms: all, seed, runs: Vec::new() }
    }

    /// The arms, in the order of tables.
    pub fn arms(&self) -> &[Arm] {
        &self.arms
    }

    /// What orders and intervals are drawn from.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The arms of one round in the order in which to run them, each `repeats` times: every order is
    /// as likely as the others, and the same seed gives the same.
    pub fn order(&self, round: usize, repeats: usize) -> Vec<Arm> {
        let mut order = self.arms.repeat(repeats);
        let mut random = Random(self.seed.wrapping_add(round as u64));
        let mut random = Random(random.bits());
        for last in (1..order.len()).rev() {
            order.swap(last, random.below(last + 1));
        }
        order
    }

    /// Takes what a run gave.
    pub fn push(&mut self, run: Run) {
        self.runs.push(run);
    }

    /// All runs, in their order.
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// What the runs so far say. Rounds that lack a side of a pair count for the other pairs only.
    pub fn findings(&self) -> Findings {
        Findings::of(self, interval::DRAWS)
    }
}

impl Arm {
    /// Its name, for people and in JSON: `off`, `off again`, `on`, `nowhere`, `999 Hz`,
    /// `perf 999 Hz`.
    pub fn name(self) -> String {
        match self {
            Arm::Off => "off".to_owned(),
            Arm::OffAgain => "off again".to_owned(),
            Arm::On => "on".to_owned(),
            Arm::Nowhere => "nowhere".to_owned(),
            Arm::Sampled { hz, by: Sampler::Spanfire } => format!("{hz} Hz"),
            Arm::Sampled { hz, by: Sampler::Perf } => format!("perf {hz} Hz"),
        }
    }
}
