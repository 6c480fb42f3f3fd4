//! The file, profile after profile.

use crate::error::Error;
use crate::export::Source;
use crate::export::json::string;
use crate::export::sink::Sink;
use std::io::Write;
use std::ops::Range;

/// What the format calls itself.
const SCHEMA: &str = "https://www.speedscope.app/file-format-schema.json";

/// Writes profiles.
pub(super) struct Writer<'a> {
    sink: Sink<'a>,
    range_ns: Range<u64>,
    profiles: usize,
    events: u64,
}

impl<'a> Writer<'a> {
    /// Begins the file: frames, by the number of their callsite.
    pub fn begin(source: &Source<'_>, range_ns: Range<u64>, sink: &'a mut dyn Write) -> Writer<'a> {
        let mut sink = Sink::new(sink);
        let recording = source.recording();
        let exporter = string(&format!("spanfire {}", env!("CARGO_PKG_VERSION")));
        let _ = write!(
            sink,
            "{{\"$schema\":\"{SCHEMA}\",\"name\":{},\"exporter\":{exporter},\
             \"activeProfileIndex\":0,\"shared\":{{\"frames\":[",
            string(&source.program())
        );
        for (index, (label, site)) in source.labels().iter().zip(recording.callsites()).enumerate()
        {
            let comma = if index > 0 { "," } else { "" };
            let _ = write!(sink, "{comma}\n{{\"name\":{}", string(label));
            if let Some(file) = &site.file {
                let _ = write!(sink, ",\"file\":{}", string(file));
            }
            if let Some(line) = site.line {
                let _ = write!(sink, ",\"line\":{line}");
            }
            let _ = sink.write_all(b"}");
        }
        let _ = sink.write_all(b"]},\"profiles\":[");
        Writer { sink, range_ns, profiles: 0, events: 0 }
    }

    /// Begins a profile, of the selected range or of another.
    pub fn profile(&mut self, name: &str, range: Option<Range<u64>>) {
        let comma = if self.profiles > 0 { "," } else { "" };
        self.profiles += 1;
        self.events = 0;
        let Range { start, end } = range.unwrap_or_else(|| self.range_ns.clone());
        let _ = write!(
            self.sink,
            "{comma}\n{{\"type\":\"evented\",\"name\":{},\"unit\":\"nanoseconds\",\
             \"startValue\":{start},\"endValue\":{end},\"events\":[",
            string(name)
        );
    }

    /// A frame opens or closes.
    pub fn event(&mut self, opens: bool, frame: u32, at: u64) {
        let comma = if self.events > 0 { "," } else { "" };
        self.events += 1;
        let kind = if opens { 'O' } else { 'C' };
        let _ = write!(self.sink, "{comma}\n{{\"type\":\"{kind}\",\"frame\":{frame},\"at\":{at}}}");
    }

    /// Ends a profile.
    pub fn profile_done(&mut self) {
        let _ = self.sink.write_all(b"]}");
    }

    /// Whether the sink takes nothing any more.
    pub fn has_refused(&self) -> bool {
        self.sink.has_refused()
    }

    /// Ends the file, and gives its size.
    pub fn finish(mut self) -> Result<u64, Error> {
        let _ = self.sink.write_all(b"\n]}\n");
        self.sink.finish()
    }
}
