//! The one error of this crate.

use std::{fmt, io};

/// Why a profile could not be imported, where in it, and what to do.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    source: Option<io::Error>,
}

/// What kind of thing went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The source could not be read.
    Io,
    /// It is not what it should be.
    Input,
    /// An option asks for what the profile does not have, or it has several things and none was chosen.
    Choice,
}

impl Error {
    pub(crate) fn input(message: impl Into<String>) -> Error {
        Error { kind: ErrorKind::Input, message: message.into(), source: None }
    }

    /// Something wrong in a line, from 1.
    pub(crate) fn line(line: u64, message: impl fmt::Display) -> Error {
        Error::input(format!("line {line}: {message}"))
    }

    pub(crate) fn choice(message: impl Into<String>) -> Error {
        Error { kind: ErrorKind::Choice, message: message.into(), source: None }
    }

    /// What kind of thing went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl From<io::Error> for Error {
    fn from(source: io::Error) -> Self {
        match source.kind() {
            // What flate2 says of bytes that are not what they should be.
            io::ErrorKind::InvalidInput
            | io::ErrorKind::InvalidData
            | io::ErrorKind::UnexpectedEof => Error::input(format!(
                "the compressed data is damaged or cut ({source}); take another copy"
            )),
            _ => Error {
                kind: ErrorKind::Io,
                message: "cannot read".to_owned(),
                source: Some(source),
            },
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.source {
            Some(source) => write!(f, ": {source}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}
