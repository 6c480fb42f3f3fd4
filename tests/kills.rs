//! A process that is killed, or ends itself in a way that leaves no time, loses no recorded event.
//!
//! Each test ends a program many times, each time at another moment, and compares the recording
//! with what the program had noted by then: see `programs/noting.rs`. `SPANFIRE_KILLS` says how many
//! times, where the usual number is not enough. A failure names the seed and keeps the folder.

use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, prlimit};
use spanfire_recording::{Recording, tail};
use spanfire_tests::{FORMS, Noting, Random, Scene, ended_by_signals, let_pass};
use std::fs;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// When a program ends, and by whom.
#[derive(Clone, Copy)]
enum End {
    /// A signal, some time after it says this; the time is between these, in microseconds.
    Killed { from: &'static str, after_us: (u64, u64), signal: Signal },
    /// By a limit on the size of its files, in the middle of the collector's write, some bytes after
    /// it is ready; they are fewer than this.
    AtByte(u64),
    /// By itself, at once.
    Itself,
    /// By itself, in a way that finishes the recording.
    Finished,
}

use End::*;

/// What all ends of a test add up to.
#[derive(Default)]
struct Sum {
    ends: u64,
    unfinished: u64,
    noted: u64,
    recorded: u64,
    problems: Vec<String>,
}

const THREADS: usize = 4;

/// [T54b]
#[test]
fn a_process_killed_at_any_moment_leaves_every_event_it_had_recorded() {
    let end = Killed { from: "ready", after_us: (1_000, 60_000), signal: Signal::KILL };
    check(200, ("threads", "run", THREADS), end);
}

/// [T54b]
#[test]
fn killed_while_callsites_are_met_it_leaves_their_names_and_events() {
    let end = Killed { from: "ready", after_us: (1_000, 40_000), signal: Signal::KILL };
    check(40, ("fresh", "run", THREADS), end);
}

/// [T54b]
#[test]
fn killed_while_threads_begin_and_end_it_leaves_what_each_did() {
    let end = Killed { from: "ready", after_us: (1_000, 60_000), signal: Signal::KILL };
    check(40, ("storm", "run", 4_000), end);
}

/// [T54b]
#[test]
fn killed_while_it_finishes_it_leaves_every_event() {
    let end = Killed { from: "ending", after_us: (0, 2_000), signal: Signal::KILL };
    check(40, ("threads", "finish", THREADS), end);
}

/// [T54b]
#[test]
fn killed_at_any_byte_that_the_collector_writes_it_leaves_every_event_once() {
    check(60, ("threads", "run", THREADS), AtByte(100_000));
}

/// [T54b]
#[test]
fn ended_by_sigterm_or_sigint_that_it_does_not_handle_it_leaves_every_event() {
    for signal in [Signal::TERM, Signal::INT] {
        let end = Killed { from: "ready", after_us: (1_000, 60_000), signal };
        check(10, ("threads", "run", THREADS), end);
    }
}

/// [T54b]
#[test]
fn ended_by_abort_it_leaves_every_event() {
    check(10, ("threads", "abort", THREADS), Itself);
}

/// [T54b]
#[test]
fn ended_by_a_panic_that_aborts_it_leaves_every_event() {
    check(10, ("threads", "panic", THREADS), Itself);
}

/// [T45]
#[test]
fn ended_by_exit_it_leaves_a_finished_recording() {
    check(10, ("threads", "exit", THREADS), Finished);
}

/// [T44]
#[test]
fn ended_by_a_return_from_main_it_leaves_a_finished_recording() {
    check(10, ("threads", "return", THREADS), Finished);
}

/// Ends a program many times, in both forms in turn, and fails if any recording is not what it
/// should be. `(play, ending, threads)`: see [`Scene`].
#[track_caller]
fn check(usually: u64, (play, ending, threads): (&'static str, &'static str, usize), end: End) {
    let times = std::env::var("SPANFIRE_KILLS").ok().and_then(|times| times.parse().ok());
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock");
    let first = since_1970.as_micros() as u64;
    let mut sum = Sum::default();
    for seed in first..first + times.unwrap_or(usually) {
        let form = FORMS[(seed % 2) as usize];
        let buffer = match end {
            // All of it in use at once: the tail file, which has the same limit, need not grow.
            AtByte(_) => 256 << 10,
            _ => [256 << 10, 1 << 20, 64 << 20][Random::new(seed).below(3) as usize],
        };
        end_one(Scene { form, seed, threads, buffer, play, ending }, end, &mut sum);
    }
    println!(
        "{play}, {ending}: ended {} times, {} before it had finished its recording, \
         {} callbacks noted, {} in the recordings",
        sum.ends, sum.unfinished, sum.noted, sum.recorded
    );
    let (ends, problems) = (sum.ends, sum.problems.len());
    let some: Vec<_> = sum.problems.iter().take(5).collect();
    assert!(some.is_empty(), "{problems} of {ends}: {some:#?}");
    assert!(sum.noted > ends * 100, "too little was done to show anything: {}", sum.noted);
}

fn end_one(scene: Scene, end: End, sum: &mut Sum) {
    let folder = tempfile::tempdir().expect("a folder");
    let program = ended_by_signals(env!("CARGO_BIN_EXE_noting"));
    let output = folder.path().join("run.spanfire");
    let mut noting = scene.start(program, &output, folder.path());
    if let Killed { from, after_us: (soonest, latest), signal } = end {
        noting.wait_for(from);
        let after_us = soonest + Random::new(!scene.seed).below(latest - soonest);
        let_pass(Duration::from_micros(after_us));
        send(&noting, signal);
    }
    if let AtByte(most) = end {
        noting.wait_for("ready");
        noting.wait_for_all();
        let written = fs::metadata(&output).expect("the recording").len();
        let bytes = written + Random::new(!scene.seed).below(most);
        let limit = Rlimit { current: Some(bytes), maximum: None };
        prlimit(Some(Pid::from_child(&noting.process)), Resource::Fsize, limit).expect("a limit");
    }
    noting.process.wait().expect("a process that ended");
    sum.ends += 1;
    let tail = tail::path_beside(&output).exists();
    let wrong = |recording: &Recording| match end {
        Finished => tail || recording.cut().is_some(),
        Killed { from: "ending", .. } => false,
        _ => !tail || recording.cut().is_none(),
    };
    match noting.followed() {
        Ok((followed, recording)) if followed.lost == 0 && !wrong(&recording) => {
            sum.unfinished += u64::from(recording.cut().is_some());
            sum.noted += followed.noted;
            sum.recorded += followed.recorded;
        }
        other => {
            let problem = other.map(|(followed, recording)| (followed, recording.cut().cloned()));
            sum.problems.push(format!("{scene:?}: {problem:?}: {:?}", folder.keep()));
        }
    }
}

fn send(noting: &Noting, signal: Signal) {
    // It may have ended by itself, but is still there to be waited for.
    kill_process(Pid::from_child(&noting.process), signal).expect("a process");
}
