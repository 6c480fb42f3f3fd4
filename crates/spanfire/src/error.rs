//! The one error of this crate.

use std::{fmt, io, path::PathBuf};

/// Why a recording could not be started or finished.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Output { path: PathBuf, source: io::Error },
    Unwritten { path: PathBuf, source: io::Error, lost: u64, in_tail: bool },
    Recording(spanfire_recording::Error),
    Thread(io::Error),
    AlreadySet,
    Environment { variable: &'static str, message: String },
    Displaced { path: PathBuf },
    CollectorPanicked,
    Forked,
}

impl Error {
    pub(crate) fn output(path: PathBuf, source: io::Error) -> Self {
        Error { kind: Kind::Output { path, source } }
    }

    pub(crate) fn unwritten(path: PathBuf, source: io::Error, lost: u64, in_tail: bool) -> Self {
        Error { kind: Kind::Unwritten { path, source, lost, in_tail } }
    }

    pub(crate) fn displaced(path: PathBuf) -> Self {
        Error { kind: Kind::Displaced { path } }
    }

    pub(crate) fn forked() -> Self {
        Error { kind: Kind::Forked }
    }

    pub(crate) fn thread(source: io::Error) -> Self {
        Error { kind: Kind::Thread(source) }
    }

    pub(crate) fn already_set() -> Self {
        Error { kind: Kind::AlreadySet }
    }

    pub(crate) fn environment(variable: &'static str, message: impl Into<String>) -> Self {
        Error { kind: Kind::Environment { variable, message: message.into() } }
    }

    pub(crate) fn collector_panicked() -> Self {
        Error { kind: Kind::CollectorPanicked }
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
            Kind::Output { path, .. } => {
                write!(f, "cannot create the recording {}", path.display())
            }
            Kind::Unwritten { path, lost, in_tail, .. } => {
                write!(f, "the end of {} could not be written", path.display())?;
                if *in_tail {
                    let tail = spanfire_recording::tail::path_beside(path);
                    write!(f, "; what is missing there is kept in {}", tail.display())?;
                }
                match lost {
                    0 => Ok(()),
                    lost => write!(f, "; {lost} events are lost"),
                }
            }
            Kind::Displaced { path } => write!(
                f,
                "the recording {} was removed or replaced while it was written",
                path.display()
            ),
            Kind::Forked => f.write_str(
                "this process was forked from the one that records, which goes on with the recording",
            ),
            Kind::Recording(_) => f.write_str("the recording could not be written"),
            Kind::Thread(_) => f.write_str("cannot start the collector's thread"),
            Kind::AlreadySet => f.write_str(
                "the program has a global tracing subscriber already: \
                 use the layer beside it, and call init() once",
            ),
            Kind::Environment { variable, message } => write!(f, "${variable}: {message}"),
            Kind::CollectorPanicked => f.write_str("the collector's thread panicked"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            Kind::Output { source, .. } | Kind::Unwritten { source, .. } | Kind::Thread(source) => {
                Some(source)
            }
            Kind::Recording(source) => Some(source),
            _ => None,
        }
    }
}
