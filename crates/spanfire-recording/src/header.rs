//! What is known of the process when the recording starts.

use crate::{ClockInfo, Origin};
use minicbor::{Decode, Encode};

/// The first block of every recording: the process, its clock, and how spans are identified.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Header {
    /// Which recorder form wrote it, and so whether span ids are reused.
    #[n(0)]
    pub form: Form,
    /// The clock all ticks are readings of.
    #[n(1)]
    pub clock: ClockInfo,
    /// The operating system's number of the process.
    #[n(2)]
    pub process_id: u32,
    /// The path of the executable, or the empty string where it is unknown.
    #[n(3)]
    pub executable: String,
    /// The command line, program name first.
    #[n(4)]
    pub arguments: Vec<String>,
    /// `std::env::consts::OS`.
    #[n(5)]
    pub os: String,
    /// `std::env::consts::ARCH`.
    #[n(6)]
    pub arch: String,
    /// How many threads the machine runs at once, where known.
    #[n(7)]
    pub parallelism: Option<u32>,
    /// The version of the `spanfire` crate that wrote the recording.
    #[n(8)]
    pub recorder_version: String,
    /// What the recording was imported from; `None` if a recorder wrote it.
    #[n(9)]
    pub origin: Option<Origin>,
}

/// Which of the two recorder forms wrote a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Form {
    /// The stand-alone subscriber: every span id is used once, and carries its callsite.
    #[n(0)]
    Subscriber,
    /// The layer: ids come from the registry below and are reused; *new* and *close* delimit a life.
    #[n(1)]
    Layer,
}

/// What recording costs, measured when the recording started, under an open parent.
///
/// The *inside* part falls into the span's own interval; the *outside* part is seen by its parent
/// as self time. Their sum is what one span adds to the program.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct ProbeCost {
    /// A span without fields, entered once and closed.
    #[n(0)]
    pub plain: ProbeSample,
    /// How many spans were measured, of each kind.
    #[n(1)]
    pub samples: u32,
    /// A span with a number and a short text as fields, entered once and closed.
    #[n(2)]
    pub fields: Option<ProbeSample>,
    /// A living span entered and left once more.
    #[n(3)]
    pub reenter: Option<ProbeSample>,
}

/// One measured kind of probe, in nanoseconds. A spread is the distance between the quartiles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
#[allow(missing_docs)]
pub struct ProbeSample {
    #[n(0)]
    pub inside_min_ns: f64,
    #[n(1)]
    pub inside_median_ns: f64,
    #[n(2)]
    pub outside_min_ns: f64,
    #[n(3)]
    pub outside_median_ns: f64,
    #[n(4)]
    pub inside_spread_ns: Option<f64>,
    #[n(5)]
    pub outside_spread_ns: Option<f64>,
}
