//! Measures what recording one span costs, on a recorder of its own that writes nothing.
//!
//! Spans are created under an open parent, as most are, through the same callbacks that a dispatcher
//! calls, of three [kinds](Probe). The *inside* part is the recorded length of an empty span; the
//! *outside* part is the rest of what the span took, which is the parent's self time.
//!
//! In it are the recorder's callbacks, called through a pointer as a dispatcher calls them; the look
//! for the thread's dispatcher and its clone, which `tracing` makes for each new span; and in the layer
//! form the registry's own work. What other layers do is not in it, nor the macro's look
//! at whether its callsite is enabled. The recorder measured is no dispatcher, since registering one has
//! every callsite of the program asked again. While a layer is measured, this thread has no dispatcher
//! for a third of a millisecond: a registry closes parents through it, and any other would be told of
//! spans that it does not know.

use crate::{
    Fields, Layer, Overflow, Subscriber,
    chunk::Pool,
    clock::RecordingClock,
    core::{Core, Parts},
    primitives::channel::bounded,
};
use spanfire_recording::{
    Form, ProbeCost, ProbeSample,
    raw::{self, kind},
};
use std::sync::Arc;
use tracing_core::{
    Dispatch, Interest, Kind, Level, Metadata,
    callsite::Callsite,
    dispatcher::{get_default, with_default},
    field::Value,
    metadata,
    span::{Attributes, Id},
};
use tracing_subscriber::{layer::SubscriberExt, registry::Registry};

/// Rounds before those that count: a callsite's first spans are watched more closely.
const FIRST_ROUNDS: usize = 2;
/// Rounds, which are compared, and in each a mean's worth of spans; all of a kind fit one chunk.
const ROUNDS: usize = 16;
const SPANS: usize = 24;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Probe {
    /// A span without fields: created, entered, left, closed.
    Plain,
    /// The same with a number and a short text, as roots have them.
    Fields,
    /// A living span entered once more, as a future is by a poll.
    Reenter,
}

struct ProbeCallsite(fn() -> &'static Metadata<'static>);

static PLAIN_CALLSITE: ProbeCallsite = ProbeCallsite(|| &PLAIN);
static FIELDS_CALLSITE: ProbeCallsite = ProbeCallsite(|| &FIELDS);

static PLAIN: Metadata<'static> = metadata! {
    name: "probe",
    target: "spanfire",
    level: Level::TRACE,
    fields: &[],
    callsite: &PLAIN_CALLSITE,
    kind: Kind::SPAN
};

static FIELDS: Metadata<'static> = metadata! {
    name: "probe",
    target: "spanfire",
    level: Level::TRACE,
    fields: &["number", "text"],
    callsite: &FIELDS_CALLSITE,
    kind: Kind::SPAN
};

impl Callsite for ProbeCallsite {
    fn set_interest(&self, _: Interest) {}

    fn metadata(&self) -> &Metadata<'_> {
        (self.0)()
    }
}

/// Measures `form` in less than half a millisecond. `None` if the clock stands still.
pub(crate) fn measure(
    form: Form,
    clock: &RecordingClock,
    nanos_per_tick: f64,
) -> Option<ProbeCost> {
    let sample = |probe| sample(form, probe, clock, nanos_per_tick);
    // Memory that was never used costs page faults, which the first rounds would pay.
    sample(Probe::Plain)?;
    Some(ProbeCost {
        plain: sample(Probe::Plain)?,
        samples: (ROUNDS * SPANS) as u32,
        fields: sample(Probe::Fields),
        reenter: sample(Probe::Reenter),
    })
}

fn sample(
    form: Form,
    probe: Probe,
    clock: &RecordingClock,
    nanos_per_tick: f64,
) -> Option<ProbeSample> {
    // Nobody collects: the channels only have to be there.
    let (full, _full_end) = bounded(1);
    let (_empty_end, empty) = bounded(1);
    let core = Arc::new(Core::new(Parts {
        form,
        clock: clock.clone(),
        fields: Fields::All,
        events: false,
        filter: None,
        overflow: Overflow::Drop,
        pool: Pool::new(0, None),
        full,
        empty,
    }));
    let totals = match form {
        Form::Subscriber => rounds(&Subscriber { core: Arc::clone(&core) }, probe, clock),
        Form::Layer => {
            let layered = Registry::default().with(Layer { core: Arc::clone(&core) });
            with_default(&Dispatch::none(), || rounds(&layered, probe, clock))
        }
    };
    let inside = means(&inside(form, &core))?;
    let outside = totals.iter().zip(&inside).map(|(total, inside)| (total - inside).max(0.0));
    let outside = Spread::of(outside.collect())?;
    let inside = Spread::of(inside).filter(|inside| inside.median > 0.0)?;
    Some(ProbeSample {
        inside_min_ns: inside.min * nanos_per_tick,
        inside_median_ns: inside.median * nanos_per_tick,
        outside_min_ns: outside.min * nanos_per_tick,
        outside_median_ns: outside.median * nanos_per_tick,
        inside_spread_ns: Some(inside.quartiles * nanos_per_tick),
        outside_spread_ns: Some(outside.quartiles * nanos_per_tick),
    })
}

