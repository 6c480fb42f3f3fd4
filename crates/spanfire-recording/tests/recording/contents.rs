//! Everything a recording says, in a form that can be compared.

use spanfire_recording::{
    Anchor, Batch, Callsite, Chunk, EventKind, Field, Header, Image, Lane, Loss, ProbeCost,
    Recording, Sampling, Tick, Value,
};

/// What a recording says besides where it was cut.
#[derive(Clone, Debug, PartialEq)]
pub struct Contents {
    pub header: Header,
    pub callsites: Vec<Callsite>,
    pub lanes: Vec<Lane>,
    pub anchors: Vec<Anchor>,
    pub losses: Vec<Loss>,
    pub probe_cost: Option<ProbeCost>,
    pub clamped_ticks: u64,
    /// Of every chunk its lane and moments; `None` where it could not be read.
    pub chunks: Vec<Option<(u32, Vec<Moment>)>>,
    pub sampling: Option<Sampling>,
    pub images: Vec<Image>,
    /// The batches of samples; `None` where one could not be read.
    pub batches: Vec<Option<Batch>>,
}

/// An event with what its indices stand for.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    pub tick: Tick,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// An event without an index.
    Plain(EventKind),
    /// An event with its fields, its index taken as 0.
    With(EventKind, Vec<(String, Bits)>),
    Lost(Loss),
}

/// A field's value, numbers that are no numbers included.
#[derive(Clone, Debug, PartialEq)]
pub enum Bits {
    Float(u64),
    Other(Value),
}

impl Contents {
    pub fn of(recording: &Recording) -> Contents {
        let chunks = (0..recording.chunks().len()).map(|index| {
            let chunk = recording.chunk(index).ok()?;
            Some((chunk.lane.0, moments(&chunk)))
        });
        Contents {
            header: recording.header().clone(),
            callsites: recording.callsites().to_vec(),
            lanes: recording.lanes().to_vec(),
            anchors: recording.anchors().to_vec(),
            losses: recording.losses().to_vec(),
            probe_cost: recording.probe_cost().cloned(),
            clamped_ticks: recording.clamped_ticks(),
            chunks: chunks.collect(),
            sampling: recording.sampling().cloned(),
            images: recording.images().to_vec(),
            batches: (0..recording.batches()).map(|index| recording.batch(index).ok()).collect(),
        }
    }

    /// The contents of bytes that must open.
    #[track_caller]
    pub fn of_bytes(bytes: &[u8]) -> Contents {
        Contents::of(&Recording::from_bytes(bytes.to_vec()).expect("a recording"))
    }
}

pub fn moments(chunk: &Chunk) -> Vec<Moment> {
    let moments = chunk.events.iter().map(|event| {
        let what = match event.kind {
            EventKind::Fields { span, fields } => {
                What::With(EventKind::Fields { span, fields: 0 }, bits(chunk.fields(fields)))
            }
            EventKind::Instant { callsite, parent, fields } => What::With(
                EventKind::Instant { callsite, parent, fields: 0 },
                bits(chunk.fields(fields)),
            ),
            EventKind::Lost { loss } => What::Lost(*chunk.loss(loss).expect("the loss")),
            kind => What::Plain(kind),
        };
        Moment { tick: event.tick, what }
    });
    moments.collect()
}

pub fn bits(fields: &[Field]) -> Vec<(String, Bits)> {
    let fields = fields.iter().map(|field| {
        let value = match &field.value {
            Value::F64(value) => Bits::Float(value.to_bits()),
            value => Bits::Other(value.clone()),
        };
        (field.name.clone(), value)
    });
    fields.collect()
}
