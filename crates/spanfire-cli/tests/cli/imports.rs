//! `import`: profiles of other tools become recordings that every other command reads.

use crate::command::Desk;
use serde_json::{Value, json};
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

/// What `perf script` printed of a small program with two threads, but for folders.
const PERF: &str = "\
# perf version : 6.1.192
tiny  8171 35532.364958:   10101010 cpu-clock: 
\t            117a inner+0x11 (/opt/tiny)
\t            1264 main+0x5a (/opt/tiny)
\t           2724a __libc_start_call_main+0x7a (/usr/lib/x86_64-linux-gnu/libc.so.6)

web worker 1  8196 35532.377694:   10101010 cpu-clock: 
\t            117a inner+0x11 (/opt/tiny)
\t            11ef work+0x18 (/opt/tiny)
\t           891f5 start_thread+0x305 (/usr/lib/x86_64-linux-gnu/libc.so.6)

web worker 1  8196 35532.387795:   10101010 cpu-clock: 
\t            1183 outer+0x1a (/opt/tiny)
\t            11ef work+0x18 (/opt/tiny)
\t           891f5 start_thread+0x305 (/usr/lib/x86_64-linux-gnu/libc.so.6)

web worker 1  8196 35532.499076:   10101010 cpu-clock: 
\t            117a inner+0x11 (/opt/tiny)
\t            1203 work+0x2c (/opt/tiny)
\t           891f5 start_thread+0x305 (/usr/lib/x86_64-linux-gnu/libc.so.6)
";

impl Desk {
    /// Imports a profile, and gives what was said of it.
    #[track_caller]
    fn import(&self, profile: &[u8], flags: &[&str]) -> String {
        fs::write(self.path("profile"), profile).unwrap();
        let ran = self.run(&[&["import", "profile", "-o", "back.spanfire"], flags].concat());
        assert_eq!((ran.code, ran.stdout.as_str()), (0, "back.spanfire\n"), "{ran:?}");
        assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
        ran.stderr
    }

    fn rows(&self, command: &str) -> Vec<Value> {
        let rows = self.json(&[command, "back.spanfire", "--format", "json"]);
        rows.as_array().unwrap().clone()
    }
}

#[test]
fn what_consecutive_samples_share_is_one_stay() {
    let desk = Desk::new();
    let said = desk.import(PERF.as_bytes(), &[]);
    assert!(
        said.contains("perf samples (perf 6.1.192), without counts of calls; 4 samples"),
        "{said}"
    );
    let rows = desk.rows("requests");
    // The second thread ran for two samples, and a hundred milliseconds later for one.
    let stays: Vec<_> =
        rows.iter().map(|row| (row["name"].as_str().unwrap(), &row["busy_ns"])).collect();
    assert_eq!(
        stays,
        [
            ("start_thread", &json!(20_202_010)),
            ("__libc_start_call_main", &json!(10_101_010)),
            ("start_thread", &json!(10_101_010)),
        ]
    );
    let top = desk.rows("top");
    let work = top.iter().find(|row| row["name"] == "work").unwrap();
    assert_eq!(
        (&work["busy_ns"], &work["spans"], &work["p99_ns"]),
        (&json!(30_303_020), &json!(null), &json!(null))
    );
    let info = desk.json(&["info", "back.spanfire", "--format", "json"]);
    assert_eq!(info["origin"]["period_ns"], 10_101_010);
    assert_eq!(info["lanes"][1]["thread_name"], "web worker 1");
    for picture in ["chart", "flamegraph"] {
        desk.stdout(&[picture, "back.spanfire", "-o", "out.svg"]);
        assert!(desk.read("out.svg").contains("imported from perf samples"), "{picture}");
    }
    assert_eq!(desk.stdout(&["report", "back.spanfire", "-o", "out.html"]), "out.html\n");
}

