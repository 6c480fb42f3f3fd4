//! What changed between two sides: as a picture, and as rows.
//!
//! - `flamegraph`: the merged graph of the after side, coloured by what changed, and under it what
//!   is gone.
//! - `text`, `json`, `csv`: the span names with what a test says of them, or all stacks.
//! - `page`: both, for the interactive viewer.
//!
//! Where a side has several recordings, every time and count is the mean of one of them. JSON and CSV
//! are interfaces, as in [`tables`](crate::tables).

mod amount;
mod colour;
mod layout;
mod flamegraph;
mod on_cpu;
mod rows;
mod order;
mod text;
mod json;
mod csv;
mod page;

pub use flamegraph::flamegraph;
pub(crate) use page::page_json;

use crate::Error;
use crate::tables::Format;
use spanfire_views::{Diff, Measure, Names, Weight};
use std::io::Write;

/// How a diff is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct DiffOptions {
    /// The title of the picture.
    pub title: String,
    /// A line under it: what was selected.
    pub subtitle: Option<String>,
    /// What is compared.
    pub weight: DiffWeight,
    /// Whether shares of each side's total are compared, and not times and counts.
    pub share: bool,
    /// What counts as a change: 0.02 for 2 %.
    pub threshold: f64,
    /// How frames are labelled.
    pub names: Names,
    /// Whether the base of the picture is at the top.
    pub icicle: bool,
    /// What the rows of tables and CSV are.
    pub rows: DiffRows,
    /// How many rows at most; `None` for all.
    pub limit: Option<usize>,
}

impl Default for DiffOptions {
    fn default() -> Self {
        DiffOptions {
            title: "Diff".to_owned(),
            subtitle: None,
            weight: DiffWeight::Total,
            share: false,
            threshold: 0.02,
            names: Names::Name,
            icicle: false,
            rows: DiffRows::Names,
            limit: None,
        }
    }
}

/// What of a frame is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DiffWeight {
    /// Time running, with what was called.
    #[default]
    Total,
    /// Time running, without what was called.
    SelfTime,
    /// Time waiting.
    Idle,
    /// Number of spans.
    Count,
    /// Time on a processor, with what was called: of recordings with context switches.
    Cpu,
    /// Time entered but not on a processor, with what was called: of recordings with context switches.
    Blocked,
}

/// What the rows of a table are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DiffRows {
    /// Span names, each with its verdict.
    #[default]
    Names,
    /// Stacks.
    Paths,
}

impl DiffWeight {
    /// What the widths of frames add up.
    fn width(self) -> Weight {
        match self {
            DiffWeight::Total | DiffWeight::SelfTime => Weight::Busy,
            DiffWeight::Idle => Weight::Idle,
            DiffWeight::Count => Weight::Count,
            DiffWeight::Cpu => Weight::Cpu,
            DiffWeight::Blocked => Weight::Blocked,
        }
    }

    /// The measure of a name whose verdict stands for it. The number of spans is no measurement, and
    /// has none of its own.
    pub fn measure(self) -> Measure {
        match self {
            DiffWeight::Total | DiffWeight::Count => Measure::Total,
            DiffWeight::SelfTime => Measure::SelfTime,
            DiffWeight::Idle => Measure::Idle,
            DiffWeight::Cpu => Measure::Cpu,
            DiffWeight::Blocked => Measure::Blocked,
        }
    }

    fn word(self) -> &'static str {
        match self {
            DiffWeight::Total => "total",
            DiffWeight::SelfTime => "self",
            DiffWeight::Idle => "idle",
            DiffWeight::Count => "count",
            DiffWeight::Cpu => "cpu",
            DiffWeight::Blocked => "blocked",
        }
    }
}

/// Writes what changed as rows. JSON holds names and stacks, the others what
/// [`DiffOptions::rows`] says.
pub fn table(
    diff: &Diff,
    options: &DiffOptions,
    format: Format,
    sink: &mut dyn Write,
) -> Result<(), Error> {
    match format {
        Format::Table => text::write(diff, options, sink)?,
        Format::Json => json::write(diff, options, sink)?,
        Format::Csv => csv::write(diff, options, sink)?,
    }
    Ok(())
}
