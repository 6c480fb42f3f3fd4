//! Things typed wrong: one line that says what would be right, and exit 2.

use crate::command::Desk;

#[track_caller]
fn refused(flags: &[&str], parts: &[&str]) {
    let desk = Desk::new();
    for command in [&["top"][..], &["requests"], &["flamegraph"], &["export", "--to", "folded"]] {
        desk.fails(&[command, &["run.spanfire"], flags].concat(), 2, parts);
    }
}

#[test]
fn a_time_without_a_unit_is_refused() {
    refused(&["--from", "5"], &["--from: `5` is not a time", "300ms"]);
    refused(&["--min-duration", "soon"], &["--min-duration: `soon` is not a time"]);
}

#[test]
fn a_range_that_ends_before_it_starts_is_refused() {
    refused(&["--from", "2ms", "--to", "1ms"], &["--from is not before --to"]);
}

#[test]
fn a_pattern_that_does_not_parse_is_refused_with_the_reason() {
    for flag in ["--focus", "--ignore", "--hide", "--thread"] {
        refused(&[flag, "a("], &[flag, "`a(` is not a regular expression: unclosed group"]);
    }
}

#[test]
fn an_unknown_root_is_answered_with_the_roots_there_are() {
    refused(
        &["--root", "requests"],
        &[
            "no span is named `requests` (did you mean `request`?)",
            "the roots here are",
            "request, startup",
        ],
    );
}

#[test]
fn an_unknown_thread_is_answered_with_the_threads_there_are() {
    refused(&["--thread", "tokio"], &["no thread matches `tokio`", "main, worker-1"]);
}

#[test]
fn a_focus_on_nothing_is_refused() {
    refused(&["--focus", "nowhere"], &["no span matches --focus `nowhere`"]);
}

#[test]
fn what_is_ignored_or_hidden_need_not_exist() {
    let desk = Desk::new();
    let all = desk.stdout(&["top", "run.spanfire"]);
    assert_eq!(desk.stdout(&["top", "run.spanfire", "--ignore", "nowhere"]), all);
    assert_eq!(desk.stdout(&["top", "run.spanfire", "--hide", "nowhere"]), all);
}

#[test]
fn an_unknown_request_is_answered_with_those_there_are() {
    let desk = Desk::new();
    let chart = ["chart", "run.spanfire", "--request"];
    let unknown = [&chart[..], &["999"]].concat();
    desk.fails(&unknown, 2, &["there is no request 999", "5 are here, from 1 to", "slowest is"]);
    let typo = [&chart[..], &["fastest"]].concat();
    desk.fails(&typo, 2, &["`fastest` is not a request", "slowest"]);
}

#[test]
fn an_empty_selection_gives_no_picture() {
    let desk = Desk::new();
    for command in [&["flamegraph"][..], &["chart"], &["chart", "--request", "slowest"]] {
        let arguments = [command, &["run.spanfire", "--from", "9s"]].concat();
        desk.fails(&arguments, 2, &["run.spanfire: the selection holds no"]);
    }
}

#[test]
fn an_export_needs_one_format_beside_its_times() {
    let desk = Desk::new();
    for (to, problem) in [
        (&["--to", "nothing"][..], "`nothing` is neither a format nor a time"),
        (&["--to", "1s"], "no format is given"),
        (&["--to", "folded", "--to", "folded"], "more than one format is given"),
        (&["--to", "folded", "--to", "1s", "--to", "2s"], "--to is given more than once"),
    ] {
        desk.fails(&[&["export", "run.spanfire"], to].concat(), 2, &[problem]);
    }
    let twice = ["top", "run.spanfire", "--to", "1s", "--to", "2s"];
    desk.fails(&twice, 2, &["--to is given more than once"]);
}

#[test]
fn words_that_no_flag_knows_are_usage_errors() {
    let desk = Desk::new();
    for arguments in [
        &["top"][..],
        &["burn", "run.spanfire"],
        &["top", "run.spanfire", "--format", "xml"],
        &["export", "run.spanfire"],
        &["top", "run.spanfire", "--limit", "many"],
        &["run"],
    ] {
        let ran = desk.run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.stderr.starts_with("error: "), "{ran:?}");
    }
}
