//! What recording costs a piece of a program, for programs that cannot be run as a command.
//!
//! Takes a closure; calls it under each arm in every round, in random order: without a recorder,
//! recorded into a file, recorded and thrown away, without a recorder once more, and, with the feature
//! `sampler`, without a recorder and sampled at 99, 999 and 4,999 Hz. Gives what the arms cost beside the
//! first, with intervals, or that no cost shows: as a table, as JSON, as a page, or as the
//! [`Findings`] themselves, which `spanfire_views` explains with their sources. The command
//! `spanfire overhead -- CMD` does the same with whole programs, and `spanfire report --experiment` takes
//! the JSON of both.
//!
//! ```
//! use spanfire::experiment::Experiment;
//!
//! let outcome = Experiment::new("a thousand spans").rounds(5).run(|| {
//!     for _ in 0..1_000 {
//!         tracing::info_span!("work").in_scope(|| std::hint::black_box(0));
//!     }
//! })?;
//! println!("{outcome}");
//! assert_eq!(outcome.findings().rounds, 5);
//! # Ok::<(), spanfire::Error>(())
//! ```
//!
//! # What it sees, and what not
//!
//! Wall time is that of the call: recorders and samplers are started before it and finished after it. Processor
//! time is that of the whole process, from the call's begin until its recording is finished, so that
//! what the collector does is in it; nothing else should run meanwhile. Only this thread is recorded:
//! threads that the closure starts see the recorder if they are handed its dispatcher, as
//! `tracing::dispatcher::with_default` on them does. Samplers see every thread, and nothing of a call that
//! takes less than some of their periods.
//!
//! All rounds are of one process, whose memory lies where it lies: how fast that happens to make
//! each arm, rounds do not show. Run the experiment several times, or a program as a command.
//!
//! The feature `experiment` brings this, and the crates that count and write.

mod arms;

pub use spanfire_views::{
    Additivity, Arm, Claim, Comparison, Effect, Findings, Ratio, Run, Sampler,
};

use crate::Error;
use arms::Folder;
use spanfire_render::experiment::{Machine, Sampled, Tried, noise, page, table};
use spanfire_render::tables::Format;
use std::{collections::BTreeMap, fmt, io};

/// Twenty rounds know a cost of a twentieth from noise that is a third of it.
const ROUNDS: usize = 20;

/// What samplers are tried at, in samples a second.
const RATES_HZ: [u32; 3] = [99, 999, 4_999];

/// An experiment to be made.
#[derive(Clone, Debug)]
#[must_use = "an experiment does nothing until run()"]
pub struct Experiment {
    name: String,
    rounds: usize,
    seed: u64,
    rates_hz: Vec<u32>,
}

/// What an experiment found. It displays as a table.
#[derive(Clone, Debug)]
pub struct Outcome {
    tried: Tried,
}

impl Experiment {
    /// An experiment of 20 rounds.
    pub fn new(name: impl Into<String>) -> Experiment {
        Experiment { name: name.into(), rounds: ROUNDS, seed: 0, rates_hz: RATES_HZ.to_vec() }
    }

    /// How often every arm is run. Fewer than 5 rounds give no intervals, and claim nothing.
    pub fn rounds(mut self, rounds: usize) -> Experiment {
        self.rounds = rounds;
        self
    }

    /// What the order of runs and the intervals are drawn from; by default 0. The same seed gives the
    /// same order.
    pub fn seed(mut self, seed: u64) -> Experiment {
        self.seed = seed;
        self
    }

    /// At which rates samplers are tried; by default 99, 999 and 4,999 Hz, and none for an empty slice.
    /// Without the feature `sampler`, or where the system refuses, a note in the outcome says so.
    pub fn rates_hz(mut self, rates_hz: &[u32]) -> Experiment {
        self.rates_hz = rates_hz.to_vec();
        self
    }

    /// Calls `work` once under every arm to warm up, and then in rounds. It should do the same every
    /// time, and take a millisecond at least.
    ///
    /// # Errors
    /// If a recorder cannot be started, or the folder for temporary files not be written.
    pub fn run<T>(self, mut work: impl FnMut() -> T) -> Result<Outcome, Error> {
        let folder = Folder::create()?;
        let mut notes = Vec::new();
        let arms = self.arms(&folder, &mut notes)?;
        let mut experiment = spanfire_views::Experiment::new(&arms, self.seed);
        for arm in experiment.arms().to_vec() {
            folder.run(arm, 0, &mut work)?;
        }
        let mut sampled: BTreeMap<u32, Sampled> = BTreeMap::new();
        for round in 0..self.rounds {
            for arm in experiment.order(round, 1) {
                let (run, sampling) = folder.run(arm, round, &mut work)?;
                experiment.push(run);
                if let (Arm::Sampled { hz, .. }, Some(sampling)) = (arm, sampling) {
                    sampled.entry(hz).or_default().add(&sampling);
                }
            }
        }
        let findings = experiment.findings();
        notes.extend(sampled.iter().filter_map(|(hz, sampled)| sampled.shortfall(*hz)));
        notes.extend(noise(&findings));
        let (subject, planned_rounds, machine) = (self.name, self.rounds, Machine::here());
        Ok(Outcome {
            tried: Tried { subject, machine, experiment, findings, planned_rounds, notes },
        })
    }

    /// What can be run here, besides what every experiment has; why not more is noted.
    fn arms(&self, folder: &Folder, notes: &mut Vec<String>) -> Result<Vec<Arm>, Error> {
        let mut arms = vec![Arm::On, Arm::Nowhere];
        let Some(&hz) = self.rates_hz.first() else { return Ok(arms) };
        match folder.refusal(hz)? {
            Some(why) => notes.push(format!("{why}: samplers are left out")),
            None => {
                let sampled = |&hz| Arm::Sampled { hz, by: Sampler::Spanfire };
                arms.extend(self.rates_hz.iter().map(sampled));
            }
        }
        Ok(arms)
    }
}

impl Outcome {
    /// What may be said of each arm.
    pub fn findings(&self) -> &Findings {
        &self.tried.findings
    }

    /// All runs, in their order.
    pub fn runs(&self) -> &[Run] {
        self.tried.experiment.runs()
    }

    /// What else is to be known, a sentence each: what could not be tried, and what makes the numbers say
    /// less than they seem to.
    pub fn notes(&self) -> &[String] {
        &self.tried.notes
    }

    /// Everything as one JSON object, as `spanfire overhead --format json` writes it and
    /// `spanfire report --experiment` reads it.
    pub fn to_json(&self) -> String {
        written(|bytes| table(&self.tried, Format::Json, bytes))
    }

    /// Picture and table as one HTML page, as `spanfire overhead -o OUT.html` writes it.
    pub fn to_html(&self) -> String {
        written(|bytes| page(&self.tried, bytes))
    }
}

fn written(write: impl FnOnce(&mut dyn io::Write) -> Result<(), spanfire_render::Error>) -> String {
    let mut bytes = Vec::new();
    // Memory takes everything.
    let _ = write(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.tried.subject)?;
        f.write_str(&written(|bytes| table(&self.tried, Format::Table, bytes)))
    }
}
