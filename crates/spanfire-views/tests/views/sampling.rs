//! What samplers would have said, against what is known of hand-made programs.

use crate::program::Program;
use spanfire_recording::{CallsiteKind, Form, Recording, Tick};
use spanfire_views::{
    FramePart, Reading, Replay, SampleTimer, SamplingEstimate, SamplingOptions, Selection,
};

const MS: u64 = 1_000_000;

/// Numbers without a pattern (xorshift64*).
struct Chance(u64);

impl Chance {
    fn new(seed: u64) -> Chance {
        Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) * bound) >> 32
    }

    /// Exponentially distributed, at least 1.
    fn around(&mut self, mean: u64) -> u64 {
        let uniform = (self.below(1 << 30) as f64 + 0.5) / f64::from(1 << 30);
        1 + (-uniform.ln() * mean as f64) as u64
    }
}

/// A thread that spends its time in one span after the other, all under `main`.
fn one_after_the_other(spans: impl Iterator<Item = (String, u64)>) -> Recording {
    let mut program = Program::new(Form::Subscriber);
    program.cost = None;
    let lane = program.lane("main");
    let main = program.site("main", CallsiteKind::Span);
    let main_id = program.id(main);
    program.on(lane, |buffer| buffer.new_enter(Tick(0), main_id, main));
    let mut now = 0;
    for (name, length) in spans {
        let site = program.site(&name, CallsiteKind::Span);
        let id = program.id(site);
        program.on(lane, |buffer| {
            buffer.new_enter(Tick(now), id, site);
            buffer.exit_drop(Tick(now + length), id);
        });
        now += length;
    }
    program.on(lane, |buffer| buffer.exit_drop(Tick(now), main_id));
    program.recording()
}

fn estimate(recording: &Recording, hz: u32, seed: u64) -> SamplingEstimate {
    let options = SamplingOptions { rates_hz: vec![hz], seed, ..SamplingOptions::default() };
    let replay = Replay::new(recording, Selection::default());
    SamplingEstimate::of(&replay, &options).expect("an estimate")
}

fn reading(estimate: &SamplingEstimate, name: &str, timer: SampleTimer) -> Reading {
    let named = |frame: &&spanfire_views::SampledFrame| {
        frame.frame.is_some_and(|id| estimate.callsite(id).name == name)
    };
    let frame = estimate.names().iter().find(named).expect("a frame of this name");
    estimate.reading_by(timer, &frame.own, 0)
}

/// 24 names, each 1.25 times as likely as the one before, in slices much shorter than a period.
fn many_sizes() -> Recording {
    let weights: Vec<u64> = (0..24).map(|size| (1_000.0 * 1.25f64.powi(size)) as u64).collect();
    let all: u64 = weights.iter().sum();
    let mut chance = Chance::new(7);
    one_after_the_other((0..500).map(|_| {
        let mut place = chance.below(all);
        let size = weights.iter().position(|&weight| {
            let here = place < weight;
            place = place.saturating_sub(weight);
            here
        });
        (format!("size{}", size.unwrap_or(0)), chance.around(2 * MS))
    }))
}

/// A sampler that looks once in each period is never worse than chance, and here, where slices
/// are longer than periods, better.
#[test]
fn intervals_cover_the_truth_as_often_as_they_say() {
    let recording = many_sizes();
    let (mut intervals, mut by_chance, mut by_period) = (0, 0, 0);
    for seed in 0..1_000 {
        let estimate = estimate(&recording, 999, seed);
        for name in estimate.names().iter().filter(|name| name.own.busy_ns > 0) {
            let covers = |timer| u32::from(estimate.reading_by(timer, &name.own, 0).covers());
            intervals += 1;
            by_chance += covers(SampleTimer::Poisson);
            by_period += covers(SampleTimer::Jittered);
        }
    }
    assert!(intervals >= 20_000, "{intervals} intervals");
    let share = |covered: u32| f64::from(covered) / f64::from(intervals);
    assert!((0.93..=0.97).contains(&share(by_chance)), "{} covered", share(by_chance));
    assert!(share(by_period) > share(by_chance), "{} covered", share(by_period));
}

#[test]
fn the_spread_over_many_runs_is_what_theory_says() {
    let recording = many_sizes();
    let readings: Vec<Reading> = (0..300)
        .map(|seed| reading(&estimate(&recording, 999, seed), "size20", SampleTimer::Poisson))
        .collect();
    let squares = readings.iter().filter_map(|reading| reading.error).map(|error| error * error);
    let spread = (squares.sum::<f64>() / readings.len() as f64).sqrt();
    let expected = readings[0].standard_error;
    assert!((0.9..1.1).contains(&(spread / expected)), "{spread} and not {expected}");
}

