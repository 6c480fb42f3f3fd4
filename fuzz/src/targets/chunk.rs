//! Chunks, past their checksum: what is decoded is sound, and written and read again it is the same.

use crate::choices::Choices;
use crate::limits::{PerByte, bounded};
use crate::{examine, program};
use spanfire_recording::{
    Anchor, Callsite, CallsiteId, Chunk, Event, EventKind, Field, Form, Lane, LossCause, Parent,
    Recording, Tick, Value, Writer, fuzzing,
    raw::{self, Buffer, extended, kind},
};
use std::sync::LazyLock;

const FORMS: [Form; 2] = [Form::Subscriber, Form::Layer];
const CHUNK_HEADER_BYTES: usize = 28;

static CALLSITES: LazyLock<Vec<Callsite>> =
    LazyLock::new(|| (0..3).map(program::callsite).collect());

/// Form and plain length, then the stored bytes.
pub(super) fn chunk(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let form = FORMS[choices.below(2) as usize];
    let more = choices.below(3).wrapping_mul(choices.number());
    let stored = choices.rest();
    decode(form, stored, stored.len().saturating_add(more as usize));
}

/// Form, whether to compress, records; then as many tags, as many ticks, and the args.
pub(super) fn columns(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let (form, packed) = (FORMS[choices.below(2) as usize], choices.byte() & 1 == 1);
    let records = usize::from(choices.byte()) % 64;
    let first = choices.number();
    let tags: Vec<u8> = (0..records).map(|_| choices.byte()).collect();
    let distances: Vec<u64> = (0..records).map(|_| choices.number()).collect();
    let last = distances.iter().fold(first, |tick, distance| tick.wrapping_add(*distance));
    let ticks: Vec<u8> = distances.into_iter().flat_map(fuzzing::put_varint).collect();
    let mut stored = vec![0; CHUNK_HEADER_BYTES];
    stored[4..8].copy_from_slice(&(records as u32).to_le_bytes());
    stored[8..16].copy_from_slice(&first.to_le_bytes());
    stored[16..24].copy_from_slice(&last.to_le_bytes());
    stored.extend(fuzzing::put_varint(ticks.len() as u64));
    stored.extend(ticks);
    let columns = [&tags, choices.rest()].concat();
    let plain = stored.len() + columns.len();
    if packed {
        stored.extend(lz4_flex::block::compress(&columns));
    } else {
        stored.extend(columns);
    }
    decode(form, &stored, plain);
}

/// How many names the callsite has; then the bytes of a record's fields.
pub(super) fn fields(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let form = FORMS[choices.below(2) as usize];
    let payload = [&[0; 16][..], choices.rest()].concat();
    let length = fuzzing::put_varint(payload.len() as u64);
    let mut stored = vec![0; CHUNK_HEADER_BYTES];
    stored[4] = 1;
    let tag = (extended::LATE_FIELDS << 4) as u8;
    stored.extend([1, 0, tag]);
    stored.extend([length, payload].concat());
    decode(form, &stored, stored.len());
}

fn decode(form: Form, stored: &[u8], plain: usize) {
    let decoded =
        bounded(stored.len(), PerByte::CHUNK, || fuzzing::chunk(form, &CALLSITES, stored, plain));
    match decoded {
        Ok(chunk) => {
            examine::sound(form, CALLSITES.len(), &chunk);
            comes_back(form, &chunk);
        }
        Err(message) => assert!(message.len() > 8 && !message.contains("at byte"), "{message}"),
    }
}

