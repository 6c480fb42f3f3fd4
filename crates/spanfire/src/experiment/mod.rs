//! What recording costs a piece of a program, for programs that cannot be run as a command.
//!
//! Takes a closure; calls it under each arm in every round, in random order: without a recorder,
//! recorded into a file, recorded and thrown away, and without a recorder once more. Gives what the
//! arms cost beside the first, with intervals, or that no cost shows: as a table, as JSON, or as the
//! [`Findings`] themselves, which `spanfire_views` explains with their sources. The command
//! `spanfire overhead -- CMD` does the same with whole programs, and can sample them.
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
//! Wall time is that of the call: recorders are started before it and finished after it. Processor
//! time is that of the whole process, from the call's begin until its recording is finished, so that
//! what the collector does is in it; nothing else should run meanwhile. Only this thread is recorded:
//! threads that the closure starts see the recorder if they are handed its dispatcher, as
//! `tracing::dispatcher::with_default` on them does.
//!
//! All rounds are of one process, whose memory lies where it lies: how fast that happens to make
//! each arm, rounds do not show. Run the experiment several times, or a program as a command.
//!
//! The feature `experiment` brings this, and the crates that count and write.

mod arms;

pub use spanfire_views::{Additivity, Arm, Claim, Comparison, Effect, Findings, Ratio, Run};

use crate::Error;
use arms::Folder;
use spanfire_render::experiment::{Tried, noise, table};
use spanfire_render::tables::Format;
use std::fmt;

/// Twenty rounds know a cost of a twentieth from noise that is a third of it.
const ROUNDS: usize = 20;

/// An experiment to be made.
#[derive(Clone, Debug)]
#[must_use = "an experiment does nothing until run()"]
pub struct Experiment {
    name: String,
    rounds: usize,
    seed: u64,
}

/// What an experiment found. It displays as a table.
#[derive(Clone, Debug)]
pub struct Outcome {
    name: String,
    rounds: usize,
    runs: spanfire_views::Experiment,
    findings: Findings,
    notes: Vec<String>,
}

impl Experiment {
    /// An experiment of 20 rounds.
    pub fn new(name: impl Into<String>) -> Experiment {
        Experiment { name: name.into(), rounds: ROUNDS, seed: 0 }
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

    /// Calls `work` once under every arm to warm up, and then in rounds. It should do the same every
    /// time, and take a millisecond at least.
    ///
    /// # Errors
    /// If a recorder cannot be started, or the folder for temporary files not be written.
    pub fn run<T>(self, mut work: impl FnMut() -> T) -> Result<Outcome, Error> {
        let mut runs = spanfire_views::Experiment::new(&[Arm::On, Arm::Nowhere], self.seed);
        let folder = Folder::create()?;
        for arm in runs.arms().to_vec() {
            folder.run(arm, 0, &mut work)?;
        }
        for round in 0..self.rounds {
            for arm in runs.order(round, 1) {
                runs.push(folder.run(arm, round, &mut work)?);
            }
        }
        let findings = runs.findings();
        let notes = noise(&findings).into_iter().collect();
        Ok(Outcome { name: self.name, rounds: self.rounds, runs, findings, notes })
    }
}

impl Outcome {
    /// What may be said of each arm.
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// All runs, in their order.
    pub fn runs(&self) -> &[Run] {
        self.runs.runs()
    }

    /// Everything as one JSON object, as `spanfire overhead --format json` writes it.
    pub fn to_json(&self) -> String {
        self.written(Format::Json)
    }

    fn written(&self, format: Format) -> String {
        let tried = Tried {
            subject: &self.name,
            experiment: &self.runs,
            findings: &self.findings,
            planned_rounds: self.rounds,
            notes: &self.notes,
        };
        let mut bytes = Vec::new();
        // Memory takes everything.
        let _ = table(&tried, format, &mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.name)?;
        f.write_str(&self.written(Format::Table))
    }
}
