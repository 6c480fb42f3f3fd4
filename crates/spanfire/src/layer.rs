//! The form that stands beside other layers.

use crate::{
    birth,
    core::Core,
    elsewhere, fields,
    lane::{Lane, Slot},
};
use std::{fmt, sync::Arc};
use tracing_core::{
    Event, Subscriber,
    span::{Attributes, Id, Record},
};
use tracing_subscriber::layer::Context;

/// A [`tracing_subscriber::Layer`] that records, for any subscriber below.
///
/// It looks nothing up below and stores nothing there, so it adds to the registry's own cost a
/// clock read and a store for each callback. It enables nothing and disables nothing for other
/// layers: a filter of the builder decides only what is recorded. Made by
/// [`Builder::layer`](crate::Builder::layer).
///
/// The registry closes a span when its last handle is dropped *and* its children are closed, so
/// lifetimes reach to the end of the longest-lived child here, and to the drop of the last handle in
/// the stand-alone form.
pub struct Layer {
    pub(crate) core: Arc<Core>,
}

impl<S: Subscriber> tracing_subscriber::Layer<S> for Layer {
    fn on_register_dispatch(&self, dispatch: &tracing_core::Dispatch) {
        self.core.belongs_to(dispatch);
    }

    #[inline]
    fn on_new_span(&self, span: &Attributes<'_>, id: &Id, _: Context<'_, S>) {
        let core = &*self.core;
        if !core.records() {
            return;
        }
        match Slot::hot(core) {
            Some(lane) => create(core, lane, span, id),
            None => elsewhere::span_created(core, span, id),
        }
    }

    #[inline]
    fn on_enter(&self, id: &Id, _: Context<'_, S>) {
        match Slot::hot(&self.core) {
            Some(lane) => lane.enter::<true, true>(&self.core, id.into_u64()),
            None => elsewhere::enter::<true>(&self.core, id.into_u64()),
        }
    }

    #[inline]
    fn on_exit(&self, id: &Id, _: Context<'_, S>) {
        match Slot::hot(&self.core) {
            Some(lane) => lane.exit::<true>(&self.core, id.into_u64()),
            None => elsewhere::exit(&self.core, id.into_u64()),
        }
    }

    #[inline]
    fn on_close(&self, id: Id, _: Context<'_, S>) {
        match Slot::hot(&self.core) {
            Some(lane) => lane.dropped_checked::<true, true>(&self.core, id.into_u64()),
            None => elsewhere::dropped::<true>(&self.core, id.into_u64()),
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        let core = &*self.core;
        let callsite = fields::callsite_of(values).filter(|_| !core.finished());
        // A callsite without a number has no recorded span.
        let Some(metadata) = callsite.and_then(|site| core.callsites.identified(&site)) else {
            return;
        };
        Slot::with(core, |lane| {
            birth::values_recorded(core, lane, id.into_u64(), metadata, values);
        });
    }

    fn on_follows_from(&self, id: &Id, follows: &Id, _: Context<'_, S>) {
        let core = &*self.core;
        if !core.finished() {
            Slot::with(core, |lane| birth::followed(core, lane, id.into_u64(), follows));
        }
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let core = &*self.core;
        if core.events && core.records() {
            Slot::with(core, |lane| birth::event_happened(core, lane, event));
        }
    }
}

/// Records a new span, if the filter lets it through.
#[inline(always)]
pub(crate) fn create(core: &Core, lane: &Lane, span: &Attributes<'_>, id: &Id) {
    let Some(site) = lane.site(core, span.metadata()) else { return };
    if !site.recorded() {
        return;
    }
    if birth::is_plain(lane, site, span) && site.spend_trust() {
        lane.born_trusted::<true>(core, site, id.into_u64());
    } else {
        birth::span_created::<true>(core, lane, site, id.into_u64(), span);
    }
}

impl fmt::Debug for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Layer").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Guard, Recorder, chunk::CHUNK_WORDS};
    use tracing::{Dispatch, info_span};
    use tracing_subscriber::layer::SubscriberExt;

    /// Records a span that outlives the recording, in which it is entered until its chunk is full.
    #[track_caller]
    fn check_leaves(dispatch: &Dispatch, core: &Core, guard: Guard) {
        tracing::dispatcher::with_default(dispatch, || {
            let span = info_span!("span");
            span.in_scope(|| ());
            assert_eq!(Slot::hot(core).is_some(), core.clock.is_counter());
            guard.finish().expect("a recording");
            (0..CHUNK_WORDS).for_each(|_| span.in_scope(|| ()));
            assert!(Slot::hot(core).is_none());
        });
    }

    /// [T32] From then on a callback is a look at whether the recording has ended.
    #[test]
    fn after_the_end_a_thread_reads_the_clock_for_one_more_chunk_at_most() {
        let (layer, guard) = Recorder::builder().in_memory().layer().expect("a recorder");
        let core = Arc::clone(&layer.core);
        check_leaves(&Dispatch::new(tracing_subscriber::registry().with(layer)), &core, guard);
        let (subscriber, guard) = Recorder::builder().in_memory().subscriber().expect("a recorder");
        let core = Arc::clone(&subscriber.core);
        check_leaves(&Dispatch::new(subscriber), &core, guard);
    }
}
