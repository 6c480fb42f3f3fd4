//! What recording costs is found, in process and by the command, where it costs something for
//! certain: spans around nothing, in a program that does little else. Processor time tells so on a
//! busy machine, too.

use serde_json::Value;
use spanfire::Recording;
use spanfire::experiment::{Arm, Claim, Experiment, Outcome};
use spanfire_render::experiment::Tried;
use spanfire_tests::spanfire_command;
use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::{Mutex, PoisonError};
use tracing::dispatcher;
use tracing::subscriber::NoSubscriber;

const SPANS: u64 = 2_000;

/// Held by whoever takes the processor time of this process.
static ALONE: Mutex<()> = Mutex::new(());

/// Tries `work` while no other test of this process does anything.
fn tried<T>(experiment: Experiment, work: impl FnMut() -> T) -> Outcome {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    experiment.run(work).expect("an outcome")
}

/// Recording costs it something, and is known by its spans; samplers have an arm each, or a note says why
/// not.
#[test]
fn what_spans_around_nothing_cost_is_claimed_and_accounted_for() {
    let spans = || (0..SPANS).for_each(|_| tracing::info_span!("nothing").in_scope(|| ()));
    let experiment = Experiment::new("spans around nothing").rounds(8).rates_hz(&[999]);
    let outcome = tried(experiment, spans);
    let findings = outcome.findings();
    let mut samplers = 0;
    for effect in &findings.effects {
        assert_eq!(effect.cpu.is_some(), cfg!(unix));
        let claim = effect.cpu.or(effect.wall).expect("a time").claim;
        match effect.arm {
            Arm::Off | Arm::OffAgain => assert_eq!(claim, Claim::Reference),
            Arm::On | Arm::Nowhere => assert_eq!(claim, Claim::Costs, "{outcome}"),
            Arm::Sampled { hz, .. } => samplers += u32::from(hz == 999),
        }
    }
    let noted = outcome.notes().iter().filter(|note| note.contains("samplers are left out"));
    assert_eq!(samplers as usize + noted.count(), 1, "{outcome}");
    assert_eq!(findings.additivity.expect("a sum").spans, SPANS);
    assert_eq!(outcome.runs().len(), 8 * findings.effects.len());
    assert!(outcome.to_string().starts_with("spans around nothing\nruns"), "{outcome}");
    let kept = Tried::read(outcome.to_json().as_bytes()).expect("an experiment");
    assert_eq!((kept.subject.as_str(), &kept.findings), ("spans around nothing", findings));
    assert!(outcome.to_html().contains("8 rounds, arms in random order"));
    let folder = std::env::temp_dir().join(format!("spanfire-experiment-{}-0", std::process::id()));
    assert!(!folder.exists());
}

/// Under a recorder it works half as long again, which nothing in the recording tells: the truth that the
/// experiment has to find, and that compensation cannot.
#[test]
#[cfg(unix)]
fn a_cost_that_is_known_is_found_as_large_as_it_is() {
    let work = || {
        let recorded = dispatcher::get_default(|dispatch| !dispatch.is::<NoSubscriber>());
        spin(if recorded { 1_500_000 } else { 1_000_000 })
    };
    let experiment = Experiment::new("half as long again").rounds(10).rates_hz(&[]);
    let outcome = tried(experiment, work);
    let on = outcome.findings().effects[2];
    let cpu = on.cpu.expect("a time");
    assert_eq!((on.arm, cpu.claim), (Arm::On, Claim::Costs), "{outcome}");
    let ratio = cpu.ratio.expect("an interval").ratio;
    assert!((1.35..1.75).contains(&ratio), "{outcome}");
}

/// By chance one experiment in some hundred claims what is not there, and three in a row never.
#[test]
fn a_program_that_no_recorder_notices_is_not_said_to_cost_anything() {
    let claims = || {
        let experiment = Experiment::new("no spans").rounds(8).rates_hz(&[]);
        let outcome = tried(experiment, || spin(50_000));
        let walls = outcome.findings().effects[2..].iter().filter_map(|effect| effect.wall);
        walls.filter(|wall| wall.claim == Claim::Costs).count()
    };
    assert!((0..3).any(|_| claims() == 0));
}

fn spin(turns: u64) -> u64 {
    (0..turns).fold(turns, |sum, turn| black_box(sum.rotate_left(5) ^ turn))
}

/// The program, told by its environment what to do.
fn spinning(environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_spinning"));
    command.args(["100", "20000"]).env_remove("SPANFIRE_SAMPLE");
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
        .args(["overhead", "--rounds", "6", "--arms", "on,nowhere,999", "--format", "json", "--"])
        .args([env!("CARGO_BIN_EXE_spinning"), &(5 * SPANS).to_string(), "10"])
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
    assert_eq!(document["additivity"]["spans"], 5 * SPANS);
    // Not where neither the program nor perf may sample.
    if let Some(sampled) = document["arms"].get(4) {
        assert_eq!((&sampled["arm"], &sampled["hz"]), (&"sampled".into(), &999.into()));
    }
}
