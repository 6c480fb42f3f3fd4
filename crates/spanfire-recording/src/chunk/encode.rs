//! Words to columns.

use super::{
    ChunkHeader, MAX_EVENTS, TAG_EXTENDED_SHIFT, TAG_IMPLIED,
    column::{Column, SHORT_BYTES},
    key, next_key,
    short::{ARGS_BYTES, Short},
};
use crate::{
    Form, LaneId, Tick,
    raw::{self, extended, kind},
    varint::put,
};

/// Encodes chunks one after the other, keeping its buffers.
#[derive(Debug)]
pub(crate) struct Encoder {
    form: Form,
    /// A full tick near all others: gives back the three bits that word 0 has no room for.
    base: u64,
    tags: Column,
    ticks: Column,
    args: Column,
    /// Spans entered and not left, as many as [`Known::depth`] says, with room for a chunk's.
    entered: Vec<u64>,
    plain: Vec<u8>,
    payload: Vec<u8>,
}

/// What the events of one chunk span.
struct Span {
    events: u32,
    first: u64,
    last: u64,
    clamped: u32,
}

/// The state that makes ids implied; the decoder keeps the same.
#[derive(Clone, Copy, Default)]
pub(super) struct Known {
    pub last_key: u64,
    pub last_left: u64,
    /// How many spans are entered and not left in this chunk.
    pub depth: usize,
}

/// Where a chunk ends at the next event that stands by itself.
const SOFT_MAX_EVENTS: u32 = MAX_EVENTS / 2;
const SOFT_MAX_ARGS_BYTES: usize = 1 << 20;

/// Attributes of a new span stand before its *new*, in the same chunk.
fn belongs_to_next(kind: u64, second: u64) -> bool {
    kind == kind::EXTENDED && matches!(second as u32, extended::PARENT | extended::BIRTH_FIELDS)
}

impl Encoder {
    pub fn new(form: Form, base: Tick) -> Self {
        Encoder {
            form,
            base: base.0,
            tags: Column::default(),
            ticks: Column::default(),
            args: Column::default(),
            entered: Vec::new(),
            plain: Vec::new(),
            payload: Vec::new(),
        }
    }

    pub fn form(&self) -> Form {
        self.form
    }

    /// Sets the tick that all others of the recording are near to.
    pub fn set_base(&mut self, base: Tick) {
        self.base = base.0;
    }

