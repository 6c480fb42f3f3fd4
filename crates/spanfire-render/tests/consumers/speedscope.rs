//! Files for speedscope, imported by speedscope and saved again.

use crate::reader::{exported, read};
use crate::reading::{self, Reading};
use crate::recordings;
use serde_json::Value;
use spanfire_render::export::speedscope;
use spanfire_views::{Replay, Statistics};
use std::collections::BTreeSet;

/// What speedscope has in its profiles of threads, with how many requests it has profiles of.
fn reading_of(saved: &Value) -> Reading {
    let frames = &saved["shared"]["frames"];
    let mut reading = Reading::default();
    let mut requests = BTreeSet::new();
    for profile in saved["profiles"].as_array().expect("profiles").iter().skip(1) {
        let name = profile["name"].as_str().expect("a name");
        let of_thread = match name.strip_prefix("request ") {
            Some(rest) => !requests.insert(rest.split(' ').next().expect("a number")),
            None => true,
        };
        let of_thread = of_thread && !name.starts_with("request ");
        let mut open: Vec<&str> = Vec::new();
        let mut reached = 0;
        for event in profile["events"].as_array().expect("events") {
            let at = event["at"].as_u64().expect("whole nanoseconds");
            let frame = event["frame"].as_u64().expect("a frame") as usize;
            let frame = frames[frame]["name"].as_str().expect("a frame");
            reading.own(frame, 0);
            if let Some(innermost) = open.last().filter(|_| of_thread) {
                reading.own(innermost, at - reached);
            }
            reached = at;
            match event["type"] == "O" {
                true => open.push(frame),
                false => drop(open.pop()),
            }
        }
    }
    reading.requests = Some(requests.len() as u64);
    reading
}

/// [T59]
#[test]
fn speedscope_finds_every_name_nanosecond_and_request() {
    let cases = recordings::all();
    let files: Vec<Vec<u8>> =
        cases.iter().map(|case| exported(speedscope, &case.recording, &case.selection)).collect();
    for (case, read) in cases.iter().zip(read("speedscope", "json", &files)) {
        println!("{}", case.name);
        let saved = match read {
            Ok(saved) => saved,
            Err(why) => panic!("speedscope refuses it: {why}"),
        };
        let mut reading = reading_of(&saved);
        // What took no time is in no picture of speedscope, nor in what it saves.
        let replay = Replay::new(&case.recording, case.selection.clone());
        for row in Statistics::of(&replay).expect("statistics").rows {
            reading.own(&row.callsite.name, 0);
        }
        reading::check(&reading, &case.recording, &case.selection);
        let profiles = saved["profiles"].as_array().expect("profiles");
        let ends: BTreeSet<u64> =
            profiles.iter().skip(1).filter_map(|profile| profile["endValue"].as_u64()).collect();
        assert!(ends.len() <= 1, "profiles do not align: {ends:?}");
    }
}

#[test]
fn speedscope_refuses_a_damaged_file() {
    let case = recordings::named("a service");
    let whole = exported(speedscope, &case.recording, &case.selection);
    let cut = whole[..whole.len() / 2].to_vec();
    let text = String::from_utf8(whole).expect("JSON is text");
    let crossed = text.replacen("\"type\":\"C\"", "\"type\":\"O\"", 1).into_bytes();
    for read in read("speedscope", "json", &[cut, crossed]) {
        assert!(read.is_err(), "{read:?}");
    }
}
