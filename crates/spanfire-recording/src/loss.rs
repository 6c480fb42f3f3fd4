//! What was not recorded, always counted.

use crate::{LaneId, Tick};
use minicbor::{Decode, Encode};

/// Events of one lane that were not recorded, or time that recording took from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The lane whose events are missing.
    pub lane: LaneId,
    /// The tick of the first one.
    pub first: Tick,
    /// The tick of the last one.
    pub last: Tick,
    /// How many events are missing; 0 for [`LossCause::Stall`].
    pub events: u64,
    /// Why.
    pub cause: LossCause,
}

/// Why events are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum LossCause {
    /// The collector fell behind and the overflow policy is to drop.
    #[n(0)]
    Overflow,
    /// No event is missing: the thread waited for the collector, which is overhead, not its work.
    #[n(1)]
    Stall,
    /// The sink refused the bytes, for example because the disk was full.
    #[n(2)]
    Sink,
}
