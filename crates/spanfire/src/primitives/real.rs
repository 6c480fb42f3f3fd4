//! The primitives as programs run them.

#[cfg_attr(spanfire_tsan, allow(unused_imports))]
pub use std::{
    cell::Cell,
    sync::{Mutex, MutexGuard, atomic},
};

/// Channels that carry full chunks one way and empty ones the other.
pub mod channel {
    pub use crossbeam_channel::{
        Receiver, RecvTimeoutError, SendTimeoutError, Sender, TrySendError, bounded,
    };
}
