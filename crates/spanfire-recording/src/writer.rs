//! Writes a recording, block by block.

use crate::{
    Anchor, Batch, Callsite, CallsiteId, Error, Form, Header, Image, Lane, LaneId, Loss, LossCause,
    ProbeCost, Sampling, Tick,
    block::{MAGIC, VERSION, block_kind, write_block},
    chunk::Encoder,
    native,
    reader::IndexEntry,
    varint::put,
};
use minicbor::Encode;
use std::io::Write;

/// Appends the blocks of a recording to a sink.
///
/// Every call ends with whole blocks handed to the sink in one `write_all` each, so that what was
/// written up to then is a readable recording. Callsites and lanes are written before the events
/// that name them. After an error nothing more should be written: the sink may hold half a block.
#[derive(Debug)]
pub struct Writer<W: Write> {
    sink: W,
    at_byte: u64,
    encoder: Encoder,
    anchored: bool,
    callsites: u32,
    /// The last tick of every lane.
    lanes: Vec<Tick>,
    index: Vec<IndexEntry>,
    scratch: Vec<u8>,
}

/// A lane or callsite with its number, as the block holds it.
#[derive(Encode)]
#[cbor(array)]
pub(crate) struct Numbered<'a, T>(#[n(0)] pub u32, #[n(1)] pub &'a T);

impl<W: Write> Writer<W> {
    /// Starts a recording in `sink`.
    pub fn new(mut sink: W, header: &Header) -> Result<Self, Error> {
        sink.write_all(MAGIC)?;
        sink.write_all(&VERSION.to_le_bytes())?;
        let mut writer = Writer {
            sink,
            at_byte: crate::block::PREAMBLE_BYTES,
            encoder: Encoder::new(header.form, Tick(0)),
            anchored: false,
            callsites: 0,
            lanes: Vec::new(),
            index: Vec::new(),
            scratch: Vec::new(),
        };
        writer.cbor(block_kind::HEADER, header)?;
        Ok(writer)
    }

    /// Goes on with a recording that has its header, an anchor at `base`, and lanes whose last ticks
    /// are `lanes`. What comes before is not in the index.
    pub(crate) fn resume(sink: W, form: Form, base: Tick, lanes: Vec<Tick>) -> Self {
        Writer {
            sink,
            at_byte: 0,
            encoder: Encoder::new(form, base),
            anchored: true,
            callsites: 0,
            lanes,
            index: Vec::new(),
            scratch: Vec::new(),
        }
    }

    /// Adds the whole block of a callsite or lane that somebody else numbered.
    pub(crate) fn append_name(&mut self, kind: u8, block: &[u8]) -> Result<(), Error> {
        if kind == block_kind::LANE {
            self.lanes.push(Tick(0));
        }
        Ok(self.sink.write_all(block)?)
    }

    /// The sink, without an end of the recording: for a sink that takes no more.
    pub fn into_sink(self) -> W {
        self.sink
    }

    /// The recorder form whose words [`events`](Self::events) takes.
    pub fn form(&self) -> Form {
        self.encoder.form()
    }

    /// Adds a callsite; numbers follow one another from 0.
    pub fn callsite(&mut self, callsite: &Callsite) -> Result<CallsiteId, Error> {
        let id = self.callsites;
        self.callsites += 1;
        self.cbor(block_kind::CALLSITE, Numbered(id, callsite))?;
        Ok(CallsiteId(id))
    }

    /// Adds a lane; numbers follow one another from 0.
    pub fn lane(&mut self, lane: &Lane) -> Result<LaneId, Error> {
        let id = self.lanes.len() as u32;
        self.lanes.push(Tick(0));
        self.cbor(block_kind::LANE, Numbered(id, lane))?;
        Ok(LaneId(id))
    }

    /// Adds a clock anchor. The first one marks the recording's start and stands before all events.
    pub fn anchor(&mut self, anchor: &Anchor) -> Result<(), Error> {
        if !self.anchored {
            self.encoder.set_base(Tick(anchor.tick));
            self.anchored = true;
        }
        self.cbor(block_kind::ANCHOR, anchor)
    }

    /// Adds the measured cost of recording.
    pub fn probe_cost(&mut self, cost: &ProbeCost) -> Result<(), Error> {
        self.cbor(block_kind::PROBE_COST, cost)
    }

