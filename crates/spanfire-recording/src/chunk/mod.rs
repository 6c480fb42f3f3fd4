//! A chunk of events, and the columns it is stored as.
//!
//! A chunk is decoded without any other: what it does not say itself is implied by its own earlier
//! events. Three columns compress well because each is regular in itself:
//!
//! ```text
//!   tags    a byte an event: kind in bits 0–3, bit 4 set where the span id is implied,
//!           or for an extended record its kind in bits 4–7
//!   args    what the tag does not imply: callsites, ids, payloads
//!   ticks   varint, the distance from the event before
//! ```
//!
//! Tags and args repeat and are compressed. Ticks are as random as the program's timing: they are
//! left as they are, which takes the collector a third of the time.
//!
//! A new span's id is implied if its key is the next after the last new span's: two more in the
//! stand-alone form, one more in the layer's; an exit's if it is
//! the innermost span entered in this chunk; an enter's and a drop's if it is the span left last in
//! this chunk. A *key* is a subscriber id's sequence number, or a layer id rotated so that the
//! slab's generation, which changes with each reuse, comes lowest.

mod column;
mod encode;
mod short;
mod decode;
#[cfg(test)]
mod tests;

pub(crate) use decode::decode;
pub(crate) use encode::Encoder;

use crate::{Event, Field, Form, LaneId, Loss, SpanId, Tick, event::Details, raw, varint::Input};

/// The decoded events of one lane over some time, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Chunk {
    /// The lane.
    pub lane: LaneId,
    /// Its events, ticks never decreasing.
    pub events: Vec<Event>,
    pub(crate) details: Details,
}

impl Chunk {
    /// The field values an event's `fields` index names.
    pub fn fields(&self, index: u32) -> &[Field] {
        self.details.fields.get(index as usize).map_or(&[], Vec::as_slice)
    }

    /// The loss an event's `loss` index names.
    pub fn loss(&self, index: u32) -> Option<&Loss> {
        self.details.losses.get(index as usize)
    }
}

/// What an event block says before its compressed part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ChunkHeader {
    pub lane: LaneId,
    pub events: u32,
    pub first: Tick,
    pub last: Tick,
    /// How many ticks were raised to keep the lane's order.
    pub clamped: u32,
}

impl ChunkHeader {
    pub fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.lane.0.to_le_bytes());
        out.extend_from_slice(&self.events.to_le_bytes());
        out.extend_from_slice(&self.first.0.to_le_bytes());
        out.extend_from_slice(&self.last.0.to_le_bytes());
        out.extend_from_slice(&self.clamped.to_le_bytes());
    }

    pub fn parse(input: &mut Input<'_>) -> Option<ChunkHeader> {
        Some(ChunkHeader {
            lane: LaneId(input.u32()?),
            events: input.u32()?,
            first: Tick(input.u64()?),
            last: Tick(input.u64()?),
            clamped: input.u32()?,
        })
    }
}

/// No chunk holds more events, whatever its header says: bounds a reader's memory.
const MAX_EVENTS: u32 = 1 << 17;

/// What a chunk's decoded fields may take, with a copy of each one's name: three bytes can ask for
/// a name of any length. Writers stay far below it.
const MAX_FIELD_BYTES: usize = 64 << 20;

/// Bits of a tag.
const TAG_KIND: u8 = 0x0f;
const TAG_IMPLIED: u8 = 0x10;
const TAG_EXTENDED_SHIFT: u32 = 4;

/// How far a layer id is rotated: the slab keeps its generation in the upper 13 bits.
const GENERATION_BITS: u32 = 13;

fn key(form: Form, span: u64) -> u64 {
    match form {
        Form::Subscriber => span & ((1 << raw::SEQUENCE_BITS) - 1),
        Form::Layer => span.rotate_left(GENERATION_BITS),
    }
}

/// The key a new span is expected to have after `last`. A layer's slab counts generations; the
/// stand-alone recorder counts in twos, because the lowest bit says how the span is recorded.
fn next_key(form: Form, last: u64) -> u64 {
    last.wrapping_add(match form {
        Form::Subscriber => 2,
        Form::Layer => 1,
    })
}

fn span_of_key(form: Form, key: u64, callsite: u32) -> SpanId {
    match form {
        Form::Subscriber => raw::subscriber_span_id(
            crate::CallsiteId(callsite),
            key & ((1 << raw::SEQUENCE_BITS) - 1),
        ),
        Form::Layer => SpanId(key.rotate_right(GENERATION_BITS)),
    }
}
