//! Where a recording comes from that no recorder of ours wrote.

use minicbor::{Decode, Encode};
use std::fmt;

/// The profile of another tool that a recording was imported from, and what that did not hold.
///
/// Shown, it is the sentence that stands wherever the recording is: what it was imported from, what
/// is not known, and what a nanosecond stands for where that is something else.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Origin {
    /// What it was, in words: `folded stacks`.
    #[n(0)]
    pub format: String,
    /// What wrote it, where the profile says so.
    #[n(1)]
    pub tool: Option<String>,
    /// What it does not hold.
    #[n(2)]
    pub lacks: Lacks,
    /// What each nanosecond of the recording stands for, in the plural (`samples`, `bytes`); `None` if
    /// nanoseconds are nanoseconds.
    #[n(3)]
    pub unit: Option<String>,
    /// How much time one sample stands for, where the profile was sampled and says so.
    #[n(4)]
    pub period_ns: Option<u64>,
}

/// What a profile of another tool does not hold. What is lacking is laid out somehow in the
/// recording, since there is no way to leave it out; no more should be read into it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Lacks {
    /// When something happened: places in time are made up, and only lengths are known.
    #[n(0)]
    pub times: bool,
    /// What came before what: stacks lie side by side.
    #[n(1)]
    pub order: bool,
    /// On which thread.
    #[n(2)]
    pub threads: bool,
    /// Calls: a span is a stay in a frame as far as samples can tell, of one call or of many, so neither
    /// the number of spans nor the length of one means anything.
    #[n(3)]
    pub calls: bool,
}

impl Lacks {
    /// Everything that is lacking, in words.
    pub fn words(&self) -> Vec<&'static str> {
        let Lacks { times, order, threads, calls } = *self;
        let all =
            [(times, "times"), (order, "order"), (threads, "threads"), (calls, "counts of calls")];
        all.into_iter().filter(|(lacks, _)| *lacks).map(|(_, word)| word).collect()
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "imported from {}", self.format)?;
        if let Some(tool) = &self.tool {
            write!(f, " ({tool})")?;
        }
        let lacks = self.lacks.words();
        if let Some((last, others)) = lacks.split_last() {
            f.write_str(", without ")?;
            if !others.is_empty() {
                write!(f, "{} or ", others.join(", "))?;
            }
            f.write_str(last)?;
        }
        if self.lacks.order {
            f.write_str("; stacks lie side by side, not in time")?;
        }
        if let Some(unit) = &self.unit {
            write!(f, "; each ns stands for one of its {unit}")?;
        }
        Ok(())
    }
}
