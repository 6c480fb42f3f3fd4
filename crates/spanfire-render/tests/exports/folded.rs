//! Folded stacks, split into lines, frames and weights again, and drawn by inferno.

use crate::recordings;
use inferno::flamegraph::{Options, from_lines};
use spanfire_recording::Recording;
use spanfire_render::export::folded;
use spanfire_views::{CallTree, Names, Replay, Selection, Stacks, Statistics, Weight};
use std::collections::BTreeMap;

/// The weights of all stacks, by their frames.
fn read(text: &str) -> Result<BTreeMap<Vec<&str>, u64>, String> {
    let mut stacks = BTreeMap::new();
    for line in text.split_terminator('\n') {
        let (stack, weight) = line.rsplit_once(' ').ok_or("a line without a weight")?;
        let weight = weight.parse().map_err(|_| format!("{weight:?} is no weight"))?;
        let frames: Vec<&str> = stack.split(';').collect();
        if frames.iter().any(|frame| frame.is_empty()) {
            return Err(format!("a frame without a name in {stack:?}"));
        }
        if weight == 0 || stacks.insert(frames, weight).is_some() {
            return Err(format!("{stack:?} is there twice, or weighs nothing"));
        }
    }
    match text.is_empty() || text.ends_with('\n') {
        true => Ok(stacks),
        false => Err("its last line does not end".to_owned()),
    }
}

fn exported(recording: &Recording, selection: &Selection, stacks: Stacks) -> String {
    let replay = Replay::new(recording, selection.clone());
    let tree = CallTree::of(&replay, stacks).expect("a graph");
    let mut bytes = Vec::new();
    folded(&tree, Names::Name, Weight::Busy, &mut bytes).expect("memory takes everything");
    String::from_utf8(bytes).expect("text")
}

/// Either kind of stack has Σ self, and that of each name that is written as it is.
#[track_caller]
pub fn check(recording: &Recording, selection: &Selection) {
    let replay = Replay::new(recording, selection.clone());
    let statistics = Statistics::of(&replay).expect("statistics");
    for stacks in [Stacks::Thread, Stacks::Span] {
        let text = exported(recording, selection, stacks);
        let read = read(&text).expect("it is what the format says");
        assert_eq!(read.values().sum::<u64>(), statistics.total_self_ns, "Σ self");
        let mut own: BTreeMap<&str, u64> = BTreeMap::new();
        for (frames, weight) in &read {
            *own.entry(frames[frames.len() - 1]).or_default() += weight;
        }
        for row in &statistics.rows {
            let name = row.callsite.name.as_str();
            let is_plain = name.chars().all(char::is_alphanumeric);
            let alone = statistics.rows.iter().filter(|row| row.callsite.name == name).count() == 1;
            if is_plain && alone && !name.is_empty() {
                assert_eq!(own.get(name).copied().unwrap_or(0), row.self_ns, "self of {name}");
            }
        }
    }
}

/// What inferno draws of them: the width of the whole picture, or why it draws none.
fn drawn(text: &str) -> Result<u64, String> {
    let mut picture = Vec::new();
    let mut options = Options::default();
    from_lines(&mut options, text.lines(), &mut picture).map_err(|error| error.to_string())?;
    let picture = String::from_utf8(picture).expect("text");
    let (_, rest) = picture.split_once("total_samples=\"").ok_or("a picture without a width")?;
    let (width, _) = rest.split_once('"').ok_or("a picture without a width")?;
    width.parse().map_err(|_| format!("{width:?} is no width"))
}

#[test]
fn inferno_draws_every_nanosecond_and_refuses_stacks_without_weights() {
    let case = recordings::named("a service");
    let text = exported(&case.recording, &case.selection, Stacks::Thread);
    let replay = Replay::new(&case.recording, case.selection);
    let total = Statistics::of(&replay).expect("statistics").total_self_ns;
    assert_eq!(drawn(&text), Ok(total));
    let damaged: Vec<&str> =
        text.lines().map(|line| line.rsplit_once(' ').expect("a weight").0).collect();
    assert!(drawn(&damaged.join("\n")).is_err());
    assert!(read(&text).is_ok());
    for damaged in [&text[..text.len() - 1], &text.replace(' ', ""), &text.replace(";", ";;")] {
        assert!(read(damaged).is_err(), "{damaged}");
    }
}
