//! Time on a processor and off it before and after, as programs read it.

use serde::Serialize;

/// How long threads ran and how long they did not, with what was called; keys that are not known are
/// not there.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct OnCpuDiff {
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu_before_ns: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu_after_ns: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    blocked_before_ns: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    blocked_after_ns: Option<u64>,
}

impl OnCpuDiff {
    /// The keys, for a CSV file.
    pub const COLUMNS: [&str; 4] =
        ["cpu_before_ns", "cpu_after_ns", "blocked_before_ns", "blocked_after_ns"];

    /// What is known: nothing of a side where both are 0.
    pub fn of(cpu_ns: [u64; 2], blocked_ns: [u64; 2]) -> OnCpuDiff {
        let known = |side: usize| cpu_ns[side] > 0 || blocked_ns[side] > 0;
        let of = |ns: [u64; 2], side: usize| known(side).then_some(ns[side]);
        OnCpuDiff {
            cpu_before_ns: of(cpu_ns, 0),
            cpu_after_ns: of(cpu_ns, 1),
            blocked_before_ns: of(blocked_ns, 0),
            blocked_after_ns: of(blocked_ns, 1),
        }
    }

    /// Whether anything is known of either side.
    pub fn is_known(&self) -> bool {
        self.cpu_before_ns.is_some() || self.cpu_after_ns.is_some()
    }

    /// As CSV has it: empty where it is not known.
    pub fn fields(&self) -> [Option<u64>; 4] {
        [self.cpu_before_ns, self.cpu_after_ns, self.blocked_before_ns, self.blocked_after_ns]
    }
}
