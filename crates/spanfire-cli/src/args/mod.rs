//! What was typed, as it was typed: the commands and their flags.

mod choices;
mod diff;
mod experiment;
mod import;
mod overhead;
mod selection;

pub use choices::{
    ExportFormat, InfoFormat, Names, RequestSort, Stacks, TableFormat, TopSort, Weight,
};
pub use diff::{DiffArgs, DiffFormat, FailIf, Weight as DiffWeightWord};
pub use experiment::{ArmWord, ExperimentArgs};
pub use import::ImportArgs;
pub use overhead::{LedgerRows, OverheadArgs, OverheadPart, SampleTimer, SamplingArgs};
pub use selection::SelectionArgs;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use std::ffi::OsString;
use std::path::PathBuf;

/// Shows where the time of a recorded program went.
///
/// A program that calls `spanfire::init()` writes a recording; these commands read it.
#[derive(Debug, Parser)]
#[command(
    name = "spanfire",
    version,
    max_term_width = 100,
    after_help = "Example:\n  spanfire run -- target/release/server\n  spanfire flamegraph server-4242.spanfire"
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands, in the order in which one meets them.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Runs a program that calls `spanfire::init()`, then summarises its recording
    #[command(
        after_help = "Example:\n  spanfire run -o server.spanfire -- target/release/server --port 8080"
    )]
    Run(RunArgs),
    /// Shows process, clock, threads, spans, losses and probe cost of a recording
    #[command(after_help = "Example:\n  spanfire info server.spanfire --format json")]
    Info(InfoArgs),
    /// Draws every stack once, as wide as the time spent on it
    #[command(
        after_help = "Example:\n  spanfire flamegraph server.spanfire --reverse --ignore '^idle'\n  spanfire flamegraph server.spanfire --native"
    )]
    Flamegraph(FlamegraphArgs),
    /// Draws what ran when: every thread, or one request over all its threads
    #[command(after_help = "Example:\n  spanfire chart server.spanfire --request slowest")]
    Chart(ChartArgs),
    /// Lists where the time went, per span name
    #[command(after_help = "Example:\n  spanfire top server.spanfire --sort p99 --limit 10")]
    Top(TopArgs),
    /// Lists the requests: root spans and all that descends from them
    #[command(
        after_help = "Example:\n  spanfire requests server.spanfire --root request --sort idle --format csv"
    )]
    Requests(RequestsArgs),
    /// Writes one HTML file in which the recording can be explored, offline
    #[command(
        after_help = "Example:\n  spanfire report server.spanfire -o server.html\n  spanfire report server.spanfire --experiment cost.json"
    )]
    Report(ReportArgs),
    /// Shows the recording in the browser, from a local server: for recordings too large for one file
    #[command(after_help = "Example:\n  spanfire view server.spanfire --port 8080 --no-open")]
    View(ViewArgs),
    /// Shows what changed between two recordings, and whether it is more than noise
    #[command(
        after_help = "Example:\n  spanfire diff before.spanfire after.spanfire -o diff.svg\n  spanfire diff a1.spanfire b1.spanfire --before a2.spanfire --after b2.spanfire --fail-if slower:5"
    )]
    Diff(DiffArgs),
    /// Writes the recording for another tool
    #[command(
        mut_arg("to", |to| to.required(true).help_heading(None).value_name("FORMAT|TIME").help(export_to())),
        after_help = "Example:\n  spanfire export server.spanfire --to folded | flamegraph.pl > server.svg"
    )]
    Export(ExportArgs),
    /// Shows what recording cost, of a recording, or by running a program with and without
    #[command(
        after_help = "Example:\n  spanfire overhead server.spanfire --format json\n  spanfire overhead server.spanfire --only join --perf perf.data\n  spanfire overhead --duration 2min -- target/release/import big.csv\n  spanfire overhead -o cost.html -- target/release/import big.csv"
    )]
    Overhead(OverheadArgs),
    /// Makes a recording of another tool's profile: folded stacks, perf script, trace events, pprof
    #[command(
        after_help = "Example:\n  perf script | spanfire import - -o perf.spanfire\n  spanfire import out.folded --unit 10ms && spanfire flamegraph out.spanfire"
    )]
    Import(ImportArgs),
    /// Writes completions for a shell
    #[command(
        after_help = "Example:\n  spanfire completions bash > ~/.local/share/bash-completion/completions/spanfire"
    )]
    Completions(CompletionsArgs),
}

