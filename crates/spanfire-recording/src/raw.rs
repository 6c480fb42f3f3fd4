//! The recorder's events in memory, before a [`Writer`](crate::Writer) encodes them.
//!
//! A lane is a sequence of 64-bit words. Every record starts with a word that holds the tick in its
//! upper 61 bits and the kind in its lower 3, and a second one that holds the span id:
//!
//! ```text
//!   word 0   tick << 3 | kind          word 1   span id
//!   NEW, NEW_BOUND, NEW_ENTER of Form::Layer have a third word: the callsite's number.
//!   EXTENDED has   word 1   payload bytes << 32 | extended kind,   then the payload in whole words.
//! ```
//!
//! Two records may still change after they were written, and only while they are their lane's last:
//! `NEW_BOUND` becomes `NEW_ENTER` when the span is entered next, `EXIT` becomes `EXIT_DROP` when
//! a handle of the span is dropped next. Both changes replace word 0 alone.
//!
//! A span id of [`Form::Subscriber`] carries its callsite in its upper 20 bits and a sequence number,
//! never 0, in its lower 44. The recorder counts in twos; the number's lowest bit is its own affair.

// The recorder's callbacks run this, and no callback panics.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::panic
    )
)]

use crate::{CallsiteId, Field, Form, Parent, SpanId, Tick, Value};

/// Bits of word 0 below the tick.
pub const KIND_BITS: u32 = 3;

/// The mask of the kind in word 0.
pub const KIND_MASK: u64 = (1 << KIND_BITS) - 1;

/// Bits of a subscriber's span id below the callsite.
pub const SEQUENCE_BITS: u32 = 44;

/// How many callsites a subscriber's span ids have room for.
pub const MAX_CALLSITES: u32 = 1 << (64 - SEQUENCE_BITS);

/// The largest payload of one extended record, in bytes.
pub const MAX_PAYLOAD: usize = 16 * 1024;

/// Kinds of record, the lower bits of word 0.
#[allow(missing_docs)]
pub mod kind {
    pub const EXTENDED: u64 = 0;
    /// Created; the tick is exact.
    pub const NEW: u64 = 1;
    /// Created and entered at once.
    pub const NEW_ENTER: u64 = 2;
    pub const ENTER: u64 = 3;
    pub const EXIT: u64 = 4;
    pub const EXIT_DROP: u64 = 5;
    pub const DROP: u64 = 6;
    /// Created; the tick is that of the lane's event before, a lower bound.
    pub const NEW_BOUND: u64 = 7;
}

/// Kinds of extended record, the lower 32 bits of word 1, with the words their payload begins with.
#[allow(missing_docs)]
pub mod extended {
    /// `[span]`
    pub const CLONE: u32 = 0;
    /// `[span, parent or 0]`, directly before the span's *new*.
    pub const PARENT: u32 = 1;
    /// `[span, callsite]` and field bytes, directly before the span's *new* (and its `PARENT`).
    pub const BIRTH_FIELDS: u32 = 2;
    /// `[span, callsite]` and field bytes.
    pub const LATE_FIELDS: u32 = 3;
    /// `[span, cause]`
    pub const FOLLOWS: u32 = 4;
    /// `[callsite, 0 current | 1 root | 2 span, parent]` and field bytes.
    pub const INSTANT: u32 = 5;
    /// `[first tick, last tick, events]`
    pub const LOSS: u32 = 6;
    /// `[first tick, last tick]`
    pub const STALL: u32 = 7;
}

/// Word 0 of a record.
#[inline(always)]
pub fn head(tick: u64, kind: u64) -> u64 {
    tick << KIND_BITS | kind
}

/// The id [`Form::Subscriber`] gives the `sequence`th span, made at `callsite`.
#[inline(always)]
pub fn subscriber_span_id(callsite: CallsiteId, sequence: u64) -> SpanId {
    SpanId(u64::from(callsite.0) << SEQUENCE_BITS | sequence)
}

/// The callsite that an id of [`Form::Subscriber`] carries.
#[inline(always)]
pub fn callsite_of(span: SpanId) -> CallsiteId {
    CallsiteId((span.0 >> SEQUENCE_BITS) as u32)
}

/// How many words a record of `kind` takes; `EXTENDED` takes more, see [`extended_words`].
#[inline(always)]
pub fn words(form: Form, kind: u64) -> usize {
    match (form, kind) {
        (Form::Layer, kind::NEW | kind::NEW_ENTER | kind::NEW_BOUND) => 3,
        _ => 2,
    }
}

/// How many words an extended record takes, by its word 1.
#[inline(always)]
pub fn extended_words(word: u64) -> usize {
    2 + ((word >> 32) as usize).div_ceil(8)
}

