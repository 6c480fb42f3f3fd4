//! Native samples beside the spans: what the collector asks of the sampler.
//!
//! [`Wanted`] is what a builder was asked for. The collector's thread starts the sampler, since a
//! sampler leaves out the thread that it belongs to, and [`Native`] moves samples into the recording
//! at each look. Where nothing can be sampled the recording says why, and goes on.
//!
//! With the feature `sampler` that is `enabled`; without it `disabled`, which is nothing.

#[cfg(feature = "sampler")]
mod enabled;
#[cfg(not(feature = "sampler"))]
mod disabled;

#[cfg(not(feature = "sampler"))]
pub(crate) use disabled::{Native, Wanted, from_environment};
#[cfg(feature = "sampler")]
pub(crate) use enabled::{Native, Wanted, from_environment};

use spanfire_recording::Sampling;
use std::sync::{Arc, Mutex, PoisonError};

/// How it is sampled, as far as is known; the collector tells it, and the guard.
#[derive(Clone, Debug, Default)]
pub(crate) struct Status(Arc<Mutex<Option<Sampling>>>);

impl Status {
    pub fn get(&self) -> Option<Sampling> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    #[cfg_attr(not(feature = "sampler"), allow(dead_code, reason = "nobody samples"))]
    pub fn set(&self, sampling: Sampling) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(sampling);
    }
}
