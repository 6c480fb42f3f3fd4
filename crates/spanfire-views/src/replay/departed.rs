//! The spans that closed last, for who may still name them.
//!
//! A program may say that a span follows from one that has closed. The last 65,536 of those are
//! remembered, of each its id and two numbers: 1.5 MB however long the recording is. They are found by
//! their ids from the first question on; a recording in which nobody asks costs a store for each close.

use rustc_hash::FxHashMap;
use spanfire_recording::SpanId;

/// How many are remembered.
const REMEMBERED: usize = 1 << 16;

/// A span that another follows from, alive or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cause {
    /// The how-manieth span created it is, from 1.
    pub ordinal: u64,
    /// The ordinal of the span that its request starts with; 0 for none.
    pub root: u64,
}

/// The spans that closed last.
#[derive(Default)]
pub(super) struct Departed {
    /// A ring, once it is full.
    all: Vec<(SpanId, Cause)>,
    /// Where the ring goes on.
    next: usize,
    /// The youngest with each id, once somebody asked.
    by_id: Option<FxHashMap<SpanId, Cause>>,
}

impl Departed {
    /// A span closed.
    pub fn add(&mut self, id: SpanId, cause: Cause) {
        if self.all.len() < REMEMBERED {
            self.all.push((id, cause));
        } else {
            let (forgotten, of) = std::mem::replace(&mut self.all[self.next], (id, cause));
            self.next = (self.next + 1) % REMEMBERED;
            if let Some(by_id) = &mut self.by_id
                && by_id.get(&forgotten) == Some(&of)
            {
                by_id.remove(&forgotten);
            }
        }
        if let Some(by_id) = &mut self.by_id {
            remember(by_id, id, cause);
        }
    }

    /// The youngest that had this id, if it is remembered.
    pub fn find(&mut self, id: SpanId) -> Option<Cause> {
        let all = &self.all;
        let by_id = self.by_id.get_or_insert_with(|| {
            let mut by_id = FxHashMap::default();
            all.iter().for_each(|&(id, cause)| remember(&mut by_id, id, cause));
            by_id
        });
        by_id.get(&id).copied()
    }
}

/// Ids may be used again, and a span may be known to have closed after a younger one that had its id.
fn remember(by_id: &mut FxHashMap<SpanId, Cause>, id: SpanId, cause: Cause) {
    let known = by_id.entry(id).or_insert(cause);
    if known.ordinal < cause.ordinal {
        *known = cause;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cause(ordinal: u64) -> Cause {
        Cause { ordinal, root: 1 }
    }

    #[test]
    fn the_last_ones_are_remembered_whenever_somebody_first_asks() {
        for asked_before in [false, true] {
            let mut departed = Departed::default();
            if asked_before {
                assert_eq!(departed.find(SpanId(1)), None);
            }
            let many = 3 * REMEMBERED as u64 / 2;
            (1..=many).for_each(|ordinal| departed.add(SpanId(ordinal), cause(ordinal)));
            let first = many - REMEMBERED as u64 + 1;
            let found = [first - 1, first, many, many + 1].map(|id| departed.find(SpanId(id)));
            assert_eq!(found, [None, Some(cause(first)), Some(cause(many)), None]);
            assert_eq!(departed.by_id.map(|by_id| by_id.len()), Some(REMEMBERED));
        }
    }

    #[test]
    fn an_id_that_was_used_again_is_that_of_the_younger_span() {
        let mut departed = Departed::default();
        for ordinal in [2, 7, 5] {
            departed.add(SpanId(9), cause(ordinal));
        }
        assert_eq!(departed.find(SpanId(9)), Some(cause(7)));
        departed.add(SpanId(9), cause(6));
        assert_eq!(departed.find(SpanId(9)), Some(cause(7)));
    }
}
