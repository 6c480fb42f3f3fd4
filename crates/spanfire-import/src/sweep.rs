//! The stays of a lane as its events, in the order of time.
//!
//! ```text
//!   stays     A ───────────        events   enter A · enter B · leave A · leave B
//!                 B ───────────
//! ```
//!
//! Stays may overlap: what is entered last is the innermost, and what is left while others are open is left
//! below them, as the recorder writes it. At one moment what ends comes before what begins; a stay without length is entered
//! and left at once. Cost: two sorts of the lane's stays, and 12 bytes for each while that lane is written.

use crate::profile::{STILL_OPEN, Span, Stay};
use spanfire_recording::raw::{Buffer, subscriber_span_id};
use spanfire_recording::{Form, SpanId, Tick};
use std::cmp::Reverse;

/// Words that are handed on at once.
const WORDS: usize = 1 << 16;

/// Gives ids to spans, lane after lane.
pub(crate) struct Sweep<'a> {
    pub spans: &'a [Span],
    /// What becomes tick 0.
    pub start_ns: i64,
    /// The spans so far that are one stay each.
    pub numbered: u64,
}

/// What happens at a moment, in the order in which it does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Left,
    Closed,
    Created,
    Entered,
    /// Of a span that lived for no time.
    ClosedAtOnce,
}

impl Sweep<'_> {
    /// Hands on the words of a lane, part by part.
    pub fn lane<E>(
        &mut self,
        lane: u32,
        stays: &mut [Stay],
        mut write: impl FnMut(&[u64]) -> Result<(), E>,
    ) -> Result<(), E> {
        // Stable: of two with the same bounds the outer one comes first.
        stays.sort_by_key(|stay| (stay.start_ns, Reverse(stay.end_ns)));
        let left = left(stays);
        let mut left = left.iter().map(|&at| at as usize).peekable();
        let mut entered = (0..stays.len()).peekable();
        let [created, closed] = self.lives(lane);
        let (mut created, mut closed) =
            (created.into_iter().peekable(), closed.into_iter().peekable());
        let mut ids = vec![SpanId(0); stays.len()];
        let mut words = Buffer::new(Form::Subscriber);
        loop {
            let next = [
                left.peek().map(|&at| (stays[at].end_ns, Rank::Left)),
                closed.peek().map(|&span| self.closing(span)),
                created.peek().map(|&span| (self.spans[span].start_ns, Rank::Created)),
                entered.peek().map(|&at| (stays[at].start_ns, Rank::Entered)),
            ];
            let Some((at_ns, rank)) = next.into_iter().flatten().min() else { break };
            let tick = Tick(at_ns.abs_diff(self.start_ns));
            match rank {
                Rank::Left => left
                    .next()
                    .into_iter()
                    .for_each(|at| leave(&mut words, tick, &stays[at], ids[at])),
                Rank::Created => {
                    created.next().into_iter().for_each(|span| self.create(&mut words, tick, span));
                }
                Rank::Closed | Rank::ClosedAtOnce => {
                    closed.next().into_iter().for_each(|span| self.close(&mut words, tick, span));
                }
                Rank::Entered => entered
                    .next()
                    .into_iter()
                    .for_each(|at| ids[at] = self.enter(&mut words, tick, &stays[at])),
            }
            if words.words().len() >= WORDS {
                write(words.words())?;
                words = Buffer::new(Form::Subscriber);
            }
        }
        write(words.words())
    }

    /// The spans that are created on a lane, and the same as they are closed.
    fn lives(&self, lane: u32) -> [Vec<usize>; 2] {
        let here = (0..self.spans.len()).filter(|&span| self.spans[span].lane == lane);
        let mut created: Vec<usize> = here.collect();
        let mut closed = created.clone();
        // Of two at one moment the parent comes first.
        created.sort_by_key(|&span| (self.spans[span].start_ns, Reverse(self.spans[span].end_ns)));
        closed.sort_by_key(|&span| self.closing(span));
        [created, closed]
    }

    fn closing(&self, span: usize) -> (i64, Rank) {
        let Span { start_ns, end_ns, .. } = self.spans[span];
        (end_ns, if start_ns == end_ns { Rank::ClosedAtOnce } else { Rank::Closed })
    }

    fn create(&self, words: &mut Buffer, tick: Tick, span: usize) {
        let of = &self.spans[span];
        let id = self.id(span);
        words.explicit_parent(tick, id, of.parent.map(|parent| self.id(parent as usize)));
        words.new_span(tick, id, of.callsite);
    }

    fn close(&self, words: &mut Buffer, tick: Tick, span: usize) {
        match self.spans[span].open {
            // It goes on: a moment at which it was seen alive.
            true => words.clone_handle(tick, self.id(span)),
            false => words.drop_handle(tick, self.id(span)),
        }
    }

    fn enter(&mut self, words: &mut Buffer, tick: Tick, stay: &Stay) -> SpanId {
        let id = match stay.span.checked_sub(1) {
            Some(span) => {
                let id = self.id(span as usize);
                words.enter(tick, id);
                id
            }
            None => {
                self.numbered += 1;
                let sequence = 2 * (self.spans.len() as u64 + self.numbered);
                let id = subscriber_span_id(stay.callsite, sequence);
                words.new_enter(tick, id, stay.callsite);
                id
            }
        };
        if stay.end_ns == stay.start_ns {
            leave(words, tick, stay, id);
        }
        id
    }

    fn id(&self, span: usize) -> SpanId {
        subscriber_span_id(self.spans[span].callsite, 2 * (span as u64 + 1))
    }
}

fn leave(words: &mut Buffer, tick: Tick, stay: &Stay, id: SpanId) {
    match stay.span {
        0 => words.exit_drop(tick, id),
        _ => words.exit(tick, id),
    }
}

/// The stays that end later than they began, by their end, of two at one moment the inner one first.
fn left(stays: &[Stay]) -> Vec<u32> {
    let lasts = |stay: &Stay| stay.end_ns > stay.start_ns && stay.end_ns != STILL_OPEN;
    let mut left: Vec<u32> =
        (0..stays.len() as u32).filter(|&at| lasts(&stays[at as usize])).collect();
    left.sort_by_key(|&at| (stays[at as usize].end_ns, Reverse(at)));
    left
}
