//! Samples the native stacks of this process, and notices when its threads run.
//!
//! [`Sampler::start`] takes an [`Options`] and samples every thread but the calling one from then
//! on, also those that come later; [`Sampler::drain`] moves what was captured into a
//! [`Batch`](spanfire_recording::Batch), and is to be called some twenty times a second by that one
//! thread. Two mechanisms, chosen at the start:
//!
//! | | perf events | timer signals |
//! |---|---|---|
//! | what samples | the kernel, from an interrupt | a signal handler on the thread itself |
//! | the program sees | nothing | `EINTR` of `poll` and `nanosleep`, a handler of `SIGPROF` |
//! | threads that begin later | inherit it | are looked for at each drain |
//! | switches | yes | no |
//! | refused where | `kernel.perf_event_paranoid` is above 2, seccomp | a `SIGPROF` handler is there |
//!
//! So signals are used only where [`Choice`] allows them. Both sample in proportion to the time on a
//! processor outside the kernel, follow frame pointers, and count what they lose.
//!
//! The distance of samples is never exactly the same, so that no loop of the program runs in step
//! with them: timers draw each one anew from ±50 %; perf events draw within ±3 % for each
//! processor, and draw again now and then, which reaches the threads there were at the start and
//! those that begin from then on.
//!
//! Linux only; elsewhere `start` says so. `unsafe` stands in the files that call the kernel or run
//! in the handler, each block with its proof.

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unreachable
    )
)]

mod options;
mod error;
#[cfg(target_os = "linux")]
mod random;
#[cfg(target_os = "linux")]
mod threads;
#[cfg(target_os = "linux")]
mod images;
#[cfg(target_os = "linux")]
mod build_id;
#[cfg(target_os = "linux")]
mod perf;
#[cfg(target_os = "linux")]
mod signal;
#[cfg(target_os = "linux")]
mod sampler;
#[cfg(not(target_os = "linux"))]
#[path = "elsewhere.rs"]
mod sampler;

pub use error::Error;
pub use options::{Choice, MAX_HZ, Options};
pub use sampler::Sampler;
