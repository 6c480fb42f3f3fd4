//! Files that are no recording, or no longer a whole one: one line and exit 1, or what is left of
//! it and a warning.

use crate::command::Desk;
use crate::fixture;
use std::fs;

/// The commands that read a recording.
const READERS: [&[&str]; 7] = [
    &["info"],
    &["flamegraph"],
    &["chart"],
    &["chart", "--request", "slowest"],
    &["top"],
    &["requests"],
    &["export", "--to", "folded"],
];

#[track_caller]
fn refused_by_all(bytes: &[u8], parts: &[&str]) {
    let desk = Desk::new();
    fs::write(desk.path("bad.spanfire"), bytes).unwrap();
    for reader in READERS {
        desk.fails(
            &[reader, &["bad.spanfire"]].concat(),
            1,
            &[&["bad.spanfire: "], parts].concat(),
        );
    }
}

#[test]
fn an_empty_file_is_refused() {
    refused_by_all(b"", &[]);
}

#[test]
fn a_foreign_file_is_refused() {
    refused_by_all(b"#!/bin/sh\necho this is something else altogether\n", &["spanfire"]);
}

#[test]
fn a_file_of_a_later_format_is_refused() {
    let mut bytes = fixture::recording();
    bytes[8] = 99;
    refused_by_all(&bytes, &["version 99", "newer spanfire"]);
}

#[test]
fn a_missing_file_is_said_to_be_missing() {
    let desk = Desk::new();
    for reader in READERS {
        desk.fails(&[reader, &["none.spanfire"]].concat(), 1, &["none.spanfire: no such file"]);
    }
}

#[test]
fn a_directory_is_refused() {
    Desk::new().fails(&["top", "."], 1, &[".: a directory, not a recording"]);
}

#[test]
fn a_truncated_recording_is_read_as_far_as_it_goes_with_a_warning() {
    let whole = fixture::recording();
    let desk = Desk::new();
    let mut opened = 0;
    for length in (0..whole.len()).step_by(5) {
        fs::write(desk.path("cut.spanfire"), &whole[..length]).unwrap();
        let ran = desk.run(&["top", "cut.spanfire", "--format", "json"]);
        match ran.code {
            0 => {
                assert!(ran.stderr.contains("cut.spanfire: warning: cut at byte"), "{ran:?}");
                assert!(serde_json::from_str::<Vec<serde_json::Value>>(&ran.stdout).is_ok());
                opened += 1;
            }
            code => assert_eq!((code, ran.stderr.lines().count()), (1, 1), "{length}: {ran:?}"),
        }
    }
    assert!(opened > 0);
}

#[test]
fn a_flipped_bit_never_makes_a_command_panic() {
    let whole = fixture::recording();
    let desk = Desk::new();
    for byte in (0..whole.len()).step_by(7) {
        let mut bytes = whole.clone();
        bytes[byte] ^= 1 << (byte % 8);
        fs::write(desk.path("bad.spanfire"), bytes).unwrap();
        let ran = desk.run(&["info", "bad.spanfire"]);
        assert!(matches!(ran.code, 0 | 1), "byte {byte}: {ran:?}");
        assert!(ran.stderr.lines().count() <= 1, "byte {byte}: {ran:?}");
    }
}
