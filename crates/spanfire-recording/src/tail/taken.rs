//! How far a chunk of records was taken, by the collector or, after its death, by a reader.

use crate::{
    Form,
    raw::{self, head, kind},
};

/// How far a chunk was taken, and which record at the end of that may still change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Words taken.
    pub position: usize,
    /// Where the last record taken starts, and its kind, if that may change.
    changeable: Option<(usize, u64)>,
}

const PART_BITS: u32 = 16;
const PART: u64 = (1 << PART_BITS) - 1;

impl Taken {
    /// `position` words have been taken, of which none will change.
    pub fn up_to(position: usize) -> Taken {
        Taken { position, changeable: None }
    }

    /// `words` have been taken, which end at `position` of their chunk and start with a record.
    pub fn after(form: Form, words: &[u64], position: usize) -> Taken {
        let mut start = 0;
        let mut last = None;
        while let [head, second, ..] = words[start.min(words.len())..] {
            last = Some((start, head & raw::KIND_MASK));
            start += match head & raw::KIND_MASK {
                kind::EXTENDED => raw::extended_words(second),
                kind => raw::words(form, kind),
            };
        }
        let changeable = last.and_then(|(start, kind)| {
            let start = position.checked_sub(words.len() - start)?;
            matches!(kind, kind::NEW_BOUND | kind::EXIT).then_some((start, kind))
        });
        Taken { position, changeable }
    }

    /// The record to be added because the last one taken was changed: what the change stands for.
    /// `word` gives the chunk's words. Tells it once.
    pub fn changed(&mut self, word: impl Fn(usize) -> u64) -> Option<[u64; 2]> {
        let (start, kind) = self.changeable?;
        let now = word(start);
        if now & raw::KIND_MASK == kind {
            return None;
        }
        self.changeable = None;
        let added = match now & raw::KIND_MASK {
            kind::NEW_ENTER => kind::ENTER,
            _ => kind::DROP,
        };
        Some([head(now >> raw::KIND_BITS, added), word(start + 1)])
    }

    /// As a word of a chunk's header.
    pub fn to_word(self) -> u64 {
        let (start, kind) = self.changeable.unwrap_or_default();
        self.position as u64 | (start as u64) << PART_BITS | kind << (2 * PART_BITS)
    }

    /// Takes a header's word apart.
    pub fn from_word(word: u64) -> Taken {
        let start = (word >> PART_BITS & PART) as usize;
        let kind = word >> (2 * PART_BITS) & raw::KIND_MASK;
        Taken {
            position: (word & PART) as usize,
            changeable: matches!(kind, kind::NEW_BOUND | kind::EXIT).then_some((start, kind)),
        }
    }
}
