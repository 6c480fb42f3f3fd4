//! A program that signals end, however the tests themselves were started.

use std::ffi::OsStr;
use std::process::Command;

/// The program, in which SIGINT and SIGTERM do what they do unless it says otherwise. What a shell
/// starts in the background ignores SIGINT, and so does all that this starts.
pub fn ended_by_signals(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("env");
    command.arg("--default-signal=INT,TERM").arg(program);
    command
}
