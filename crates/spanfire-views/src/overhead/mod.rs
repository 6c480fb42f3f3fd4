//! What recording cost, of the time that was recorded.
//!
//! Takes a replay of a recording that holds its probe cost; gives how much of the recorded time was
//! spent on recording it.

use crate::{Replay, Statistics};
use spanfire_recording::Error;

/// The account of what recording cost.
#[derive(Clone, Debug)]
pub struct Ledger {
    /// Spans recorded.
    pub spans: u64,
    /// Time in which any span was entered, over all threads.
    pub recorded_ns: u64,
    /// The part of it that was spent on recording.
    pub ours_ns: u64,
}

impl Ledger {
    /// The account of a selection; `None` if the recording does not hold its probe cost.
    pub fn of(replay: &Replay<'_>) -> Result<Option<Ledger>, Error> {
        let Some(cost) = replay.recording().probe_cost() else { return Ok(None) };
        let span_ns = cost.plain.inside_median_ns + cost.plain.outside_median_ns;
        let statistics = Statistics::of(replay)?;
        let spans = statistics.rows.iter().map(|row| row.spans).sum();
        Ok(Some(Ledger {
            spans,
            recorded_ns: statistics.total_self_ns,
            ours_ns: ((span_ns * spans as f64) as u64).min(statistics.total_self_ns),
        }))
    }
}
