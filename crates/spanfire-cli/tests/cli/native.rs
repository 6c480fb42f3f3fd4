//! Native samples, where there are none or what holds them is wrong.

use crate::command::Desk;
use crate::fixture;
use spanfire_recording::{Sampling, SamplingMethod};
use std::fs;

#[test]
fn a_recording_without_native_samples_says_how_to_take_them() {
    let desk = Desk::new();
    let how = "SPANFIRE_SAMPLE";
    desk.fails(
        &["flamegraph", "run.spanfire", "--native", "-o", "a.svg"],
        1,
        &["native samples", how],
    );
    let firefox = ["export", "run.spanfire", "--to", "firefox", "-o", "a.json"];
    assert_eq!(desk.stdout(&firefox), "a.json\n", "nobody asked for them");
    desk.fails(&[&firefox[..], &["--native"]].concat(), 1, &["native samples", how]);
    desk.fails(&["overhead", "run.spanfire", "--only", "join"], 1, &["native samples", how]);
    let all = desk.json(&["overhead", "run.spanfire", "--format", "json"]);
    assert!(all.get("join").is_none(), "nobody asked");
}

#[test]
fn native_frames_are_of_merged_stacks() {
    let flags = ["export", "run.spanfire", "--to", "chrome", "--native"];
    Desk::new().fails(&flags, 2, &["--native", "merged stacks"]);
}

#[test]
fn what_is_no_perf_data_is_refused_in_one_line() {
    let desk = Desk::new();
    let header = [b"PERFILE2".as_slice(), &104u64.to_le_bytes(), &[0xff; 96]].concat();
    let files: [&[u8]; 4] = [b"", b"PERFILE2", b"not perf's", &header];
    for bytes in files {
        fs::write(desk.path("perf.data"), bytes).unwrap();
        let flags = ["overhead", "run.spanfire", "--perf", "perf.data"];
        desk.fails(&flags, 1, &["perf.data: "]);
        assert!(!desk.run(&flags).stderr.contains("clock"), "it is the file that is wrong");
    }
    desk.fails(&["overhead", "run.spanfire", "--perf", "no.data"], 1, &["no.data: "]);
}

/// A container's filter refuses perf events: the recording says so, and so does whoever looks for what is
/// missing. Everything else is as it was.
#[test]
fn samples_that_were_refused_are_missed_with_the_reason() {
    let desk = Desk::new();
    let why = "perf events are refused (a container's seccomp filter may forbid them)";
    let refused = |method, why: Option<&str>| {
        let why = why.map(str::to_owned);
        fixture::sampled(&Sampling { method, why, ..Sampling::asked(999) })
    };
    fs::write(desk.path("refused.spanfire"), refused(SamplingMethod::None, Some(why))).unwrap();
    desk.fails(&["overhead", "refused.spanfire", "--only", "join"], 1, &["native samples", why]);
    let flags = ["flamegraph", "refused.spanfire", "-o", "a.svg"];
    desk.fails(&[&flags[..], &["--native"]].concat(), 1, &["native samples", why]);
    desk.fails(&[&flags[..], &["--weight", "cpu"]].concat(), 1, &["context switches", why]);
    let all = desk.run(&["overhead", "refused.spanfire"]);
    assert!(all.code == 0 && all.stdout.contains("recording took"), "{all:?}");
    assert!(all.stderr.contains(&format!("no native samples: they were asked for, but {why}")));

    fs::write(desk.path("timer.spanfire"), refused(SamplingMethod::TimerSignal, None)).unwrap();
    let flags = ["flamegraph", "timer.spanfire", "--weight", "cpu", "-o", "a.svg"];
    desk.fails(&flags, 1, &["only perf events record them"]);
    let all = desk.run(&["overhead", "timer.spanfire"]);
    assert!(all.stderr.contains("none fell into its time"), "{all:?}");
}

/// Frames that cannot be followed outwards, of files that are not there.
#[test]
fn stacks_without_callers_say_how_to_see_them_and_are_counted_all_the_same() {
    let desk = Desk::new();
    fs::write(desk.path("short.spanfire"), fixture::sampled_without_callers()).unwrap();
    let ran = desk.run(&["overhead", "short.spanfire", "--only", "join"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("force-frame-pointers=yes"), "{ran:?}");
    assert!(ran.stdout.contains("8 samples of the recording: 8 in spans"), "{ran:?}");
    let folded = desk.run(&["export", "short.spanfire", "--to", "folded", "--native"]).stdout;
    let width = |line: &str| line.rsplit_once(' ').unwrap().1.parse::<u64>().unwrap();
    assert_eq!(folded.lines().map(width).sum::<u64>(), fixture::TOTAL_NS, "{folded}");
}

#[test]
fn an_import_is_not_told_to_be_sampled() {
    let desk = Desk::new();
    fs::write(desk.path("in.folded"), "main;parse 10\nmain 5\n").unwrap();
    assert_eq!(desk.run(&["import", "in.folded", "-o", "imported.spanfire"]).code, 0);
    let is_import = "it is an import";
    desk.fails(&["overhead", "imported.spanfire", "--only", "join"], 1, &[is_import]);
    let flags = ["flamegraph", "imported.spanfire", "--weight", "cpu", "-o", "a.svg"];
    desk.fails(&flags, 1, &["context switches", is_import]);
    let all = desk.run(&["overhead", "imported.spanfire"]);
    assert!(all.code == 0 && !all.stderr.contains("native samples"), "{all:?}");
}

#[test]
fn a_recording_without_spans_accounts_for_nothing_in_a_line_each() {
    let desk = Desk::new();
    fs::write(desk.path("empty.spanfire"), fixture::empty()).unwrap();
    let text = desk.stdout(&["overhead", "empty.spanfire"]);
    let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    let [ledger, sampling] = lines[..] else { panic!("{text}") };
    assert_eq!(ledger, "there are no spans, so recording took nothing");
    assert!(sampling.starts_with("sampling: nothing ran"), "{sampling}");
    let json = desk.json(&["overhead", "empty.spanfire", "--format", "json"]);
    assert_eq!(json["ledger"]["total"]["ours_ns"], 0);
}
