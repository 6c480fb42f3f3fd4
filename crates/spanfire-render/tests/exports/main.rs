//! Every export of a single span, read back by a reader that shares no code with its writer, and
//! held against what the views say of the same recording.
//!
//! A format has a file here, with a `read` that turns its bytes into a [`reading::Reading`], a `check`
//! that compares that, and a line in [`FORMATS`]: every format is given [`recordings`] (drawn, with
//! what breaks careless ones) and any program at all ([`machine`]). `reading` compares. Readers that need node or a browser are in `tests/consumers`.

// The language in which the views' own tests draw recordings.
#[allow(dead_code)]
#[path = "../../../spanfire-views/tests/views/program.rs"]
mod program;
#[allow(dead_code)]
#[path = "../../../spanfire-views/tests/views/sketch.rs"]
mod sketch;
#[allow(dead_code)]
#[path = "../../../spanfire-views/tests/views/machine.rs"]
mod machine;

mod recordings;
mod seen;
mod reading;

mod folded;
mod chrome;
mod speedscope;
mod perfetto;
mod pprof;
mod firefox;
mod otlp;
#[cfg(feature = "parquet")]
mod parquet;

use machine::{form, run, selection, steps};
use proptest::prelude::*;
use reading::Reading;
use spanfire_recording::Recording;
use spanfire_render::Error;
use spanfire_render::export::{self, Carried, Source};
use spanfire_views::{Names, Replay, Selection};
use std::io::{self, Write};

/// What an exporter writes of a recording, and what it says of that; twice, the bytes are the same.
#[track_caller]
fn exported(
    export: impl Fn(&Source<'_>, &mut dyn Write) -> Result<Carried, Error>,
    recording: &Recording,
    selection: &Selection,
) -> (Vec<u8>, Carried) {
    let replay = Replay::new(recording, selection.clone());
    let source = Source { replay: &replay, names: Names::Name };
    let write = || {
        let mut bytes = Vec::new();
        let carried = export(&source, &mut bytes).expect("memory takes everything");
        (bytes, carried)
    };
    let (bytes, carried) = write();
    assert!(write() == (bytes.clone(), carried.clone()), "the same source gives other bytes");
    (bytes, carried)
}

/// Holds an export that leaves no span out against the views, read back.
#[track_caller]
fn check_whole(
    export: impl Fn(&Source<'_>, &mut dyn Write) -> Result<Carried, Error>,
    read: impl Fn(&[u8]) -> Result<Reading, String>,
    recording: &Recording,
    selection: &Selection,
) {
    let (bytes, carried) = exported(export, recording, selection);
    let read = read(&bytes).expect("it is what the format says");
    reading::check(&read, recording, selection);
    let spans: u64 = read.names.values().filter_map(|numbers| numbers.spans).sum();
    assert_eq!((carried.spans, carried.left_out), (spans, 0));
}

/// Holds what a format says of a recording against the views.
type Check = fn(&Recording, &Selection);

const FORMATS: &[(&str, Check)] = &[
    ("folded", folded::check),
    ("chrome", chrome::check),
    ("speedscope", speedscope::check),
    ("perfetto", perfetto::check),
    ("pprof", pprof::check),
    ("firefox", firefox::check),
    ("otlp", otlp::check),
    #[cfg(feature = "parquet")]
    ("parquet", parquet::check),
];

/// [T6] [T59] [T62]
#[test]
fn every_span_and_nanosecond_is_in_every_export() {
    for (format, check) in FORMATS {
        for case in recordings::all() {
            println!("{format}: {}", case.name);
            check(&case.recording, &case.selection);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(60) })]

    /// [T61]
    #[test]
    fn self_times_of_any_program_add_up_in_every_export(
        form in form(),
        steps in steps(),
        selection in selection(),
    ) {
        let (recording, _) = run(form, &steps).finish();
        for (format, check) in FORMATS {
            println!("{format}");
            check(&recording, &selection);
        }
    }
}

/// A sink that takes so many bytes, and no more.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        if taken > 0 { Ok(taken) } else { Err(io::ErrorKind::StorageFull.into()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// [T51]
#[test]
fn a_sink_that_is_full_is_an_error_of_every_export() {
    let case = recordings::named("a service");
    let replay = Replay::new(&case.recording, case.selection);
    let source = Source { replay: &replay, names: Names::Name };
    let exports = [
        export::chrome,
        export::speedscope,
        |source: &Source<'_>, sink: &mut dyn Write| export::firefox(source, None, sink),
        export::perfetto,
        export::otlp,
        |source: &Source<'_>, sink: &mut dyn Write| export::pprof(source, &[], sink),
    ];
    for (export, number) in exports.into_iter().zip(0..) {
        for room in [0, 1, 100] {
            let error = export(&source, &mut Full(room)).expect_err("it is full");
            assert_eq!(
                error.io_kind(),
                io::ErrorKind::StorageFull,
                "export {number}, {room} bytes"
            );
        }
    }
}
