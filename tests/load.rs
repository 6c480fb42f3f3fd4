//! Much of everything: threads, callsites, spans, and a disk that is too slow for them.

use spanfire::{Fields, Overflow};
use spanfire_recording::{Form, LossCause, Recording};
use spanfire_tests::{
    DynamicSite, FORMS, Followed, Performance, Performer, Pipe, Script, Session, WHOLE, counts_of,
    follow, losses_of, performer_name,
};
use spanfire_views::{Replay, Selection, Statistics, Summary};
use std::collections::HashMap;
use std::process::Command;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

/// The registry has room for 4,096 threads at once; the stand-alone form knows no such bound.
fn threads_at_once(form: Form) -> usize {
    match form {
        Form::Subscriber => 5_000,
        Form::Layer => 4_000,
    }
}

/// [T54]
#[test]
fn five_thousand_threads_at_once_each_have_their_lane() {
    const STEPS: u64 = 60;
    for form in FORMS {
        let threads = threads_at_once(form);
        let session = Session::with(form, |builder| builder.fields(Fields::All));
        let all_there = Arc::new(Barrier::new(threads));
        perform_all(&session, threads, STEPS, 128 << 10, &all_there);
        let recording = session.finish();
        let whole = follow_whole(&recording, threads, STEPS);
        assert!(whole.iter().all(|one| one.lost == 0 && one.recorded == one.noted), "{form:?}");
    }
}

/// Performs scripts on as many threads, each in a small stack. Their first half is done when all
/// threads are there.
fn perform_all(
    session: &Session,
    threads: usize,
    steps: u64,
    stack: usize,
    all_there: &Arc<Barrier>,
) {
    let running: Vec<_> = (0..threads)
        .map(|number| {
            let (dispatch, all_there) = (session.dispatch().clone(), Arc::clone(all_there));
            let body = move || {
                tracing::dispatcher::with_default(&dispatch, || {
                    let mut performer = Performer::new(number);
                    let mut script = Script::new(0, number).of_steps(steps);
                    let first = script.by_ref().take(steps as usize / 2);
                    first.for_each(|step| performer.perform(step));
                    all_there.wait();
                    script.for_each(|step| performer.perform(step));
                });
            };
            let thread = thread::Builder::new().name(performer_name(number)).stack_size(stack);
            thread.spawn(body).expect("a thread")
        })
        .collect();
    running.into_iter().for_each(|thread| thread.join().expect("a thread that performs"));
}

/// What the recording says of scripts that were performed to their end.
#[track_caller]
fn follow_whole(recording: &Recording, threads: usize, steps: u64) -> Vec<Followed> {
    let script = |number| Script::new(0, number).of_steps(steps);
    let performances =
        (0..threads).map(|number| Performance { script: script(number), steps: WHOLE }).collect();
    follow(recording, performances).unwrap_or_else(|problem| panic!("{problem}"))
}

/// [T57]
#[test]
fn seventy_thousand_callsites_each_have_their_name_and_spans() {
    const SITES: usize = 70_000;
    for form in FORMS {
        let session = Session::start(form);
        let sites: Vec<_> =
            (0..SITES).map(|number| DynamicSite::leaked(format!("site {number}"))).collect();
        // Twice, in two orders, so that a lane meets each again after it has forgotten it.
        session.run(|| {
            sites.iter().for_each(|site| site.span().in_scope(|| ()));
            sites.iter().rev().for_each(|site| site.span().in_scope(|| ()));
        });
        let recording = session.finish();
        assert_eq!(recording.callsites().len(), SITES, "{form:?}");
        let mut spans: HashMap<&str, u64> = HashMap::new();
        let replay = Replay::new(&recording, Default::default());
        let rows = Statistics::of(&replay).expect("statistics").rows;
        for row in &rows {
            *spans.entry(&row.callsite.name).or_default() += row.spans;
        }
        let each = (0..SITES).all(|number| spans.get(&*format!("site {number}")) == Some(&2));
        assert!(each && spans.len() == SITES, "{form:?}: {} names", spans.len());
    }
}

/// Reads 2 KiB every millisecond at most, far slower than two threads record.
fn slow_disk(form: Form, overflow: Overflow) -> (Recording, Vec<Followed>) {
    const THREADS: usize = 2;
    const STEPS: u64 = 200_000;
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = Pipe::create(&folder.path().join("pipe"));
    let session = Session::with(form, |builder| {
        let builder = builder.output(pipe.path()).fields(Fields::All);
        builder.buffer(512 << 10).on_overflow(overflow)
    });
    let reading = pipe.read_slowly(1 << 9, Duration::from_millis(1));
    perform_all(&session, THREADS, STEPS, 1 << 20, &Arc::new(Barrier::new(THREADS)));
    drop(session.into_guard());
    let recording = Recording::from_bytes(reading.bytes()).expect("a recording");
    let whole = follow_whole(&recording, THREADS, STEPS);
    (recording, whole)
}

