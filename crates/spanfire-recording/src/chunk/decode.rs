//! Columns to events. Trusts nothing.

use super::{
    Chunk, ChunkHeader, MAX_EVENTS, MAX_FIELD_BYTES, TAG_EXTENDED_SHIFT, TAG_IMPLIED, TAG_KIND,
    next_key, span_of_key,
};
use crate::{
    Callsite, CallsiteId, Event, EventKind, Field, Form, Loss, LossCause, Parent, SpanId, Tick,
    Value,
    event::Details,
    packed::unpack,
    raw::{self, extended, kind, value_type},
    varint::Input,
};

/// Decodes the payload of an event block whose checksum was verified. `plain` is the length that
/// the block's header gives for it. The error says what contradicts the format.
pub(crate) fn decode(
    form: Form,
    callsites: &[Callsite],
    stored: &[u8],
    plain: usize,
) -> Result<Chunk, String> {
    let mut input = Input(stored);
    let header = ChunkHeader::parse(&mut input).ok_or("no room for a chunk's header")?;
    let ticks = input.size().and_then(|length| input.bytes(length)).ok_or(CUT)?;
    let before = stored.len() - input.0.len();
    let plain = plain.checked_sub(before).ok_or("no room for a chunk's columns")?;
    let unpacked;
    let columns = if plain == input.0.len() {
        input.0
    } else {
        unpacked = unpack(input.0, plain)?;
        &unpacked
    };
    let mut decoder = Decoder::new(form, callsites, header, ticks, columns)
        .ok_or("the columns do not fit the header")?;
    while !decoder.tags.is_empty() {
        decoder.record()?;
    }
    decoder.finish(&header)
}

struct Decoder<'a> {
    form: Form,
    callsites: &'a [Callsite],
    tags: Input<'a>,
    ticks: Input<'a>,
    args: Input<'a>,
    tick: u64,
    last_key: u64,
    last_left: u64,
    entered: Vec<u64>,
    /// Attributes that stand before their span's *new*.
    staged_parent: Option<(SpanId, Parent)>,
    staged_fields: Option<(SpanId, u32)>,
    /// How many more bytes fields and their names may take.
    field_room: usize,
    chunk: Chunk,
}

const CUT: &str = "a column ends within an event";

impl<'a> Decoder<'a> {
    fn new(
        form: Form,
        callsites: &'a [Callsite],
        header: ChunkHeader,
        ticks: &'a [u8],
        columns: &'a [u8],
    ) -> Option<Self> {
        // Ticks are not compressed: so events are bounded by what is stored.
        if header.events > MAX_EVENTS || ticks.len() < header.events as usize {
            return None;
        }
        let mut input = Input(columns);
        let tags = Input(input.bytes(header.events as usize)?);
        let ticks = Input(ticks);
        let events = Vec::with_capacity(tags.0.len());
        Some(Decoder {
            form,
            callsites,
            tags,
            ticks,
            args: input,
            tick: header.first.0,
            last_key: 0,
            last_left: 0,
            entered: Vec::new(),
            staged_parent: None,
            staged_fields: None,
            field_room: MAX_FIELD_BYTES,
            chunk: Chunk { lane: header.lane, events, details: Details::default() },
        })
    }

    fn finish(self, header: &ChunkHeader) -> Result<Chunk, String> {
        if self.tick != header.last.0 || !self.args.is_empty() || !self.ticks.is_empty() {
            return Err("the columns do not end together".into());
        }
        Ok(self.chunk)
    }

    fn record(&mut self) -> Result<(), String> {
        let tag = self.tags.byte().ok_or(CUT)?;
        let distance = self.ticks.varint().ok_or(CUT)?;
        self.tick = self.tick.checked_add(distance).ok_or("ticks overflow")?;
        if tag & TAG_KIND == kind::EXTENDED as u8 {
            return self.extended(u32::from(tag >> TAG_EXTENDED_SHIFT));
        }
        let implied = tag & TAG_IMPLIED != 0;
        match u64::from(tag & TAG_KIND) {
            kind @ (kind::NEW | kind::NEW_ENTER | kind::NEW_BOUND) => self.birth(kind, implied),
            kind @ (kind::EXIT | kind::EXIT_DROP) => self.exit(kind, implied),
            kind @ (kind::ENTER | kind::DROP) => self.enter_or_drop(kind, implied),
            kind => Err(format!("event kind {kind} is unknown")),
        }
    }

