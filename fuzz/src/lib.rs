//! What hostile bytes are tried on: every decoder of a recording, the reader, and the views over
//! whatever could be read.
//!
//! A [`Target`] takes any bytes and panics if a promise is broken: nothing panics on bad input,
//! memory and time stay in proportion to the input, an error names its place, and what is read is
//! what was written. The same targets are run by libFuzzer (`fuzz/libfuzzer`, which has a workspace
//! of its own, so that nobody else builds it) and by `tests/mutations.rs`, which needs no more than
//! `cargo test`.
//!
//! ```text
//! bytes ─► targets/  ─► choices   numbers out of bytes, for targets that build their input
//!                       sealing   checksums made right, so that mutations get past them
//!                       examine   what must hold for every recording that opens
//!                       limits    memory and time
//! ```

#![forbid(unsafe_code)]

mod choices;
mod limits;
mod sealing;
mod fixtures;
mod program;
mod examine;
mod targets;
mod corpus;
mod mutation;

pub use corpus::{Corpus, pack};
pub use limits::processor_time;
pub use mutation::Mutator;
pub use targets::{TARGETS, Target, target};
