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
            DiffWeight::Count => name.spans(),
            weight => name.sum_ns(weight.measure()),
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
        let [before, after] = row.shown.compared;
        Reverse(before.abs_diff(after))
    });
    rows.truncate(options.limit.unwrap_or(usize::MAX));
    rows
}
