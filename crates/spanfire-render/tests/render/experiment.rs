//! What measuring costs a program, from an experiment with it.

use super::{Full, written};
use serde_json::Value;
use spanfire_render::experiment::{Tried, table};
use spanfire_render::tables::Format;
use spanfire_views::{Arm, Experiment, Recorded, Run, Sampler};

/// A program of 100 ms that recording makes slower by 6 %, of which its recordings know 5.
fn experiment(rounds: usize) -> Experiment {
    let sampled = [99, 4_999].map(|hz| Arm::Sampled { hz, by: Sampler::Spanfire });
    let mut experiment = Experiment::new(&[Arm::On, sampled[0], sampled[1]], 7);
    for round in 0..rounds {
        for arm in experiment.order(round, 1) {
            let cost_ns = match arm {
                Arm::On => 6_000_000,
                Arm::Sampled { hz: 4_999, .. } => 1_500_000,
                _ => 0,
            };
            let wall_ns = 100_000_000 + cost_ns + noise_ns(round, arm);
            let recorded = (arm == Arm::On).then_some(Recorded {
                spans: 50_000,
                threads: 1,
                recorded_ns: 90_000_000,
                ours_ns: 5_000_000,
                ours_low_ns: 5_000_000,
                ours_high_ns: 5_000_000,
            });
            experiment.push(Run { round, arm, wall_ns, cpu_ns: Some(wall_ns / 2), recorded });
        }
    }
    experiment
}

/// Up to 1 ms, another for each arm.
fn noise_ns(round: usize, arm: Arm) -> u64 {
    let salt = arm.name().bytes().map(u64::from).sum::<u64>() * 7;
    (round as u64 * 31 + salt) * 7_919 % 11 * 100_000
}

fn as_written(experiment: &Experiment, planned_rounds: usize, format: Format) -> String {
    let findings = experiment.findings();
    let notes = ["a sentence\u{7} to know".to_owned()];
    let tried = Tried {
        subject: "server --port 8080",
        experiment,
        findings: &findings,
        planned_rounds,
        notes: &notes,
    };
    written(|sink| table(&tried, format, sink))
}

#[test]
fn people_read_what_each_arm_costs_and_how_well_that_is_known() {
    insta::assert_snapshot!(as_written(&experiment(20), 20, Format::Table));
}

#[test]
fn people_read_how_far_an_experiment_came_and_nothing_that_it_cannot_say() {
    let text = as_written(&experiment(3), 20, Format::Table);
    assert!(text.contains("3 rounds of 20"), "{text}");
    assert!(text.contains("too few rounds") && !text.contains("costs"), "{text}");
}

#[test]
fn programs_read_shares_times_and_every_run_in_its_order() {
    let experiment = experiment(20);
    let document: Value = serde_json::from_str(&as_written(&experiment, 20, Format::Json)).unwrap();
    let arm = |index: usize, key: &str| document["arms"][index][key].clone();
    assert_eq!(arm(2, "arm"), "on");
    assert_eq!((arm(2, "wall_claim"), arm(2, "cpu_claim")), ("costs".into(), "costs".into()));
    assert_eq!((arm(3, "hz"), arm(3, "wall_claim")), (99.into(), "none_shown".into()));
    let known = ["wall_cost_low", "wall_cost", "wall_cost_high"].map(|key| arm(2, key));
    let [low, cost, high] = known.map(|share| share.as_f64().unwrap());
    assert!(low < cost && cost < high && (cost - 0.06).abs() < 0.01, "{low} {cost} {high}");
    let residual = document["additivity"]["wall_residual"].as_f64().unwrap();
    assert!((residual - 0.01).abs() < 0.005, "{residual}");
    let runs = document["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 20 * 5);
    for (run, row) in experiment.runs().iter().zip(runs) {
        assert_eq!(
            (row["round"].as_u64(), row["wall_ns"].as_u64()),
            (Some(run.round as u64), Some(run.wall_ns))
        );
    }
}

#[test]
fn a_line_per_arm_has_the_keys_of_the_object() {
    let experiment = experiment(8);
    let csv = as_written(&experiment, 8, Format::Csv);
    let document: Value = serde_json::from_str(&as_written(&experiment, 8, Format::Json)).unwrap();
    let (header, rows) = csv.split_once('\n').unwrap();
    let mut columns: Vec<&str> = header.split(',').collect();
    columns.sort_unstable();
    assert_eq!(columns, document["arms"][0].as_object().unwrap().keys().collect::<Vec<_>>());
    assert_eq!(rows.lines().count(), experiment.arms().len());
}

#[test]
fn a_full_sink_is_said() {
    let (experiment, notes) = (experiment(5), []);
    let findings = experiment.findings();
    let tried = Tried {
        subject: "",
        experiment: &experiment,
        findings: &findings,
        planned_rounds: 5,
        notes: &notes,
    };
    for format in [Format::Table, Format::Json, Format::Csv] {
        table(&tried, format, &mut Full).unwrap_err();
    }
}
