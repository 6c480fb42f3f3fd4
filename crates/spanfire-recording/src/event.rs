//! The events of a lane, as the reader gives them.

use crate::{CallsiteId, Field, Loss, SpanId, Tick};

/// Something that happened on a lane at one tick.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    /// When; never smaller than the tick of the event before it on the same lane.
    pub tick: Tick,
    /// What.
    pub kind: EventKind,
}

/// What happened.
///
/// Indices point into the [`Chunk`](crate::Chunk) the event was read from.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum EventKind {
    /// A span was created and not entered at once. `exact` is false where the tick is only a lower
    /// bound of the time of creation.
    New { span: SpanId, callsite: CallsiteId, parent: Parent, exact: bool },
    /// A span was created and entered at once, by the thread that created it.
    NewEnter { span: SpanId, callsite: CallsiteId, parent: Parent },
    /// A span was entered.
    Enter { span: SpanId },
    /// A span was left.
    Exit { span: SpanId },
    /// A span was left, and directly after that a handle of it was dropped.
    ExitDrop { span: SpanId },
    /// A handle of the span was dropped; with the last one the span closes.
    Drop { span: SpanId },
    /// A handle of the span was cloned.
    Clone { span: SpanId },
    /// Field values, at creation (directly after the *new*) or by a later `record`:
    /// [`Chunk::fields`](crate::Chunk::fields) of `fields`.
    Fields { span: SpanId, fields: u32 },
    /// `span.follows_from(cause)`.
    Follows { span: SpanId, cause: SpanId },
    /// An event of `tracing`, kept as an instant; fields as in [`Fields`](Self::Fields).
    Instant { callsite: CallsiteId, parent: Parent, fields: u32 },
    /// Events of this lane are missing, or it was stalled: [`Chunk::loss`](crate::Chunk::loss).
    Lost { loss: u32 },
}

/// The parent a span was created with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parent {
    /// Whatever span was current on the lane.
    Current,
    /// None: an explicit root.
    Root,
    /// The named span.
    Span(SpanId),
}

/// The side tables of a decoded chunk.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Details {
    pub fields: Vec<Vec<Field>>,
    pub losses: Vec<Loss>,
}
