//! `spanfire diff`: two sides, and what counts as a change.

use super::{Names, SelectionArgs, Stacks};
use clap::{Args, ValueEnum};
use spanfire_render::diff::{DiffRows, DiffWeight};
use std::path::PathBuf;

/// `spanfire diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The recording to compare with
    #[arg(value_name = "BEFORE")]
    pub before: PathBuf,
    /// The recording to be compared
    #[arg(value_name = "AFTER")]
    pub after: PathBuf,
    /// One more recording of the side before; with several, what varies from run to run is known
    #[arg(long = "before", value_name = "FILE")]
    pub more_before: Vec<PathBuf>,
    /// One more recording of the side after
    #[arg(long = "after", value_name = "FILE")]
    pub more_after: Vec<PathBuf>,
    /// What is compared
    #[arg(long, value_enum, default_value_t)]
    pub weight: Weight,
    /// Compare shares of each side's total, for recordings of different length or load
    #[arg(long, conflicts_with = "absolute")]
    pub share: bool,
    /// Compare times and counts as they are; the default
    #[arg(long)]
    pub absolute: bool,
    /// Refused: a difference of compensated times cannot be judged
    #[arg(long, hide = true)]
    pub compensated: bool,
    /// What counts as a change
    #[arg(long, value_name = "PERCENT", default_value = "2", value_parser = percent)]
    pub threshold: f64,
    /// Exit with 3 if a name is slower beyond noise, by at least this much
    #[arg(long, value_name = "slower[:PERCENT]", value_parser = fail_if)]
    pub fail_if: Option<FailIf>,
    /// What the rows of a table are
    #[arg(long, value_enum, default_value_t)]
    pub by: By,
    /// How many rows at most, 0 for all [default: 30 in a table, otherwise all]
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Read stacks from the innermost frame outwards
    #[arg(long)]
    pub reverse: bool,
    /// Which stack a moment is put on [default: span with --root, otherwise thread]
    #[arg(long, value_enum)]
    pub stacks: Option<Stacks>,
    /// How spans are labelled
    #[arg(long, value_enum, default_value_t)]
    pub names: Names,
    /// Draw the picture downwards, the outermost frame at the top
    #[arg(long)]
    pub icicle: bool,
    /// The title in the picture
    #[arg(long)]
    pub title: Option<String>,
    /// How it is written [default: by the ending of OUT, otherwise a table]
    #[arg(long, value_enum)]
    pub format: Option<DiffFormat>,
    /// Where it goes: OUT.svg is a picture, OUT.html the interactive viewer; `-` is standard output
    #[arg(short, long, value_name = "OUT", default_value = "-")]
    pub output: PathBuf,
    /// What of the recordings.
    #[command(flatten)]
    pub selection: SelectionArgs,
}

/// `diff --weight`.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum Weight {
    /// Time running, with what was called
    #[default]
    Total,
    /// Time running, without what was called
    #[value(name = "self")]
    SelfTime,
    /// Time waiting
    Idle,
    /// Number of spans
    Count,
    /// Time running on a processor, with what was called, where context switches are recorded
    Cpu,
    /// Time entered but off the processor, with what was called, where context switches are recorded
    Blocked,
}

/// `diff --by`.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum By {
    /// Span names, each with a verdict
    #[default]
    Name,
    /// Stacks
    Path,
}

/// `diff --format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// For people
    Table,
    /// One object with names and stacks; times in integer ns
    Json,
    /// A header and a line per row; times in integer ns
    Csv,
    /// A flamegraph of what runs after, coloured by what changed
    Svg,
    /// The interactive viewer with both recordings in it
    Html,
}

/// `diff --fail-if`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FailIf {
    /// The least slow-down that fails, as a share.
    pub slower_by: f64,
}

fn percent(typed: &str) -> Result<f64, String> {
    let number = typed.strip_suffix('%').unwrap_or(typed).trim();
    match number.parse::<f64>() {
        Ok(percent) if percent.is_finite() && percent >= 0.0 => Ok(percent / 100.0),
        _ => Err("write a number of percent, such as 5 or 0.5%".to_owned()),
    }
}

fn fail_if(typed: &str) -> Result<FailIf, String> {
    match typed.strip_prefix("slower") {
        Some("") => Ok(FailIf { slower_by: 0.0 }),
        Some(rest) if rest.starts_with(':') => Ok(FailIf { slower_by: percent(&rest[1..])? }),
        _ => Err("write slower, or slower:5 for 5 % and more".to_owned()),
    }
}

impl From<Weight> for DiffWeight {
    fn from(weight: Weight) -> Self {
        match weight {
            Weight::Total => Self::Total,
            Weight::SelfTime => Self::SelfTime,
            Weight::Idle => Self::Idle,
            Weight::Count => Self::Count,
            Weight::Cpu => Self::Cpu,
            Weight::Blocked => Self::Blocked,
        }
    }
}

impl From<By> for DiffRows {
    fn from(by: By) -> Self {
        match by {
            By::Name => Self::Names,
            By::Path => Self::Paths,
        }
    }
}
