//! The profile as a compressed message, written part by part.

use super::samples::{Samples, Spent};
use crate::error::Error;
use crate::export::Source;
use crate::export::protobuf::Message;
use crate::frame_labels::FrameLabels;
use flate2::{Compression, GzBuilder, write::GzEncoder};
use rustc_hash::FxHashMap;
use spanfire_recording::{Callsite, CallsiteId};
use spanfire_views::Visited;
use std::collections::BTreeSet;
use std::io::{BufWriter, Write};
use std::ops::Range;

/// Fields of `Profile`.
mod field {
    pub const SAMPLE_TYPE: u32 = 1;
    pub const SAMPLE: u32 = 2;
    pub const MAPPING: u32 = 3;
    pub const LOCATION: u32 = 4;
    pub const FUNCTION: u32 = 5;
    pub const STRING: u32 = 6;
    pub const TIME_NS: u32 = 9;
    pub const DURATION_NS: u32 = 10;
    pub const PERIOD_TYPE: u32 = 11;
    pub const PERIOD: u32 = 12;
    pub const COMMENT: u32 = 13;
    pub const DEFAULT_TYPE: u32 = 14;
}

/// The values of a sample, and their units. A reader that is not told takes the last one.
const VALUES: [(&str, &str); 4] =
    [("spans", "count"), ("busy", "nanoseconds"), ("idle", "nanoseconds"), ("self", "nanoseconds")];

/// The executable, which all functions are of.
const MAPPING: u64 = 1;

/// Writes the profile.
pub(super) fn write(
    source: &Source<'_>,
    (samples, visited): (&Samples, &Visited),
    chosen: &[String],
    sink: &mut dyn Write,
) -> Result<(), Error> {
    let recording = source.recording();
    let mut profile = Profile {
        sink: GzBuilder::new().write(BufWriter::new(sink), Compression::default()),
        message: Message::default(),
        strings: Strings::default(),
    };
    let kinds = source.labels();
    let threads = source.lane_labels();
    let mut frames = BTreeSet::new();
    for (place, spent) in samples.all() {
        let stack: Vec<CallsiteId> = samples.frames(place.stack).collect();
        let says = samples.says(place.labels);
        let thread = threads.get(place.lane.index()).map(|thread| ("thread", &**thread));
        let kind = says.kind.and_then(|kind| kinds.get(kind.index()));
        let labels = thread.into_iter().chain(kind.map(|kind| ("request", &**kind)));
        let fields = chosen.iter().zip(&says.fields);
        let fields = fields.filter_map(|(name, value)| Some((&**name, value.as_deref()?)));
        profile.sample(&stack, spent, labels.chain(fields))?;
        frames.extend(stack);
    }
    let callsites = recording.callsites();
    let labels = FrameLabels::among(frames.iter().copied(), callsites, source.names);
    for frame in &frames {
        if let Some(callsite) = callsites.get(frame.index()) {
            profile.function(*frame, labels.get(Some(*frame)), callsite)?;
        }
    }
    profile.about(source, visited)?;
    profile.finish()
}

/// A profile that is being written.
struct Profile<W: Write> {
    sink: GzEncoder<W>,
    message: Message,
    strings: Strings,
}

/// The strings so far, by their number; the first is empty.
struct Strings {
    known: FxHashMap<String, u64>,
    all: Vec<String>,
}

impl<W: Write> Profile<W> {
    fn sample<'l>(
        &mut self,
        stack: &[CallsiteId],
        spent: &Spent,
        labels: impl Iterator<Item = (&'l str, &'l str)>,
    ) -> Result<(), Error> {
        let strings = &mut self.strings;
        self.message.message(field::SAMPLE, |sample| {
            sample.packed(1, stack.iter().map(|&frame| number(frame)));
            let Spent { spans, self_ns, busy_ns, waited_ns } = *spent;
            sample.packed(2, [spans, busy_ns, waited_ns, self_ns]);
            for (name, value) in labels.filter(|(_, value)| !value.is_empty()) {
                let (name, value) = (strings.number(name), strings.number(value));
                sample.message(3, |label| {
                    label.uint(1, name);
                    label.uint(2, value);
                });
            }
        });
        self.send()
    }

    /// A callsite, as a function and the one location that it has.
    fn function(&mut self, id: CallsiteId, name: &str, site: &Callsite) -> Result<(), Error> {
        let line = u64::from(site.line.unwrap_or(0));
        let strings = &mut self.strings;
        self.message.message(field::FUNCTION, |function| {
            function.uint(1, number(id));
            function.uint(2, strings.number(name));
            function.uint(3, strings.number(&format!("{}::{}", site.target, site.name)));
            function.uint(4, strings.number(site.file.as_deref().unwrap_or_default()));
            function.uint(5, line);
        });
        self.message.message(field::LOCATION, |location| {
            location.uint(1, number(id));
            location.uint(2, MAPPING);
            location.message(4, |of| {
                of.uint(1, number(id));
                of.uint(2, line);
            });
        });
        self.send()
    }

    fn about(&mut self, source: &Source<'_>, visited: &Visited) -> Result<(), Error> {
        let recording = source.recording();
        let header = recording.header();
        let start = recording.anchors().first().map_or(0, |anchor| anchor.unix_ns);
        let executable = self.strings.number(&header.executable);
        self.message.message(field::MAPPING, |mapping| {
            mapping.uint(1, MAPPING);
            mapping.uint(5, executable);
            // Functions, files and lines are known: nobody needs to look for symbols.
            [7, 8, 9].into_iter().for_each(|known| mapping.bool(known, true));
        });
        for (name, unit) in VALUES {
            self.value_type(field::SAMPLE_TYPE, name, unit);
        }
        let (name, unit) = VALUES[VALUES.len() - 1];
        self.value_type(field::PERIOD_TYPE, name, unit);
        self.message.uint(field::PERIOD, 1);
        let preferred = self.strings.number(name);
        self.message.uint(field::DEFAULT_TYPE, preferred);
        let comment = format!("recorded by spanfire {}", header.recorder_version);
        let comment = self.strings.number(&comment);
        self.message.packed(field::COMMENT, [comment]);
        let Range { start: from, end } = visited.range_ns;
        self.message.uint(field::TIME_NS, start.saturating_add(from));
        self.message.uint(field::DURATION_NS, end.saturating_sub(from));
        self.send()
    }

    fn value_type(&mut self, field: u32, name: &str, unit: &str) {
        let (name, unit) = (self.strings.number(name), self.strings.number(unit));
        self.message.message(field, |of| {
            of.uint(1, name);
            of.uint(2, unit);
        });
    }

    fn finish(mut self) -> Result<(), Error> {
        for string in std::mem::take(&mut self.strings.all) {
            self.message.text(field::STRING, &string);
            self.send()?;
        }
        Ok(self.sink.finish()?.flush()?)
    }

    /// Fields may come in any order and in as many parts as they like.
    fn send(&mut self) -> Result<(), Error> {
        self.sink.write_all(self.message.bytes())?;
        self.message.clear();
        Ok(())
    }
}

impl Strings {
    fn number(&mut self, text: &str) -> u64 {
        if let Some(&known) = self.known.get(text) {
            return known;
        }
        let number = self.all.len() as u64;
        self.known.insert(text.to_owned(), number);
        self.all.push(text.to_owned());
        number
    }
}

impl Default for Strings {
    fn default() -> Strings {
        Strings { known: FxHashMap::from_iter([(String::new(), 0)]), all: vec![String::new()] }
    }
}

/// A callsite's number as a function and as a location; none is 0.
fn number(callsite: CallsiteId) -> u64 {
    u64::from(callsite.0) + 1
}
