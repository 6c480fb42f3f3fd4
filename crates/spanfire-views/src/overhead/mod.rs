//! What recording cost, of the time that was recorded, and what remains without it.
//!
//! Takes a replay of a recording that holds its probe cost; gives an [`Account`] of every name and
//! every stack. Recording a segment costs something *inside* it, which is its own self time, and
//! something *outside*, which is self time of the segment around it on its thread:
//!
//! ```text
//! parent ├──────┄┄┄┄├────────┤┄┄┄┄──────┤     ┄ outside: the parent's self time
//! child         new │┄┄    ┄┄│ close          ┄ inside: the child's own
//! ```
//!
//! Compensated self = self − inside × own segments − Σ outside of the segments directly inside −
//! stalls, never below zero; what would have gone below is counted as overcompensated. The costs of
//! a stack are added up and rounded once, so that of every stack, and in sum, what is compensated, what was taken out and stalls
//! are what was recorded, to the nanosecond.
//!
//! Every compensated time has an interval: each cost may be off by [`COST_DOUBT`] and by the distance
//! between the quartiles of its measurement, and off in the same direction everywhere, so that
//! doubts add up along ancestors.
//!
//! Not in it, since nothing measures them: events, clones, fields recorded late, spans that are
//! never entered. Costs one replay, and memory for each stack.

mod rates;
mod account;
mod stalls;
mod segments;
mod requests;
mod tally;
mod tree;

pub use account::{Account, Compensated};
pub use rates::COST_DOUBT;
pub(crate) use rates::{Rate, Rates};
pub(crate) use requests::RequestCosts;
pub(crate) use segments::SegmentCosts;
pub(crate) use tally::Tally;
pub use tree::{LedgerNode, LedgerTree};

use crate::paths::{PathId, Paths};
use crate::replay::Spot;
use crate::{Replay, Stacks};
use spanfire_recording::{Callsite, CallsiteId, Error};
use std::cmp::Reverse;

/// What recording cost.
#[derive(Clone, Debug)]
pub struct Ledger {
    /// All names, the dearest to record first.
    pub names: Vec<NameAccount>,
    /// The sum of all: its self time is the time in which any span was entered.
    pub total: Account,
    /// What recording cost outside of every selected span.
    pub beyond_ns: u64,
    by_thread: LedgerTree,
    by_span: LedgerTree,
}

/// The account of one callsite.
#[derive(Clone, Debug)]
pub struct NameAccount {
    /// The callsite's number.
    pub id: CallsiteId,
    /// The callsite.
    pub callsite: Callsite,
    /// Its account.
    pub account: Account,
}

impl Ledger {
    /// The account of a selection; `None` if the recording does not hold its probe cost.
    pub fn of(replay: &Replay<'_>) -> Result<Option<Ledger>, Error> {
        let Some(cost) = replay.recording().probe_cost() else { return Ok(None) };
        let rates = Rates::of(cost);
        let replayed = replay.run(Tally::new(replay, &rates))?;
        let callsites = replay.recording().callsites();
        Ok(Some(Ledger::tallied(&replayed.observer, &rates, &replayed.paths, callsites)))
    }

    /// The account of what has been counted on these stacks.
    pub(crate) fn tallied(
        tally: &Tally,
        rates: &Rates,
        paths: &Paths,
        callsites: &[Callsite],
    ) -> Ledger {
        let tree = |path: fn(Spot) -> PathId| {
            let mut own = vec![Account::default(); paths.len()];
            for (spot, account) in tally.accounts(rates) {
                let sum = &mut own[path(spot).index()];
                *sum = sum.plus(account);
            }
            LedgerTree::new(callsites, paths, &own)
        };
        let by_thread = tree(|spot| spot.thread);
        let accounts = tally.accounts(rates).map(|(_, account)| account);
        let total = accounts.fold(Account::default(), Account::plus);
        Ledger {
            names: names(callsites, &by_thread),
            total: Account { busy: total.self_time, ..total },
            beyond_ns: rates.outside_of(&tally.beyond).rounded_ns(),
            by_span: tree(|spot| spot.span),
            by_thread,
        }
    }

    /// The account of every stack.
    pub fn stacks(&self, stacks: Stacks) -> &LedgerTree {
        match stacks {
            Stacks::Thread => &self.by_thread,
            Stacks::Span => &self.by_span,
        }
    }
}

/// Those with spans, as in [`Statistics`](crate::Statistics): one that only touches the selected range has none. Busy
/// times are those of physical stacks: a segment is around what was entered inside it.
fn names(callsites: &[Callsite], tree: &LedgerTree) -> Vec<NameAccount> {
    let mut accounts = vec![Account::default(); callsites.len()];
    for node in tree.nodes() {
        if let Some(account) = node.frame.and_then(|frame| accounts.get_mut(frame.index())) {
            *account = account.plus(node.account);
        }
    }
    let rows = (0..).map(CallsiteId).zip(callsites).zip(accounts);
    let mut names: Vec<NameAccount> = rows
        .filter(|(_, account)| account.spans > 0)
        .map(|((id, callsite), account)| NameAccount { id, callsite: callsite.clone(), account })
        .collect();
    names.sort_by_key(|name| Reverse((name.account.cost_ns(), name.account.self_time.raw_ns)));
    names
}
