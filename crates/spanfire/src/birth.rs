//! What both forms do when a span is created, given values, or an event happens.

use crate::{
    core::Core,
    fields::{Taker, Wanted},
    lane::{Birth, Lane, Site},
};
use spanfire_recording::{Form, Parent, SpanId, raw, raw::extended};
use tracing_core::{
    Event, Metadata,
    field::Visit,
    span::{Attributes, Id, Record},
};

/// Whether a new span has a contextual parent and no fields that are recorded.
#[inline(always)]
pub(crate) fn is_plain(lane: &Lane, site: &Site, span: &Attributes<'_>) -> bool {
    let takes_fields = match site.wanted() {
        Wanted::Never => false,
        Wanted::OfRoots => lane.at_root(),
        Wanted::Always => true,
    };
    span.is_contextual() && !takes_fields
}

/// Records that span `id` was created, with a clock read and whatever belongs to it.
#[cold]
#[inline(never)]
pub(crate) fn span_created<const LAYER: bool>(
    core: &Core,
    lane: &Lane,
    site: &Site,
    id: u64,
    span: &Attributes<'_>,
) {
    if is_plain(lane, site, span) {
        return lane.born_checked::<LAYER>(core, site, id);
    }
    let root = span.is_root() || (span.is_contextual() && lane.at_root());
    let parent = match span.parent() {
        // Another recorder's span is no parent here: whatever is current takes its place.
        Some(parent) => Some(parent.into_u64()).filter(|&id| LAYER || core.may_know(id)),
        None => span.is_root().then_some(0),
    };
    let wanted = site.wanted() == Wanted::Always || (site.wanted() == Wanted::OfRoots && root);
    if !wanted {
        lane.born_with::<LAYER>(core, site, id, &Birth { parent, fields: None });
        return;
    }
    with_fields(
        core,
        lane,
        |taker| span.record(taker),
        |fields| {
            let fields = (!fields.is_empty()).then_some(fields);
            lane.born_with::<LAYER>(core, site, id, &Birth { parent, fields });
        },
    );
}

/// Records values given to span `id` after its creation.
pub(crate) fn values_recorded(
    core: &Core,
    lane: &Lane,
    id: u64,
    metadata: &'static Metadata<'static>,
    values: &Record<'_>,
) {
    let Some(site) = lane.site(core, metadata).filter(|site| site.recorded()) else { return };
    if site.wanted() == Wanted::Never {
        return;
    }
    with_fields(
        core,
        lane,
        |taker| values.record(taker),
        |fields| {
            if !fields.is_empty() {
                let start = [id, u64::from(site.number())];
                lane.extended(core, extended::LATE_FIELDS, &start, fields);
            }
        },
    );
}

/// Records an event as an instant, with all fields that the policy does not exclude.
pub(crate) fn event_happened(core: &Core, lane: &Lane, event: &Event<'_>) {
    let Some(site) = lane.site(core, event.metadata()).filter(|site| site.recorded()) else {
        return;
    };
    let parent = match event.parent() {
        Some(parent) if core.form == Form::Layer || core.may_know(parent.into_u64()) => {
            Parent::Span(SpanId(parent.into_u64()))
        }
        None if event.is_root() => Parent::Root,
        _ => Parent::Current,
    };
    let (parent_kind, parent) = raw::parent_words(parent);
    let start = [u64::from(site.number()), parent_kind, parent];
    with_fields(
        core,
        lane,
        |taker| event.record(taker),
        |fields| {
            lane.extended(core, extended::INSTANT, &start, fields);
        },
    );
}

/// Records that `cause` came before span `id`.
pub(crate) fn followed(core: &Core, lane: &Lane, id: u64, cause: &Id) {
    lane.extended(core, extended::FOLLOWS, &[id, cause.into_u64()], &[]);
}

/// Lets the program's formatters write into buffers that are not the lane's while they run.
fn with_fields(
    core: &Core,
    lane: &Lane,
    take: impl FnOnce(&mut dyn Visit),
    write: impl FnOnce(&[u8]),
) {
    let mut scratch = lane.take_scratch();
    let scratch_parts = &mut *scratch;
    take(&mut Taker {
        policy: &core.fields,
        bytes: &mut scratch_parts.bytes,
        text: &mut scratch_parts.text,
    });
    write(scratch.bytes.as_bytes());
    lane.put_back(scratch);
}
