//! A program that performs scripts on many threads and notes each step when it is done, until it
//! ends in the way its last argument names or is ended from outside.
//!
//! It says `ready` when its threads run, and `ending` when they have stopped, before it ends by
//! itself; then `finished`, or why its recording could not be finished. `asked` waits for a line.

mod notes;

use notes::{Note, Notes};
use spanfire::{Fields, Guard, Recorder};
use spanfire_tests::{Performer, STORM_STEPS, Script, performer_name, wait_until, with_sources};
use std::collections::VecDeque;
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::{self, JoinHandle};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

const USAGE: &str = "noting FORM OUTPUT NOTES SEED BUFFER threads|fresh|storm \
                     run|abort|panic|exit|return|finish|asked";

/// How many threads of a storm are there at once.
const STORM_THREADS: usize = 32;

/// Steps of all threads after which the program ends itself.
const ENOUGH: u64 = 50_000;

/// Set when the threads are to stop where they are.
static STOP: AtomicBool = AtomicBool::new(false);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [form, output, notes, seed, buffer, play, ending] = &arguments[..] else {
        panic!("{USAGE}")
    };
    let guard = start(form, output, buffer.parse().expect("bytes"));
    let notes = Notes::open(Path::new(notes));
    let seed = seed.parse().expect("a seed");
    let threads = match play.as_str() {
        "threads" => run_threads(notes, move |thread| Script::new(seed, thread)),
        "fresh" => run_threads(notes, move |thread| Script::new(seed, thread).with_fresh_sites()),
        "storm" => vec![thread::spawn(move || storm(notes, seed))],
        _ => panic!("{USAGE}"),
    };
    say("ready");
    match ending.as_str() {
        "run" => {}
        "asked" => drop(std::io::stdin().read_line(&mut String::new())),
        _ => wait_until("enough steps", || (notes.total() >= ENOUGH).then_some(())),
    }
    match ending.as_str() {
        "run" => drop(threads.into_iter().map(JoinHandle::join).collect::<Vec<_>>()),
        "abort" => std::process::abort(),
        "panic" => panic_that_aborts(),
        "exit" => {
            stop(threads);
            std::process::exit(0);
        }
        "return" => stop(threads),
        "finish" | "asked" => {
            stop(threads);
            match guard.finish() {
                Ok(_) => say("finished"),
                Err(error) => say(&with_sources(&error)),
            }
        }
        _ => panic!("{USAGE}"),
    }
}

fn start(form: &str, output: &str, buffer: usize) -> Guard {
    let builder = Recorder::builder().output(output).fields(Fields::All).buffer(buffer);
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

/// One thread for each counter.
fn run_threads(notes: Notes, script: impl Fn(usize) -> Script) -> Vec<JoinHandle<()>> {
    (0..notes.threads())
        .map(|thread| perform_on_thread(thread, script(thread), notes.of(thread)))
        .collect()
}

/// Short threads with new callsites, a few at once, as many as there are counters.
fn storm(notes: Notes, seed: u64) {
    let mut running = VecDeque::new();
    for thread in 0..notes.threads() {
        if STOP.load(Relaxed) {
            break;
        }
        let script = Script::new(seed, thread).with_fresh_sites().of_steps(STORM_STEPS);
        running.push_back(perform_on_thread(thread, script, notes.of(thread)));
        if running.len() == STORM_THREADS {
            running.pop_front().map(JoinHandle::join);
        }
    }
    running.into_iter().for_each(|thread| drop(thread.join()));
}

fn perform_on_thread(thread: usize, script: Script, note: &'static Note) -> JoinHandle<()> {
    let builder = thread::Builder::new().name(performer_name(thread));
    builder.spawn(move || perform(thread, script, note)).expect("a thread")
}

fn perform(thread: usize, script: Script, note: &Note) {
    let mut performer = Performer::new(thread);
    for (before, step) in script.enumerate() {
        if STOP.load(Relaxed) {
            break;
        }
        performer.perform(step);
        note.done(before as u64 + 1);
    }
    // What is still held was not dropped by a step.
    std::mem::forget(performer);
}

fn stop(threads: Vec<JoinHandle<()>>) {
    STOP.store(true, Relaxed);
    threads.into_iter().for_each(|thread| thread.join().expect("a thread that performs"));
    say("ending");
}

/// What a panic does where the program is built with `panic = "abort"`.
extern "C" fn panic_that_aborts() {
    // Finding out what it would print takes long.
    std::panic::set_hook(Box::new(|_| ()));
    panic!("and nothing unwinds");
}

fn say(line: &str) {
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{line}").and_then(|()| stdout.flush()).expect("a reader");
}
