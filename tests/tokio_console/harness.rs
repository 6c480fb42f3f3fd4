//! The counter and the plain reading of a recording that the tests of the other workspace stand on.

#![forbid(unsafe_code)]

#[path = "../harness/counts.rs"]
mod counts;
#[path = "../harness/at_once.rs"]
mod at_once;
#[path = "../harness/transcript.rs"]
mod transcript;

pub use counts::{Counting, Counts, counts_of, losses_of, recorded_and_lost};
pub use transcript::{Instant, Segment, Span, Transcript};
