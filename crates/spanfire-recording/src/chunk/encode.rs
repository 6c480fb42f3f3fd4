//! Words to columns.

use super::{ChunkHeader, MAX_EVENTS, TAG_EXTENDED_SHIFT, TAG_IMPLIED, key};
use crate::{
    Form, LaneId, Tick,
    raw::{self, extended, kind},
    varint::{put, put_signed},
};

/// Encodes chunks one after the other, keeping its buffers.
#[derive(Debug)]
pub(crate) struct Encoder {
    form: Form,
    /// A full tick near all others: gives back the three bits that word 0 has no room for.
    base: u64,
    tags: Vec<u8>,
    ticks: Vec<u8>,
    args: Vec<u8>,
    /// Spans entered and not left in this chunk.
    entered: Vec<u64>,
    plain: Vec<u8>,
    compressed: Vec<u8>,
}

/// The state that makes ids implied; the decoder keeps the same.
struct Known {
    last_key: u64,
    last_left: u64,
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
            tags: Vec::new(),
            ticks: Vec::new(),
            args: Vec::new(),
            entered: Vec::new(),
            plain: Vec::new(),
            compressed: Vec::new(),
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
        }
        self.entered.clear();
        let mut known = Known { last_key: 0, last_left: 0 };
        let mut last = not_before.0;
        let mut first = None;
        let (mut events, mut clamped) = (0, 0);
        let mut rest = words;
        let mut whole = true;
        while let [head, second, ..] = *rest {
            let kind = head & raw::KIND_MASK;
            let length = match kind {
                kind::EXTENDED => raw::extended_words(second),
                kind => raw::words(self.form, kind),
            };
            if whole && (events >= SOFT_MAX_EVENTS || self.args.len() >= SOFT_MAX_ARGS_BYTES) {
                break;
            }
            let Some((record, after)) = rest.split_at_checked(length) else { break };
            rest = after;
            whole = !belongs_to_next(kind, second);
            let tick = self.full_tick(head);
            if tick < last {
                clamped += 1;
            }
            let tick = tick.max(last);
            put(&mut self.ticks, if first.is_some() { tick - last } else { 0 });
            first.get_or_insert(tick);
            last = tick;
            events += 1;
            match kind {
                kind::EXTENDED => self.extended(record),
                kind => self.plain_record(kind, record, &mut known),
            }
        }
        let first = first?;
        let header = ChunkHeader { lane, events, first: Tick(first), last: Tick(last), clamped };
        Some((header, self.pack(&header), rest))
    }

    /// What [`encode`](Self::encode) left: the bytes to store.
    pub fn payload(&self) -> &[u8] {
        &self.compressed
    }

    fn full_tick(&self, head: u64) -> u64 {
        let distance = ((head & !raw::KIND_MASK).wrapping_sub(self.base << raw::KIND_BITS)) as i64
            >> raw::KIND_BITS;
        self.base.wrapping_add_signed(distance)
    }

    #[inline]
    fn plain_record(&mut self, kind: u64, record: &[u64], known: &mut Known) {
        let span = record[1];
        let implied = match kind {
            kind::NEW | kind::NEW_ENTER | kind::NEW_BOUND => {
                let key = key(self.form, span);
                let callsite = match self.form {
                    Form::Subscriber => span >> raw::SEQUENCE_BITS,
                    Form::Layer => record[2],
                };
                put(&mut self.args, callsite);
                let expected = known.last_key.wrapping_add(1);
                if key != expected {
                    put_signed(&mut self.args, key.wrapping_sub(expected) as i64);
                }
                known.last_key = key;
                if kind == kind::NEW_ENTER {
                    self.entered.push(span);
                }
                key == expected
            }
            kind::EXIT | kind::EXIT_DROP => {
                let innermost = self.entered.last() == Some(&span);
                if innermost {
                    self.entered.pop();
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
                    self.entered.push(span);
                }
                again
            }
        };
        self.tags.push(kind as u8 | if implied { TAG_IMPLIED } else { 0 });
    }

    fn explicit_id(&mut self, span: u64, known: &Known) {
        if self.form == Form::Subscriber {
            put(&mut self.args, span >> raw::SEQUENCE_BITS);
        }
        let distance = key(self.form, span).wrapping_sub(known.last_key);
        put_signed(&mut self.args, distance as i64);
    }

    /// The payload as it is: rare, and compression finds what repeats.
    fn extended(&mut self, record: &[u64]) {
        let kind = (record[1] as u32) & 0xf;
        let length = (record[1] >> 32) as usize;
        debug_assert!(kind <= extended::STALL);
        self.tags.push((kind << TAG_EXTENDED_SHIFT) as u8 | kind::EXTENDED as u8);
        put(&mut self.args, length as u64);
        let start = self.args.len();
        self.args.extend(record[2..].iter().flat_map(|word| word.to_le_bytes()));
        self.args.truncate(start + length);
    }

    /// Header, then the columns, compressed if that makes them smaller. Returns the plain length.
    fn pack(&mut self, header: &ChunkHeader) -> usize {
        self.plain.clear();
        put(&mut self.plain, self.tags.len() as u64);
        put(&mut self.plain, self.ticks.len() as u64);
        for column in [&self.tags, &self.ticks, &self.args] {
            self.plain.extend_from_slice(column);
        }
        self.compressed.clear();
        header.put(&mut self.compressed);
        let room = lz4_flex::block::get_maximum_output_size(self.plain.len());
        self.compressed.resize(ChunkHeader::BYTES + room, 0);
        let output = &mut self.compressed[ChunkHeader::BYTES..];
        match lz4_flex::block::compress_into(&self.plain, output) {
            Ok(length) if length < self.plain.len() => {
                self.compressed.truncate(ChunkHeader::BYTES + length);
            }
            _ => {
                self.compressed.truncate(ChunkHeader::BYTES);
                self.compressed.extend_from_slice(&self.plain);
            }
        }
        ChunkHeader::BYTES + self.plain.len()
    }
}
