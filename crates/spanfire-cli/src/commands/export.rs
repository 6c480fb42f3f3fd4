//! `spanfire export`.

mod tables;

use super::call_tree;
use crate::args::{ExportArgs, ExportFormat, SelectionArgs, StacksArgs, Weight};
use crate::failure::{Failure, say};
use crate::input::Input;
use crate::output::Output;
use clap::ValueEnum;
use spanfire_recording::Lacks;
use spanfire_render::Error;
use spanfire_render::export::{self, Carried, Source};
use std::io::Write;
use std::process::ExitCode;
use tables::tables;

/// Writes a recording while it is replayed.
type Exporter<'a> = Box<dyn Fn(&Source<'_>, &mut dyn Write) -> Result<Carried, Error> + 'a>;

/// Writes the recording for another tool. What the other format does not carry is said in one line on
/// standard error.
pub fn export(args: &ExportArgs) -> Result<ExitCode, Failure> {
    let (format, part) = format_and_part(&args.input.selection)?;
    if !matches!(format, ExportFormat::Pprof) && !args.label.is_empty() {
        return Err(lacking(format, "--label", "labels"));
    }
    refuse_tables(format, args)?;
    let exporter: Exporter<'_> = match format {
        ExportFormat::Folded => return folded(args, &part),
        ExportFormat::Speedscope => Box::new(export::speedscope),
        ExportFormat::Chrome => Box::new(export::chrome),
        ExportFormat::Perfetto => Box::new(export::perfetto),
        ExportFormat::Otlp => Box::new(export::otlp),
        ExportFormat::OtlpJson => Box::new(export::otlp_json),
        ExportFormat::Pprof => Box::new(|source, sink| export::pprof(source, &args.label, sink)),
        ExportFormat::Firefox => Box::new(export::firefox),
        ExportFormat::Parquet => {
            refuse_stacks(format, &args.stacks)?;
            return Ok(said(format, &tables(args, &part)?));
        }
    };
    refuse_stacks(format, &args.stacks)?;
    let input = Input::open_part(&args.input.file, &part)?;
    let output = Output::open(&args.output, input.path())?;
    let mut carried = write(&input, args, output, exporter)?;
    // What has no times gets some in a format that cannot do without.
    let origin = input.origin().filter(|origin| origin.lacks != Lacks::default());
    carried.notes.extend(origin.map(ToString::to_string));
    Ok(said(format, &carried))
}

/// Says what is not carried as it was.
fn said(format: ExportFormat, carried: &Carried) -> ExitCode {
    let lacking = carried.to_string();
    if !lacking.is_empty() {
        say(&format!("{}: {lacking}", format.word()));
    }
    ExitCode::SUCCESS
}

fn write(
    input: &Input,
    args: &ExportArgs,
    output: Output,
    exporter: Exporter<'_>,
) -> Result<Carried, Failure> {
    let mut carried = Carried::default();
    let mut unreadable = None;
    let written = output.write(|sink| {
        let names = args.stacks.names.into();
        let done = input.replay(|replay| exporter(&Source { replay, names }, sink));
        carried = done.inspect_err(|error| {
            unreadable = error.recording().map(|error| Failure::reading(input.path(), error));
        })?;
        Ok(())
    });
    match unreadable {
        Some(failure) => Err(failure),
        None => written.map(|()| carried),
    }
}

/// Folded stacks are of the merged graph, and take its flags.
fn folded(args: &ExportArgs, part: &SelectionArgs) -> Result<ExitCode, Failure> {
    let input = Input::open_part(&args.input.file, part)?;
    let output = Output::open(&args.output, input.path())?;
    let tree = call_tree(&input, &args.stacks, part.root.is_some())?;
    let (names, weight) = (args.stacks.names.into(), args.stacks.weight.into());
    output.write(|sink| export::folded(&tree, names, weight, sink))?;
    Ok(ExitCode::SUCCESS)
}

/// A format of single spans has no merged stacks, so flags about them would do nothing.
fn refuse_stacks(format: ExportFormat, stacks: &StacksArgs) -> Result<(), Failure> {
    let StacksArgs { reverse, stacks, weight, native, names: _ } = stacks;
    let given = [
        (*reverse, "--reverse"),
        (stacks.is_some(), "--stacks"),
        (!matches!(weight, Weight::Busy), "--weight"),
        (native.native, "--native"),
        (native.perf.is_some(), "--perf"),
    ];
    let given = given.iter().find(|(given, _)| *given);
    given.map_or(Ok(()), |(_, flag)| Err(lacking(format, flag, "merged stacks")))
}

/// Only tables of many processes need to say whose they are, and have rollups.
fn refuse_tables(format: ExportFormat, args: &ExportArgs) -> Result<(), Failure> {
    let given = [
        (args.service.is_some(), "--service"),
        (args.service_version.is_some(), "--service-version"),
        (args.bucket.is_some(), "--bucket"),
    ];
    let given = given.iter().find(|(given, _)| *given);
    let given = given.filter(|_| !matches!(format, ExportFormat::Parquet));
    given.map_or(Ok(()), |(_, flag)| Err(lacking(format, flag, "tables")))
}

fn lacking(format: ExportFormat, flag: &str, what: &str) -> Failure {
    let format = format.word();
    Failure::Usage(format!("export --to {format}: {flag} is of {what}, which it has not"))
}

/// Tells the two meanings of `--to` apart: a time begins with a digit, and no format does.
fn format_and_part(typed: &SelectionArgs) -> Result<(ExportFormat, SelectionArgs), Failure> {
    let is_time = |word: &&String| word.starts_with(|char: char| char.is_ascii_digit());
    let (times, formats): (Vec<&String>, Vec<&String>) = typed.to.iter().partition(is_time);
    let format = match formats[..] {
        [format] => format,
        [] => return Err(usage("no format is given")),
        _ => return Err(usage("more than one format is given")),
    };
    let Ok(known) = ExportFormat::from_str(format, false) else {
        return Err(usage(&format!("`{format}` is neither a format nor a time")));
    };
    let to = times.into_iter().cloned().collect();
    Ok((known, SelectionArgs { to, ..typed.clone() }))
}

fn usage(problem: &str) -> Failure {
    let formats = ExportFormat::words().join(", ");
    Failure::Usage(format!("export --to: {problem}; the formats are {formats}"))
}
