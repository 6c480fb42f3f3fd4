//! Profiles of other tools: what is imported is a whole recording, and whatever is not has a reason.

use crate::choices::Choices;
use crate::limits::{PerByte, bounded};
use spanfire_import::{Format, Options, read};
use spanfire_recording::Recording;
use spanfire_views::{Replay, Selection, Statistics, Summary};

/// Compressed bytes are a thousand others, each of which may be a frame.
const UNPACKED: PerByte = PerByte(1 << 16);

/// Which format it is, then the profile.
pub(super) fn import(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let formats = [Format::Folded, Format::Perf, Format::Chrome, Format::Pprof];
    let format = formats.get(choices.below(5) as usize).copied();
    let options = Options { format, ..Options::default() };
    let profile = choices.rest();
    let imported = bounded(bytes.len(), UNPACKED, || match read(profile, &options) {
        Ok(profile) => Some(profile.write(Vec::new()).expect("memory takes all")),
        Err(error) => {
            assert!(error.to_string().len() > 8, "{error}");
            None
        }
    });
    imported.into_iter().for_each(whole);
}

/// Nothing in a recording that was imported is doubtful.
fn whole(bytes: Vec<u8>) {
    let recording = Recording::from_bytes(bytes).expect("what was written opens");
    assert!(recording.cut().is_none() && recording.clamped_ticks() == 0);
    let replay = Replay::new(&recording, Selection::default());
    let summary = Summary::of(&replay).expect("it can be read");
    assert_eq!((summary.unmatched_exits, summary.unknown_spans, summary.lost_events), (0, 0, 0));
    let statistics = Statistics::of(&replay).expect("it can be read");
    let spans: u64 = statistics.rows.iter().map(|row| row.spans).sum();
    assert_eq!(spans, summary.spans);
    assert!(spans > 0, "an import without a span");
}
