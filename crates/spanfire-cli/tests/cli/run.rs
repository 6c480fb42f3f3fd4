//! `run`: the program's own output and exit code, and a summary after it. The programs are shell
//! lines that put a ready recording where they are told to.

use crate::command::{Desk, Ran};

const RECORD: &str = r#"test "$SPANFIRE" = on && cp run.spanfire "$SPANFIRE_OUT""#;

fn run(desk: &Desk, flags: &[&str], script: &str) -> Ran {
    desk.run(&[&["run"], flags, &["--", "sh", "-c", script]].concat())
}

#[test]
fn a_recording_is_summarised_and_the_programs_output_left_alone() {
    let desk = Desk::new();
    let ran = run(&desk, &["-o", "new.spanfire"], &format!("echo hello; {RECORD}"));
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "hello\n"), "{ran:?}");
    for part in [
        "new.spanfire: 4.000 ms, 8 spans, 2 threads, 0 lost events",
        "Σ self 2.610 ms",
        "spanfire flamegraph new.spanfire",
        "spanfire chart new.spanfire --request slowest",
    ] {
        assert!(ran.stderr.contains(part), "{part:?} is not in {}", ran.stderr);
    }
}

#[test]
fn a_recording_is_named_after_the_program() {
    let desk = Desk::new();
    assert_eq!(run(&desk, &[], RECORD).code, 0);
    let files = desk.files();
    assert_eq!(files.len(), 2);
    assert!(files.iter().any(|name| name.starts_with("sh-") && name.ends_with(".spanfire")));
}

#[test]
fn the_programs_exit_code_is_passed_on_after_the_summary() {
    let ran = run(&Desk::new(), &["-o", "new.spanfire"], &format!("{RECORD}; exit 7"));
    assert_eq!(ran.code, 7);
    assert!(ran.stderr.contains("8 spans"), "{ran:?}");
}

#[test]
fn a_program_that_a_signal_ended_is_reported_as_a_shell_does() {
    let ran = run(&Desk::new(), &["-o", "new.spanfire"], &format!("{RECORD}; kill -TERM $$"));
    assert_eq!(ran.code, 128 + 15);
    assert!(ran.stderr.contains("8 spans"), "{ran:?}");
}

#[test]
fn a_program_that_records_nothing_is_told_how_to() {
    let desk = Desk::new();
    let message = "the program ended without writing new.spanfire: does it call spanfire::init()?";
    desk.fails(&["run", "-o", "new.spanfire", "--", "true"], 1, &[message]);
    let ran = run(&desk, &["-o", "new.spanfire"], "exit 9");
    assert_eq!(ran.code, 9);
    assert!(ran.stderr.contains(message), "{ran:?}");
}

#[test]
fn an_older_recording_is_not_taken_for_a_new_one() {
    let desk = Desk::new();
    desk.fails(&["run", "-o", "run.spanfire", "--", "true"], 1, &["without writing run.spanfire"]);
}

#[test]
fn a_program_that_does_not_exist_is_a_usage_error() {
    let arguments = ["run", "--", "./no-such-program"];
    Desk::new().fails(&arguments, 2, &["cannot run `./no-such-program`"]);
}

#[test]
fn a_recording_cannot_go_where_nothing_can() {
    let desk = Desk::new();
    desk.fails(&["run", "-o", "-", "--", "true"], 2, &["name a file with -o"]);
    desk.fails(&["run", "-o", "no/such/x.spanfire", "--", "true"], 1, &["no such directory"]);
}

/// The program sends the signal to its parent and waits for it to come back. If the command died
/// of it there would be no summary.
#[test]
fn signals_are_survived_and_those_that_ask_for_an_end_passed_on() {
    for (signal, code) in [("INT", 0), ("QUIT", 0), ("TERM", 5), ("HUP", 5)] {
        let wait = match code {
            0 => "",
            _ => "; while :; do :; done",
        };
        let script = format!("trap 'exit 5' TERM HUP; {RECORD}; kill -{signal} $PPID{wait}");
        let ran = run(&Desk::new(), &["-o", "new.spanfire"], &script);
        assert_eq!(ran.code, code, "{signal}: {ran:?}");
        assert!(ran.stderr.contains("8 spans"), "{signal}: {ran:?}");
    }
}
