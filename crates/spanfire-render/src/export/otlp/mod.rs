//! OpenTelemetry's traces, as files of requests to export them.
//!
//! ```text
//! trace    a request of the recording; of several processes, where a `traceparent` says so
//! span     a span, with parent, links, attributes
//! event    an instant in it
//! ```
//!
//! A span is written when it is closed. Memory: the spans alive, and a thousand events of each.

mod batches;
mod context;
mod message;

use super::ids::Ids;
use super::{Carried, Source};
use crate::error::Error;
use crate::tables::counted;
use batches::{Batches, Encoding};
use context::{Context, Trace, own_trace, span_id};
use message::{AnyValue, Event, KeyValue, Link, Span};
use rustc_hash::FxHashMap;
use spanfire_recording::{Callsite, Field, Level, Value};
use spanfire_views::{
    Born, FollowsFrom, Ran, RequestId, SpanNumber, VisitedInstant, VisitedSpan, Visitor,
};
use std::borrow::Cow;
use std::io::Write;

/// How many events of a span are kept until it closes.
const EVENTS: usize = 1_000;

/// Writes the selected spans as `ExportTraceServiceRequest`s of Protocol Buffers, one after the other, which
/// is the encoding of one request with all of them.
///
/// A request of the recording is a trace. Where its root has a field `traceparent` (W3C Trace Context), it
/// is a part of the trace named there, and the root's parent is the span named there; one that is recorded
/// after a span of the request has closed comes too late. Ids are the same whenever the recording is exported.
///
/// Times are of the wall clock as the recording's start had it, so they add up; attributes have
/// `busy_ns` (and, where context switches tell, how much of it is `cpu_ns` and `blocked_ns`), `idle_ns`,
/// `self_ns`, `segments`, the thread that created the span, and its place in the source; a field of the
/// same name comes first. Integers above 2⁶³ are text.
///
/// The format has no place for when a span ran and when it waited, on which threads, nor for losses
/// and native samples.
/// Instants outside every span are left out, and those of a span after its first thousand.
///
/// # Errors
/// Where `sink` does, and where the recording cannot be read.
pub fn otlp(source: &Source<'_>, sink: &mut dyn Write) -> Result<Carried, Error> {
    write(source, Encoding::Protobuf, sink)
}

/// Writes the same as [`otlp`] in JSON: a request of some hundred spans on each line, as OpenTelemetry's
/// collector writes and reads files.
///
/// # Errors
/// Where `sink` does, and where the recording cannot be read.
pub fn otlp_json(source: &Source<'_>, sink: &mut dyn Write) -> Result<Carried, Error> {
    write(source, Encoding::Json, sink)
}

fn write(source: &Source<'_>, encoding: Encoding, sink: &mut dyn Write) -> Result<Carried, Error> {
    let recording = source.recording();
    let mut told = Teller {
        batches: Batches::begin(source, encoding, sink),
        ids: Ids::of(source),
        start_unix_ns: recording.anchors().first().map_or(0, |anchor| anchor.unix_ns),
        labels: source.labels(),
        callsites: recording.callsites(),
        threads: source.thread_ids(i64::MAX as u64).into_iter().zip(source.lane_labels()).collect(),
        requests: FxHashMap::default(),
        alive: FxHashMap::default(),
        joined: false,
        left_out: 0,
        late: 0,
        unlinked: 0,
    };
    let visited = source.replay.visit(&mut told)?;
    told.batches.finish()?;
    let note = |count: u64, noun: &str, rest: &str| {
        (count > 0).then(|| format!("{} {rest}", counted(count, noun)))
    };
    let notes = [
        note(told.left_out, "instant", "left out"),
        note(told.late, "traceparent", "recorded too late"),
        note(
            told.unlinked,
            "follows_from",
            "of requests that had closed, in a trace no more known",
        ),
        Carried::unknown_causes(&visited),
    ];
    let notes = notes.into_iter().flatten().collect();
    Ok(Carried { spans: visited.spans, notes, ..Carried::default() })
}

