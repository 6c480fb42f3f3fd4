//! `spanfire export`.

use super::call_tree;
use crate::args::{ExportArgs, ExportFormat};
use crate::failure::Failure;
use crate::input::Input;
use crate::output::Output;
use spanfire_render::export;
use std::process::ExitCode;

/// Writes the recording for another tool.
pub fn export(args: &ExportArgs) -> Result<ExitCode, Failure> {
    let input = Input::open(&args.input)?;
    let output = Output::open(&args.output, input.path())?;
    match args.to {
        ExportFormat::Folded => {
            let tree = call_tree(&input, &args.stacks, args.input.selection.root.is_some())?;
            let (weight, names) = (args.stacks.weight.into(), args.stacks.names.into());
            output.write(|sink| export::folded(&tree, names, weight, sink))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
