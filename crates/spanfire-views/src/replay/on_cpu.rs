//! When the threads of lanes ran on a processor.
//!
//! Takes the context switches of each thread, in the order of time; tells of any time of a lane how
//! much of it the thread ran, and how much it did not: it waited, or was preempted. What lies between
//! two switches in the same direction, of which one is missing, is unknown, and so is everything of a
//! thread without switches. Costs a step for each switch, as long as the times asked for go on.

use super::sample_times::SampleTimes;
use rustc_hash::FxHashMap;
use spanfire_recording::{Error, LaneId, Recording};
use std::sync::Arc;

/// How much of a time was spent on a processor and how much off it; the rest is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Split {
    /// On a processor.
    pub cpu_ns: u64,
    /// Not on one.
    pub blocked_ns: u64,
}

impl Split {
    /// Both added.
    pub fn plus(self, other: Split) -> Split {
        Split {
            cpu_ns: self.cpu_ns.saturating_add(other.cpu_ns),
            blocked_ns: self.blocked_ns.saturating_add(other.blocked_ns),
        }
    }

    /// What came since it was `earlier`.
    pub fn since(self, earlier: Split) -> Split {
        Split {
            cpu_ns: self.cpu_ns.saturating_sub(earlier.cpu_ns),
            blocked_ns: self.blocked_ns.saturating_sub(earlier.blocked_ns),
        }
    }
}

/// A thread's context switch, in nanoseconds.
#[derive(Clone, Copy, Debug)]
struct SwitchAt {
    at_ns: u64,
    /// Whether it runs from then on.
    runs: bool,
}

/// When the threads of lanes ran on a processor, as far as their context switches tell.
///
/// Asked in the order of time; a clone made before the first question can be asked anew.
#[derive(Clone, Debug, Default)]
pub struct OnCpu {
    /// By lane; without changes where nothing is known.
    lanes: Vec<LaneOnCpu>,
}

/// A time of a lane in which its thread ran all along or not at all, or of which nothing is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// From.
    pub start_ns: u64,
    /// How long, which is some time.
    pub length_ns: u64,
    /// Whether it ran; `None` where that is not known.
    pub runs: Option<bool>,
}

#[derive(Clone, Debug, Default)]
struct LaneOnCpu {
    changes: Arc<[Change]>,
    /// How many changes lie before the time that was asked for last.
    passed: usize,
}

#[derive(Clone, Copy, Debug)]
struct Change {
    at_ns: u64,
    /// What holds up to here.
    before: State,
    /// What holds from here on.
    after: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Runs,
    Off,
    Unknown,
}

impl OnCpu {
    /// What the switches of `recording` tell of its lanes; `None` if it has none.
    ///
    /// # Errors
    /// If the recording cannot be read.
    pub fn of(recording: &Recording) -> Result<Option<OnCpu>, Error> {
        let mut switches: FxHashMap<u64, Vec<SwitchAt>> = FxHashMap::default();
        for index in 0..recording.batches() {
            let batch = recording.batch(index)?;
            let times = SampleTimes::of(recording, batch.clock);
            for switch in batch.switches {
                if let Some(at_ns) = times.ns(switch.time) {
                    let switch_at = SwitchAt { at_ns, runs: switch.runs };
                    switches.entry(switch.thread).or_default().push(switch_at);
                }
            }
        }
        Ok((!switches.is_empty()).then(|| OnCpu::new(recording, switches)))
    }

    fn new(recording: &Recording, mut switches: FxHashMap<u64, Vec<SwitchAt>>) -> OnCpu {
        for switches in switches.values_mut() {
            switches.sort_by_key(|switch| switch.at_ns);
        }
        let of = |thread: Option<u64>| {
            let switches = thread.and_then(|thread| switches.get(&thread));
            let changes = switches.map_or(Vec::new(), |switches| changes(switches));
            LaneOnCpu { changes: changes.into(), passed: 0 }
        };
        OnCpu { lanes: recording.lanes().iter().map(|lane| of(lane.os_thread_id)).collect() }
    }

    /// Whether anything is known of a lane.
    pub fn knows(&self, lane: LaneId) -> bool {
        self.lanes.get(lane.index()).is_some_and(|lane| !lane.changes.is_empty())
    }

    /// Cuts a time of a lane where its thread begins or ceases to run. Times of one lane come in
    /// their order.
    pub fn stretches(
        &mut self,
        lane: LaneId,
        from_ns: u64,
        to_ns: u64,
        mut each: impl FnMut(Stretch),
    ) {
        let told = |start_ns, length_ns, state: State| {
            each(Stretch { start_ns, length_ns, runs: state.runs() });
        };
        match self.lanes.get_mut(lane.index()) {
            Some(lane) => lane.states(from_ns, to_ns, told),
            None => LaneOnCpu::default().states(from_ns, to_ns, told),
        }
    }

