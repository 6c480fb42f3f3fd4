//! One static `span!` or `event!` place in the program.

use minicbor::{Decode, Encode};

/// One static `span!` or `event!` place, as the program's source has it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Callsite {
    /// The span's name, or the event's (`event src/lib.rs:12`).
    #[n(0)]
    pub name: String,
    /// The target, by default the module path.
    #[n(1)]
    pub target: String,
    /// The source file, where known.
    #[n(2)]
    pub file: Option<String>,
    /// The line in [`file`](Self::file), from 1.
    #[n(3)]
    pub line: Option<u32>,
    /// The verbosity level.
    #[n(4)]
    pub level: Level,
    /// Whether spans or events are made here.
    #[n(5)]
    pub kind: CallsiteKind,
    /// The names of the fields declared here, in source order.
    #[n(6)]
    pub fields: Vec<String>,
}

impl Callsite {
    /// The crate the callsite belongs to: the target up to its first `::`.
    pub fn crate_name(&self) -> &str {
        self.target.split("::").next().unwrap_or(&self.target)
    }
}

/// What a callsite makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum CallsiteKind {
    /// Spans, which last.
    #[n(0)]
    Span,
    /// Events, which are instants.
    #[n(1)]
    Event,
}

/// A verbosity level of `tracing`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
#[allow(missing_docs)]
pub enum Level {
    #[n(0)]
    Error,
    #[n(1)]
    Warn,
    #[n(2)]
    Info,
    #[n(3)]
    Debug,
    #[n(4)]
    Trace,
}
