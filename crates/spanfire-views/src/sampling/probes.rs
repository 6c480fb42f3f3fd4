//! What recording did to a frame.
//!
//! Takes a recording's probe cost and how often each frame was entered; gives the time of ours in
//! each frame, by itself.

use super::Sampled;
use spanfire_recording::ProbeCost;

/// The cost of recording, by frame.
pub(super) struct Probes<'a> {
    inside_ns: f64,
    outside_ns: f64,
    entries: &'a [u64],
    /// How often something was entered directly under a frame.
    under: Vec<u64>,
}

impl<'a> Probes<'a> {
    /// For frames with these parents, entered so often; the root is its own parent.
    pub fn new(cost: &ProbeCost, parents: &[usize], entries: &'a [u64]) -> Probes<'a> {
        let mut under = vec![0; entries.len()];
        for index in 1..entries.len() {
            under[parents[index]] += entries[index];
        }
        // Nothing is recorded of what lies outside the outermost spans.
        under[0] = 0;
        let (inside_ns, outside_ns) = (cost.plain.inside_median_ns, cost.plain.outside_median_ns);
        Probes { inside_ns, outside_ns, entries, under }
    }

    /// The time of ours that a frame has by itself.
    pub fn own_ns(&self, index: usize) -> f64 {
        self.inside_ns * self.entries[index] as f64 + self.outside_ns * self.under[index] as f64
    }
}

impl Sampled {
    /// How much too long recording made the time, relative to what it would be without: 1 where
    /// half of it is ours, infinite where all of it is. `None` where the cost is not known.
    pub fn bias(&self) -> Option<f64> {
        let probe_ns = self.probe_ns?;
        let program_ns = self.busy_ns as f64 - probe_ns;
        Some(if program_ns > 0.0 { probe_ns / program_ns } else { f64::INFINITY })
    }
}