fn export_to() -> String {
    let formats = ExportFormat::words().join(", ");
    format!(
        "The format ({formats}); and, given once more, the time from which on everything is cut off"
    )
}

/// `spanfire run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Where the recording goes [default: PROGRAM-PID.spanfire in this directory]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The program and its arguments
    #[arg(required = true, last = true, value_name = "CMD")]
    pub command: Vec<OsString>,
}

/// The recording a command reads, and what of it. Last in every command, since the heading of the
/// selection flags stands over all that follows.
#[derive(Debug, Args)]
pub struct InputArgs {
    /// The recording
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// What of it.
    #[command(flatten)]
    pub selection: SelectionArgs,
}

/// `spanfire info`.
#[derive(Debug, Args)]
pub struct InfoArgs {
    /// How it is written
    #[arg(long, value_enum, default_value_t)]
    pub format: InfoFormat,
    /// Where it goes; `-` is standard output
    #[arg(short, long, value_name = "OUT", default_value = "-")]
    pub output: PathBuf,
    #[command(flatten)]
    pub input: InputArgs,
}

/// Native functions in spans, where they were sampled.
#[derive(Debug, Args)]
pub struct NativeArgs {
    /// Open up each span's own time by the native functions that were sampled in it
    #[arg(long)]
    pub native: bool,
    /// The same from the samples of `perf record -e cpu-clock:u -F 999 -g -k CLOCK_MONOTONIC_RAW`
    #[arg(long, value_name = "PERF.DATA")]
    pub perf: Option<PathBuf>,
}

/// How stacks are merged: shared by `flamegraph` and `export`.
#[derive(Debug, Args)]
pub struct StacksArgs {
    /// Read stacks from the innermost frame outwards: who spent the time, then who called it
    #[arg(long)]
    pub reverse: bool,
    /// Which stack a moment is put on [default: span with --root, otherwise thread]
    #[arg(long, value_enum)]
    pub stacks: Option<Stacks>,
    /// What the width of a frame means
    #[arg(long, value_enum, default_value_t)]
    pub weight: Weight,
    /// How frames are labelled
    #[arg(long, value_enum, default_value_t)]
    pub names: Names,
    /// What stands below spans.
    #[command(flatten)]
    pub native: NativeArgs,
}

/// `spanfire flamegraph`.
#[derive(Debug, Args)]
pub struct FlamegraphArgs {
    #[command(flatten)]
    pub stacks: StacksArgs,
    /// Take out what recording cost, as far as the recording says; with the interval of what remains
    #[arg(long, conflicts_with_all = ["native", "perf"])]
    pub compensated: bool,
    /// Grow downwards, the outermost frame at the top
    #[arg(long)]
    pub icicle: bool,
    /// The title in the picture
    #[arg(long)]
    pub title: Option<String>,
    /// Where the picture goes; `-` is standard output [default: next to FILE]
    #[arg(short, long, value_name = "OUT.svg")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub input: InputArgs,
}

/// `spanfire chart`.
#[derive(Debug, Args)]
pub struct ChartArgs {
    /// Draw one request: its number in `spanfire requests`, or `slowest`
    #[arg(long, value_name = "ID")]
    pub request: Option<String>,
    /// How spans are labelled
    #[arg(long, value_enum, default_value_t)]
    pub names: Names,
    /// Mark what recording took at the end of every bar, as far as the recording says; tooltips have
    /// what remains, with its interval
    #[arg(long)]
    pub compensated: bool,
    /// The title in the picture
    #[arg(long)]
    pub title: Option<String>,
    /// Where the picture goes; `-` is standard output [default: next to FILE]
    #[arg(short, long, value_name = "OUT.svg")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub input: InputArgs,
}

