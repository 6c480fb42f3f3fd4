//! `import`: profiles of other tools become recordings that every other command reads.

use crate::command::Desk;
use std::fs;

#[test]
fn folded_stacks_come_back_with_their_self_times() {
    let desk = Desk::new();
    desk.stdout(&["export", "run.spanfire", "--to", "folded", "-o", "run.folded"]);
    let ran = desk.run(&["import", "run.folded", "--unit", "ns", "-o", "back.spanfire"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "back.spanfire\n"));
    assert!(ran.stderr.contains("folded stacks, without times, order, threads"), "{}", ran.stderr);
    let again = desk.stdout(&["export", "back.spanfire", "--to", "folded"]);
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&again), sorted(&desk.read("run.folded")));
    desk.stdout(&["flamegraph", "back.spanfire", "-o", "back.svg"]);
}

#[test]
fn a_recording_that_is_there_is_replaced_only_by_name() {
    let desk = Desk::new();
    fs::write(desk.path("run.folded"), "a;b 1\n").unwrap();
    desk.fails(&["import", "run.folded"], 2, &["run.spanfire", "there already", "-o"]);
    desk.fails(&["import", "-"], 2, &["-o"]);
    desk.fails(&["import", "missing.folded"], 1, &["missing.folded", "cannot read"]);
}

#[test]
fn what_is_no_profile_is_refused_with_its_line_and_leaves_nothing() {
    let desk = Desk::new();
    let cases: [(&[u8], &[&str]); 6] = [
        (b"", &["empty"]),
        (b"SPANFIRE....", &["is a recording already"]),
        (b"just words\n", &["none of the formats", "--format"]),
        (b"a;b 1\na;b x\n", &["line 2", "`x` is no weight"]),
        (b"a;b 1 2\nc 3 4\n", &["difference of two profiles", "spanfire diff"]),
        (b"a;b 1\na;c 18446744073709551615\n", &["line 2", "scale them down"]),
    ];
    for (bytes, parts) in cases {
        fs::write(desk.path("bad.txt"), bytes).unwrap();
        desk.fails(&["import", "bad.txt"], 1, parts);
    }
}
