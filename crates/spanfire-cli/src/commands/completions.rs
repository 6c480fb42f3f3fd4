//! `spanfire completions`.

use crate::args::{Cli, CompletionsArgs};
use crate::failure::Failure;
use clap::CommandFactory;
use std::io::{self, Write};
use std::process::ExitCode;

/// Writes completions for a shell.
pub fn completions(args: &CompletionsArgs) -> Result<ExitCode, Failure> {
    // Into memory first: the generator panics when its sink refuses bytes.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "spanfire", &mut script);
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(&script).and_then(|()| stdout.flush());
    written.map_err(|error| Failure::stdout(error.kind(), format!("cannot write: {error}")))?;
    Ok(ExitCode::SUCCESS)
}
