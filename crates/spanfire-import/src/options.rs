//! What can be chosen of an import.

use crate::error::Error;

/// A format that can be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Lines of `frame;frame;frame weight`.
    Folded,
    /// What `perf script` prints.
    Perf,
    /// Trace events as JSON.
    Chrome,
    /// A profile of pprof.
    Pprof,
}

impl Format {
    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Format::Folded => "folded stacks",
            Format::Perf => "perf samples",
            Format::Chrome => "trace events",
            Format::Pprof => "pprof samples",
        }
    }
}

/// How a profile is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// What it is; by default what its content says.
    pub format: Option<Format>,
    /// What one of a weight stands for, where the format does not say it (folded); by default it is not known.
    pub unit: Option<Unit>,
    /// Of which event the samples are taken, where there are several (perf).
    pub event: Option<String>,
    /// Which value of the samples is their weight (pprof); by default the one that is a time.
    pub sample_type: Option<String>,
}

impl Options {
    /// What is of another format would be passed over.
    pub(crate) fn check(&self, format: Format) -> Result<(), Error> {
        let given = [
            (self.unit.is_some(), "--unit", Format::Folded),
            (self.event.is_some(), "--event", Format::Perf),
            (self.sample_type.is_some(), "--sample-type", Format::Pprof),
        ];
        match given.iter().find(|(given, _, of)| *given && *of != format) {
            Some((_, flag, of)) => {
                let (of, found) = (of.name(), format.name());
                Err(Error::choice(format!("{flag} is of {of}, and these are {found}")))
            }
            None => Ok(()),
        }
    }
}

/// What one of a weight stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unit {
    /// So many nanoseconds.
    Time(u64),
    /// Something that is not time, in the plural.
    Of(String),
}
