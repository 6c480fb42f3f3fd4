//! Native samples beside the spans: how often, of what, when threads ran, and what is told where
//! something is missing.
//!
//! The kernel samples in proportion to time on a processor, so these tests measure that, by the
//! threads' own clocks; how busy the machine is does not matter. Where the system refuses perf events
//! those that need them say so and end.

use rustix::thread::gettid;
use rustix::time::{ClockId, clock_gettime};
use spanfire::sampler::{Choice, Options};
use spanfire::{Guard, Recorder, SamplingMethod};
use spanfire_recording::{Batch, Recording, Sample, SampleClock};
use spanfire_tests::{let_pass, wait_until};
use std::process::{Command, Output, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

const PROCESSOR_TIME: Duration = Duration::from_millis(300);

/// A thread that spun: the system's id, and the time it had on processors.
struct Spun {
    thread: u64,
    processor_time: Duration,
}

/// Spins on a new thread until it had `time` on processors.
fn spin(time: Duration) -> Spun {
    thread::spawn(move || spin_here(time)).join().expect("it does not panic")
}

/// Spins on a thread that there is already, when it is unparked.
fn will_spin(time: Duration) -> JoinHandle<Spun> {
    thread::spawn(move || {
        thread::park();
        spin_here(time)
    })
}

fn spin_here(time: Duration) -> Spun {
    let start = thread_time();
    while thread_time() - start < time {
        std::hint::black_box(turn(100_000));
    }
    Spun { thread: this_thread(), processor_time: thread_time() - start }
}

/// Turns without a call, so that a sample in here is in here in a debug build too.
#[inline(never)]
fn turn(turns: u64) -> u64 {
    let mut sum = turns;
    let mut left = turns;
    while left > 0 {
        sum ^= sum << 5 ^ left;
        left -= 1;
    }
    sum
}

/// No function as short as [`turn`] is longer.
const TURN_BYTES: u64 = 512;

fn is_in_turn(address: u64) -> bool {
    let start = turn as fn(u64) -> u64 as usize as u64;
    (start..start + TURN_BYTES).contains(&address)
}

fn thread_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

fn this_thread() -> u64 {
    gettid().as_raw_nonzero().get() as u64
}

/// Records while `work` runs.
fn sampled<R>(options: Options, work: impl FnOnce(&Guard) -> R) -> (Recording, R) {
    let builder = Recorder::builder().in_memory().sample_with(options);
    let (_subscriber, guard) = builder.subscriber().expect("a recorder");
    let result = work(&guard);
    (guard.finish().expect("a recording"), result)
}

/// The same from perf events; `None`, and the reason on the screen, where they are refused.
fn sampled_by_perf<R>(options: Options, work: impl FnOnce(&Guard) -> R) -> Option<(Recording, R)> {
    let sampled = sampled(options, work);
    let sampling = sampled.0.sampling().expect("samples were asked for");
    if sampling.method == SamplingMethod::None {
        println!("not tested here: {sampling}");
        return None;
    }
    Some(sampled)
}

fn batches(recording: &Recording) -> Vec<Batch> {
    let batches = (0..recording.batches()).map(|index| recording.batch(index));
    batches.map(|batch| batch.expect("a whole batch")).collect()
}

fn samples_of(recording: &Recording, thread: u64) -> Vec<Sample> {
    let samples = batches(recording).into_iter().flat_map(|batch| batch.samples);
    samples.filter(|sample| sample.thread == thread).collect()
}

#[track_caller]
fn near(found: f64, expected: f64, part: f64, what: &str) {
    let off = (found - expected).abs() / expected;
    assert!(off <= part, "{what}: {found} where {expected} is expected");
}

/// A host that is busy delays timers, and of samples that are due by then only one is taken: never
/// too many.
#[track_caller]
fn as_often(found: f64, expected: f64, what: &str) {
    let part = found / expected;
    assert!((0.75..=1.1).contains(&part), "{what}: {found} where {expected} is expected");
}

#[test]
fn a_spinning_thread_is_sampled_as_often_as_was_asked_for() {
    for hz in [499, 1_999] {
        let Some((recording, spun)) = sampled_by_perf(Options::new(hz), |_| spin(PROCESSOR_TIME))
        else {
            return;
        };
        let sampling = recording.sampling().expect("it was sampled");
        // None is lost but where the collector is kept waiting for very long.
        let samples = samples_of(&recording, spun.thread).len() as u64 + sampling.lost_samples;
        let expected = f64::from(hz) * spun.processor_time.as_secs_f64();
        as_often(samples as f64, expected, "samples");
        assert_eq!((sampling.asked_hz, sampling.ended), (hz, true));
        assert_eq!(sampling.why, None);
        // Of the whole process, and by accounts of the kernel that count in ticks.
        near(sampling.true_hz().expect("a rate"), f64::from(hz), 0.25, "the rate that is told");
    }
}

#[test]
fn every_thread_is_sampled_where_it_is_but_the_collector_is_not() {
    let early = will_spin(PROCESSOR_TIME / 2);
    let Some((recording, spun)) = sampled_by_perf(Options::new(999), |_| {
        early.thread().unpark();
        let late = [(); 2].map(|()| thread::spawn(|| spin(PROCESSOR_TIME / 2)));
        let late = late.map(|late| late.join().expect("it does not panic").thread);
        [late[0], late[1], early.join().expect("it does not panic").thread]
    }) else {
        return;
    };
    for thread in spun {
        let samples = samples_of(&recording, thread);
        assert!(samples.len() > 100, "{} samples of {thread}", samples.len());
        let in_turn =
            samples.iter().filter(|sample| sample.frames.iter().any(|&frame| is_in_turn(frame)));
        let share = in_turn.count() as f64 / samples.len() as f64;
        assert!(share > 0.9, "only {share} of {thread} are in the function that spins");
    }
    let here = recording.images().iter().find(|image| {
        let start = turn as fn(u64) -> u64 as usize as u64;
        (image.start..image.end).contains(&start)
    });
    let here = here.expect("this program is an image");
    assert_eq!(here.path, std::env::current_exe().expect("a path").to_string_lossy());
    assert!(!here.build_id.is_empty());
}

#[test]
fn samples_lie_in_the_time_that_the_recording_took() {
    let started = Instant::now();
    let Some((recording, spun)) = sampled_by_perf(Options::new(999), |_| spin(PROCESSOR_TIME))
    else {
        return;
    };
    let took = started.elapsed().as_nanos() as u64;
    let raw = recording.raw_timebase().expect("anchors have the raw clock");
    assert!(batches(&recording).iter().all(|batch| batch.clock == SampleClock::MonotonicRaw));
    let samples = samples_of(&recording, spun.thread);
    let times: Vec<u64> = samples.iter().filter_map(|sample| raw.ns(sample.time)).collect();
    assert_eq!(times.len(), samples.len());
    let (first, last) = (times.iter().min().unwrap(), times.iter().max().unwrap());
    assert!(*last <= took, "the last is after {last} of {took} ns");
    let spun = spun.processor_time.as_nanos() as u64;
    assert!(last - first >= spun * 9 / 10, "{first} to {last} of {spun}");
}

#[test]
fn what_a_thread_slept_is_the_time_between_its_switches() {
    let Some((recording, (thread, slept))) = sampled_by_perf(Options::new(99), |_| {
        let sleeper = thread::spawn(|| {
            let mut slept = Duration::ZERO;
            for _ in 0..20 {
                let start = Instant::now();
                let_pass(Duration::from_millis(15));
                slept += start.elapsed();
            }
            (this_thread(), slept)
        });
        sleeper.join().expect("it does not panic")
    }) else {
        return;
    };
    let switches = batches(&recording).into_iter().flat_map(|batch| batch.switches);
    let mut of_thread: Vec<_> = switches.filter(|switch| switch.thread == thread).collect();
    of_thread.sort_by_key(|switch| switch.time);
    let mut off = 0;
    for pair in of_thread.windows(2) {
        if !pair[0].runs && !pair[0].preempted && pair[1].runs {
            off += pair[1].time - pair[0].time;
        }
    }
    near(off as f64, slept.as_nanos() as f64, 0.05, "ns asleep");
    assert_eq!(recording.sampling().expect("it was sampled").lost_switches, 0);
}

#[test]
fn samples_without_room_are_counted() {
    let mut options = Options::new(9_999);
    options.buffer_bytes = 4_096;
    let Some((recording, spun)) = sampled_by_perf(options, |_| spin(PROCESSOR_TIME)) else {
        return;
    };
    let sampling = recording.sampling().expect("it was sampled");
    let samples: usize = batches(&recording).iter().map(|batch| batch.samples.len()).sum();
    assert_eq!(sampling.samples, samples as u64);
    assert!(sampling.lost_samples > 0, "{sampling:?}");
    let expected = 9_999.0 * spun.processor_time.as_secs_f64();
    let of_thread = samples_of(&recording, spun.thread).len() as u64;
    let all = of_thread + sampling.lost_samples;
    // The kernel's own work for so many samples is no time that is sampled.
    assert!(all as f64 > expected / 2.0, "{all} of {expected}");
}

#[test]
fn timer_signals_take_the_place_of_perf_events_where_that_is_allowed() {
    for choice in [Choice::Auto, Choice::Signal] {
        let mut options = Options::new(999);
        options.choice = choice;
        options.refuse_perf = true;
        // One that begins later is noticed later.
        let spinner = will_spin(PROCESSOR_TIME);
        let (recording, spun) = sampled(options, |_| {
            spinner.thread().unpark();
            let asleep = thread::spawn(|| {
                let_pass(PROCESSOR_TIME);
                this_thread()
            });
            let spun = spinner.join().expect("it does not panic");
            (spun, asleep.join().expect("it does not panic"))
        });
        let (spun, asleep) = spun;
        let sampling = recording.sampling().expect("samples were asked for");
        assert_eq!(sampling.method, SamplingMethod::TimerSignal, "{sampling:?}");
        assert_eq!(sampling.why.is_some(), choice == Choice::Auto, "{sampling:?}");
        assert!(sampling.ended && !sampling.switches, "{sampling:?}");
        let samples = samples_of(&recording, spun.thread);
        let expected = 999.0 * spun.processor_time.as_secs_f64();
        // Timers go on while a thread waits for a processor: a busy machine may give more.
        let taken = samples.len() as u64 + sampling.lost_samples;
        assert!(taken as f64 > expected * 0.8, "{taken} of {expected}");
        let leaves = samples.iter().filter(|sample| is_in_turn(sample.frames[0])).count();
        let in_turn =
            samples.iter().filter(|sample| sample.frames.iter().any(|&at| is_in_turn(at)));
        assert!(leaves > 0 && in_turn.count() * 10 > samples.len() * 9, "{leaves}");
        assert!(samples.iter().any(|sample| sample.frames.len() > 1), "no frames were followed");
        for (thread, what) in [(asleep, "slept"), (this_thread(), "waited for another")] {
            let found = samples_of(&recording, thread).len();
            assert!(found * 20 < samples.len(), "{found} samples of a thread that {what}");
        }
        let raw = recording.raw_timebase().expect("anchors have the raw clock");
        assert!(samples.iter().all(|sample| raw.ns(sample.time).is_some()));
    }
}

#[test]
fn where_perf_events_are_refused_the_recording_goes_on_and_says_why() {
    let mut options = Options::new(999);
    options.refuse_perf = true;
    let (recording, told) = sampled(options, |guard| {
        spin(Duration::from_millis(20));
        guard.sampling().expect("samples were asked for")
    });
    let sampling = recording.sampling().expect("samples were asked for");
    assert_eq!(sampling, &told);
    assert_eq!(
        (sampling.method, sampling.samples, sampling.ended),
        (SamplingMethod::None, 0, true)
    );
    let why = sampling.why.as_deref().expect("a reason");
    assert!(why.contains("perf events are refused"), "{why}");
    assert!(why.contains("SPANFIRE_SAMPLER=auto"), "{why}");
    assert!(told.to_string().contains(why), "{told}");
    assert_eq!(recording.batches(), 0);
}

#[test]
fn no_rate_and_too_high_a_rate_are_reasons_too() {
    for hz in [0, 20_001] {
        let (recording, ()) = sampled(Options::new(hz), |_| ());
        let why = recording.sampling().and_then(|sampling| sampling.why.clone());
        assert_eq!(why, Some(format!("{hz} samples per second: 1 to 20000 can be")));
    }
}

#[test]
fn without_being_asked_nothing_is_sampled() {
    let (_subscriber, guard) = Recorder::builder().in_memory().subscriber().expect("a recorder");
    assert_eq!(guard.sampling(), None);
    let recording = guard.finish().expect("a recording");
    assert_eq!((recording.sampling(), recording.batches()), (None, 0));
    assert!(recording.images().is_empty());
}

/// `programs/spinning.rs`, which does what the environment says.
fn spinning(path: &std::path::Path, spans: &str, environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_spinning"));
    command.args([spans, "100000"]).env("SPANFIRE_OUT", path).envs(environment.iter().copied());
    command
}

#[test]
fn a_program_that_ends_at_once_or_exits_has_a_whole_recording() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.spanfire");
    for (spans, end) in [("0", None), ("0", Some("exit")), ("200", Some("exit"))] {
        let mut program = spinning(&path, spans, &[("SPANFIRE_SAMPLE", "999")]);
        let output = program.args(end).output().expect("a program");
        assert_eq!(said(&output), "");
        let recording = Recording::open(&path).expect("a recording");
        assert_eq!(recording.cut(), None);
        let sampling = recording.sampling().expect("samples were asked for");
        assert!(sampling.ended && sampling.asked_hz == 999, "{sampling:?}");
        let written: usize = batches(&recording).iter().map(|batch| batch.samples.len()).sum();
        assert_eq!(sampling.samples, written as u64);
        let may_be_none = spans == "0" || sampling.method == SamplingMethod::None;
        assert!(written > 0 || may_be_none, "{sampling:?}");
    }
}

