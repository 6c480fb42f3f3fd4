//! What recording did to a frame.

use super::Sampled;
use super::tally::Own;
use crate::overhead::{Rate, Rates};

/// The time of ours that a frame has by itself.
pub(super) fn own_cost(rates: &Rates, own: &Own) -> Rate {
    rates.inside_of(&own.within).plus(rates.outside_of(&own.under))
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
