//! Beside other tools: what they put out is the same, byte for byte, with the recorder and without, and
//! what the recorder has is the same with them and without.
//!
//! Each tool runs the same program five times: alone, and with the recorder below it, above it, and
//! before and after it in one list of layers.

use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
use spanfire::Recorder;
use spanfire_tests::{Counting, Transcript, counts_of};
use std::cell::RefCell;
use std::io::Write;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};
use tracing::level_filters::LevelFilter;
use tracing::{Dispatch, Instrument, Span, Subscriber, debug, error, info, info_span, instrument};
use tracing_error::{ErrorLayer, SpanTrace};
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{EnvFilter, Registry, fmt, registry, reload};

/// What a tool put out.
#[derive(Clone, Default)]
struct Output(Arc<Mutex<Vec<u8>>>);

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("an output").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Output {
    fn take(&self) -> String {
        let bytes = std::mem::take(&mut *self.0.lock().expect("an output"));
        String::from_utf8(bytes).expect("text")
    }
}

/// Everything that `tracing` has, on one thread and in one order.
fn program() {
    let request = info_span!("request", id = 7, status = tracing::field::Empty);
    let entered = request.enter();
    info!(answer = 42, "hello");
    nested(2);
    let (first, second) = (info_span!("first"), info_span!("second", text = "of two\nlines"));
    second.follows_from(&first);
    let (entered_first, entered_second) = (first.enter(), second.enter());
    drop(entered_first);
    debug!("out of order");
    drop(entered_second);
    request.record("status", 200);
    let mut task = pin!(task().instrument(info_span!(parent: &first, "task")));
    let mut context = Context::from_waker(Waker::noop());
    while task.as_mut().poll(&mut context).is_pending() {}
    drop(entered);
    info_span!(parent: None, "root").in_scope(|| error!("at the end"));
    drop(info_span!("never entered"));
}

#[instrument(level = "debug")]
fn nested(depth: u64) {
    if depth > 0 {
        nested(depth - 1);
        info!(depth, "back");
    }
}

async fn task() {
    let mut polled = false;
    std::future::poll_fn(|_| {
        use std::task::Poll::{Pending, Ready};
        if std::mem::replace(&mut polled, true) { Ready(()) } else { Pending }
    })
    .await;
    info_span!("after the await").in_scope(|| info!("in a task"));
}

/// Runs `run` under `subscriber`, which `guard` records, and gives what the recording says happened.
fn recorded(
    subscriber: impl Subscriber + Send + Sync,
    guard: spanfire::Guard,
    counting: &Counting,
    run: &dyn Fn(),
) -> Vec<String> {
    tracing::dispatcher::with_default(&Dispatch::new(subscriber), run);
    let recording = guard.finish().expect("a recording");
    assert_eq!(counts_of(&recording), counting.counts());
    let transcript = Transcript::of(&recording);
    assert_eq!(transcript.strays, [""; 0]);
    assert!(transcript.spans.iter().all(|span| span.closed));
    let mut told = transcript.only_lane().to_vec();
    told.extend(transcript.spans.iter().map(|span| format!("{} {:?}", span.name, span.fields)));
    told
}

fn layer() -> (spanfire::Layer, spanfire::Guard) {
    Recorder::builder().in_memory().events(true).layer().expect("a recorder")
}

/// Has `run` run under a tool with the recorder below and above it, and gives what the recorder had.
/// `tool` makes the tool's layer anew each time; `output` gives what it put out since it was asked last.
macro_rules! check_stacked {
    ($tool:expr, $output:expr, $run:expr) => {{
        let (run, output): (&dyn Fn(), &dyn Fn() -> String) = (&$run, &$output);
        tracing::dispatcher::with_default(&Dispatch::new(registry().with($tool)), run);
        let alone = output();
        assert!(!alone.is_empty(), "a tool that puts out nothing shows nothing");
        let (ours, guard) = layer();
        let counting = Counting::default();
        let below = registry().with(ours).with(counting.clone()).with($tool);
        let told = recorded(below, guard, &counting, run);
        assert_eq!(output(), alone, "below");
        let (ours, guard) = layer();
        let counting = Counting::default();
        let above = registry().with($tool).with(counting.clone()).with(ours);
        assert_eq!(recorded(above, guard, &counting, run), told);
        assert_eq!(output(), alone, "above");
        (alone, told)
    }};
}

/// The same, and with both in one list of layers.
macro_rules! check_beside {
    ($tool:expr, $output:expr, $run:expr) => {{
        let (alone, told) = check_stacked!($tool, $output, $run);
        for reversed in [false, true] {
            let (ours, guard) = layer();
            let counting = Counting::default();
            let mut list: Vec<Box<dyn Layer<Registry> + Send + Sync>> =
                vec![Box::new(ours), Box::new(counting.clone()), Box::new(Some($tool))];
            if reversed {
                list.reverse();
            }
            assert_eq!(recorded(registry().with(list), guard, &counting, &$run), told);
            assert_eq!(($output)(), alone, "in a list, reversed: {reversed}");
        }
        told
    }};
}

