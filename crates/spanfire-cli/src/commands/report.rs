//! `spanfire report`.

use super::overhead::join;
use crate::args::ReportArgs;
use crate::failure::{Failure, say};
use crate::input::Input;
use crate::native::Native;
use crate::output::Output;
use crate::time::parse_ns;
use spanfire_render::experiment::Tried;
use spanfire_render::{NativeGraphs, Report, ReportOptions, report_with_experiment};
use spanfire_views::{Hybrid, Stacks};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::ExitCode;

/// Writes the interactive viewer with the recording in it.
pub fn report(args: &ReportArgs) -> Result<ExitCode, Failure> {
    let resolution_ns = match parse_ns(&args.resolution) {
        Some(ns) if ns > 0 => ns,
        _ => {
            return Err(Failure::Usage(format!(
                "--resolution: `{}` is not a time above zero; write one such as 1ns, 100ns, 1us",
                args.resolution
            )));
        }
    };
    let tried = args.experiment.as_deref().map(experiment).transpose()?;
    let input = Input::open(&args.input)?;
    let path = args.output.clone().unwrap_or_else(|| input.sibling("html"));
    let read = [Some(input.path()), args.experiment.as_deref()];
    let read: Vec<&Path> = read.into_iter().flatten().collect();
    let output = Output::open_beside(&path, &read)?;
    let limit = if args.max_spans == 0 { usize::MAX } else { args.max_spans };
    let report = input.view(|replay| Report::of(input.recording(), replay, limit))?;
    if report.is_empty() {
        return Err(input.empty("spans to show"));
    }
    let report = match Native::of(&input, None)? {
        Some(native) => report.with_native(graphs(&input, native)?),
        None => report,
    };
    let options = ReportOptions {
        title: args.title.clone().unwrap_or_else(|| input.name()),
        selection: args.input.selection.described().unwrap_or_default(),
        resolution_ns,
    };
    let pages = [(&report, &options)];
    output.write(|sink| match &tried {
        Some(tried) => report_with_experiment(&pages, tried, sink),
        None => spanfire_render::report(&pages, sink),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// What was seen of the program in the spans that are selected.
fn graphs(input: &Input, native: Native) -> Result<NativeGraphs, Failure> {
    let join = join::report(input, &native, None)?;
    let Native { samples, symbols, notes, .. } = native;
    let by_span = input.view(|replay| Hybrid::of(replay, Stacks::Span, &samples, &symbols))?;
    for note in &notes {
        say(note);
    }
    Ok(NativeGraphs { join, by_span, notes })
}

fn experiment(path: &Path) -> Result<Tried, Failure> {
    let json = fs::read(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => {
            let advice = "no such file (`spanfire overhead -o COST.json -- CMD` writes one)";
            Failure::bad(path, advice)
        }
        _ => Failure::bad(path, error),
    })?;
    Tried::read(&json).map_err(|error| Failure::bad(path, error))
}
