//! The test tested: how often it cries wolf, and how often it sees one.
//!
//! Programs are simulated, so that what changed is known: names whose spans take times of several
//! shapes, alone or in slow waves. Seeds are fixed, so that each run of the tests sees the same.

use super::FALSE_DISCOVERY_RATE;
use super::batches::{Batches, Sample};
use super::evidence::{Measure, Shift, Verdict, adjust, from_batches, from_recordings, judge};
use crate::random::Random;

/// How long the spans of a name take.
#[derive(Clone, Copy, Debug)]
enum Shape {
    /// Most near one value, some far above.
    LogNormal,
    /// A few carry most of the time: the variance has no bound.
    HeavyTail,
    /// A cache that is hit nine times of ten.
    TwoPaths,
    /// Like the first, under slow waves, each over some forty spans.
    Waves,
}

/// One run of one name.
fn run(shape: Shape, spans: u64, factor: f64, random: &mut Random) -> Batches {
    let mut batches = Batches::default();
    let mut wave = random.normal();
    for _ in 0..spans {
        wave = 0.95 * wave + (1.0_f64 - 0.95 * 0.95).sqrt() * random.normal();
        let us = match shape {
            Shape::LogNormal => (0.4 * random.normal()).exp(),
            Shape::HeavyTail => (1.0 - random.uniform()).powf(-1.0 / 1.8),
            Shape::TwoPaths if random.uniform() < 0.9 => 1.0 + 0.1 * random.uniform(),
            Shape::TwoPaths => 20.0 + 5.0 * random.uniform(),
            Shape::Waves => (0.3 * random.normal() + 0.2 * wave).exp(),
        };
        let busy_ns = (factor * us * 1_000.0) as u64;
        batches.push(Sample { busy_ns, self_ns: busy_ns / 2, ..Sample::default() });
    }
    batches
}

/// A program that runs twice.
struct Program {
    names: usize,
    shape: Shape,
    /// How many spans each name has, before and after.
    spans: [u64; 2],
    /// How many times as long those of the first name take after.
    factor: f64,
}

impl Program {
    /// A verdict for each name.
    fn verdicts(&self, seed: u64, measure: Measure) -> Vec<Verdict> {
        let mut random = Random(seed);
        let mut shifts: Vec<Option<Shift>> = (0..self.names)
            .map(|name| {
                let factor = if name == 0 { self.factor } else { 1.0 };
                let before = run(self.shape, self.spans[0], 1.0, &mut random);
                let after = run(self.shape, self.spans[1], factor, &mut random);
                from_batches(measure, &before, &after)
            })
            .collect();
        verdicts_on(&mut shifts)
    }
}

fn verdicts_on(shifts: &mut [Option<Shift>]) -> Vec<Verdict> {
    adjust(&mut shifts.iter_mut().flatten().collect::<Vec<_>>());
    // Without a threshold, which would hide what is being counted.
    shifts.iter().map(|shift| judge(shift.as_ref(), 0.0)).collect()
}

fn is_alarm(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Slower | Verdict::Faster)
}

fn programs(seeds: std::ops::RangeInclusive<u64>, judge: impl Fn(u64) -> bool) -> usize {
    seeds.filter(|&seed| judge(seed)).count()
}

/// In how many of 100 comparisons of a program with itself any name was called changed.
fn false_alarms(shape: Shape, spans: [u64; 2], measure: Measure) -> usize {
    let program = Program { names: 6, shape, spans, factor: 1.0 };
    programs(1..=100, |seed| program.verdicts(seed, measure).iter().any(is_alarm))
}

#[test]
fn a_program_compared_with_itself_gives_no_more_alarms_than_stated() {
    let alarms = [
        false_alarms(Shape::LogNormal, [40, 40], Measure::Total),
        false_alarms(Shape::LogNormal, [700, 900], Measure::Total),
        false_alarms(Shape::HeavyTail, [700, 700], Measure::Total),
        false_alarms(Shape::TwoPaths, [300, 700], Measure::Total),
        false_alarms(Shape::Waves, [2_000, 2_500], Measure::Total),
        false_alarms(Shape::TwoPaths, [400, 400], Measure::P50),
        false_alarms(Shape::TwoPaths, [2_000, 2_000], Measure::P99),
    ];
    let stated = FALSE_DISCOVERY_RATE * 100.0 * alarms.len() as f64;
    assert!(alarms.iter().sum::<usize>() as f64 <= stated, "{alarms:?}");
}

#[test]
fn a_tenth_more_is_found_in_95_of_100_programs() {
    for (shape, names, spans) in [(Shape::LogNormal, 20, 2_000), (Shape::Waves, 5, 15_000)] {
        let program = Program { names, shape, spans: [spans, spans], factor: 1.1 };
        let found =
            programs(1..=20, |seed| program.verdicts(seed, Measure::Total)[0] == Verdict::Slower);
        assert!(found >= 19, "{shape:?}: {found} of 20");
    }
}

/// Runs differ by 3 % as a whole, which spans inside one of them do not show.
fn between_runs(seed: u64, runs: usize, factor: f64) -> Vec<Verdict> {
    let mut random = Random(seed);
    let mut side = |factor: f64| -> Vec<f64> {
        (0..runs).map(|_| factor * 1_000.0 * (0.03 * random.normal()).exp()).collect()
    };
    let mut shifts: Vec<Option<Shift>> = (0..20)
        .map(|name| from_recordings(&side(1.0), &side(if name == 0 { factor } else { 1.0 })))
        .collect();
    verdicts_on(&mut shifts)
}

#[test]
fn several_recordings_a_side_tell_a_slow_run_from_a_slow_program() {
    let alarms = programs(1..=1_000, |seed| between_runs(seed, 3, 1.0).iter().any(is_alarm));
    assert!(alarms <= 10, "{alarms} of 1000");
    let found = programs(1..=100, |seed| between_runs(seed, 10, 1.1)[0] == Verdict::Slower);
    assert!(found >= 95, "{found} of 100");
}
