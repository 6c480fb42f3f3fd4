//! Which part of a recording is looked at.

use regex::Regex;

/// Which part of a recording is looked at; the same on every view, applied before aggregation.
///
/// The default selects everything. Patterns are searched in a frame's name and in its path
/// (`target::name`).
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Cut off everything before this time, in ns since the recording's start.
    pub from_ns: Option<u64>,
    /// Cut off everything from this time on, in ns since the recording's start.
    pub to_ns: Option<u64>,
    /// Only lanes whose label matches.
    pub thread: Option<Regex>,
    /// Only spans of this name and what descends from them; stacks and requests start there.
    pub root: Option<String>,
    /// Only moments whose stack contains a matching frame: the frame, its callers and its callees.
    pub focus: Option<Regex>,
    /// No moments whose stack contains a matching frame.
    pub ignore: Option<Regex>,
    /// Matching frames are taken out of stacks; their time goes to the frame around them.
    pub hide: Option<Regex>,
    /// Spans that lived shorter are taken out in the same way, in ns.
    pub min_duration_ns: u64,
}