/// [T50]
#[test]
fn threads_that_wait_for_a_slow_disk_lose_nothing_and_say_that_they_waited() {
    for form in FORMS {
        let (recording, followed) = slow_disk(form, Overflow::Block);
        assert!(followed.iter().all(|one| one.lost == 0 && one.recorded == one.noted), "{form:?}");
        let losses = losses_of(&recording);
        assert!(losses.iter().all(|loss| loss.cause == LossCause::Stall), "{form:?}");
        assert!(!losses.is_empty(), "{form:?}: the disk was not slow enough to show anything");
    }
}

/// [T50] Each loss stands between the callbacks that were recorded before and after it, and counts
/// exactly those between them: see `harness/follow.rs`.
#[test]
fn threads_that_drop_for_a_slow_disk_say_which_events_to_the_event() {
    for form in FORMS {
        let (_, followed) = slow_disk(form, Overflow::Drop);
        for one in &followed {
            assert_eq!(one.recorded + one.lost, one.noted, "{form:?}");
            assert!(one.lost > 0, "{form:?}: the disk was not slow enough to show anything");
        }
    }
}

/// What `programs/load.rs` says after a tenth of its load.
#[derive(Clone, Copy, Debug)]
struct Tenth {
    done: u64,
    resident_kib: u64,
    file_bytes: u64,
}

/// Runs it, prints what it says and gives the recording.
fn run_load(load: &str, form: Form, count: u64) -> (Vec<Tenth>, Recording) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.spanfire");
    let form = if form == Form::Layer { "layer" } else { "subscriber" };
    let program = Command::new(env!("CARGO_BIN_EXE_load"))
        .args([load, form])
        .arg(&path)
        .arg(count.to_string())
        .output()
        .expect("a program that starts");
    let errors = String::from_utf8_lossy(&program.stderr);
    assert!(program.status.success(), "{load} {form}: {errors}");
    let said = String::from_utf8_lossy(&program.stdout);
    let tenths: Vec<Tenth> = said.lines().filter_map(tenth).collect();
    assert_eq!(tenths.len(), 10, "{said}");
    println!("{load}, {form}");
    for Tenth { done, resident_kib, file_bytes } in &tenths {
        println!("{done:>12} done  {resident_kib:>9} KiB resident  {file_bytes:>13} bytes in file");
    }
    (tenths, Recording::open(&path).expect("a recording"))
}

fn tenth(line: &str) -> Option<Tenth> {
    let mut numbers = line.split(' ').map(str::parse);
    let mut next = || numbers.next()?.ok();
    Some(Tenth { done: next()?, resident_kib: next()?, file_bytes: next()? })
}

/// After the first two tenths, in which buffers, stacks and tables are touched for the first time,
/// memory grows by no more than `kib`.
#[track_caller]
fn check_flat(tenths: &[Tenth], kib: u64) {
    let warm = tenths[1].resident_kib;
    let most = tenths.iter().skip(2).map(|tenth| tenth.resident_kib).max().unwrap_or(0);
    assert!(most <= warm + kib, "{most} KiB resident, {warm} after the first two tenths");
}

fn count_or(variable: &str, usually: u64) -> u64 {
    std::env::var(variable).ok().and_then(|count| count.parse().ok()).unwrap_or(usually)
}

/// [T24] They take turns with the ids of a registry, on two threads. `SPANFIRE_SPANS` says how many, where the usual number is not enough.
#[test]
fn memory_is_flat_however_many_spans_are_recorded() {
    let count = count_or("SPANFIRE_SPANS", 10_000_000);
    for form in FORMS {
        let (tenths, recording) = run_load("spans", form, count);
        check_flat(&tenths, 8 << 10);
        let counts = counts_of(&recording);
        assert_eq!((counts.spans, counts.enters, counts.exits), (count, count, count), "{form:?}");
        if form == Form::Layer {
            check_lives(&recording, count);
        }
    }
}

/// Each span is one, with a segment of its own: ids that are used again were told apart.
#[track_caller]
fn check_lives(recording: &Recording, count: u64) {
    let summary = Summary::of(&Replay::new(recording, Selection::default())).expect("a summary");
    assert_eq!((summary.spans, summary.segments, summary.open_spans), (count, count, 0));
    assert_eq!((summary.unknown_spans, summary.unmatched_exits), (0, 0));
}

/// [T54] What is in use at a time is the chunks of the threads that ended since the collector looked
/// for such, twenty times a second. If they were never given back, it would be over 80 MiB.
#[test]
fn memory_is_flat_however_many_threads_come_and_go() {
    for form in FORMS {
        let (tenths, recording) = run_load("threads", form, 20_000);
        check_flat(&tenths, 32 << 10);
        assert_eq!(recording.lanes().len(), 20_000, "{form:?}");
        assert_eq!(counts_of(&recording).spans, 20_000 * 20, "{form:?}");
    }
}

/// [T54] Each wave finds the memory that the one before gave back. If none did, eight waves would
/// take over 48 MiB.
#[test]
fn memory_is_flat_however_often_many_threads_are_there_at_once() {
    for form in FORMS {
        let (tenths, recording) = run_load("waves", form, 10);
        check_flat(&tenths, 24 << 10);
        assert_eq!(counts_of(&recording).spans, 10 * 2_500 * 40, "{form:?}");
    }
}
