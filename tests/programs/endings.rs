//! A program that ends in the way its first argument names, while threads hold open spans.
//!
//! The second argument is the recorder's form, the third the file to record to.

#![forbid(unsafe_code)]

use std::cell::RefCell;
use std::sync::mpsc;
use std::thread;
use tracing::info_span;
use tracing::span::EnteredSpan;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Spans that each thread makes before the one it keeps open.
const STEPS: u64 = 1_000;
const THREADS: usize = 4;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [ending, form, path] = &arguments[..] else { panic!("endings ENDING FORM FILE") };
    let builder = spanfire::Recorder::builder().output(path);
    let _guard = match form.as_str() {
        "init" => spanfire::init().expect("a recorder"),
        "subscriber" => builder.init().expect("a recorder"),
        "layer" => {
            let (layer, guard) = builder.layer().expect("a recorder");
            tracing_subscriber::registry().with(layer).init();
            guard
        }
        other => panic!("no form {other}"),
    };
    match ending.as_str() {
        "return" => hold_open(),
        "exit" => {
            hold_open();
            std::process::exit(0);
        }
        "rayon" => in_global_pool(),
        "shutdown_background" => in_background(),
        "thread_local" => in_destructors(form != "layer"),
        other => panic!("no ending {other}"),
    }
}

/// Starts threads that record, open a span and never come back; returns when they are there.
fn hold_open() {
    let (ready, all_ready) = mpsc::channel();
    for number in 0..THREADS {
        let ready = ready.clone();
        let thread = thread::Builder::new().name(format!("holder {number}"));
        let body = move || record_and_park(&ready);
        thread.spawn(body).expect("a thread");
    }
    assert_eq!(all_ready.iter().take(THREADS).count(), THREADS);
}

fn record_and_park(ready: &mpsc::Sender<()>) {
    record_and_hold();
    ready.send(()).expect("main waits");
    loop {
        thread::park();
    }
}

/// Closes many spans and leaves one entered.
fn record_and_hold() {
    for _ in 0..STEPS {
        info_span!("step").in_scope(|| std::hint::black_box(()));
    }
    std::mem::forget(info_span!("held").entered());
}

/// The pool's threads outlive main, and their thread-locals are never dropped.
fn in_global_pool() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(THREADS).build_global();
    pool.expect("the first use of the pool");
    rayon::broadcast(|_| record_and_hold());
}

/// The runtime lets go of threads that it cannot stop.
fn in_background() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build();
    let runtime = runtime.expect("a runtime");
    let (ready, all_ready) = mpsc::channel();
    for _ in 0..THREADS {
        let ready = ready.clone();
        runtime.spawn_blocking(move || record_and_park(&ready));
    }
    assert_eq!(all_ready.iter().take(THREADS).count(), THREADS);
    runtime.shutdown_background();
}

/// Threads that make spans while they are being taken apart; if `late`, also after the recorder's
/// own thread-locals are gone, where a registry would panic.
fn in_destructors(late: bool) {
    for _ in 0..THREADS {
        let thread = thread::spawn(move || {
            if late {
                ENTERED.with(|entered| drop(entered.borrow()));
                BEFORE.with(|before| before.borrow_mut().push(SpanOnDrop("made before")));
            }
            for _ in 0..STEPS {
                info_span!("step").in_scope(|| std::hint::black_box(()));
            }
            if late {
                ENTERED.replace(Some(info_span!("left by a destructor").entered()));
            }
            AFTER.with(|after| after.borrow_mut().push(SpanOnDrop("made after")));
        });
        thread.join().expect("a thread that ends");
    }
}

struct SpanOnDrop(&'static str);

impl Drop for SpanOnDrop {
    fn drop(&mut self) {
        info_span!("destructor", local = self.0).in_scope(|| std::hint::black_box(()));
    }
}

thread_local! {
    static ENTERED: RefCell<Option<EnteredSpan>> = const { RefCell::new(None) };
    static BEFORE: RefCell<Vec<SpanOnDrop>> = const { RefCell::new(Vec::new()) };
    static AFTER: RefCell<Vec<SpanOnDrop>> = const { RefCell::new(Vec::new()) };
}
