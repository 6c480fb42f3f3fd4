//! What became of a recording in another format.

use crate::tables::counted;
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
            format!("{count} of spans that had closed or are not selected")
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