    /// Encodes what fits one chunk from the start of `words`, whose ticks are raised to `not_before`
    /// where they are smaller, and leaves it in [`payload`](Self::payload). Gives the chunk's
    /// header, its plain length, and the words that are left; `None` if there is no event.
    pub fn encode<'w>(
        &mut self,
        lane: LaneId,
        not_before: Tick,
        words: &'w [u64],
    ) -> Option<(ChunkHeader, usize, &'w [u64])> {
        for column in [&mut self.tags, &mut self.ticks, &mut self.args] {
            column.clear();
            column.reserve(words.len() + 2);
        }
        let deepest = words.len() / 2;
        if self.entered.len() < deepest {
            self.entered.resize(deepest, 0);
        }
        let (span, rest) = match self.form {
            Form::Subscriber => self.records::<false>(not_before.0, words),
            Form::Layer => self.records::<true>(not_before.0, words),
        };
        let Span { events, first, last, clamped } = span;
        if events == 0 {
            return None;
        }
        let header = ChunkHeader { lane, events, first: Tick(first), last: Tick(last), clamped };
        Some((header, self.pack(&header), rest))
    }

    /// Fills the columns. Compiled for each form, since this is most of what collecting costs.
    fn records<'w, const LAYER: bool>(
        &mut self,
        not_before: u64,
        words: &'w [u64],
    ) -> (Span, &'w [u64]) {
        let form = if LAYER { Form::Layer } else { Form::Subscriber };
        let mut known = Known::default();
        let mut span = Span { events: 0, first: not_before, last: not_before, clamped: 0 };
        let mut rest = words;
        while let [head, second, ..] = *rest {
            let kind = head & raw::KIND_MASK;
            let length = match kind {
                // Of a tail file nobody vouches for its words.
                kind::EXTENDED if second as u32 > extended::STALL => break,
                kind::EXTENDED => raw::extended_words(second),
                kind => raw::words(form, kind),
            };
            let Some((record, after)) = rest.split_at_checked(length) else { break };
            rest = after;
            let tick = self.full_tick(head);
            span.clamped += u32::from(tick < span.last);
            let tick = tick.max(span.last);
            if span.events == 0 {
                (span.first, span.last) = (tick, tick);
            }
            self.ticks.varint(tick - span.last);
            span.last = tick;
            span.events += 1;
            if kind == kind::EXTENDED {
                self.extended(record);
            } else {
                self.plain_record::<LAYER>(kind, record, &mut known);
            }
            let full = span.events >= SOFT_MAX_EVENTS || self.args.len() >= SOFT_MAX_ARGS_BYTES;
            if full && !belongs_to_next(kind, second) {
                break;
            }
            rest = self.short_records::<LAYER>(&mut span, &mut known, rest);
        }
        (span, rest)
    }

    /// Encodes short records as long as they come, but none that may be the chunk's last.
    fn short_records<'w, const LAYER: bool>(
        &mut self,
        span: &mut Span,
        known: &mut Known,
        words: &'w [u64],
    ) -> &'w [u64] {
        let events = (SOFT_MAX_EVENTS - 2).saturating_sub(span.events) as usize;
        let args = (SOFT_MAX_ARGS_BYTES - 1).saturating_sub(self.args.len() + ARGS_BYTES);
        let most = (words.len() / 2).min(events).min(args / ARGS_BYTES);
        let short = Short {
            tags: self.tags.free(most + 1),
            ticks: self.ticks.free((most + 1) * SHORT_BYTES),
            args: self.args.free((most + 1) * ARGS_BYTES),
            entered: &mut self.entered,
            known: *known,
            last: span.last << raw::KIND_BITS,
        };
        let (short, rest) = short.records::<LAYER>(most, words);
        let Short { known: after, last, .. } = short;
        let (tags, ticks, args) = (short.tags.left(), short.ticks.left(), short.args.left());
        self.tags.written(tags);
        self.ticks.written(ticks);
        self.args.written(args);
        *known = after;
        span.events = self.tags.len() as u32;
        span.last = self.full_tick(last);
        rest
    }

    /// What [`encode`](Self::encode) left: the bytes to store.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    #[inline(always)]
    fn full_tick(&self, head: u64) -> u64 {
        let distance = ((head & !raw::KIND_MASK).wrapping_sub(self.base << raw::KIND_BITS)) as i64
            >> raw::KIND_BITS;
        self.base.wrapping_add_signed(distance)
    }

    #[inline(always)]
    fn plain_record<const LAYER: bool>(&mut self, kind: u64, record: &[u64], known: &mut Known) {
        let form = if LAYER { Form::Layer } else { Form::Subscriber };
        let span = record[1];
        let implied = match kind {
            kind::NEW | kind::NEW_ENTER | kind::NEW_BOUND => {
                let key = key(form, span);
                let callsite = match form {
                    Form::Subscriber => span >> raw::SEQUENCE_BITS,
                    Form::Layer => record[2],
                };
                self.args.varint(callsite);
                let expected = next_key(form, known.last_key);
                if key != expected {
                    self.args.signed(key.wrapping_sub(expected) as i64);
                }
                known.last_key = key;
                if kind == kind::NEW_ENTER {
                    self.enter(span, known);
                }
                key == expected
            }
            kind::EXIT | kind::EXIT_DROP => {
                let innermost = self.entered.get(known.depth.wrapping_sub(1)) == Some(&span);
                if innermost {
                    known.depth -= 1;
                } else {
                    self.explicit_id(span, known);
                }
                known.last_left = span;
                innermost
            }
            _ => {
                let again = span == known.last_left && span != 0;
                if !again {
                    self.explicit_id(span, known);
                }
                if kind == kind::ENTER {
                    self.enter(span, known);
                }
                again
            }
        };
        self.tags.byte(kind as u8 | if implied { TAG_IMPLIED } else { 0 });
    }

    fn enter(&mut self, span: u64, known: &mut Known) {
        self.entered[known.depth] = span;
        known.depth += 1;
    }

    #[inline(never)]
    fn explicit_id(&mut self, span: u64, known: &Known) {
        if self.form == Form::Subscriber {
            self.args.varint(span >> raw::SEQUENCE_BITS);
        }
        let distance = key(self.form, span).wrapping_sub(known.last_key);
        self.args.signed(distance as i64);
    }

    /// The payload as it is: rare, and compression finds what repeats.
    fn extended(&mut self, record: &[u64]) {
        let kind = record[1] as u32;
        let length = (record[1] >> 32) as usize;
        self.tags.byte((kind << TAG_EXTENDED_SHIFT) as u8 | kind::EXTENDED as u8);
        self.args.varint(length as u64);
        let mut rest = length;
        for word in &record[2..] {
            let bytes = word.to_le_bytes();
            self.args.extend(&bytes[..rest.min(8)]);
            rest = rest.saturating_sub(8);
        }
    }

    /// Header, ticks, then tags and args compressed if that makes them smaller. Returns the length
    /// it would have without.
    fn pack(&mut self, header: &ChunkHeader) -> usize {
        let (tags, args, ticks) =
            (self.tags.as_slice(), self.args.as_slice(), self.ticks.as_slice());
        self.payload.clear();
        header.put(&mut self.payload);
        put(&mut self.payload, ticks.len() as u64);
        self.payload.extend_from_slice(ticks);
        self.plain.clear();
        self.plain.extend_from_slice(tags);
        self.plain.extend_from_slice(args);
        let start = self.payload.len();
        let room = lz4_flex::block::get_maximum_output_size(self.plain.len());
        self.payload.resize(start + room, 0);
        match lz4_flex::block::compress_into(&self.plain, &mut self.payload[start..]) {
            Ok(length) if length < self.plain.len() => self.payload.truncate(start + length),
            _ => {
                self.payload.truncate(start);
                self.payload.extend_from_slice(&self.plain);
            }
        }
        start + self.plain.len()
    }
}