/// Ticks a probe took in each round.
fn rounds(
    subscriber: &dyn tracing_core::Subscriber,
    probe: Probe,
    clock: &RecordingClock,
) -> Vec<f64> {
    let none = PLAIN.fields().value_set(&[]);
    let plain = Attributes::new(&PLAIN, &none);
    let parent = subscriber.new_span(&plain);
    subscriber.enter(&parent);
    let living = subscriber.new_span(&plain);
    enter_and_leave(subscriber, &living);
    let totals = (0..FIRST_ROUNDS + ROUNDS).map(|_| {
        let before = clock.raw();
        for _ in 0..SPANS {
            match probe {
                Probe::Plain => {
                    let values = PLAIN.fields().value_set(&[]);
                    whole_span(subscriber, &Attributes::new(&PLAIN, &values), &parent);
                }
                Probe::Fields => with_fields(|attributes| {
                    whole_span(subscriber, attributes, &parent);
                }),
                Probe::Reenter => enter_and_leave(subscriber, &living),
            }
        }
        clock.raw().saturating_sub(before) as f64 / SPANS as f64
    });
    let totals = totals.skip(FIRST_ROUNDS).collect();
    subscriber.try_close(living);
    subscriber.exit(&parent);
    subscriber.try_close(parent);
    totals
}

