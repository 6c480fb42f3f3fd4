//! Truth: experiments on programs whose costs are known.
//!
//! Each program's times vary from run to run, more upwards than downwards; slow waves of the machine
//! lie under all runs of a round; now and then a run is disturbed and takes twice as long. Seeds are
//! fixed, so that each run of the tests sees the same.

use super::{Arm, Claim, Experiment, Findings, Recorded, Run, Sampler};
use crate::random::Random;

const SAMPLED: Arm = Arm::Sampled { hz: 999, by: Sampler::Spanfire };

/// Enough for percentiles in a test; an experiment draws more.
const DRAWS: usize = 300;

/// A program of 100 ms and a machine.
#[derive(Clone, Copy)]
struct Trial {
    rounds: usize,
    repeats: usize,
    /// How far runs differ, as a share.
    noise: f64,
    /// Of how many runs one is disturbed; 0 for none.
    disturbed: usize,
}

impl Trial {
    /// Runs `arms`, each with the factor it makes the program slower by.
    fn perform(&self, seed: u64, arms: &[(Arm, f64)]) -> Experiment {
        let names: Vec<Arm> = arms.iter().map(|(arm, _)| *arm).collect();
        let mut experiment = Experiment::new(&names, seed);
        let mut random = Random(seed ^ 0x5eed);
        let mut wave = random.normal();
        for round in 0..self.rounds {
            wave = 0.9 * wave + 0.44 * random.normal();
            for arm in experiment.order(round, self.repeats) {
                let factor = arms.iter().find(|(name, _)| *name == arm).map_or(1.0, |(_, by)| *by);
                let own = self.noise * (random.normal() + 0.5 * random.normal().powi(2));
                let is_disturbed = self.disturbed > 0 && random.below(self.disturbed) == 0;
                let disturbance = if is_disturbed { 2.0 } else { 1.0 };
                let wall_ns = 1e8 * factor * (0.1 * wave + own).exp() * disturbance;
                let (wall_ns, cpu_ns) = (wall_ns as u64, None);
                experiment.push(Run { round, arm, wall_ns, cpu_ns, recorded: None });
            }
        }
        experiment
    }
}

fn times(experiments: u64, judge: impl Fn(u64) -> bool) -> usize {
    (0..experiments).filter(|&seed| judge(seed)).count()
}

#[test]
fn intervals_hold_the_true_ratio_in_93_to_97_of_100_experiments() {
    for (rounds, repeats, disturbed) in [(8, 1, 0), (12, 3, 0), (20, 1, 20)] {
        let trial = Trial { rounds, repeats, noise: 0.02, disturbed };
        let covered = times(500, |seed| {
            let found = Findings::of(&trial.perform(seed, &[(Arm::On, 1.05)]), DRAWS);
            let ratio = found.effects[2].wall.unwrap().ratio.unwrap();
            ratio.low <= 1.05 && 1.05 <= ratio.high
        });
        assert!((465..=485).contains(&covered), "{rounds} × {repeats}, {disturbed}: {covered}");
    }
}

const ALL: [Arm; 5] = [
    Arm::On,
    Arm::Nowhere,
    Arm::Sampled { hz: 99, by: Sampler::Spanfire },
    SAMPLED,
    Arm::Sampled { hz: 4_999, by: Sampler::Spanfire },
];

#[test]
fn where_nothing_costs_anything_5_of_100_experiments_at_most_claim_that_something_does() {
    let trial = Trial { rounds: 10, repeats: 1, noise: 0.03, disturbed: 30 };
    let alarms = times(160, |seed| {
        let found = Findings::of(&trial.perform(seed, &ALL.map(|arm| (arm, 1.0))), DRAWS);
        let claims = found.effects.iter().filter_map(|effect| effect.wall);
        claims.into_iter().any(|wall| matches!(wall.claim, Claim::Costs | Claim::Saves))
    });
    assert!(alarms <= 8, "{alarms} of 160");
}

#[test]
fn a_twentieth_more_is_claimed_in_95_of_100_experiments() {
    let trial = Trial { rounds: 40, repeats: 1, noise: 0.015, disturbed: 30 };
    let claimed = times(100, |seed| {
        let found = Findings::of(&trial.perform(seed, &[(SAMPLED, 1.05)]), DRAWS);
        found.effects[2].wall.unwrap().claim == Claim::Costs
    });
    assert!(claimed >= 95, "{claimed} of 100");
}

