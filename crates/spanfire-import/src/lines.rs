//! The lines of a text, one at a time, none longer than there is room for.

use crate::error::Error;
use std::io::{BufRead, Read};

/// Ten thousand frames with long names.
const LONGEST_LINE: u64 = 16 << 20;

/// Reads line after line.
pub(crate) struct Lines<R> {
    source: R,
    bytes: Vec<u8>,
    /// The number of the line that was read last, from 1.
    pub number: u64,
}

impl<R: BufRead> Lines<R> {
    pub fn new(source: R) -> Lines<R> {
        Lines { source, bytes: Vec::new(), number: 0 }
    }

    /// The next line, without its end, whether that is `\n` or `\r\n`. Bytes that are not UTF-8 become U+FFFD.
    pub fn next(&mut self) -> Result<Option<std::borrow::Cow<'_, str>>, Error> {
        self.bytes.clear();
        let read = (&mut self.source).take(LONGEST_LINE).read_until(b'\n', &mut self.bytes)?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        if read as u64 == LONGEST_LINE && self.bytes.last() != Some(&b'\n') {
            let message = "longer than 16 MiB; a text of stacks has a line for each";
            return Err(Error::line(self.number, message));
        }
        while let Some(b'\n' | b'\r') = self.bytes.last() {
            self.bytes.pop();
        }
        let text = self.bytes.as_slice();
        // The mark that some editors put before a text.
        let text = if self.number == 1 {
            text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)
        } else {
            text
        };
        Ok(Some(String::from_utf8_lossy(text)))
    }
}