/// What the macro does with fields.
fn with_fields(create: impl FnOnce(&Attributes<'_>)) {
    let mut names = FIELDS.fields().iter();
    if let (Some(number), Some(text)) = (names.next(), names.next()) {
        let values =
            [(&number, Some(&4_242_u64 as &dyn Value)), (&text, Some(&"/api/items" as &dyn Value))];
        create(&Attributes::new(&FIELDS, &FIELDS.fields().value_set(&values)));
    }
}

/// What `tracing` does for a span that is entered once, but for asking whether it is enabled.
fn whole_span(subscriber: &dyn tracing_core::Subscriber, attributes: &Attributes<'_>, parent: &Id) {
    let (span, dispatch) =
        get_default(|dispatch| (subscriber.new_span(attributes), dispatch.clone()));
    enter_and_leave(subscriber, &span);
    if subscriber.try_close(span) {
        // A registry tells its dispatcher that the span's handle of its parent is gone; here that is
        // nobody.
        subscriber.try_close(parent.clone());
    }
    drop(dispatch);
}

fn enter_and_leave(subscriber: &dyn tracing_core::Subscriber, span: &Id) {
    subscriber.enter(span);
    subscriber.exit(span);
}

/// The recorded lengths of the empty spans, in ticks.
fn inside(form: Form, core: &Core) -> Vec<u64> {
    let Some(chunk) = core.lanes_since(0).first().and_then(|lane| lane.published.open()) else {
        return Vec::new();
    };
    let mut lengths = Vec::new();
    let mut entered = None;
    let mut position = 0;
    while position < chunk.published() {
        let head = chunk.word(position);
        let tick = head >> raw::KIND_BITS;
        match head & raw::KIND_MASK {
            kind::NEW_ENTER | kind::ENTER => entered = Some(tick),
            kind::EXIT | kind::EXIT_DROP => {
                lengths.extend(entered.take().map(|from| tick.saturating_sub(from)));
            }
            _ => {}
        }
        position += match head & raw::KIND_MASK {
            kind::EXTENDED => raw::extended_words(chunk.word(position + 1)),
            kind => raw::words(form, kind),
        };
    }
    lengths
}

/// The mean length of each round that counts. A mean is finer than the clock.
fn means(lengths: &[u64]) -> Option<Vec<f64>> {
    let before = 1 + FIRST_ROUNDS * SPANS;
    let measured = lengths.get(before..).filter(|lengths| lengths.len() == ROUNDS * SPANS)?;
    let mean = |round: &[u64]| round.iter().sum::<u64>() as f64 / SPANS as f64;
    Some(measured.chunks(SPANS).map(mean).collect())
}

/// How numbers lie.
struct Spread {
    min: f64,
    median: f64,
    /// From the first quartile to the third.
    quartiles: f64,
}

impl Spread {
    fn of(mut values: Vec<f64>) -> Option<Spread> {
        values.sort_by(f64::total_cmp);
        let at = |part: usize| values.get(values.len() * part / 4).copied();
        Some(Spread { min: at(0)?, median: at(2)?, quartiles: at(3)? - at(1)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Recorder;
    use std::sync::Mutex;
    use tracing_core::{Event, span::Id, span::Record};

    /// Writes down what it is called for.
    #[derive(Default)]
    struct Log(Mutex<Vec<String>>);

    impl Log {
        fn add(&self, what: &str, span: &Id) {
            self.0.lock().expect("a log").push(format!("{what} {}", span.into_u64()));
        }
    }

    impl tracing_core::Subscriber for Log {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }
        fn new_span(&self, _: &Attributes<'_>) -> Id {
            let id = Id::from_u64(self.0.lock().expect("a log").len() as u64 + 1);
            self.add("new", &id);
            id
        }
        fn enter(&self, span: &Id) {
            self.add("enter", span);
        }
        fn exit(&self, span: &Id) {
            self.add("exit", span);
        }
        fn try_close(&self, span: Id) -> bool {
            self.add("close", &span);
            false
        }
        fn record(&self, _: &Id, _: &Record<'_>) {}
        fn record_follows_from(&self, _: &Id, _: &Id) {}
        fn event(&self, _: &Event<'_>) {}
    }

    fn calls(probe: Probe) -> Vec<String> {
        let log = Log::default();
        assert_eq!(rounds(&log, probe, &RecordingClock::new()).len(), ROUNDS);
        log.0.into_inner().expect("a log")
    }

    /// [T64] A span at the root, or one that is not left before the next, costs another amount.
    #[test]
    fn spans_are_measured_one_after_the_other_under_an_open_parent() {
        for probe in [Probe::Plain, Probe::Fields] {
            let calls = calls(probe);
            let [parent @ .., _, _, _] = &calls[..5] else { panic!("{calls:?}") };
            assert_eq!(parent, ["new 1", "enter 1"]);
            assert_eq!(calls[calls.len() - 2..], ["exit 1", "close 1"]);
            let spans = &calls[5..calls.len() - 3];
            assert_eq!(spans.len(), (FIRST_ROUNDS + ROUNDS) * SPANS * 4);
            for span in spans.chunks(4) {
                let id = span[0].trim_start_matches("new ");
                let whole = ["new", "enter", "exit", "close"].map(|what| format!("{what} {id}"));
                assert_eq!(span, whole);
            }
        }
    }

    /// [T64]
    #[test]
    fn a_living_span_is_entered_again_under_an_open_parent() {
        let calls = calls(Probe::Reenter);
        assert_eq!(calls[..3], ["new 1", "enter 1", "new 3"]);
        let again = &calls[5..calls.len() - 3];
        assert_eq!(again.len(), (FIRST_ROUNDS + ROUNDS) * SPANS * 2);
        assert!(again.chunks(2).all(|once| once == ["enter 3", "exit 3"]));
    }

    /// [T64]
    #[test]
    fn every_recording_holds_what_a_span_costs_inside_and_outside() {
        let both = [
            Recorder::builder().in_memory().subscriber().expect("a recorder").1,
            Recorder::builder().in_memory().layer().expect("a recorder").1,
        ];
        for guard in both {
            let recording = guard.finish().expect("a recording");
            let cost = recording.probe_cost().expect("a cost");
            assert_eq!(cost.samples as usize, ROUNDS * SPANS);
            let kinds =
                [Some(cost.plain), cost.fields, cost.reenter].map(|kind| kind.expect("a kind"));
            for kind in kinds {
                assert!(kind.inside_min_ns > 0.0 && kind.inside_median_ns >= kind.inside_min_ns);
                assert!(kind.outside_median_ns > 0.0);
                assert!(kind.inside_spread_ns.is_some() && kind.outside_spread_ns.is_some());
            }
            let whole = kinds.map(|kind| kind.inside_min_ns + kind.outside_min_ns);
            assert!(whole[2] < whole[0] && whole[0] < whole[1], "{whole:?}");
        }
    }

    /// A registry of the program would be asked to close spans that it does not know.
    #[test]
    fn the_dispatcher_of_the_program_hears_nothing_of_the_measuring() {
        let program = Arc::new(Log::default());
        tracing::subscriber::with_default(Arc::clone(&program), || {
            for form in [Form::Subscriber, Form::Layer] {
                assert!(measure(form, &RecordingClock::new(), 1.0).is_some());
            }
        });
        assert!(program.0.lock().expect("a log").is_empty());
    }
}
