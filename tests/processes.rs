//! What needs a process of its own: one that forks, one whose allocator traces.

use spanfire_recording::Recording;
use spanfire_tests::Transcript;
use std::process::Command;

/// Runs `program` in a form and reads what it recorded.
#[track_caller]
fn recorded(program: &str, form: &str) -> Transcript {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.spanfire");
    let output = Command::new(program).arg(form).arg(&path).output().expect("a program");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{form}: {} {said}", output.status);
    Transcript::of(&Recording::open(&path).unwrap_or_else(|error| panic!("{form}: {error}")))
}

/// [T52] What `programs/forking.rs` does. A copy without the collector records nothing and waits for
/// nobody; the recording is the parent's, and whole.
#[test]
fn a_process_that_forks_goes_on_recording_and_its_copies_do_no_harm() {
    for form in ["subscriber", "layer"] {
        let transcript = recorded(env!("CARGO_BIN_EXE_forking"), form);
        assert_eq!(transcript.strays, [""; 0], "{form}");
        assert!(transcript.spans.iter().all(|span| span.closed), "{form}");
        let count = |name| transcript.named(name).count();
        assert_eq!(
            (count("around forks"), count("step"), count("after")),
            (1, 5, 100_000),
            "{form}"
        );
        assert_eq!(transcript.span("around forks").segments.len(), 1, "{form}");
        let known = ["around forks", "beside", "step", "after"];
        let others = transcript.spans.iter().find(|span| !known.contains(&span.name.as_str()));
        assert!(others.is_none(), "{form}: {others:?}");
    }
}

/// [T34] What `programs/allocating.rs` does.
#[test]
fn an_allocator_that_traces_is_recorded_and_the_recorders_own_allocations_are_not() {
    for form in ["subscriber", "layer"] {
        let transcript = recorded(env!("CARGO_BIN_EXE_allocating"), form);
        assert_eq!(transcript.strays, [""; 0], "{form}");
        assert!(transcript.spans.iter().all(|span| span.closed), "{form}");
        let parent = |span: &spanfire_tests::Span| {
            span.parent.map(|parent| transcript.spans[parent].name.as_str())
        };
        let allocations = transcript.named("allocation");
        let inside = allocations.filter(|span| parent(span) == Some("inner")).count();
        let rounds = transcript.named("inner").count();
        let expected = if form == "subscriber" { 1_011 } else { 1_001 };
        assert_eq!(rounds, expected, "{form}");
        // The first round has none.
        assert_eq!(inside, 5 * (rounds - 1), "{form}");
    }
}