/// How many whole records `words` are.
pub fn records(form: Form, mut words: &[u64]) -> u64 {
    let mut count = 0;
    while let [head, second, ..] = *words {
        let length = match head & KIND_MASK {
            kind::EXTENDED => extended_words(second),
            kind => self::words(form, kind),
        };
        let Some(rest) = words.get(length..) else { break };
        words = rest;
        count += 1;
    }
    count
}

/// Appends an extended record: `start` and then `bytes`, which together are at most [`MAX_PAYLOAD`].
pub fn put_extended(out: &mut Vec<u64>, tick: u64, kind: u32, start: &[u64], bytes: &[u8]) {
    let length = start.len() * 8 + bytes.len();
    debug_assert!(length <= MAX_PAYLOAD);
    out.push(head(tick, kind::EXTENDED));
    out.push((length as u64) << 32 | u64::from(kind));
    out.extend_from_slice(start);
    out.extend(bytes.chunks(8).map(|part| {
        let mut word = [0; 8];
        word.iter_mut().zip(part).for_each(|(to, from)| *to = *from);
        u64::from_le_bytes(word)
    }));
}

/// Collects the field values of one record as bytes: `index, type, value` for each, where the index
/// is the field's place in its callsite's list.
///
/// A text that would exceed [`MAX_PAYLOAD`] is cut and ends in `…`; a field that does not fit at
/// all is left out.
#[derive(Debug, Default)]
pub struct FieldBytes {
    bytes: Vec<u8>,
}

/// The type byte of a value.
pub(crate) mod value_type {
    pub const BOOL: u8 = 0;
    pub const I64: u8 = 1;
    pub const U64: u8 = 2;
    pub const F64: u8 = 3;
    pub const TEXT: u8 = 4;
}

const FIELD_ROOM: usize = MAX_PAYLOAD - 64;
const ELLIPSIS: &str = "…";

impl FieldBytes {
    /// Forgets what was collected and keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
    }

    /// Whether nothing was collected.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// What was collected.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Appends a boolean.
    pub fn bool(&mut self, index: usize, value: bool) {
        self.put(index, value_type::BOOL, &[u8::from(value)]);
    }

    /// Appends a signed integer.
    pub fn i64(&mut self, index: usize, value: i64) {
        self.put(index, value_type::I64, &value.to_le_bytes());
    }

    /// Appends an unsigned integer.
    pub fn u64(&mut self, index: usize, value: u64) {
        self.put(index, value_type::U64, &value.to_le_bytes());
    }

    /// Appends a floating-point number.
    pub fn f64(&mut self, index: usize, value: f64) {
        self.put(index, value_type::F64, &value.to_le_bytes());
    }

    /// Appends a text.
    pub fn text(&mut self, index: usize, value: &str) {
        let room = FIELD_ROOM.saturating_sub(self.bytes.len() + 6 + ELLIPSIS.len());
        let Ok(index) = u8::try_from(index) else { return };
        if room == 0 {
            return;
        }
        let cut = if value.len() <= room { value.len() } else { value.floor_char_boundary(room) };
        let ellipsis = if cut < value.len() { ELLIPSIS } else { "" };
        let kept = value.get(..cut).unwrap_or_default().as_bytes();
        self.bytes.extend_from_slice(&[index, value_type::TEXT]);
        self.bytes.extend_from_slice(&((kept.len() + ellipsis.len()) as u32).to_le_bytes());
        self.bytes.extend_from_slice(kept);
        self.bytes.extend_from_slice(ellipsis.as_bytes());
    }

    fn put(&mut self, index: usize, value_type: u8, value: &[u8]) {
        let Ok(index) = u8::try_from(index) else { return };
        if self.bytes.len() + 2 + value.len() <= FIELD_ROOM {
            self.bytes.extend_from_slice(&[index, value_type]);
            self.bytes.extend_from_slice(value);
        }
    }
}

/// Builds the words of a lane without a recorder: for tests and importers.
#[derive(Debug)]
pub struct Buffer {
    form: Form,
    words: Vec<u64>,
}

impl Buffer {
    /// An empty lane of a recording of `form`.
    pub fn new(form: Form) -> Self {
        Buffer { form, words: Vec::new() }
    }

    /// The words, for [`Writer::events`](crate::Writer::events).
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// Created, not entered at once.
    pub fn new_span(&mut self, tick: Tick, span: SpanId, callsite: CallsiteId) {
        self.birth(tick, kind::NEW, span, callsite);
    }

