//! What each kind of probe cost in a recording, and how well that is known.

use crate::replay::Probe;
use spanfire_recording::{ProbeCost, ProbeSample};

/// The part of a cost by which it may be off: the same probe costs more or less in another place.
pub const COST_DOUBT: f64 = 0.25;

/// No probe takes longer: what a damaged recording says may be anything.
const MOST_NS: f64 = 1e9;

/// Costs of all kinds of probe.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rates {
    inside: [Rate; 3],
    outside: [Rate; 3],
}

/// What something cost, in ns, and by how much more or less.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rate {
    /// How much.
    pub cost_ns: f64,
    /// How far off that may be.
    pub doubt_ns: f64,
}

impl Rates {
    /// What a recording says. A kind that was not measured is taken to cost what a plain span does.
    pub fn of(cost: &ProbeCost) -> Rates {
        let kinds = [Some(cost.plain), cost.fields, cost.reenter];
        let kinds = kinds.map(|kind| kind.unwrap_or(cost.plain));
        let inside = |kind: ProbeSample| Rate::of(kind.inside_median_ns, kind.inside_spread_ns);
        let outside = |kind: ProbeSample| Rate::of(kind.outside_median_ns, kind.outside_spread_ns);
        Rates { inside: kinds.map(inside), outside: kinds.map(outside) }
    }

    /// What falls into a segment of its own.
    pub fn inside(&self, probe: Probe) -> Rate {
        self.inside[probe as usize]
    }

    /// What falls into the segment around it.
    pub fn outside(&self, probe: Probe) -> Rate {
        self.outside[probe as usize]
    }

    /// What so many probes of each kind cost inside.
    pub fn inside_of(&self, probes: &[u64; 3]) -> Rate {
        sum(&self.inside, probes)
    }

    /// What so many probes of each kind cost outside.
    pub fn outside_of(&self, probes: &[u64; 3]) -> Rate {
        sum(&self.outside, probes)
    }
}

fn sum(rates: &[Rate; 3], probes: &[u64; 3]) -> Rate {
    let times = |(rate, &count): (&Rate, &u64)| rate.times(count);
    rates.iter().zip(probes).map(times).fold(Rate::default(), Rate::plus)
}

impl Rate {
    fn of(median_ns: f64, spread_ns: Option<f64>) -> Rate {
        let sane = |ns: f64| if ns.is_finite() { ns.clamp(0.0, MOST_NS) } else { 0.0 };
        let cost_ns = sane(median_ns);
        Rate { cost_ns, doubt_ns: COST_DOUBT * cost_ns + sane(spread_ns.unwrap_or(0.0)) }
    }

    /// The same cost so many times. It is off by the same amount each time, so doubts add up.
    pub fn times(self, count: u64) -> Rate {
        let count = count as f64;
        Rate { cost_ns: self.cost_ns * count, doubt_ns: self.doubt_ns * count }
    }

    /// Both.
    pub fn plus(self, other: Rate) -> Rate {
        Rate { cost_ns: self.cost_ns + other.cost_ns, doubt_ns: self.doubt_ns + other.doubt_ns }
    }

    /// This without a part of it.
    pub fn minus(self, part: Rate) -> Rate {
        Rate { cost_ns: self.cost_ns - part.cost_ns, doubt_ns: self.doubt_ns - part.doubt_ns }
    }

    /// To the next whole nanosecond.
    pub fn rounded_ns(self) -> u64 {
        self.cost_ns.round() as u64
    }

    /// The least that it may be.
    pub fn low_ns(self) -> u64 {
        (self.cost_ns - self.doubt_ns).max(0.0).floor() as u64
    }

    /// The most that it may be.
    pub fn high_ns(self) -> u64 {
        (self.cost_ns + self.doubt_ns).ceil() as u64
    }
}
