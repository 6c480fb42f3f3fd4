//! The selection flags do what they say, on every command that has them.

use crate::command::Desk;

fn folded(flags: &[&str]) -> Vec<String> {
    let arguments = [&["export", "run.spanfire", "--to", "folded"], flags].concat();
    let mut lines: Vec<String> =
        Desk::new().stdout(&arguments).lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

#[test]
fn a_time_range_cuts_spans_at_its_ends() {
    assert_eq!(
        folded(&["--from", "300us", "--to", "0.5ms"]),
        ["request 50000", "request;db 150000"]
    );
}

#[test]
fn a_thread_is_chosen_by_name() {
    assert_eq!(folded(&["--thread", "^main$", "--ignore", "script"]), ["startup 100000"]);
}

#[test]
fn stacks_start_at_the_root_that_is_named() {
    assert_eq!(folded(&["--root", "db"]), ["db 600000"]);
}

#[test]
fn focus_keeps_callers_and_callees() {
    assert_eq!(folded(&["--focus", "^db$"]), ["request;db 600000"]);
    let around = folded(&["--focus", "^request$", "--thread", "worker"]);
    assert_eq!(around, ["request 1100000", "request;db 600000", "request;render 800000"]);
}

#[test]
fn hidden_time_goes_to_the_span_around() {
    let flags = ["--hide", "db", "--thread", "worker"];
    assert_eq!(folded(&flags), ["request 1700000", "request;render 800000"]);
}

#[test]
fn short_spans_are_taken_out() {
    let flags = ["--min-duration", "300us", "--focus", "db"];
    assert_eq!(folded(&flags), ["request;db 400000"]);
}

#[test]
fn every_command_takes_the_same_flags() {
    let desk = Desk::new();
    let flags = [
        "--from",
        "1us",
        "--to",
        "1min",
        "--thread",
        "worker",
        "--root",
        "request",
        "--focus",
        "(?i)DB",
        "--ignore",
        "x",
        "--hide",
        "y",
        "--min-duration",
        "1ns",
    ];
    for command in [
        &["info"][..],
        &["flamegraph"],
        &["chart"],
        &["chart", "--request", "slowest"],
        &["top"],
        &["requests"],
        &["export", "--to", "folded"],
    ] {
        let arguments = [command, &["run.spanfire", "-o", "-"], &flags].concat();
        assert!(!desk.stdout(&arguments).is_empty(), "{arguments:?}");
    }
}
