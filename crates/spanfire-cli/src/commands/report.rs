//! `spanfire report`.

use super::overhead::join;
use crate::args::ReportArgs;
use crate::failure::{Failure, say};
use crate::input::Input;
use crate::native::Native;
use crate::output::Output;
use crate::time::parse_ns;
use spanfire_render::{NativeGraphs, Report, ReportOptions};
use spanfire_views::{Hybrid, Stacks};
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
    let input = Input::open(&args.input)?;
    let path = args.output.clone().unwrap_or_else(|| input.sibling("html"));
    let output = Output::open(&path, input.path())?;
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
    output.write(|sink| spanfire_render::report(&[(&report, &options)], sink))?;
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
