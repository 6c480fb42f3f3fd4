//! Packets, and the strings they share.
//!
//! All packets are of one sequence. A string is sent with the first packet that uses it, and a
//! number stands for it from then on. Memory: the callsites and the names of fields.

use crate::error::Error;
use crate::export::Source;
use crate::export::protobuf::Message;
use crate::export::sink::Sink;
use rustc_hash::FxHashMap;
use spanfire_recording::{Callsite, CallsiteId, Field, Value};
use std::borrow::Cow;
use std::io::Write;

/// Fields of `Trace` and `TracePacket`.
mod packet {
    pub const IN_TRACE: u32 = 1;
    pub const CLOCK_SNAPSHOT: u32 = 6;
    pub const TIMESTAMP: u32 = 8;
    pub const SEQUENCE: u32 = 10;
    pub const TRACK_EVENT: u32 = 11;
    pub const INTERNED_DATA: u32 = 12;
    pub const SEQUENCE_FLAGS: u32 = 13;
    pub const TIMESTAMP_CLOCK: u32 = 58;
    pub const DEFAULTS: u32 = 59;
    pub const TRACK_DESCRIPTOR: u32 = 60;
}

/// Fields of `TrackEvent`.
mod event {
    pub const CATEGORY_IIDS: u32 = 3;
    pub const ANNOTATIONS: u32 = 4;
    pub const TYPE: u32 = 9;
    pub const NAME_IID: u32 = 10;
    pub const TRACK: u32 = 11;
    pub const CATEGORIES: u32 = 22;
    pub const NAME: u32 = 23;
    pub const COUNTER_VALUE: u32 = 30;
    pub const LOCATION_IID: u32 = 34;
    pub const FLOWS: u32 = 47;
    pub const FLOWS_END: u32 = 48;
}

/// Fields of `InternedData`.
mod interned {
    pub const CATEGORIES: u32 = 1;
    pub const EVENT_NAMES: u32 = 2;
    pub const ANNOTATION_NAMES: u32 = 3;
    pub const LOCATIONS: u32 = 4;
}

/// The clock of all packets, which only they know: nanoseconds since the recording's start.
const SINCE_START: u64 = 64;
const REALTIME: u64 = 1;

/// What an event is.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Begin = 1,
    End = 2,
    Instant = 3,
}

/// Which end of an arrow an event is.
#[derive(Clone, Copy)]
pub(super) enum Flow {
    From(u64),
    To(u64),
}

/// Writes packets.
pub(super) struct Packets<'a> {
    sink: Sink<'a>,
    sites: Vec<Site<'a>>,
    names: Names,
    packet: Message,
}

struct Site<'a> {
    label: String,
    callsite: &'a Callsite,
    sent: bool,
}

/// Names of annotations.
#[derive(Default)]
struct Names {
    known: FxHashMap<String, u64>,
    /// What the present packet has to send of `InternedData`.
    news: Message,
}

