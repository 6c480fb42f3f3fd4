//! What a file is, by its first bytes, unpacked if it was compressed.

use crate::error::Error;
use crate::{Format, folded, perf};
use flate2::bufread::MultiGzDecoder;
use std::io::{self, BufRead, BufReader, Read};

/// How much is looked at: more than any head of a file that is recognised.
const LOOKED_AT: u64 = 64 << 10;

/// The bytes of a profile, of which the first are known already.
pub(crate) struct Content<'a> {
    start: Vec<u8>,
    rest: Box<dyn BufRead + 'a>,
}

impl<'a> Content<'a> {
    /// Unpacks what is compressed with gzip.
    pub fn of(source: Box<dyn Read + 'a>) -> Result<Content<'a>, Error> {
        let content = Content::begin(Box::new(BufReader::with_capacity(1 << 16, source)))?;
        match content.start.starts_with(&[0x1f, 0x8b]) {
            true => {
                let unpacked = MultiGzDecoder::new(content.into_reader());
                Content::begin(Box::new(BufReader::with_capacity(1 << 16, unpacked)))
            }
            false => Ok(content),
        }
    }

    fn begin(mut rest: Box<dyn BufRead + 'a>) -> Result<Content<'a>, Error> {
        let mut start = Vec::new();
        (&mut rest).take(LOOKED_AT).read_to_end(&mut start)?;
        Ok(Content { start, rest })
    }

    /// All of it, from the beginning.
    pub fn into_reader(self) -> impl BufRead + 'a {
        io::Cursor::new(self.start).chain(self.rest)
    }

    /// The format, or what to do if it is none that is known.
    pub fn format(&self) -> Result<Format, Error> {
        let start = self.start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.start);
        let text = start.trim_ascii_start();
        match text {
            [] => return Err(Error::input("is empty; name a profile")),
            [b'{' | b'[', ..] => return json(text),
            _ if text.starts_with(b"SPANFIRE") => {
                return Err(Error::input("is a recording already; no import is needed"));
            }
            _ if text.starts_with(b"PERFILE2") => {
                return Err(Error::input(
                    "is perf's own data; `perf script -i FILE | spanfire import - -o OUT` imports it",
                ));
            }
            _ => {}
        }
        // Text has no control characters but those that begin a line or a column.
        let is_text = |byte: &u8| *byte >= 0x20 || byte.is_ascii_whitespace() || *byte == 0x1b;
        if !start.iter().all(is_text) {
            return Ok(Format::Pprof);
        }
        let text = String::from_utf8_lossy(text);
        let mut lines =
            text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
        match lines.next() {
            Some(line) if perf::is_one(line) => Ok(Format::Perf),
            Some(line) if folded::is_one(line) => Ok(Format::Folded),
            _ => Err(Error::input(
                "is none of the formats that are known (folded stacks, perf script, trace events, pprof); \
                 --format says which it is",
            )),
        }
    }
}

fn json(text: &[u8]) -> Result<Format, Error> {
    let has = |word: &[u8]| text.windows(word.len()).any(|window| window == word);
    if has(b"speedscope.app/file-format-schema") {
        return Err(Error::input(
            "is a profile of speedscope, which is not read; import what it was made from",
        ));
    }
    Ok(Format::Chrome)
}
