//! How the slices of our own export belong to spans.
//!
//! A slice has its span's number, and says whether it was cut from the one before. A span is an async
//! event whose id is that number, and has its parent's.

use super::event::Event;
use super::lives::Edge;
use crate::fields::FieldsId;
use crate::profile::{Profile, Span, Stay};
use rustc_hash::FxHashMap;
use spanfire_recording::CallsiteId;
use std::cmp::Reverse;

/// The spans so far.
#[derive(Default)]
pub(super) struct Pieces {
    /// The index of each span, by its number.
    known: FxHashMap<u64, u32>,
    /// The stays of each lane and span that go on in another piece.
    going_on: FxHashMap<(usize, u32), Vec<usize>>,
    /// The first piece that lasted of each stay that has several, by lane and stay.
    first: FxHashMap<(usize, usize), Written>,
    joined: usize,
    /// The number of each one's parent.
    parents: Vec<Option<u64>>,
    /// The index of a span and the number of one that it follows from.
    follows: Vec<(u32, u64)>,
}

impl Pieces {
    /// Says which span a slice is of. Whether it is a stay of its own, and not the rest of one.
    pub fn piece(
        &mut self,
        event: &Event,
        lane: usize,
        stay: &mut Stay,
        stays: &mut [Stay],
        spans: &mut Vec<Span>,
    ) -> bool {
        let Some(number) = event.arguments.number("span") else { return true };
        let index = self.index(number, lane, stay, spans);
        stay.span = index + 1;
        let going_on = self.going_on.entry((lane, index)).or_default();
        let begun = match event.arguments.is_true("continued") {
            true => going_on.iter().rposition(|&at| stays[at].end_ns == stay.start_ns),
            false => None,
        };
        let begun = begun.map(|begun| going_on.remove(begun));
        if event.arguments.is_true("cut") {
            going_on.push(begun.unwrap_or(stays.len()));
        } else if going_on.is_empty() {
            self.going_on.remove(&(lane, index));
        }
        let Some(at) = begun else { return true };
        let begun = stays[at];
        let first = self.first.entry((lane, at)).or_insert(Written::of(at, begun.end_ns));
        if begun.end_ns == begun.start_ns {
            self.joined += 1;
            *first = Written { end_ns: stay.end_ns, at: 2 * stays.len(), joined: self.joined };
        }
        stays[at].end_ns = stay.end_ns;
        false
    }

    /// Puts the stays of a lane in order: what was written when it was over is outside what was written before.
    pub fn sort(&self, lane: usize, stays: &mut Vec<Stay>) {
        let key = |at: usize, stay: &Stay| {
            let written = self.first.get(&(lane, at)).copied();
            (stay.start_ns, Reverse(written.unwrap_or(Written::of(at, stay.end_ns))))
        };
        let mut sorted: Vec<_> =
            (0..).zip(stays.iter()).map(|(at, stay)| (key(at, stay), *stay)).collect();
        sorted.sort_unstable_by_key(|(key, _)| *key);
        stays.clear();
        stays.extend(sorted.into_iter().map(|(_, stay)| stay));
    }

    /// The beginning or end of a span's life. Whether it is one.
    pub fn edge(
        &mut self,
        event: &mut Event,
        edge: Edge,
        lane: usize,
        (at_ns, callsite): (i64, CallsiteId),
        profile: &mut Profile,
    ) -> bool {
        let digits = event.id2.local.text().and_then(|id| id.strip_prefix("0x"));
        let Some(number) = digits.and_then(|digits| u64::from_str_radix(digits, 16).ok()) else {
            return false;
        };
        let fields = FieldsId::default();
        let stay = Stay { start_ns: at_ns, end_ns: at_ns, callsite, span: 0, fields };
        let number = self.index(number, lane, &stay, &mut profile.spans);
        let index = number as usize;
        let span = &mut profile.spans[index];
        match edge {
            Edge::Begin => {
                (span.start_ns, span.callsite, span.lane) = (at_ns, callsite, lane as u32);
                span.open = event.arguments.is_true("open");
                self.parents[index] = event.arguments.number("parent");
                let causes = event.arguments.numbers("follows_from");
                self.follows.extend(causes.map(|cause| (number, cause)));
                let values = event.arguments.fields_in("fields");
                span.fields =
                    profile.fields.add(callsite, span.fields, values, &mut profile.callsites);
            }
            Edge::End => span.end_ns = at_ns,
        }
        true
    }

    fn index(&mut self, number: u64, lane: usize, stay: &Stay, spans: &mut Vec<Span>) -> u32 {
        *self.known.entry(number).or_insert_with(|| {
            let Stay { start_ns, end_ns, callsite, .. } = *stay;
            let lane = lane as u32;
            let order = number;
            let (fields, parent, open) = (FieldsId::default(), None, false);
            spans.push(Span { callsite, lane, start_ns, end_ns, parent, fields, open, order });
            self.parents.push(None);
            spans.len() as u32 - 1
        })
    }

    /// Finds parents and causes, and sees to it that no span is shorter than where it ran.
    pub fn finish(self, profile: &mut Profile) {
        for (index, parent) in self.parents.iter().enumerate() {
            let parent = parent.and_then(|number| self.known.get(&number).copied());
            // One that would be its own ancestor is none: a parent was created before.
            profile.spans[index].parent = parent.filter(|&parent| {
                let (start, span) = (profile.spans[parent as usize].start_ns, profile.spans[index]);
                start <= span.start_ns && parent as usize != index
            });
        }
        let known = |&(span, cause): &(u32, u64)| Some((span, *self.known.get(&cause)?));
        profile.follows = self.follows.iter().filter_map(known).collect();
        for stay in profile.lanes.iter().flat_map(|lane| &lane.stays) {
            if let Some(span) = (stay.span as usize).checked_sub(1) {
                let span = &mut profile.spans[span];
                span.start_ns = span.start_ns.min(stay.start_ns);
                span.end_ns = span.end_ns.max(stay.end_ns).max(span.start_ns);
            }
        }
        profile.spans.iter_mut().for_each(|span| span.end_ns = span.end_ns.max(span.start_ns));
    }
}

/// Whether an instant is where something is missing, and no event of `tracing`.
pub(super) fn is_loss(event: &Event) -> bool {
    event.category.text() == Some("spanfire") && event.arguments.number("events").is_some()
}

/// When a piece ended, and where in the file it stands. Of those that begin at once the one that is more is outside.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Written {
    end_ns: i64,
    at: usize,
    joined: usize,
}

impl Written {
    fn of(stay: usize, end_ns: i64) -> Written {
        Written { end_ns, at: 2 * stay + 1, joined: 0 }
    }
}
