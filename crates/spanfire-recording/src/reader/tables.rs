//! What a recording holds besides events.

use super::{ChunkInfo, Cut, Source, index::IndexEntry};
use crate::{
    Anchor, Batch, Callsite, Chunk, Error, ErrorKind, Header, Image, Lane, Loss, ProbeCost,
    Sampling, Tick,
    block::{BlockHeader, PREAMBLE_BYTES, block_kind},
    chunk::{ChunkHeader, decode},
    native,
    tail::{Head, Known},
    varint::Input,
};
use minicbor::Decode;
use std::ops::Range;

/// What a recording holds besides events.
#[derive(Debug)]
pub(super) struct Tables {
    pub header: Header,
    pub callsites: Vec<Callsite>,
    pub lanes: Vec<Lane>,
    pub anchors: Vec<Anchor>,
    pub losses: Vec<Loss>,
    pub probe_cost: Option<ProbeCost>,
    pub chunks: Vec<ChunkInfo>,
    /// The bytes where each of `chunks` stands.
    pub places: Vec<Range<u64>>,
    pub clamped_ticks: u64,
    pub sampling: Option<Sampling>,
    pub images: Vec<Image>,
    /// The bytes where blocks of samples stand.
    pub batches: Vec<Range<u64>>,
}

impl Tables {
    /// The tables of a recording whose first block is `first`, which must be its header.
    pub fn new(source: &Source, first: Option<&IndexEntry>) -> Result<Tables, Error> {
        let Some(first) = first.filter(|entry| entry.kind == block_kind::HEADER) else {
            return Err(Error::damaged(PREAMBLE_BYTES, "the recording's header is missing"));
        };
        Ok(Tables {
            header: table_entry::<Header>(source, first)?,
            callsites: Vec::new(),
            lanes: Vec::new(),
            anchors: Vec::new(),
            losses: Vec::new(),
            probe_cost: None,
            chunks: Vec::new(),
            places: Vec::new(),
            clamped_ticks: 0,
            sampling: None,
            images: Vec::new(),
            batches: Vec::new(),
        })
    }