    /// Adds a loss that stands outside the lanes' own events.
    pub fn loss(&mut self, loss: &Loss) -> Result<(), Error> {
        let cause = match loss.cause {
            LossCause::Overflow => 0,
            LossCause::Stall => 1,
            LossCause::Sink => 2,
        };
        let entry = (loss.lane.0, loss.first.0, loss.last.0, loss.events, cause);
        self.cbor(block_kind::LOSS, entry)
    }

    /// Adds the next events of `lane`, in the words of [`raw`](crate::raw). Ticks that decrease are
    /// raised to the one before and counted. What stands directly before a span's *new* comes in the
    /// same call. Returns how many records were written: words of an unknown lane are not, nor are
    /// those from the first record that is not whole or of no known kind.
    pub fn events(&mut self, lane: LaneId, words: &[u64]) -> Result<u64, Error> {
        let mut rest = words;
        let mut written = 0;
        while !rest.is_empty() {
            let Some(last) = self.lanes.get(lane.index()).copied() else { break };
            let Some((header, plain, after)) = self.encoder.encode(lane, last, rest) else { break };
            rest = after;
            written += u64::from(header.events);
            self.lanes[lane.index()] = header.last;
            let at_byte = self.at_byte;
            self.at_byte += write_block(
                &mut self.sink,
                &mut self.scratch,
                block_kind::EVENTS,
                self.encoder.payload(),
                plain,
            )?;
            self.index.push(IndexEntry {
                at_byte,
                end: self.at_byte,
                kind: block_kind::EVENTS,
                chunk: Some(header),
            });
        }
        Ok(written)
    }

    /// Adds native samples and switches.
    pub fn batch(&mut self, batch: &Batch) -> Result<(), Error> {
        let (mut samples, mut switches) = (&batch.samples[..], &batch.switches[..]);
        while !samples.is_empty() || !switches.is_empty() {
            let (stored, plain, left) = native::encode(batch.clock, samples, switches);
            samples = &samples[samples.len() - left[0]..];
            switches = &switches[switches.len() - left[1]..];
            self.block(block_kind::SAMPLES, &stored, plain)?;
        }
        Ok(())
    }

    /// Adds images that were mapped; those of earlier calls stay.
    pub fn images(&mut self, images: &[Image]) -> Result<(), Error> {
        self.cbor(block_kind::IMAGES, images)
    }

    /// Adds how native samples are taken; what was said before no longer holds.
    pub fn sampling(&mut self, sampling: &Sampling) -> Result<(), Error> {
        self.cbor(block_kind::SAMPLING, sampling)
    }

    /// How many bytes were written.
    pub fn bytes_written(&self) -> u64 {
        self.at_byte
    }

    /// The sink.
    pub fn get_ref(&self) -> &W {
        &self.sink
    }

    /// The sink; what is written to it beside this writer is part of the recording.
    pub fn get_mut(&mut self) -> &mut W {
        &mut self.sink
    }

    /// Flushes the sink.
    pub fn flush(&mut self) -> Result<(), Error> {
        Ok(self.sink.flush()?)
    }

    /// Writes the index and gives the sink back, flushed.
    pub fn finish(mut self) -> Result<W, Error> {
        let at_byte = self.at_byte;
        let mut payload = Vec::new();
        put(&mut payload, self.index.len() as u64);
        for entry in &self.index {
            entry.put(&mut payload);
        }
        // An index too large for a block is left out: readers scan the blocks instead.
        if payload.len() <= crate::block::MAX_BLOCK_BYTES as usize {
            let plain = payload.len();
            write_block(&mut self.sink, &mut self.scratch, block_kind::INDEX, &payload, plain)?;
        }
        self.sink.write_all(&at_byte.to_le_bytes())?;
        self.sink.write_all(MAGIC)?;
        self.sink.flush()?;
        Ok(self.sink)
    }

    fn cbor(&mut self, kind: u8, value: impl Encode<()>) -> Result<(), Error> {
        let mut payload = Vec::new();
        // Encoding into a Vec cannot fail.
        let _ = minicbor::encode(value, &mut payload);
        let plain = payload.len();
        self.block(kind, &payload, plain)
    }

    fn block(&mut self, kind: u8, stored: &[u8], plain: usize) -> Result<(), Error> {
        let at_byte = self.at_byte;
        self.at_byte += write_block(&mut self.sink, &mut self.scratch, kind, stored, plain)?;
        self.index.push(IndexEntry { at_byte, end: self.at_byte, kind, chunk: None });
        Ok(())
    }
}
