//! Beside other layers and recorders, and before and after there is one.

use spanfire::Recorder;
use spanfire_recording::Form;
use spanfire_tests::{Counting, FORMS, Segment, Session, Transcript, counts_of, runtime};
use std::io::Write;
use std::sync::{Arc, Mutex};
use tracing::level_filters::LevelFilter;
use tracing::{Dispatch, Instrument, Level, Span, Subscriber, debug, info, info_span, span};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{EnvFilter, fmt, reload};

/// Two spans and an event at level INFO, one of each at DEBUG.
fn levels() {
    let _outer = info_span!("outer").entered();
    span!(Level::DEBUG, "detail").in_scope(|| debug!("a detail"));
    info_span!("inner").in_scope(|| info!("hello"));
}

/// Records `levels` by the layer that `compose` put somewhere into a subscriber.
fn names_recorded<S: Subscriber + Send + Sync>(
    compose: impl FnOnce(spanfire::Layer) -> S,
) -> Vec<String> {
    let (layer, guard) = Recorder::builder().in_memory().layer().expect("a recorder");
    tracing::dispatcher::with_default(&Dispatch::new(compose(layer)), levels);
    let transcript = Transcript::of(&guard.finish().expect("a recording"));
    assert_eq!(transcript.strays, [""; 0]);
    assert!(transcript.spans.iter().all(|span| span.closed && span.segments.len() == 1));
    names(&transcript)
}

fn names(transcript: &Transcript) -> Vec<String> {
    transcript.spans.iter().map(|span| span.name.clone()).collect()
}

/// What a `fmt` layer wrote.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("a log").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn layer<S: Subscriber + for<'a> LookupSpan<'a>>(&self) -> impl Layer<S> + use<S> {
        let log = self.clone();
        let layer = fmt::layer().without_time().with_target(false).with_ansi(false);
        layer.with_writer(move || log.clone())
    }

    fn lines(&self) -> Vec<String> {
        let text = String::from_utf8(self.0.lock().expect("a log").clone()).expect("text");
        text.lines().map(|line| line.trim().to_owned()).collect()
    }
}

/// [T36]
#[test]
fn a_filter_on_the_log_beside_takes_nothing_from_the_recording() {
    let log = Log::default();
    let compose = |ours| {
        let filtered = log.layer().with_filter(EnvFilter::new("info"));
        tracing_subscriber::registry().with(ours).with(filtered)
    };
    assert_eq!(names_recorded(compose), ["outer", "detail", "inner"]);
    assert_eq!(log.lines(), ["INFO outer:inner: hello"]);
}

/// [T36]
#[test]
fn a_filter_on_the_recorder_takes_nothing_from_the_log_beside() {
    let log = Log::default();
    let compose = |ours: spanfire::Layer| {
        let ours = ours.with_filter(LevelFilter::INFO);
        tracing_subscriber::registry().with(log.layer()).with(ours)
    };
    assert_eq!(names_recorded(compose), ["outer", "inner"]);
    assert_eq!(log.lines(), ["DEBUG outer:detail: a detail", "INFO outer:inner: hello"]);
}

/// [T36]
#[test]
fn a_filter_over_everything_holds_for_everything() {
    let log = Log::default();
    let compose = |ours| {
        tracing_subscriber::registry().with(EnvFilter::new("info")).with(log.layer()).with(ours)
    };
    assert_eq!(names_recorded(compose), ["outer", "inner"]);
    assert_eq!(log.lines(), ["INFO outer:inner: hello"]);
}

/// [T36]
#[test]
fn the_recorder_works_as_an_option_in_a_box_and_in_a_list() {
    let expected = ["outer", "detail", "inner"];
    let registry = tracing_subscriber::registry;
    assert_eq!(names_recorded(|ours| registry().with(Some(ours))), expected);
    assert_eq!(names_recorded(|ours| registry().with(ours.boxed())), expected);
    let log = Log::default();
    let list = |ours: spanfire::Layer| registry().with(vec![log.layer().boxed(), ours.boxed()]);
    assert_eq!(names_recorded(list), expected);
    assert_eq!(log.lines().len(), 2);
}

#[test]
fn no_recorder_in_the_place_of_one_changes_nothing() {
    let counting = Counting::default();
    let none: Option<spanfire::Layer> = None;
    let subscriber = tracing_subscriber::registry().with(counting.clone()).with(none);
    tracing::dispatcher::with_default(&Dispatch::new(subscriber), levels);
    assert_eq!(counting.counts().spans, 3);
}

