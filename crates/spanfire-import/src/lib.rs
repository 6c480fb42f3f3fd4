//! Profiles of other tools as recordings, one module per format.
//!
//! [`read`] takes what another tool wrote, finds out which format that is, and gives a [`Profile`]: threads,
//! and on each the stays in frames. [`Profile::write`] makes a recording of it, with an
//! [`Origin`](spanfire_recording::Origin) in its header that says what the source did not hold. What it did not
//! hold is laid out in the plainest way and marked, never guessed.
//!
//! - `folded`: stacks as lines of text, each with a weight
//! - `perf`: what `perf script` prints
//! - `chrome`: trace events as JSON
//! - `pprof`: the profiles of pprof, compressed or not
//!
//! This crate reads and writes what it is given, and opens nothing. It trusts no byte: numbers are checked
//! before they are added, stacks and names have a greatest length, and what is wrong is an [`Error`] that says where
//! and what to do. Memory: text formats that carry no times take what their distinct stacks take, the others 32 bytes
//! for each stay in a frame, and as much for each of its fields; pprof is held whole.

#![forbid(unsafe_code)]

mod error;
mod options;
mod callsites;
mod fields;
mod profile;
mod sweep;
mod stack_tree;
mod lines;
mod number;
mod content;
mod folded;
mod perf;
mod chrome;
mod pprof;

pub use error::{Error, ErrorKind};
pub use options::{Format, Options, Unit};
pub use profile::Profile;

use content::Content;
use std::io::Read;

/// Reads a profile of another tool. Where [`Options::format`] is not given, the content says what it is.
///
/// # Errors
/// Where `source` cannot be read; where it holds no profile, or none of the format that was asked for; where it holds
/// several and [`Options`] chooses none of them, or choose what that format does not have.
pub fn read<'a>(source: impl Read + 'a, options: &Options) -> Result<Profile, Error> {
    let content = Content::of(Box::new(source))?;
    let format = match options.format {
        Some(format) => format,
        None => content.format()?,
    };
    options.check(format)?;
    let profile = match format {
        Format::Folded => folded::read(content, options)?,
        Format::Perf => perf::read(content, options)?,
        Format::Chrome => chrome::read(content)?,
        Format::Pprof => pprof::read(content, options)?,
    };
    profile.checked(format)
}
