//! The spans that are more than one segment, as columns.
//!
//! A life that ran is found by its segments: it needs what came before the first and after the last
//! of them. One that never ran stands by itself.

use super::numbers::{Column, joined, varint, zigzag};
use spanfire_views::{LifeIndex, LifeParent, Probe, SpanLife, Spans};

/// The bits of a life's first byte.
const PARENT_AROUND: u8 = 1;
const PARENT_LIFE: u8 = 2;
const OPEN: u8 = 4;
const UNSELECTED: u8 = 8;
const NEVER_RAN: u8 = 16;
/// What it took to record the segment left first; neither for a plain one.
const WITH_FIELDS: u8 = 32;
const REENTERED: u8 = 64;

/// The lives of a page as one block of streams.
pub(super) fn encode(spans: &Spans, resolution_ns: u64) -> Vec<u8> {
    let extents = extents(spans);
    let (mut kinds, mut sites, mut parents) = (Vec::new(), Vec::new(), Vec::new());
    let (mut numbers, mut before, mut after) =
        (Column::default(), Column::default(), Column::default());
    let (mut last_number, mut last_start) = (0, 0);
    for (index, life) in spans.lives.iter().enumerate() {
        let mut kind = if life.open { OPEN } else { 0 };
        kind |= if life.selected { 0 } else { UNSELECTED };
        kind |= match life.first {
            Some(Probe::Fields) => WITH_FIELDS,
            Some(Probe::Reenter) => REENTERED,
            Some(Probe::Plain) | None => 0,
        };
        match life.parent {
            LifeParent::Root => {
                numbers.push(life.number - last_number);
                last_number = life.number;
            }
            LifeParent::Around => kind |= PARENT_AROUND,
            LifeParent::Life(LifeIndex(parent)) => {
                kind |= PARENT_LIFE;
                varint(&mut parents, index as u64 - u64::from(parent));
            }
        }
        let grid = |ns: u64| (ns / resolution_ns) as i64;
        let (start, end) = (grid(life.start_ns), grid(life.end_ns));
        match extents[index] {
            Some((first_ns, last_ns)) => {
                before.push(zigzag(grid(first_ns) - start));
                after.push(zigzag(end - grid(last_ns)));
            }
            None => {
                kind |= NEVER_RAN;
                varint(&mut sites, u64::from(life.callsite.0));
                before.push(zigzag(start - last_start));
                after.push(zigzag(end - start));
                last_start = start;
            }
        }
        kinds.push(kind);
    }
    let [number_magnitudes, number_low] = numbers.finish();
    let [before_magnitudes, before_low] = before.finish();
    let [after_magnitudes, after_low] = after.finish();
    joined(&[
        kinds,
        sites,
        parents,
        number_magnitudes,
        number_low,
        before_magnitudes,
        before_low,
        after_magnitudes,
        after_low,
        follows(&spans.lives),
    ])
}

/// Who follows from whom: the distance from the life before, and that to the one followed.
fn follows(lives: &[SpanLife]) -> Vec<u8> {
    let (mut bytes, mut last) = (Vec::new(), 0);
    for (index, life) in (0i64..).zip(lives) {
        for LifeIndex(cause) in &life.follows {
            varint(&mut bytes, (index - last) as u64);
            varint(&mut bytes, zigzag(index - i64::from(*cause)));
            last = index;
        }
    }
    bytes
}

/// From the first start to the last end of each life's segments.
fn extents(spans: &Spans) -> Vec<Option<(u64, u64)>> {
    let mut extents: Vec<Option<(u64, u64)>> = vec![None; spans.lives.len()];
    for segment in spans.lanes.iter().flat_map(|lane| &lane.segments) {
        let Some(LifeIndex(life)) = segment.life else { continue };
        let known = &mut extents[life as usize];
        let (first_ns, last_ns) = known.unwrap_or((segment.start_ns, segment.end_ns));
        *known = Some((first_ns.min(segment.start_ns), last_ns.max(segment.end_ns)));
    }
    extents
}
