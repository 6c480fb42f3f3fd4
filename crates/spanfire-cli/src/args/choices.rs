//! The flags that choose one of a few words, and what the words stand for.

use clap::ValueEnum;
use spanfire_render::tables;

/// `--names`.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum Names {
    /// The span's name
    #[default]
    Name,
    /// target::name
    Path,
    /// name (file:line)
    Location,
}

/// `--stacks`.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Stacks {
    /// What was entered on the thread
    Thread,
    /// The span's ancestry, on whatever threads
    Span,
}

/// `--weight`.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum Weight {
    /// Time running
    #[default]
    Busy,
    /// Time waiting
    Idle,
    /// Number of spans
    Count,
    /// Time running on a processor, where context switches are recorded
    Cpu,
    /// Time entered but off the processor, where context switches are recorded
    Blocked,
}

/// `info --format`.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum InfoFormat {
    /// For people
    #[default]
    Text,
    /// One object; times in integer ns
    Json,
}

/// `top --format`, `requests --format`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    /// For people
    #[default]
    Table,
    /// An array of objects; times in integer ns
    Json,
    /// A header and a line per row; times in integer ns
    Csv,
}

/// `top --sort`.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum TopSort {
    /// Time as the innermost span
    #[default]
    #[value(name = "self")]
    SelfTime,
    /// Time with children
    Total,
    /// Number of spans
    Count,
    /// 99th percentile of time per span
    P99,
    /// Time on a processor, with children, where context switches are recorded
    Cpu,
    /// Time entered but off the processor, with children, where context switches are recorded
    Blocked,
}

/// `requests --sort`.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum RequestSort {
    /// The longest first
    #[default]
    Lifetime,
    /// The most time running first
    Busy,
    /// The most time waiting first
    Idle,
    /// The earliest first
    Start,
    /// The most work on a processor first, where context switches are recorded
    Cpu,
    /// The most work off the processor first, where context switches are recorded
    Blocked,
}

/// `export --to`, where it is not a time.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ExportFormat {
    /// Stacks and their weight, a line each: for flamegraph.pl, inferno, speedscope
    Folded,
    /// Profiles of threads and requests, and one of all: for speedscope
    Speedscope,
    /// Trace events as JSON: for Perfetto, chrome://tracing
    Chrome,
    /// Track events, with everything in them: for Perfetto
    Perfetto,
    /// What was spent on each stack: for go tool pprof, Pyroscope, Parca
    Pprof,
    /// Samples of every moment and a marker for each span: for the Firefox Profiler
    Firefox,
    /// OpenTelemetry's traces as Protocol Buffers: for its collector, Jaeger, Tempo
    Otlp,
    /// OpenTelemetry's traces as lines of JSON
    OtlpJson,
    /// A directory of tables, of many processes at once: for DuckDB, Spark, DataFusion
    Parquet,
}

impl ExportFormat {
    /// The format as it is typed.
    pub fn word(self) -> String {
        self.to_possible_value().map_or(String::new(), |value| value.get_name().to_owned())
    }

    /// All formats as they are typed.
    pub fn words() -> Vec<String> {
        Self::value_variants().iter().map(|format| format.word()).collect()
    }
}

impl From<Names> for spanfire_views::Names {
    fn from(names: Names) -> Self {
        match names {
            Names::Name => Self::Name,
            Names::Path => Self::Path,
            Names::Location => Self::Location,
        }
    }
}

impl From<Stacks> for spanfire_views::Stacks {
    fn from(stacks: Stacks) -> Self {
        match stacks {
            Stacks::Thread => Self::Thread,
            Stacks::Span => Self::Span,
        }
    }
}

impl From<Weight> for spanfire_views::Weight {
    fn from(weight: Weight) -> Self {
        match weight {
            Weight::Busy => Self::Busy,
            Weight::Idle => Self::Idle,
            Weight::Count => Self::Count,
            Weight::Cpu => Self::Cpu,
            Weight::Blocked => Self::Blocked,
        }
    }
}

impl From<InfoFormat> for tables::InfoFormat {
    fn from(format: InfoFormat) -> Self {
        match format {
            InfoFormat::Text => Self::Text,
            InfoFormat::Json => Self::Json,
        }
    }
}

impl From<TableFormat> for tables::Format {
    fn from(format: TableFormat) -> Self {
        match format {
            TableFormat::Table => Self::Table,
            TableFormat::Json => Self::Json,
            TableFormat::Csv => Self::Csv,
        }
    }
}

impl From<TopSort> for tables::TopOrder {
    fn from(sort: TopSort) -> Self {
        match sort {
            TopSort::SelfTime => Self::SelfTime,
            TopSort::Total => Self::Total,
            TopSort::Count => Self::Count,
            TopSort::P99 => Self::P99,
            TopSort::Cpu => Self::Cpu,
            TopSort::Blocked => Self::Blocked,
        }
    }
}

impl From<RequestSort> for tables::RequestOrder {
    fn from(sort: RequestSort) -> Self {
        match sort {
            RequestSort::Lifetime => Self::Lifetime,
            RequestSort::Busy => Self::Busy,
            RequestSort::Idle => Self::Idle,
            RequestSort::Start => Self::Start,
            RequestSort::Cpu => Self::Cpu,
            RequestSort::Blocked => Self::Blocked,
        }
    }
}
