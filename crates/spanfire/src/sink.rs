//! Where a recording's bytes go.

use crate::Error;
use std::{
    fs::File,
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

/// A file, or memory.
pub(crate) enum Sink {
    File(FileSink),
    Memory(Vec<u8>),
}

/// Writes to a file, in large pieces. What the file refuses is kept and tried again at the next
/// flush: a disk that is full is a slow one, until the recorder gives it up.
pub(crate) struct FileSink {
    path: PathBuf,
    file: File,
    waiting: Vec<u8>,
    written: u64,
    refusal: Option<io::Error>,
}

/// As much is written at once, if the recording grows faster than it is flushed.
const PIECE_BYTES: usize = 256 * 1024;

impl Sink {
    /// Creates the file at `path`, replacing one that is there.
    pub fn file(path: &Path) -> io::Result<Sink> {
        Ok(Sink::File(FileSink {
            path: path.to_owned(),
            file: File::create(path)?,
            waiting: Vec::new(),
            written: 0,
            refusal: None,
        }))
    }

    /// The path, if it is a file that can be read again.
    pub fn regular_file(&self) -> Option<&Path> {
        match self {
            Sink::File(sink) if sink.file.metadata().is_ok_and(|data| data.is_file()) => {
                Some(&sink.path)
            }
            _ => None,
        }
    }

    /// Writes what waits if it is much. Not done by `write`: before anything of a chunk reaches the
    /// file, the chunk must say so.
    pub fn relieve(&mut self) {
        if let Sink::File(sink) = self
            && sink.waiting.len() >= PIECE_BYTES
            && sink.refusal.is_none()
        {
            sink.try_write();
        }
    }

    /// How many bytes are where they outlive this process.
    pub fn written(&self) -> u64 {
        match self {
            Sink::File(sink) => sink.written,
            Sink::Memory(memory) => memory.len() as u64,
        }
    }

    /// Why the last attempt to write failed, if it did.
    pub fn refusal(&self) -> Option<&io::Error> {
        match self {
            Sink::File(sink) => sink.refusal.as_ref(),
            Sink::Memory(_) => None,
        }
    }

    /// The same, with the file's path.
    pub fn take_refusal(&mut self) -> Option<(PathBuf, io::Error)> {
        match self {
            Sink::File(sink) => Some((sink.path.clone(), sink.refusal.take()?)),
            Sink::Memory(_) => None,
        }
    }
}

/// Whether the file at `path` is `file`, as far as the system can tell.
#[cfg(unix)]
pub(crate) fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let (Ok(ours), Ok(there)) = (file.metadata(), path.metadata()) else { return false };
    (ours.dev(), ours.ino()) == (there.dev(), there.ino())
}

#[cfg(not(unix))]
pub(crate) fn is_at(_file: &File, path: &Path) -> bool {
    path.exists()
}

impl FileSink {
    /// The file's path; an error if something else, or nothing, is there now.
    pub fn into_path(self) -> Result<PathBuf, Error> {
        if is_at(&self.file, &self.path) { Ok(self.path) } else { Err(Error::displaced(self.path)) }
    }

    /// Writes what waits, as far as the file takes it.
    fn try_write(&mut self) {
        let mut done = 0;
        self.refusal = loop {
            if done == self.waiting.len() {
                break None;
            }
            match self.file.write(&self.waiting[done..]) {
                Ok(0) => break Some(ErrorKind::WriteZero.into()),
                Ok(bytes) => done += bytes,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => break Some(error),
            }
        };
        self.waiting.drain(..done);
        self.written += done as u64;
    }
}

impl Write for Sink {
    /// Keeps the bytes; never fails.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Sink::File(sink) => sink.waiting.extend_from_slice(bytes),
            Sink::Memory(memory) => memory.extend_from_slice(bytes),
        }
        Ok(bytes.len())
    }

    /// Never fails: see [`Sink::refusal`].
    fn flush(&mut self) -> io::Result<()> {
        if let Sink::File(sink) = self {
            sink.try_write();
        }
        Ok(())
    }
}
