//! Time on a processor and off it, in rows of tables.

use crate::duration;
use serde::Serialize;

/// How much of a row's time its threads ran and how much they did not; keys that are not known are
/// not there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct OnCpu {
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu_ns: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    blocked_ns: Option<u64>,
}

impl OnCpu {
    /// The keys, for a CSV file.
    pub const COLUMNS: [&str; 2] = ["cpu_ns", "blocked_ns"];

    /// What is known: nothing if both are 0.
    pub fn of(cpu_ns: u64, blocked_ns: u64) -> OnCpu {
        match cpu_ns == 0 && blocked_ns == 0 {
            true => OnCpu::default(),
            false => OnCpu { cpu_ns: Some(cpu_ns), blocked_ns: Some(blocked_ns) },
        }
    }

    /// Whether anything is known.
    pub fn is_known(&self) -> bool {
        self.cpu_ns.is_some()
    }

    /// As CSV has it: empty where it is not known.
    pub fn fields(&self) -> [Option<u64>; 2] {
        [self.cpu_ns, self.blocked_ns]
    }

    /// As people read it.
    pub fn cells(&self) -> [String; 2] {
        self.fields().map(|time_ns| time_ns.map_or("–".to_owned(), duration))
    }
}