    /// How far the recording goes whose whole blocks end at `at_byte`; `None` without an anchor.
    pub fn known(&self, at_byte: u64) -> Option<Known<'_>> {
        let mut lanes = vec![Tick(0); self.lanes.len()];
        for chunk in &self.chunks {
            lanes[chunk.lane.index()] = chunk.last;
        }
        Some(Known {
            header: &self.header,
            head: Head::new(self.header.process_id, self.anchors.first()?),
            callsites: self.callsites.len(),
            lanes,
            at_byte,
        })
    }

    /// Adds what the blocks of `entries` hold. Of a file that is cut, the damage may be where it
    /// ends: then `cut` moves there.
    pub fn add_all(
        &mut self,
        source: &Source,
        entries: &[IndexEntry],
        cut: &mut Option<Cut>,
    ) -> Result<(), Error> {
        for entry in entries {
            let Err(error) = self.add(source, entry) else { continue };
            if cut.is_none() || error.kind() != ErrorKind::Damaged {
                return Err(error);
            }
            *cut = Some(Cut { at_byte: entry.at_byte, reason: error.message().to_string() });
            break;
        }
        Ok(())
    }

    /// Reads the chunks from number `first` on, which nobody has written as chunks before, and drops
    /// those that cannot be read with all that follow in their lanes. Returns whether there are none.
    pub fn keep_readable(&mut self, source: &Source, first: usize) -> bool {
        let mut unreadable = Vec::new();
        let mut kept = first;
        for index in first..self.chunks.len() {
            let lane = self.chunks[index].lane;
            if unreadable.contains(&lane) {
                continue;
            }
            if self.chunk(source, index).is_err() {
                unreadable.push(lane);
                continue;
            }
            self.chunks.swap(kept, index);
            self.places.swap(kept, index);
            kept += 1;
        }
        self.chunks.truncate(kept);
        self.places.truncate(kept);
        unreadable.is_empty()
    }

    /// Reads and decodes the chunk `index`.
    pub fn chunk(&self, source: &Source, index: usize) -> Result<Chunk, Error> {
        let Range { start: place, end } = self.places[index].clone();
        let (header, stored) = source.block(place)?;
        if !header.verify(&stored) {
            return Err(Error::damaged(place, "checksum differs"));
        }
        let said = ChunkHeader::parse(&mut Input(&stored)).map(ChunkInfo::from);
        let expected = (block_kind::EVENTS, end, Some(self.chunks[index]));
        if (header.kind, place + header.block_bytes(), said) != expected {
            return Err(Error::damaged(place, "not the chunk the index says"));
        }
        decode(self.header.form, &self.callsites, &stored, header.plain as usize)
            .map_err(|message| Error::damaged(place, message))
    }

    /// Reads and decodes the batch `index`.
    pub fn batch(&self, source: &Source, index: usize) -> Result<Batch, Error> {
        let Range { start: place, end } = self.batches[index].clone();
        let (header, stored) = verified(source, block_kind::SAMPLES, place, end)?;
        native::decode(&stored, header.plain as usize)
            .map_err(|message| Error::damaged(place, message))
    }

    fn add(&mut self, source: &Source, entry: &IndexEntry) -> Result<(), Error> {
        match entry.kind {
            block_kind::CALLSITE => {
                let (id, callsite): (u32, Callsite) = table_entry(source, entry)?;
                in_order(entry, id, self.callsites.len())?;
                self.callsites.push(callsite);
            }
            block_kind::LANE => {
                let (id, lane): (u32, Lane) = table_entry(source, entry)?;
                // A lane's block may come again when more is known of its thread.
                match self.lanes.get_mut(id as usize) {
                    Some(known) => *known = lane,
                    None => {
                        in_order(entry, id, self.lanes.len())?;
                        self.lanes.push(lane);
                    }
                }
            }
            block_kind::ANCHOR => self.anchors.push(table_entry::<Anchor>(source, entry)?),
            block_kind::LOSS => self.losses.push(Loss::from_block(table_entry(source, entry)?)),
            block_kind::PROBE_COST => {
                self.probe_cost = Some(table_entry::<ProbeCost>(source, entry)?);
            }
            block_kind::EVENTS => self.add_chunk(entry)?,
            block_kind::SAMPLES => self.batches.push(entry.at_byte..entry.end),
            block_kind::IMAGES => self.images.extend(table_entry::<Vec<Image>>(source, entry)?),
            block_kind::SAMPLING => {
                self.sampling = Some(table_entry::<Sampling>(source, entry)?);
            }
            _ => {}
        }
        Ok(())
    }

    fn add_chunk(&mut self, entry: &IndexEntry) -> Result<(), Error> {
        let Some(chunk) = entry.chunk else { return Ok(()) };
        if chunk.lane.index() >= self.lanes.len() || chunk.first > chunk.last {
            return Err(Error::damaged(entry.at_byte, "a chunk of no known lane or time"));
        }
        self.clamped_ticks += u64::from(chunk.clamped);
        self.chunks.push(chunk.into());
        self.places.push(entry.at_byte..entry.end);
        Ok(())
    }
}

fn in_order(entry: &IndexEntry, id: u32, expected: usize) -> Result<(), Error> {
    if id as usize == expected {
        return Ok(());
    }
    Err(Error::damaged(entry.at_byte, format!("number {id} where {expected} comes next")))
}

fn table_entry<T: for<'b> Decode<'b, ()>>(source: &Source, entry: &IndexEntry) -> Result<T, Error> {
    let (_, stored) = verified(source, entry.kind, entry.at_byte, entry.end)?;
    minicbor::decode(&stored)
        .map_err(|error| Error::damaged(entry.at_byte, format!("cannot be read: {error}")))
}

/// The block that the index says stands between `place` and `end`.
fn verified(
    source: &Source,
    kind: u8,
    place: u64,
    end: u64,
) -> Result<(BlockHeader, Vec<u8>), Error> {
    let (header, stored) = source.block(place)?;
    if header.kind != kind || place + header.block_bytes() != end {
        return Err(Error::damaged(place, "not the block the index says"));
    }
    if !header.verify(&stored) {
        return Err(Error::damaged(place, "checksum differs"));
    }
    Ok((header, stored))
}
