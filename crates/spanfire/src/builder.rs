//! Configures and starts a recorder.

use crate::{
    Error, Fields, Guard, Layer, Subscriber,
    chunk::{Pool, TailFile},
    clock::RecordingClock,
    collector::Collector,
    core::{Core, Parts},
    environment::Asked,
    fork,
    lane::Slot,
    native,
    primitives::channel::bounded,
    probe_cost, process,
    sink::Sink,
};
use spanfire_recording::{Form, Writer, tail::Head};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use tracing_subscriber::filter::Targets;

/// What happens when threads record faster than the collector writes and the buffer is full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overflow {
    /// The thread waits. The time is recorded as a stall of that thread.
    #[default]
    Block,
    /// Events are dropped until there is room, and each loss is recorded with its thread, time and
    /// count.
    Drop,
}

/// The way to a recorder.
#[derive(Debug)]
pub struct Recorder(());

impl Recorder {
    /// Starts the configuration of a recorder.
    pub fn builder() -> Builder {
        Builder {
            output: None,
            filter: None,
            fields: Fields::default(),
            events: false,
            buffer_bytes: DEFAULT_BUFFER_BYTES,
            overflow: Overflow::default(),
            tail: true,
            sampling: native::Wanted::default(),
            asked: Asked::default(),
            clock: None,
        }
    }
}

/// Pages of the buffer take memory only once they were used.
const DEFAULT_BUFFER_BYTES: usize = 64 << 20;

/// Room in the channel to the collector beyond the buffer's chunks: for first chunks of lanes beyond
/// the budget, and for being told to finish.
const EXTRA_MESSAGES: usize = 1024;

/// Empty chunks in the channel, which threads wait at; the others are spare in the pool.
const EMPTY_CHUNKS: usize = 32;

/// Configures a recorder. Without [`output`](Self::output) or [`in_memory`](Self::in_memory) it
/// writes to `<executable>-<process id>.spanfire` in the current directory.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until layer(), subscriber() or init()"]
pub struct Builder {
    output: Option<Output>,
    filter: Option<Targets>,
    fields: Fields,
    events: bool,
    buffer_bytes: usize,
    overflow: Overflow,
    tail: bool,
    sampling: native::Wanted,
    asked: Asked,
    clock: Option<RecordingClock>,
}

#[derive(Clone, Debug)]
enum Output {
    File(PathBuf),
    Memory,
}

impl Output {
    fn default_file() -> Output {
        Output::File(process::default_output())
    }
}

impl Builder {
    /// Writes the recording to a file, replacing one that is there. It can be read while it grows.
    pub fn output(mut self, path: impl AsRef<Path>) -> Self {
        self.output = Some(Output::File(path.as_ref().to_owned()));
        self
    }

    /// Keeps the recording in memory, compressed as it would be in a file, until
    /// [`Guard::finish`] gives it.
    pub fn in_memory(mut self) -> Self {
        self.output = Some(Output::Memory);
        self
    }

    /// Records only spans and events that `filter` enables.
    ///
    /// The stand-alone form switches the others off altogether. The layer passes over them, but
    /// still writes down that they were entered and left, which readers drop: where most spans are
    /// filtered out, `layer.with_filter(targets)` may be cheaper.
    pub fn filter(mut self, filter: Targets) -> Self {
        self.filter = Some(filter);
        self
    }

    /// Which spans' fields are recorded; by default those of roots.
    pub fn fields(mut self, fields: Fields) -> Self {
        self.fields = fields;
        self
    }

    /// Whether events are recorded, as instants; by default not.
    pub fn events(mut self, events: bool) -> Self {
        self.events = events;
        self
    }

    /// How much memory events may take until they are written, in bytes; by default 64 MiB.
    ///
    /// Rounded down to chunks of 64 KiB, at least four. Each thread that records has one chunk at
    /// least, so the bound is `bytes` + 64 KiB × threads.
    pub fn buffer(mut self, bytes: usize) -> Self {
        self.buffer_bytes = bytes;
        self
    }

