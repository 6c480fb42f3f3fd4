//! Which functions hold which callsites.
//!
//! The line table says which code stands for the line a span is made on; the innermost function of
//! that code is where the line stands in the source. Costs one pass over the line table.

use super::binary::Binary;
use spanfire_recording::{Callsite, CallsiteId, CallsiteKind};
use spanfire_views::{FunctionId, NativeSymbols};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// More pieces of code for one line are not looked at: a generic function's have one name.
const PIECES_MAX: usize = 256;

/// Finds the functions of `binary` that hold callsites of spans.
pub fn find(binary: &Binary, callsites: &[Callsite], symbols: &mut NativeSymbols) {
    let mut on_line: HashMap<u32, Vec<(CallsiteId, &str)>> = HashMap::new();
    for (id, callsite) in (0..).map(CallsiteId).zip(callsites) {
        if let (CallsiteKind::Span, Some(file), Some(line)) =
            (callsite.kind, &callsite.file, callsite.line)
        {
            on_line.entry(line).or_default().push((id, file));
        }
    }
    let mut pieces: BTreeMap<CallsiteId, Vec<u64>> = BTreeMap::new();
    binary.lines(|address, location| {
        let (Some(file), Some(line)) = (location.file, location.line) else { return };
        for &(id, _) in on_line.get(&line).into_iter().flatten().filter(|(_, of)| is_file(file, of))
        {
            let pieces = pieces.entry(id).or_default();
            if pieces.len() < PIECES_MAX {
                pieces.push(address);
            }
        }
    });
    for (id, addresses) in pieces {
        let innermost = |&address: &u64| binary.frames_at(address, symbols).first().copied();
        let functions: BTreeSet<FunctionId> = addresses.iter().filter_map(innermost).collect();
        let krate = callsites[id.index()].crate_name();
        let of_the_crate = |function: &&FunctionId| {
            let name = &symbols.functions()[function.0 as usize].name;
            [format!("{krate}::"), format!("{krate}[")].iter().any(|path| name.contains(path))
        };
        // A file's name alone may be that of another crate's.
        let own: Vec<FunctionId> = functions.iter().filter(of_the_crate).copied().collect();
        let holders = if own.is_empty() { functions.into_iter().collect() } else { own };
        for function in holders {
            symbols.holds(function, id);
        }
    }
}

/// Whether `path`, of the debug information, is the file that the compiler was given as `name`.
fn is_file(path: &str, name: &str) -> bool {
    let separators = ['/', '\\'];
    let mut path = path.rsplit(separators).filter(|part| *part != ".");
    name.rsplit(separators).filter(|part| *part != ".").all(|part| path.next() == Some(part))
}

#[cfg(test)]
mod tests {
    use super::is_file;

    #[test]
    fn a_file_is_known_by_the_end_of_its_path() {
        assert!(is_file("/home/a/app/src/main.rs", "src/main.rs"));
        assert!(is_file("/home/a/app/./src/main.rs", "src/main.rs"));
        assert!(is_file("src\\main.rs", "src/main.rs"));
        assert!(!is_file("/home/a/app/xsrc/main.rs", "src/main.rs"));
        assert!(!is_file("main.rs", "src/main.rs"));
    }
}
