//! A program that forks in the middle of its recording, and whose copies go on in several ways.
//!
//! The first argument is the recorder's form, the second the file to record to. Copies say by their exit
//! code whether all went as it should; the program itself asserts it.

use spanfire::Recorder;
use spanfire_recording::Recording;
use std::os::unix::process::CommandExt;
use std::process::{Command, exit};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use tracing::{Dispatch, info_span};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// More than the buffer holds, which is waited for where somebody collects.
const MANY: u64 = 100_000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [form, path] = &arguments[..] else { panic!("forking FORM FILE") };
    // A copy that unwound would wait for threads that it does not have.
    let say = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        say(info);
        std::process::abort();
    }));
    let builder = Recorder::builder().output(path).buffer(256 << 10).sample(997);
    let mut guard = Some(match form.as_str() {
        "subscriber" => builder.init().expect("a recorder"),
        _ => {
            let (layer, guard) = builder.layer().expect("a recorder");
            tracing_subscriber::registry().with(layer).init();
            guard
        }
    });
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        // Another thread is in the middle of anything whenever the process is forked.
        scope.spawn(|| {
            while !stop.load(Relaxed) {
                info_span!("beside").in_scope(thread::yield_now);
            }
        });
        let entered = info_span!("around forks").entered();
        for _ in 0..5 {
            check(fork(leaves_spans));
            check(fork(records_much));
            check(fork(|| finishes(guard.take())));
            check(fork(|| records_by_itself(form)));
            check(fork(becomes_another));
            let status = Command::new("true").status().expect("a command");
            assert!(status.success());
            info_span!("step").in_scope(|| ());
        }
        drop(entered);
        stop.store(true, Relaxed);
    });
    (0..MANY).for_each(|_| info_span!("after").in_scope(|| ()));
    drop(guard);
}

/// Runs `program` in a copy of this process, which then exits as any program does. Gives its code.
fn fork(program: impl FnOnce()) -> i32 {
    // SAFETY: the copy has this thread alone. It allocates, prints nothing and takes the locks that
    // the recorder takes; glibc and std keep their own usable across a fork.
    match unsafe { libc::fork() } {
        -1 => panic!("no copy of this process"),
        0 => {
            program();
            exit(0)
        }
        copy => {
            let mut status = 0;
            // SAFETY: `status` lives as long as the call.
            assert_eq!(unsafe { libc::waitpid(copy, &raw mut status, 0) }, copy);
            status
        }
    }
}

#[track_caller]
fn check(status: i32) {
    assert_eq!(status, 0, "a copy of this process ended badly");
}

/// The span that was entered before the fork is left in the copy too.
fn leaves_spans() {
    info_span!("in a copy").in_scope(|| ());
    thread::spawn(|| info_span!("in a copy's thread").in_scope(|| ())).join().expect("a thread");
}

/// Waiting for the collector would be waiting for ever.
fn records_much() {
    (0..MANY).for_each(|_| info_span!("in a copy").in_scope(|| ()));
}

fn finishes(guard: Option<spanfire::Guard>) {
    let refused = guard.expect("a guard").finish();
    assert!(refused.is_err(), "the recording is the parent's");
}

fn records_by_itself(form: &str) {
    let builder = Recorder::builder().in_memory();
    let (dispatch, guard) = match form {
        "subscriber" => {
            let (subscriber, guard) = builder.subscriber().expect("a recorder");
            (Dispatch::new(subscriber), guard)
        }
        _ => {
            let (layer, guard) = builder.layer().expect("a recorder");
            (Dispatch::new(tracing_subscriber::registry().with(layer)), guard)
        }
    };
    tracing::dispatcher::with_default(&dispatch, || {
        (0..3).for_each(|_| info_span!("of a copy's own").in_scope(|| ()));
    });
    let recording: Recording = guard.finish().expect("a recording");
    assert_eq!(spanfire_tests::counts_of(&recording).spans, 3);
}

fn becomes_another() {
    let error = Command::new("true").exec();
    panic!("{error}");
}
