//! A category for each crate, which is what the profiler colours by.

use spanfire_recording::Callsite;

/// The colours that categories have in turn. Grey is for what belongs to none.
const COLOURS: [&str; 9] =
    ["blue", "orange", "green", "purple", "yellow", "lightblue", "magenta", "brown", "red"];

/// The crates of a recording, in the order of their names.
pub(super) struct Categories {
    crates: Vec<String>,
}

impl Categories {
    /// The crates of these callsites.
    pub fn of(callsites: &[Callsite]) -> Categories {
        let mut crates: Vec<String> =
            callsites.iter().map(|site| site.crate_name().to_owned()).collect();
        crates.sort_unstable();
        crates.dedup();
        Categories { crates }
    }

    /// The number of a callsite's category; 0 is none.
    pub fn of_callsite(&self, callsite: &Callsite) -> usize {
        let found = self.crates.binary_search_by(|name| name.as_str().cmp(callsite.crate_name()));
        found.map_or(0, |index| index + 1)
    }

    /// Name and colour of every category, by its number.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &'static str)> {
        let named = self.crates.iter().zip(COLOURS.iter().cycle());
        std::iter::once(("Other", "grey"))
            .chain(named.map(|(name, colour)| (name.as_str(), *colour)))
    }
}
