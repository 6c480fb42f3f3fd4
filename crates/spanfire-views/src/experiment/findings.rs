//! From runs to what may be claimed.

use super::interval::{self, Ratio};
use super::{Arm, Experiment, Run};
use crate::random::Random;
use rustc_hash::{FxHashMap, FxHashSet};

/// What the runs of an [`Experiment`] say.
#[derive(Clone, Debug, PartialEq)]
pub struct Findings {
    /// One for each arm, in the experiment's order.
    pub effects: Vec<Effect>,
    /// How far from 1 a ratio may be by chance: 1.01 says from 1 / 1.01 to 1.01. Nothing as long as
    /// there are too few rounds to say.
    pub wall_band: Option<f64>,
    /// The same of processor time.
    pub cpu_band: Option<f64>,
    /// Whether compensation adds up, where recordings were looked at.
    pub additivity: Option<Additivity>,
    /// Rounds in which every arm ran.
    pub rounds: usize,
}

/// What an arm does to the program.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// The arm.
    pub arm: Arm,
    /// How often it ran.
    pub runs: usize,
    /// To its wall time.
    pub wall: Option<Comparison>,
    /// To its processor time, where it is known.
    pub cpu: Option<Comparison>,
}

/// An arm's times beside those of [`Arm::Off`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// The median over its runs.
    pub median_ns: u64,
    /// How far apart the middle half of its runs lies, as a share of the median.
    pub spread: f64,
    /// How many times as long as without a recorder it typically takes; none for that arm itself.
    pub typical: Option<f64>,
    /// The same with its interval, where there are enough rounds for one.
    pub ratio: Option<Ratio>,
    /// What may be said.
    pub claim: Claim,
}

/// What may be said of a ratio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is what others are compared with, or the control.
    Reference,
    /// The arm takes longer: its whole interval lies above the A/A band.
    Costs,
    /// It takes less long: the whole interval lies below.
    Saves,
    /// The estimate lies within the A/A band.
    NoneShown,
    /// The estimate lies outside, but not the whole interval: more rounds would tell.
    Unclear,
    /// There are too few rounds for an interval.
    TooFew,
}

/// The recorded arm without what its recordings say they cost, beside the arm without a recorder.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Additivity {
    /// Spans in a recording, the median over runs.
    pub spans: u64,
    /// What a recording says it cost, the median over runs.
    pub ours_ns: u64,
    /// (wall − cost) / wall without a recorder; 1 where it adds up. Only where all spans are of one
    /// thread.
    pub wall: Option<Ratio>,
    /// The same of processor time.
    pub cpu: Option<Ratio>,
}

/// What of a run is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measured {
    /// Wall time.
    Wall,
    /// Processor time.
    Cpu,
}

impl Measured {
    /// Of one run; nothing where it is not known or 0.
    pub fn of(self, run: &Run) -> Option<u64> {
        let ns = match self {
            Measured::Wall => Some(run.wall_ns),
            Measured::Cpu => run.cpu_ns,
        };
        ns.filter(|&ns| ns > 0)
    }
}

impl Findings {
    pub(super) fn of(experiment: &Experiment, draws: usize) -> Findings {
        let sides = [Measured::Wall, Measured::Cpu];
        let [wall, cpu] = sides.map(|measured| Pairs::new(experiment, measured, draws));
        let [wall_band, cpu_band] = [wall.band(), cpu.band()];
        let runs = |arm| experiment.runs().iter().filter(|run| run.arm == arm).count();
        let effects = experiment.arms().iter().map(|&arm| Effect {
            arm,
            runs: runs(arm),
            wall: wall.comparison(arm, wall_band),
            cpu: cpu.comparison(arm, cpu_band),
        });
        Findings {
            effects: effects.collect(),
            wall_band,
            cpu_band,
            additivity: additivity(experiment, &wall, &cpu),
            rounds: complete_rounds(experiment),
        }
    }
}

fn complete_rounds(experiment: &Experiment) -> usize {
    let mut arms_of: FxHashMap<usize, FxHashSet<Arm>> = FxHashMap::default();
    for run in experiment.runs() {
        arms_of.entry(run.round).or_default().insert(run.arm);
    }
    arms_of.values().filter(|arms| arms.len() == experiment.arms().len()).count()
}

/// One measure of all runs, to be compared round by round.
struct Pairs<'a> {
    experiment: &'a Experiment,
    measured: Measured,
    draws: usize,
}

