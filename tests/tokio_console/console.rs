//! Beside tokio-console: what its client is told of a tokio program is the same with the recorder and
//! without, and what the recorder has of the program is the same with the console and without.
//!
//! The client speaks to the console's server in the same thread, without a network, and the program
//! runs on one thread, so that everything happens in one order.

#![forbid(unsafe_code)]

use console_api::async_ops::AsyncOpUpdate;
use console_api::instrument::{InstrumentRequest, Update, instrument_client::InstrumentClient};
use console_api::resources::ResourceUpdate;
use console_api::tasks::TaskUpdate;
use console_api::{Attribute, Field, PollStats};
use console_subscriber::{ConsoleLayer, Server};
use spanfire::Recorder;
use spanfire_tokio_console::{Counting, Counts, Transcript, counts_of};
use std::collections::HashMap;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::{JoinHandle, yield_now};
use tracing::{Dispatch, Instrument, Subscriber, info, info_span, level_filters::LevelFilter};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry;

const JOBS: u64 = 3;
const MESSAGES: u64 = 4;

/// The task that the program starts when all others have ended.
const LAST: &str = "the last";

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().build().expect("a runtime")
}

fn spawn<F: Future<Output: Send> + Send + 'static>(name: &str, task: F) -> JoinHandle<F::Output> {
    tokio::task::Builder::new().name(name).spawn(task).expect("a task")
}

/// Named tasks that wait for one another in a channel and for a semaphore, and one that is aborted.
fn program() {
    runtime().block_on(async {
        let room = Arc::new(Semaphore::new(1));
        let (sender, receiver) = mpsc::channel(1);
        let sum = spawn("sum", sum(receiver).instrument(info_span!("sum")));
        let jobs: Vec<_> = (0..JOBS)
            .map(|id| {
                let job = job(room.clone(), sender.clone()).instrument(info_span!("job", id));
                spawn("job", job)
            })
            .collect();
        drop(sender);
        let stuck = spawn("stuck", std::future::pending::<()>().instrument(info_span!("stuck")));
        for job in jobs {
            job.await.expect("a job");
        }
        stuck.abort();
        assert!(stuck.await.is_err_and(|error| error.is_cancelled()));
        assert_eq!(sum.await.expect("a sum"), JOBS * (0..MESSAGES).sum::<u64>());
        spawn(LAST, async {}).await.expect("a task");
    });
}

async fn job(room: Arc<Semaphore>, sender: mpsc::Sender<u64>) {
    for number in 0..MESSAGES {
        let permit = room.acquire().await.expect("room");
        info_span!("step", number).in_scope(|| info!("in a job"));
        sender.send(number).await.expect("a receiver");
        drop(permit);
        yield_now().await;
    }
}

async fn sum(mut numbers: mpsc::Receiver<u64>) -> u64 {
    let mut sum = 0;
    while let Some(number) = numbers.recv().await {
        sum += info_span!("add").in_scope(|| number);
    }
    sum
}

/// A client of a console, which listened before there was anything to hear.
struct Client {
    runtime: Runtime,
    next: Box<dyn FnMut(&Runtime) -> Update>,
}

impl Client {
    fn of(server: Server) -> Client {
        let parts = server.into_parts();
        let runtime = runtime();
        runtime.spawn(parts.aggregator.run());
        let mut client = InstrumentClient::new(parts.instrument_server);
        let updates = runtime.block_on(client.watch_updates(InstrumentRequest {}));
        let mut updates = updates.expect("a console that answers").into_inner();
        let next = move |runtime: &Runtime| {
            // The client stays, since the console ends with it.
            let _stays = &client;
            let update = runtime.block_on(pin!(updates.message()));
            update.expect("an update").expect("a console that goes on")
        };
        let mut client = Client { runtime, next: Box::new(next) };
        // The first says what there was: it shows that the console knows of its client.
        client.next();
        client
    }

    fn next(&mut self) -> Update {
        (self.next)(&self.runtime)
    }

    /// What the console says of all that happened since. It takes that in piece by piece, in order.
    fn told(mut self) -> Vec<String> {
        let mut whole = Pieces::default();
        while !whole.0.new_tasks.iter().any(|task| task.fields.iter().any(is_last)) {
            whole.add(self.next());
        }
        in_words(&whole)
    }
}

fn is_last(field: &Field) -> bool {
    self::field(field).contains(LAST)
}

/// All that was told of tasks, of resources and of operations.
#[derive(Default)]
struct Pieces(TaskUpdate, ResourceUpdate, AsyncOpUpdate);