/// What the recorder has of the program when it is alone.
fn alone() -> Vec<String> {
    let (ours, guard) = layer();
    let counting = Counting::default();
    recorded(registry().with(counting.clone()).with(ours), guard, &counting, &program)
}

fn log<S: Subscriber + for<'a> LookupSpan<'a>>(output: &Output) -> impl Layer<S> + use<S> {
    let output = output.clone();
    let log = fmt::layer().without_time().with_ansi(false).with_span_events(FmtSpan::FULL);
    // The times in which a span was busy and idle would be others each time.
    log.with_timer(()).with_writer(move || output.clone())
}

/// [T36]
#[test]
fn a_log_is_the_same() {
    let output = Output::default();
    let told = check_beside!(log(&output), || output.take(), program);
    assert_eq!(told, alone());
}

/// [T36]
#[test]
fn a_log_with_a_filter_of_its_own_is_the_same() {
    let output = Output::default();
    let filter = || EnvFilter::new("warn,[request]=debug");
    let told = check_beside!(log(&output).with_filter(filter()), || output.take(), program);
    assert_eq!(told, alone());
}

/// What changes the level of a filter.
type Reload = Box<dyn Fn(LevelFilter) -> bool>;

fn reloadable<S: Subscriber>(reloads: &RefCell<Vec<Reload>>) -> reload::Layer<LevelFilter, S> {
    let (filter, handle) = reload::Layer::new(LevelFilter::WARN);
    let reload = move |level| handle.modify(|filter| *filter = level).is_ok();
    reloads.borrow_mut().push(Box::new(reload));
    filter
}

/// [T36]
#[test]
fn a_log_whose_filter_is_reloaded_in_the_middle_is_the_same() {
    let (output, reloads) = (Output::default(), RefCell::<Vec<Reload>>::default());
    let run = || {
        program();
        for level in [LevelFilter::DEBUG, LevelFilter::ERROR] {
            assert!(reloads.borrow().last().is_some_and(|reload| reload(level)));
            program();
        }
    };
    let tool_output = || output.take();
    let told = check_beside!(log(&output).with_filter(reloadable(&reloads)), tool_output, run);
    assert_eq!(told.iter().filter(|line| *line == "new request").count(), 3);
}

fn filter_and_log<S: Subscriber + for<'a> LookupSpan<'a>>(
    output: &Output,
) -> impl Layer<S> + use<S> {
    EnvFilter::new("info").and_then(log(output))
}

/// [T36] One that holds for all: the recorder then has what it lets through, wherever it stands. (In a
/// list it would hold for none: what one layer of a list wants is let through.)
#[test]
fn a_filter_over_everything_lets_the_same_through() {
    let output = Output::default();
    let (_, told) = check_stacked!(filter_and_log(&output), || output.take(), program);
    let expected = alone().into_iter().filter(|line| !line.contains("nested"));
    assert_eq!(told, expected.collect::<Vec<_>>());
}

/// [T35]
#[test]
fn a_span_trace_is_the_same() {
    let traces = RefCell::new(String::new());
    let run = || {
        let outer = info_span!("outer", id = 1).entered();
        let inner = info_span!("inner", text = "x");
        inner.in_scope(|| {
            *traces.borrow_mut() += &format!("{}\n", SpanTrace::capture());
            assert_eq!(Span::current(), inner);
        });
        drop(outer);
        *traces.borrow_mut() += &format!("{:?}\n", SpanTrace::capture().status());
    };
    check_beside!(ErrorLayer::default(), || traces.take(), run);
}

/// Keeps finished spans.
#[derive(Clone, Debug, Default)]
struct Exported(Arc<Mutex<Vec<SpanData>>>);

impl SpanExporter for Exported {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.0.lock().expect("spans").extend(batch);
        Ok(())
    }
}

impl Exported {
    fn layer<S: Subscriber + for<'a> LookupSpan<'a>>(&self) -> impl Layer<S> + use<S> {
        let provider = SdkTracerProvider::builder().with_simple_exporter(self.clone()).build();
        let tracer = provider.tracer("tests");
        tracing_opentelemetry::layer().with_tracer(tracer).with_tracked_inactivity(false)
    }

    /// All that was exported, ids as places in the order of export and times left out.
    fn take(&self) -> String {
        let spans = std::mem::take(&mut *self.0.lock().expect("spans"));
        let place = |id| spans.iter().position(|span| span.span_context.span_id() == id);
        let mut text = String::new();
        for span in &spans {
            let links: Vec<_> =
                span.links.iter().map(|link| place(link.span_context.span_id())).collect();
            let events = span.events.iter().map(|event| (&event.name, &event.attributes));
            text += &format!(
                "{} under {:?}, {:?} {:?} {:?} {:?} {links:?}\n",
                span.name,
                place(span.parent_span_id),
                span.span_kind,
                span.status,
                span.attributes,
                events.collect::<Vec<_>>(),
            );
        }
        text
    }
}

/// [T35]
#[test]
fn what_opentelemetry_exports_is_the_same() {
    let exported = Exported::default();
    let told = check_beside!(exported.layer(), || exported.take(), program);
    assert_eq!(told, alone());
}
