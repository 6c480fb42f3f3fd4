//! Whatever the bytes are: an error or a shorter recording, never a panic or wrong data.

use spanfire_recording::{Chunk, ErrorKind, EventKind, Field, Recording, Tick};
use spanfire_tests::{FORMS, Session, pool, rayon_program, sync_program};
use spanfire_views::{CallTree, Replay, RequestTable, Selection, Stacks, Statistics, Summary};
use std::fs;

/// A finished recording of several lanes and blocks, with fields and instants, as a file's bytes.
fn bytes_of_a_recording() -> Vec<Vec<u8>> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.spanfire");
    let recordings = FORMS.map(|form| {
        let session = Session::with(form, |builder| builder.output(&path).events(true));
        session.run(|| sync_program(20));
        rayon_program(&pool(session.dispatch(), 2), 20);
        session.finish();
        fs::read(&path).expect("a recording")
    });
    recordings.into()
}

/// An event without its place in a chunk's side tables.
type Plain = (Tick, String, Vec<Field>);

/// Every lane's events.
fn lanes(recording: &Recording) -> Vec<Vec<Plain>> {
    let mut lanes = vec![Vec::new(); recording.lanes().len()];
    for index in 0..recording.chunks().len() {
        let Ok(chunk) = recording.chunk(index) else { break };
        lanes[chunk.lane.index()].extend(plain(&chunk));
    }
    lanes
}

fn plain(chunk: &Chunk) -> Vec<Plain> {
    let events = chunk.events.iter().map(|event| match event.kind {
        EventKind::Fields { span, fields } => {
            (event.tick, format!("fields of {span:?}"), chunk.fields(fields).to_vec())
        }
        EventKind::Instant { callsite, parent, fields } => {
            (event.tick, format!("{callsite:?} in {parent:?}"), chunk.fields(fields).to_vec())
        }
        EventKind::Lost { loss } => (event.tick, format!("{:?}", chunk.loss(loss)), Vec::new()),
        kind => (event.tick, format!("{kind:?}"), Vec::new()),
    });
    events.collect()
}

/// Opens damaged bytes. Where that works, all there is must stand in the whole recording too, in
/// its place, and every view must come to an end. Gives the number of events read.
#[track_caller]
fn check_is_beginning(damaged: Vec<u8>, whole: &Recording, what: &str) -> Option<usize> {
    let shorter = Recording::from_bytes(damaged).ok()?;
    assert_eq!(shorter.header(), whole.header(), "{what}");
    assert!(whole.callsites().starts_with(shorter.callsites()), "{what}");
    let (lanes, whole_lanes) = (lanes(&shorter), lanes(whole));
    assert!(lanes.len() <= whole_lanes.len(), "{what}");
    for (lane, whole_lane) in lanes.iter().zip(&whole_lanes) {
        assert!(whole_lane.starts_with(lane), "{what}: a lane is not a beginning");
    }
    look_at(&shorter);
    Some(lanes.iter().map(Vec::len).sum())
}

/// Every view either is made or says why not.
fn look_at(recording: &Recording) {
    let replay = Replay::new(recording, Selection::default());
    let _ = (Summary::of(&replay), Statistics::of(&replay), RequestTable::of(&replay));
    let _ = CallTree::of(&replay, Stacks::Thread).map(|tree| tree.reversed());
}

#[test]
fn a_whole_recording_says_that_it_is_whole() {
    for bytes in bytes_of_a_recording() {
        let whole = Recording::from_bytes(bytes).expect("a recording");
        assert_eq!(whole.cut(), None);
        assert!(lanes(&whole).iter().map(Vec::len).sum::<usize>() > 500);
    }
}

#[test]
fn an_empty_file_is_an_error() {
    let error = Recording::from_bytes(Vec::new()).expect_err("no recording");
    assert!(!error.to_string().is_empty());
}

#[test]
fn a_foreign_file_is_called_foreign() {
    let foreign: [&[u8]; 4] =
        [b"\x7fELF\x02\x01\x01", b"all-threads; main 17\n", &[0; 4096], b"{}"];
    for bytes in foreign {
        let error = Recording::from_bytes(bytes.to_vec()).expect_err("no recording");
        assert_eq!(error.kind(), ErrorKind::Foreign, "{error}");
    }
}

#[test]
fn a_missing_file_is_an_error_of_the_system() {
    let folder = tempfile::tempdir().expect("a folder");
    let error = Recording::open(folder.path().join("no.spanfire")).expect_err("no recording");
    assert_eq!(error.kind(), ErrorKind::Io, "{error}");
}

/// [T54c]
#[test]
fn a_recording_cut_at_any_byte_is_an_error_or_its_beginning() {
    for bytes in bytes_of_a_recording() {
        let whole = Recording::from_bytes(bytes.clone()).expect("a recording");
        let mut longest = 0;
        for length in 0..bytes.len() {
            let what = format!("cut to {length} of {} bytes", bytes.len());
            let Some(events) = check_is_beginning(bytes[..length].to_vec(), &whole, &what) else {
                assert_eq!(longest, 0, "{what}: less of it could be opened");
                continue;
            };
            assert!(events >= longest, "{what}: less of it had more events");
            longest = events;
        }
        assert!(longest > 0, "no cut left any event");
    }
}

/// [T54c]
#[test]
fn a_recording_with_one_bit_turned_is_an_error_or_its_beginning() {
    for bytes in bytes_of_a_recording() {
        let whole = Recording::from_bytes(bytes.clone()).expect("a recording");
        let mut opened = 0;
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << (at % 8);
            let what = format!("bit {} of byte {at} turned", at % 8);
            opened += usize::from(check_is_beginning(damaged, &whole, &what).is_some());
        }
        assert!(opened > 0, "what stands before the damage can be read");
    }
}

#[test]
fn bytes_after_the_end_change_nothing_that_stands_before() {
    for bytes in bytes_of_a_recording() {
        let whole = Recording::from_bytes(bytes.clone()).expect("a recording");
        let events = lanes(&whole).iter().map(Vec::len).sum();
        let longer = [&bytes[..], b"more bytes than were written"].concat();
        assert_eq!(check_is_beginning(longer, &whole, "longer"), Some(events));
    }
}
