//! Where a recording's bytes go.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

/// A file, or memory.
pub(crate) enum Sink {
    File { path: PathBuf, file: BufWriter<File> },
    Memory(Vec<u8>),
}

impl Sink {
    /// Creates the file at `path`, replacing one that is there.
    pub fn file(path: &Path) -> io::Result<Sink> {
        let file = BufWriter::with_capacity(256 * 1024, File::create(path)?);
        Ok(Sink::File { path: path.to_owned(), file })
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Sink::File { file, .. } => file.write(bytes),
            Sink::Memory(memory) => memory.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Sink::File { file, .. } => file.flush(),
            Sink::Memory(_) => Ok(()),
        }
    }
}
