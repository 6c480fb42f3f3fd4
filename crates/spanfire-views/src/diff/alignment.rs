//! Which callsite of one recording is which of another.
//!
//! Code moves between two builds, so a line says little; what a place is called says more.
//! Callsites of one target and name are a group. In a group
//!
//! - places that are known on both sides are the same where one side knows no others: nothing has
//!   moved, and what one side lacks never ran there;
//! - otherwise, with as many places on both sides, the first is the first, the second the second;
//! - otherwise nobody can say which is which, and all are one frame.
//!
//! A group that only one side has is the other side's only such group of the same crate and name,
//! if there is one: a module was renamed.

use rustc_hash::FxHashMap;
use spanfire_recording::{Callsite, CallsiteId, CallsiteKind};
use std::collections::{BTreeMap, BTreeSet};

/// A place in the source.
type Place = (Option<String>, Option<u32>);

/// The frames of two sides: what callsites of either became.
#[derive(Clone, Debug, Default)]
pub(super) struct Alignment {
    /// A callsite for each frame: that of the after side where it has one.
    pub frames: Vec<Callsite>,
    /// The frame of a callsite, by side.
    by_callsite: [FxHashMap<Key, CallsiteId>; 2],
}

type Key = (String, String, Place);

/// The places of one target and name.
type Group<'a> = BTreeMap<Place, &'a Callsite>;

/// Target and name.
type Called<'a> = (&'a str, &'a str);

impl Alignment {
    /// Aligns the callsites of all recordings before with those of all after.
    pub fn of<'a>(
        before: impl Iterator<Item = &'a Callsite>,
        after: impl Iterator<Item = &'a Callsite>,
    ) -> Alignment {
        let (before, mut after) = (groups(before), groups(after));
        let mut alignment = Alignment::default();
        let renamed = renamed(&before, &after);
        for (called, sites) in before {
            let other = renamed.get(&called).copied().unwrap_or(called);
            alignment.group(&sites, &after.remove(&other).unwrap_or_default());
        }
        for sites in after.into_values() {
            alignment.group(&Group::new(), &sites);
        }
        alignment
    }

    /// The frame of a callsite of one side, 0 before and 1 after.
    pub fn frame(&self, side: usize, callsite: &Callsite) -> Option<CallsiteId> {
        self.by_callsite[side].get(&key(callsite)).copied()
    }

    fn group(&mut self, before: &Group<'_>, after: &Group<'_>) {
        let (places_before, places_after) = (places(before), places(after));
        let unmoved =
            places_before.is_subset(&places_after) || places_after.is_subset(&places_before);
        if unmoved {
            for place in places_before.union(&places_after) {
                self.frame_of(before.get(*place).copied(), after.get(*place).copied());
            }
        } else if before.len() == after.len() {
            for (&one, &other) in before.values().zip(after.values()) {
                self.frame_of(Some(one), Some(other));
            }
        } else {
            let frame = CallsiteId(self.frames.len() as u32);
            self.frames.extend(after.values().next().map(|&callsite| callsite.clone()));
            for (side, sites) in [before, after].into_iter().enumerate() {
                let keys = sites.values().map(|callsite| (key(callsite), frame));
                self.by_callsite[side].extend(keys);
            }
        }
    }

    fn frame_of(&mut self, before: Option<&Callsite>, after: Option<&Callsite>) {
        let frame = CallsiteId(self.frames.len() as u32);
        self.frames.extend(after.or(before).cloned());
        for (side, callsite) in [before, after].into_iter().enumerate() {
            self.by_callsite[side].extend(callsite.map(|callsite| (key(callsite), frame)));
        }
    }
}

fn key(callsite: &Callsite) -> Key {
    (callsite.target.clone(), callsite.name.clone(), place(callsite))
}

fn place(callsite: &Callsite) -> Place {
    (callsite.file.clone(), callsite.line)
}

fn places<'a>(group: &'a Group<'_>) -> BTreeSet<&'a Place> {
    group.keys().collect()
}