impl Pieces {
    fn add(&mut self, update: Update) {
        let Pieces(tasks, resources, operations) = self;
        let further = update.task_update.expect("tasks");
        tasks.new_tasks.extend(further.new_tasks);
        tasks.stats_update.extend(further.stats_update);
        tasks.dropped_events += further.dropped_events;
        let further = update.resource_update.expect("resources");
        resources.new_resources.extend(further.new_resources);
        resources.stats_update.extend(further.stats_update);
        resources.new_poll_ops.extend(further.new_poll_ops);
        resources.dropped_events += further.dropped_events;
        let further = update.async_op_update.expect("operations");
        operations.new_async_ops.extend(further.new_async_ops);
        operations.stats_update.extend(further.stats_update);
        operations.dropped_events += further.dropped_events;
    }
}

/// A console and its client. The filter lets through what `ConsoleLayer::spawn` does, as far as
/// targets say it.
fn console<S>() -> (impl Layer<S> + use<S>, Client)
where
    S: Subscriber + for<'a> registry::LookupSpan<'a>,
{
    let builder = ConsoleLayer::builder().publish_interval(Duration::from_millis(5));
    let (layer, server) = builder.build();
    let filter = Targets::new()
        .with_target("tokio", LevelFilter::TRACE)
        .with_target("runtime", LevelFilter::TRACE);
    (layer.with_filter(filter), Client::of(server))
}

/// Ids as places in the order in which things were made, and times left out.
fn in_words(Pieces(tasks, resources, operations): &Pieces) -> Vec<String> {
    let dropped = [tasks.dropped_events, resources.dropped_events, operations.dropped_events];
    assert_eq!(dropped, [0; 3], "the console dropped something");
    let mut made = Vec::new();
    macro_rules! collect {
        ($($stats:expr),*) => { $(for (id, stats) in &$stats {
            let at = stats.created_at.expect("a time");
            made.push((at.seconds, at.nanos, *id));
        })* };
    }
    collect!(tasks.stats_update, resources.stats_update, operations.stats_update);
    made.sort_unstable();
    let places = made.iter().enumerate().map(|(place, made)| (made.2, place)).collect();
    let mut words = tasks_in_words(tasks, &places);
    words.extend(resources_in_words(resources, &places));
    words.extend(operations_in_words(operations, &places));
    words.sort_unstable();
    words
}

type Places = HashMap<u64, usize>;

fn tasks_in_words(update: &TaskUpdate, places: &Places) -> Vec<String> {
    let in_words = |task: &console_api::tasks::Task| {
        let id = task.id.expect("an id").id;
        let stats = &update.stats_update[&id];
        // tokio numbers tasks through the whole process.
        let fields = task.fields.iter().map(field).filter(|field| !field.contains("task.id"));
        format!(
            "task {}: {:?} at {:?}, dropped {}, {:?} polls, {} wakes, {} by itself, {} clones, {} drops",
            places[&id],
            fields.collect::<Vec<_>>(),
            task.location,
            stats.dropped_at.is_some(),
            polls(&stats.poll_stats),
            stats.wakes,
            stats.self_wakes,
            stats.waker_clones,
            stats.waker_drops,
        )
    };
    update.new_tasks.iter().map(in_words).collect()
}

fn resources_in_words(update: &ResourceUpdate, places: &Places) -> Vec<String> {
    let place = |id: &Option<console_api::Id>| id.map(|id| places[&id.id]);
    let resources = update.new_resources.iter().map(|resource| {
        let stats = &update.stats_update[&resource.id.expect("an id").id];
        format!(
            "resource {:?} under {:?}: {} {:?} at {:?}, dropped {}, {:?}",
            place(&resource.id),
            place(&resource.parent_resource_id),
            resource.concrete_type,
            resource.kind,
            resource.location,
            stats.dropped_at.is_some(),
            attributes(&stats.attributes),
        )
    });
    let polled = update.new_poll_ops.iter().enumerate().map(|(at, poll)| {
        let [resource, task, operation] =
            [&poll.resource_id, &poll.task_id, &poll.async_op_id].map(place);
        format!(
            "poll {at}: {} of {resource:?} in {task:?} and {operation:?}, ready {}",
            poll.name, poll.is_ready
        )
    });
    resources.chain(polled).collect()
}

fn operations_in_words(update: &AsyncOpUpdate, places: &Places) -> Vec<String> {
    let place = |id: &Option<console_api::Id>| id.map(|id| places[&id.id]);
    let in_words = |operation: &console_api::async_ops::AsyncOp| {
        let stats = &update.stats_update[&operation.id.expect("an id").id];
        format!(
            "operation {:?} of {:?} under {:?}: {} in {:?}, dropped {}, {:?} polls, {:?}",
            place(&operation.id),
            place(&operation.resource_id),
            place(&operation.parent_async_op_id),
            operation.source,
            place(&stats.task_id),
            stats.dropped_at.is_some(),
            polls(&stats.poll_stats),
            attributes(&stats.attributes),
        )
    };
    update.new_async_ops.iter().map(in_words).collect()
}