impl<'a> Packets<'a> {
    /// Begins the sequence, and says what its clock is.
    pub fn begin(source: &Source<'a>, sink: &'a mut dyn Write) -> Packets<'a> {
        let recording = source.recording();
        let sites = source.labels().into_iter().zip(recording.callsites());
        let mut packets = Packets {
            sink: Sink::new(sink),
            sites: sites.map(|(label, callsite)| Site { label, callsite, sent: false }).collect(),
            names: Names::default(),
            packet: Message::default(),
        };
        let unix_ns = recording.anchors().first().map_or(0, |anchor| anchor.unix_ns);
        packets.send(1, |packet| {
            packet.message(packet::DEFAULTS, |defaults| {
                defaults.uint(packet::TIMESTAMP_CLOCK, SINCE_START);
            });
            packet.message(packet::CLOCK_SNAPSHOT, |snapshot| {
                for (clock, reads) in [(SINCE_START, 0), (REALTIME, unix_ns)] {
                    snapshot.message(1, |of| {
                        of.uint(1, clock);
                        of.uint(2, reads);
                    });
                }
                snapshot.uint(2, REALTIME);
            });
        });
        packets
    }

    /// Whether everything was taken.
    pub fn finish(self) -> Result<(), Error> {
        self.sink.finish().map(|_| ())
    }

    /// The label of a callsite.
    pub fn label(&self, site: CallsiteId) -> &str {
        self.sites.get(site.index()).map_or("", |site| &site.label)
    }

    /// A track that later events are on.
    pub fn track(&mut self, id: u64, describe: impl FnOnce(&mut Message)) {
        self.send(2, |packet| {
            packet.message(packet::TRACK_DESCRIPTOR, |track| {
                track.uint(1, id);
                describe(track);
            });
        });
    }

    /// An event that has the name of a callsite.
    pub fn event(
        &mut self,
        (kind, track, at_ns): (Kind, u64, u64),
        site: CallsiteId,
        more: impl FnOnce(&mut Event<'_>),
    ) {
        let iid = u64::from(site.0) + 1;
        if let Some(site) = self.sites.get_mut(site.index())
            && !std::mem::replace(&mut site.sent, true)
        {
            self.names.site(iid, site);
        }
        self.bare((kind, track, at_ns), |event| {
            event.fields.uint(event::NAME_IID, iid);
            event.fields.uint(event::CATEGORY_IIDS, iid);
            event.fields.uint(event::LOCATION_IID, iid);
            more(event);
        });
    }

    /// An event of the recorder itself.
    pub fn remark(
        &mut self,
        (track, at_ns): (u64, u64),
        name: &str,
        more: impl FnOnce(&mut Event<'_>),
    ) {
        self.bare((Kind::Instant, track, at_ns), |event| {
            event.fields.text(event::NAME, name);
            event.fields.text(event::CATEGORIES, "spanfire");
            more(event);
        });
    }

    /// The end of what began last on a track.
    pub fn end(&mut self, track: u64, at_ns: u64, more: impl FnOnce(&mut Event<'_>)) {
        self.bare((Kind::End, track, at_ns), more);
    }

    /// What is said at the end of an event that may have to wait for others.
    pub fn said(&mut self, say: impl FnOnce(&mut Event<'_>)) -> Said {
        let mut fields = Message::default();
        say(&mut Event { fields: &mut fields, names: &mut self.names });
        Said(fields)
    }

    /// The value of a counter from now on.
    pub fn count(&mut self, track: u64, at_ns: u64, value: u64) {
        self.send(2, |packet| {
            packet.uint(packet::TIMESTAMP, at_ns);
            packet.message(packet::TRACK_EVENT, |event| {
                event.uint(event::TYPE, 4);
                event.uint(event::TRACK, track);
                event.uint(event::COUNTER_VALUE, value);
            });
        });
    }

    fn bare(&mut self, (kind, track, at_ns): (Kind, u64, u64), more: impl FnOnce(&mut Event<'_>)) {
        let mut names = std::mem::take(&mut self.names);
        self.send(2, |packet| {
            packet.uint(packet::TIMESTAMP, at_ns);
            packet.message(packet::TRACK_EVENT, |fields| {
                fields.uint(event::TYPE, kind as u64);
                fields.uint(event::TRACK, track);
                more(&mut Event { fields, names: &mut names });
            });
            if !names.news.bytes().is_empty() {
                packet.raw(packet::INTERNED_DATA, names.news.bytes());
                names.news.clear();
            }
        });
        self.names = names;
    }

    /// Sends a packet; `flags` say whether it begins the sequence (1) or goes on with it (2).
    fn send(&mut self, flags: u64, fill: impl FnOnce(&mut Message)) {
        self.packet.clear();
        self.packet.message(packet::IN_TRACE, |packet| {
            packet.uint(packet::SEQUENCE, 1);
            packet.uint(packet::SEQUENCE_FLAGS, flags);
            fill(packet);
        });
        // The sink takes everything; what it could not write it says at the end.
        let _ = self.sink.write_all(self.packet.bytes());
    }
}

/// Fields of an event.
pub(super) struct Said(Message);

/// An event that is being written.
pub(super) struct Event<'e> {
    fields: &'e mut Message,
    names: &'e mut Names,
}

impl Event<'_> {
    /// A number beside the name.
    pub fn number(&mut self, name: &str, value: u64) {
        self.annotation(name, |annotation, _| annotation.uint(3, value));
    }

    /// Says what is the case, and nothing of what is not.
    pub fn flag(&mut self, name: &str, is: bool) {
        if is {
            self.annotation(name, |annotation, _| annotation.bool(2, true));
        }
    }

    /// Numbers beside the name, if there are any.
    pub fn numbers(&mut self, name: &str, values: impl ExactSizeIterator<Item = u64>) {
        if values.len() > 0 {
            self.annotation(name, |annotation, _| {
                values.for_each(|value| annotation.message(12, |entry| entry.uint(3, value)));
            });
        }
    }

    /// Fields, under a name of their own, since theirs may be any.
    pub fn fields(&mut self, fields: &[Field]) {
        if fields.is_empty() {
            return;
        }
        self.annotation("fields", |annotation, names| {
            for field in fields {
                let name = names.number(&field.name);
                annotation.message(11, |entry| {
                    entry.uint(1, name);
                    match &field.value {
                        Value::Bool(value) => entry.bool(2, *value),
                        Value::U64(value) => entry.uint(3, *value),
                        Value::I64(value) => entry.int(4, *value),
                        Value::F64(value) => entry.double(5, *value),
                        Value::Text(value) => entry.text(6, &whole(value)),
                    }
                });
            }
        });
    }

    /// What was said before.
    pub fn say(&mut self, said: &Said) {
        self.fields.extend(&said.0);
    }

    /// An end of an arrow.
    pub fn flow(&mut self, flow: Flow) {
        match flow {
            Flow::From(id) => self.fields.fixed(event::FLOWS, id),
            Flow::To(id) => self.fields.fixed(event::FLOWS_END, id),
        }
    }

    fn annotation(&mut self, name: &str, fill: impl FnOnce(&mut Message, &mut Names)) {
        let name = self.names.number(name);
        self.fields.message(event::ANNOTATIONS, |annotation| {
            annotation.uint(1, name);
            fill(annotation, self.names);
        });
    }
}

impl Names {
    /// The number that stands for a name.
    fn number(&mut self, name: &str) -> u64 {
        if let Some(&known) = self.known.get(name) {
            return known;
        }
        let number = self.known.len() as u64 + 1;
        self.known.insert(name.to_owned(), number);
        self.named(interned::ANNOTATION_NAMES, number, name);
        number
    }

    fn site(&mut self, iid: u64, site: &Site<'_>) {
        let Site { label, callsite, .. } = site;
        self.named(interned::EVENT_NAMES, iid, label);
        self.named(interned::CATEGORIES, iid, &callsite.target);
        self.news.message(interned::LOCATIONS, |location| {
            location.uint(1, iid);
            location.text(2, callsite.file.as_deref().unwrap_or_default());
            location.text(3, &whole(&callsite.name));
            if let Some(line) = callsite.line {
                location.uint(4, u64::from(line));
            }
        });
    }

    fn named(&mut self, kind: u32, iid: u64, name: &str) {
        self.news.message(kind, |entry| {
            entry.uint(1, iid);
            entry.text(2, &whole(name));
        });
    }
}

/// A text without the character zero, where Perfetto would take it to end.
fn whole(text: &str) -> Cow<'_, str> {
    match text.contains('\0') {
        true => text.replace('\0', "␀").into(),
        false => text.into(),
    }
}
