//! Measures what recording one span costs, on a recorder of its own that writes nothing.
//!
//! Spans are created under an open parent, as most are, through the same callbacks that a dispatcher
//! calls. The *inside* part is the recorded length of an empty span; the *outside* part is the rest
//! of what the span took. The dispatcher's own part, and in the layer form the registry's, is not
//! in it.

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
    Interest, Kind, Level, Metadata, callsite::Callsite, metadata, span::Attributes,
    subscriber::NoSubscriber,
};
use tracing_subscriber::Layer as _;

/// Rounds, each with a median's worth of spans; all fit one chunk.
const ROUNDS: usize = 12;
const SPANS: usize = 100;

struct ProbeCallsite;

static CALLSITE: ProbeCallsite = ProbeCallsite;

static METADATA: Metadata<'static> = metadata! {
    name: "probe",
    target: "spanfire",
    level: Level::TRACE,
    fields: &[],
    callsite: &CALLSITE,
    kind: Kind::SPAN
};

impl Callsite for ProbeCallsite {
    fn set_interest(&self, _: Interest) {}

    fn metadata(&self) -> &Metadata<'_> {
        &METADATA
    }
}

/// Measures `form` in about a tenth of a millisecond. `None` if the clock stands still.
pub(crate) fn measure(
    form: Form,
    clock: &RecordingClock,
    nanos_per_tick: f64,
) -> Option<ProbeCost> {
    // Nobody collects: the channels only have to be there.
    let (full, _full_end) = bounded(1);
    let (_empty_end, empty) = bounded(1);
    let core = Arc::new(Core::new(Parts {
        form,
        clock: clock.clone(),
        fields: Fields::None,
        events: false,
        filter: None,
        overflow: Overflow::Drop,
        pool: Pool::new(0, None),
        full,
        empty,
    }));
    let totals = match form {
        Form::Subscriber => rounds(&Subscriber { core: Arc::clone(&core) }, clock),
        Form::Layer => {
            rounds(&Layer { core: Arc::clone(&core) }.with_subscriber(NoSubscriber::new()), clock)
        }
    };
    let inside = inside(form, &core);
    let (inside_min, inside_median) = least_and_median(inside)?;
    let (total_min, total_median) = least_and_median(totals)?;
    let sample = ProbeSample {
        inside_min_ns: inside_min * nanos_per_tick,
        inside_median_ns: inside_median * nanos_per_tick,
        outside_min_ns: (total_min - inside_min).max(0.0) * nanos_per_tick,
        outside_median_ns: (total_median - inside_median).max(0.0) * nanos_per_tick,
    };
    Some(ProbeCost { plain: sample, samples: (ROUNDS * SPANS) as u32 })
}

/// Ticks a span took in each round.
fn rounds(subscriber: &dyn tracing_core::Subscriber, clock: &RecordingClock) -> Vec<f64> {
    let values = METADATA.fields().value_set(&[]);
    let attributes = Attributes::new(&METADATA, &values);
    let parent = subscriber.new_span(&attributes);
    subscriber.enter(&parent);
    let totals = (0..ROUNDS).map(|_| {
        let before = clock.raw();
        for _ in 0..SPANS {
            let span = subscriber.new_span(&attributes);
            subscriber.enter(&span);
            subscriber.exit(&span);
            subscriber.try_close(span);
        }
        clock.raw().saturating_sub(before) as f64 / SPANS as f64
    });
    let totals = totals.collect();
    subscriber.exit(&parent);
    subscriber.try_close(parent);
    totals
}

/// The recorded lengths of the empty spans, in ticks.
fn inside(form: Form, core: &Core) -> Vec<f64> {
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
                lengths.extend(entered.take().map(|from| tick.saturating_sub(from) as f64));
            }
            _ => {}
        }
        position += raw::words(form, head & raw::KIND_MASK);
    }
    lengths
}

fn least_and_median(mut values: Vec<f64>) -> Option<(f64, f64)> {
    values.sort_by(f64::total_cmp);
    let median = *values.get(values.len() / 2)?;
    Some((*values.first()?, median)).filter(|_| median > 0.0)
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
            true
        }
        fn record(&self, _: &Id, _: &Record<'_>) {}
        fn record_follows_from(&self, _: &Id, _: &Id) {}
        fn event(&self, _: &Event<'_>) {}
    }

    /// [T64] A span at the root, or one that is not left before the next, costs another amount.
    #[test]
    fn spans_are_measured_one_after_the_other_under_an_open_parent() {
        let log = Log::default();
        assert_eq!(rounds(&log, &RecordingClock::new()).len(), ROUNDS);
        let calls = log.0.into_inner().expect("a log");
        let [new, enter, spans @ .., exit, close] = &calls[..] else { panic!("{calls:?}") };
        assert_eq!([new, enter, exit, close], ["new 1", "enter 1", "exit 1", "close 1"]);
        assert_eq!(spans.len(), ROUNDS * SPANS * 4);
        for span in spans.chunks(4) {
            let id = span[0].trim_start_matches("new ");
            let whole = ["new", "enter", "exit", "close"].map(|what| format!("{what} {id}"));
            assert_eq!(span, whole);
        }
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
            let plain = cost.plain;
            assert!(plain.inside_min_ns > 0.0 && plain.inside_median_ns >= plain.inside_min_ns);
            assert!(plain.outside_median_ns > 0.0);
        }
    }
}