fn groups<'a>(callsites: impl Iterator<Item = &'a Callsite>) -> BTreeMap<Called<'a>, Group<'a>> {
    let mut groups: BTreeMap<Called<'a>, Group<'a>> = BTreeMap::new();
    for callsite in callsites.filter(|callsite| callsite.kind == CallsiteKind::Span) {
        let group = groups.entry((&callsite.target, &callsite.name)).or_default();
        group.entry(place(callsite)).or_insert(callsite);
    }
    groups
}

/// For groups that only the before side has: what the after side calls them.
fn renamed<'a>(
    before: &BTreeMap<Called<'a>, Group<'a>>,
    after: &BTreeMap<Called<'a>, Group<'a>>,
) -> FxHashMap<Called<'a>, Called<'a>> {
    let gone = only_of_their_crate(before, after);
    let new = only_of_their_crate(after, before);
    gone.into_iter().filter_map(|(of, called)| Some((called, *new.get(&of)?))).collect()
}

/// By crate and name, the group that only one side has, if it is the only one.
fn only_of_their_crate<'a>(
    here: &BTreeMap<Called<'a>, Group<'a>>,
    there: &BTreeMap<Called<'a>, Group<'a>>,
) -> FxHashMap<Called<'a>, Called<'a>> {
    let mut found: FxHashMap<Called<'a>, Vec<Called<'a>>> = FxHashMap::default();
    for &(target, name) in here.keys().filter(|called| !there.contains_key(*called)) {
        let crate_name = target.split("::").next().unwrap_or(target);
        found.entry((crate_name, name)).or_default().push((target, name));
    }
    let alone = found.into_iter().filter(|(_, groups)| groups.len() == 1);
    alone.map(|(of, groups)| (of, groups[0])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use spanfire_recording::Level;

    fn site(target: &str, name: &str, line: u32) -> Callsite {
        Callsite {
            name: name.to_owned(),
            target: target.to_owned(),
            file: Some("src/lib.rs".to_owned()),
            line: Some(line),
            level: Level::Info,
            kind: CallsiteKind::Span,
            fields: Vec::new(),
        }
    }

    /// Checks which lines of one name are one frame, written `3=5 9=` for a frame at line 3 before
    /// and 5 after, and one at 9 before alone.
    #[track_caller]
    fn check(before: &[u32], after: &[u32], expected: &str) {
        let sites = |lines: &[u32]| -> Vec<Callsite> {
            lines.iter().map(|&line| site("app", "parse", line)).collect()
        };
        let sides = [sites(before), sites(after)];
        let alignment = Alignment::of(sides[0].iter(), sides[1].iter());
        let lines = |side: usize, frame: u32| -> String {
            let here = sides[side]
                .iter()
                .filter(|callsite| alignment.frame(side, callsite) == Some(CallsiteId(frame)));
            let lines: Vec<String> =
                here.filter_map(|callsite| Some(callsite.line?.to_string())).collect();
            lines.join(",")
        };
        let frames = (0..alignment.frames.len() as u32)
            .map(|frame| format!("{}={}", lines(0, frame), lines(1, frame)));
        assert_eq!(frames.collect::<Vec<_>>().join(" "), expected);
    }

    #[test]
    fn a_callsite_that_moved_is_the_same_frame() {
        check(&[3], &[5], "3=5");
        check(&[3, 9], &[5, 12], "3=5 9=12");
    }

    #[test]
    fn a_callsite_that_never_ran_on_one_side_leaves_the_others_in_their_places() {
        check(&[3, 9], &[9], "3= 9=9");
        check(&[9], &[3, 9, 20], "=3 9=9 =20");
        check(&[], &[5], "=5");
    }

    #[test]
    fn callsites_that_nobody_can_tell_apart_are_one_frame() {
        check(&[3], &[5, 12], "3=5,12");
    }

    #[test]
    fn a_renamed_module_keeps_its_frames_and_two_candidates_keep_apart() {
        let (old, new, other) =
            (site("app::a", "load", 1), site("app::b", "load", 2), site("app::c", "load", 3));
        let alignment = Alignment::of([&old].into_iter(), [&new].into_iter());
        assert_eq!(alignment.frame(0, &old), alignment.frame(1, &new));
        let alignment = Alignment::of([&old].into_iter(), [&new, &other].into_iter());
        assert_eq!(alignment.frames.len(), 3);
    }
}
