//! Tables in Parquet, for questions to many processes at once: DuckDB, Spark, DataFusion, pandas.
//!
//! ```text
//! spans      a row for each span, when it closed         ─┐ path_hash
//! rollups    what the spans of a path add up to, by time ─┘ the same in every process
//! segments   a row for each segment, when it ended
//! callsites  a row for each callsite
//! processes  one row, of the recording itself
//! ```
//!
//! Every row says whose it is (`process`, `service`, `version`, `imported`), so files of many processes are one table.
//! Memory: a row group of each table, the spans alive, the distinct paths, and the rollups, up to 131,072.

mod row;
mod table;
mod paths;
mod told;
mod rollups;
mod callsites;
mod processes;

use super::{Carried, Source};
use crate::error::Error;
use crate::tables::counted;
use callsites::callsites;
use paths::Paths;
use processes::{process, processes, start_unix_ns};
use rollups::Rollups;
use rustc_hash::FxHashMap;
use serde_json::json;
use spanfire_recording::Tick;
use spanfire_views::Visited;
use std::io::Write;
use table::Whose;
use told::{Rows, SEGMENTS, SPANS, Teller};

/// Where one table goes.
type Sink<'a> = &'a mut (dyn Write + Send);

/// Where the tables go, a file each.
pub struct ParquetSinks<'a> {
    /// A row for each span.
    pub spans: &'a mut (dyn Write + Send),
    /// A row for each segment.
    pub segments: &'a mut (dyn Write + Send),
    /// A row for each callsite.
    pub callsites: &'a mut (dyn Write + Send),
    /// A row for each path and time.
    pub rollups: &'a mut (dyn Write + Send),
    /// The row of the recording.
    pub processes: &'a mut (dyn Write + Send),
}

/// What a recording does not say of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParquetOptions {
    /// What the process is a part of; the program's name if not given.
    pub service: Option<String>,
    /// Which version of that.
    pub version: Option<String>,
    /// The length of the times by which rollups are cut, which start at multiples of it since 1970.
    pub bucket_ns: u64,
}

impl Default for ParquetOptions {
    /// Minutes.
    fn default() -> ParquetOptions {
        ParquetOptions { service: None, version: None, bucket_ns: 60_000_000_000 }
    }
}

/// Writes the selected spans as four tables, and a fifth with one row about the recording.
///
/// Times are in ns since the recording's start, which is `origin_unix_ns` on the wall clock; times of rollups
/// are on the wall clock. All integers are signed, of 64 bits. `process` is the program, its number and that
/// start, so it is another for every recording; `imported` is null unless the recording was made from another tool's
/// profile, and says from which and what that lacks, since a number may then mean nothing. Span, request and callsite numbers are of a process.
/// Hashes of paths are the same in every process: those of its spans from the outermost inwards, each by crate, name
/// and file, FNV-1a of 64 bits, as `docs/exports.md` says to the bit.
///
/// A rollup is of the spans that closed in a bucket of time, with all they spent. Its histogram counts their busy times in
/// the buckets of [`Histogram`](spanfire_views::Histogram), so histograms add up, and give percentiles to 1/256. A
/// recording of very many paths and times is written in parts, so that one path and time may have several rows.
///
/// Values of fields are text, whatever they were. How much of a busy time was on a processor is `cpu_ns` and
/// `blocked_ns`, null where no context switch tells. The tables have no place for instants and native samples, nor for where
/// events are missing: how many there are of each is in `processes`. Lists of names longer
/// than 256 are cut to the outermost; `depth`, `name` and hashes are exact.
///
/// # Errors
/// Where a sink does, and where the recording cannot be read.
pub fn parquet(
    source: &Source<'_>,
    options: &ParquetOptions,
    sinks: ParquetSinks<'_>,
) -> Result<Carried, Error> {
    let recording = source.recording();
    let origin_unix_ns = start_unix_ns(recording).unwrap_or(0);
    let whose = Whose {
        process: process(source),
        service: options.service.clone().unwrap_or_else(|| source.program()),
        version: options.version.clone(),
        imported: recording.header().origin.as_ref().map(ToString::to_string),
    };
    let ParquetSinks { spans, segments, callsites: sites, rollups, processes: of_process } = sinks;
    let mut told = Teller {
        origin_unix_ns,
        callsites: recording.callsites(),
        spans: Rows::new("spans", SPANS, source, &whose, spans),
        segments: Rows::new("segments", SEGMENTS, source, &whose, segments),
        rollups: Rollups::new(&whose, source, (origin_unix_ns, options.bucket_ns), rollups),
        paths: Paths::new(recording.callsites()),
        alive: FxHashMap::default(),
        orphans: 0,
    };
    let visited = source.replay.visit(&mut told)?;
    let facts = facts(source, &visited);
    let Teller { spans, segments, rollups, paths, orphans, .. } = told;
    let cut_paths = paths.cut();
    spans.finish(&facts)?;
    segments.finish(&facts)?;
    rollups.finish(&paths, &facts)?;
    callsites(recording.callsites(), &paths, &whose, sites).finish(&facts)?;
    processes(source, &visited, &whose, of_process).finish(&facts)?;
    let note = |count: u64, noun: &str, rest: &str| {
        (count > 0).then(|| format!("{} {rest}", counted(count, noun)))
    };
    let notes = [
        note(visited.instants, "instant", "left out"),
        note(cut_paths, "path", "listed without their innermost names"),
        note(orphans, "span", "on a path of its own, since what is above it had closed"),
        Carried::unknown_causes(&visited),
    ];
    let notes = notes.into_iter().flatten().collect();
    Ok(Carried { spans: visited.spans, notes, ..Carried::default() })
}

/// What stands in every footer.
fn facts(source: &Source<'_>, visited: &Visited) -> Vec<(&'static str, String)> {
    let recording = source.recording();
    let header = recording.header();
    let anchors = recording.anchors();
    let since = |tick| recording.timebase().ns(Tick(tick));
    let ends = anchors.first().into_iter().chain(anchors.last());
    let ends: Vec<_> = ends.map(|anchor| json!([since(anchor.tick), anchor.unix_ns])).collect();
    vec![
        ("recorder", header.recorder_version.clone()),
        ("executable", header.executable.clone()),
        ("process_id", header.process_id.to_string()),
        ("range_ns", json!([visited.range_ns.start, visited.range_ns.end]).to_string()),
        // The first and the last moment for which the wall clock is known: [ns, unix_ns].
        ("anchors", json!(ends).to_string()),
        ("spans", visited.spans.to_string()),
        ("instants", visited.instants.to_string()),
        ("lost_events", visited.lost_events.to_string()),
        ("cut", visited.cut.to_string()),
    ]
}
