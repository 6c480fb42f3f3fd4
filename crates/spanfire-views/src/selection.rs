//! Which part of a recording is looked at.

use regex::Regex;

/// Which part of a recording is looked at; the same on every view, applied before aggregation.
///
/// The default selects everything. Patterns are searched in a frame's name and in its path
/// (`target::name`).
///
/// A selection selects moments, and every view shows the same ones: a moment's stack contains a
/// frame if its physical or its logical stack does. A span's busy time is then what is selected of
/// its segments, and spans and segments count that have a selected moment, or could have had one
/// and have no length.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Cut off everything before this time, in ns since the recording's start.
    pub from_ns: Option<u64>,
    /// Cut off everything from this time on, in ns since the recording's start.
    pub to_ns: Option<u64>,
    /// Only lanes whose label matches. What happened on others still decides how long spans lived.
    pub thread: Option<Regex>,
    /// Only spans of this name and what descends from them; stacks and requests start there.
    /// Other spans that were entered in between are not in the stacks, and their time is left out.
    pub root: Option<String>,
    /// Only moments whose stack contains a matching frame: the frame, its callers and its callees.
    pub focus: Option<Regex>,
    /// No moments whose stack contains a matching frame.
    pub ignore: Option<Regex>,
    /// Matching frames are taken out of stacks, as if they had never been entered: their time goes
    /// to the frame around them on their thread, and to nothing where there is none.
    pub hide: Option<Regex>,
    /// Spans that lived shorter are taken out in the same way, in ns. Finding them takes a first
    /// reading of the recording.
    pub min_duration_ns: u64,
}
