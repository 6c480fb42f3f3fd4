//! Threads that never end, end with the process, or end while nobody waits: every event is there.

use spanfire_recording::{Form, Recording};
use spanfire_tests::{FORMS, Session, Transcript, counts_of, wait_until};
use std::path::Path;
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use tracing::info_span;

/// What `programs/endings.rs` does on each of its four threads.
const STEPS: usize = 1_000;
const THREADS: usize = 4;

/// Ends a process in the way `ending` names and gives what it left.
fn recording_of(ending: &str, form: &str) -> Transcript {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.spanfire");
    let program = Command::new(env!("CARGO_BIN_EXE_endings"))
        .args([ending, form])
        .arg(&path)
        .env("SPANFIRE_OUT", &path)
        .env_remove("SPANFIRE")
        .env_remove("SPANFIRE_FILTER")
        .output()
        .expect("a program that starts");
    let said = String::from_utf8_lossy(&program.stderr);
    assert!(program.status.success(), "{ending} {form}: {} {said}", program.status);
    let recording =
        Recording::open(&path).unwrap_or_else(|error| panic!("{ending} {form}: {error}"));
    Transcript::of(&recording)
}

/// Each of four threads has closed all its steps and holds one span open.
#[track_caller]
fn check_held(ending: &str) {
    for form in ["init", "subscriber", "layer"] {
        let transcript = recording_of(ending, form);
        assert_eq!(transcript.strays, [""; 0], "{ending} {form}");
        let steps: Vec<_> = transcript.named("step").collect();
        assert_eq!(steps.len(), THREADS * STEPS, "{ending} {form}");
        assert!(steps.iter().all(|step| step.closed && step.segments[0].exit.is_some()));
        let held: Vec<_> = transcript.named("held").collect();
        assert_eq!(held.len(), THREADS, "{ending} {form}");
        assert!(held.iter().all(|held| held.segments.len() == 1 && !held.closed));
        assert!(held.iter().all(|held| held.segments[0].exit.is_none()), "{ending} {form}");
        let busy = transcript.lanes.iter().filter(|lane| !lane.is_empty());
        assert_eq!(busy.count(), THREADS, "{ending} {form}");
    }
}

/// [T44]
#[test]
fn main_returns_while_four_threads_hold_open_spans_and_nothing_is_lost() {
    check_held("return");
}

/// [T45]
#[test]
fn the_process_exits_while_four_threads_hold_open_spans_and_nothing_is_lost() {
    check_held("exit");
}

/// [T47]
#[test]
fn the_threads_of_rayons_global_pool_are_recorded_to_their_last_event() {
    check_held("rayon");
}

/// [T47]
#[test]
fn threads_that_a_runtime_was_shut_down_under_are_recorded_to_their_last_event() {
    check_held("shutdown_background");
}

/// [T48]
#[test]
fn spans_made_by_destructors_of_thread_locals_are_recorded() {
    // A registry panics where it is used after its own thread-locals are gone.
    for (form, late) in [("init", true), ("subscriber", true), ("layer", false)] {
        let transcript = recording_of("thread_local", form);
        assert_eq!(transcript.strays, [""; 0], "{form}");
        assert_eq!(transcript.named("step").count(), THREADS * STEPS, "{form}");
        let made: Vec<_> = transcript.named("destructor").collect();
        assert_eq!(made.len(), if late { 2 * THREADS } else { THREADS }, "{form}");
        assert!(made.iter().all(|span| span.closed), "{form}");
        let left: Vec<_> = transcript.named("left by a destructor").collect();
        assert_eq!(left.len(), if late { THREADS } else { 0 }, "{form}");
        assert!(left.iter().all(|span| span.closed && span.segments[0].exit.is_some()), "{form}");
    }
}

/// [T44] The same in one process: `finish` takes what living threads have recorded.
#[test]
fn finish_takes_the_partial_chunks_of_living_threads() {
    for form in FORMS {
        let session = Session::start(form);
        let (release, ready) = living_threads(&session, 4);
        for _ in 0..4 {
            ready.recv().expect("a thread that is ready");
        }
        let counted = session.counts();
        let recording = session.finish();
        drop(release);
        assert_eq!(counts_of(&recording), counted, "{form:?}");
        assert_eq!(counted.enters - counted.exits, 4, "one open span each");
    }
}

