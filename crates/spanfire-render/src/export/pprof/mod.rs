//! pprof's profiles: what was spent on each stack, for `go tool pprof`, Pyroscope and Parca.
//!
//! ```text
//! sample    a thread's stack, innermost frame first · spans, busy, idle, self · thread, request, fields
//! function  a callsite
//! ```
//!
//! Everything is added up while the recording is told, and written then. Memory: the distinct stacks and
//! labels, and the spans alive.

mod profile;
mod samples;

use super::{Carried, Source};
use crate::error::Error;
use samples::Samples;
use std::io::Write;

/// Writes what the selected spans spent, as a compressed profile.
///
/// A sample has four values. *self*, which readers show unless told otherwise: the time in which the
/// stack was that of its thread, so that sums with what is below a frame are its busy time, and
/// all of it is Σ self. *spans*: how many were first entered there. *busy* and *idle*: how long those spans
/// ran, with what they called, and waited; read these two as they stand (flat), since what is
/// summed up along a stack (cum) counts callees again.
///
/// Labels are the `thread`, the `request`, which is the label of its root, and those of the root's
/// fields that are `chosen`. A value recorded later labels what is entered after that.
///
/// The format has no place for when something happened, for links between spans, for instants or
/// losses, nor for an empty label. Processor time and native samples, for which it has, are left out.
///
/// # Errors
/// Where `sink` does, and where the recording cannot be read.
pub fn pprof(
    source: &Source<'_>,
    chosen: &[String],
    sink: &mut dyn Write,
) -> Result<Carried, Error> {
    let mut samples = Samples::new(source.recording().lanes().len(), chosen);
    let visited = source.replay.visit(&mut samples)?;
    profile::write(source, (&samples, &visited), chosen, sink)?;
    Ok(Carried { spans: visited.spans, ..Carried::default() })
}
