//! `spanfire export`.

use super::call_tree;
use crate::args::{ExportArgs, ExportFormat, SelectionArgs};
use crate::failure::Failure;
use crate::input::Input;
use crate::output::Output;
use clap::ValueEnum;
use spanfire_render::export;
use std::process::ExitCode;

/// Writes the recording for another tool.
pub fn export(args: &ExportArgs) -> Result<ExitCode, Failure> {
    let (format, part) = format_and_part(&args.input.selection)?;
    let input = Input::open_part(&args.input.file, &part)?;
    let output = Output::open(&args.output, input.path())?;
    match format {
        ExportFormat::Folded => {
            let tree = call_tree(&input, &args.stacks, part.root.is_some())?;
            let (names, weight) = (args.stacks.names.into(), args.stacks.weight.into());
            output.write(|sink| export::folded(&tree, names, weight, sink))?;
        }
    }
    Ok(ExitCode::SUCCESS)
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
    let formats = ExportFormat::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    let formats: Vec<String> = formats.map(|format| format.get_name().to_owned()).collect();
    Failure::Usage(format!("export --to: {problem}; the formats are {}", formats.join(", ")))
}