struct Teller<'a> {
    batches: Batches<'a>,
    ids: Ids,
    start_unix_ns: u64,
    labels: Vec<String>,
    callsites: &'a [Callsite],
    /// The number and the name of each lane.
    threads: Vec<(u64, String)>,
    requests: FxHashMap<RequestId, Request>,
    alive: FxHashMap<SpanNumber, Alive>,
    /// Whether any request is a part of a trace named by a `traceparent`.
    joined: bool,
    /// Instants.
    left_out: u64,
    /// Traceparents.
    late: u64,
    /// `follows_from`s.
    unlinked: u64,
}

/// A request of which a span is alive.
struct Request {
    trace: Trace,
    /// Whether anything was said with this trace's id.
    settled: bool,
    spans: u64,
}

struct Alive {
    request: RequestId,
    is_root: bool,
    links: Vec<Link>,
    events: Vec<Event<'static>>,
    dropped: u32,
}

impl Teller<'_> {
    /// What identifies a live span, from now on.
    fn context(&mut self, span: SpanNumber) -> Option<Context> {
        let alive = self.alive.get(&span)?;
        let request = self.requests.get_mut(&alive.request)?;
        request.settled = true;
        Some(Context { trace: request.trace.id, span: span_id(self.ids, span) })
    }

    /// What identified a span that has closed. Its request may have, too: which trace that was in is
    /// known unless it might have been another process's.
    fn departed(&mut self, span: SpanNumber, request: RequestId) -> Option<Context> {
        let trace = match self.requests.get_mut(&request) {
            Some(request) => {
                request.settled = true;
                request.trace.id
            }
            None if self.joined => return None,
            None => own_trace(self.ids, request).id,
        };
        Some(Context { trace, span: span_id(self.ids, span) })
    }

    fn unix_ns(&self, at_ns: u64) -> u64 {
        self.start_unix_ns.saturating_add(at_ns)
    }
}

impl Visitor for Teller<'_> {
    fn born(&mut self, born: &Born) {
        let &Born { number, request, is_root, .. } = born;
        let new = || Request { trace: own_trace(self.ids, request), settled: false, spans: 0 };
        self.requests.entry(request).or_insert_with(new).spans += 1;
        let (links, events) = (Vec::new(), Vec::new());
        self.alive.insert(number, Alive { request, is_root, links, events, dropped: 0 });
    }

    fn fields(&mut self, span: SpanNumber, fields: &[Field]) {
        let Some(alive) = self.alive.get(&span).filter(|alive| alive.is_root) else { return };
        let said = fields.iter().rev().find(|field| field.name == "traceparent");
        let Some(Value::Text(said)) = said.map(|field| &field.value) else { return };
        let request = self.requests.get_mut(&alive.request);
        if let (Some(trace), Some(request)) = (Trace::parse(said), request) {
            match request.settled {
                true => self.late += u64::from(request.trace.id != trace.id),
                false => {
                    request.trace = trace;
                    self.joined = true;
                }
            }
        }
    }

    fn follows(&mut self, follows: &FollowsFrom) {
        let (Some(cause), Some(request)) = (follows.cause, follows.cause_request) else { return };
        let Some(context) = self.context(cause).or_else(|| self.departed(cause, request)) else {
            self.unlinked += 1;
            return;
        };
        if let Some(alive) = self.alive.get_mut(&follows.span) {
            alive.links.push(Link { context });
        }
    }

    fn instant(&mut self, instant: &VisitedInstant<'_>) {
        let time_unix_nano = self.unix_ns(instant.at_ns);
        let Some(alive) = instant.span.and_then(|span| self.alive.get_mut(&span)) else {
            self.left_out += 1;
            return;
        };
        if alive.events.len() == EVENTS {
            alive.dropped += 1;
            self.left_out += 1;
            return;
        }
        let Some(site) = self.callsites.get(instant.callsite.index()) else { return };
        let message = instant.fields.iter().find(|field| field.name == "message");
        let name = message.map_or_else(|| site.name.clone(), |field| field.value.to_string());
        let mut attributes = Attributes::of(instant.fields);
        attributes.all.retain(|attribute| attribute.key != "message");
        attributes.add("level", level(site.level));
        attributes.add("target", &*site.target);
        let attributes = attributes.all.into_iter().map(KeyValue::owned).collect();
        alive.events.push(Event { time_unix_nano, name: Cow::Owned(name), attributes });
    }

    fn closed(&mut self, span: &VisitedSpan<'_>) {
        let born = &span.born;
        let Some(context) = self.context(born.number) else { return };
        let Some(alive) = self.alive.remove(&born.number) else { return };
        let Some(request) = self.requests.get_mut(&born.request) else { return };
        let trace = request.trace;
        request.spans -= 1;
        if request.spans == 0 {
            self.requests.remove(&born.request);
        }
        let remote = trace.remote.filter(|_| born.is_root);
        let parent = born.parent.map(|parent| span_id(self.ids, parent));
        // Whether the parent is of another process is known, and said (0x100, 0x200).
        let origin = if remote.is_some() { 0x300 } else { 0x100 };
        let thread = self.threads.get(born.lane.index());
        let site = self.callsites.get(born.callsite.index());
        let attributes = attributes(span, site, thread);
        let written = Span {
            context,
            parent_span_id: parent.or(remote),
            flags: u32::from(trace.flags) | origin,
            name: self.labels.get(born.callsite.index()).map_or("", |label| label),
            // A server's, or one inside.
            kind: if remote.is_some() { 2 } else { 1 },
            start_time_unix_nano: self.unix_ns(span.start_ns),
            end_time_unix_nano: self.unix_ns(span.end_ns),
            attributes,
            events: &alive.events,
            dropped_events_count: alive.dropped,
            links: alive.links,
        };
        self.batches.span(&written);
    }
}

