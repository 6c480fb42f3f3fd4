//! A program whose allocator opens a span for every allocation.
//!
//! The first argument is the recorder's form, the second the file to record to. Under a registry, whose
//! own callbacks allocate and may not be entered twice, such an allocator must keep out of itself; the
//! stand-alone recorder needs no such care.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use tracing::info_span;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

struct TracingAllocator;

static TRACES: AtomicBool = AtomicBool::new(false);
static KEEPS_OUT: AtomicBool = AtomicBool::new(false);

thread_local! {
    static INSIDE: Cell<u32> = const { Cell::new(0) };
    static DEEPEST: Cell<u32> = const { Cell::new(0) };
}

fn traced<R>(allocate: impl FnOnce() -> R) -> R {
    let inside = INSIDE.get();
    if !TRACES.load(Relaxed) || (inside > 0 && KEEPS_OUT.load(Relaxed)) {
        return allocate();
    }
    DEEPEST.set(DEEPEST.get().max(inside));
    assert!(inside < 100, "an allocator inside itself without end");
    INSIDE.set(inside + 1);
    let result = info_span!("allocation").in_scope(allocate);
    INSIDE.set(inside);
    result
}

// SAFETY: every method hands its arguments to the system's allocator unchanged, whose contract is
// the caller's.
unsafe impl GlobalAlloc for TracingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promised.
        traced(|| unsafe { System.alloc(layout) })
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: TracingAllocator = TracingAllocator;

/// Allocates `boxes` times in each of `rounds` spans, four deep.
fn program(rounds: u64, boxes: u64) {
    for _ in 0..rounds {
        let outer = info_span!("outer").entered();
        let inner = info_span!("inner").entered();
        (0..boxes).for_each(|number| drop(black_box(Box::new(number))));
        drop((inner, outer));
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [form, path] = &arguments[..] else { panic!("allocating FORM FILE") };
    let builder = spanfire::Recorder::builder().output(path);
    let guard = match form.as_str() {
        "subscriber" => builder.init().expect("a recorder"),
        _ => {
            KEEPS_OUT.store(true, Relaxed);
            let (layer, guard) = builder.layer().expect("a recorder");
            tracing_subscriber::registry().with(layer).init();
            guard
        }
    };
    // `tracing` itself allocates when a callsite is new, holding locks.
    program(1, 0);
    info_span!("allocation").in_scope(|| ());
    traced(|| ());
    TRACES.store(true, Relaxed);
    let _ = black_box(Box::new(0));
    program(1_000, 5);
    if form == "subscriber" {
        // This thread's lane is made inside an allocation.
        thread::spawn(|| program(10, 5)).join().expect("a thread");
    }
    TRACES.store(false, Relaxed);
    drop(guard);
    assert!(DEEPEST.get() <= 2, "an allocation inside an allocation of the recorder's");
}
