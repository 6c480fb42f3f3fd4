//! A program whose functions, shares and waits are known is sampled while it records: the samples fall
//! into the right spans, open them up, and its switches tell how long it waited.
//!
//! Where the system lets nobody sample, the recording says why, and everything else is as it was.

#![cfg(target_os = "linux")]

use serde_json::Value;
use spanfire_recording::{Recording, SamplingMethod};
use spanfire_tests::spanfire_command;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use tempfile::TempDir;

/// A third of a second or so on a processor: more than a thousand samples.
const ROUNDS: u64 = if cfg!(debug_assertions) { 400 } else { 6_000 };

fn spanfire(arguments: &[&str], recording: &Path) -> Output {
    let output = Command::new(spanfire_command(env!("CARGO_BIN_EXE_sampled")))
        .args(arguments)
        .arg(recording)
        .output();
    output.expect("the command")
}

fn json(arguments: &[&str], recording: &Path) -> Value {
    let output = spanfire(&[arguments, &["--format", "json"]].concat(), recording);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// The program, built so that its functions can be followed outwards. What it links is not: of
/// samples in there the caller is missing.
fn program() -> &'static Path {
    static BUILT: OnceLock<()> = OnceLock::new();
    BUILT.get_or_init(|| {
        let profile = if cfg!(debug_assertions) { "dev" } else { "release" };
        let built = Command::new(env!("CARGO"))
            .args(["rustc", "--quiet", "--package", "spanfire-tests", "--bin", "sampled"])
            .args(["--profile", profile, "--", "-C", "force-frame-pointers=yes"])
            .status();
        assert!(built.expect("cargo").success());
    });
    Path::new(env!("CARGO_BIN_EXE_sampled"))
}

/// Records the program, and whether it could be sampled.
fn sampled(folder: &TempDir, rounds: u64, hz: &str) -> (PathBuf, bool) {
    let path = folder.path().join("sampled.spanfire");
    let status = Command::new(program())
        .arg(rounds.to_string())
        .env("SPANFIRE_OUT", &path)
        .env("SPANFIRE_SAMPLE", hz)
        .status();
    assert!(status.expect("the program").success());
    let recording = Recording::open(&path).expect("a recording");
    let sampling = recording.sampling().expect("sampling was asked for");
    let possible = sampling.method != SamplingMethod::None;
    assert!(possible || sampling.why.is_some(), "it is said why there are no samples");
    (path, possible)
}

#[test]
fn samples_fall_into_the_right_spans_and_open_them_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, possible) = sampled(&folder, ROUNDS, "4999");
    let rows = json(&["top"], &path);
    let row = |name: &str| -> &Value {
        let rows = rows.as_array().expect("rows");
        rows.iter().find(|row| row["name"] == name).expect("a row")
    };
    assert_eq!(row("beta")["spans"], 3 * ROUNDS);
    if !possible {
        return;
    }

    let join = &json(&["overhead", "--only", "join"], &path)["join"];
    let number = |key: &str| join[key].as_u64().expect("a number");
    assert!(number("checked") > 200, "{join}");
    let wrong = number("checked") - number("right");
    // A debug build calls the small functions of libraries, which have no frame pointers.
    let one_in = if cfg!(debug_assertions) { 200 } else { 1_000 };
    assert!(wrong <= number("profiler") + number("checked") / one_in, "{join}");
    assert_eq!(join["verdict"], "joins", "{join}");
    assert!(number("threads_without_lane") >= 1, "{join}");
    assert_eq!(
        number("samples"),
        number("in_spans") + number("outside_spans") + number("without_lane")
    );
    let edges = [&join["shifts"][0], &join["shifts"][20]];
    for edge in edges {
        assert!(edge["right_share"].as_f64() < join["right_share"].as_f64(), "an edge: {edge}");
    }

    let folded = spanfire(&["export", "--to", "folded", "--native"], &path);
    let folded = String::from_utf8(folded.stdout).expect("text");
    let width = |line: &str| line.rsplit_once(' ').expect("a width").1.parse::<u64>().expect("ns");
    let plain = spanfire(&["export", "--to", "folded"], &path);
    let plain = String::from_utf8(plain.stdout).expect("text");
    let sum = |text: &str| text.lines().map(width).sum::<u64>();
    assert_eq!(sum(&folded), sum(&plain), "functions take nothing from spans and add nothing");
    let under = |stack: &str| sum_of(&folded, stack, width);
    for (span, function) in [("alpha", "alpha_inner;spin"), ("beta", "spin")] {
        let ran_in_it = under(&format!("outer;{span};{function}"));
        let ran = under(&format!("outer;{span};")) - under(&format!("outer;{span};[blocked]"));
        assert!(ran_in_it > ran * 9 / 10, "{folded}");
    }

    if let Some(blocked_ns) = row("nap")["blocked_ns"].as_u64() {
        let busy_ns = row("nap")["busy_ns"].as_u64().expect("ns");
        assert_eq!(row("nap")["cpu_ns"].as_u64().expect("ns") + blocked_ns, busy_ns);
        assert!(blocked_ns >= 57_000_000 && blocked_ns >= busy_ns / 100 * 95, "{}", row("nap"));
    }
}

