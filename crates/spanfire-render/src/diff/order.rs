//! Which rows come first: those with the largest change of what is compared.

use super::amount::Scale;
use super::rows::{PathRow, paths};
use super::{DiffOptions, DiffWeight};
use crate::frame_labels::{FrameLabels, StackText};
use spanfire_views::{Diff, NameDiff};
use std::cmp::Reverse;

/// The names, as many as the options allow.
pub(super) fn ordered_names<'a>(diff: &'a Diff, options: &DiffOptions) -> Vec<&'a NameDiff> {
    let scale = Scale::per_recording(diff.recordings());
    let mut names: Vec<&NameDiff> = diff.names().iter().collect();
    names.sort_by_cached_key(|name| {
        let sums = match options.weight {
            DiffWeight::Total => name.busy_ns(),
            DiffWeight::SelfTime => name.self_ns(),
            DiffWeight::Idle => name.sides().map(|side| side.map_or(0, |row| row.idle_ns)),
            DiffWeight::Count => name.spans(),
        };
        let [before, after] = scale.rounded(sums);
        Reverse(before.abs_diff(after))
    });
    names.truncate(options.limit.unwrap_or(usize::MAX));
    names
}

/// The stacks as one word each, as many as the options allow.
pub(super) fn ordered_paths(diff: &Diff, options: &DiffOptions) -> Vec<(String, PathRow)> {
    let frames = diff.nodes().iter().filter_map(|node| node.frame);
    let labels = FrameLabels::among(frames, diff.callsites(), options.names);
    let mut stacks = StackText::new(&labels);
    let texts =
        diff.nodes().iter().skip(1).map(|node| stacks.at(node.frame, node.depth).to_owned());
    let mut rows: Vec<(String, PathRow)> = texts.zip(paths(diff, options)).collect();
    rows.sort_by_cached_key(|(_, row)| {
        Reverse(match options.weight {
            DiffWeight::Total => row.total_before_ns.abs_diff(row.total_after_ns),
            DiffWeight::SelfTime => row.self_before_ns.abs_diff(row.self_after_ns),
            DiffWeight::Idle => row.idle_before_ns.abs_diff(row.idle_after_ns),
            DiffWeight::Count => row.count_before.abs_diff(row.count_after),
        })
    });
    rows.truncate(options.limit.unwrap_or(usize::MAX));
    rows
}
