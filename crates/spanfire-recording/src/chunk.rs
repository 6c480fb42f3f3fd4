//! A decoded chunk of events.
use crate::{event::Details, Event, Field, LaneId, Loss};

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
