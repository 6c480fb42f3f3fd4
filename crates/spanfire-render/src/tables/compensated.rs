//! What `top` and `requests` say besides: times without what recording took of them.

use crate::duration;
use serde::Serialize;
use spanfire_recording::CallsiteId;
use spanfire_views::{Account, Compensated, Ledger};

/// A row's compensated times as programs read them.
#[derive(Serialize)]
pub(super) struct CompensatedTimes {
    compensated_self_ns: u64,
    compensated_self_low_ns: u64,
    compensated_self_high_ns: u64,
    compensated_busy_ns: u64,
    compensated_busy_low_ns: u64,
    compensated_busy_high_ns: u64,
}

impl CompensatedTimes {
    /// The keys, for a header of CSV.
    pub const COLUMNS: [&str; 6] = [
        "compensated_self_ns",
        "compensated_self_low_ns",
        "compensated_self_high_ns",
        "compensated_busy_ns",
        "compensated_busy_low_ns",
        "compensated_busy_high_ns",
    ];

    pub fn of(account: &Account) -> Self {
        let (own, busy) = (account.self_time, account.busy);
        CompensatedTimes {
            compensated_self_ns: own.ns,
            compensated_self_low_ns: own.low_ns,
            compensated_self_high_ns: own.high_ns,
            compensated_busy_ns: busy.ns,
            compensated_busy_low_ns: busy.low_ns,
            compensated_busy_high_ns: busy.high_ns,
        }
    }
}

/// A request's compensated work as programs read it.
#[derive(Clone, Copy, Serialize)]
pub(super) struct CompensatedWork {
    compensated_work_ns: u64,
    compensated_work_low_ns: u64,
    compensated_work_high_ns: u64,
}

impl CompensatedWork {
    /// The keys, for a header of CSV.
    pub const COLUMNS: [&str; 3] =
        ["compensated_work_ns", "compensated_work_low_ns", "compensated_work_high_ns"];

    pub fn of(work: Compensated) -> CompensatedWork {
        CompensatedWork {
            compensated_work_ns: work.ns,
            compensated_work_low_ns: work.low_ns,
            compensated_work_high_ns: work.high_ns,
        }
    }

    /// In the order of the columns.
    pub fn fields(&self) -> [u64; 3] {
        [self.compensated_work_ns, self.compensated_work_low_ns, self.compensated_work_high_ns]
    }
}

/// The account of a callsite.
pub(super) fn account(ledger: &Ledger, id: CallsiteId) -> Account {
    let name = ledger.names.iter().find(|name| name.id == id);
    name.map(|name| name.account).unwrap_or_default()
}

/// The heads of the columns for people.
pub(super) const HEADER: [&str; 2] = ["compensated self", "compensated total"];

/// The cells under them: a time and its interval.
pub(super) fn cells(account: &Account) -> [String; 2] {
    [account.self_time, account.busy].map(|time| cell(&time))
}

/// A time and its interval.
pub(super) fn cell(time: &Compensated) -> String {
    let (low, high) = (duration(time.low_ns), duration(time.high_ns));
    format!("{} ({low} to {high})", duration(time.ns))
}

/// What the table's last line adds.
pub(super) fn total(ledger: &Ledger) -> String {
    let Compensated { ns, low_ns, high_ns, .. } = ledger.total.self_time;
    format!(
        ", of which {} was recording; {} without it ({} to {})",
        duration(ledger.total.ours_ns),
        duration(ns),
        duration(low_ns),
        duration(high_ns),
    )
}
