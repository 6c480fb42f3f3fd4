//! Callsite numbers.

use spanfire_recording::{Callsite, CallsiteKind};
use std::{
    collections::HashMap,
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicU32, Ordering::*},
    },
};
use tracing_core::{Level, Metadata, callsite::Identifier};

/// Numbers callsites by the address of their metadata, in the order in which they are first met.
///
/// A thread asks once for each callsite and then keeps the answer: see [`Lane`](crate::lane::Lane).
#[derive(Default)]
pub(crate) struct Callsites {
    known: RwLock<Known>,
    count: AtomicU32,
}

#[derive(Default)]
struct Known {
    numbers: HashMap<usize, u32>,
    by_identifier: HashMap<Identifier, u32>,
    metadata: Vec<&'static Metadata<'static>>,
    /// What the collector has not written yet, described when it was met: a dynamic library that is
    /// unloaded takes its callsites along.
    described: Vec<Callsite>,
}

/// The address that identifies a callsite: metadata is static, so no two share one.
pub(crate) fn address(metadata: &'static Metadata<'static>) -> usize {
    std::ptr::from_ref(metadata) as usize
}

impl Callsites {
    /// The callsite's number, a new one if it has none: then `born` is told before anybody else gets
    /// it. `None` when the numbers are used up.
    pub fn number(
        &self,
        metadata: &'static Metadata<'static>,
        born: impl FnOnce(u32, &Callsite),
    ) -> Option<u32> {
        let address = address(metadata);
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = known.numbers.get(&address) {
            return Some(*number);
        }
        drop(known);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = known.numbers.get(&address) {
            return Some(*number);
        }
        let number = u32::try_from(known.metadata.len()).ok()?;
        // The last number is kept free: the id that is ignored carries it.
        if number >= spanfire_recording::raw::MAX_CALLSITES - 1 {
            return None;
        }
        let described = describe(metadata);
        born(number, &described);
        known.described.push(described);
        known.metadata.push(metadata);
        known.by_identifier.insert(metadata.callsite(), number);
        known.numbers.insert(address, number);
        self.count.store(number + 1, Release);
        Some(number)
    }

    /// How many callsites have a number.
    pub fn count(&self) -> u32 {
        self.count.load(Acquire)
    }

    /// The metadata of a number that [`number`](Self::number) gave.
    pub fn metadata(&self, number: u32) -> Option<&'static Metadata<'static>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.metadata.get(number as usize).copied()
    }

    /// The metadata of a callsite that has a number, by what its fields know of it.
    pub fn identified(&self, callsite: &Identifier) -> Option<&'static Metadata<'static>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let number = *known.by_identifier.get(callsite)?;
        known.metadata.get(number as usize).copied()
    }

    /// The callsites that got a number since this was asked last, in order.
    pub fn take_described(&self) -> Vec<Callsite> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if known.described.is_empty() {
            return Vec::new();
        }
        drop(known);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut known.described)
    }
}

/// A callsite as the recording holds it.
fn describe(metadata: &'static Metadata<'static>) -> Callsite {
    Callsite {
        name: metadata.name().to_owned(),
        target: metadata.target().to_owned(),
        file: metadata.file().map(str::to_owned),
        line: metadata.line(),
        level: level(metadata.level()),
        kind: if metadata.is_span() { CallsiteKind::Span } else { CallsiteKind::Event },
        fields: metadata.fields().iter().map(|field| field.name().to_owned()).collect(),
    }
}

fn level(level: &Level) -> spanfire_recording::Level {
    use spanfire_recording::Level as Recorded;
    match *level {
        Level::ERROR => Recorded::Error,
        Level::WARN => Recorded::Warn,
        Level::INFO => Recorded::Info,
        Level::DEBUG => Recorded::Debug,
        Level::TRACE => Recorded::Trace,
    }
}
