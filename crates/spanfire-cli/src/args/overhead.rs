//! `spanfire overhead`: a recording to account for, or a program to try.

use super::{SelectionArgs, TableFormat};
use clap::{Args, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;

/// `spanfire overhead`.
#[derive(Debug, Args)]
pub struct OverheadArgs {
    /// The recording
    #[arg(value_name = "FILE", required_unless_present = "command", conflicts_with = "command")]
    pub file: Option<PathBuf>,
    /// How it is written
    #[arg(long, value_enum, default_value_t)]
    pub format: TableFormat,
    /// Only this part of it; CSV holds one part, the first unless told
    #[arg(long, value_enum, value_name = "PART")]
    pub only: Option<OverheadPart>,
    /// Where it goes; `-` is standard output
    #[arg(short, long, value_name = "OUT", default_value = "-")]
    pub output: PathBuf,
    /// A program to run with and without recording, and its arguments
    // Hidden until it is accepted.
    #[arg(last = true, value_name = "CMD", hide = true)]
    pub command: Vec<OsString>,
    /// What of the recording. Last, since its heading stands over all that follows.
    #[command(flatten)]
    pub selection: SelectionArgs,
}

/// A part of what `spanfire overhead FILE` tells, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OverheadPart {
    /// What recording cost
    Ledger,
}
