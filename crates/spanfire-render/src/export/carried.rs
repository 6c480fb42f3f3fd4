//! What became of a recording in another format.

use crate::tables::{bytes, counted};
use spanfire_views::Visited;
use std::fmt;

/// What an export carries of its [`Source`](super::Source), and what it does not.
///
/// Shown, it is one line about what is not carried as it was, and empty if everything is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Carried {
    /// Spans in the export.
    pub spans: u64,
    /// How often a segment or a span was cut in two, because the format's tracks nest strictly.
    pub split: u64,
    /// Selected spans that are not in the export.
    pub left_out: u64,
    /// What else is not as it was, or what its reader should know: each a clause of a sentence.
    pub notes: Vec<String>,
}

impl Carried {
    /// The note on `follows_from`s whose cause is not known.
    pub(super) fn unknown_causes(visited: &Visited) -> Option<String> {
        (visited.unknown_causes > 0).then(|| {
            let count = counted(visited.unknown_causes, "follows_from");
            format!("{count} of spans that had closed long before or are not selected")
        })
    }
}

impl fmt::Display for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let split = (self.split > 0).then(|| {
            format!("{} where spans overlap or are selected in part", counted(self.split, "cut"))
        });
        let left_out =
            (self.left_out > 0).then(|| format!("{} left out", counted(self.left_out, "span")));
        let clauses: Vec<&str> =
            split.iter().chain(&left_out).chain(&self.notes).map(String::as_str).collect();
        f.write_str(&clauses.join("; "))
    }
}

/// The flags that make an export smaller.
pub(super) const NARROWER: &str = "--from, --to, --thread, --root or --min-duration";

/// The longest text that Chrome's engine can hold; other browsers stop earlier or a little later.
const LONGEST_TEXT: u64 = 512 << 20;

/// What to say of a file that is opened in a browser and larger than that can hold.
pub(super) fn too_large_for_browsers(size: u64) -> Option<String> {
    (size > LONGEST_TEXT).then(|| {
        let (size, limit) = (bytes(size), bytes(LONGEST_TEXT));
        format!("{size} is more than browsers open ({limit}); {NARROWER} make it less")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_carried_whole_needs_no_words_and_the_rest_is_one_line() {
        assert_eq!(Carried { spans: 5, ..Carried::default() }.to_string(), "");
        let notes = vec!["a note".to_owned()];
        let carried = Carried { spans: 5, split: 1, left_out: 2, notes };
        assert_eq!(
            carried.to_string(),
            "1 cut where spans overlap or are selected in part; 2 spans left out; a note"
        );
    }

    #[test]
    fn only_a_file_that_browsers_cannot_hold_is_too_large() {
        assert_eq!(too_large_for_browsers(512 << 20), None);
        let said = too_large_for_browsers(3_000_000_000).unwrap_or_default();
        assert!(said.starts_with("3.0 GB is more than browsers open (536.8 MB); --from"), "{said}");
    }
}
