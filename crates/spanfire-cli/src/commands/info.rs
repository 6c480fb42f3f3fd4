//! `spanfire info`.

use crate::args::InfoArgs;
use crate::failure::Failure;
use crate::input::Input;
use crate::output::Output;
use spanfire_render::tables;
use spanfire_views::Summary;
use std::process::ExitCode;

/// Shows what a recording is.
pub fn info(args: &InfoArgs) -> Result<ExitCode, Failure> {
    let input = Input::open(&args.input)?;
    let output = Output::open(&args.output, input.path())?;
    let summary = input.view(Summary::of)?;
    output.write(|sink| tables::info(input.recording(), &summary, args.format.into(), sink))?;
    Ok(ExitCode::SUCCESS)
}