    /// Splits a time of a lane. Times of one lane come in their order.
    pub(crate) fn split(&mut self, lane: LaneId, from_ns: u64, to_ns: u64) -> Split {
        match self.lanes.get_mut(lane.index()) {
            Some(lane) => lane.split(from_ns, to_ns),
            None => Split::default(),
        }
    }
}

fn changes(switches: &[SwitchAt]) -> Vec<Change> {
    let state = |runs: bool| if runs { State::Runs } else { State::Off };
    // A thread that comes to run did not run before; one that stops to run did.
    let mut last = None;
    let change = |switch: &SwitchAt| {
        let before = match last {
            Some(runs) if runs == switch.runs => State::Unknown,
            _ => state(!switch.runs),
        };
        last = Some(switch.runs);
        Change { at_ns: switch.at_ns, before, after: state(switch.runs) }
    };
    switches.iter().map(change).collect()
}

impl LaneOnCpu {
    fn split(&mut self, from_ns: u64, to_ns: u64) -> Split {
        let mut split = Split::default();
        self.states(from_ns, to_ns, |_, length_ns, state| split.add(state, length_ns));
        split
    }

    /// Tells from when, for how long, and in which state the thread was.
    fn states(&mut self, from_ns: u64, to_ns: u64, mut tell: impl FnMut(u64, u64, State)) {
        let mut at_ns = from_ns;
        while let Some(change) = self.changes.get(self.passed)
            && change.at_ns < to_ns
        {
            if change.at_ns > at_ns {
                tell(at_ns, change.at_ns - at_ns, change.before);
                at_ns = change.at_ns;
            }
            self.passed += 1;
        }
        let state = match self.changes.get(self.passed) {
            Some(next) => next.before,
            None => self.changes.last().map_or(State::Unknown, |last| last.after),
        };
        if to_ns > at_ns {
            tell(at_ns, to_ns - at_ns, state);
        }
    }
}

impl State {
    fn runs(self) -> Option<bool> {
        match self {
            State::Runs => Some(true),
            State::Off => Some(false),
            State::Unknown => None,
        }
    }
}

impl Split {
    fn add(&mut self, state: State, length_ns: u64) {
        match state {
            State::Runs => self.cpu_ns += length_ns,
            State::Off => self.blocked_ns += length_ns,
            State::Unknown => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane(switches: &[(u64, bool)]) -> LaneOnCpu {
        let switches: Vec<SwitchAt> =
            switches.iter().map(|&(at_ns, runs)| SwitchAt { at_ns, runs }).collect();
        LaneOnCpu { changes: changes(&switches).into(), passed: 0 }
    }

    #[track_caller]
    fn check(lane: &mut LaneOnCpu, from_ns: u64, to_ns: u64, expected: (u64, u64)) {
        let split = lane.split(from_ns, to_ns);
        assert_eq!((split.cpu_ns, split.blocked_ns), expected, "{from_ns}..{to_ns}");
    }

    #[test]
    fn a_time_is_split_at_each_switch_in_it() {
        let mut lane = lane(&[(10, true), (30, false), (40, true)]);
        check(&mut lane, 0, 5, (0, 5));
        check(&mut lane, 5, 15, (5, 5));
        check(&mut lane, 15, 20, (5, 0));
        check(&mut lane, 20, 50, (20, 10));
        check(&mut lane, 50, 60, (10, 0));
    }

    #[test]
    fn a_time_is_cut_into_stretches_where_it_is_split() {
        let mut on_cpu = OnCpu { lanes: vec![lane(&[(10, true), (30, false), (30, true)])] };
        let mut told = Vec::new();
        for (from_ns, to_ns) in [(5, 20), (20, 20), (20, 40)] {
            on_cpu.stretches(LaneId(0), from_ns, to_ns, |stretch| told.push(stretch));
        }
        let stretch = |start_ns, length_ns, runs| Stretch { start_ns, length_ns, runs: Some(runs) };
        let expected = [(5, 5, false), (10, 10, true), (20, 10, true), (30, 10, true)]
            .map(|(at, length, runs)| stretch(at, length, runs));
        assert_eq!(told, expected);
        on_cpu.stretches(LaneId(7), 0, 3, |stretch| told.push(stretch));
        assert_eq!(told[4], Stretch { start_ns: 0, length_ns: 3, runs: None });
        assert!(on_cpu.knows(LaneId(0)) && !on_cpu.knows(LaneId(7)));
    }

    #[test]
    fn a_thread_that_first_stops_ran_before() {
        check(&mut lane(&[(10, false)]), 0, 15, (10, 5));
    }

    #[test]
    fn what_a_missing_switch_leaves_open_is_unknown() {
        check(&mut lane(&[(10, true), (20, true), (30, false)]), 0, 40, (10, 20));
        check(&mut lane(&[]), 0, 40, (0, 0));
    }
}
