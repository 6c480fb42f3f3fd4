//! What a lane remembers of callsites.

use super::Slot;
use crate::{callsites, core::Core, fields::Wanted};
use std::{cell::Cell, ptr};
use tracing_core::Metadata;

/// Entries of a lane's cache, a power of two.
const ENTRIES: usize = 256;

/// How many spans may go by on trust before one is checked.
const MAX_CREDIT: u8 = 63;

/// A direct-mapped cache of callsites by the address of their metadata.
pub(super) struct Sites([Site; ENTRIES]);

/// A callsite as one lane knows it: 16 bytes.
pub(crate) struct Site {
    address: Cell<usize>,
    number: Cell<u32>,
    wanted: Cell<Wanted>,
    recorded: Cell<bool>,
    /// How many spans may still be trusted.
    credit: Cell<u8>,
    /// The credit that the last check gave.
    earned: Cell<u8>,
}

impl Sites {
    pub fn new() -> Sites {
        Sites(std::array::from_fn(|_| Site {
            address: Cell::new(0),
            number: Cell::new(0),
            wanted: Cell::new(Wanted::Never),
            recorded: Cell::new(false),
            credit: Cell::new(0),
            earned: Cell::new(0),
        }))
    }

    /// What is known of a callsite; takes a lock once for each callsite and thread. `None` when the
    /// callsite has no number.
    #[inline(always)]
    pub fn get(&self, core: &Core, metadata: &'static Metadata<'static>) -> Option<&Site> {
        let address = callsites::address(metadata);
        // Metadata is at least 64 bytes long, so the bits above tell callsites apart.
        let site = self.0.get((address >> 6 ^ address >> 14) % ENTRIES)?;
        if site.address.get() != address {
            site.fill(core, metadata)?;
        }
        Some(site)
    }

    /// The site of a [`place`](Self::place).
    pub fn at(&self, place: usize) -> Option<&Site> {
        self.0.get(place)
    }

    /// Where `site` stands.
    pub fn place(&self, site: &Site) -> usize {
        (ptr::from_ref(site) as usize - self.0.as_ptr() as usize) / size_of::<Site>()
    }
}

impl Site {
    /// The callsite's number in the recording.
    #[inline(always)]
    pub fn number(&self) -> u32 {
        self.number.get()
    }

    /// Which spans' fields are recorded.
    #[inline(always)]
    pub fn wanted(&self) -> Wanted {
        self.wanted.get()
    }

    /// Whether the filter lets it through.
    #[inline(always)]
    pub fn recorded(&self) -> bool {
        self.recorded.get()
    }

    /// Whether the next span is trusted.
    #[inline(always)]
    pub fn spend_trust(&self) -> bool {
        let credit = self.credit.get();
        if credit == 0 {
            return false;
        }
        self.credit.set(credit - 1);
        true
    }

    /// A check begins. Gives how much credit it will earn if its span is prompt: 1, 3, 7 … 63 in a
    /// row. Until it ends, spans inside the checked one live on what the check before it earned;
    /// one that never ends has earned nothing for the next.
    pub fn begin_check(&self) -> u8 {
        let earned = self.earned.replace(0);
        self.credit.set(earned);
        (earned * 2 + 1).min(MAX_CREDIT)
    }

    /// A checked span was entered and dropped at once.
    pub fn earn(&self, credit: u8) {
        self.earned.set(credit);
        self.credit.set(credit);
    }

    /// A checked span waited.
    pub fn lose_trust(&self) {
        self.earn(0);
    }

    #[cold]
    #[inline(never)]
    fn fill(&self, core: &Core, metadata: &'static Metadata<'static>) -> Option<()> {
        let number = Slot::closed(|| core.callsite_number(metadata))?;
        self.number.set(number);
        self.wanted.set(core.fields.wanted(metadata));
        self.recorded.set(core.selects(metadata));
        self.credit.set(0);
        self.earned.set(0);
        self.address.set(callsites::address(metadata));
        Some(())
    }
}
