//! Names of what native samples saw.
//!
//! Takes addresses and the files that were mapped where they lie; gives the functions at each, those
//! inlined too, and which functions hold which callsite. Nothing but these files is read, after the
//! program ran: a file that has changed since, as its build id tells, names nothing, and its
//! addresses stay `[file+0x1234]`. Each file is opened once and each address looked up once.

mod binary;
mod holders;

use binary::Binary;
use spanfire_recording::{Callsite, Image};
use spanfire_views::{Function, FunctionId, NativeSymbols};
use std::collections::BTreeMap;
use std::path::Path;

/// What addresses are called, and what stood in the way.
pub struct Symbolized {
    /// The names.
    pub symbols: NativeSymbols,
    /// A line for each file without names, for people.
    pub notes: Vec<String>,
}

/// Names `addresses`, which are in order.
pub fn symbolize(images: &[Image], addresses: &[u64], callsites: &[Callsite]) -> Symbolized {
    let mut symbols = NativeSymbols::default();
    let mut binaries: BTreeMap<&str, Result<Binary, Option<String>>> = BTreeMap::new();
    for &address in addresses {
        let Some(image) = images.iter().rfind(|image| (image.start..image.end).contains(&address))
        else {
            let unknown = place(&mut symbols, "unknown", address);
            symbols.at(address, vec![unknown]);
            continue;
        };
        let binary = binaries.entry(&image.path).or_insert_with(|| Binary::open(image));
        let offset = address - image.start + image.file_offset;
        let mut frames = match binary {
            Ok(binary) => binary.frames(offset, &mut symbols),
            Err(_) => Vec::new(),
        };
        if frames.is_empty() {
            frames.push(place(&mut symbols, file_name(&image.path), offset));
        }
        symbols.at(address, frames);
    }
    for binary in binaries.values().flatten() {
        holders::find(binary, callsites, &mut symbols);
    }
    let notes = binaries.into_values().filter_map(|binary| binary.err().flatten()).collect();
    Symbolized { symbols, notes }
}

/// A place without a name.
fn place(symbols: &mut NativeSymbols, file: &str, offset: u64) -> FunctionId {
    symbols.function(Function { name: format!("[{file}+{offset:#x}]"), file: None, line: None })
}

fn file_name(path: &str) -> &str {
    let name = Path::new(path).file_name().and_then(|name| name.to_str());
    name.unwrap_or(path).trim_matches(['[', ']'])
}

#[cfg(test)]
mod tests;
