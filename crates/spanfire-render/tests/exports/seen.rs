//! What was seen of a drawn program, named: a function is its letter, a capital one holds the span of that
//! name, `t` is of `tracing`.

use spanfire_recording::{CallsiteId, Recording};
use spanfire_render::export::Native;
use spanfire_views::{Function, NativeSamples, NativeSymbols};

pub struct Seen {
    pub samples: NativeSamples,
    pub symbols: NativeSymbols,
}

impl Seen {
    /// What was seen, if anything was.
    pub fn of(recording: &Recording) -> Option<Seen> {
        let samples = NativeSamples::of(recording).expect("samples")?;
        let mut symbols = NativeSymbols::default();
        for address in samples.addresses() {
            let letter = char::from((address >> 8) as u8);
            let krate = if letter == 't' { "tracing" } else { "app" };
            let (file, line) = (Some(format!("src/{letter}.rs")), Some(u32::from(letter)));
            let name = format!("{krate}::{letter}");
            let function = symbols.function(Function { name, file, line });
            symbols.at(address, vec![function]);
            for (id, site) in (0..).map(CallsiteId).zip(recording.callsites()) {
                if site.name == letter.to_string() {
                    symbols.holds(function, id);
                }
            }
        }
        Some(Seen { samples, symbols })
    }

    pub fn native(&self) -> Native<'_> {
        Native { samples: &self.samples, symbols: &self.symbols }
    }
}
