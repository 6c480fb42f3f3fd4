//! An experiment as programs read it.

use super::{Machine, Tried};
use serde::{Deserialize, Serialize};
use spanfire_views::{Additivity, Arm, Claim, Comparison, Effect, Ratio, Recorded, Run, Sampler};
use std::borrow::Cow;

/// What the object says it is.
pub(super) const KIND: &str = "spanfire experiment";

/// Counted up when an older reader would take what is written for something else.
pub(super) const VERSION: u32 = 1;

/// The JSON object.
#[derive(Serialize)]
pub(super) struct Document<'a> {
    kind: &'static str,
    version: u32,
    subject: &'a str,
    machine: &'a Machine,
    seed: u64,
    confidence: f64,
    rounds: usize,
    planned_rounds: usize,
    wall_band: Option<f64>,
    cpu_band: Option<f64>,
    arms: Vec<ArmRow>,
    additivity: Option<AdditivityRow>,
    notes: &'a [String],
    runs: Vec<RunRow>,
}

/// An arm; costs are shares of what the program takes without a recorder, so that 0.05 is 5 %.
#[derive(Serialize)]
pub(super) struct ArmRow {
    arm: &'static str,
    sampler: Option<&'static str>,
    hz: Option<u32>,
    runs: usize,
    wall_median_ns: Option<u64>,
    wall_spread: Option<f64>,
    wall_cost: Option<f64>,
    wall_cost_low: Option<f64>,
    wall_cost_high: Option<f64>,
    wall_claim: Option<&'static str>,
    cpu_median_ns: Option<u64>,
    cpu_spread: Option<f64>,
    cpu_cost: Option<f64>,
    cpu_cost_low: Option<f64>,
    cpu_cost_high: Option<f64>,
    cpu_claim: Option<&'static str>,
}

#[derive(Serialize)]
struct AdditivityRow {
    spans: u64,
    ours_ns: u64,
    wall_residual: Option<f64>,
    wall_residual_low: Option<f64>,
    wall_residual_high: Option<f64>,
    cpu_residual: Option<f64>,
    cpu_residual_low: Option<f64>,
    cpu_residual_high: Option<f64>,
}

/// A run, in the order in which they ran. What its recording says is there all or not at all.
#[derive(Serialize, Deserialize)]
pub(super) struct RunRow {
    pub round: usize,
    pub arm: Cow<'static, str>,
    pub sampler: Option<Cow<'static, str>>,
    pub hz: Option<u32>,
    wall_ns: u64,
    cpu_ns: Option<u64>,
    spans: Option<u64>,
    threads: Option<usize>,
    recorded_ns: Option<u64>,
    ours_ns: Option<u64>,
    ours_low_ns: Option<u64>,
    ours_high_ns: Option<u64>,
}

