//! The primitives for the thread sanitizer: a lock whose order it can see. That of the standard
//! library's, which is compiled without the sanitizer, it sees only while no thread waits for it.

pub use std::{cell::Cell, sync::atomic};

pub use super::real::channel;

use atomic::{
    AtomicUsize,
    Ordering::{Acquire, Release},
};
use std::{
    ops::{Deref, DerefMut},
    sync::{self, LockResult, PoisonError},
};

/// The standard library's, with a trace of who had it before.
#[derive(Debug, Default)]
pub struct Mutex<T> {
    lock: sync::Mutex<T>,
    trace: AtomicUsize,
}

#[derive(Debug)]
pub struct MutexGuard<'a, T> {
    guard: sync::MutexGuard<'a, T>,
    trace: &'a AtomicUsize,
}

impl<T> Mutex<T> {
    pub fn new(value: T) -> Self {
        Mutex { lock: sync::Mutex::new(value), trace: AtomicUsize::new(0) }
    }

    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        let guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        self.trace.fetch_add(1, Acquire);
        Ok(MutexGuard { guard, trace: &self.trace })
    }
}

impl<T> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        self.trace.fetch_add(1, Release);
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.guard
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.guard
    }
}
