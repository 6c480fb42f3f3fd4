//! Reading itself: progress, and chunks that cannot be read.

use crate::sketch;
use spanfire_recording::Recording;
use spanfire_views::{Replay, RequestTable, Selection, Summary};
use std::cell::Cell;

const SKETCH: &str = "
    one |A( B( )B /  C( )C )A
    two |    D(   / )D   / E( )E
";

#[test]
fn progress_reaches_its_end_once_for_each_chunk() {
    let (recording, _) = sketch::parse(SKETCH);
    for (min_duration_ns, steps) in [(0, 5), (1, 10)] {
        let seen = Cell::new((0, 0, 0));
        let count = |progress: spanfire_views::Progress| {
            seen.set((seen.get().0 + 1, progress.chunks_done, progress.chunks));
        };
        let selection = Selection { min_duration_ns, ..Selection::default() };
        Summary::of(&Replay::new(&recording, selection).on_progress(&count)).expect("a summary");
        assert_eq!(seen.get(), (steps, steps, steps));
    }
}

/// [T54c] Whatever byte is wrong: an error, or a view, and never a panic.
#[test]
fn a_chunk_that_cannot_be_read_is_an_error() {
    let (recording, _) = sketch::parse(SKETCH);
    let whole = recording.to_bytes().expect("its bytes");
    let mut failed = 0;
    for byte in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[byte] ^= 0x55;
        let Ok(damaged) = Recording::from_bytes(bytes) else { continue };
        match RequestTable::of(&Replay::new(&damaged, Selection::default())) {
            Ok(_) => {}
            Err(error) => {
                failed += 1;
                assert!(error.place().is_some(), "{error}");
            }
        }
    }
    assert!(failed > 0);
}

#[test]
fn a_recording_without_events_has_empty_views() {
    let (recording, selection) = sketch::parse("main |");
    assert_eq!(crate::check::totals_agree(&recording, &selection), 0);
    let summary = Summary::of(&Replay::new(&recording, selection)).expect("a summary");
    assert_eq!(summary, Summary::default());
}
