//! What goes wrong around a recording: where it is to go, and what becomes of that meanwhile.

use spanfire::Recorder;
use spanfire_recording::tail::{self, TailState};
use spanfire_recording::{Form, Recording};
use spanfire_tests::{
    FORMS, Noting, Scene, Session, counts_of, let_pass, wait_until, with_sources,
};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tracing::info_span;

fn leaf_spans(count: u64) {
    (0..count).for_each(|_| info_span!("leaf").in_scope(|| ()));
}

/// What stands in `folder`, by name.
fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<_> = entries
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// [T51] The error names the file. Nothing is left behind, and the program goes on without.
#[test]
fn an_output_that_cannot_be_written_is_an_error_of_the_builder() {
    let folder = tempfile::tempdir().expect("a folder");
    let in_the_way = folder.path().join("a file");
    fs::write(&in_the_way, "not a folder").expect("a file");
    let impossible = [
        folder.path().join("no such folder/run.spanfire"),
        in_the_way.join("run.spanfire"),
        folder.path().to_owned(),
        // A kernel's folder, in which not even root may create a file.
        PathBuf::from("/proc/run.spanfire"),
    ];
    for output in impossible {
        let builder = || Recorder::builder().output(&output);
        let errors = [builder().subscriber().err(), builder().layer().err()];
        for error in errors {
            let error = error.unwrap_or_else(|| panic!("{} was accepted", output.display()));
            let said = error.to_string();
            assert!(said.contains(&*output.to_string_lossy()), "{said}");
        }
    }
    assert_eq!(names_in(folder.path()), ["a file"]);
}

/// [T51] Every write to this device fails as one to a full disk does.
#[test]
fn a_disk_that_is_full_from_the_start_is_an_error_of_the_builder() {
    for error in [
        Recorder::builder().output("/dev/full").subscriber().err(),
        Recorder::builder().output("/dev/full").layer().err(),
    ] {
        let error = error.expect("a device that takes nothing");
        let said = with_sources(&error);
        assert!(said.contains("space"), "{said}");
    }
}

/// [T51] The program goes on; what was recorded is in a file without a name, so the end is an error.
#[test]
fn an_output_that_is_removed_while_it_grows_is_an_error_of_finish() {
    for form in FORMS {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("run.spanfire");
        let session = Session::with(form, |builder| builder.output(&path));
        session.run(|| leaf_spans(10_000));
        fs::remove_dir_all(folder.path()).expect("a folder that can be removed");
        session.run(|| leaf_spans(100_000));
        let error = session.into_guard().finish().expect_err("no such file");
        assert!(error.to_string().contains("run.spanfire"), "{form:?}: {error}");
    }
}

/// [T51] As when logs are rotated: what was recorded is whole, under the other name.
#[test]
fn an_output_that_is_renamed_while_it_grows_is_whole_under_its_new_name() {
    for form in FORMS {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, moved) = (folder.path().join("run.spanfire"), folder.path().join("moved"));
        let session = Session::with(form, |builder| builder.output(&path));
        session.run(|| leaf_spans(1_000));
        fs::rename(&path, &moved).expect("a file that can be renamed");
        session.run(|| leaf_spans(1_000));
        session.into_guard().finish().expect_err("the file is not where it was");
        let recording = Recording::open(&moved).expect("a recording");
        assert!(recording.cut().is_none(), "{form:?}");
        assert_eq!(counts_of(&recording).spans, 2_000, "{form:?}");
    }
}

/// [T51] Another recording in its place is not taken for it.
#[test]
fn an_output_that_is_replaced_while_it_grows_is_an_error_of_finish() {
    for form in FORMS {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("run.spanfire");
        let session = Session::with(form, |builder| builder.output(&path));
        session.run(|| leaf_spans(1_000));
        fs::rename(&path, folder.path().join("moved")).expect("a file that can be renamed");
        let other = Session::with(form, |builder| builder.output(&path));
        other.run(|| leaf_spans(1));
        other.finish();
        let finished = session.into_guard().finish();
        assert!(finished.is_err(), "{form:?}: {:?}", finished.map(|other| counts_of(&other)));
    }
}

