//! A file of every format version and feature, written once and never again, must be read for ever.
//!
//! A feature that has no file yet gets what today's writer makes of it: the test writes it and
//! fails, and the file is committed.

use crate::{contents::Contents, features::FEATURES};
use spanfire_recording::{Recording, VERSION};
use std::{fs, path::PathBuf};

/// Where the file of a version and feature is.
pub fn path(version: u32, name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    folder.join(format!("version-{version}-{name}.spanfire"))
}

#[test]
fn files_of_every_version_say_what_they_said() {
    for version in 1..=VERSION {
        for (name, write) in FEATURES {
            let path = path(version, name);
            if !path.exists() {
                fs::write(&path, write()).unwrap();
                panic!("{} was written: commit it", path.display());
            }
            let recording = Recording::open(&path).unwrap();
            // Today's writer may write other bytes; what they say stays.
            let today = Recording::from_bytes(write()).unwrap();
            assert_eq!(recording.cut().is_some(), today.cut().is_some(), "{name}");
            assert_eq!(Contents::of(&recording), Contents::of(&today), "{name}");
            assert!(Contents::of(&recording).chunks.iter().all(Option::is_some), "{name}");
        }
    }
}

#[test]
fn every_file_is_of_a_feature() {
    let folder = path(1, "").with_file_name("");
    let names: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    let known: Vec<PathBuf> =
        (1..=VERSION).flat_map(|version| FEATURES.map(|(name, _)| path(version, name))).collect();
    assert_eq!(names.iter().filter(|name| !known.contains(name)).count(), 0, "{names:?}");
}
