//! The one error of this crate.

use std::{fmt, io};

/// Why a recording could not be written or read.
///
/// The message names the place (`block at byte 4096: checksum differs`); the file's path is added
/// by whoever knows it.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    place: Option<u64>,
    message: String,
    source: Option<io::Error>,
}

/// What kind of failure an [`Error`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The operating system refused to read or write.
    Io,
    /// The input is not a spanfire recording at all.
    Foreign,
    /// A recording of a format version this build does not know.
    Version,
    /// A recording whose bytes contradict the format.
    Damaged,
}

impl Error {
    pub(crate) fn foreign(message: impl Into<String>) -> Self {
        Error { kind: ErrorKind::Foreign, place: None, message: message.into(), source: None }
    }

    pub(crate) fn version(found: u32) -> Self {
        let message = format!(
            "format version {found}; this build reads up to {}: use a newer spanfire",
            crate::VERSION
        );
        Error { kind: ErrorKind::Version, place: None, message, source: None }
    }

    pub(crate) fn damaged(place: u64, message: impl Into<String>) -> Self {
        Error {
            kind: ErrorKind::Damaged,
            place: Some(place),
            message: message.into(),
            source: None,
        }
    }

    /// What kind of failure this is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What is wrong, without the place.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// The byte of the file where the failure was noticed.
    pub fn place(&self) -> Option<u64> {
        self.place
    }
}

impl From<io::Error> for Error {
    fn from(source: io::Error) -> Self {
        Error {
            kind: ErrorKind::Io,
            place: None,
            message: source.to_string(),
            source: Some(source),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Some(place) => write!(f, "block at byte {place}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}
