//! Futures: polled in turns, on many threads, dropped half-way. Where the test polls by hand it drives
//! the clock too, and every figure is exact.

use spanfire_recording::Recording;
use spanfire_tests::{FORMS, Figures, Session, Time, Transcript, figures, runtime, stacks, work};
use spanfire_views::{Replay, RequestTable, Selection, Stacks};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use tokio::task::yield_now;
use tracing::{Instrument, Span, info_span, instrument};

/// Polls once.
fn poll<T>(future: Pin<&mut (impl Future<Output = T> + ?Sized)>) -> Poll<T> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Is ready when it is polled for the second time.
async fn turn() {
    let mut polled = false;
    std::future::poll_fn(|_| {
        if std::mem::replace(&mut polled, true) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// Lets time pass in each of three polls.
async fn three_polls(time: Time) {
    time.pass(1);
    turn().await;
    time.pass(2);
    turn().await;
    time.pass(4);
}

/// Records `program` in both forms and hands each recording to `look`.
#[track_caller]
fn check(program: impl Fn(&Time), look: impl Fn(&Recording)) {
    for form in FORMS {
        let (session, time) = Session::timed(form);
        session.run(|| program(&time));
        let recording = session.finish();
        assert_eq!(Transcript::of(&recording).strays, [""; 0], "{form:?}");
        look(&recording);
    }
}

/// [T16]
#[test]
fn an_async_function_polled_a_hundred_times_on_four_workers_is_one_life_of_as_many_segments() {
    #[instrument(level = "info")]
    async fn hundred_polls() {
        for _ in 0..99 {
            work(50);
            yield_now().await;
        }
    }
    const TASKS: u64 = 20;
    for form in FORMS {
        let session = Session::start(form);
        let runtime = runtime(session.dispatch(), 4);
        session.run(|| {
            runtime.block_on(async {
                let tasks: Vec<_> = (0..TASKS).map(|_| tokio::spawn(hundred_polls())).collect();
                for task in tasks {
                    task.await.expect("a task that ends");
                }
            });
        });
        drop(runtime);
        let recording = session.finish();
        let transcript = Transcript::of(&recording);
        assert_eq!(transcript.strays, [""; 0], "{form:?}");
        assert_eq!(transcript.named("hundred_polls").count() as u64, TASKS, "{form:?}");
        for span in &transcript.spans {
            // And one in which the future is dropped.
            assert_eq!((span.segments.len(), span.closed), (101, true), "{form:?}");
            let ends = span.segments.iter().flat_map(|segment| [Some(segment.enter), segment.exit]);
            assert!(ends.collect::<Vec<_>>().is_sorted(), "{form:?}: one poll at a time");
        }
        let replay = Replay::new(&recording, Selection::default());
        let requests = RequestTable::of(&replay).expect("requests");
        assert_eq!(requests.requests().len() as u64, TASKS, "{form:?}");
        for request in requests.requests() {
            assert_eq!(request.idle_ns, request.lifetime_ns - request.busy_ns, "{form:?}");
            assert_eq!(request.work_ns, request.busy_ns, "{form:?}: polls do not overlap");
        }
    }
}

/// [T16] The same with a clock that the test drives: lifetime 7 + 10 + 20, busy 7.
#[test]
fn what_lies_between_two_polls_is_idle() {
    let program = |time: &Time| {
        let mut future = pin!(three_polls(time.clone()).instrument(info_span!("task")));
        for waits in [10, 20] {
            assert!(poll(future.as_mut()).is_pending());
            time.pass(waits);
        }
        assert!(poll(future.as_mut()).is_ready());
    };
    check(program, |recording| {
        let expected = Figures { spans: 1, segments: 4, busy_ns: 7, self_ns: 7, idle_ns: 30 };
        assert_eq!(figures(recording, "task"), expected);
    });
}

/// [T17] It is a segment of its own: of the last poll it takes nothing, and of the life nothing.
#[test]
fn dropping_an_instrumented_future_is_the_segment_after_its_last_poll() {
    struct SlowToDrop(Time);
    impl Drop for SlowToDrop {
        fn drop(&mut self) {
            self.0.pass(100);
        }
    }
    let program = |time: &Time| {
        let (held, clock) = (SlowToDrop(time.clone()), time.clone());
        let future = async move {
            let _held = held;
            clock.pass(1);
            turn().await;
            clock.pass(2);
            turn().await;
        };
        let mut future = Box::pin(future.instrument(info_span!("task")));
        assert!(poll(future.as_mut()).is_pending());
        time.pass(10);
        assert!(poll(future.as_mut()).is_pending());
        time.pass(20);
        drop(future);
    };
    check(program, |recording| {
        let transcript = Transcript::of(recording);
        let clock = recording.timebase();
        let segments = transcript.span("task").segments.iter();
        let lengths: Vec<u64> = segments
            .map(|segment| clock.ns(segment.exit.expect("an end")) - clock.ns(segment.enter))
            .collect();
        assert_eq!(lengths, [1, 2, 100], "two polls, and the drop of what the future held");
        assert_eq!(figures(recording, "task").idle_ns, 30);
        let Figures { spans, segments, .. } = figures(recording, "task");
        assert_eq!((spans, segments), (1, 3));
    });
}

/// [T18]
#[test]
fn a_future_dropped_half_way_ends_its_span_there() {
    let program = |time: &Time| {
        let mut future = Box::pin(three_polls(time.clone()).instrument(info_span!("task")));
        assert!(poll(future.as_mut()).is_pending());
        time.pass(10);
        drop(future);
        time.pass(1_000);
        info_span!("later").in_scope(|| time.pass(1));
    };
    check(program, |recording| {
        assert!(Transcript::of(recording).span("task").closed);
        let expected = Figures { spans: 1, segments: 2, busy_ns: 1, self_ns: 1, idle_ns: 10 };
        assert_eq!(figures(recording, "task"), expected);
    });
}

/// [T18]
#[test]
fn a_future_that_was_never_polled_leaves_a_span_all_the_same() {
    let program = |time: &Time| {
        let future = three_polls(time.clone()).instrument(info_span!("task"));
        time.pass(10);
        drop(future);
    };
    check(program, |recording| {
        let expected = Figures { spans: 1, segments: 1, idle_ns: 10, ..Figures::default() };
        assert_eq!(figures(recording, "task"), expected);
    });
}

/// [T19] What such a program says is wrong; what is recorded is what it said.
#[test]
fn a_guard_held_across_an_await_lies_around_what_other_tasks_do_meanwhile() {
    async fn holds(span: Span, time: Time) {
        let _entered = span.enter();
        time.pass(1);
        turn().await;
        time.pass(2);
    }
    let program = |time: &Time| {
        let mut first = pin!(holds(info_span!("first"), time.clone()));
        let mut second = pin!(holds(info_span!("second"), time.clone()));
        assert!(poll(first.as_mut()).is_pending());
        assert!(poll(second.as_mut()).is_pending());
        assert!(poll(first.as_mut()).is_ready());
        assert!(poll(second.as_mut()).is_ready());
    };
    check(program, |recording| {
        let by_thread = ["first;second=3", "first=1", "second=2"];
        assert_eq!(stacks(recording, Stacks::Thread), by_thread);
        let of = |name| figures(recording, name);
        assert_eq!((of("first").busy_ns, of("second").busy_ns), (4, 5));
        assert!(Transcript::of(recording).spans.iter().all(|span| span.closed));
    });
}

/// [T21]
#[test]
fn joined_and_selected_futures_of_one_task_take_turns_and_do_not_nest() {
    async fn task(time: Time) {
        tokio::join!(
            three_polls(time.clone()).instrument(info_span!("left")),
            three_polls(time.clone()).instrument(info_span!("right")),
        );
        tokio::select! {
            biased;
            () = std::future::pending().instrument(info_span!("loser")) => {}
            () = three_polls(time.clone()).instrument(info_span!("winner")) => {}
        }
        time.pass(16);
    }
    let program = |time: &Time| {
        let mut task = pin!(task(time.clone()).instrument(info_span!("task")));
        while poll(task.as_mut()).is_pending() {}
    };
    check(program, |recording| {
        let expected = ["task;left=7", "task;right=7", "task;winner=7", "task=16"];
        assert_eq!(stacks(recording, Stacks::Thread), expected);
        assert_eq!(stacks(recording, Stacks::Span), expected);
        let segments = |name| figures(recording, name).segments;
        assert_eq!([segments("left"), segments("right"), segments("winner")], [4, 4, 4]);
        assert_eq!(segments("loser"), 3 + 1, "polled before each poll of the winner, and dropped");
    });
}

/// [T22]
#[test]
fn a_task_may_outlive_the_span_it_was_started_in() {
    for form in FORMS {
        let (session, time) = Session::timed(form);
        session.run(|| {
            let parent = info_span!("parent").entered();
            let child = three_polls(time.clone()).instrument(info_span!("child"));
            time.pass(8);
            drop(parent);
            time.pass(100);
            let mut child = Box::pin(child);
            while poll(child.as_mut()).is_pending() {}
        });
        let recording = session.finish();
        let transcript = Transcript::of(&recording);
        assert_eq!(transcript.parent_of("child"), Some("parent"), "{form:?}");
        assert!(transcript.spans.iter().all(|span| span.closed), "{form:?}");
        assert_eq!(stacks(&recording, Stacks::Thread), ["child=7", "parent=8"], "{form:?}");
        assert_eq!(stacks(&recording, Stacks::Span), ["parent;child=7", "parent=8"], "{form:?}");
        // A registry keeps a parent until its children are closed.
        let idle = if form == spanfire_recording::Form::Layer { 107 } else { 0 };
        assert_eq!(figures(&recording, "parent").idle_ns, idle, "{form:?}");
    }
}