    /// Created no earlier than this, and not entered at once.
    pub fn new_bound(&mut self, tick: Tick, span: SpanId, callsite: CallsiteId) {
        self.birth(tick, kind::NEW_BOUND, span, callsite);
    }

    /// Created and entered at once.
    pub fn new_enter(&mut self, tick: Tick, span: SpanId, callsite: CallsiteId) {
        self.birth(tick, kind::NEW_ENTER, span, callsite);
    }

    /// Entered.
    pub fn enter(&mut self, tick: Tick, span: SpanId) {
        self.plain(tick, kind::ENTER, span);
    }

    /// Left.
    pub fn exit(&mut self, tick: Tick, span: SpanId) {
        self.plain(tick, kind::EXIT, span);
    }

    /// Left, and a handle dropped directly after.
    pub fn exit_drop(&mut self, tick: Tick, span: SpanId) {
        self.plain(tick, kind::EXIT_DROP, span);
    }

    /// A handle dropped.
    pub fn drop_handle(&mut self, tick: Tick, span: SpanId) {
        self.plain(tick, kind::DROP, span);
    }

    /// A handle cloned.
    pub fn clone_handle(&mut self, tick: Tick, span: SpanId) {
        put_extended(&mut self.words, tick.0, extended::CLONE, &[span.0], &[]);
    }

    /// An explicit parent, or an explicit root; directly before the span's *new*.
    pub fn explicit_parent(&mut self, tick: Tick, span: SpanId, parent: Option<SpanId>) {
        let parent = parent.map_or(0, |parent| parent.0);
        put_extended(&mut self.words, tick.0, extended::PARENT, &[span.0, parent], &[]);
    }

    /// Fields given at creation; directly before the span's *new*. `fields` are numbered by their
    /// place in `names`, the callsite's list; others are left out.
    pub fn birth_fields(
        &mut self,
        tick: Tick,
        span: SpanId,
        callsite: CallsiteId,
        names: &[String],
        fields: &[Field],
    ) {
        let start = [span.0, u64::from(callsite.0)];
        let bytes = field_bytes(names, fields);
        put_extended(&mut self.words, tick.0, extended::BIRTH_FIELDS, &start, bytes.as_bytes());
    }

    /// Fields recorded after creation, numbered as in [`birth_fields`](Self::birth_fields).
    pub fn late_fields(
        &mut self,
        tick: Tick,
        span: SpanId,
        callsite: CallsiteId,
        names: &[String],
        fields: &[Field],
    ) {
        let start = [span.0, u64::from(callsite.0)];
        let bytes = field_bytes(names, fields);
        put_extended(&mut self.words, tick.0, extended::LATE_FIELDS, &start, bytes.as_bytes());
    }

    /// `span.follows_from(cause)`.
    pub fn follows(&mut self, tick: Tick, span: SpanId, cause: SpanId) {
        put_extended(&mut self.words, tick.0, extended::FOLLOWS, &[span.0, cause.0], &[]);
    }

    /// An instant.
    pub fn instant(
        &mut self,
        tick: Tick,
        callsite: CallsiteId,
        parent: Parent,
        names: &[String],
        fields: &[Field],
    ) {
        let (parent_kind, parent) = parent_words(parent);
        let start = [u64::from(callsite.0), parent_kind, parent];
        let bytes = field_bytes(names, fields);
        put_extended(&mut self.words, tick.0, extended::INSTANT, &start, bytes.as_bytes());
    }

    fn birth(&mut self, tick: Tick, kind: u64, span: SpanId, callsite: CallsiteId) {
        self.plain(tick, kind, span);
        if self.form == Form::Layer {
            self.words.push(u64::from(callsite.0));
        }
    }

    fn plain(&mut self, tick: Tick, kind: u64, span: SpanId) {
        self.words.extend([head(tick.0, kind), span.0]);
    }
}

/// The words an instant's parent is written as.
pub fn parent_words(parent: Parent) -> (u64, u64) {
    match parent {
        Parent::Current => (0, 0),
        Parent::Root => (1, 0),
        Parent::Span(span) => (2, span.0),
    }
}

fn field_bytes(names: &[String], fields: &[Field]) -> FieldBytes {
    let mut bytes = FieldBytes::default();
    for field in fields {
        let Some(index) = names.iter().position(|name| *name == field.name) else { continue };
        match &field.value {
            Value::Bool(value) => bytes.bool(index, *value),
            Value::I64(value) => bytes.i64(index, *value),
            Value::U64(value) => bytes.u64(index, *value),
            Value::F64(value) => bytes.f64(index, *value),
            Value::Text(value) => bytes.text(index, value),
        }
    }
    bytes
}
