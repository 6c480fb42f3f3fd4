//! Reads a tail file that nobody writes any more, or that a live process goes on writing.

use super::{CHUNK_WORDS, HEAD_BYTES, HEADER_WORDS, Head, MAGIC, SLOT_BYTES, Taken, VERSION};
use super::{TailState, owner, word};
use crate::Error;
use std::{
    fs::File,
    io::{self, ErrorKind, Read, Seek, SeekFrom},
    path::Path,
};

/// The chunks of which something was not taken, ordered by owner and sequence.
pub(super) struct Snapshot {
    pub chunks: Vec<TailChunk>,
}

pub(super) struct TailChunk {
    pub owner: u64,
    pub sequence: u64,
    pub taken: Taken,
    /// All published words.
    pub words: Vec<u64>,
    slot: u64,
}

/// A chunk's header.
type HeaderWords = [u64; HEADER_WORDS];

impl Snapshot {
    /// Reads the tail file at `path`, of the recording that `head` names and whose whole blocks end
    /// at `at_byte`. Memory is bounded by the file's size.
    pub fn read(path: &Path, head: &Head, at_byte: u64) -> Result<Snapshot, TailState> {
        let mut file = open(path)?;
        let length = file.metadata().map_err(refused)?.len();
        check_head(&mut file, head)?;
        let mut chunks = Vec::new();
        for slot in 1..length / SLOT_BYTES as u64 {
            let header = header(&mut file, slot).map_err(refused)?;
            chunks.extend(read_chunk(&mut file, slot, header, at_byte).map_err(refused)?);
        }
        chunks.sort_by_key(|chunk| (chunk.owner, chunk.sequence));
        let mut snapshot = Snapshot { chunks };
        snapshot.settle(&mut file).map_err(refused)?;
        Ok(snapshot)
    }

    /// Of a chunk that grew while others were read, later ones of its lane may be here and its own
    /// end not: they are left out.
    fn settle(&mut self, file: &mut File) -> io::Result<()> {
        let mut unsettled = None;
        let mut kept = Vec::with_capacity(self.chunks.len());
        for chunk in self.chunks.drain(..) {
            if unsettled == Some(chunk.owner) {
                continue;
            }
            if header(file, chunk.slot)?[word::LENGTH] != chunk.words.len() as u64 {
                unsettled = Some(chunk.owner);
            }
            kept.push(chunk);
        }
        self.chunks = kept;
        Ok(())
    }
}

fn open(path: &Path) -> Result<File, TailState> {
    File::open(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => TailState::Missing,
        _ => refused(error),
    })
}

fn refused(error: io::Error) -> TailState {
    TailState::Refused(error.into())
}

fn check_head(file: &mut File, head: &Head) -> Result<(), TailState> {
    let mut bytes = [0; HEAD_BYTES];
    let foreign = |message: &str| TailState::Refused(Error::foreign(message));
    file.read_exact(&mut bytes).map_err(|_| foreign("not a tail file"))?;
    if bytes[..8] != MAGIC[..] {
        return Err(foreign("not a tail file"));
    }
    if bytes[8..16] != VERSION.to_le_bytes() {
        return Err(foreign("a tail file of another version"));
    }
    if bytes != head.to_bytes() {
        return Err(foreign("the tail file of another recording"));
    }
    Ok(())
}

fn header(file: &mut File, slot: u64) -> io::Result<HeaderWords> {
    let mut bytes = [0; HEADER_WORDS * 8];
    file.seek(SeekFrom::Start(slot * SLOT_BYTES as u64))?;
    file.read_exact(&mut bytes)?;
    let mut words = [0; HEADER_WORDS];
    for (word, bytes) in words.iter_mut().zip(bytes.chunks_exact(8)) {
        *word = word_of(bytes);
    }
    Ok(words)
}

fn read_chunk(
    file: &mut File,
    slot: u64,
    header: HeaderWords,
    at_byte: u64,
) -> io::Result<Option<TailChunk>> {
    let length = usize::try_from(header[word::LENGTH]).unwrap_or(usize::MAX).min(CHUNK_WORDS);
    let place = if at_byte >= header[word::AT_BYTE] { word::TAKEN_NEXT } else { word::TAKEN };
    let taken = Taken::from_word(header[place]);
    if length == 0 || header[word::OWNER] == owner::NOBODY {
        return Ok(None);
    }
    let mut bytes = vec![0; length * 8];
    file.read_exact(&mut bytes)?;
    let words: Vec<u64> = bytes.chunks_exact(8).map(word_of).collect();
    let changed = taken.clone().changed(|place| words.get(place).copied().unwrap_or(0)).is_some();
    let left = taken.position < length || changed;
    Ok(left.then_some(TailChunk {
        owner: header[word::OWNER],
        sequence: header[word::SEQUENCE],
        taken,
        words,
        slot,
    }))
}

fn word_of(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}
