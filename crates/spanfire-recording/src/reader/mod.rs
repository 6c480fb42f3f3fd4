//! Opens a recording and reads its chunks.

mod index;
mod source;
mod tables;
mod open;

pub(crate) use index::IndexEntry;
#[cfg(feature = "fuzzing")]
pub(crate) use index::parse as parse_index;

use crate::{
    Anchor, Batch, Calibration, Callsite, Chunk, Error, Form, Header, Image, Lane, LaneId, Loss,
    LossCause, ProbeCost, RawTimebase, Sampling, Tick, Timebase,
    chunk::ChunkHeader,
    tail::{self, TailState},
};
use source::Source;
use std::path::Path;
use tables::Tables;

/// A recording, opened: everything but its events, which are read chunk by chunk.
///
/// Opening reads the tables and the index (of an unfinished recording: scans all blocks once);
/// memory grows with callsites, lanes and chunks, not with events. Shared between threads, each may
/// read chunks.
#[derive(Debug)]
pub struct Recording {
    source: Source,
    tables: Tables,
    timebase: Timebase,
    cut: Option<Cut>,
    tail: TailState,
}

/// A chunk of events in a recording, not yet decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkInfo {
    /// The lane.
    pub lane: LaneId,
    /// The tick of its first record.
    pub first: Tick,
    /// The tick of its last record.
    pub last: Tick,
    /// How many records it holds, no fewer than events: a span's parent and fields are records of
    /// their own.
    pub events: u32,
}

/// Where and why a recording ends before its writer finished it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The first byte that could not be read.
    pub at_byte: u64,
    /// What stands there.
    pub reason: String,
}

impl Recording {
    /// Opens the recording at `path`.
    ///
    /// # Errors
    /// If the file cannot be read, is no recording, is of a newer version, or its header or tables
    /// are damaged. A recording that was cut off is no error: see [`cut`](Self::cut).
    pub fn open(path: impl AsRef<Path>) -> Result<Recording, Error> {
        let path = path.as_ref();
        open::open(Source::file(path)?, Some(&tail::path_beside(path)))
    }

    /// Opens a recording held in memory; errors as for [`open`](Self::open).
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Recording, Error> {
        open::open(Source::memory(bytes), None)
    }

    /// The process, its clock, and the recorder's form.
    pub fn header(&self) -> &Header {
        &self.tables.header
    }

    /// Whether span ids are reused.
    pub fn form(&self) -> Form {
        self.tables.header.form
    }

    /// The callsites, by [`CallsiteId`](crate::CallsiteId).
    pub fn callsites(&self) -> &[Callsite] {
        &self.tables.callsites
    }

    /// The lanes, by [`LaneId`].
    pub fn lanes(&self) -> &[Lane] {
        &self.tables.lanes
    }

    /// The clock anchors, in the order they were taken.
    pub fn anchors(&self) -> &[Anchor] {
        &self.tables.anchors
    }

    /// Ticks to nanoseconds.
    pub fn timebase(&self) -> &Timebase {
        &self.timebase
    }

    /// How well ticks are known as times. `None` without anchors.
    pub fn calibration(&self) -> Option<Calibration> {
        Calibration::of(&self.header().clock, self.anchors())
    }

    /// The losses that stand outside the lanes' own events, in file order. Those between events are
    /// [`EventKind::Lost`](crate::EventKind::Lost).
    pub fn losses(&self) -> &[Loss] {
        &self.tables.losses
    }

    /// What recording cost, where it was measured.
    pub fn probe_cost(&self) -> Option<&ProbeCost> {
        self.tables.probe_cost.as_ref()
    }

    /// How many ticks had to be raised to keep a lane's order.
    pub fn clamped_ticks(&self) -> u64 {
        self.tables.clamped_ticks
    }

    /// Where the recording was cut, if its writer did not finish it or it was damaged.
    pub fn cut(&self) -> Option<&Cut> {
        self.cut.as_ref()
    }

    /// What opening a recording that was not finished made of its tail file. A finished recording has
    /// none, nor needs one: [`TailState::Missing`].
    pub fn tail(&self) -> &TailState {
        &self.tail
    }

    /// The size of the recording, in bytes.
    pub fn size_bytes(&self) -> u64 {
        self.source.len()
    }

    /// All bytes of the recording: writing them to a file saves it.
    ///
    /// # Errors
    /// If the file cannot be read any more.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let length = usize::try_from(self.source.len())
            .map_err(|_| Error::foreign("larger than this machine's memory"))?;
        let mut bytes = vec![0; length];
        self.source.read(0, &mut bytes)?;
        Ok(bytes)
    }

    /// The chunks of events; those of one lane stand in the order of time.
    pub fn chunks(&self) -> &[ChunkInfo] {
        &self.tables.chunks
    }

    /// Reads and decodes one of [`chunks`](Self::chunks).
    ///
    /// # Errors
    /// If the file cannot be read any more or the chunk is damaged.
    ///
    /// # Panics
    /// If there is no chunk `index`.
    pub fn chunk(&self, index: usize) -> Result<Chunk, Error> {
        self.tables.chunk(&self.source, index)
    }

    /// How native samples were taken; `None` where nobody asked for them.
    pub fn sampling(&self) -> Option<&Sampling> {
        self.tables.sampling.as_ref()
    }

    /// The images that were mapped, in the order they were noticed: where two overlap, the later one
    /// came later.
    pub fn images(&self) -> &[Image] {
        &self.tables.images
    }

    /// How many batches of native samples there are.
    pub fn batches(&self) -> usize {
        self.tables.batches.len()
    }

    /// Reads and decodes one of the [`batches`](Self::batches).
    ///
    /// # Errors
    /// If the file cannot be read any more or the batch is damaged.
    ///
    /// # Panics
    /// If there is no batch `index`.
    pub fn batch(&self, index: usize) -> Result<Batch, Error> {
        self.tables.batch(&self.source, index)
    }

    /// `CLOCK_MONOTONIC_RAW` to nanoseconds; `None` where no anchor has a reading of it.
    pub fn raw_timebase(&self) -> Option<RawTimebase> {
        RawTimebase::new(&self.timebase, self.anchors())
    }
}

impl From<ChunkHeader> for ChunkInfo {
    fn from(ChunkHeader { lane, events, first, last, .. }: ChunkHeader) -> ChunkInfo {
        ChunkInfo { lane, first, last, events }
    }
}

impl Loss {
    fn from_block((lane, first, last, events, cause): (u32, u64, u64, u64, u8)) -> Loss {
        let cause = match cause {
            0 => LossCause::Overflow,
            1 => LossCause::Stall,
            _ => LossCause::Sink,
        };
        Loss { lane: LaneId(lane), first: Tick(first), last: Tick(last), events, cause }
    }
}
