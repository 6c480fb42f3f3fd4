//! The recorder's layer beside other layers: each sees what it should, and no more.
//!
//! Three layers on one registry:
//! - spanfire, with no filter: it records every span of the program;
//! - `fmt` under an `EnvFilter`, which logs `info` and above, and `debug` of one module;
//! - a layer of this file's own, under a per-layer filter by target.
//!
//! A filter that is to hold for one layer goes on that layer, with `with_filter`. An `EnvFilter`
//! that is added to the registry with `with` holds for all of them, the recorder too. To leave spans
//! out of the recording, `Builder::filter` is cheaper than `with_filter`: a per-layer filter costs a
//! look-up in the registry on every entry and exit, where the recorder's own asks once for each
//! place in the source.
//!
//! What to look at: the program prints what each layer saw and compares it with what it should have
//! seen. In `compose.chart.svg` the `debug` spans are there, of which the log has nothing.

use pictures::Failure;
use spanfire_views::{Replay, Selection, Stacks, Statistics};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::sync::{Arc, Mutex, PoisonError};
use tracing::{Subscriber, debug, debug_span, info, info_span, span, subscriber};
use tracing_subscriber::filter::{EnvFilter, filter_fn};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, fmt, registry};

fn main() -> Result<(), Failure> {
    let (recorder, guard) =
        spanfire::Recorder::builder().output(pictures::recording_path("compose")?).layer()?;
    let log = pictures::directory()?.join("compose.log");
    let logger = fmt::layer()
        .with_writer(Mutex::new(File::create(&log)?))
        .with_ansi(false)
        .without_time()
        .with_filter(EnvFilter::new("info,compose::pool=debug"));
    let payments = CountSpans::default();
    let counter = payments.clone().with_filter(filter_fn(|meta| meta.target() == "payments"));

    subscriber::set_global_default(registry().with(recorder).with(logger).with(counter))?;
    for number in 1..=5 {
        order(number);
    }
    let recording = guard.finish()?;

    let statistics = Statistics::of(&Replay::new(&recording, Selection::default()))?;
    let recorded = count(statistics.rows.iter().map(|row| (row.callsite.name.clone(), row.spans)));
    let log = fs::read_to_string(log)?;
    let messages = log.lines().filter_map(|line| line.rsplit(": ").next());

    println!("fmt wrote, for the first order:");
    log.lines().take(4).for_each(|line| println!("  {line}"));
    println!("\nand this is what each layer saw:");
    compare("spanfire, spans", recorded, [("order", 5), ("query", 10), ("charge", 5)])?;
    compare("payments, spans", payments.seen(), [("charge", 5)])?;
    let expected = [("accepted", 5), ("connection given back", 10), ("paid", 5)];
    compare("fmt, events", count(messages.map(|message| (message.into(), 1))), expected)?;
    println!();
    pictures::draw(&recording, "compose", Stacks::Thread)
}

fn compare<const N: usize>(
    layer: &str,
    seen: Seen,
    expected: [(&str, u64); N],
) -> Result<(), Failure> {
    println!("  {layer:18} {seen:?}");
    let expected: Seen = expected.map(|(name, count)| (name.into(), count)).into();
    match seen == expected {
        true => Ok(()),
        false => Err(format!("{layer}: saw {seen:?} instead of {expected:?}").into()),
    }
}

// The program.

fn order(number: u64) {
    let _order = info_span!("order", number).entered();
    info!("accepted");
    for table in ["customer", "stock"] {
        let _query = debug_span!("query", table).entered();
        debug!("rows read");
        debug!(target: "compose::pool", "connection given back");
    }
    let _charge = info_span!(target: "payments", "charge").entered();
    info!("paid");
}

// What each layer saw.

/// How often, by the name of the span or the message of the event.
type Seen = BTreeMap<String, u64>;

fn count(seen: impl Iterator<Item = (String, u64)>) -> Seen {
    seen.fold(Seen::new(), |mut counts, (name, count)| {
        *counts.entry(name).or_default() += count;
        counts
    })
}

/// Counts the spans that its filter lets through.
#[derive(Clone, Default)]
struct CountSpans {
    seen: Arc<Mutex<Seen>>,
}

impl CountSpans {
    fn seen(&self) -> Seen {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for CountSpans {
    fn on_new_span(&self, span: &span::Attributes<'_>, _: &span::Id, _: Context<'_, S>) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        *seen.entry(span.metadata().name().into()).or_default() += 1;
    }
}
