//! Finds the blocks of a recording and reads its tables.

use super::{Cut, Recording, Source, Tables, index, index::IndexEntry};
use crate::{
    Anchor, Callsite, Error, ErrorKind, Header, Lane, Loss, ProbeCost, Timebase,
    block::{MAGIC, PREAMBLE_BYTES, VERSION, block_kind},
    chunk::ChunkHeader,
    varint::Input,
};
use minicbor::Decode;
use std::ops::Range;

/// The index's place and the magic, at the end of a finished file.
const TRAILER_BYTES: u64 = 16;

pub(super) fn open(source: Source) -> Result<Recording, Error> {
    check_preamble(&source)?;
    let (entries, mut cut) = match indexed(&source) {
        Some(entries) => (entries, None),
        None => scanned(&source)?,
    };
    let Some(first) = entries.first().filter(|entry| entry.kind == block_kind::HEADER) else {
        return Err(Error::damaged(PREAMBLE_BYTES, "the recording's header is missing"));
    };
    let mut tables = Tables {
        header: table_entry::<Header>(&source, first)?,
        callsites: Vec::new(),
        lanes: Vec::new(),
        anchors: Vec::new(),
        losses: Vec::new(),
        probe_cost: None,
        chunks: Vec::new(),
        clamped_ticks: 0,
    };
    let mut places = Vec::new();
    for entry in &entries[1..] {
        if let Err(error) = tables.add(&source, entry, &mut places) {
            // Of a file that ends early, the damage may be where it ends.
            match (&cut, error.kind()) {
                (Some(_), ErrorKind::Damaged) => {
                    let reason = error.message().to_string();
                    cut = Some(Cut { at_byte: entry.at_byte, reason });
                    break;
                }
                _ => return Err(error),
            }
        }
    }
    let timebase = Timebase::new(&tables.header.clock, &tables.anchors);
    Ok(Recording { source, tables, timebase, cut, places })
}

fn check_preamble(source: &Source) -> Result<(), Error> {
    if source.len() == 0 {
        return Err(Error::foreign("the file is empty: was it recorded to its end?"));
    }
    let mut preamble = [0; PREAMBLE_BYTES as usize];
    let foreign = || Error::foreign("not a spanfire recording");
    source.read(0, &mut preamble).map_err(|_| foreign())?;
    let mut input = Input(&preamble);
    if input.bytes(MAGIC.len()) != Some(MAGIC) {
        return Err(foreign());
    }
    match input.u32() {
        Some(1..=VERSION) => Ok(()),
        version => Err(Error::version(version.unwrap_or(0))),
    }
}

/// The index at the end, if there is one and it is whole.
fn indexed(source: &Source) -> Option<Vec<IndexEntry>> {
    let place = trailer(source)?;
    let (header, stored) = source.block(place).ok()?;
    let whole = header.kind == block_kind::INDEX
        && header.verify(&stored)
        && place + header.block_bytes() + TRAILER_BYTES == source.len();
    index::parse(whole.then_some(&stored[..])?, place)
}

/// Where the trailer says that the blocks end, if there is one.
fn trailer(source: &Source) -> Option<u64> {
    let mut trailer = [0; TRAILER_BYTES as usize];
    source.read(source.len().checked_sub(TRAILER_BYTES)?, &mut trailer).ok()?;
    let mut input = Input(&trailer);
    let place = input.u64()?;
    (input.0 == MAGIC).then_some(place)
}

/// Walks all blocks up to the trailer or the first block that is not whole.
fn scanned(source: &Source) -> Result<(Vec<IndexEntry>, Option<Cut>), Error> {
    let mut entries = Vec::new();
    let mut at_byte = PREAMBLE_BYTES;
    let mut blocks_end = None;
    let reason = loop {
        if at_byte + TRAILER_BYTES == source.len()
            && trailer(source) == Some(blocks_end.unwrap_or(at_byte))
        {
            return Ok((entries, None));
        }
        if at_byte == source.len() {
            break "the recorder had not finished".to_string();
        }
        let (header, stored) = match source.block(at_byte) {
            Ok(block) => block,
            Err(error) if error.kind() == ErrorKind::Damaged => break error.message().to_string(),
            Err(error) => return Err(error),
        };
        if !header.verify(&stored) {
            break "checksum differs".to_string();
        }
        let chunk = match header.kind {
            block_kind::EVENTS => match ChunkHeader::parse(&mut Input(&stored)) {
                Some(chunk) => Some(chunk),
                None => break "a chunk without its header".to_string(),
            },
            _ => None,
        };
        if header.kind == block_kind::INDEX {
            blocks_end = Some(at_byte);
        }
        let end = at_byte + header.block_bytes();
        entries.push(IndexEntry { at_byte, end, kind: header.kind, chunk });
        at_byte = end;
    };
    Ok((entries, Some(Cut { at_byte, reason })))
}

impl Tables {
    fn add(
        &mut self,
        source: &Source,
        entry: &IndexEntry,
        places: &mut Vec<Range<u64>>,
    ) -> Result<(), Error> {
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
            block_kind::EVENTS => self.add_chunk(entry, places)?,
            _ => {}
        }
        Ok(())
    }

    fn add_chunk(&mut self, entry: &IndexEntry, places: &mut Vec<Range<u64>>) -> Result<(), Error> {
        let Some(chunk) = entry.chunk else { return Ok(()) };
        if chunk.lane.index() >= self.lanes.len() || chunk.first > chunk.last {
            return Err(Error::damaged(entry.at_byte, "a chunk of no known lane or time"));
        }
        self.clamped_ticks += u64::from(chunk.clamped);
        self.chunks.push(chunk.into());
        places.push(entry.at_byte..entry.end);
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
    let (header, stored) = source.block(entry.at_byte)?;
    if header.kind != entry.kind || entry.at_byte + header.block_bytes() != entry.end {
        return Err(Error::damaged(entry.at_byte, "not the block the index says"));
    }
    if !header.verify(&stored) {
        return Err(Error::damaged(entry.at_byte, "checksum differs"));
    }
    minicbor::decode(&stored)
        .map_err(|error| Error::damaged(entry.at_byte, format!("cannot be read: {error}")))
}