/// A recorder that costs 1,000 spans 5 µs each and nothing else, and says so to within a fifth.
fn recorded(off_ns: u64, threads: usize) -> impl Fn(usize, Arm) -> Run {
    move |round, arm| {
        let noise_ns = round as u64 * 1_000;
        let recorded = (arm == Arm::On).then_some(Recorded {
            spans: 1_000,
            threads,
            recorded_ns: off_ns,
            ours_ns: 5_000_000,
            ours_low_ns: 4_000_000,
            ours_high_ns: 6_000_000,
        });
        let wall_ns = off_ns + noise_ns + recorded.map_or(0, |recorded| recorded.ours_ns);
        Run { round, arm, wall_ns, cpu_ns: Some(wall_ns), recorded }
    }
}

fn experiment(rounds: usize, run: impl Fn(usize, Arm) -> Run) -> Experiment {
    let mut experiment = Experiment::new(&[Arm::On], 1);
    for round in 0..rounds {
        experiment.order(round, 1).into_iter().for_each(|arm| experiment.push(run(round, arm)));
    }
    experiment
}

#[test]
fn what_a_recorder_says_it_costs_is_taken_out_and_nothing_is_left_if_it_is_right() {
    let found = experiment(10, recorded(100_000_000, 1)).findings();
    let additivity = found.additivity.unwrap();
    assert_eq!((additivity.spans, additivity.ours_ns), (1_000, 5_000_000));
    for residual in [additivity.wall.unwrap(), additivity.cpu.unwrap()] {
        assert!((residual.ratio - 1.0).abs() < 1e-9, "{residual:?}");
        assert!((residual.low - 0.99).abs() < 1e-6 && (residual.high - 1.01).abs() < 1e-6);
    }
    assert_eq!(found.effects[2].wall.unwrap().claim, Claim::Costs);
}

#[test]
fn costs_of_several_threads_are_not_taken_out_of_wall_time() {
    let additivity = experiment(10, recorded(100_000_000, 2)).findings().additivity.unwrap();
    assert_eq!(additivity.wall, None);
    assert!(additivity.cpu.is_some());
}

#[test]
fn rounds_that_were_cut_off_count_for_the_pairs_they_have() {
    let mut experiment = experiment(6, recorded(100_000_000, 1));
    let run = recorded(100_000_000, 1);
    experiment.push(run(6, Arm::On));
    experiment.push(run(7, Arm::Off));
    let found = experiment.findings();
    assert_eq!(found.rounds, 6);
    assert_eq!(found.effects.iter().map(|effect| effect.runs).collect::<Vec<_>>(), [7, 6, 7]);
    assert!(found.effects[2].wall.unwrap().ratio.is_some());
}

#[test]
fn few_rounds_claim_nothing() {
    let found = experiment(4, recorded(100_000_000, 1)).findings();
    let wall = found.effects[2].wall.unwrap();
    assert_eq!((wall.ratio, wall.claim, found.wall_band), (None, Claim::TooFew, None));
    assert!((wall.typical.unwrap() - 1.05).abs() < 1e-3, "{wall:?}");
    assert_eq!(Experiment::new(&[], 1).findings().rounds, 0);
}

#[test]
fn every_round_has_every_arm_and_an_order_of_its_own() {
    let experiment = Experiment::new(&[Arm::On, Arm::Off, SAMPLED, Arm::On], 9);
    assert_eq!(experiment.arms(), [Arm::Off, Arm::OffAgain, Arm::On, SAMPLED]);
    let mut firsts = [0; 4];
    for round in 0..400 {
        let order = experiment.order(round, 2);
        assert_eq!(order, experiment.order(round, 2));
        for arm in experiment.arms() {
            assert_eq!(order.iter().filter(|other| *other == arm).count(), 2);
        }
        firsts[experiment.arms().iter().position(|arm| *arm == order[0]).unwrap()] += 1;
    }
    assert!(firsts.iter().all(|first| (70..130).contains(first)), "{firsts:?}");
}