/// A frame of which one sample is expected gets none in e⁻¹ of all runs.
#[test]
fn a_frame_is_missed_as_often_as_chance_says() {
    let mut chance = Chance::new(3);
    let recording = one_after_the_other((0..200).map(|number| match number % 4 {
        0 => ("rare".to_string(), MS / 5),
        _ => ("frequent".to_string(), chance.around(2 * MS)),
    }));
    let estimates: Vec<SamplingEstimate> =
        (0..600).map(|seed| estimate(&recording, 100, seed)).collect();
    for timer in [SampleTimer::Poisson, SampleTimer::Jittered] {
        let readings = estimates.iter().map(|estimate| reading(estimate, "rare", timer));
        let missed = readings.filter(Reading::is_missed).count() as f64 / 600.0;
        assert!((missed - 0.368).abs() < 0.07, "{timer:?}: {missed}");
    }
}

#[test]
fn the_same_seed_gives_the_same_samples_and_another_others() {
    let recording = many_sizes();
    let samples = |seed| {
        let estimate = estimate(&recording, 999, seed);
        estimate.frames().iter().map(|frame| frame.total.taken[0]).collect::<Vec<_>>()
    };
    assert_eq!(samples(5), samples(5));
    assert_ne!(samples(5), samples(6));
}

/// A loop of exactly 1 ms, of which `checksum` is the first tenth.
fn metronome() -> Recording {
    let turn = [("checksum", MS / 10), ("work", MS - MS / 10)];
    one_after_the_other((0..2_000).map(|number| {
        let (name, length) = turn[number % 2];
        (name.to_string(), length)
    }))
}

#[test]
fn lockstep_is_detected_and_jitter_mends_it() {
    let recording = metronome();
    for seed in 0..8 {
        let estimate = estimate(&recording, 1_000, seed);
        let misled = reading(&estimate, "checksum", SampleTimer::Periodic);
        assert!(misled.reported < 0.01 || misled.reported > 0.99, "reads {}", misled.reported);
        let mended = reading(&estimate, "checksum", SampleTimer::Jittered);
        assert!((mended.reported - 0.1).abs() < 0.04, "reads {}", mended.reported);
        let locked = estimate.lockstep(0);
        let names: Vec<_> = locked
            .iter()
            .filter_map(|locked| estimate.frames()[locked.frame].frame)
            .map(|frame| estimate.callsite(frame).name.as_str())
            .collect();
        assert_eq!(names, ["checksum", "work"]);
        assert!((2.0..4.0).contains(&locked[0].error), "of 300 %: {}", locked[0].error);
        assert!(locked.iter().all(|locked| locked.part == FramePart::Total));
    }
}

#[test]
fn a_rate_beside_the_programs_own_is_not_in_lockstep() {
    for hz in [99, 999, 4_999] {
        assert_eq!(estimate(&metronome(), hz, 1).lockstep(0), [], "{hz} Hz");
    }
}

/// Bursts of short calls, single calls of half a period, and everything else, at random.
#[test]
fn random_programs_are_never_said_to_be_in_lockstep() {
    for seed in 0..60 {
        let mut chance = Chance::new(seed + 1);
        let mut left = 0;
        let recording = one_after_the_other((0..1_000).map(|_| {
            if left > 0 {
                left -= 1;
                let name = if left % 2 == 0 { "burst" } else { "pause" };
                return (name.to_string(), MS / 20);
            }
            match chance.below(8) {
                0 => {
                    left = 20;
                    ("around".to_string(), chance.around(3 * MS))
                }
                1 => ("half".to_string(), MS / 2),
                2 => ("tenth".to_string(), MS / 10),
                _ => ("rest".to_string(), chance.around(MS)),
            }
        }));
        assert_eq!(estimate(&recording, 1_000, seed).lockstep(0), [], "seed {seed}");
    }
}

#[test]
fn groups_tell_what_was_missed() {
    let recording = one_after_the_other((0..100).map(|number| match number {
        50 => ("once".to_string(), 500),
        _ => ("often".to_string(), 10 * MS),
    }));
    let estimate = estimate(&recording, 999, 1);
    let depths = estimate.by_depth(FramePart::Total);
    assert_eq!(
        depths.iter().map(|group| (group.key, group.frames)).collect::<Vec<_>>(),
        [(1, 1), (2, 2)]
    );
    assert_eq!(depths[1].rates[0].missed, 0.5);
    let shares = estimate.by_share(FramePart::Total);
    assert_eq!(shares.iter().map(|group| group.key).collect::<Vec<_>>(), [-1, -7]);
    assert_eq!(shares[1].rates[0].missed, 1.0);
    assert_eq!(shares[1].rates[0].median_error, 1.0);
    assert_eq!(estimate.median_bias(), None);
}