/// Writes the events as a recorder would have, and reads them.
fn comes_back(form: Form, chunk: &Chunk) {
    let Some(words) = words(form, chunk) else { return };
    let mut writer = Writer::new(Vec::new(), &program::header(form)).expect("memory takes all");
    let base = chunk.events.first().map_or(0, |event| event.tick.0);
    let anchor =
        Anchor { tick: base, monotonic_ns: 0, unix_ns: 0, uncertainty_ticks: 0, raw_ns: None };
    writer.anchor(&anchor).expect("memory takes all");
    for callsite in &*CALLSITES {
        writer.callsite(callsite).expect("memory takes all");
    }
    let lane = Lane { thread_name: None, os_thread_id: None };
    let lane = writer.lane(&lane).expect("memory takes all");
    writer.events(lane, &words).expect("memory takes all");
    let bytes = writer.finish().expect("memory takes all");
    let recording = Recording::from_bytes(bytes).expect("what was written opens");
    let mut read = Vec::new();
    for index in 0..recording.chunks().len() {
        let chunk = recording.chunk(index).expect("what was written can be read");
        read.extend(chunk.events.iter().map(|event| program::told(&chunk, event)));
    }
    let told: Vec<_> = chunk.events.iter().map(|event| program::told(chunk, event)).collect();
    assert_eq!(read, told);
}

/// The words of the events; `None` where no recorder could have written them.
fn words(form: Form, chunk: &Chunk) -> Option<Vec<u64>> {
    let ticks = || chunk.events.iter().map(|event| event.tick.0);
    if ticks().max()? - ticks().min()? >= 1 << 60 {
        return None;
    }
    let mut words = Vec::new();
    for event in &chunk.events {
        record(form, chunk, event, &mut words)?;
    }
    Some(words)
}

fn record(form: Form, chunk: &Chunk, event: &Event, words: &mut Vec<u64>) -> Option<()> {
    let Event { tick, kind } = *event;
    let mut buffer = Buffer::new(form);
    match kind {
        EventKind::New { span, callsite, parent, .. }
        | EventKind::NewEnter { span, callsite, parent } => {
            match parent {
                Parent::Current => {}
                Parent::Root => buffer.explicit_parent(tick, span, None),
                Parent::Span(parent) => buffer.explicit_parent(tick, span, Some(parent)),
            }
            words.extend(buffer.words());
            let birth = match kind {
                EventKind::New { exact: true, .. } => kind::NEW,
                EventKind::New { .. } => kind::NEW_BOUND,
                _ => kind::NEW_ENTER,
            };
            words.extend([raw::head(tick.0, birth), span.0]);
            words.extend((form == Form::Layer).then_some(u64::from(callsite.0)));
            return Some(());
        }
        EventKind::Enter { span } => buffer.enter(tick, span),
        EventKind::Exit { span } => buffer.exit(tick, span),
        EventKind::ExitDrop { span } => buffer.exit_drop(tick, span),
        EventKind::Drop { span } => buffer.drop_handle(tick, span),
        EventKind::Clone { span } => buffer.clone_handle(tick, span),
        EventKind::Fields { span, fields } => {
            let fields = writable(chunk.fields(fields))?;
            buffer.late_fields(tick, span, CallsiteId(0), &program::names(), fields);
        }
        EventKind::Follows { span, cause } => buffer.follows(tick, span, cause),
        EventKind::Instant { callsite, parent, fields } => {
            let fields = writable(chunk.fields(fields))?;
            buffer.instant(tick, callsite, parent, &program::names(), fields);
        }
        EventKind::Lost { loss } => return lost(chunk, loss, tick, words),
    }
    words.extend(buffer.words());
    Some(())
}

fn lost(chunk: &Chunk, loss: u32, tick: Tick, words: &mut Vec<u64>) -> Option<()> {
    let loss = chunk.loss(loss)?;
    let (first, last) = (loss.first.0, loss.last.0);
    if loss.cause == LossCause::Stall {
        raw::put_extended(words, tick.0, extended::STALL, &[first, last], &[]);
    } else {
        raw::put_extended(words, tick.0, extended::LOSS, &[first, last, loss.events], &[]);
    }
    Some(())
}

/// The fields, if a record has room for all of them.
fn writable(fields: &[Field]) -> Option<&[Field]> {
    let bytes = |field: &Field| match &field.value {
        Value::Text(text) => text.len() + 16,
        _ => 16,
    };
    (fields.iter().map(bytes).sum::<usize>() < raw::MAX_PAYLOAD / 2).then_some(fields)
}
