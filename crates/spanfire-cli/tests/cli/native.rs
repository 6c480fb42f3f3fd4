//! Native samples, where there are none or what holds them is wrong.

use crate::command::Desk;
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
