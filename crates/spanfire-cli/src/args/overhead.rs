//! `spanfire overhead`: a recording to account for, or a program to try.

use super::{ExperimentArgs, Names, SelectionArgs, Stacks, TableFormat};
use clap::{Args, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;

/// `spanfire overhead`.
#[derive(Debug, Args)]
pub struct OverheadArgs {
    /// The recording
    #[arg(value_name = "FILE", required_unless_present = "command", conflicts_with = "command")]
    pub file: Option<PathBuf>,
    /// How it is written [default: what the end of OUT says, otherwise a table]
    #[arg(long, value_enum)]
    pub format: Option<TableFormat>,
    /// Only this part of it; CSV holds one part, the first unless told
    #[arg(long, value_enum, value_name = "PART")]
    pub only: Option<OverheadPart>,
    /// What the rows of the ledger are
    #[arg(long, value_enum, default_value_t)]
    pub by: LedgerRows,
    /// Which stack a row is of, with --by stack [default: span with --root, otherwise thread]
    #[arg(long, value_enum)]
    pub stacks: Option<Stacks>,
    /// How spans are labelled
    #[arg(long, value_enum, default_value_t)]
    pub names: Names,
    /// How many rows at most, 0 for all [default: 30 in a table, otherwise all]
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Where it goes; `-` is standard output. Of a program that is tried, OUT.html is a page and OUT.svg
    /// its picture
    #[arg(short, long, value_name = "OUT", default_value = "-")]
    pub output: PathBuf,
    /// Join these samples, of `perf record -e cpu-clock:u -F 999 -g -k CLOCK_MONOTONIC_RAW`
    #[arg(long, value_name = "PERF.DATA", conflicts_with = "command")]
    pub perf: Option<PathBuf>,
    #[command(flatten)]
    pub sampling: SamplingArgs,
    /// A program to run with and without recording, and its arguments
    #[arg(last = true, value_name = "CMD")]
    pub command: Vec<OsString>,
    /// How a program is tried.
    #[command(flatten)]
    pub experiment: ExperimentArgs,
    /// What of the recording. Last, since its heading stands over all that follows.
    #[command(flatten)]
    pub selection: SelectionArgs,
}

/// Which samplers are tried on the recording.
#[derive(Debug, Args)]
pub struct SamplingArgs {
    /// How often samplers look, in samples per second
    #[arg(long, value_name = "HZ", conflicts_with = "command", value_delimiter = ',', default_values_t = [99, 999, 4_999])]
    pub hz: Vec<u32>,
    /// When samplers look
    #[arg(long, conflicts_with = "command", value_enum, default_value_t)]
    pub timer: SampleTimer,
    /// Draw the errors of samplers and of spans over the share of each frame
    #[arg(long, value_name = "OUT.svg")]
    pub scatter: Option<PathBuf>,
}

/// `--timer`.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum SampleTimer {
    /// Once in each period, anywhere in it
    #[default]
    Jittered,
    /// At independent random moments
    Poisson,
    /// Once in each period, always at the same place in it
    Periodic,
}

/// A part of what `spanfire overhead FILE` tells, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OverheadPart {
    /// What recording cost
    Ledger,
    /// What samplers would have said
    Sampling,
    /// What a sampler said, and whether its samples join with the spans
    Join,
}

/// `overhead --by`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LedgerRows {
    /// Names of spans
    #[default]
    Name,
    /// Stacks
    Stack,
}

impl OverheadArgs {
    /// How rows are written: as was asked for, otherwise as the end of the output's name says.
    pub fn rows(&self) -> TableFormat {
        let by_name = || match self.ending() {
            Some("json") => TableFormat::Json,
            Some("csv") => TableFormat::Csv,
            _ => TableFormat::Table,
        };
        self.format.unwrap_or_else(by_name)
    }

    /// What the output's name ends in, if nothing else was asked for.
    pub fn ending(&self) -> Option<&str> {
        self.output.extension()?.to_str().filter(|_| self.format.is_none())
    }
}
