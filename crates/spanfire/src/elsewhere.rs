//! Callbacks on a thread whose slot holds another recorder's lane, or none yet, and all callbacks
//! where the clock is not a counter. Kept out of line, so that the hot path calls nothing and saves
//! no registers.

use crate::{
    core::{Core, IGNORED},
    lane::Slot,
    layer, subscriber,
};
use tracing_core::span::{Attributes, Id};

#[cold]
#[inline(never)]
pub(crate) fn new_span(core: &Core, span: &Attributes<'_>) -> u64 {
    let id = recording(core)
        .and_then(|core| Slot::with(core, |lane| subscriber::create(core, lane, span)));
    id.unwrap_or(IGNORED)
}

#[cold]
#[inline(never)]
pub(crate) fn span_created(core: &Core, span: &Attributes<'_>, id: &Id) {
    if let Some(core) = recording(core) {
        Slot::with(core, |lane| layer::create(core, lane, span, id));
    }
}

#[cold]
#[inline(never)]
pub(crate) fn enter<const LAYER: bool>(core: &Core, id: u64) {
    if let Some(core) = recording(core).filter(|_| id != IGNORED) {
        Slot::with(core, |lane| lane.enter::<LAYER, false>(core, id));
    }
}

#[cold]
#[inline(never)]
pub(crate) fn exit(core: &Core, id: u64) {
    if let Some(core) = recording(core).filter(|_| id != IGNORED) {
        Slot::with(core, |lane| lane.exit::<false>(core, id));
    }
}

#[cold]
#[inline(never)]
pub(crate) fn dropped<const LAYER: bool>(core: &Core, id: u64) {
    if let Some(core) = recording(core).filter(|_| id != IGNORED) {
        Slot::with(core, |lane| {
            if !LAYER && subscriber::is_trusted(id) {
                lane.dropped_trusted(core, id);
            } else {
                lane.dropped_checked::<LAYER, false>(core, id);
            }
        });
    }
}

/// A thread that meets a finished recorder for the first time needs no lane of it.
fn recording(core: &Core) -> Option<&Core> {
    (!core.finished()).then_some(core)
}
