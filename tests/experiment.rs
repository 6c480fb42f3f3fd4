//! What recording costs is found, in process and by the command, where it costs something for
//! certain: spans around nothing, in a program that does little else. Processor time tells so on a
//! busy machine, too.

use serde_json::Value;
use spanfire::Recording;
use spanfire::experiment::{Arm, Claim, Experiment};
use spanfire_tests::spanfire_command;
use std::path::Path;
use std::process::{Command, Output};

const SPANS: u64 = 20_000;

#[test]
fn what_spans_around_nothing_cost_is_claimed_and_accounted_for() {
    let spans = || (0..SPANS).for_each(|_| tracing::info_span!("nothing").in_scope(|| ()));
    let outcome = Experiment::new("spans around nothing").rounds(8).run(spans).expect("an outcome");
    let findings = outcome.findings();
    for effect in &findings.effects {
        assert_eq!(effect.cpu.is_some(), cfg!(unix));
        let claim = effect.cpu.or(effect.wall).expect("a time").claim;
        let expected = match effect.arm {
            Arm::Off | Arm::OffAgain => Claim::Reference,
            _ => Claim::Costs,
        };
        assert_eq!(claim, expected, "{outcome}");
    }
    assert_eq!(findings.additivity.expect("a sum").spans, SPANS);
    assert_eq!(outcome.runs().len(), 8 * 4);
    let document: Value = serde_json::from_str(&outcome.to_json()).expect("an object");
    assert_eq!(document["subject"], "spans around nothing");
    assert!(outcome.to_string().starts_with("spans around nothing\nruns"), "{outcome}");
    let folder = std::env::temp_dir().join(format!("spanfire-experiment-{}-0", std::process::id()));
    assert!(!folder.exists());
}

/// The program, told by its environment what to do.
fn spinning(environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_spinning"));
    command.args(["100", "100000"]).env_remove("SPANFIRE_SAMPLE");
    command.envs(environment.iter().copied()).output().expect("the program")
}

/// Where samples are refused, the recording says why, and is there all the same.
#[test]
fn a_program_that_is_only_sampled_records_no_spans() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.spanfire");
    let out = path.to_str().expect("text");
    let ran =
        spinning(&[("SPANFIRE", "samples"), ("SPANFIRE_SAMPLE", "999"), ("SPANFIRE_OUT", out)]);
    assert!(ran.status.success(), "{ran:?}");
    let recording = Recording::open(&path).expect("a recording");
    assert!(recording.chunks().is_empty() && recording.callsites().is_empty());
    let sampling = recording.sampling().expect("that it was asked for");
    assert!(sampling.samples > 0 || sampling.why.is_some(), "{sampling:?}");
    let ran = spinning(&[("SPANFIRE", "samples"), ("SPANFIRE_OUT", out)]);
    assert!(!ran.status.success());
    assert!(String::from_utf8_lossy(&ran.stderr).contains("SPANFIRE_SAMPLE"), "{ran:?}");
}

#[test]
#[cfg(unix)]
fn what_is_recorded_to_nowhere_leaves_nothing() {
    let ran = spinning(&[("SPANFIRE", "on"), ("SPANFIRE_OUT", "/dev/null")]);
    assert!(ran.status.success(), "{ran:?}");
    assert!(!Path::new("/dev/null.tail").exists());
}

#[test]
#[cfg(unix)]
fn the_command_finds_what_recording_costs_a_program_that_does_little_but_entering_spans() {
    let output = Command::new(spanfire_command(env!("CARGO_BIN_EXE_spinning")))
        .args(["overhead", "--rounds", "8", "--arms", "on,nowhere,999", "--format", "json", "--"])
        .args([env!("CARGO_BIN_EXE_spinning"), &SPANS.to_string(), "10"])
        .output()
        .expect("the command");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let document: Value = serde_json::from_slice(&output.stdout).expect("an object");
    let claims: Vec<_> = document["arms"].as_array().expect("arms")[2..4]
        .iter()
        .map(|arm| (arm["arm"].as_str(), arm["cpu_claim"].as_str()))
        .collect();
    let costs = Some("costs");
    assert_eq!(claims, [(Some("on"), costs), (Some("nowhere"), costs)], "{document}");
    assert_eq!(document["additivity"]["spans"], SPANS);
    // Not where neither the program nor perf may sample.
    if let Some(sampled) = document["arms"].get(4) {
        assert_eq!((&sampled["arm"], &sampled["hz"]), (&"sampled".into(), &999.into()));
    }
}
