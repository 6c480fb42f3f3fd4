//! `spanfire run`: a program, its recording, and a first look at it.

mod child;

use crate::args::RunArgs;
use crate::failure::{Failure, say};
use crate::input::Input;
use child::Child;
use spanfire_render::tables::{self, Format, TopOptions};
use spanfire_render::{Error, duration};
use spanfire_views::{Statistics, Summary};
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::path::{self, Path, PathBuf};
use std::process::{self, ExitCode};
use std::time::SystemTime;

/// A first look is not a report.
const ROWS: usize = 5;

/// Runs a program and summarises what it recorded on standard error, which leaves the program's
/// own output as it was.
pub fn run(args: &RunArgs) -> Result<ExitCode, Failure> {
    let recording = recording_path(args)?;
    let before = stamp(&recording);
    let code = Child::start(&args.command, &recording)?.wait()?;
    let summarised = match stamp(&recording) {
        after if after.is_none() || after == before => Err(not_written(&recording)),
        _ => summarise(&shortest(&recording)),
    };
    match (summarised, code) {
        (Err(failure), 0) => Err(failure),
        (Err(failure), code) => {
            failure.report();
            Ok(ExitCode::from(code))
        }
        (Ok(()), code) => Ok(ExitCode::from(code)),
    }
}

/// Where the recording goes: absolute, so that a program may change its directory first.
fn recording_path(args: &RunArgs) -> Result<PathBuf, Failure> {
    let typed = match &args.output {
        Some(path) if path.as_os_str() == "-" => {
            let message = "run: a recording cannot go to standard output; name a file with -o";
            return Err(Failure::Usage(message.to_owned()));
        }
        Some(path) => path.clone(),
        None => unused_path(&args.command[0]),
    };
    let path = path::absolute(&typed)
        .map_err(|error| Failure::bad(&typed, format!("cannot write: {error}")))?;
    match path.parent() {
        Some(parent) if parent.is_dir() => Ok(path),
        _ => Err(Failure::bad(&typed, "cannot write: there is no such directory")),
    }
}

/// `<program>-<pid>.spanfire` in the current directory, of this process since the program has no
/// number yet; a later number where that is taken.
fn unused_path(program: &OsStr) -> PathBuf {
    let stem = Path::new(program).file_stem().unwrap_or(OsStr::new("program"));
    let named = |number: u32| {
        let mut name = stem.to_owned();
        name.push(format!("-{number}.spanfire"));
        PathBuf::from(name)
    };
    let numbers = process::id()..;
    numbers.map(named).find(|path| !path.exists()).unwrap_or_else(|| named(0))
}

/// What changes when a file is written.
fn stamp(path: &Path) -> Option<(u64, Option<SystemTime>)> {
    let found = fs::metadata(path).ok()?;
    Some((found.len(), found.modified().ok()))
}

fn not_written(path: &Path) -> Failure {
    Failure::Bad(format!(
        "the program ended without writing {}: does it call spanfire::init()?",
        shortest(path).display()
    ))
}

/// The path as one would type it here.
fn shortest(path: &Path) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).to_owned()
}

fn summarise(path: &Path) -> Result<(), Failure> {
    let input = Input::open_all(path)?;
    let summary = input.view(Summary::of)?;
    let statistics = input.view(Statistics::of)?;
    // Nobody may be reading standard error; the recording is there all the same.
    let _ = write_summary(&input, &summary, &statistics);
    for warning in tables::warnings(input.recording(), &summary) {
        say(&format!("warning: {warning}"));
    }
    let _ = write_next_steps(path, &summary);
    Ok(())
}

fn write_summary(input: &Input, summary: &Summary, statistics: &Statistics) -> Result<(), Error> {
    let mut sink = io::stderr().lock();
    writeln!(
        sink,
        "\n{}: {}, {}, {}, {}, {}",
        tables::printable(&input.path().display().to_string()),
        duration(summary.duration_ns),
        tables::counted(summary.spans, "span"),
        tables::counted(summary.threads as u64, "thread"),
        tables::counted(summary.lost_events, "lost event"),
        tables::bytes(input.recording().size_bytes()),
    )?;
    let options = TopOptions { limit: Some(ROWS), ..TopOptions::default() };
    tables::top(statistics, &options, Format::Table, &mut sink)
}

fn write_next_steps(path: &Path, summary: &Summary) -> io::Result<()> {
    if summary.spans == 0 {
        return Ok(());
    }
    let mut sink = io::stderr().lock();
    let path = tables::printable(&path.display().to_string());
    writeln!(sink, "\nnext: spanfire flamegraph {path}")?;
    writeln!(sink, "      spanfire flamegraph {path} --reverse")?;
    writeln!(sink, "      spanfire chart {path} --request slowest")
}
