//! Events as lines of JSON.

use super::arrows::{Arrow, Meaning, Place};
use crate::error::Error;
use crate::export::Source;
use crate::export::json::{EXACT_IN_DOUBLES, Entries, Micros, string};
use crate::export::sink::Sink;
use serde::Serialize;
use spanfire_recording::{CallsiteId, LaneId, LossCause};
use spanfire_views::{Piece, VisitedInstant, VisitedLoss, VisitedSpan};
use std::io::{self, Write};

/// Writes events.
pub(super) struct Writer<'a> {
    sink: Sink<'a>,
    process: u32,
    /// The label and the target of each callsite, as JSON.
    sites: Vec<(String, String)>,
    threads: Vec<Thread>,
    arrows: u64,
}

struct Thread {
    id: u64,
    /// Its label, as JSON.
    label: String,
    named: bool,
}

/// What stands beside the name of a slice.
#[derive(Serialize)]
struct PieceArguments {
    span: u64,
    #[serde(skip_serializing_if = "is_false")]
    continued: bool,
    #[serde(skip_serializing_if = "is_false")]
    cut: bool,
    #[serde(skip_serializing_if = "is_false")]
    open: bool,
}

#[derive(Serialize)]
struct SpanArguments<'a> {
    span: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<u64>,
    request: u64,
    busy_ns: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu_ns: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    blocked_ns: Option<u64>,
    self_ns: u64,
    waited_ns: u64,
    segments: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    follows_from: Vec<u64>,
    #[serde(skip_serializing_if = "is_false")]
    open: bool,
    #[serde(skip_serializing_if = "is_false")]
    inexact_start: bool,
    #[serde(skip_serializing_if = "is_false")]
    unknown_start: bool,
    #[serde(skip_serializing_if = "is_empty")]
    fields: Entries<'a>,
}

fn is_false(is: &bool) -> bool {
    !is
}

fn is_empty(fields: &Entries<'_>) -> bool {
    fields.0.is_empty()
}

