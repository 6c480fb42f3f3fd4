//! What recording took of the work of every request.

use super::account::Compensated;
use super::rates::{Rate, Rates};
use super::stalls::Stalls;
use crate::Replay;
use crate::replay::{Life, Missing, Observer, Probed, RequestNumber, Slice};

/// Adds up costs by the request whose work they fell into, on whatever thread. A segment of one request may
/// be entered inside one of another, which then has what it cost outside.
///
/// Costs 24 bytes for each request.
pub(crate) struct RequestCosts {
    rates: Rates,
    stalls: Stalls,
    /// By the request's number, 0 for none.
    costs: Vec<Costs>,
}

#[derive(Clone, Copy, Default)]
struct Costs {
    probes: Rate,
    stalled_ns: u64,
}

impl RequestCosts {
    /// Nothing has cost anything yet.
    pub fn new(replay: &Replay<'_>, rates: Rates) -> RequestCosts {
        RequestCosts { rates, stalls: Stalls::new(replay), costs: Vec::new() }
    }

    /// What remains of a request's work.
    pub fn remains(&self, number: RequestNumber, work_ns: u64) -> Compensated {
        let costs = self.costs.get(number.0 as usize).copied().unwrap_or_default();
        Compensated::of(work_ns, costs.stalled_ns, costs.probes)
    }

    fn of(&mut self, number: RequestNumber) -> &mut Costs {
        let index = number.0 as usize;
        if index >= self.costs.len() {
            self.costs.resize(index + 1, Costs::default());
        }
        &mut self.costs[index]
    }

    fn add(&mut self, number: RequestNumber, cost: Rate) {
        let costs = self.of(number);
        costs.probes = costs.probes.plus(cost);
    }
}

impl Observer for RequestCosts {
    const PROBES: bool = true;

    fn slice(&mut self, slice: &Slice, life: &Life) {
        let stalled_ns = self.stalls.within(slice);
        if stalled_ns > 0 {
            self.of(life.request).stalled_ns += stalled_ns;
        }
    }

    fn probed(&mut self, probed: &Probed) {
        if probed.within.is_some() {
            self.add(probed.requests.within, self.rates.inside(probed.probe));
        }
        if probed.around.is_some() {
            self.add(probed.requests.around, self.rates.outside(probed.probe));
        }
    }

    fn lost(&mut self, loss: &Missing) {
        self.stalls.lost(loss);
    }
}
