//! Requests of some hundred spans each.

use super::message::{KeyValue, Resource, Span};
use crate::error::Error;
use crate::export::Source;
use crate::export::protobuf::Message;
use crate::export::sink::Sink;
use serde_json::json;
use std::io::Write;

/// Spans in a request.
const SPANS: usize = 512;

/// How requests are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// One request after the other is one request: repeated fields of parts add up.
    Protobuf,
    /// One request a line.
    Json,
}

/// Writes requests.
pub(super) struct Batches<'a> {
    sink: Sink<'a>,
    encoding: Encoding,
    /// The encoded resource.
    resource: Vec<u8>,
    scope: Vec<u8>,
    /// The encoded spans of the next request.
    spans: Message,
    lines: Vec<u8>,
    count: usize,
    written: bool,
}

impl<'a> Batches<'a> {
    pub fn begin(source: &Source<'_>, encoding: Encoding, sink: &'a mut dyn Write) -> Batches<'a> {
        let header = source.recording().header();
        let program = source.program();
        let texts = [
            ("service.name", &*program),
            ("process.executable.path", &*header.executable),
            ("os.type", &*header.os),
            ("host.arch", &*header.arch),
            ("telemetry.sdk.name", "spanfire"),
            ("telemetry.sdk.language", "rust"),
            ("telemetry.sdk.version", &*header.recorder_version),
        ];
        let known = texts.into_iter().filter(|(_, value)| !value.is_empty());
        let mut resource =
            Resource { attributes: known.map(|(key, value)| KeyValue::new(key, value)).collect() };
        let process = u64::from(header.process_id);
        resource.attributes.push(KeyValue::new("process.pid", process));
        let (resource, scope) = match encoding {
            Encoding::Json => {
                let scope = json!({"name": "tracing"}).to_string();
                (serde_json::to_vec(&resource).unwrap_or_default(), scope.into_bytes())
            }
            Encoding::Protobuf => {
                let (mut message, mut scope) = (Message::default(), Message::default());
                resource.encode(&mut message);
                scope.text(1, "tracing");
                (message.bytes().to_vec(), scope.bytes().to_vec())
            }
        };
        Batches {
            sink: Sink::new(sink),
            encoding,
            resource,
            scope,
            spans: Message::default(),
            lines: Vec::new(),
            count: 0,
            written: false,
        }
    }

    /// Writes a span.
    pub fn span(&mut self, span: &Span<'_>) {
        match self.encoding {
            Encoding::Protobuf => self.spans.message(2, |message| span.encode(message)),
            Encoding::Json => {
                if self.count > 0 {
                    self.lines.push(b',');
                }
                // Memory takes everything, and nothing in a span refuses to be written.
                let _ = serde_json::to_writer(&mut self.lines, span);
            }
        }
        self.count += 1;
        if self.count == SPANS {
            self.send();
        }
    }

    /// Whether everything was taken.
    pub fn finish(mut self) -> Result<(), Error> {
        if self.count > 0 || !self.written {
            self.send();
        }
        self.sink.finish().map(|_| ())
    }

    fn send(&mut self) {
        self.written = true;
        self.count = 0;
        // The sink takes everything; what it could not write it says at the end.
        let _ = match self.encoding {
            Encoding::Protobuf => {
                let mut request = Message::default();
                request.message(1, |resource_spans| {
                    resource_spans.raw(1, &self.resource);
                    resource_spans.message(2, |scope_spans| {
                        scope_spans.raw(1, &self.scope);
                        scope_spans.extend(&self.spans);
                    });
                });
                self.spans.clear();
                self.sink.write_all(request.bytes())
            }
            Encoding::Json => {
                let parts: [&[u8]; 7] = [
                    b"{\"resourceSpans\":[{\"resource\":",
                    &self.resource,
                    b",\"scopeSpans\":[{\"scope\":",
                    &self.scope,
                    b",\"spans\":[",
                    &self.lines,
                    b"]}]}]}\n",
                ];
                let written = parts.iter().try_for_each(|part| self.sink.write_all(part));
                self.lines.clear();
                written
            }
        };
    }
}