    fn birth(&mut self, kind: u64, implied: bool) -> Result<(), String> {
        let callsite = self.callsite()?;
        let mut key = next_key(self.form, self.last_key);
        if !implied {
            key = key.wrapping_add_signed(self.args.signed().ok_or(CUT)?);
        }
        let span = span_of_key(self.form, key, callsite.0);
        self.last_key = super::key(self.form, span.0);
        let parent = match self.staged_parent.take() {
            Some((child, parent)) if child == span => parent,
            Some(_) => return Err("a parent for another span than the next".into()),
            None => Parent::Current,
        };
        if kind == kind::NEW_ENTER {
            self.entered.push(span.0);
            self.push(EventKind::NewEnter { span, callsite, parent });
        } else {
            self.push(EventKind::New { span, callsite, parent, exact: kind == kind::NEW });
        }
        match self.staged_fields.take() {
            Some((owner, fields)) if owner == span => self.push(EventKind::Fields { span, fields }),
            Some(_) => return Err("fields for another span than the next".into()),
            None => {}
        }
        Ok(())
    }

    fn exit(&mut self, kind: u64, implied: bool) -> Result<(), String> {
        let span = if implied {
            SpanId(self.entered.pop().ok_or("an exit without an enter")?)
        } else {
            self.explicit_id()?
        };
        self.last_left = span.0;
        self.push(if kind == kind::EXIT {
            EventKind::Exit { span }
        } else {
            EventKind::ExitDrop { span }
        });
        Ok(())
    }

    fn enter_or_drop(&mut self, kind: u64, implied: bool) -> Result<(), String> {
        let span = match (implied, self.last_left) {
            (false, _) => self.explicit_id()?,
            (true, 0) => return Err("an event of a span that was never left".into()),
            (true, left) => SpanId(left),
        };
        if kind == kind::ENTER {
            self.entered.push(span.0);
            self.push(EventKind::Enter { span });
        } else {
            self.push(EventKind::Drop { span });
        }
        Ok(())
    }

    fn explicit_id(&mut self) -> Result<SpanId, String> {
        let callsite = match self.form {
            Form::Subscriber => self.callsite()?,
            Form::Layer => CallsiteId(0),
        };
        let key = self.last_key.wrapping_add_signed(self.args.signed().ok_or(CUT)?);
        Ok(span_of_key(self.form, key, callsite.0))
    }

    fn extended(&mut self, kind: u32) -> Result<(), String> {
        let length = self.args.size().ok_or(CUT)?;
        let mut payload = Input(self.args.bytes(length).ok_or(CUT)?);
        let payload = &mut payload;
        match kind {
            extended::CLONE => {
                let span = self.known_span(payload)?;
                self.push(EventKind::Clone { span });
            }
            extended::PARENT => {
                let span = self.known_span(payload)?;
                let parent = match payload.u64().ok_or(CUT)? {
                    0 => Parent::Root,
                    id => Parent::Span(self.checked(id)?),
                };
                self.staged_parent = Some((span, parent));
            }
            extended::BIRTH_FIELDS | extended::LATE_FIELDS => {
                let span = self.known_span(payload)?;
                let callsite = self.known_callsite(payload.u64().ok_or(CUT)?)?;
                let fields = self.fields(callsite, payload)?;
                if kind == extended::BIRTH_FIELDS {
                    self.staged_fields = Some((span, fields));
                } else {
                    self.push(EventKind::Fields { span, fields });
                }
            }
            extended::FOLLOWS => {
                let (span, cause) = (self.known_span(payload)?, self.known_span(payload)?);
                self.push(EventKind::Follows { span, cause });
            }
            extended::INSTANT => {
                let callsite = self.known_callsite(payload.u64().ok_or(CUT)?)?;
                let (parent_kind, id) = (payload.u64().ok_or(CUT)?, payload.u64().ok_or(CUT)?);
                let parent = match parent_kind {
                    0 => Parent::Current,
                    1 => Parent::Root,
                    _ => Parent::Span(self.checked(id)?),
                };
                let fields = self.fields(callsite, payload)?;
                self.push(EventKind::Instant { callsite, parent, fields });
            }
            extended::LOSS | extended::STALL => self.loss(kind, payload)?,
            kind => return Err(format!("extended kind {kind} is unknown")),
        }
        Ok(())
    }