/// [T36]
#[test]
fn a_recorder_whose_filter_is_reloaded_records_by_the_new_one() {
    let (layer, guard) = Recorder::builder().in_memory().layer().expect("a recorder");
    let (filter, handle) = reload::Layer::new(LevelFilter::INFO);
    let subscriber = tracing_subscriber::registry().with(layer.with_filter(filter));
    tracing::dispatcher::with_default(&Dispatch::new(subscriber), || {
        levels();
        handle.modify(|filter| *filter = LevelFilter::DEBUG).expect("a live subscriber");
        levels();
    });
    let transcript = Transcript::of(&guard.finish().expect("a recording"));
    assert_eq!(names(&transcript), ["outer", "inner", "outer", "detail", "inner"]);
    assert_eq!(transcript.strays, [""; 0]);
}

/// [T37] [T42] The recorder's own filter is its own affair, too.
#[test]
fn a_span_that_the_recorders_filter_leaves_out_is_no_ones_parent() {
    for form in FORMS {
        let filter = Targets::new().with_target("shown", Level::TRACE);
        let session = Session::with(form, |builder| builder.filter(filter));
        session.run(|| {
            let _outer = info_span!(target: "shown", "outer").entered();
            let hidden = info_span!(target: "hidden", "hidden");
            hidden.in_scope(|| info_span!(target: "shown", "inside hidden").in_scope(|| ()));
            info_span!(target: "shown", parent: &hidden, "under hidden").in_scope(|| ());
        });
        let seen_beside = session.counts().spans;
        let transcript = Transcript::of(&session.finish());
        assert_eq!(names(&transcript), ["outer", "inside hidden", "under hidden"], "{form:?}");
        assert_eq!(transcript.parent_of("inside hidden"), Some("outer"), "{form:?}");
        if form == Form::Layer {
            assert_eq!(seen_beside, 4, "a counter beside the layer sees what the layer leaves out");
        }
    }
}

/// [T35] The stand-alone form keeps the current span by itself.
#[test]
fn the_current_span_is_known_in_both_forms() {
    fn current() -> Option<&'static str> {
        Span::current().metadata().map(|metadata| metadata.name())
    }
    for form in FORMS {
        let session = Session::start(form);
        session.run(|| {
            assert_eq!(current(), None, "{form:?}");
            let (a, b) = (info_span!("a"), info_span!("b"));
            let entered_a = a.enter();
            assert_eq!(current(), Some("a"), "{form:?}");
            let entered_b = b.enter();
            a.in_scope(|| assert_eq!(current(), Some("b"), "{form:?}: entered a second time"));
            drop(entered_a);
            assert_eq!(current(), Some("b"), "{form:?}: left out of order");
            drop(entered_b);
            assert_eq!(current(), None, "{form:?}");
            let elsewhere = std::thread::scope(|scope| {
                let _entered = a.enter();
                scope.spawn(|| session.run(current)).join().expect("a thread")
            });
            assert_eq!(elsewhere, None, "{form:?}: on another thread");
        });
        let transcript = Transcript::of(&session.finish());
        assert_eq!(transcript.strays, [""; 0], "{form:?}");
        assert!(transcript.spans.iter().all(|span| span.closed), "{form:?}: no handle is kept");
    }
}

/// [T20] [T35]
#[test]
fn a_future_in_the_current_span_takes_it_to_other_threads() {
    for form in FORMS {
        let session = Session::start(form);
        let runtime = runtime(session.dispatch(), 2);
        session.run(|| {
            let _request = info_span!("request").entered();
            let task = async {
                tokio::task::yield_now().await;
                info_span!("in task").in_scope(|| ());
                let span = Span::current();
                let blocking = move || span.in_scope(|| info_span!("blocking").in_scope(|| ()));
                tokio::task::spawn_blocking(blocking).await.expect("a closure that ends");
            };
            let task = runtime.spawn(task.in_current_span());
            runtime.block_on(task).expect("a task that ends");
        });
        drop(runtime);
        let transcript = Transcript::of(&session.finish());
        assert_eq!(transcript.strays, [""; 0], "{form:?}");
        assert_eq!(transcript.parent_of("in task"), Some("request"), "{form:?}");
        assert_eq!(transcript.parent_of("blocking"), Some("request"), "{form:?}");
        assert!(transcript.span("request").closed, "{form:?}");
    }
}

/// [T27] A span belongs to the recorder it was made with, whichever is the default now.
#[test]
fn two_recorders_nested_on_one_thread_keep_apart() {
    for outer_form in FORMS {
        for inner_form in FORMS {
            let forms = (outer_form, inner_form);
            let (outer, inner) = (Session::start(outer_form), Session::start(inner_form));
            outer.run(|| {
                let a = info_span!("a").entered();
                let later = info_span!("later");
                inner.run(|| {
                    let b = info_span!("b").entered();
                    later.in_scope(|| info_span!("c").in_scope(|| ()));
                    outer.run(|| info_span!("d").in_scope(|| ()));
                    drop(a);
                    drop(b);
                });
                info_span!("e").in_scope(|| ());
            });
            let outer = Transcript::of(&outer.finish());
            let inner = Transcript::of(&inner.finish());
            assert_eq!(names(&outer), ["a", "later", "d", "e"], "{forms:?}");
            assert_eq!(names(&inner), ["b", "c"], "{forms:?}");
            assert_eq!(outer.parent_of("d"), Some("a"), "{forms:?}");
            assert_eq!(inner.parent_of("c"), Some("b"), "{forms:?}");
            for transcript in [&outer, &inner] {
                assert_eq!(transcript.strays, [""; 0], "{forms:?}");
                assert!(transcript.spans.iter().all(|span| span.closed), "{forms:?}");
            }
        }
    }
}

