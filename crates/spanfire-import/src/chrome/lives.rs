//! Async events: spans with a beginning and an end, on whatever threads they ran.

use super::event::Event;
use super::scalar::Scalar;
use crate::fields::FieldsId;
use crate::profile::{Profile, Span};
use rustc_hash::FxHashMap;
use spanfire_recording::CallsiteId;

/// Which end of a span an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    Begin,
    End,
}

/// Beginnings and ends, by what joins them.
#[derive(Default)]
pub(super) struct Lives {
    known: FxHashMap<String, u32>,
    edges: Vec<Mark>,
}

#[derive(Clone, Copy)]
struct Mark {
    at_ns: i64,
    edge: Edge,
    joined: u32,
    callsite: CallsiteId,
    fields: FieldsId,
    lane: u32,
}

impl Lives {
    /// A beginning or an end. Those of one category and id belong together and nest.
    pub fn edge(
        &mut self,
        event: &Event,
        edge: Edge,
        lane: usize,
        (at_ns, callsite, fields): (i64, CallsiteId, FieldsId),
    ) {
        let category = event.category.text().unwrap_or_default();
        let key = match (&event.id2.local, &event.id2.global) {
            (Scalar::Other, Scalar::Other) => format!("{category}\0{}", event.id),
            (Scalar::Other, global) => format!("{category}\0{global}"),
            (local, _) => format!("{category}\0{}\0{local}", event.process),
        };
        let next = self.known.len() as u32;
        let joined = *self.known.entry(key).or_insert(next);
        self.edges.push(Mark { at_ns, edge, joined, callsite, fields, lane: lane as u32 });
    }

    /// Makes spans of them. Gives how many, and how many ends had no beginning.
    pub fn finish(mut self, profile: &mut Profile) -> (u64, u64) {
        self.edges.sort_by_key(|mark| mark.at_ns);
        let mut open: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
        let (mut spans, mut unmatched) = (0, 0);
        let end_ns = self.edges.last().map_or(0, |mark| mark.at_ns);
        for mark in &self.edges {
            let inside = open.entry(mark.joined).or_default();
            if mark.edge == Edge::Begin {
                let parent = inside.last().copied();
                inside.push(profile.spans.len() as u32);
                let Mark { at_ns, callsite, lane, fields, .. } = *mark;
                let order = profile.spans.len() as u64;
                profile.spans.push(Span {
                    callsite,
                    lane,
                    start_ns: at_ns,
                    end_ns,
                    parent,
                    fields,
                    open: true,
                    order,
                });
                spans += 1;
                continue;
            }
            let of_this_name = |span: &u32| profile.spans[*span as usize].callsite == mark.callsite;
            match inside.iter().rposition(of_this_name) {
                Some(at) => {
                    let span = &mut profile.spans[inside.remove(at) as usize];
                    (span.end_ns, span.open) = (mark.at_ns, false);
                    let both = [span.fields, mark.fields];
                    span.fields = profile.fields.join(span.callsite, both, &mut profile.callsites);
                }
                None => unmatched += 1,
            }
        }
        (spans, unmatched)
    }
}
