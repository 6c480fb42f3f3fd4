//! What `tracing` asks of a recorder besides events, and when it asks nothing more.

use spanfire::Recorder;
use spanfire_recording::{Form, Recording};
use spanfire_tests::{Counting, FORMS, Session, Transcript, counts_of};
use spanfire_views::{Replay, Selection, Summary};
use std::fmt::{Debug, Formatter};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Dispatch, Event, Level, Metadata, Span, Subscriber, info_span};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::{EnvFilter, fmt, registry};

/// [T31] What is current is known to the recorder only as long as it follows.
#[test]
fn after_the_end_no_span_is_the_recorders_current_one() {
    for form in FORMS {
        let session = Session::start(form);
        let dispatch = session.dispatch().clone();
        let entered = session.run(|| info_span!("entered").entered());
        session.finish();
        tracing::dispatcher::with_default(&dispatch, || {
            if form == Form::Subscriber {
                assert!(Span::current().is_none());
            }
            drop(entered);
            (0..10_000).for_each(|_| info_span!("later").in_scope(|| ()));
            assert!(Span::current().is_none(), "{form:?}");
        });
    }
}

/// Counts closes.
#[derive(Clone, Default)]
struct Closes(Arc<AtomicU64>);

impl<S: Subscriber> Layer<S> for Closes {
    fn on_close(&self, _: Id, _: Context<'_, S>) {
        self.0.fetch_add(1, Relaxed);
    }
}

/// [T38]
#[test]
fn each_of_three_layers_hears_once_that_a_span_closes() {
    let (below, above) = (Closes::default(), Closes::default());
    let (first, first_guard) = Recorder::builder().in_memory().layer().expect("a recorder");
    let (second, second_guard) = Recorder::builder().in_memory().layer().expect("a recorder");
    let subscriber = registry().with(below.clone()).with(first).with(second).with(above.clone());
    tracing::dispatcher::with_default(&Dispatch::new(subscriber), || {
        for _ in 0..100 {
            let parent = info_span!("parent");
            let child = info_span!(parent: &parent, "child");
            // The parent closes inside the child's close.
            drop(parent);
            child.in_scope(|| drop(child.clone()));
        }
    });
    assert_eq!((below.0.load(Relaxed), above.0.load(Relaxed)), (200, 200));
    for guard in [first_guard, second_guard] {
        let transcript = Transcript::of(&guard.finish().expect("a recording"));
        assert_eq!(
            transcript.strays, [""; 0],
            "a span that closed twice is not alive the second time"
        );
        assert_eq!(transcript.spans.iter().filter(|span| span.closed).count(), 200);
    }
}

/// [T39] A stand-alone recorder keeps nothing of spans: whoever is the default, both recordings have
/// what is theirs.
#[test]
fn a_child_of_the_stand_alone_form_closed_under_another_default_is_closed_in_its_own_recording() {
    for inner_form in FORMS {
        let (outer, inner) = (Session::start(Form::Subscriber), Session::start(inner_form));
        let child = outer.run(|| {
            let parent = info_span!("parent").entered();
            info_span!(parent: &parent, "child")
        });
        inner.run(|| {
            info_span!("before").in_scope(|| ());
            child.in_scope(|| ());
            drop(child);
            info_span!("after").in_scope(|| ());
        });
        for (recording, expected) in
            [(outer.finish(), ["parent", "child"]), (inner.finish(), ["before", "after"])]
        {
            check_closed(&recording, &expected);
        }
    }
}

/// [T39] A registry hands the ids of its spans to whatever is the default: none is taken for a span of
/// that recorder, of which many are alive.
#[test]
fn a_registrys_parents_closed_under_the_stand_alone_form_close_nothing_there() {
    fn alive() -> Span {
        info_span!("alive")
    }
    let (outer, inner) = (Session::start(Form::Layer), Session::start(Form::Subscriber));
    // The registry gives these places again, in another generation.
    outer.run(|| drop((0..300).map(|_| info_span!("earlier")).collect::<Vec<_>>()));
    let children: Vec<Span> = outer.run(|| {
        let child = |_| info_span!(parent: &info_span!("parent"), "child");
        (0..300).map(child).collect()
    });
    inner.run(|| {
        let spans: Vec<Span> = (0..300).map(|_| alive()).collect();
        for child in &children {
            // Not ours as a parent either.
            info_span!(parent: child, "beside").in_scope(|| ());
        }
        drop(children);
        spans.iter().for_each(|span| span.in_scope(|| ()));
    });
    let transcript = Transcript::of(&inner.finish());
    assert_eq!(transcript.strays, [""; 0]);
    assert_eq!(transcript.named("alive").count(), 300);
    assert!(transcript.spans.iter().all(|span| span.closed && span.segments.len() == 1));
    assert!(transcript.named("beside").all(|span| span.parent.is_none()));
    assert_eq!(
        Transcript::of(&outer.finish()).named("child").filter(|span| span.closed).count(),
        300
    );
}

#[track_caller]
fn check_closed(recording: &Recording, expected: &[&str]) {
    let transcript = Transcript::of(recording);
    let names: Vec<_> = transcript.spans.iter().map(|span| span.name.as_str()).collect();
    assert_eq!(names, expected);
    assert_eq!(transcript.strays, [""; 0]);
    assert!(transcript.spans.iter().all(|span| span.closed));
}

fn layer() -> spanfire::Layer {
    Recorder::builder().in_memory().layer().expect("a recorder").0
}

