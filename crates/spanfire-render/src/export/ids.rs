//! Numbers for the tracks, traces and spans of a recording, which no other recording is likely to have.

use super::Source;

/// Gives numbers. The same recording has the same ones.
#[derive(Clone, Copy)]
pub(super) struct Ids {
    recording: u64,
}

impl Ids {
    /// Those of a recording: its start and its process tell it from others.
    pub fn of(source: &Source<'_>) -> Ids {
        let recording = source.recording();
        let start = recording.anchors().first().map_or(0, |anchor| anchor.unix_ns);
        Ids { recording: scrambled(start ^ u64::from(recording.header().process_id) << 40) }
    }

    /// The number of the `number`th thing of a kind; never 0.
    pub fn id(self, kind: u64, number: u64) -> u64 {
        scrambled(scrambled(self.recording ^ kind) ^ number).max(1)
    }
}

/// Other bits for every number (the finalizer of splitmix64, which is a bijection).
fn scrambled(number: u64) -> u64 {
    let mut bits = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
