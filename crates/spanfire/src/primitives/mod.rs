//! What the protocol between lanes and the collector is made of: atomics, cells, locks, channels.
//!
//! Everything through which threads of one recorder meet comes from here. `real.rs` names the
//! standard library's and crossbeam's, and costs nothing. `modelled.rs` has the same names from loom
//! and stands in when the crate's tests are compiled with `--cfg spanfire_loom`: then the models of
//! `models/` try every order in which threads can meet, and every value that the memory model lets
//! them read. The cfg is our own, so that no dependency that knows `cfg(loom)` changes too.
//!
//! `watched.rs` does so with `--cfg spanfire_tsan`, for the thread sanitizer.
//!
//! What loom does not see: references counted by `Arc`, thread-locals, and statics. They hold no
//! part of the protocol.

#[cfg(not(spanfire_loom))]
mod real;
#[cfg(spanfire_loom)]
mod modelled;
#[cfg(spanfire_tsan)]
mod watched;

#[cfg(spanfire_loom)]
pub(crate) use modelled::{Cell, Mutex, MutexGuard, atomic, channel};
#[cfg(not(any(spanfire_loom, spanfire_tsan)))]
pub(crate) use real::{Cell, Mutex, MutexGuard, atomic, channel};
#[cfg(spanfire_tsan)]
pub(crate) use watched::{Cell, Mutex, MutexGuard, atomic, channel};
