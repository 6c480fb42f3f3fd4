//! The `spanfire` command: what a recording holds, as pictures, tables and exports.
//!
//! `args` holds what was typed; `selection` and `commands` hold what it means. Every command that
//! reads a recording goes the same way: [`input`] opens it and replays the selection, a view
//! aggregates, `spanfire-render` writes, and [`output`] or [`directory`] puts the bytes in place in one step; `view` hands them to a browser through
//! [`server`] instead.
//!
//! Exit codes: 0 done, 1 the recording is bad or the output cannot be written, 2 something on the
//! command line is wrong. Wrong is also a name that the recording does not have: a `--root`, a
//! `--thread`, a `--focus` or a `--request` that matches nothing would give an empty result that
//! looks like an answer. `--ignore` and `--hide` may match nothing. A selection that is well
//! formed and empty gives an empty table, and no picture. `run` exits as the program did, unless
//! that is 0 and something failed afterwards. 3 is `diff --fail-if` where it applies: everything was
//! compared and written, and something is slower.

#![forbid(unsafe_code)]

mod args;
mod time;
mod selection;
mod input;
mod progress;
mod output;
mod directory;
mod failure;
mod symbols;
mod perf_data;
mod native;
mod server;
mod commands;

use args::{Cli, Command};
use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Run(args) => commands::run(&args),
        Command::Info(args) => commands::info(&args),
        Command::Flamegraph(args) => commands::flamegraph(&args),
        Command::Chart(args) => commands::chart(&args),
        Command::Top(args) => commands::top(&args),
        Command::Requests(args) => commands::requests(&args),
        Command::Report(args) => commands::report(&args),
        Command::View(args) => commands::view(&args),
        Command::Diff(args) => commands::diff(&args),
        Command::Export(args) => commands::export(&args),
        Command::Import(args) => commands::import(&args),
        Command::Overhead(args) => commands::overhead(&args),
        Command::Completions(args) => commands::completions(&args),
    };
    match done {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}
