//! `spanfire export`.

mod tables;

use super::call_tree;
use crate::args::{ExportArgs, ExportFormat, NativeArgs, SelectionArgs, StacksArgs, Weight};
use crate::failure::{Failure, say};
use crate::input::Input;
use crate::native::Native;
use crate::output::Output;
use clap::ValueEnum;
use spanfire_recording::Lacks;
use spanfire_render::Error;
use spanfire_render::export::{self, Carried, Source};
use spanfire_render::tables::counted;
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
        ExportFormat::Firefox => return firefox(args, &part),
        ExportFormat::Parquet => {
            refuse_stacks(format, &args.stacks)?;
            return Ok(said(format, &tables(args, &part)?));
        }
    };
    refuse_stacks(format, &args.stacks)?;
    let input = Input::open_part(&args.input.file, &part)?;
    let mut carried = write(&input, args, exporter)?;
    carried.notes.extend(samples_left_out(&input));
    Ok(said(format, &carried))
}

/// What to say of native samples where a format has no place for them.
fn samples_left_out(input: &Input) -> Option<String> {
    let samples = input.recording().sampling().map_or(0, |sampling| sampling.samples);
    (samples > 0).then(|| format!("{} left out", counted(samples, "native sample")))
}

/// What to say of a source without times where a format gives it some, since it cannot do without.
fn lacking_in_origin(input: &Input) -> Option<String> {
    let origin = input.origin().filter(|origin| origin.lacks != Lacks::default());
    origin.map(ToString::to_string)
}

/// Native samples go with the spans if the recording has any.
fn firefox(args: &ExportArgs, part: &SelectionArgs) -> Result<ExitCode, Failure> {
    let format = ExportFormat::Firefox;
    refuse_stacks(format, &args.stacks)?;
    let input = Input::open_part(&args.input.file, part)?;
    let NativeArgs { native: asked, perf } = &args.stacks.native;
    let native = match *asked || perf.is_some() {
        true => Some(Native::needed(&input, perf.as_deref())?),
        false => Native::if_any(&input)?,
    };
    let seen = native.as_ref().map(Native::seen);
    let mut carried =
        write(&input, args, Box::new(|source, sink| export::firefox(source, seen, sink)))?;
    let lost = native.map_or(0, |native| native.lost);
    let lost = (lost > 0).then(|| format!("{} lost", counted(lost, "native sample")));
    carried.notes.extend(lost);
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

fn write(input: &Input, args: &ExportArgs, exporter: Exporter<'_>) -> Result<Carried, Failure> {
    let output = Output::open(&args.output, input.path())?;
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
    if let Some(failure) = unreadable {
        return Err(failure);
    }
    written?;
    carried.notes.extend(lacking_in_origin(input));
    Ok(carried)
}

/// Folded stacks are of the merged graph, and take its flags.
fn folded(args: &ExportArgs, part: &SelectionArgs) -> Result<ExitCode, Failure> {
    let input = Input::open_part(&args.input.file, part)?;
    let output = Output::open(&args.output, input.path())?;
    let tree = call_tree(&input, &args.stacks, part.root.is_some())?;
    let (names, weight) = (args.stacks.names.into(), args.stacks.weight.into());
    output.write(|sink| export::folded(&tree, names, weight, sink))?;
    let NativeArgs { native, perf } = &args.stacks.native;
    let left_out = match *native || perf.is_some() {
        true => None,
        false => samples_left_out(&input).map(|left_out| left_out + "; --native has them"),
    };
    let notes = left_out.into_iter().collect();
    Ok(said(ExportFormat::Folded, &Carried { notes, ..Carried::default() }))
}

/// A format of single spans has no merged stacks, so flags about them would do nothing. One has native
/// functions all the same.
fn refuse_stacks(format: ExportFormat, stacks: &StacksArgs) -> Result<(), Failure> {
    let StacksArgs { reverse, stacks, weight, native, names: _ } = stacks;
    let has_native = matches!(format, ExportFormat::Firefox);
    let given = [
        (*reverse, "--reverse"),
        (stacks.is_some(), "--stacks"),
        (!matches!(weight, Weight::Busy), "--weight"),
        (native.native && !has_native, "--native"),
        (native.perf.is_some() && !has_native, "--perf"),
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
