//! Structure first: bytes become a program of spans, and the program a recording.

use crate::choices::Choices;
use crate::{examine, program::Program};
use spanfire_recording::Recording;

/// Writes what the bytes describe, reads it back, and looks at it.
pub(super) fn roundtrip(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let selection = choices.byte();
    let program = Program::of(&mut choices);
    let written = program.recording();
    let recording = Recording::from_bytes(written.clone()).expect("what was written opens");
    program.check(&recording);
    if selection & 0x80 == 0 {
        examine::read(&recording, &written);
        examine::view(&recording, selection, written.len());
    }
}