    /// What happens when the buffer is full; by default threads wait.
    pub fn on_overflow(mut self, overflow: Overflow) -> Self {
        self.overflow = overflow;
        self
    }

    /// Whether a file recording has a tail file, `<recording>.tail`, so that a process that is killed
    /// loses nothing; by default it has. See [`Guard::survives_kill`].
    ///
    /// While the program runs the file takes as much of the disk as the buffer uses, in steps of
    /// 1 MiB. Recording costs the same with it.
    pub fn tail(mut self, tail: bool) -> Self {
        self.tail = tail;
        self
    }

    /// Takes native stack samples beside the spans, `hz` for each second that a thread spends on a
    /// processor, and notices when threads run.
    ///
    /// Threads that are started before the recorder is built are sampled too, but not those of forked
    /// processes. Where the system refuses, recording goes on without: [`Guard::sampling`] says so,
    /// as does `spanfire info`.
    #[cfg(feature = "sampler")]
    pub fn sample(self, hz: u32) -> Self {
        self.sample_with(crate::sampler::Options::new(hz))
    }

    /// Takes native stack samples as `options` say.
    #[cfg(feature = "sampler")]
    pub fn sample_with(mut self, options: crate::sampler::Options) -> Self {
        self.sampling = native::Wanted::of(options);
        self
    }

    /// What [`sample`](Self::sample) would say.
    pub(crate) fn sampling(mut self, wanted: native::Wanted) -> Self {
        self.sampling = wanted;
        self
    }

    /// What of it [`init`](Self::init) starts.
    pub(crate) fn asked(mut self, asked: Asked) -> Self {
        self.asked = asked;
        self
    }

    /// Reads `clock` instead of the machine's, as nanoseconds: for tests that drive a mock.
    #[doc(hidden)]
    pub fn clock(mut self, clock: quanta::Clock) -> Self {
        self.clock = Some(RecordingClock::manual(clock));
        self
    }

    /// Reads the operating system's clock as if the processor had no counter: for tests of what then
    /// happens.
    #[doc(hidden)]
    pub fn without_counter(mut self) -> Self {
        self.clock = Some(RecordingClock::of_the_system());
        self
    }

    /// Starts recording through a layer, to be put beside others:
    ///
    /// ```
    /// use tracing_subscriber::prelude::*;
    ///
    /// let (layer, guard) = spanfire::Recorder::builder().in_memory().layer()?;
    /// let subscriber = tracing_subscriber::registry().with(layer);
    /// tracing::subscriber::with_default(subscriber, || {
    ///     tracing::info_span!("work").in_scope(|| ());
    /// });
    /// let recording = guard.finish()?;
    /// assert_eq!(recording.callsites()[0].name, "work");
    /// # Ok::<(), spanfire::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the file cannot be created or no thread be started.
    pub fn layer(self) -> Result<(Layer, Guard), Error> {
        let (core, guard) = self.start(Form::Layer)?;
        Ok((Layer { core }, guard))
    }

    /// Starts recording through a stand-alone subscriber, the cheapest form:
    ///
    /// ```
    /// let (subscriber, guard) = spanfire::Recorder::builder().in_memory().subscriber()?;
    /// tracing::subscriber::with_default(subscriber, || {
    ///     tracing::info_span!("work").in_scope(|| ());
    /// });
    /// let recording = guard.finish()?;
    /// assert_eq!(recording.callsites()[0].name, "work");
    /// # Ok::<(), spanfire::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the file cannot be created or no thread be started.
    pub fn subscriber(self) -> Result<(Subscriber, Guard), Error> {
        let (core, guard) = self.start(Form::Subscriber)?;
        Ok((Subscriber { core }, guard))
    }

