//! Notices that this process is a copy of the one a recorder was started in.
//!
//! A forked process has none of its parent's threads but the one that forked: no collector. And what
//! it would record it would write into the parent's memory, where that is a shared mapping. So it
//! records nothing: the thread that forked leaves its lanes, new threads get none, and finishing
//! does nothing. A recorder that the forked process starts itself is its own.

use crate::lane::Slot;
use std::sync::{
    Once,
    atomic::{AtomicU64, Ordering::Relaxed},
};

/// How often this process, and those it was copied from, were forked.
static GENERATION: AtomicU64 = AtomicU64::new(0);

/// The process's generation: another than its parent's.
pub(crate) fn generation() -> u64 {
    GENERATION.load(Relaxed)
}

/// Has forks noticed from now on.
pub(crate) fn watch() {
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(register);
}

#[cfg(unix)]
fn register() {
    // SAFETY: the handler touches an atomic and thread-locals without destructor or allocation, so
    // it may run in the child of a process with several threads; it does not unwind.
    unsafe {
        libc::pthread_atfork(None, None, Some(forked));
    }
}

#[cfg(not(unix))]
fn register() {}

#[cfg(unix)]
extern "C" fn forked() {
    GENERATION.fetch_add(1, Relaxed);
    Slot::leave();
}