impl<'a> Pairs<'a> {
    fn new(experiment: &'a Experiment, measured: Measured, draws: usize) -> Pairs<'a> {
        Pairs { experiment, measured, draws }
    }

    /// The logarithm of the ratio of `value` of an arm's runs to those without a recorder, in each
    /// round that has both.
    fn logarithms(&self, arm: Arm, value: impl Fn(&Run) -> Option<f64>) -> Vec<f64> {
        let runs = self.experiment.runs();
        let rounds = runs.iter().map(|run| run.round + 1).max().unwrap_or(0);
        let mut sums = vec![[(0.0, 0_u32); 2]; rounds];
        let plain = |run: &Run| self.measured.of(run).map(|ns| ns as f64);
        for run in runs {
            let sides = [(run.arm == arm, value(run)), (run.arm == Arm::Off, plain(run))];
            for (side, (is_of_side, ns)) in sides.into_iter().enumerate() {
                if let Some(ns) = ns.filter(|_| is_of_side) {
                    let (sum, count) = sums[run.round][side];
                    sums[run.round][side] = (sum + ns, count + 1);
                }
            }
        }
        let mean = |(sum, count): (f64, u32)| (count > 0).then(|| sum / f64::from(count));
        let ratios = sums.into_iter().filter_map(|[arm, off]| Some(mean(arm)? / mean(off)?));
        ratios.filter(|&ratio| ratio > 0.0).map(f64::ln).collect()
    }

    fn plain_logarithms(&self, arm: Arm) -> Vec<f64> {
        self.logarithms(arm, |run| self.measured.of(run).map(|ns| ns as f64))
    }

    fn interval(&self, logarithms: &[f64]) -> Option<Ratio> {
        interval::of(logarithms, self.draws, &mut Random(!self.experiment.seed()))
    }

    fn band(&self) -> Option<f64> {
        let control = self.interval(&self.plain_logarithms(Arm::OffAgain))?;
        Some(control.high.max(1.0 / control.low))
    }

    fn comparison(&self, arm: Arm, band: Option<f64>) -> Option<Comparison> {
        let runs = self.experiment.runs().iter().filter(|run| run.arm == arm);
        let mut values: Vec<u64> = runs.filter_map(|run| self.measured.of(run)).collect();
        values.sort_unstable();
        let quantile = |quarters: usize| values.get((values.len() - 1) * quarters / 4).copied();
        let median_ns = (!values.is_empty()).then(|| quantile(2)).flatten()?;
        let spread_ns = quantile(3)?.saturating_sub(quantile(1)?);
        let logarithms = match arm {
            Arm::Off => Vec::new(),
            _ => self.plain_logarithms(arm),
        };
        let ratio = self.interval(&logarithms);
        Some(Comparison {
            median_ns,
            spread: spread_ns as f64 / median_ns as f64,
            typical: interval::typical(&logarithms),
            ratio,
            claim: match arm {
                Arm::Off | Arm::OffAgain => Claim::Reference,
                _ => ratio.zip(band).map_or(Claim::TooFew, |(ratio, band)| claim(&ratio, band)),
            },
        })
    }

    /// The residual; the uncertainty of the cost is added to that of the times.
    fn residual(&self) -> Option<Ratio> {
        let without = |part: fn(&super::Recorded) -> u64| {
            let logarithms = self.logarithms(Arm::On, |run| {
                let ours_ns = run.recorded.as_ref().map(part)?;
                Some(self.measured.of(run)?.saturating_sub(ours_ns).max(1) as f64)
            });
            self.interval(&logarithms)
        };
        Some(Ratio {
            ratio: without(|recorded| recorded.ours_ns)?.ratio,
            low: without(|recorded| recorded.ours_high_ns)?.low,
            high: without(|recorded| recorded.ours_low_ns)?.high,
        })
    }
}

fn claim(ratio: &Ratio, band: f64) -> Claim {
    match ratio {
        ratio if ratio.low > band => Claim::Costs,
        ratio if ratio.high < 1.0 / band => Claim::Saves,
        ratio if ratio.ratio <= band && ratio.ratio >= 1.0 / band => Claim::NoneShown,
        _ => Claim::Unclear,
    }
}

fn additivity(experiment: &Experiment, wall: &Pairs<'_>, cpu: &Pairs<'_>) -> Option<Additivity> {
    let runs = experiment.runs().iter().filter(|run| run.arm == Arm::On);
    let recorded: Vec<_> = runs.filter_map(|run| run.recorded).collect();
    let median = |mut values: Vec<u64>| {
        values.sort_unstable();
        values.get(values.len() / 2).copied()
    };
    let is_one_thread = recorded.iter().all(|recorded| recorded.threads <= 1);
    Some(Additivity {
        spans: median(recorded.iter().map(|recorded| recorded.spans).collect())?,
        ours_ns: median(recorded.iter().map(|recorded| recorded.ours_ns).collect())?,
        wall: is_one_thread.then(|| wall.residual()).flatten(),
        cpu: cpu.residual(),
    })
}
