//! Damage that a checksum is sure to see, or all but sure: up to three bits of a file turned, a part of
//! it zeroed, the file cut. CRC-32 sees any three wrong bits in a block of up to 11 KiB.

use crate::choices::Choices;
use crate::examine;
use crate::fixtures::{Fixture, fixtures};
use spanfire_recording::Recording;

/// Damages a frozen file, and panics if anything is read that was not written.
pub(super) fn damage(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let fixtures = fixtures();
    let fixture = &fixtures[choices.below(fixtures.len() as u64) as usize];
    let mut bytes = fixture.bytes.clone();
    let at = |end: usize, choices: &mut Choices<'_>| choices.u32() as usize % end;
    for _ in 0..choices.below(4) {
        let bit = at(bytes.len() * 8, &mut choices);
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
    match choices.below(4) {
        0 => bytes.truncate(at(bytes.len() + 1, &mut choices)),
        1 => {
            let start = at(bytes.len(), &mut choices);
            let end = start + at(bytes.len() - start, &mut choices);
            bytes[start..end].fill(0);
        }
        _ => {}
    }
    let Some(recording) = examine::open(&bytes) else {
        assert_ne!(bytes, fixture.bytes, "a whole recording does not open");
        return;
    };
    says_nothing_else(&recording, fixture, &bytes);
}

/// What is read is what was written, or missing: of an unfinished recording a beginning, of a
/// finished one all chunks but the damaged ones.
fn says_nothing_else(recording: &Recording, fixture: &Fixture, bytes: &[u8]) {
    let whole = &fixture.recording;
    assert_eq!(recording.header(), whole.header());
    assert!(whole.callsites().starts_with(recording.callsites()));
    assert!(whole.anchors().starts_with(recording.anchors()));
    assert!(whole.losses().starts_with(recording.losses()));
    assert!(whole.chunks().starts_with(recording.chunks()));
    assert!(recording.lanes().len() <= whole.lanes().len());
    assert!(recording.clamped_ticks() <= whole.clamped_ticks());
    let chunks = examine::read(recording, bytes);
    for (read, written) in chunks.iter().zip(&fixture.chunks) {
        let Some(read) = read else { continue };
        let same = read == written || format!("{read:?}") == format!("{written:?}");
        assert!(same, "{read:?}\nwas {written:?}");
    }
    if recording.cut().is_some() && recording.chunks().len() < whole.chunks().len() {
        assert!(chunks.iter().all(Option::is_some), "cut behind a damaged chunk");
    }
    if recording.cut().is_none() && whole.cut().is_none() {
        assert_eq!(recording.chunks().len(), whole.chunks().len(), "shorter, and nobody is told");
    }
}
