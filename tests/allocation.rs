//! No allocation and no lock after a thread's first spans.
//!
//! Allocations are counted per thread, so that the collector's own do not disturb. That no lock is
//! taken which another thread could hold is shown by `overflow.rs`: callbacks go on while the
//! collector is stuck in the middle of a write.

use spanfire::{Fields, Recorder};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use tracing::{Dispatch, Subscriber, info_span, instrument};
use tracing_subscriber::layer::{Layer, SubscriberExt};

struct CountingAllocator;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    // A thread that is being taken apart has no counter; it is not one that a test looks at.
    let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
}

// SAFETY: every method hands its arguments to the system's allocator unchanged, whose contract is
// the caller's; counting neither allocates nor unwinds.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: as the caller promised.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: as the caller promised.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// Large enough that no thread of these tests waits for the collector.
const BUFFER: usize = 64 << 20;
const WARM_UP: u64 = 2_000;
const ROUNDS: u64 = 100_000;

/// Allocations of this thread while it runs `round` many times, after it has warmed up.
fn allocations(dispatch: &Dispatch, round: fn(u64)) -> u64 {
    tracing::dispatcher::with_default(dispatch, || {
        (0..WARM_UP).for_each(round);
        let before = ALLOCATIONS.get();
        (0..ROUNDS).for_each(round);
        ALLOCATIONS.get() - before
    })
}

fn of_the_subscriber(fields: Fields, round: fn(u64)) -> u64 {
    let builder = Recorder::builder().in_memory().buffer(BUFFER).fields(fields);
    let (subscriber, _guard) = builder.subscriber().expect("a recorder");
    allocations(&Dispatch::new(subscriber), round)
}

/// What the layer adds to the registry under a layer that does nothing.
fn of_the_layer(fields: Fields, round: fn(u64)) -> u64 {
    struct Nothing;
    impl<S: Subscriber> Layer<S> for Nothing {}
    let registry = Dispatch::new(tracing_subscriber::registry().with(Nothing));
    let without = allocations(&registry, round);
    let builder = Recorder::builder().in_memory().buffer(BUFFER).fields(fields);
    let (layer, _guard) = builder.layer().expect("a recorder");
    let with = allocations(&Dispatch::new(tracing_subscriber::registry().with(layer)), round);
    with.saturating_sub(without)
}

#[track_caller]
fn check(round: fn(u64)) {
    assert_eq!(of_the_subscriber(Fields::Roots, round), 0, "stand-alone");
    assert_eq!(of_the_layer(Fields::Roots, round), 0, "as a layer");
}

#[test]
fn the_allocator_of_these_tests_counts() {
    let none = Dispatch::none();
    assert_eq!(allocations(&none, |round| drop(std::hint::black_box(Box::new(round)))), ROUNDS);
}

#[test]
fn a_leaf_span_allocates_nothing() {
    check(|_| info_span!("leaf").in_scope(|| ()));
}

#[test]
fn nested_spans_allocate_nothing() {
    fn nest(depth: u64) {
        if depth > 0 {
            let _level = info_span!("level").entered();
            nest(depth - 1);
        }
    }
    check(|_| nest(8));
}

#[test]
fn a_root_with_recorded_primitives_allocates_nothing() {
    check(|round| info_span!("root", round, even = round % 2 == 0).in_scope(|| ()));
}

#[test]
fn a_root_with_recorded_text_allocates_nothing() {
    check(|_| info_span!("root", path = "/orders/17").in_scope(|| ()));
}

#[test]
fn an_instrumented_function_allocates_nothing() {
    #[instrument(level = "info")]
    fn instrumented(number: u64) -> u64 {
        std::hint::black_box(number)
    }
    check(|round| {
        let _root = info_span!("root").entered();
        instrumented(round);
    });
}

#[test]
fn a_value_that_is_recorded_late_allocates_nothing() {
    check(|round| {
        let root = info_span!("root", status = tracing::field::Empty);
        root.in_scope(|| root.record("status", round));
    });
}

#[test]
fn clones_explicit_parents_and_spans_left_out_of_order_allocate_nothing() {
    check(|_| {
        let first = info_span!("first");
        let second = info_span!(parent: &first, "second");
        let (entered_first, entered_second) = (first.enter(), second.enter());
        drop(entered_first);
        drop(entered_second);
        drop(first.clone());
    });
}