#[test]
fn a_sampler_tried_on_samples_is_told_as_that() {
    let desk = Desk::new();
    desk.import(PERF.as_bytes(), &[]);
    let ran = desk.run(&["overhead", "back.spanfire", "--only", "sampling"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("start_thread"), "{}", ran.stdout);
    assert!(ran.stderr.contains("called true are those of that profile"), "{}", ran.stderr);
}

#[test]
fn several_events_of_perf_need_a_choice() {
    let desk = Desk::new();
    let both = PERF.to_owned() + &PERF.replace("cpu-clock", "cycles:u");
    fs::write(desk.path("both.txt"), both).unwrap();
    desk.fails(&["import", "both.txt"], 2, &["cpu-clock (4), cycles:u (4)", "--event"]);
    desk.fails(
        &["import", "both.txt", "--event", "faults"],
        2,
        &["no samples of faults", "cycles"],
    );
    let ran = desk.run(&["import", "both.txt", "--event", "cycles"]);
    assert!(ran.stderr.contains("4 samples of cycles:u"), "{}", ran.stderr);
}

#[test]
fn weights_that_are_no_times_are_shown_as_what_they_are() {
    let desk = Desk::new();
    desk.import(b"main;read;copy 1200\r\nmain;read 300\r\n", &["--unit", "bytes"]);
    let top = desk.stdout(&["top", "back.spanfire"]);
    assert!(top.contains("1,200") && top.contains("Σ self 1,500 in 3 rows"), "{top}");
    assert!(!top.contains("p99") && top.contains("each ns stands for one of its bytes"), "{top}");
    desk.fails(&["top", "back.spanfire", "--sort", "count"], 2, &["nothing to count"]);
    desk.stdout(&["flamegraph", "back.spanfire", "-o", "out.svg"]);
    assert!(desk.read("out.svg").contains("1,500 bytes"));
    desk.stdout(&["chart", "back.spanfire", "-o", "chart.svg"]);
    assert!(desk.read("chart.svg").contains("Stacks side by side, not in time"));
    desk.fails(&["diff", "back.spanfire", "run.spanfire"], 2, &["holds bytes", "times"]);
}

#[test]
fn two_imports_have_a_difference_and_no_verdict_that_a_build_could_fail_by() {
    let desk = Desk::new();
    desk.import(b"main;a 10\nmain;b 10\n", &["--unit", "1ms"]);
    fs::rename(desk.path("back.spanfire"), desk.path("before.spanfire")).unwrap();
    desk.import(b"main;a 10\nmain;b 40\n", &["--unit", "1ms"]);
    let ran = desk.run(&["diff", "before.spanfire", "back.spanfire", "--format", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("without counts of calls"), "{}", ran.stderr);
    assert!(ran.stdout.contains("40000000"), "{}", ran.stdout);
    let wanted = ["diff", "before.spanfire", "back.spanfire", "--fail-if", "slower:5"];
    desk.fails(&wanted, 2, &["--fail-if", "no counts of calls"]);
}

#[test]
fn our_own_trace_events_come_back_as_they_were() {
    let desk = Desk::new();
    desk.stdout(&["export", "run.spanfire", "--to", "chrome", "-o", "run.json"]);
    desk.import(desk.read("run.json").as_bytes(), &[]);
    let top = |file| desk.json(&["top", file, "--format", "json"]);
    let [mut before, mut after] = [top("run.spanfire"), top("back.spanfire")];
    for row in before.as_array_mut().unwrap().iter_mut().chain(after.as_array_mut().unwrap()) {
        // Trace events have no place for them.
        for key in ["file", "line"] {
            row[key] = Value::Null;
        }
    }
    assert_eq!(before, after);
}

#[test]
fn trace_events_of_others_come_in_any_order_and_any_type() {
    let desk = Desk::new();
    // As Chrome writes them: the array is not closed, its events are not sorted, ids are what they like.
    let trace = r#"[
        {"ph":"X","name":"late","pid":1,"tid":7,"ts":30.5,"dur":1.25},
        {"ph":"E","pid":1,"tid":7,"ts":"20"},
        {"ph":"B","name":"outer","cat":"c","pid":1,"tid":7,"ts":10},
        {"ph":"X","name":"inner","pid":1,"tid":7,"ts":12,"dur":3,"args":[1,{"deep":null}]},
        {"ph":"E","pid":1,"tid":7,"ts":40},
        {"ph":"M","name":"thread_name","pid":1,"tid":7,"args":{"name":"worker"}},
        {"ph":"M","name":"process_name","pid":2,"args":{"name":"other"}},
        {"ph":"B","name":"open","pid":2,"tid":"x","ts":10},
        {"ph":"b","name":"load","cat":"net","id":"0x1","pid":1,"tid":7,"ts":11},
        {"ph":"e","name":"load","cat":"net","id":"0x1","pid":1,"tid":7,"ts":19},
        {"ph":"C","name":"memory","pid":1,"ts":1,"args":{"v":1}},
        {"ph":"X","name":"no length","pid":1,"tid":7,"ts":1},
        {"ph":"i","na"#;
    let said = desk.import(trace.as_bytes(), &[]);
    for part in [
        "1 spans that never end",
        "1 async spans",
        "not closed",
        "1 counters, 1 without a time, 1 ends without a beginning",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let rows = desk.rows("top");
    let row = |name: &str| rows.iter().find(|row| row["name"] == name).unwrap();
    assert_eq!(
        (&row("outer")["busy_ns"], &row("outer")["self_ns"]),
        (&json!(10_000), &json!(7_000))
    );
    assert_eq!((&row("late")["busy_ns"], &row("inner")["self_ns"]), (&json!(1_250), &json!(3_000)));
    assert_eq!((&row("load")["busy_ns"], &row("load")["idle_ns"]), (&json!(0), &json!(8_000)));
    let info = desk.json(&["info", "back.spanfire", "--format", "json"]);
    let lanes: Vec<&Value> =
        info["lanes"].as_array().unwrap().iter().map(|lane| &lane["thread_name"]).collect();
    assert!(
        lanes.contains(&&json!("worker (process 1)")) && lanes.contains(&&json!("x (other)")),
        "{lanes:?}"
    );
    assert_eq!((&info["open_spans"], &info["clock"]["anchors"]), (&json!(1), &json!(0)));
}

#[test]
fn arguments_are_fields_and_instants_are_events_of_where_they_stand() {
    let desk = Desk::new();
    let trace = r#"{"traceEvents":[
        {"ph":"i","name":"before","pid":1,"tid":7,"ts":2},
        {"ph":"B","name":"get","pid":1,"tid":7,"ts":10,
            "args":{"uri":"/a","n":-3,"ok":true,"list":[1,{"x":null}],"none":null,"code":1}},
        {"ph":"I","name":"hit","pid":1,"tid":7,"ts":11,"s":"t","args":{"key":"k"}},
        {"ph":"i","name":"everywhere","pid":1,"tid":7,"ts":12,"s":"g"},
        {"ph":"E","pid":1,"tid":7,"ts":20,"args":{"code":200}},
        {"ph":"X","name":"get","pid":1,"tid":7,"ts":30,"dur":5,"args":{"uri":"/b"}},
        {"ph":"b","name":"load","cat":"net","id":1,"pid":1,"tid":7,"ts":30,"args":{"url":"u"}},
        {"ph":"e","name":"load","cat":"net","id":1,"pid":1,"tid":7,"ts":50,"args":{"bytes":9}},
        {"ph":"s","name":"flow","id":1,"pid":1,"tid":7,"ts":11},
        {"ph":"f","name":"flow","id":1,"pid":1,"tid":7,"ts":31}]}"#;
    let said = desk.import(trace.as_bytes(), &[]);
    assert!(said.contains("events left out: 2 arrows"), "{said}");
    let rows = desk.rows("requests");
    let fields = |name: &str, at: u64| {
        let found = rows.iter().find(|row| row["name"] == name && row["start_ns"] == at);
        found.unwrap()["fields"].clone()
    };
    let first = json!({"uri":"/a","n":-3,"ok":true,"list":"[1,{\"x\":null}]","code":200});
    assert_eq!(fields("get", 8_000), first);
    assert_eq!(fields("get", 28_000), json!({"uri":"/b"}));
    assert_eq!(fields("load", 28_000), json!({"url":"u","bytes":9}));
    let info = desk.json(&["info", "back.spanfire", "--format", "json"]);
    assert_eq!(info["instants"], 3);
    let spans = desk.run(&["export", "back.spanfire", "--to", "otlp-json"]);
    assert!(spans.stderr.contains("2 instants left out"), "{}", spans.stderr);
    let spans: Value = serde_json::from_str(spans.stdout.lines().next().unwrap()).unwrap();
    let spans = spans["resourceSpans"][0]["scopeSpans"].as_array().unwrap().iter();
    let spans = spans.flat_map(|scope| scope["spans"].as_array().unwrap());
    let events: Vec<&Value> =
        spans.filter_map(|span| span["events"].as_array()).flatten().collect();
    assert_eq!(events.len(), 1, "what is of no thread is in no span: {events:?}");
    assert_eq!(events[0]["name"], "hit");
}

#[test]
fn what_is_damaged_is_refused_and_nothing_is_half_written() {
    let desk = Desk::new();
    desk.stdout(&["export", "run.spanfire", "--to", "pprof", "-o", "run.pb.gz"]);
    let pprof = fs::read(desk.path("run.pb.gz")).unwrap();
    let deep = "[".repeat(100_000);
    let stack = "a;".repeat(10_001) + "b 1\n";
    let cases: [(&[u8], &[&str]); 8] = [
        (&pprof[..pprof.len() / 2], &["compressed", "damaged or cut"]),
        (br#"{"traceEvents":[{"ph":"X","name":"a"#, &["cut off", "line 1", "whole copy"]),
        (br#"{"a":1}"#, &["traceEvents"]),
        (br#"[{"ph":"X","name":"a","ts":1,"dur":1}, 5]"#, &["line 1", "object"]),
        (deep.as_bytes(), &["not the JSON of a trace"]),
        (br#"{"$schema":"https://www.speedscope.app/file-format-schema.json"}"#, &["speedscope"]),
        (stack.as_bytes(), &["line 1", "10002 frames"]),
        (b"\x0a\x04\x08\x01\x10\xff", &["pprof", "at byte"]),
    ];
    for (bytes, parts) in cases {
        fs::write(desk.path("bad"), bytes).unwrap();
        desk.fails(&["import", "bad", "-o", "back.spanfire"], 1, parts);
    }
    desk.fails(
        &["import", "run.pb.gz", "-o", "x", "--sample-type", "y"],
        2,
        &["y", "self (nanoseconds)"],
    );
    let unit = ["import", "run.pb.gz", "-o", "x", "--unit", "ns"];
    desk.fails(&unit, 2, &["--unit is of folded stacks", "pprof"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_to_be_full() {
    let desk = Desk::new();
    fs::write(desk.path("a.folded"), "a 1\n").unwrap();
    desk.fails(&["import", "a.folded", "-o", "/dev/full"], 1, &["/dev/full", "cannot write"]);
}

#[test]
fn tables_of_an_import_say_what_it_lacks() {
    let desk = Desk::new();
    desk.import(b"main;a 10\nmain;b 10\n", &[]);
    let ran = desk.run(&["export", "back.spanfire", "--to", "parquet", "-o", "tables"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "tables\n"));
    let words = "parquet: imported from folded stacks, without times, order, threads or counts";
    assert!(ran.stderr.contains(words), "{}", ran.stderr);
    let of_ours = desk.run(&["export", "run.spanfire", "--to", "parquet", "-o", "ours"]);
    assert!(!of_ours.stderr.contains("imported"), "{}", of_ours.stderr);
}
