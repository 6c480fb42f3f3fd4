//! An error as a user is shown it.

use std::error::Error;

/// The error's message and those of its sources, from the outside in.
pub fn with_sources(error: &dyn Error) -> String {
    let sources = std::iter::successors(Some(error), |&error| error.source());
    sources.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
