//! A program that records very much, and says after each tenth of it how much memory it has.

#![forbid(unsafe_code)]

use spanfire::{Guard, Overflow, Recorder};
use spanfire_tests::{let_pass, wait_until};
use std::path::Path;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;
use tracing::info_span;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

const USAGE: &str = "load spans|threads|waves FORM OUTPUT COUNT";

/// What waits to be written takes no more than this, so that memory which grows is seen.
const BUFFER: usize = 8 << 20;

/// Leaf spans in each outer one.
const LEAVES: u64 = 9;

/// Threads that record spans at the same time.
const THREADS: u64 = 2;

/// Threads of one wave.
const WAVE: usize = 2_500;

const PARTS: u64 = 10;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [load, form, output, count] = &arguments[..] else { panic!("{USAGE}") };
    let count: u64 = count.parse().expect("a number");
    let guard = start(form, Path::new(output));
    match load.as_str() {
        "spans" => spans(count, Path::new(output)),
        "threads" => by_parts(count, Path::new(output), || {
            let thread = thread::spawn(|| rounds(2));
            thread.join().expect("a thread that ends");
        }),
        "waves" => by_parts(count, Path::new(output), || wave(Path::new(output))),
        _ => panic!("{USAGE}"),
    }
    drop(guard);
}

fn start(form: &str, output: &Path) -> Guard {
    let builder = Recorder::builder().output(output).buffer(BUFFER).on_overflow(Overflow::Block);
    match form {
        "subscriber" => builder.init().expect("a recorder"),
        "layer" => {
            let (layer, guard) = builder.layer().expect("a recorder");
            tracing_subscriber::registry().with(layer).init();
            guard
        }
        _ => panic!("{USAGE}"),
    }
}

/// Records `count` spans on two threads; one of them speaks for both.
fn spans(count: u64, output: &Path) {
    let rounds_each = count / (LEAVES + 1) / THREADS;
    thread::scope(|scope| {
        for _ in 1..THREADS {
            scope.spawn(|| rounds(rounds_each));
        }
        for part in 1..=PARTS {
            rounds(rounds_each / PARTS);
            say(count / PARTS * part, output);
        }
    });
}

fn rounds(count: u64) {
    for round in 0..count {
        let _outer = info_span!("outer", round).entered();
        for _ in 0..LEAVES {
            info_span!("leaf").in_scope(|| std::hint::black_box(()));
        }
    }
}

fn by_parts(count: u64, output: &Path, once: impl Fn()) {
    for number in 1..=count {
        once();
        if number % (count / PARTS) == 0 {
            say(number, output);
        }
    }
}

/// Many threads that are all there before the first one ends.
fn wave(output: &Path) {
    let all_there = Arc::new(Barrier::new(WAVE));
    let threads: Vec<_> = (0..WAVE)
        .map(|_| {
            let all_there = Arc::clone(&all_there);
            let small = thread::Builder::new().stack_size(128 << 10);
            let body = move || {
                rounds(2);
                all_there.wait();
                rounds(2);
            };
            small.spawn(body).expect("a thread")
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().expect("a thread that ends"));
    wait_until("a collector that has written all", || {
        let bytes = size(output);
        let_pass(Duration::from_millis(250));
        (size(output) == bytes).then_some(())
    });
}

/// `COUNT RESIDENT_KIB FILE_BYTES`
fn say(done: u64, output: &Path) {
    println!("{done} {} {}", resident_kib(), size(output));
}

fn size(file: &Path) -> u64 {
    std::fs::metadata(file).map_or(0, |data| data.len())
}

/// Resident memory that is the process's own or of its mappings.
fn resident_kib() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("/proc");
    let pages = statm.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok());
    pages.expect("the second number of statm") * rustix::param::page_size() as u64 / 1024
}