/// Threads that hold a span open until the sender that is given back is dropped.
fn living_threads(session: &Session, count: usize) -> (Vec<mpsc::Sender<()>>, mpsc::Receiver<()>) {
    let (ready, all_ready) = mpsc::channel();
    let threads = (0..count).map(|_| {
        let (release, released) = mpsc::channel::<()>();
        let (dispatch, ready) = (session.dispatch().clone(), ready.clone());
        thread::spawn(move || {
            tracing::dispatcher::with_default(&dispatch, || {
                (0..10).for_each(|_| info_span!("step").in_scope(|| ()));
                let _held = info_span!("held").entered();
                ready.send(()).expect("the test waits");
                released.recv().expect_err("nothing is ever sent");
            });
        });
        release
    });
    (threads.collect(), all_ready)
}

/// [T46] A scope ends when its closures return, not when its threads' destructors have run.
#[test]
fn finish_directly_after_a_scope_has_all_that_its_threads_did() {
    for round in 0..100 {
        let form = FORMS[round % 2];
        let session = Session::start(form);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    session.run(|| (0..7).for_each(|_| info_span!("step").in_scope(|| ())))
                });
            }
        });
        let counts = counts_of(&session.finish());
        assert_eq!((counts.spans, counts.enters, counts.exits), (28, 28, 28), "{form:?}");
    }
}

/// [T53] The collector comes by at least every 100 ms, also where nothing more happens.
#[test]
fn one_event_of_a_thread_that_then_parks_for_ever_is_seen_in_the_file_while_it_runs() {
    for form in FORMS {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("live.spanfire");
        let session = Session::with(form, |builder| builder.output(&path));
        let (release, ready) = living_threads(&session, 1);
        ready.recv().expect("a thread that is ready");
        let held = wait_until("the held span in the file", || held_in(&path));
        assert_eq!(held.lanes.concat().last().map(String::as_str), Some("enter held"));
        drop(release);
        session.finish();
    }
}

fn held_in(path: &Path) -> Option<Transcript> {
    let transcript = Transcript::of(&Recording::open(path).ok()?);
    let held = transcript.named("held").any(|held| held.segments.len() == 1);
    held.then_some(transcript)
}

/// A name is the thread's own; an id is the operating system's, also of a thread without a name.
#[test]
fn lanes_have_their_threads_names_and_ids() {
    for form in FORMS {
        let session = Session::start(form);
        let id = |name: Option<&str>| {
            let dispatch = session.dispatch().clone();
            let mut builder = thread::Builder::new();
            if let Some(name) = name {
                builder = builder.name(name.into());
            }
            let thread = builder.spawn(move || {
                tracing::dispatcher::with_default(&dispatch, || info_span!("step").in_scope(|| ()));
                os_thread_id()
            });
            thread.expect("a thread").join().expect("a thread that ends")
        };
        let expected = [(Some("worker".to_owned()), id(Some("worker"))), (None, id(None))];
        let recording = session.finish();
        let lanes: Vec<_> = recording.lanes().iter().collect();
        for (name, id) in expected {
            let found = lanes.iter().find(|lane| lane.os_thread_id == id && id.is_some());
            let found = found.unwrap_or_else(|| panic!("{form:?}: no lane {id:?} in {lanes:?}"));
            assert_eq!(found.thread_name, name, "{form:?}");
        }
    }
}

/// Linux shows it as the last part of where this link leads.
fn os_thread_id() -> Option<u64> {
    let link = std::fs::read_link("/proc/thread-self").expect("/proc");
    link.file_name()?.to_str()?.parse().ok()
}

/// [T66] The recorder's own threads make no lane.
#[test]
fn only_threads_of_the_program_are_lanes() {
    for form in [Form::Subscriber, Form::Layer] {
        let session = Session::start(form);
        session.run(|| info_span!("only").in_scope(|| ()));
        let recording = session.finish();
        assert_eq!(recording.lanes().len(), 1, "{form:?}: {:?}", recording.lanes());
    }
}
