//! Finds the blocks of a recording, and what its tail file has beyond them.

use super::{Cut, Recording, Source, Tables, index, index::IndexEntry};
use crate::{
    Error, ErrorKind, Timebase,
    block::{MAGIC, PREAMBLE_BYTES, VERSION, block_kind},
    chunk::ChunkHeader,
    tail::{self, TailState},
    varint::Input,
};
use std::path::Path;

/// The index's place and the magic, at the end of a finished file.
const TRAILER_BYTES: u64 = 16;

/// How often the tail of a recording that grows is tried.
const TAIL_TRIES: usize = 8;

/// Opens a recording. Where it was not finished, what follows is looked for in the tail file `tail`.
pub(super) fn open(mut source: Source, tail: Option<&Path>) -> Result<Recording, Error> {
    check_preamble(&source)?;
    let (entries, mut cut) = match indexed(&source) {
        Some(entries) => (entries, None),
        None => scanned(&source, PREAMBLE_BYTES)?,
    };
    let mut tables = Tables::new(&source, entries.first())?;
    tables.add_all(&source, &entries[1..], &mut cut)?;
    let mut tail_state = TailState::Missing;
    for _ in 0..TAIL_TRIES {
        let (Some(path), Some(end)) = (tail, cut.as_ref().map(|cut| cut.at_byte)) else { break };
        // A whole block that is damaged is no end: what the tail holds does not follow it.
        if source.header(end).is_ok() {
            break;
        }
        let recovered = tables.known(end).map(|known| tail::recover(path, known));
        // What the tail held a moment ago may be in the recording now.
        if source.grew()? {
            let (entries, new_cut) = scanned(&source, end)?;
            cut = new_cut;
            tables.add_all(&source, &entries, &mut cut)?;
            tail_state = TailState::Growing;
            continue;
        }
        tail_state = match recovered {
            None => TailState::Missing,
            Some(Err(state)) => state,
            Some(Ok((blocks, mut summary))) => {
                source = source.extended(end, blocks);
                let (entries, mut end_of_tail) = scanned(&source, end)?;
                let own_chunks = tables.chunks.len();
                tables.add_all(&source, &entries, &mut end_of_tail)?;
                let whole = tables.keep_readable(&source, own_chunks);
                let kept = tables.chunks[own_chunks..].iter();
                summary.records = kept.map(|chunk| u64::from(chunk.events)).sum();
                match end_of_tail.filter(|cut| cut.at_byte < source.len()) {
                    None if whole => TailState::Taken(summary),
                    _ => TailState::Damaged(summary),
                }
            }
        };
        break;
    }
    let timebase = Timebase::new(&tables.header.clock, &tables.anchors);
    Ok(Recording { source, tables, timebase, cut, tail: tail_state })
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

/// Walks all blocks from `at_byte` up to the trailer or the first block that is not whole.
fn scanned(source: &Source, mut at_byte: u64) -> Result<(Vec<IndexEntry>, Option<Cut>), Error> {
    let mut entries = Vec::new();
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
