//! Samples as stays in frames.
//!
//! ```text
//!   samples        a;b    a;b    a;c               a         b and c are stays of their own, a is one until
//!   stays      a ──────────────────────        a ──────      the thread stops running, and another after that
//!              b ──────────────  c ────
//! ```
//!
//! A sample stands for the time since its thread's sample before. Where that is longer than one and a half intervals, the thread
//! was not running for all of it, and the sample stands for one interval.

use super::stacks::{StackId, Stacks};
use crate::fields::FieldsId;
use crate::profile::{LaneStays, Profile};
use spanfire_recording::CallsiteId;

/// A sample of a thread.
#[derive(Clone, Copy)]
pub(super) struct Sample {
    pub at_ns: Option<i64>,
    pub period: Option<u64>,
    pub stack: StackId,
}

/// Events whose period is in nanoseconds.
const CLOCKS: [&str; 2] = ["cpu-clock", "task-clock"];

/// How long samples are.
enum Length {
    /// As their period says.
    Period,
    /// All alike, in ns.
    Interval(u64),
}

/// Lays out the samples of every lane.
pub(super) fn lay_out(
    profile: &mut Profile,
    mut samples: Vec<Vec<Sample>>,
    stacks: &Stacks,
    event: &str,
) {
    let all = || samples.iter().flatten();
    let is_clock = CLOCKS.contains(&event.split(':').next().unwrap_or_default())
        && all().all(|sample| sample.period.is_some_and(|ns| ns > 0 && ns < 1 << 40));
    let timed = all().all(|sample| sample.at_ns.is_some());
    let period = all().next().and_then(|sample| sample.period);
    if is_clock && all().all(|sample| sample.period == period) {
        profile.origin.period_ns = period;
    }
    // Sorted since perf prints by processor where it is told not to sort.
    samples.iter_mut().for_each(|lane| lane.sort_by_key(|sample| sample.at_ns));
    let estimate = if timed { interval_ns(&samples) } else { None };
    let length = match (is_clock, estimate) {
        (true, _) => Length::Period,
        (false, Some(ns)) => {
            profile.notes.push(format!(
                "a sample stands for the time since the one before, or for {ns} ns, as a quarter of them at most do"
            ));
            Length::Interval(ns)
        }
        (false, None) => {
            profile.origin.unit = Some("samples".to_owned());
            Length::Interval(1)
        }
    };
    let by_time = timed && profile.origin.unit.is_none();
    profile.origin.lacks.times = !by_time;
    for (lane, samples) in profile.lanes.iter_mut().zip(&samples) {
        Thread { lane, stacks, until_ns: None, inside: Vec::new(), next: Vec::new() }
            .lay_out(samples, &length, by_time);
    }
    let starts =
        profile.lanes.iter().filter_map(|lane| lane.stays.iter().map(|stay| stay.start_ns).min());
    profile.start_ns = starts.min().unwrap_or(0);
}

/// The time that a quarter of neighbouring samples of a thread stay below: of threads that run, the
/// sampling interval; of those that mostly wait, less than the time between two samples.
fn interval_ns(samples: &[Vec<Sample>]) -> Option<u64> {
    let at = |sample: &Sample| sample.at_ns.unwrap_or(0);
    let pairs = samples.iter().flat_map(|lane| lane.windows(2));
    let mut gaps: Vec<u64> =
        pairs.map(|pair| at(&pair[1]).abs_diff(at(&pair[0]))).filter(|&gap| gap > 0).collect();
    gaps.sort_unstable();
    gaps.get(gaps.len() / 4).copied()
}

/// A thread while its samples are laid out.
struct Thread<'a> {
    lane: &'a mut LaneStays,
    stacks: &'a Stacks,
    /// Where the sample before ends.
    until_ns: Option<i64>,
    inside: Vec<CallsiteId>,
    next: Vec<CallsiteId>,
}

impl Thread<'_> {
    fn lay_out(&mut self, samples: &[Sample], length: &Length, by_time: bool) {
        for sample in samples {
            let ns = match length {
                Length::Period => sample.period.unwrap_or(0),
                Length::Interval(ns) => *ns,
            } as i64;
            let before = self.until_ns.unwrap_or(0);
            let (start_ns, end_ns) = match sample.at_ns.filter(|_| by_time) {
                None => (before, before.saturating_add(ns)),
                Some(at_ns) => match self.until_ns {
                    Some(before) if at_ns - before <= ns + ns / 2 => (before, at_ns),
                    _ => (at_ns - ns, at_ns),
                },
            };
            self.sample(sample.stack, start_ns, end_ns);
        }
        self.leave_to(0);
    }

    fn sample(&mut self, stack: StackId, start_ns: i64, end_ns: i64) {
        if self.until_ns != Some(start_ns) {
            self.leave_to(0);
            self.inside.clear();
        }
        self.stacks.frames(stack, &mut self.next);
        let both = self.inside.iter().zip(&self.next);
        let shared = both.take_while(|(inside, next)| inside == next).count();
        self.leave_to(shared);
        for &callsite in &self.next[shared..] {
            self.lane.enter(start_ns, callsite, FieldsId::default());
        }
        std::mem::swap(&mut self.inside, &mut self.next);
        self.until_ns = Some(end_ns);
    }

    /// Leaves the inner frames, where the last sample ends.
    fn leave_to(&mut self, depth: usize) {
        while self.lane.depth() > depth {
            self.lane.leave(self.until_ns.unwrap_or(0));
        }
    }
}
