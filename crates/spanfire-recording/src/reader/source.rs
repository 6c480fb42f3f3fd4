//! The bytes of a recording, in a file or in memory, read at any place by any thread.

use crate::{
    Error,
    block::{BlockHeader, HEADER_BYTES},
};
use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::Path,
    sync::{Mutex, PoisonError},
};

#[derive(Debug)]
pub(crate) enum Source {
    Memory(Vec<u8>),
    /// The length is that at opening: a live recording may grow behind it.
    File {
        file: Mutex<File>,
        length: u64,
    },
    /// The start of another, and what follows it.
    Extended {
        start: Box<Source>,
        length: u64,
        end: Vec<u8>,
    },
}

impl Source {
    pub fn memory(bytes: Vec<u8>) -> Source {
        Source::Memory(bytes)
    }

    pub fn file(path: &Path) -> Result<Source, Error> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(Error::foreign("a directory, not a recording"));
        }
        Ok(Source::File { length: metadata.len(), file: Mutex::new(file) })
    }

    /// The first `length` bytes of `self`, and then `end`.
    pub fn extended(self, length: u64, end: Vec<u8>) -> Source {
        Source::Extended { start: Box::new(self), length, end }
    }

    /// Looks whether the file has grown since it was opened; then the length is the new one.
    pub fn grew(&mut self) -> Result<bool, Error> {
        let Source::File { file, length } = self else { return Ok(false) };
        let file = file.get_mut().unwrap_or_else(PoisonError::into_inner);
        let now = file.metadata()?.len();
        Ok(std::mem::replace(length, now) != now)
    }

    pub fn len(&self) -> u64 {
        match self {
            Source::Memory(bytes) => bytes.len() as u64,
            Source::File { length, .. } => *length,
            Source::Extended { length, end, .. } => length + end.len() as u64,
        }
    }

    /// Fills `buffer` from `place`.
    pub fn read(&self, place: u64, buffer: &mut [u8]) -> Result<(), Error> {
        let end = place.checked_add(buffer.len() as u64).filter(|end| *end <= self.len());
        if end.is_none() {
            return Err(Error::damaged(place, "the file ends here"));
        }
        match self {
            Source::Memory(bytes) => {
                let start = place as usize;
                buffer.copy_from_slice(&bytes[start..start + buffer.len()]);
            }
            Source::File { file, .. } => {
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.seek(SeekFrom::Start(place))?;
                file.read_exact(buffer)?;
            }
            Source::Extended { start, length, end } => {
                let in_start = length.saturating_sub(place).min(buffer.len() as u64) as usize;
                let (from_start, from_end) = buffer.split_at_mut(in_start);
                if !from_start.is_empty() {
                    start.read(place, from_start)?;
                }
                let place = (place.max(*length) - length) as usize;
                from_end.copy_from_slice(&end[place..place + from_end.len()]);
            }
        }
        Ok(())
    }

    /// The header at `place`, if the whole block lies within the file.
    pub fn header(&self, place: u64) -> Result<BlockHeader, Error> {
        let mut bytes = [0; HEADER_BYTES];
        self.read(place, &mut bytes)?;
        let header = BlockHeader::parse(&bytes)
            .ok_or_else(|| Error::damaged(place, "no block starts here"))?;
        if place + header.block_bytes() > self.len() {
            return Err(Error::damaged(place, "the block reaches beyond the end of the file"));
        }
        Ok(header)
    }

    /// The block at `place`, not verified.
    pub fn block(&self, place: u64) -> Result<(BlockHeader, Vec<u8>), Error> {
        let header = self.header(place)?;
        let mut stored = vec![0; header.stored as usize];
        self.read(place + HEADER_BYTES as u64, &mut stored)?;
        Ok((header, stored))
    }
}
