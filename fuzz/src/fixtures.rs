//! The frozen files of format version 1, and what they say.

use crate::{choices::Choices, program::Program, sealing::TRAILER_BYTES};
use spanfire_recording::{Chunk, Form, Recording};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// A whole recording and all its chunks.
pub(crate) struct Fixture {
    pub bytes: Vec<u8>,
    pub recording: Recording,
    pub chunks: Vec<Chunk>,
}

/// The frozen files, in the order of their names.
pub(crate) fn fixtures() -> &'static [Fixture] {
    static FIXTURES: OnceLock<Vec<Fixture>> = OnceLock::new();
    FIXTURES.get_or_init(|| paths().iter().map(|path| Fixture::read(path)).collect())
}

/// A recording without its end: of the layer form, or of the stand-alone one.
pub(crate) fn unfinished(layer: u64) -> &'static Fixture {
    static BEGINNINGS: OnceLock<[Fixture; 2]> = OnceLock::new();
    let beginnings = BEGINNINGS.get_or_init(|| {
        [Form::Subscriber, Form::Layer].map(|form| {
            let mut bytes = Vec::new();
            let program = Program::of(&mut Choices::new(&[form as u8, 9, 0]));
            bytes.extend(program.recording());
            // The trailer says where the index begins.
            let place = bytes.len() - TRAILER_BYTES;
            let end = u64::from_le_bytes(*bytes[place..].first_chunk().expect("a trailer"));
            bytes.truncate(end as usize);
            Fixture::new(bytes)
        })
    });
    &beginnings[layer as usize % 2]
}

fn paths() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .with_file_name("crates")
        .join("spanfire-recording/tests/data");
    let files = std::fs::read_dir(&folder).expect("the folder of frozen files").flatten();
    let mut paths: Vec<PathBuf> = files
        .map(|file| file.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "spanfire"))
        .collect();
    paths.sort();
    assert!(paths.len() >= 2, "no frozen files in {}", folder.display());
    paths
}

impl Fixture {
    fn read(path: &Path) -> Fixture {
        Fixture::new(std::fs::read(path).expect("a frozen file"))
    }

    fn new(bytes: Vec<u8>) -> Fixture {
        let recording = Recording::from_bytes(bytes.clone()).expect("a frozen file opens");
        let chunks = 0..recording.chunks().len();
        let chunks = chunks.map(|index| recording.chunk(index).expect("its chunks are whole"));
        Fixture { bytes, chunks: chunks.collect(), recording }
    }
}