    /// Starts recording through a stand-alone subscriber for the whole process.
    ///
    /// # Errors
    /// As [`subscriber`](Self::subscriber), and if the process has a global subscriber already.
    pub fn init(self) -> Result<Guard, Error> {
        match self.asked {
            Asked::Nothing => return Ok(Guard::off()),
            Asked::Samples => return self.without_spans(),
            Asked::Spans => {}
        }
        let output = self.output.clone().unwrap_or_else(Output::default_file);
        let (subscriber, guard) = Builder { output: Some(output.clone()), ..self }.subscriber()?;
        let dispatch = tracing_core::Dispatch::new(subscriber);
        if tracing_core::dispatcher::set_global_default(dispatch).is_err() {
            drop(guard);
            if let Output::File(path) = output {
                // A recording of nothing helps nobody; that it cannot be removed is no error.
                let _ = std::fs::remove_file(path);
            }
            return Err(Error::already_set());
        }
        Ok(guard)
    }

    /// Starts a recording that no span comes into: what it holds is what the sampler sees.
    pub(crate) fn without_spans(self) -> Result<Guard, Error> {
        // Nobody is told of the subscriber, so nothing is ever enabled in the program.
        self.tail(false).subscriber().map(|(_, guard)| guard)
    }

    fn start(self, form: Form) -> Result<(Arc<Core>, Guard), Error> {
        let clock = self.clock.clone().unwrap_or_else(RecordingClock::new);
        let sink = match self.output.clone().unwrap_or_else(Output::default_file) {
            Output::Memory => Sink::Memory(Vec::new()),
            Output::File(path) => {
                Sink::file(&path).map_err(|source| Error::output(path, source))?
            }
        };
        let clock_info = clock.calibrated();
        let probe_cost = probe_cost::measure(form, &clock, clock_info.nanos_per_tick);
        let header = process::header(form, clock_info);
        let anchor = clock.anchor();
        let mut writer = Writer::new(sink, &header)?;
        writer.anchor(&anchor)?;
        if let Some(cost) = probe_cost {
            writer.probe_cost(&cost)?;
        }
        writer.flush()?;
        if let Some((path, refusal)) = writer.get_mut().take_refusal() {
            return Err(Error::output(path, refusal));
        }
        let head = Head::new(header.process_id, &anchor);
        let tail = self.tail_file(writer.get_ref(), &head);
        self.spawn(form, clock, writer, tail)
    }

    /// The tail file, if there is to be one and can be.
    fn tail_file(&self, sink: &Sink, head: &Head) -> Option<TailFile> {
        let path = sink.regular_file().filter(|_| self.tail)?;
        fork::watch();
        TailFile::create(path, head).ok()
    }

    fn spawn(
        self,
        form: Form,
        clock: RecordingClock,
        writer: Writer<Sink>,
        tail: Option<TailFile>,
    ) -> Result<(Arc<Core>, Guard), Error> {
        let pool = Pool::new(self.buffer_bytes, tail);
        let messages = pool.budget() + EXTRA_MESSAGES;
        let (full, full_end) = bounded(messages);
        let (empty_end, empty) = bounded(EMPTY_CHUNKS);
        let core = Arc::new(Core::new(Parts {
            form,
            clock,
            fields: self.fields,
            events: self.events,
            filter: self.filter,
            overflow: self.overflow,
            pool,
            full,
            empty,
        }));
        let status = native::Status::default();
        let (native, sampling) = self.sampling.prepare(&status);
        let collector = Collector::new(Arc::clone(&core), full_end, empty_end, writer, native);
        let collector = std::thread::Builder::new()
            .name("spanfire".into())
            // What the collector does is no part of the profile, nor may it wait for itself.
            .spawn(|| Slot::closed(|| collector.run()))
            .map_err(Error::thread)?;
        sampling.wait();
        let guard = Guard::new(Arc::clone(&core), collector, status);
        Ok((core, guard))
    }
}
