//! What is said of a name or a stack.

use super::rates::Rate;

/// What recording the segments of one name or stack cost, and what remains of its times without
/// what recording took of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// How many spans.
    pub spans: u64,
    /// How many segments.
    pub segments: u64,
    /// What recording these segments cost inside them.
    pub inside_ns: u64,
    /// What recording these segments cost outside them, in whatever was around.
    pub outside_ns: u64,
    /// How many of these segments are too short to tell their length from what recording them cost
    /// inside.
    pub below_resolution: u64,
    /// Time as the innermost segment.
    pub self_time: Compensated,
    /// Time with all that was entered inside; of recursion as often as it occurs.
    pub busy: Compensated,
    /// The part of self that recording took: what these segments cost inside, and what those in
    /// them cost outside.
    pub ours_ns: u64,
    /// The part of self in which the thread waited for the collector.
    pub stalled_ns: u64,
    /// By how much recording would have taken more of self than there was.
    pub overcompensated_ns: u64,
}

impl Account {
    /// What recording these segments cost, wherever it fell.
    pub fn cost_ns(&self) -> u64 {
        self.inside_ns.saturating_add(self.outside_ns)
    }

    /// Whether most of the segments are below resolution.
    pub fn is_below_resolution(&self) -> bool {
        self.below_resolution > self.segments / 2
    }

    /// Both together.
    pub(crate) fn plus(self, other: Account) -> Account {
        let sum = |of: fn(&Account) -> u64| of(&self).saturating_add(of(&other));
        Account {
            spans: sum(|account| account.spans),
            segments: sum(|account| account.segments),
            inside_ns: sum(|account| account.inside_ns),
            outside_ns: sum(|account| account.outside_ns),
            below_resolution: sum(|account| account.below_resolution),
            self_time: self.self_time.plus(other.self_time),
            busy: self.busy.plus(other.busy),
            ours_ns: sum(|account| account.ours_ns),
            stalled_ns: sum(|account| account.stalled_ns),
            overcompensated_ns: sum(|account| account.overcompensated_ns),
        }
    }
}

/// A time without what recording took of it, and how well that is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compensated {
    /// As recorded.
    pub raw_ns: u64,
    /// What remains.
    pub ns: u64,
    /// The least that may remain.
    pub low_ns: u64,
    /// The most that may remain.
    pub high_ns: u64,
}

impl Compensated {
    /// `raw_ns` without the time `stalled_ns`, which is known, and without `cost`. Nothing less than
    /// nothing remains.
    pub(crate) fn of(raw_ns: u64, stalled_ns: u64, cost: Rate) -> Compensated {
        let ran_ns = raw_ns.saturating_sub(stalled_ns);
        Compensated {
            raw_ns,
            ns: ran_ns.saturating_sub(cost.rounded_ns()),
            low_ns: ran_ns.saturating_sub(cost.high_ns()),
            high_ns: ran_ns.saturating_sub(cost.low_ns()),
        }
    }

    /// Both together. They are off in the same direction, so intervals add up.
    pub fn plus(self, other: Compensated) -> Compensated {
        Compensated {
            raw_ns: self.raw_ns.saturating_add(other.raw_ns),
            ns: self.ns.saturating_add(other.ns),
            low_ns: self.low_ns.saturating_add(other.low_ns),
            high_ns: self.high_ns.saturating_add(other.high_ns),
        }
    }
}
