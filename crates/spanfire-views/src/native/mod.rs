//! Native stacks joined with spans.
//!
//! Takes samples of what threads were executing, and what their addresses mean; gives each sample
//! to the innermost open segment of its thread at its moment, by the rule that gives every view its
//! moments. So the exact time of a span divides among the functions that were seen in it:
//!
//! ```text
//!   span         handle ───────────── 10 ms of self time, exact
//!   samples      parse ×6  copy ×3  [profiler] ×1
//!   hybrid       handle;parse 6 ms    handle;copy 3 ms    handle;[profiler] 1 ms
//! ```
//!
//! - `samples`: stacks with their threads and times
//! - `symbols`: what addresses are called
//! - `join`: samples to the spans that they fell in
//! - `cut`: what of a native stack is below a span
//! - `frames`: functions as frames of a merged graph
//! - `division`: a time among those it was divided by, to the nanosecond
//! - `hybrid`: the merged graph
//! - `sightings`: what was seen, along each lane
//! - `comparison`: what real samples say of each span, beside what is known exactly
//! - `skew`: whether the two clocks agree

mod samples;
mod symbols;
mod join;
mod cut;
mod frames;
mod division;
mod hybrid;
mod sightings;
mod comparison;
mod skew;

pub use comparison::Compared;
pub(crate) use frames::Frames;
pub use frames::{FrameKind, Marker};
pub use hybrid::{Hybrid, Joined};
pub use samples::NativeSamples;
pub use sightings::{Sighting, Sightings};
pub use skew::{SHIFTS_NS, Skew, SkewPoint, SkewVerdict};
pub use symbols::{Function, FunctionId, NativeSymbols};
