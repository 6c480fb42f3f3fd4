//! What `spanfire import` takes.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// `spanfire import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// The profile, compressed with gzip or not; `-` is standard input
    #[arg(value_name = "PROFILE")]
    pub file: PathBuf,
    /// What it is
    #[arg(long, value_enum, default_value_t)]
    pub format: ImportFormat,
    /// What one of a weight stands for, in folded stacks: a time such as 1ns or 10ms, or what is
    /// counted, such as samples or bytes
    #[arg(long, value_name = "TIME|WORD")]
    pub unit: Option<String>,
    /// The event whose samples are taken, where perf recorded several
    #[arg(long, value_name = "NAME")]
    pub event: Option<String>,
    /// The value that samples of pprof are weighted by [default: the one that is a time]
    #[arg(long, value_name = "NAME")]
    pub sample_type: Option<String>,
    /// Where the recording goes; `-` is standard output [default: next to PROFILE, if there is none]
    #[arg(short, long, value_name = "OUT.spanfire")]
    pub output: Option<PathBuf>,
}

/// `import --format`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ImportFormat {
    /// What the content says
    #[default]
    Auto,
    /// Stacks and their weight, a line each: from stackcollapse scripts, inferno, async-profiler
    Folded,
    /// What `perf script` prints
    Perf,
    /// Trace events as JSON: from Chrome, tracing-chrome, Node, Bazel
    Chrome,
    /// A profile of pprof: from Go, pprof-rs, jemalloc
    Pprof,
}

impl From<ImportFormat> for Option<spanfire_import::Format> {
    fn from(format: ImportFormat) -> Self {
        match format {
            ImportFormat::Auto => None,
            ImportFormat::Folded => Some(spanfire_import::Format::Folded),
            ImportFormat::Perf => Some(spanfire_import::Format::Perf),
            ImportFormat::Chrome => Some(spanfire_import::Format::Chrome),
            ImportFormat::Pprof => Some(spanfire_import::Format::Pprof),
        }
    }
}
