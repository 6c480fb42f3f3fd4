//! How a command fails: one line on standard error and an exit code.

use spanfire_recording::ErrorKind;
use std::fmt::Display;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

/// Why a command gives up.
#[derive(Debug)]
pub enum Failure {
    /// The recording is bad or the output cannot be written: exit 1.
    Bad(String),
    /// Something on the command line is wrong, or names what the recording does not have: exit 2.
    Usage(String),
    /// Nobody reads standard output any more, as in `spanfire top | head`: quiet, exit 0.
    Unread,
}

impl Failure {
    /// The recording at `path` cannot be read.
    pub fn reading(path: &Path, error: &spanfire_recording::Error) -> Failure {
        let advice = match error.kind() {
            ErrorKind::Io if !path.exists() => {
                let message = "no such file (`spanfire run -- CMD` writes a recording)";
                return Failure::bad(path, message);
            }
            ErrorKind::Io | ErrorKind::Version => "",
            ErrorKind::Foreign => " (name a file that spanfire recorded)",
            ErrorKind::Damaged => " (the file is damaged: take another copy, or record again)",
        };
        Failure::bad(path, format!("{error}{advice}"))
    }

    /// Something is wrong with the file at `path`.
    pub fn bad(path: &Path, what: impl Display) -> Failure {
        Failure::Bad(format!("{}: {what}", path.display()))
    }

    /// Standard output refused the bytes.
    pub fn stdout(error: io::ErrorKind, what: impl Display) -> Failure {
        match error {
            io::ErrorKind::BrokenPipe => Failure::Unread,
            _ => Failure::Bad(format!("standard output: {what}")),
        }
    }

    /// Says why on standard error.
    pub fn report(&self) -> ExitCode {
        match self {
            Failure::Bad(message) => {
                say(message);
                ExitCode::from(1)
            }
            Failure::Usage(message) => {
                say(message);
                ExitCode::from(2)
            }
            Failure::Unread => ExitCode::SUCCESS,
        }
    }
}

/// Writes one line to standard error. Whether anybody reads it cannot be helped.
pub fn say(message: &str) {
    let message = spanfire_render::tables::printable(message);
    let _ = writeln!(io::stderr(), "spanfire: {message}");
}