#[test]
fn samples_alone_come_without_spans() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.spanfire");
    let environment = [("SPANFIRE", "samples"), ("SPANFIRE_SAMPLE", "999")];
    let output = spinning(&path, "2000", &environment).output().expect("a program");
    assert_eq!(said(&output), "");
    let recording = Recording::open(&path).expect("a recording");
    assert_eq!((recording.cut(), recording.callsites().len()), (None, 0));
    assert!(recording.chunks().is_empty());
    let sampling = recording.sampling().expect("samples were asked for");
    let none = sampling.method == SamplingMethod::None;
    assert_eq!(none, batches(&recording).is_empty(), "{sampling}");
}

#[test]
fn a_killed_program_leaves_the_samples_that_were_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.spanfire");
    let mut command = spinning(&path, "100000000", &[("SPANFIRE_SAMPLE", "999")]);
    let mut program = command.stdout(Stdio::null()).spawn().expect("a program");
    let written = wait_until("samples, or that there are none", || {
        let recording = Recording::open(&path).ok()?;
        let none = recording.sampling()?.method == SamplingMethod::None;
        (none || recording.batches() > 0).then_some(recording.batches())
    });
    program.kill().expect("it runs");
    program.wait().expect("it has ended");
    let recording = Recording::open(&path).expect("a recording");
    assert!(recording.cut().is_some());
    assert!(batches(&recording).len() >= written);
    let sampling = recording.sampling().expect("samples were asked for");
    assert!(!sampling.ended);
    assert_eq!(recording.images().is_empty(), sampling.method == SamplingMethod::None);
}