fn polls(stats: &Option<PollStats>) -> Option<u64> {
    stats.as_ref().map(|stats| stats.polls)
}

fn field(field: &Field) -> String {
    format!("{:?}={:?}", field.name, field.value)
}

fn attributes(attributes: &[Attribute]) -> Vec<String> {
    let fields = attributes.iter().map(|attribute| attribute.field.as_ref().map(field));
    let mut fields: Vec<_> = fields.map(Option::unwrap_or_default).collect();
    fields.sort_unstable();
    fields
}

/// Each test has the process for itself: what a callsite does is decided for all threads.
fn one_at_a_time() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Gives back the subscriber: with it the console ends.
fn run(subscriber: impl Subscriber + Send + Sync) -> Dispatch {
    let dispatch = Dispatch::new(subscriber);
    tracing::dispatcher::with_default(&dispatch, program);
    dispatch
}

/// What the console tells when it is alone.
fn console_alone() -> Vec<String> {
    let (console, client) = console();
    let _running = run(registry().with(console));
    client.told()
}

fn recorder() -> (spanfire::Layer, spanfire::Guard) {
    Recorder::builder().in_memory().events(true).layer().expect("a recorder")
}

/// What the recording says happened, in words, once it was seen to be whole.
fn recorded(guard: spanfire::Guard, counts: Counts) -> Vec<String> {
    let recording = guard.finish().expect("a recording");
    assert_eq!(counts_of(&recording), counts);
    let transcript = Transcript::of(&recording);
    assert_eq!(transcript.strays, [""; 0]);
    let unfinished = |span: &&spanfire_tokio_console::Span| {
        !span.closed || span.segments.iter().any(|segment| segment.exit.is_none())
    };
    assert_eq!(transcript.spans.iter().filter(unfinished).count(), 0);
    let of = |name| transcript.named(name).count() as u64;
    let own = ["sum", "stuck", "job", "step", "add"].map(of);
    assert_eq!(own, [1, 1, JOBS, JOBS * MESSAGES, JOBS * MESSAGES]);
    transcript.only_lane().to_vec()
}

/// [T35] The recorder has tokio's own spans too, which the console lives on.
#[test]
fn what_tokio_console_tells_is_the_same() {
    let _one = one_at_a_time();
    let alone = console_alone();
    assert_eq!(alone, console_alone(), "the program does the same each time");
    for kind in ["task", "resource", "operation", "poll"] {
        assert!(alone.iter().any(|line| line.starts_with(kind)), "no {kind} in {alone:#?}");
    }
    let (ours, guard) = recorder();
    let counting = Counting::default();
    let _running = run(registry().with(counting.clone()).with(ours));
    let recorded_alone = recorded(guard, counting.counts());
    assert!(recorded_alone.iter().any(|line| line == "enter runtime.spawn"));

    let ((ours, guard), (console, client)) = (recorder(), self::console());
    let counting = Counting::default();
    let _running = run(registry().with(ours).with(counting.clone()).with(console));
    assert_eq!(client.told(), alone, "below");
    assert_eq!(recorded(guard, counting.counts()), recorded_alone);

    let ((ours, guard), (console, client)) = (recorder(), self::console());
    let counting = Counting::default();
    let _running = run(registry().with(console).with(counting.clone()).with(ours));
    assert_eq!(client.told(), alone, "above");
    assert_eq!(recorded(guard, counting.counts()), recorded_alone);
}

/// [T35] The recorder has the program's own spans alone, and of the console's none.
#[test]
fn what_tokio_console_tells_is_the_same_beside_a_recorder_with_a_filter() {
    let _one = one_at_a_time();
    let alone = console_alone();
    let own = || Targets::new().with_target(module_path!(), LevelFilter::TRACE);
    let (ours, guard) = recorder();
    let counting = Counting::default();
    let _running =
        run(registry().with(counting.clone().with_filter(own())).with(ours.with_filter(own())));
    let recorded_alone = recorded(guard, counting.counts());
    assert!(recorded_alone.iter().all(|line| !line.contains("runtime.")));

    let ((ours, guard), (console, client)) = (recorder(), self::console());
    let (ours, counting) = (ours.with_filter(own()), Counting::default());
    let _running =
        run(registry().with(ours).with(counting.clone().with_filter(own())).with(console));
    assert_eq!(client.told(), alone, "below");
    assert_eq!(recorded(guard, counting.counts()), recorded_alone);

    let ((ours, guard), (console, client)) = (recorder(), self::console());
    let (ours, counting) = (ours.with_filter(own()), Counting::default());
    let _running =
        run(registry().with(console).with(counting.clone().with_filter(own())).with(ours));
    assert_eq!(client.told(), alone, "above");
    assert_eq!(recorded(guard, counting.counts()), recorded_alone);
}