impl<'a> Writer<'a> {
    /// Begins the file.
    pub fn begin(source: &Source<'_>, sink: &'a mut dyn Write) -> Writer<'a> {
        let recording = source.recording();
        let sites = source.labels().into_iter().zip(recording.callsites());
        let threads = source.thread_ids(EXACT_IN_DOUBLES).into_iter().zip(source.lane_labels());
        let mut writer = Writer {
            sink: Sink::new(sink),
            process: recording.header().process_id,
            sites: sites.map(|(label, site)| (string(&label), string(&site.target))).collect(),
            threads: threads
                .map(|(id, label)| Thread { id, label: string(&label), named: false })
                .collect(),
            arrows: 0,
        };
        let start = recording.anchors().first().map_or(0, |anchor| anchor.unix_ns);
        let recorder = string(&format!("spanfire {}", recording.header().recorder_version));
        let (process, program) = (writer.process, string(&source.program()));
        let _ = write!(
            writer.sink,
            "{{\"displayTimeUnit\":\"ns\",\
             \"otherData\":{{\"recorder\":{recorder},\"start_unix_ns\":\"{start}\"}},\
             \"traceEvents\":[\n\
             {{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":{process},\"tid\":0,\
             \"args\":{{\"name\":{program}}}}}"
        );
        writer
    }

    /// Ends the file.
    pub fn finish(mut self) -> Result<(), Error> {
        let _ = self.sink.write_all(b"\n]}\n");
        self.sink.finish().map(drop)
    }

    /// Names a thread, once.
    pub fn name(&mut self, lane: LaneId) {
        let Thread { id, label, named } = &mut self.threads[lane.index()];
        if std::mem::replace(named, true) {
            return;
        }
        let (process, number) = (self.process, lane.0);
        for (what, key, value) in
            [("name", "name", &**label), ("sort_index", "sort_index", &number.to_string())]
        {
            let _ = write!(
                self.sink,
                ",\n{{\"ph\":\"M\",\"name\":\"thread_{what}\",\"pid\":{process},\"tid\":{id},\
                 \"args\":{{\"{key}\":{value}}}}}"
            );
        }
    }

    /// A slice of a thread.
    pub fn piece(&mut self, entered: &Piece, left: &Piece, open: bool) {
        let length = Micros(left.at_ns - entered.at_ns);
        let place = Place { lane: entered.lane, at_ns: entered.at_ns };
        self.begin_event("X", Some(entered.callsite), place, &format!("\"dur\":{length},"));
        self.arguments(&PieceArguments {
            span: entered.span.0,
            continued: entered.split,
            cut: left.split,
            open,
        });
    }

    /// A span's life.
    pub fn span(&mut self, span: &VisitedSpan<'_>) {
        let born = &span.born;
        // An id of this process: another file may have the same.
        let id = format!("\"id2\":{{\"local\":\"{:#x}\"}},", born.number.0);
        let at = |at_ns| Place { lane: born.lane, at_ns };
        self.begin_event("b", Some(born.callsite), at(span.start_ns), &id);
        self.arguments(&SpanArguments {
            span: born.number.0,
            parent: born.parent.map(|parent| parent.0),
            request: born.request.0,
            busy_ns: span.busy_ns,
            cpu_ns: span.ran.map(|ran| ran.cpu_ns),
            blocked_ns: span.ran.map(|ran| ran.blocked_ns),
            self_ns: span.self_ns,
            waited_ns: span.waited_ns,
            segments: span.segments,
            follows_from: span.follows.iter().map(|cause| cause.0).collect(),
            open: span.open,
            inexact_start: span.inexact,
            unknown_start: span.unknown,
            fields: Entries(span.fields),
        });
        self.begin_event("e", Some(born.callsite), at(span.end_ns), &id);
        let _ = self.sink.write_all(b"\"args\":{}}");
    }

    /// Both ends of an arrow.
    pub fn arrow(&mut self, arrow: &Arrow) {
        self.arrows += 1;
        let name = match arrow.meaning {
            Meaning::Parent => "parent",
            Meaning::Follows => "follows_from",
        };
        let what = format!("\"name\":\"{name}\",\"cat\":\"{name}\",\"id\":{},", self.arrows);
        self.begin_event("s", None, arrow.from, &what);
        let _ = self.sink.write_all(b"\"args\":{}}");
        // To the slice around this moment, not to the next.
        self.begin_event("f", None, arrow.to, &format!("{what}\"bp\":\"e\","));
        let _ = self.sink.write_all(b"\"args\":{}}");
    }

    /// An event of `tracing`.
    pub fn instant(&mut self, instant: &VisitedInstant<'_>) {
        let place = Place { lane: instant.lane, at_ns: instant.at_ns };
        self.begin_event("i", Some(instant.callsite), place, "\"s\":\"t\",");
        self.arguments(&Entries(instant.fields));
    }

    /// What is missing.
    pub fn loss(&mut self, loss: &VisitedLoss) {
        let place = Place { lane: loss.lane, at_ns: loss.start_ns };
        let name = match loss.cause {
            LossCause::Stall => "waited for the collector",
            LossCause::Overflow | LossCause::Sink => "events lost",
        };
        let what = format!("\"name\":\"{name}\",\"cat\":\"spanfire\",\"s\":\"t\",");
        self.begin_event("i", None, place, &what);
        let (events, until) = (loss.events, Micros(loss.end_ns));
        let _ = write!(self.sink, "\"args\":{{\"events\":{events},\"until_us\":{until}}}}}");
    }

    /// Everything of an event but its arguments.
    fn begin_event(&mut self, phase: &str, site: Option<CallsiteId>, place: Place, more: &str) {
        self.name(place.lane);
        let (process, thread) = (self.process, self.threads[place.lane.index()].id);
        let at = Micros(place.at_ns);
        let _ = write!(self.sink, ",\n{{\"ph\":\"{phase}\",");
        if let Some((label, target)) = site.and_then(|site| self.sites.get(site.index())) {
            let _ = write!(self.sink, "\"name\":{label},\"cat\":{target},");
        }
        let _ = write!(self.sink, "\"pid\":{process},\"tid\":{thread},\"ts\":{at},{more}");
    }

    fn arguments(&mut self, arguments: &impl Serialize) {
        let _ = self.sink.write_all(b"\"args\":");
        // The sink takes everything; what it could not write it says at the end.
        let _ = serde_json::to_writer(&mut self.sink, arguments).map_err(io::Error::from);
        let _ = self.sink.write_all(b"}");
    }
}
