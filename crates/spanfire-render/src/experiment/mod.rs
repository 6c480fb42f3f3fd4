//! What measuring costs a program, from an experiment with it.
//!
//! For people a row per arm, what is known under the rows, and notes; or the same as a picture, and
//! as a page with both. For programs one JSON object with every run in it, or a CSV line per arm. Shares
//! are fractions, in the table percent; times of programs are integers in nanoseconds. The JSON object
//! is also how an experiment is kept: [`Tried::read`] has it again.
//!
//! - `rows`, `saved`: the object, as it is written and as it is read
//! - `sampled`: a note where a sampler fell short
//! - `text`: the table, and the words of the picture
//! - `picture`: an interval per arm, beside what chance does
//! - `page`: picture and table, as an HTML page and as a part of a report

mod rows;
mod saved;
mod sampled;
mod text;
mod picture;
mod page;

pub use page::page;
pub(crate) use page::part;
pub use picture::picture;
pub use sampled::Sampled;
pub use saved::Unreadable;

use crate::Error;
use crate::tables::{Format, counted};
use serde::{Deserialize, Serialize};
use spanfire_views::{Arm, Experiment, Findings};
use std::env::consts;
use std::fmt;
use std::io::{self, Write};
use std::num::NonZero;
use std::thread;

/// An experiment and what is to be said of it.
#[derive(Clone, Debug)]
pub struct Tried {
    /// What was tried: a command as it was typed, or a name.
    pub subject: String,
    /// Where.
    pub machine: Machine,
    /// The runs.
    pub experiment: Experiment,
    /// What they say.
    pub findings: Findings,
    /// How many rounds there were to be.
    pub planned_rounds: usize,
    /// What else a reader has to know, a sentence each.
    pub notes: Vec<String>,
}

/// Where an experiment was made. It displays as in `linux x86_64, 2 processors`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// The system, as `std::env::consts::OS` names it.
    pub os: String,
    /// The architecture, as `std::env::consts::ARCH` names it.
    pub arch: String,
    /// How many processors the experiment could use, where that was known.
    pub processors: Option<usize>,
}

impl Machine {
    /// The one that this runs on.
    pub fn here() -> Machine {
        Machine {
            os: consts::OS.to_owned(),
            arch: consts::ARCH.to_owned(),
            processors: thread::available_parallelism().ok().map(NonZero::get),
        }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Machine { os, arch, processors } = self;
        write!(f, "{os} {arch}")?;
        match processors {
            Some(processors) => write!(f, ", {}", counted(*processors as u64, "processor")),
            None => Ok(()),
        }
    }
}

/// Writes what was found.
pub fn table(tried: &Tried, format: Format, sink: &mut dyn Write) -> Result<(), Error> {
    match format {
        Format::Table => text::write(tried, sink)?,
        Format::Json => {
            serde_json::to_writer_pretty(&mut *sink, &rows::Document::of(tried))
                .map_err(io::Error::from)?;
            writeln!(sink)?;
        }
        Format::Csv => {
            let mut csv = csv::WriterBuilder::new().from_writer(sink);
            for effect in &tried.findings.effects {
                csv.serialize(rows::ArmRow::of(effect)).map_err(io::Error::from)?;
            }
            csv.flush()?;
        }
    }
    Ok(())
}

/// Runs that differ by more hide small costs.
const SPREAD_MAX: f64 = 0.1;

/// A note that runs differ much by themselves, where they do.
pub fn noise(findings: &Findings) -> Option<String> {
    let off = findings.effects.iter().find(|effect| effect.arm == Arm::Off)?;
    let percent = Some(off.wall?.spread).filter(|&spread| spread > SPREAD_MAX)? * 100.0;
    Some(format!(
        "runs without a recorder differ by {percent:.0} %: a quieter machine, longer runs or more rounds would show smaller costs"
    ))
}