/// The weight of each stack of a thread of a Firefox profile that one of these functions is the innermost of.
fn weight_of(profile: &Value, thread: &Value, wanted: impl Fn(&str) -> bool) -> f64 {
    let shared = &profile["shared"];
    let at = |column: &Value, row: &Value| column[row.as_u64().expect("a row") as usize].clone();
    let name = |stack: &Value| {
        let frame = at(&shared["stackTable"]["frame"], stack);
        let function = at(&shared["frameTable"]["func"], &frame);
        let name = at(&shared["funcTable"]["name"], &function);
        at(&shared["stringArray"], &name).as_str().expect("a name").to_owned()
    };
    let samples = &thread["samples"];
    let stacks = samples["stack"].as_array().expect("stacks").iter();
    let weights = samples["weight"].as_array().expect("weights").iter();
    stacks
        .zip(weights)
        .filter(|(stack, _)| !stack.is_null() && wanted(&name(stack)))
        .map(|(_, weight)| weight.as_f64().expect("milliseconds"))
        .sum()
}

#[test]
fn exports_have_the_samples_or_say_how_many_they_leave_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, possible) = sampled(&folder, ROUNDS / 8, "4999");
    let taken = Recording::open(&path).expect("a recording").sampling().map_or(0, |of| of.samples);
    let left_out = format!("{} native samples left out", spanfire_render::tables::count(taken));
    let formats = "folded speedscope chrome perfetto otlp otlp-json pprof parquet firefox";
    for format in formats.split(' ') {
        let out = folder.path().join(format);
        let arguments = ["export", "--to", format, "-o", out.to_str().expect("a path")];
        let exported = spanfire(&arguments, &path);
        let said = String::from_utf8_lossy(&exported.stderr);
        assert!(exported.status.success(), "{format}: {said}");
        let says = said.contains(&left_out);
        assert_eq!(says, possible && format != "firefox", "{format}: {said}");
    }
    if !possible {
        return;
    }
    let profile = std::fs::read(folder.path().join("firefox")).expect("a file");
    let profile: Value = serde_json::from_slice(&profile).expect("JSON");
    let threads = profile["threads"].as_array().expect("threads");
    let main = threads.iter().find(|thread| thread["name"] == "sampled").unwrap_or(&threads[0]);
    let spun = weight_of(&profile, main, |name| name.contains("spin"));
    let rest = weight_of(&profile, main, |name| matches!(name, "alpha" | "beta"));
    assert!(spun > 0.0 && rest == 0.0, "functions are below spans: {spun} ms, {rest} ms");
}

fn sum_of(folded: &str, stack: &str, width: impl Fn(&str) -> u64) -> u64 {
    folded.lines().filter(|line| line.starts_with(stack)).map(width).sum()
}

/// The program ends before anything was seen of it.
#[test]
fn a_program_that_exits_at_once_leaves_a_recording_that_can_be_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, _) = sampled(&folder, 0, "99");
    assert_eq!(json(&["top"], &path).as_array().expect("rows").len(), 2);
    let document = json(&["overhead"], &path);
    assert!(document["ledger"].is_object());
}
