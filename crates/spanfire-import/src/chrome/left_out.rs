//! What of a trace is no span, or cannot be one.

/// How many events are not in the recording.
#[derive(Default)]
pub(super) struct LeftOut {
    /// Without a time that can be read, or without a length where there must be one.
    pub untimed: u64,
    /// Ends without a beginning.
    pub unmatched: u64,
    /// Values of frames that have too many names for them.
    pub fields: u64,
    /// Where our own recorder says that events are missing, or that it waited.
    pub losses: u64,
    instants: u64,
    counters: u64,
    flows: u64,
    others: u64,
}

impl LeftOut {
    /// An event of a phase that makes no span.
    pub fn phase(&mut self, phase: &str) {
        match phase {
            "n" => self.instants += 1,
            "C" => self.counters += 1,
            "s" | "t" | "f" => self.flows += 1,
            _ => self.others += 1,
        }
    }

    /// What to say of it: nothing, if nothing is.
    pub fn said(&self) -> Option<String> {
        let counts = [
            (self.instants, "instants of async spans"),
            (self.counters, "counters"),
            (self.flows, "arrows"),
            (self.others, "of other kinds"),
            (self.losses, "losses"),
            (self.fields, "arguments of a name that has hundreds"),
            (self.untimed, "without a time"),
            (self.unmatched, "ends without a beginning"),
        ];
        let counts: Vec<String> = counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        (!counts.is_empty()).then(|| format!("events left out: {}", counts.join(", ")))
    }
}