/// [T42] The level down to which `tracing` looks at callsites at all.
#[test]
fn the_layer_makes_no_level_visible_that_the_others_keep_out() {
    let hint = |subscriber: &dyn Subscriber| subscriber.max_level_hint();
    let info = || EnvFilter::new("info");
    let without = registry().with(info()).with(fmt::layer());
    assert_eq!(hint(&without), Some(LevelFilter::INFO));
    assert_eq!(hint(&registry().with(info()).with(fmt::layer()).with(layer())), hint(&without));
    assert_eq!(hint(&registry().with(layer()).with(fmt::layer()).with(info())), hint(&without));
    let apart = registry()
        .with(fmt::layer().with_filter(LevelFilter::INFO))
        .with(layer().with_filter(LevelFilter::WARN));
    assert_eq!(hint(&apart), Some(LevelFilter::INFO), "a filter on each: the more verbose one");
}

/// [T42] A filter of the builder is not told to the others, for whom it would be one too.
#[test]
fn the_layer_keeps_no_level_from_the_others() {
    let filter = Targets::new().with_default(Level::ERROR);
    let builder = Recorder::builder().in_memory().filter(filter);
    let (layer, guard) = builder.layer().expect("a recorder");
    let counting = Counting::default();
    let subscriber = registry().with(layer).with(counting.clone());
    tracing::dispatcher::with_default(&Dispatch::new(subscriber), || {
        tracing::trace_span!("detail").in_scope(|| ());
        tracing::error_span!("trouble").in_scope(|| ());
    });
    assert_eq!(counting.counts().spans, 2);
    assert_eq!(counts_of(&guard.finish().expect("a recording")).spans, 1);
}

/// [T42]
#[test]
fn the_stand_alone_form_asks_for_no_more_than_its_filter_lets_through() {
    let hint = |filter: Option<Targets>| {
        let builder = Recorder::builder().in_memory();
        let builder = match filter {
            Some(filter) => builder.filter(filter),
            None => builder,
        };
        let (subscriber, guard) = builder.subscriber().expect("a recorder");
        let recording = subscriber.max_level_hint();
        guard.pause();
        (recording, subscriber.max_level_hint())
    };
    assert_eq!(hint(None), (Some(LevelFilter::TRACE), Some(LevelFilter::OFF)));
    let filter = Targets::new().with_target("app", Level::DEBUG).with_default(Level::WARN);
    assert_eq!(hint(Some(filter)), (Some(LevelFilter::DEBUG), Some(LevelFilter::OFF)));
}

/// Below a layer: lets everything through and knows nothing.
struct Anything;

impl Subscriber for Anything {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(0xdead)
    }
    fn try_close(&self, _: Id) -> bool {
        true
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// [T67] A dispatcher passes on what it is told, also of spans that nobody made.
#[test]
fn callbacks_with_ids_that_nobody_gave_are_harmless() {
    for form in FORMS {
        let builder = Recorder::builder().in_memory();
        // The layer stands over a subscriber that checks nothing, as a registry would.
        let (dispatch, guard) = match form {
            Form::Subscriber => {
                let (subscriber, guard) = builder.subscriber().expect("a recorder");
                (Dispatch::new(subscriber), guard)
            }
            Form::Layer => {
                let (layer, guard) = builder.layer().expect("a recorder");
                (Dispatch::new(layer.with_subscriber(Anything)), guard)
            }
        };
        tracing::dispatcher::with_default(&dispatch, || info_span!("known").in_scope(|| ()));
        for id in [1, 2, 1 << 43, 1 << 44, (1 << 44) + 3, 1 << 63, u64::MAX - 1, u64::MAX] {
            let id = Id::from_u64(id);
            dispatch.clone_span(&id);
            dispatch.record_follows_from(&id, &Id::from_u64(7));
            tracing::dispatcher::with_default(&dispatch, || {
                info_span!(parent: &id, "known").in_scope(|| ());
            });
            dispatch.try_close(id);
        }
        for id in [1, 2, 1 << 37, 1 << 43].map(Id::from_u64) {
            dispatch.exit(&id);
            dispatch.enter(&id);
            dispatch.enter(&id);
            dispatch.current_span();
            dispatch.exit(&id);
        }
        let recording = guard.finish().expect("a recording");
        let transcript = Transcript::of(&recording);
        assert_eq!(transcript.named("known").count(), 9, "{form:?}");
        let replay = Replay::new(&recording, Selection::default());
        let summary = Summary::of(&replay).expect("a summary");
        assert!(summary.spans >= 9, "{form:?}: {summary:?}");
    }
}

struct Panics;

impl Debug for Panics {
    fn fmt(&self, _: &mut Formatter<'_>) -> std::fmt::Result {
        std::panic::resume_unwind(Box::new("on purpose"))
    }
}

/// [T67] What panics is the program's, and passes through.
#[test]
fn a_field_whose_debug_panics_leaves_nothing_half_written() {
    for form in FORMS {
        let session = Session::start(form);
        session.run(|| {
            for _ in 0..3 {
                let made = catch_unwind(|| info_span!("never made", before = 1, value = ?Panics));
                assert!(made.is_err(), "{form:?}");
                let root = info_span!("root", id = 7, late = tracing::field::Empty);
                root.in_scope(|| ());
                let late = || {
                    root.record("late", tracing::field::debug(Panics));
                };
                assert!(catch_unwind(AssertUnwindSafe(late)).is_err(), "{form:?}");
            }
        });
        let transcript = Transcript::of(&session.finish());
        assert_eq!(transcript.strays, [""; 0], "{form:?}");
        assert_eq!(transcript.spans.len(), 3, "{form:?}");
        assert!(transcript.spans.iter().all(|span| span.closed && span.fields == ["id=7"]));
    }
}
