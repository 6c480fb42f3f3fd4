//! Files of other tools, one module per format.
//!
//! Every exporter takes a [`Source`] and a sink, writes while the recording is replayed, in memory
//! that does not grow with it, and gives back what it [`Carried`]. Times are since the recording's
//! start, in whole nanoseconds wherever the format has room for them. The same source gives the same
//! bytes. Each says what its format cannot carry; `docs/exports.md` has the table.
//!
//! - [`folded`]: stacks as lines of text, for the FlameGraph family; takes a merged graph
//! - [`chrome`]: trace events as JSON, for Perfetto, `chrome://tracing` and others
//! - [`speedscope`]: a profile for each thread and each request, and one of all
//! - [`perfetto`]: track events as Perfetto's own packets, with everything in them
//! - [`pprof`]: what was spent on each stack, for `go tool pprof` and others
//! - [`firefox`]: samples of every moment and a marker for each span, for the Firefox Profiler;
//!   with native samples, if there are any
//! - [`otlp`], [`otlp_json`]: OpenTelemetry's traces, for its collector and what is behind it
//! - `parquet`: tables of many processes, for DuckDB, Spark and others; with the feature of that name

mod source;
mod carried;
mod sink;
mod json;
mod protobuf;
mod ids;
mod folded;
mod chrome;
mod speedscope;
mod perfetto;
mod pprof;
mod firefox;
mod otlp;
#[cfg(feature = "parquet")]
mod parquet;

pub use carried::Carried;
pub use chrome::chrome;
pub use firefox::firefox;
pub use folded::folded;
pub use otlp::{otlp, otlp_json};
#[cfg(feature = "parquet")]
pub use parquet::{ParquetOptions, ParquetSinks, parquet};
pub use perfetto::perfetto;
pub use pprof::pprof;
pub use source::{Native, Source};
pub use speedscope::speedscope;

#[cfg(test)]
mod two_threads;
