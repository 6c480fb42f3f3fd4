//! The encoder's fast way: records that are not extended and whose numbers are short.
//!
//! They are most records of most programs. What has to be known from one to the next stays in the
//! processor's registers as far as it has enough, and no column grows on the way. The bytes are those
//! of the encoder's general way, which takes 1.7 times as long for a leaf span.

use super::{
    TAG_IMPLIED,
    column::{Free, PAIRED, SHORT, zigzag},
    encode::Known,
    key, next_key,
};
use crate::{
    Form,
    raw::{self, kind},
};

/// How many bytes of arguments a record has at most here: a callsite and a distance.
pub(super) const ARGS_BYTES: usize = 2 * super::column::SHORT_BYTES;

/// The free ends of the columns, and the state that makes ids implied.
pub(super) struct Short<'a> {
    pub tags: Free<'a>,
    pub ticks: Free<'a>,
    pub args: Free<'a>,
    /// Has room for every span that the records enter.
    pub entered: &'a mut [u64],
    pub known: Known,
    /// Word 0 of the record before, without its kind.
    pub last: u64,
}

impl Short<'_> {
    /// Encodes at most one more than `most` records, up to one that is not short. Gives the words left. Taken by
    /// value, since what is behind a reference would be stored at every record.
    pub fn records<const LAYER: bool>(mut self, most: usize, mut words: &[u64]) -> (Self, &[u64]) {
        let enough = self.tags.left().saturating_sub(most);
        while self.tags.left() > enough {
            let Some(after) = self.leaf::<LAYER>(words).or_else(|| self.record::<LAYER>(words))
            else {
                break;
            };
            words = after;
        }
        (self, words)
    }

    /// Encodes the two records of a span that was left right after it was entered, the most frequent
    /// ones, or does nothing.
    #[inline(always)]
    fn leaf<'w, const LAYER: bool>(&mut self, words: &'w [u64]) -> Option<&'w [u64]> {
        const KINDS: u64 = kind::NEW_ENTER << raw::KIND_BITS | kind::EXIT_DROP;
        let (enter, span, callsite, exit, exited, after) = if LAYER {
            let [enter, span, callsite, exit, exited, ref after @ ..] = *words else { return None };
            (enter, span, callsite, exit, exited, after)
        } else {
            let [enter, span, exit, exited, ref after @ ..] = *words else { return None };
            (enter, span, span >> raw::SEQUENCE_BITS, exit, exited, after)
        };
        let kinds = (enter & raw::KIND_MASK) << raw::KIND_BITS | exit & raw::KIND_MASK;
        let entered = enter & !raw::KIND_MASK;
        let before = enter.wrapping_sub(self.last) >> raw::KIND_BITS;
        let inside = exit.wrapping_sub(entered) >> raw::KIND_BITS;
        let key = key(form::<LAYER>(), span);
        if span != exited
            || kinds != KINDS
            || (before | inside) >= PAIRED
            || key != next_key(form::<LAYER>(), self.known.last_key)
            || callsite >= 0x80
        {
            return None;
        }
        self.known.last_key = key;
        self.known.last_left = span;
        self.tags.byte(kind::NEW_ENTER as u8 | TAG_IMPLIED);
        self.tags.byte(kind::EXIT_DROP as u8 | TAG_IMPLIED);
        self.args.byte(callsite as u8);
        self.ticks.varint_pair(before, inside);
        self.last = exit & !raw::KIND_MASK;
        Some(after)
    }

    /// Encodes one record and gives the words after it, or does nothing.
    #[inline(always)]
    fn record<'w, const LAYER: bool>(&mut self, words: &'w [u64]) -> Option<&'w [u64]> {
        let [head, span, ref after @ ..] = *words else { return None };
        let mut after: &'w [u64] = after;
        let kind = head & raw::KIND_MASK;
        let distance = head.wrapping_sub(self.last) >> raw::KIND_BITS;
        if distance >= SHORT || kind == kind::EXTENDED {
            return None;
        }
        let implied = match kind {
            kind::NEW | kind::NEW_ENTER | kind::NEW_BOUND => {
                let mut callsite = span >> raw::SEQUENCE_BITS;
                if LAYER {
                    (callsite, after) =
                        after.split_first().map(|(number, after)| (*number, after))?;
                }
                self.born::<LAYER>(span, callsite)?
            }
            kind::EXIT | kind::EXIT_DROP => self.left::<LAYER>(span)?,
            _ => {
                let again = span == self.known.last_left && span != 0;
                if !again {
                    self.explicit_id::<LAYER>(span)?;
                }
                again
            }
        };
        if matches!(kind, kind::ENTER | kind::NEW_ENTER) {
            // There is room: a chunk's words were counted.
            if let Some(place) = self.entered.get_mut(self.known.depth) {
                *place = span;
            }
            self.known.depth += 1;
        }
        self.tags.byte(kind as u8 | if implied { TAG_IMPLIED } else { 0 });
        self.ticks.short_varint(distance);
        self.last = head & !raw::KIND_MASK;
        Some(after)
    }

    /// Whether the id is implied; `None` if a number is too long.
    #[inline(always)]
    fn born<const LAYER: bool>(&mut self, span: u64, callsite: u64) -> Option<bool> {
        let key = key(form::<LAYER>(), span);
        let distance = zigzag(key.wrapping_sub(next_key(form::<LAYER>(), self.known.last_key)));
        if callsite >= SHORT || distance >= SHORT {
            return None;
        }
        self.args.shortest_varint(callsite);
        if distance != 0 {
            self.args.short_varint(distance);
        }
        self.known.last_key = key;
        Some(distance == 0)
    }

    /// Whether the id is implied; `None` if a number is too long.
    #[inline(always)]
    fn left<const LAYER: bool>(&mut self, span: u64) -> Option<bool> {
        let above = self.known.depth.wrapping_sub(1);
        let innermost = self.entered.get(above) == Some(&span);
        if innermost {
            self.known.depth = above;
        } else {
            self.explicit_id::<LAYER>(span)?;
        }
        self.known.last_left = span;
        Some(innermost)
    }

    #[inline(always)]
    fn explicit_id<const LAYER: bool>(&mut self, span: u64) -> Option<()> {
        let distance = zigzag(key(form::<LAYER>(), span).wrapping_sub(self.known.last_key));
        if distance >= SHORT {
            return None;
        }
        if !LAYER {
            self.args.shortest_varint(span >> raw::SEQUENCE_BITS);
        }
        self.args.short_varint(distance);
        Some(())
    }
}

const fn form<const LAYER: bool>() -> Form {
    if LAYER { Form::Layer } else { Form::Subscriber }
}