    fn loss(&mut self, kind: u32, payload: &mut Input<'_>) -> Result<(), String> {
        let (first, last) = (payload.u64().ok_or(CUT)?, payload.u64().ok_or(CUT)?);
        let (events, cause) = match kind {
            extended::LOSS => (payload.u64().ok_or(CUT)?, LossCause::Overflow),
            _ => (0, LossCause::Stall),
        };
        let lane = self.chunk.lane;
        let loss = Loss { lane, first: Tick(first), last: Tick(last), events, cause };
        let index = self.chunk.details.losses.len() as u32;
        self.chunk.details.losses.push(loss);
        self.push(EventKind::Lost { loss: index });
        Ok(())
    }

    fn fields(&mut self, callsite: CallsiteId, payload: &mut Input<'_>) -> Result<u32, String> {
        let names = &self.callsites[callsite.index()].fields;
        let mut fields = Vec::new();
        while !payload.is_empty() {
            let index = usize::from(payload.byte().ok_or(CUT)?);
            let name = names.get(index).ok_or("a field its callsite does not declare")?;
            self.field_room = self
                .field_room
                .checked_sub(size_of::<Field>() + name.len())
                .ok_or("more fields than a chunk may hold")?;
            fields.push(Field { name: name.clone(), value: value(payload)? });
        }
        self.chunk.details.fields.push(fields);
        Ok(self.chunk.details.fields.len() as u32 - 1)
    }

    fn known_span(&self, payload: &mut Input<'_>) -> Result<SpanId, String> {
        self.checked(payload.u64().ok_or(CUT)?)
    }

    fn checked(&self, id: u64) -> Result<SpanId, String> {
        let span = SpanId(id);
        if self.form == Form::Subscriber {
            self.known_callsite(u64::from(raw::callsite_of(span).0))?;
        }
        Ok(span)
    }

    fn callsite(&mut self) -> Result<CallsiteId, String> {
        let number = self.args.varint().ok_or(CUT)?;
        self.known_callsite(number)
    }

    fn known_callsite(&self, number: u64) -> Result<CallsiteId, String> {
        match u32::try_from(number) {
            Ok(id) if (id as usize) < self.callsites.len() => Ok(CallsiteId(id)),
            _ => Err(format!("callsite {number} is not in the file")),
        }
    }

    fn push(&mut self, kind: EventKind) {
        self.chunk.events.push(Event { tick: Tick(self.tick), kind });
    }
}

fn value(input: &mut Input<'_>) -> Result<Value, String> {
    let eight = |input: &mut Input<'_>| input.u64().ok_or(CUT);
    Ok(match input.byte().ok_or(CUT)? {
        value_type::BOOL => Value::Bool(input.byte().ok_or(CUT)? != 0),
        value_type::I64 => Value::I64(eight(input)? as i64),
        value_type::U64 => Value::U64(eight(input)?),
        value_type::F64 => Value::F64(f64::from_bits(eight(input)?)),
        value_type::TEXT => {
            let length = input.u32().ok_or(CUT)? as usize;
            let bytes = input.bytes(length).ok_or(CUT)?;
            Value::Text(String::from_utf8_lossy(bytes).into_owned())
        }
        other => return Err(format!("value type {other} is unknown")),
    })
}