/// The attributes of a span: its fields, then what is known of it.
fn attributes<'s>(
    span: &VisitedSpan<'s>,
    site: Option<&'s Callsite>,
    thread: Option<&'s (u64, String)>,
) -> Vec<KeyValue<'s>> {
    let mut attributes = Attributes::of(span.fields);
    attributes.add("busy_ns", span.busy_ns);
    if let Some(Ran { cpu_ns, blocked_ns }) = span.ran {
        attributes.add("cpu_ns", cpu_ns);
        attributes.add("blocked_ns", blocked_ns);
    }
    attributes.add("idle_ns", span.waited_ns);
    attributes.add("self_ns", span.self_ns);
    attributes.add("segments", span.segments);
    if let Some(site) = site {
        attributes.add("level", level(site.level));
        attributes.add("target", &*site.target);
        if let (Some(file), Some(line)) = (&site.file, site.line) {
            attributes.add("code.file.path", &**file);
            attributes.add("code.line.number", u64::from(line));
        }
    }
    if let Some((id, name)) = thread {
        attributes.add("thread.id", *id);
        attributes.add("thread.name", &**name);
    }
    let marks =
        [("open", span.open), ("inexact_start", span.inexact), ("unknown_start", span.unknown)];
    for (mark, _) in marks.into_iter().filter(|(_, is)| *is) {
        attributes.add(mark, true);
    }
    attributes.all
}

/// Attributes, whose names differ.
struct Attributes<'a> {
    all: Vec<KeyValue<'a>>,
    fields: &'a [Field],
}

impl<'a> Attributes<'a> {
    fn of(fields: &'a [Field]) -> Attributes<'a> {
        let mut all: Vec<KeyValue<'a>> = Vec::with_capacity(fields.len() + 12);
        all.extend(fields.iter().map(KeyValue::from));
        Attributes { all, fields }
    }

    /// Adds one, unless the program has a field of that name.
    fn add(&mut self, key: &'a str, value: impl Into<AnyValue<'a>>) {
        if !self.fields.iter().any(|field| field.name == key) {
            self.all.push(KeyValue::new(key, value));
        }
    }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "ERROR",
        Level::Warn => "WARN",
        Level::Info => "INFO",
        Level::Debug => "DEBUG",
        Level::Trace => "TRACE",
    }
}
