//! What measuring costs a program, from an experiment with it, in rows.
//!
//! For people a row per arm, what is known under the rows, and notes; for programs one JSON object
//! with every run in it, or a CSV line per arm. Shares are fractions, in the table percent; times of
//! programs are integers in nanoseconds.

mod rows;
mod text;

use crate::Error;
use crate::tables::Format;
use spanfire_views::{Arm, Experiment, Findings};
use std::io::{self, Write};

/// An experiment and what is to be said of it.
#[derive(Clone, Copy, Debug)]
pub struct Tried<'a> {
    /// What was tried: a command as it was typed, or a name.
    pub subject: &'a str,
    /// The runs.
    pub experiment: &'a Experiment,
    /// What they say.
    pub findings: &'a Findings,
    /// How many rounds there were to be.
    pub planned_rounds: usize,
    /// What else a reader has to know, a sentence each.
    pub notes: &'a [String],
}

/// Writes what was found.
pub fn table(tried: &Tried<'_>, format: Format, sink: &mut dyn Write) -> Result<(), Error> {
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
