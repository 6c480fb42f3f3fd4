//! The one error of this crate.

use std::{fmt, io};

/// Why nothing can be sampled, in words that a user can act on.
#[derive(Debug)]
pub struct Error {
    message: String,
    source: Option<io::Error>,
}

impl Error {
    pub(crate) fn new(message: impl Into<String>) -> Error {
        Error { message: message.into(), source: None }
    }

    #[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "nothing is tried there"))]
    pub(crate) fn system(what: &str, source: io::Error) -> Error {
        Error { message: format!("{what}: {source}"), source: Some(source) }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}
