//! A sink for those who cannot stop.

use crate::error::Error;
use std::io::{self, BufWriter, Write};

/// A sink that takes everything and remembers the first refusal: a visitor is told of a recording to
/// its end, whether or not it can still write.
pub(super) struct Sink<'a> {
    sink: BufWriter<&'a mut dyn Write>,
    refused: Option<io::Error>,
    written: u64,
}

impl<'a> Sink<'a> {
    pub fn new(sink: &'a mut dyn Write) -> Sink<'a> {
        Sink { sink: BufWriter::with_capacity(1 << 16, sink), refused: None, written: 0 }
    }

    /// How many bytes were written, if all were taken.
    pub fn finish(mut self) -> Result<u64, Error> {
        let _ = self.flush();
        match self.refused {
            Some(error) => Err(error.into()),
            None => Ok(self.written),
        }
    }

    /// Whether nothing more needs to be written, since it would not be taken.
    pub fn has_refused(&self) -> bool {
        self.refused.is_some()
    }

    fn remember(&mut self, done: io::Result<()>) {
        if let Err(error) = done {
            self.refused = Some(error);
        }
    }
}

impl Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.refused.is_none() {
            let done = self.sink.write_all(bytes);
            self.remember(done);
        }
        self.written += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.refused.is_none() {
            let done = self.sink.flush();
            self.remember(done);
        }
        Ok(())
    }
}
