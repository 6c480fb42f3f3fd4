//! Records every span of a program that uses `tracing`, exactly, at close to the cost of reading
//! the clock twice.
//!
//! ```no_run
//! let _guard = spanfire::init()?; // records until dropped, into <executable>-<pid>.spanfire
//! # Ok::<(), spanfire::Error>(())
//! ```
//!
//! [`init`] installs the stand-alone [`Subscriber`], the cheapest form. A program that has other
//! layers adds a [`Layer`] beside them; [`Recorder::builder`] makes both and says what is recorded.
//! With the feature `sampler`, [`Builder::sample`](Builder) adds native stack samples.
//! The `spanfire` command turns the recording into flame charts, flamegraphs and tables.
//!
//! # What it does to the program
//!
//! Each callback reads the clock and writes 16 bytes into its thread's chunk: no lock, no allocation
//! after a thread's first spans, no write that threads share. A collector's thread, named
//! `spanfire`, encodes chunks and writes them; it looks at every thread's open chunk each 50 ms, so
//! a live recording can be read, and nothing depends on a thread's end. Memory is bounded by
//! [`Builder::buffer`]; what happens when it is full says [`Overflow`], and every loss is recorded.
//! The library prints nothing and its callbacks do not panic.
//!
//! The first use of a thread and of a callsite takes locks and allocates, some microseconds;
//! building a recorder watches the clock for 5 ms.

#![cfg_attr(test, allow(missing_docs))]
// No callback panics: in the middle of a `Drop`, as a close is, that would abort the program.
#![cfg_attr(
    not(any(test, spanfire_loom)),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::get_unwrap,
        clippy::panic,
        clippy::unreachable,
        clippy::unimplemented
    )
)]

mod environment;
mod builder;
mod guard;
mod subscriber;
mod layer;
mod elsewhere;
mod birth;
mod fields;
mod clock;
mod lane;
mod callsites;
mod primitives;
mod chunk;
mod names;
mod losses;
mod core;
#[allow(
    clippy::indexing_slicing,
    reason = "the collector's thread: a panic there is an error at the end"
)]
mod collector;
#[allow(
    clippy::indexing_slicing,
    reason = "the collector's thread: a panic there is an error at the end"
)]
mod sink;
mod thread;
mod process;
mod native;
mod probe_cost;
mod exit;
mod fork;
mod error;
#[cfg(feature = "experiment")]
pub mod experiment;
#[cfg(spanfire_loom)]
mod models;

/// What [`Builder::sample_with`] takes.
#[cfg(feature = "sampler")]
pub mod sampler {
    pub use spanfire_sampler::{Choice, MAX_HZ, Options};
}

pub use builder::{Builder, Overflow, Recorder};
pub use environment::init;
pub use error::Error;
pub use fields::Fields;
pub use guard::Guard;
pub use layer::Layer;
pub use spanfire_recording::{Recording, Sampling, SamplingMethod};
pub use subscriber::Subscriber;
