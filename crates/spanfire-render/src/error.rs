//! The one error of this crate.

use std::{fmt, io};

/// Why a rendering could not be written: the sink refused it.
///
/// Views cannot be wrong in a way that a renderer notices, so there is no other reason.
#[derive(Debug)]
pub struct Error {
    source: io::Error,
}

impl Error {
    /// What the operating system said, for callers that treat a closed pipe differently.
    pub fn io_kind(&self) -> io::ErrorKind {
        self.source.kind()
    }
}

impl From<io::Error> for Error {
    fn from(source: io::Error) -> Self {
        Error { source }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot write: {}", self.source)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}
