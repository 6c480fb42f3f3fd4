//! The stand-alone form.

use crate::{
    birth,
    core::{Core, IGNORED},
    elsewhere,
    lane::{Lane, Slot},
};
use spanfire_recording::raw::{self, extended};
use std::{fmt, num::NonZeroU64, sync::Arc};
use tracing_core::{
    Event, Interest, LevelFilter, Metadata,
    span::{Attributes, Current, Id, Record},
};

/// A stand-alone [`tracing_core::Subscriber`] that records: no registry below it, no lock, no
/// allocation and no shared write for a span.
///
/// A span costs two clock reads and some nanoseconds more. Ids are never reused; they carry the callsite,
/// so that nothing is looked up on enter and exit. Made by
/// [`Builder::subscriber`](crate::Builder::subscriber).
///
/// As a scoped default, where it is the process's only dispatcher, it misses callsites that are first
/// hit on a thread without it: `tracing` asks that thread's default alone, and keeps the answer until
/// callsites are asked again, as [`Guard::resume`](crate::Guard::resume) has them. A global default
/// has no such threads.
pub struct Subscriber {
    pub(crate) core: Arc<Core>,
}

impl tracing_core::Subscriber for Subscriber {
    fn on_register_dispatch(&self, dispatch: &tracing_core::Dispatch) {
        self.core.belongs_to(dispatch);
    }

    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        self.core.interest(metadata)
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.core.interest(metadata).is_always()
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.core.level())
    }

    // Whether spans are recorded at all was asked in `register_callsite` or `enabled`.
    #[inline]
    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let id = match Slot::hot(&self.core) {
            Some(lane) => create(&self.core, lane, span),
            None => elsewhere::new_span(&self.core, span),
        };
        // Not `from_u64`, whose check for 0 is a call.
        Id::from_non_zero_u64(NonZeroU64::new(id).unwrap_or(NonZeroU64::MAX))
    }

    #[inline]
    fn enter(&self, span: &Id) {
        let id = span.into_u64();
        let Some(lane) = Slot::hot(&self.core) else {
            return elsewhere::enter::<false>(&self.core, id);
        };
        if id != IGNORED {
            lane.enter::<false, true>(&self.core, id);
        }
    }

    #[inline]
    fn exit(&self, span: &Id) {
        let id = span.into_u64();
        let Some(lane) = Slot::hot(&self.core) else { return elsewhere::exit(&self.core, id) };
        if id != IGNORED {
            lane.exit::<true>(&self.core, id);
        }
    }

    /// Drops one handle. Whether it was the last one is not known here: the recording is where
    /// handles are counted.
    #[inline]
    fn try_close(&self, span: Id) -> bool {
        let id = span.into_u64();
        match Slot::hot(&self.core) {
            Some(_) if id == IGNORED => {}
            Some(lane) if is_trusted(id) => lane.dropped_trusted(&self.core, id),
            Some(lane) => lane.dropped_checked::<false, true>(&self.core, id),
            None => elsewhere::dropped::<false>(&self.core, id),
        }
        false
    }

    fn clone_span(&self, span: &Id) -> Id {
        let id = span.into_u64();
        if self.core.may_know(id) && !self.core.finished() {
            let core = &*self.core;
            Slot::with(core, |lane| lane.extended(core, extended::CLONE, &[id], &[]));
        }
        span.clone()
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let id = span.into_u64();
        if id == IGNORED || self.core.finished() {
            return;
        }
        let core = &*self.core;
        if let Some(metadata) = self.metadata(id) {
            Slot::with(core, |lane| birth::values_recorded(core, lane, id, metadata, values));
        }
    }

    fn record_follows_from(&self, span: &Id, follows: &Id) {
        let (id, cause) = (span.into_u64(), follows.into_u64());
        let core = &*self.core;
        if core.may_know(id) && core.may_know(cause) && !core.finished() {
            Slot::with(core, |lane| birth::followed(core, lane, id, follows));
        }
    }

    fn event(&self, event: &Event<'_>) {
        let core = &*self.core;
        if core.events && core.records() {
            Slot::with(core, |lane| birth::event_happened(core, lane, event));
        }
    }

    fn current_span(&self) -> Current {
        let core = &*self.core;
        // Lanes are not followed beyond the end.
        if core.finished() {
            return Current::none();
        }
        let current = Slot::with(core, |lane| lane.current()).flatten();
        match current.and_then(|id| Some((id, self.metadata(id)?))) {
            Some((id, metadata)) => Current::new(Id::from_u64(id), metadata),
            None => Current::none(),
        }
    }
}

/// Records a new span and gives its id.
#[inline(always)]
pub(crate) fn create(core: &Core, lane: &Lane, span: &Attributes<'_>) -> u64 {
    let Some(site) = lane.site(core, span.metadata()) else { return IGNORED };
    let trusted = birth::is_plain(lane, site, span) && site.spend_trust();
    let Some(id) = lane.next_id(core, site, trusted) else { return IGNORED };
    if trusted {
        lane.born_trusted::<false>(core, site, id);
    } else {
        birth::span_created::<false>(core, lane, site, id, span);
    }
    id
}

/// Whether a span's *new* and *drop* are taken to come at once: see [`crate::lane`].
#[inline(always)]
pub(crate) fn is_trusted(id: u64) -> bool {
    id & 1 == 1
}

impl Subscriber {
    fn metadata(&self, id: u64) -> Option<&'static Metadata<'static>> {
        self.core.callsites.metadata((id >> raw::SEQUENCE_BITS) as u32)
    }
}

impl fmt::Debug for Subscriber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscriber").finish_non_exhaustive()
    }
}