#[test]
fn what_makes_no_sense_in_the_environment_ends_the_start_with_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.spanfire");
    for (environment, message) in [
        (&[("SPANFIRE_SAMPLE", "garbage")][..], "SPANFIRE_SAMPLE: `garbage` is no number"),
        (&[("SPANFIRE", "samples")], "SPANFIRE: `samples` of what rate?"),
        (&[("SPANFIRE", "traces")], "SPANFIRE: `traces` is none of on, samples and off"),
        (
            &[("SPANFIRE_SAMPLE", "99"), ("SPANFIRE_SAMPLER", "gdb")],
            "SPANFIRE_SAMPLER: `gdb` is none of perf, signal and auto",
        ),
    ] {
        let output = spinning(&path, "1", environment).output().expect("a program");
        assert!(!output.status.success());
        // The program returns the error from main, which shows its `Debug`.
        let (variable, rest) = message.split_once(": ").expect("a variable");
        let said = said(&output);
        assert!(said.contains(variable) && said.contains(rest), "{said}");
    }
}

#[test]
fn what_is_switched_off_minds_no_other_variable() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.spanfire");
    let environment = [("SPANFIRE", "off"), ("SPANFIRE_SAMPLE", "garbage")];
    let output = spinning(&path, "1", &environment).output().expect("a program");
    assert!(output.status.success(), "{}", said(&output));
    assert!(!path.exists());
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
