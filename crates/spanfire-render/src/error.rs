//! The one error of this crate.

use std::{fmt, io};

/// Why a rendering could not be written: the sink refused it, or, where a recording is read while it
/// is written, the recording could not be read.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Sink(io::Error),
    Recording(spanfire_recording::Error),
}

impl Error {
    /// What the operating system said of the sink, for callers that treat a closed pipe differently.
    pub fn io_kind(&self) -> io::ErrorKind {
        match &self.kind {
            Kind::Sink(error) => error.kind(),
            Kind::Recording(_) => io::ErrorKind::InvalidData,
        }
    }

    /// What is wrong with the recording, if it is that.
    pub fn recording(&self) -> Option<&spanfire_recording::Error> {
        match &self.kind {
            Kind::Sink(_) => None,
            Kind::Recording(error) => Some(error),
        }
    }
}

impl From<io::Error> for Error {
    fn from(source: io::Error) -> Self {
        Error { kind: Kind::Sink(source) }
    }
}

impl From<spanfire_recording::Error> for Error {
    fn from(source: spanfire_recording::Error) -> Self {
        Error { kind: Kind::Recording(source) }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Sink(source) => write!(f, "cannot write: {source}"),
            Kind::Recording(source) => write!(f, "cannot read the recording: {source}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            Kind::Sink(source) => Some(source),
            Kind::Recording(source) => Some(source),
        }
    }
}
