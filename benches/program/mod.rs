//! Programs that do nothing but make spans, as many as asked for.

pub mod service;

use crate::bodies::{self, Body};

/// What makes the spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// One empty span after the other.
    Leaf,
    /// Empty spans eight deep.
    Nested,
    /// Requests of a service: see [`service`].
    Service,
}

impl Program {
    /// All of them.
    pub const ALL: [Program; 3] = [Program::Leaf, Program::Nested, Program::Service];

    /// The name in tables and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Program::Leaf => "leaf",
            Program::Nested => "nested",
            Program::Service => "service",
        }
    }

    /// The program of that name.
    pub fn named(name: &str) -> Option<Program> {
        Program::ALL.into_iter().find(|program| program.name() == name)
    }

    /// Makes about `spans` spans on this thread; gives how many it made.
    pub fn run(self, spans: u64) -> u64 {
        match self {
            Program::Leaf => bodies::spans::run(Body::Leaf, spans),
            Program::Nested => bodies::spans::run(Body::Nested, spans),
            Program::Service => service::run(spans / service::SPANS_PER_REQUEST),
        }
    }
}
