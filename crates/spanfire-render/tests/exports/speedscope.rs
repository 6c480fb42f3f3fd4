//! Files for speedscope, read by a JSON parser and by the rules of the format: a frame that closes is
//! the one that was opened last, and time goes forward. `tests/consumers` shows them to speedscope.

use crate::reading::{self, Reading};
use crate::{exported, recordings};
use serde_json::Value;
use spanfire_recording::Recording;
use spanfire_render::export::speedscope;
use spanfire_views::{Replay, Selection, Summary};
use std::collections::BTreeSet;

/// A profile as it is read.
struct Profile {
    name: String,
    range: (u64, u64),
    opened: u64,
    own: Reading,
}

fn read(bytes: &[u8]) -> Result<Vec<Profile>, String> {
    let file: Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let frames = file["shared"]["frames"].as_array().ok_or("no frames")?;
    let frames: Option<Vec<&str>> = frames.iter().map(|frame| frame["name"].as_str()).collect();
    let frames = frames.ok_or("a frame without a name")?;
    let profiles = file["profiles"].as_array().ok_or("no profiles")?;
    profiles.iter().map(|profile| read_profile(profile, &frames)).collect()
}

fn read_profile(profile: &Value, frames: &[&str]) -> Result<Profile, String> {
    let number = |value: &Value| value.as_u64().ok_or(format!("not a number: {value}"));
    let range = (number(&profile["startValue"])?, number(&profile["endValue"])?);
    let name = profile["name"].as_str().ok_or("no name")?.to_owned();
    let mut read = Profile { name, range, opened: 0, own: Reading::default() };
    let (mut open, mut reached) = (Vec::new(), range.0);
    for event in profile["events"].as_array().ok_or("no events")? {
        let at = number(&event["at"])?;
        let frame = number(&event["frame"])?;
        let name = *frames.get(frame as usize).ok_or("no such frame")?;
        if at < reached || at > range.1 {
            return Err(format!("out of order: {event}"));
        }
        if let Some(&(_, innermost)) = open.last() {
            read.own.own(innermost, at - reached);
        }
        reached = at;
        match event["type"].as_str() {
            Some("O") => {
                read.opened += 1;
                read.own.own(name, 0);
                open.push((frame, name));
            }
            Some("C") if open.pop().map(|(open, _)| open) == Some(frame) => {}
            _ => return Err(format!("does not nest: {event}")),
        }
    }
    if open.is_empty() { Ok(read) } else { Err("frames are left open".to_owned()) }
}

/// The names and self times of several profiles together.
fn together<'a>(profiles: impl Iterator<Item = &'a Profile>) -> Reading {
    let mut all = Reading::default();
    for (name, numbers) in profiles.flat_map(|profile| &profile.own.names) {
        all.own(name, numbers.self_ns);
    }
    all
}

#[track_caller]
pub fn check(recording: &Recording, selection: &Selection) {
    let (bytes, carried) = exported(speedscope, recording, selection);
    let profiles = read(&bytes).expect("it is what the format says");
    let replay = Replay::new(recording, selection.clone());
    let range = replay.range_ns();
    let (merged, others) = profiles.split_first().expect("one of all");
    let (requests, threads): (Vec<&Profile>, Vec<&Profile>) =
        others.iter().partition(|profile| profile.name.starts_with("request "));
    assert!(others.iter().all(|profile| profile.range == (range.start, range.end)), "{range:?}");
    let mut on_threads = together(threads.iter().copied());
    let number = |profile: &&&Profile| profile.name.split(' ').nth(1).map(str::to_owned);
    let numbers: BTreeSet<Option<String>> = requests.iter().map(|one| number(&one)).collect();
    on_threads.requests = Some(numbers.len() as u64);
    let (everywhere, summary) = (together(others.iter()), Summary::of(&replay).expect("a summary"));
    // A span that was never entered is in its request only.
    everywhere.names.keys().for_each(|name| on_threads.own(name, 0));
    reading::check(&on_threads, recording, selection);
    assert_eq!(merged.own.self_ns(), on_threads.self_ns(), "merged");
    assert_eq!(merged.range, (0, on_threads.self_ns()));
    let opened: u64 = others.iter().map(|profile| profile.opened).sum();
    let expected = summary.spans + summary.segments + carried.split;
    assert!(
        opened == expected || !reading::pieces_are_of_segments(selection),
        "{opened}: {expected}"
    );
    assert_eq!((carried.spans, carried.left_out), (summary.spans, 0));
}

#[test]
fn a_damaged_file_is_refused() {
    let case = recordings::named("a service");
    let (bytes, _) = exported(speedscope, &case.recording, &case.selection);
    assert!(read(&bytes[..bytes.len() - 2]).is_err());
    let text = String::from_utf8(bytes).expect("JSON is text");
    assert!(read(text.replacen("\"type\":\"C\"", "\"type\":\"O\"", 1).as_bytes()).is_err());
}

/// The whole of a small file.
#[test]
fn a_file_is_frames_a_merged_profile_threads_and_tracks_of_requests() {
    let case = recordings::named("children that overlap and outlive their parent");
    let (bytes, carried) = exported(speedscope, &case.recording, &case.selection);
    insta::assert_snapshot!(String::from_utf8(bytes).expect("JSON is text"));
    assert_eq!(carried.to_string(), "1 cut where spans overlap or are selected in part");
}