/// [T39] A registry releases the parent of a closed span through whatever is the default then: the
/// parent stays open in its own recording, and the other recorder hears of an id that is not its
/// own. (Where the other has a registry too, that one panics: two layers are not tried.)
#[test]
fn a_child_closed_under_another_default_harms_neither_recording() {
    let (outer, inner) = (Session::start(Form::Layer), Session::start(Form::Subscriber));
    let child = outer.run(|| {
        let parent = info_span!("parent").entered();
        info_span!(parent: &parent, "child")
    });
    inner.run(|| {
        info_span!("before").in_scope(|| ());
        drop(child);
        info_span!("after").in_scope(|| ());
    });
    let (outer, inner) = (Transcript::of(&outer.finish()), Transcript::of(&inner.finish()));
    assert_eq!(names(&outer), ["parent", "child"]);
    assert!(outer.span("child").closed);
    assert_eq!(names(&inner), ["before", "after"]);
    assert!(inner.spans.iter().all(|span| span.closed));
}

/// [T28]
#[test]
fn a_second_recorder_on_the_same_threads_starts_empty() {
    for form in FORMS {
        let first = Session::start(form);
        first.run(|| (0..100).for_each(|_| info_span!("of the first").in_scope(|| ())));
        assert_eq!(counts_of(&first.finish()).spans, 100);
        for _ in 0..10 {
            let next = Session::start(form);
            next.run(|| info_span!("of the next").in_scope(|| ()));
            let transcript = Transcript::of(&next.finish());
            assert_eq!(
                transcript.only_lane(),
                ["new of the next", "enter of the next", "exit of the next", "close of the next"],
                "{form:?}"
            );
        }
    }
}

/// [T31]
#[test]
fn a_span_that_outlives_its_recording_is_harmless() {
    for form in FORMS {
        let session = Session::start(form);
        let dispatch = session.dispatch().clone();
        let (span, entered) =
            session.run(|| (info_span!("alive"), info_span!("entered").entered()));
        let transcript = Transcript::of(&session.finish());
        assert!(transcript.spans.iter().all(|span| !span.closed), "{form:?}");
        tracing::dispatcher::with_default(&dispatch, || {
            span.in_scope(|| info!("after the end"));
            drop(span.clone());
            drop(entered);
            (0..100_000).for_each(|_| info_span!("after the end").in_scope(|| ()));
        });
        drop(span);
    }
}

/// [T31] On a thread that is in the middle of its work.
#[test]
fn a_recording_may_be_finished_while_other_threads_record() {
    for form in FORMS {
        for _ in 0..20 {
            let session = Session::start(form);
            let dispatch = session.dispatch().clone();
            let (started, all_started) = std::sync::mpsc::channel();
            let threads: Vec<_> = (0..2)
                .map(|_| {
                    let (dispatch, started) = (dispatch.clone(), started.clone());
                    std::thread::spawn(move || {
                        tracing::dispatcher::with_default(&dispatch, || {
                            info_span!("first").in_scope(|| ());
                            started.send(()).expect("the test waits");
                            (0..5_000).for_each(|_| info_span!("step").in_scope(|| ()));
                        });
                    })
                })
                .collect();
            assert_eq!(all_started.iter().take(2).count(), 2);
            let transcript = Transcript::of(&session.finish());
            assert_eq!(transcript.named("first").count(), 2, "{form:?}");
            let closed = transcript.spans.iter().filter(|span| span.closed);
            let whole = |segments: &[Segment]| segments.len() == 1 && segments[0].exit.is_some();
            assert!(closed.clone().all(|span| whole(&span.segments)), "{form:?}");
            let open = transcript.spans.len() - closed.count();
            assert!(open <= 2, "{form:?}: a thread is in one span at a time, not in {open}");
            // The layer, which keeps no state of spans, may still write that spans were entered
            // which it no longer said to be new.
            assert!(form == Form::Layer || transcript.strays.is_empty(), "{:?}", transcript.strays);
            for thread in threads {
                thread.join().expect("a thread that ends");
            }
        }
    }
}

/// [T30]
#[test]
fn a_callsite_that_was_hit_before_there_was_a_recorder_is_recorded() {
    fn hit() {
        info_span!("hit early").in_scope(|| ());
    }
    hit();
    for form in FORMS {
        let transcript = Session::transcript_of(form, hit);
        assert_eq!(transcript.named("hit early").count(), 1, "{form:?}");
        hit();
    }
}
