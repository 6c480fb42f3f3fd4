//! `spanfire overhead -- CMD…`: a program run with and without recording.

use crate::args::OverheadArgs;
use crate::failure::Failure;
use std::process::ExitCode;

/// Runs `args.command` in every way, and compares.
pub fn experiment(_args: &OverheadArgs) -> Result<ExitCode, Failure> {
    let message = "overhead: running a program is not supported; name a recording of it";
    Err(Failure::Usage(message.to_owned()))
}
