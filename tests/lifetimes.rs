//! A span lives from its creation to the drop of its last handle, whatever happens in between.

use spanfire_recording::{Form, Recording};
use spanfire_tests::{FORMS, Session};
use spanfire_views::{Replay, RequestTable, Selection};
use std::time::{Duration, Instant};
use tracing::{Span, info_span};

/// Long beside everything else that happens here, and beside the few milliseconds after which a
/// collector that gets a processor notices that a span which its callsite's others let expect to be
/// entered or dropped at once waits.
const WAIT: Duration = Duration::from_millis(100);

/// How far two clocks that are calibrated against each other may run apart in that time.
const DRIFT_NS: u64 = 20_000;

/// Lets time pass in which this thread records nothing and leaves the processor to others.
fn wait() {
    let start = Instant::now();
    while start.elapsed() < WAIT {
        std::thread::yield_now();
    }
}

/// A span of a callsite whose spans are entered and dropped at once, unless its caller waits.
fn job() -> Span {
    info_span!("job")
}

/// Lifetimes of all roots, in the order of their start.
fn lifetimes_ns(recording: &Recording) -> Vec<u64> {
    let replay = Replay::new(recording, Selection::default());
    let table = RequestTable::of(&replay).expect("requests");
    table.requests().iter().map(|request| request.lifetime_ns).collect()
}

/// Records a hundred jobs without a wait and then one by `program`; gives the last one's lifetime.
fn last_lifetime_ns(form: Form, program: fn()) -> u64 {
    let session = Session::start(form);
    session.run(|| {
        (0..100).for_each(|_| job().in_scope(|| ()));
        program();
    });
    let lifetimes = lifetimes_ns(&session.finish());
    assert_eq!(lifetimes.len(), 101, "{form:?}");
    let at_once = &lifetimes[..100];
    let mean = at_once.iter().sum::<u64>() / 100;
    assert!(mean < WAIT.as_nanos() as u64 / 2, "{form:?}: jobs that do not wait live short");
    lifetimes[100]
}

#[track_caller]
fn check(program: fn()) {
    for form in FORMS {
        let lifetime = last_lifetime_ns(form, program);
        let waited = WAIT.as_nanos() as u64 - DRIFT_NS;
        assert!(lifetime >= waited, "{form:?}: {lifetime} ns instead of {waited}");
    }
}

#[test]
fn a_span_lives_while_it_is_entered() {
    check(|| job().in_scope(wait));
}

/// It was made when it was made, also where its callsite's spans are usually entered at once.
#[test]
fn a_span_that_waits_for_its_enter_lives_already() {
    check(|| {
        let waiting = job();
        wait();
        waiting.in_scope(|| ());
    });
}

/// It closes when it closes, not when it was left last.
#[test]
fn a_span_whose_handle_is_kept_after_its_exit_lives_on() {
    check(|| {
        let kept = job();
        kept.in_scope(|| ());
        wait();
        drop(kept);
    });
}

#[test]
fn a_span_that_is_never_entered_lives_as_long_as_its_handle() {
    check(|| {
        let kept = job();
        wait();
        drop(kept);
    });
}