/// How rows are written: shared by `top` and `requests`.
#[derive(Debug, Args)]
pub struct RowsArgs {
    /// How many rows at most, 0 for all [default: 30 in a table, otherwise all]
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// How rows are written
    #[arg(long, value_enum, default_value_t)]
    pub format: TableFormat,
    /// How spans are labelled
    #[arg(long, value_enum, default_value_t)]
    pub names: Names,
    /// Where the rows go; `-` is standard output
    #[arg(short, long, value_name = "OUT", default_value = "-")]
    pub output: PathBuf,
}

/// `spanfire top`.
#[derive(Debug, Args)]
pub struct TopArgs {
    /// What comes first
    #[arg(long, value_enum, default_value_t)]
    pub sort: TopSort,
    /// Take out what recording cost, as far as the recording says; with the interval of what remains
    #[arg(long)]
    pub compensated: bool,
    #[command(flatten)]
    pub rows: RowsArgs,
    #[command(flatten)]
    pub input: InputArgs,
}

/// `spanfire requests`.
#[derive(Debug, Args)]
pub struct RequestsArgs {
    /// What comes first
    #[arg(long, value_enum, default_value_t)]
    pub sort: RequestSort,
    /// Take out of their work what recording cost, as far as the recording says; with the interval of
    /// what remains
    #[arg(long)]
    pub compensated: bool,
    #[command(flatten)]
    pub rows: RowsArgs,
    #[command(flatten)]
    pub input: InputArgs,
}

/// `spanfire report`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// Round times of single spans down to multiples of this: coarser makes the file smaller, and
    /// leaves merged graphs and statistics exact
    #[arg(long, value_name = "TIME", default_value = "1ns")]
    pub resolution: String,
    /// Leave the shortest spans out of a page that would hold more than about this many, 0 for none;
    /// merged graphs and statistics stay exact
    #[arg(long, value_name = "N", default_value_t = spanfire_render::SEGMENTS_IN_A_PAGE)]
    pub max_spans: usize,
    /// Add a page with what measuring costs the program: what `spanfire overhead -o COST.json -- CMD`
    /// found
    #[arg(long, value_name = "COST.json")]
    pub experiment: Option<PathBuf>,
    /// The title of the page
    #[arg(long)]
    pub title: Option<String>,
    /// Where the page goes; `-` is standard output [default: next to FILE]
    #[arg(short, long, value_name = "OUT.html")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub input: InputArgs,
}

/// `spanfire export`. The format is a word and the end of the time range a number, so both are
/// `--to`, and both arrive in [`SelectionArgs::to`].
#[derive(Debug, Args)]
pub struct ExportArgs {
    #[command(flatten)]
    pub stacks: StacksArgs,
    /// A field of requests that labels what they spent, in formats with labels (pprof); may be repeated
    #[arg(long, value_name = "FIELD")]
    pub label: Vec<String>,
    /// What the process is a part of, in tables (parquet) [default: the program's name]
    #[arg(long, value_name = "NAME")]
    pub service: Option<String>,
    /// Which version of it this was, in tables (parquet)
    #[arg(long, value_name = "VERSION")]
    pub service_version: Option<String>,
    /// The times by which rollups are cut, in tables (parquet) [default: 1min]
    #[arg(long, value_name = "TIME")]
    pub bucket: Option<String>,
    /// Where it goes; `-` is standard output, parquet needs a directory
    #[arg(short, long, value_name = "OUT", default_value = "-")]
    pub output: PathBuf,
    #[command(flatten)]
    pub input: InputArgs,
}

/// `spanfire view`.
#[derive(Debug, Args)]
pub struct ViewArgs {
    /// The port of 127.0.0.1 to listen at; 0 is any that is free
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// Only print the address; otherwise it is opened in the browser
    #[arg(long)]
    pub no_open: bool,
    /// The title of the page
    #[arg(long)]
    pub title: Option<String>,
    #[command(flatten)]
    pub input: InputArgs,
}

/// `spanfire completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    pub shell: Shell,
}