/// A noting program that runs until it is ended.
fn noting(form: Form, seed: u64, output: &Path, folder: &Path) -> Noting {
    let (play, ending, buffer) = ("threads", "run", 1 << 20);
    let scene = Scene { form, seed, threads: 2, buffer, play, ending };
    let mut noting = scene.start(Command::new(env!("CARGO_BIN_EXE_noting")), output, folder);
    noting.wait_for("ready");
    noting
}

/// [T53] Opened while threads record at full speed, a recording holds what they had recorded before,
/// and is never wrong.
#[test]
fn a_recording_that_grows_may_be_opened_at_any_moment() {
    for seed in 0..12 {
        let form = FORMS[seed as usize % 2];
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("run.spanfire");
        let mut noting = noting(form, seed, &path, folder.path());
        let_pass(Duration::from_millis(seed));
        let before = noting.notes.steps();
        let recording = Recording::open(&path).expect("a recording");
        let after = noting.notes.steps();
        noting.kill();
        // Where the writer was always faster, its last 100 ms are not promised.
        let growing = matches!(recording.tail(), TailState::Growing);
        let known = if growing { vec![0; before.len()] } else { before };
        let followed = noting.scene.follow(&recording, &known, &after);
        let tail = recording.tail();
        followed.unwrap_or_else(|problem| panic!("{form:?}, {seed}: {problem}; {tail:?}"));
    }
}

/// Ends a program, and gives the recording it leaves with its tail.
fn killed(form: Form, seed: u64, folder: &Path) -> PathBuf {
    let output = folder.join(format!("run {seed}"));
    let mut noting = noting(form, seed, &output, folder);
    wait_until("steps", || (noting.steps() > 10_000).then_some(()));
    noting.kill();
    noting.followed().expect("every event");
    output
}

/// [T54b] What a killed process left is not taken for the end of another recording.
#[test]
fn a_tail_that_belongs_to_another_recording_is_refused() {
    for form in FORMS {
        let folder = tempfile::tempdir().expect("a folder");
        let [one, other] = [1, 2].map(|seed| killed(form, seed, folder.path()));
        let tail = tail::path_beside(&one);
        fs::remove_file(&tail).expect("its own tail");
        let alone = counts_of(&Recording::open(&one).expect("a recording"));
        fs::copy(tail::path_beside(&other), &tail).expect("the other's tail");
        let recording = Recording::open(&one).expect("a recording");
        assert!(matches!(recording.tail(), TailState::Refused(_)), "{:?}", recording.tail());
        assert_eq!(counts_of(&recording), alone, "{form:?}");
    }
}

/// [T54b]
#[test]
fn a_recording_replaces_one_that_a_killed_process_left_with_its_tail() {
    for form in FORMS {
        let folder = tempfile::tempdir().expect("a folder");
        let path = killed(form, 1, folder.path());
        let session = Session::with(form, |builder| builder.output(&path));
        session.run(|| leaf_spans(100));
        let recording = session.finish();
        assert_eq!(counts_of(&recording).spans, 100, "{form:?}");
        assert!(!tail::path_beside(&path).exists(), "{form:?}");
    }
}

/// [T54b] Where there can be no tail, there is a recording without.
#[test]
fn a_tail_that_cannot_be_created_is_done_without() {
    for form in FORMS {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("run.spanfire");
        fs::create_dir(tail::path_beside(&path)).expect("a folder in its place");
        let session = Session::with(form, |builder| builder.output(&path));
        session.run(|| leaf_spans(100));
        assert_eq!(counts_of(&session.finish()).spans, 100, "{form:?}");
        assert!(tail::path_beside(&path).is_dir(), "{form:?}");
    }
}

/// [T54b] Somebody who tidies up takes the promise away, not the recording.
#[test]
fn a_tail_that_is_removed_while_it_is_used_is_done_without() {
    for form in FORMS {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("run.spanfire");
        let session = Session::with(form, |builder| builder.output(&path));
        session.run(|| leaf_spans(1_000));
        fs::remove_file(tail::path_beside(&path)).expect("a tail");
        session.run(|| leaf_spans(100_000));
        assert_eq!(counts_of(&session.finish()).spans, 101_000, "{form:?}");
    }
}
