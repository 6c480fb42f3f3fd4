//! A file of every format version, written once and never again, must be read for ever.
//!
//! A version that has no file yet gets the sample of its day: the test writes it and fails, and the
//! file is committed.

use crate::{contents::Contents, sample};
use spanfire_recording::{Form, Recording, VERSION};
use std::{fs, path::Path};

#[test]
fn files_of_every_version_say_what_they_said() {
    for version in 1..=VERSION {
        for (form, name) in [(Form::Subscriber, "subscriber"), (Form::Layer, "layer")] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
            let path = folder.join(format!("version-{version}-{name}.spanfire"));
            if !path.exists() {
                fs::create_dir_all(&folder).unwrap();
                fs::write(&path, sample::finished(form)).unwrap();
                panic!("{} was written: commit it", path.display());
            }
            let recording = Recording::open(&path).unwrap();
            assert_eq!(recording.cut(), None);
            // Today's writer may write other bytes; what they say stays.
            let today = Contents::of_bytes(&sample::finished(form));
            assert_eq!(Contents::of(&recording), today, "{}", path.display());
        }
    }
}
