//! A dynamic library that traces: it has callsites of its own, and a `tracing` of its own.

use std::any::TypeId;
use std::hash::{DefaultHasher, Hash, Hasher};
use tracing::{Dispatch, info_span};

/// Tells which compilation of `Dispatch` this library knows: another's may not be given to it.
#[unsafe(no_mangle)]
pub extern "C" fn dispatch_type() -> u64 {
    let mut hasher = DefaultHasher::new();
    TypeId::of::<Dispatch>().hash(&mut hasher);
    hasher.finish()
}

/// Makes spans for the program that loaded the library.
#[unsafe(no_mangle)]
pub extern "C" fn trace(dispatch: &Dispatch, rounds: u64) {
    tracing::dispatcher::with_default(dispatch, || {
        // The library's own copy of `tracing` knows no dispatcher that it could ask.
        tracing::callsite::rebuild_interest_cache();
        for round in 0..rounds {
            let _outer = info_span!("in the library", round).entered();
            info_span!("deeper in the library").in_scope(|| ());
        }
    });
}
