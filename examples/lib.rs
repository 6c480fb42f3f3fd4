//! Draws a recording: what every example does at its end.
//!
//! Takes a finished recording and the example's name; writes `NAME.flamegraph.svg`,
//! `NAME.reversed.svg`, `NAME.chart.svg` and `NAME.slowest.svg` beside the recording and prints
//! where they are. The `spanfire` command makes the same pictures of the same file; the examples
//! draw in process so that one `cargo run` shows everything.
//!
//! All files go to `spanfire/` in cargo's target directory: `$CARGO_TARGET_DIR` where it is set as
//! the example runs, else `target/` of this workspace.

#![forbid(unsafe_code)]

use spanfire::{Builder, Guard, Recorder};
use spanfire_recording::Recording;
use spanfire_render::sampling::{ScatterOptions, sampling_scatter};
use spanfire_render::tables::{self, Format, RequestsOptions, TopOptions};
use spanfire_render::{
    ChartOptions, FlamegraphOptions, Report, ReportOptions, SEGMENTS_IN_A_PAGE,
    chart_resolution_ns, flamegraph, request_chart, thread_chart,
};
use spanfire_views::{
    CallTree, Replay, RequestChart, RequestTable, SamplingEstimate, Selection, Stacks, Statistics,
    Timeline,
};
use std::error::Error;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write, stdout};
use std::path::{Path, PathBuf};

/// Whatever went wrong; an example has nothing to do about it but say so.
pub type Failure = Box<dyn Error + Send + Sync>;

/// The most spans of a request that are drawn; the shortest are left out first.
const SPANS_DRAWN: usize = 5_000;

/// Where the files of all examples are; made where it is missing.
pub fn directory() -> io::Result<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let target = target.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"));
    let directory = target.join("spanfire");
    fs::create_dir_all(&directory)?;
    directory.canonicalize()
}

/// Where the recording of `example` goes.
pub fn recording_path(example: &str) -> io::Result<PathBuf> {
    Ok(directory()?.join(format!("{example}.spanfire")))
}

/// A recorder that writes there, or where and what the environment says.
pub fn recorder(example: &str) -> Result<Builder, Failure> {
    Ok(Recorder::builder().output(recording_path(example)?).environment()?)
}

/// The recording, to be shown; `None` if the environment switched recording off, or said where to: then
/// whoever did so looks at it, and wants to know what the program takes without what is shown.
pub fn finished(guard: Guard) -> Result<Option<Recording>, Failure> {
    let is_told = std::env::var_os("SPANFIRE_OUT").is_some_and(|path| !path.is_empty());
    Ok(if guard.is_on() && !is_told { Some(guard.finish()?) } else { None })
}

/// Prints the statistics of the `limit` spans with the most self time.
pub fn print_top(recording: &Recording, limit: usize) -> Result<(), Failure> {
    let statistics = Statistics::of(&everything(recording))?;
    let options = TopOptions { limit: Some(limit), ..TopOptions::default() };
    tables::top(&statistics, &options, Format::Table, &mut stdout().lock())?;
    println!();
    Ok(())
}

/// Prints the `limit` requests that lived longest.
pub fn print_slowest_requests(recording: &Recording, limit: usize) -> Result<(), Failure> {
    let requests = RequestTable::of(&everything(recording))?;
    let options = RequestsOptions { limit: Some(limit), ..RequestsOptions::default() };
    tables::requests(&requests, &options, Format::Table, &mut stdout().lock())?;
    println!();
    Ok(())
}

/// Draws `recording` in every way and prints where the files are; the merged graphs by `stacks`.
pub fn draw(recording: &Recording, example: &str, stacks: Stacks) -> Result<(), Failure> {
    println!("recording           {}", recording_path(example)?.display());
    let replay = everything(recording);
    let forward = CallTree::of(&replay, stacks)?;
    draw_flamegraph(&forward, &format!("{example}.flamegraph"), example)?;
    draw_flamegraph(&forward.reversed(), &format!("{example}.reversed"), example)?;

    let title = |what: &str| ChartOptions {
        title: Some(format!("{example}: {what}")),
        ..ChartOptions::default()
    };
    let timeline = Timeline::of(&replay, chart_resolution_ns(&Timeline::range_of(&replay)))?;
    create(&format!("{example}.chart"), |sink| {
        thread_chart(&timeline, recording.callsites(), &title("what ran when"), sink)
    })?;

    let requests = RequestTable::of(&replay)?;
    let Some(slowest) = requests.slowest() else { return Ok(()) };
    if let Some(chart) = RequestChart::of(&replay, slowest.id, SPANS_DRAWN)? {
        create(&format!("{example}.slowest"), |sink| {
            let title = title("the slowest request");
            request_chart(&chart, recording.callsites(), recording.lanes(), &title, sink)
        })?;
    }
    Ok(())
}

/// Writes the interactive viewer with all of `recording` in it as `report.html`, and prints where it is.
pub fn report(recording: &Recording, example: &str) -> Result<(), Failure> {
    let report = Report::of(recording, &everything(recording), SEGMENTS_IN_A_PAGE)?;
    let title = format!("{example}.spanfire");
    let options = ReportOptions { title, selection: String::new(), resolution_ns: 1 };
    let path = directory()?.join("report.html");
    let mut sink = BufWriter::new(File::create(&path)?);
    spanfire_render::report(&[(&report, &options)], &mut sink)?;
    sink.flush()?;
    println!("{:19} {}", "report", path.display());
    Ok(())
}

/// Draws one merged graph as `NAME.svg` and prints where it is.
pub fn draw_flamegraph(tree: &CallTree, name: &str, title: &str) -> Result<(), Failure> {
    let options = FlamegraphOptions { title: title.into(), ..FlamegraphOptions::default() };
    create(name, |sink| flamegraph(tree, &options, sink))
}

/// Draws the errors of samplers and of spans as `NAME.scatter.svg` and prints where it is.
pub fn draw_scatter(estimate: &SamplingEstimate, example: &str) -> Result<(), Failure> {
    let options = ScatterOptions { subtitle: Some(example.into()), ..ScatterOptions::default() };
    create(&format!("{example}.scatter"), |sink| sampling_scatter(estimate, &options, sink))
}

fn everything(recording: &Recording) -> Replay<'_> {
    Replay::new(recording, Selection::default())
}

fn create(
    name: &str,
    write: impl FnOnce(&mut dyn Write) -> Result<(), spanfire_render::Error>,
) -> Result<(), Failure> {
    let path = directory()?.join(format!("{name}.svg"));
    let mut sink = BufWriter::new(File::create(&path)?);
    write(&mut sink)?;
    sink.flush()?;
    let what = name.split_once('.').map_or(name, |(_, what)| what);
    println!("{what:19} {}", path.display());
    Ok(())
}
