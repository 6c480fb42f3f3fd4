//! What measuring costs a program, from an experiment with it.

use super::{Full, written};
use serde_json::Value;
use spanfire_render::experiment::{Machine, Tried, page, picture, table};
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

fn tried(rounds: usize, planned_rounds: usize) -> Tried {
    let experiment = experiment(rounds);
    Tried {
        subject: "server --port 8080".to_owned(),
        machine: Machine { os: "linux".into(), arch: "x86_64".into(), processors: Some(2) },
        findings: experiment.findings(),
        experiment,
        planned_rounds,
        notes: vec!["a sentence\u{7} to know".to_owned()],
    }
}

fn as_written(tried: &Tried, format: Format) -> String {
    written(|sink| table(tried, format, sink))
}

#[test]
fn people_read_what_each_arm_costs_and_how_well_that_is_known() {
    insta::assert_snapshot!(as_written(&tried(20, 20), Format::Table));
}

#[test]
fn people_read_how_far_an_experiment_came_and_nothing_that_it_cannot_say() {
    let text = as_written(&tried(3, 20), Format::Table);
    assert!(text.contains("3 rounds of 20"), "{text}");
    assert!(text.contains("too few rounds") && !text.contains("costs"), "{text}");
}

#[test]
fn programs_read_shares_times_and_every_run_in_its_order() {
    let tried = tried(20, 20);
    let document: Value = serde_json::from_str(&as_written(&tried, Format::Json)).unwrap();
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
    for (run, row) in tried.experiment.runs().iter().zip(runs) {
        assert_eq!(
            (row["round"].as_u64(), row["wall_ns"].as_u64()),
            (Some(run.round as u64), Some(run.wall_ns))
        );
    }
}

#[test]
fn a_line_per_arm_has_the_keys_of_the_object() {
    let tried = tried(8, 8);
    let csv = as_written(&tried, Format::Csv);
    let document: Value = serde_json::from_str(&as_written(&tried, Format::Json)).unwrap();
    let (header, rows) = csv.split_once('\n').unwrap();
    let mut columns: Vec<&str> = header.split(',').collect();
    columns.sort_unstable();
    assert_eq!(columns, document["arms"][0].as_object().unwrap().keys().collect::<Vec<_>>());
    assert_eq!(rows.lines().count(), tried.experiment.arms().len());
}

/// The texts of the picture.
fn texts(svg: &str) -> Vec<String> {
    let document = super::parsed(svg);
    let texts = document.descendants().filter(|node| node.has_tag_name("text"));
    texts.filter_map(|node| node.text()).map(str::to_owned).collect()
}

#[test]
fn a_picture_says_of_every_arm_what_the_table_says_and_of_what_where_and_how_often() {
    let svg = written(|sink| picture(&tried(20, 20), sink));
    insta::assert_snapshot!(texts(&svg).join("\n"));
}

/// Where an interval leaves the band, a cost is claimed, and drawn so: a picture must not contradict its
/// words.
#[test]
fn a_line_lies_beyond_the_shaded_band_just_where_a_cost_is_claimed() {
    let svg = written(|sink| picture(&tried(20, 20), sink));
    let document = super::parsed(&svg);
    let number = |node: roxmltree::Node<'_, '_>, name| -> f64 {
        node.attribute(name).unwrap().parse().unwrap()
    };
    let mut edge = 0.0;
    let mut seen = 0;
    for node in document.descendants() {
        match node.attribute("class") {
            Some("chance") => edge = number(node, "x") + number(node, "width"),
            Some("interval") => {
                let claimed = node.parent().unwrap().attribute("class") == Some("costs");
                let from = node.attribute("d").unwrap()[1..].split(' ').next().unwrap();
                let residual = node.parent().unwrap().attribute("class") == Some("left");
                assert!(
                    residual || (from.parse::<f64>().unwrap() > edge) == claimed,
                    "{from} {edge}"
                );
                seen += usize::from(claimed);
            }
            _ => {}
        }
    }
    assert_eq!(seen, 4);
}

#[test]
fn a_page_holds_the_picture_and_the_table_and_names_are_text_in_it() {
    let mut tried = tried(3, 20);
    tried.subject = "</svg><script>alert(1)</script>\u{1b}".to_owned();
    tried.notes = vec!["<b>&\u{202e}".repeat(60)];
    tried.machine.os = "<i>".to_owned();
    let html = written(|sink| page(&tried, sink));
    assert!(!html.contains("<script") && !html.contains("<b>") && !html.contains("<i>"), "{html}");
    for part in ["3 rounds of 20", "too few rounds to say", "<td>4999 Hz</td>", "class=\"cost\""] {
        assert!(html.contains(part), "{part}: {html}");
    }
}

#[test]
fn what_was_kept_is_read_again_and_says_the_same() {
    for rounds in [0, 3, 20] {
        let kept = as_written(&tried(rounds, 20), Format::Json);
        let read = Tried::read(kept.as_bytes()).unwrap();
        assert_eq!(as_written(&read, Format::Json), kept);
        let pictures =
            [&read, &tried(rounds, 20)].map(|tried| written(|sink| picture(tried, sink)));
        assert_eq!(pictures[0], pictures[1]);
    }
}

#[test]
fn what_is_no_experiment_or_a_damaged_one_is_refused_with_its_place_and_what_to_do() {
    let kept = as_written(&tried(2, 2), Format::Json);
    let refused = |json: &str| Tried::read(json.as_bytes()).unwrap_err().to_string();
    for foreign in
        ["", "SPANFIRE\0", "[1]", "{}", r#"{"ledger":{}}"#, r#"{"kind":"other","version":1}"#]
    {
        let why = refused(foreign);
        assert!(why.contains("not an experiment") && why.contains("--format json"), "{why}");
    }
    let run = r#""arm": "on",
      "sampler": null,
      "hz": null,
      "wall_ns""#;
    for (from, to, place) in [
        (r#""version": 1"#, r#""version": 2"#, "format 2"),
        (r#""seed": 7,"#, "", "missing field `seed` at line"),
        (r#""round": 1"#, r#""round": 18446744073709551615"#, "runs["),
        (run, &run.replace("on", "sideways"), "under `sideways`"),
        (r#""hz": 99"#, r#""hz": null"#, "arms[3]"),
        (r#""wall_ns": "#, r#""wall_ns": -"#, "at line"),
    ] {
        let damaged = kept.replacen(from, to, 1);
        assert_ne!(damaged, kept, "{from}");
        let why = refused(&damaged);
        assert!(why.contains(place), "{why}");
    }
    for length in [1, kept.len() / 2, kept.len() - 3] {
        let why = refused(&kept[..length]);
        assert!(why.contains("damaged") && why.contains("another copy"), "{why}");
    }
}

#[test]
fn a_full_sink_is_said() {
    let tried = tried(5, 5);
    for format in [Format::Table, Format::Json, Format::Csv] {
        table(&tried, format, &mut Full).unwrap_err();
    }
    picture(&tried, &mut Full).unwrap_err();
    page(&tried, &mut Full).unwrap_err();
}