impl<'a> Document<'a> {
    pub fn of(tried: &'a Tried) -> Document<'a> {
        let findings = &tried.findings;
        Document {
            kind: KIND,
            version: VERSION,
            subject: &tried.subject,
            machine: &tried.machine,
            seed: tried.experiment.seed(),
            confidence: 0.95,
            rounds: findings.rounds,
            planned_rounds: tried.planned_rounds,
            wall_band: findings.wall_band.map(share),
            cpu_band: findings.cpu_band.map(share),
            arms: findings.effects.iter().map(ArmRow::of).collect(),
            additivity: findings.additivity.as_ref().map(AdditivityRow::of),
            notes: &tried.notes,
            runs: tried.experiment.runs().iter().map(RunRow::of).collect(),
        }
    }
}

impl ArmRow {
    pub fn of(effect: &Effect) -> ArmRow {
        let (arm, sampler, hz) = words(effect.arm);
        let (wall, cpu) = (effect.wall.as_ref(), effect.cpu.as_ref());
        let interval = |side: Option<&Comparison>| side.and_then(|side| side.ratio);
        let typical = |side: Option<&Comparison>| side.and_then(|side| side.typical).map(share);
        ArmRow {
            arm,
            sampler,
            hz,
            runs: effect.runs,
            wall_median_ns: wall.map(|wall| wall.median_ns),
            wall_spread: wall.map(|wall| wall.spread),
            wall_cost: typical(wall),
            wall_cost_low: interval(wall).map(|ratio| share(ratio.low)),
            wall_cost_high: interval(wall).map(|ratio| share(ratio.high)),
            wall_claim: wall.map(|wall| claim(wall.claim)),
            cpu_median_ns: cpu.map(|cpu| cpu.median_ns),
            cpu_spread: cpu.map(|cpu| cpu.spread),
            cpu_cost: typical(cpu),
            cpu_cost_low: interval(cpu).map(|ratio| share(ratio.low)),
            cpu_cost_high: interval(cpu).map(|ratio| share(ratio.high)),
            cpu_claim: cpu.map(|cpu| claim(cpu.claim)),
        }
    }
}

impl AdditivityRow {
    fn of(found: &Additivity) -> AdditivityRow {
        let part = |side: Option<Ratio>, of: fn(&Ratio) -> f64| side.as_ref().map(of).map(share);
        AdditivityRow {
            spans: found.spans,
            ours_ns: found.ours_ns,
            wall_residual: part(found.wall, |ratio| ratio.ratio),
            wall_residual_low: part(found.wall, |ratio| ratio.low),
            wall_residual_high: part(found.wall, |ratio| ratio.high),
            cpu_residual: part(found.cpu, |ratio| ratio.ratio),
            cpu_residual_low: part(found.cpu, |ratio| ratio.low),
            cpu_residual_high: part(found.cpu, |ratio| ratio.high),
        }
    }
}

impl RunRow {
    fn of(run: &Run) -> RunRow {
        let (arm, sampler, hz) = words(run.arm);
        RunRow {
            round: run.round,
            arm: arm.into(),
            sampler: sampler.map(Cow::from),
            hz,
            wall_ns: run.wall_ns,
            cpu_ns: run.cpu_ns,
            spans: run.recorded.map(|recorded| recorded.spans),
            threads: run.recorded.map(|recorded| recorded.threads),
            recorded_ns: run.recorded.map(|recorded| recorded.recorded_ns),
            ours_ns: run.recorded.map(|recorded| recorded.ours_ns),
            ours_low_ns: run.recorded.map(|recorded| recorded.ours_low_ns),
            ours_high_ns: run.recorded.map(|recorded| recorded.ours_high_ns),
        }
    }

    /// The run under `arm`, which is what its words say.
    pub fn run(&self, arm: Arm) -> Run {
        Run {
            round: self.round,
            arm,
            wall_ns: self.wall_ns,
            cpu_ns: self.cpu_ns,
            recorded: self.recorded(),
        }
    }

    fn recorded(&self) -> Option<Recorded> {
        Some(Recorded {
            spans: self.spans?,
            threads: self.threads?,
            recorded_ns: self.recorded_ns?,
            ours_ns: self.ours_ns?,
            ours_low_ns: self.ours_low_ns?,
            ours_high_ns: self.ours_high_ns?,
        })
    }
}

fn share(ratio: f64) -> f64 {
    ratio - 1.0
}

fn words(arm: Arm) -> (&'static str, Option<&'static str>, Option<u32>) {
    match arm {
        Arm::Off => ("off", None, None),
        Arm::OffAgain => ("off_again", None, None),
        Arm::On => ("on", None, None),
        Arm::Nowhere => ("nowhere", None, None),
        Arm::Sampled { hz, by: Sampler::Spanfire } => ("sampled", Some("spanfire"), Some(hz)),
        Arm::Sampled { hz, by: Sampler::Perf } => ("sampled", Some("perf"), Some(hz)),
    }
}

/// The arm that [`words`] stand for.
pub(super) fn arm(arm: &str, sampler: Option<&str>, hz: Option<u32>) -> Option<Arm> {
    match (arm, sampler, hz) {
        ("off", None, None) => Some(Arm::Off),
        ("off_again", None, None) => Some(Arm::OffAgain),
        ("on", None, None) => Some(Arm::On),
        ("nowhere", None, None) => Some(Arm::Nowhere),
        ("sampled", Some("spanfire"), Some(hz)) => Some(Arm::Sampled { hz, by: Sampler::Spanfire }),
        ("sampled", Some("perf"), Some(hz)) => Some(Arm::Sampled { hz, by: Sampler::Perf }),
        _ => None,
    }
}

fn claim(claim: Claim) -> &'static str {
    match claim {
        Claim::Reference => "reference",
        Claim::Costs => "costs",
        Claim::Saves => "saves",
        Claim::NoneShown => "none_shown",
        Claim::Unclear => "unclear",
        Claim::TooFew => "too_few_rounds",
    }
}
